"""Format an envelope as a page for whoever gets the report: one file, which runs and fetches nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import Path
from string import Template

from ...escaping import html, visible
from ...language.declaration import CAPABILITIES, LEVELS, OF_AZURE
from ...oracle.profiles import silent_in
from ...requirements import Requirement, load_register
from ...verdict import OF_REQUIREMENTS, Status, with_failures_first
from ..cases import FEATURES, FUZZ, TOUR, Envelope
from .summaries import (
    Cell,
    badge_of,
    cells,
    conclusion,
    few,
    headline,
    product,
    rates,
    scope_of,
    unasked,
)

PAGE = Template(Path(__file__).with_name("page.html").read_text("utf-8"))

KINDS_OF_TEST = {
    FEATURES: ("Scenarios", "one request after a few preparations, with its expected outcome, in written examples"),
    TOUR: ("Planned sequences", "many requests in a row, planned to meet the most rules in the fewest steps"),
    FUZZ: ("Random sequences", "many requests in a row, drawn at random from the seed"),
}
"""For each lane its name for readers, and what it does."""

PROFILES = {
    "article": "Counted is what the article states, what follows from it, and what Azure's documents say of its "
    "surroundings. A difference from an assumption of this specification is shown and does not count.",
    "full": "Everything counts, also what this specification only assumes where the article is silent.",
}

MEANINGS = {each: each.meaning for each in OF_REQUIREMENTS if each is not Status.STALE} | {
    Status.FAILED: "something of it failed; the number says how many of the tests that apply passed",
    Status.PARTLY: "some of it passed, and the rest could not be decided",
}
"""What the marks mean on this page, where a requirement has failed as soon as anything of it has."""


def report_html(envelope: Envelope) -> str:
    """Return the page."""
    register, shown, said = load_register(), badge_of(envelope).status, conclusion(envelope)
    article, found = register.article, cells(envelope, register)
    silent = silent_in(envelope["profile"], register)
    topics = (
        element("h3", topic.capitalize())
        + table(
            "table.lines",
            (line_of(each, found[each.id], each.id in silent) for each in of_it),
            ("Result", "Requirement", "Basis"),
        )
        for topic, of_it in register.topics.items()
    )
    notes = (
        *(["for a part of the specification: see what was not run"] if any(scope_of(envelope)) else []),
        *([] if envelope["release"] else ["by an unreleased kit: a version of translator-cmk that nobody published"]),
    )
    cases = (
        [
            mark(Status(case["status"])),
            f"{html(case.get('name', ''))} {identified(case['id'])}",
            html(("" if case["scored"] else "does not count; ") + str(case.get("reason", ""))),
        ]
        for case in envelope["cases"]
    )
    return PAGE.substitute(
        title=html(f"{product(envelope)}: {headline(envelope)}"),
        product=html(product(envelope)),
        article=f'<a href="{html(article.url)}">{html(article.title)}</a>, revision of {article.revision}',
        colour=shown.colour,
        result=html(f"{shown.glyph} {said[:1].upper()}{said[1:]}"),
        notes="".join(f"<br>{each}" for each in notes),
        observed=observed(envelope),
        summary=table("table.facts", summary(envelope, found)),
        claims="\n".join(claims(envelope)),
        runs=table("table.facts", runs(envelope)),
        gaps=element("ul", *(element("li", html(each)) for each in gaps(envelope, found))),
        requirements="\n".join(topics),
        failures="\n".join(failures(envelope)),
        legend=table("table.facts", ([mark(each), html(means)] for each, means in MEANINGS.items())),
        cases=folded(
            f"All {len(envelope['cases'])} tests, with the reason for each result",
            table("table.lines", cases, ("Result", "Test", "Reason")),
        ),
    )


def observed(envelope: Envelope) -> str:
    """Return whether the system was Azure, as far as a report can say so."""
    whose = "The answers are those of the system that was run, under the name that it gives itself."
    if product(envelope).startswith(OF_AZURE):
        return f"<b>Observed on Azure, as whoever ran it says.</b> {whose} Microsoft has not reviewed this report."
    return (
        f"<b>Not observed on Azure.</b> {whose} They show nothing about Microsoft's service, and Microsoft has not "
        "reviewed this report."
    )


def element(name: str, *content: str) -> str:
    """Return an element of the page, its content escaped already; `p.note` is a paragraph of the class *note*."""
    tag, _, of = name.partition(".")
    return f"<{tag}{f' class={of!r}' if of else ''}>{''.join(content)}</{tag}>"


def table(name: str, rows: Iterable[Iterable[str]], head: Iterable[str] = ()) -> str:
    """Return a table, its cells escaped already; without a ``head`` the first cell of each row heads it."""
    top = "".join(element("th", each) for each in head)
    first = "td" if top else "th"
    lines = (element("tr", element(first, one), *(element("td", each) for each in rest)) for one, *rest in rows)
    return element(name, element("thead", element("tr", top)) if top else "", element("tbody", "\n".join(lines)))


def mark(status: Status) -> str:
    """Return a result with its glyph; what is known to fail has failed."""
    shown = status.unlisted
    return element(f"span.mark {shown}", f"{shown.glyph} {shown.short}")


def folded(head: str, *content: str) -> str:
    """Return what can be unfolded below its first line."""
    return element("details", element("summary", head), *content)


def identified(name: str) -> str:
    """Return the id of something."""
    return element("code", html(name))


def summary(envelope: Envelope, found: Mapping[str, Cell]) -> Iterator[list[str]]:
    """Yield how many requirements and tests came out how, in the order of the legend, and the rate of each release."""
    counted = {
        "Requirements": Counter(map(verdict, found.values())),
        "Tests that count": Counter(case["status"] for case in envelope["cases"] if case["scored"]),
    }
    for name, counts in counted.items():
        words = [f"{counts[each]} {each.short}" for each in (*OF_REQUIREMENTS, Status.KNOWN) if counts[each]]
        yield [name, f"{counts.total()}: {', '.join(words) or 'none'}"]
    yield from ([name.capitalize(), text] for name, text in rates(envelope))


def claims(envelope: Envelope) -> Iterator[str]:
    """Yield what the system declared, and which failures were known."""
    subject, listed, profile = envelope["subject"], envelope["deviations"], envelope["profile"]
    rows = [["Profile", f"<b>{html(profile)}</b>: {PROFILES[profile]}"]]
    if subject:
        can, lacking = (
            [name for name in CAPABILITIES if (name in subject["capabilities"]) == has] for has in (True, False)
        )
        late = [f"{name}: {seconds} s" for name, seconds in subject["windows"].items()]
        rows += [
            ["System", html("{product}, version {version}".format(**subject))],
            ["Parts covered", described(LEVELS, subject["levels"])],
            ["Capabilities", described(CAPABILITIES, can) or "none that are optional"],
            ["Lacks", described(CAPABILITIES, lacking) or "nothing that is optional"],
            ["Does not show", html(", ".join(subject["hidden"]) or "it shows everything")],
            ["Delays", html(", ".join(late) or "none: effects are expected at once")],
        ]
    rows.append(["Known failures", f"{len(listed)} listed" if listed else "none listed"])
    yield table("table.facts", rows)
    fields = ("reason", "issue", "expires")
    about = [[html(each["case"] or each["requirement"]), *(html(each[name]) for name in fields)] for each in listed]
    yield table("table", about, ("Known failure", "Reason", "Tracked at", "Until")) if about else ""
    yield from (element("p", mark(Status.FAILED), " ", html(each)) for each in envelope["stale_deviations"])


def described(parts: Mapping[str, str], names: Iterable[str]) -> str:
    """Return each of these names with what it means, on lines of their own."""
    return "<br>".join(f"<b>{html(name)}</b>: {html(parts[name])}" for name in names)


def runs(envelope: Envelope) -> Iterator[list[str]]:
    """Yield which kinds of tests were run, and when."""
    for lane in envelope["lanes"]:
        name, means = KINDS_OF_TEST[lane]
        done = [f"{envelope.get(lane, {})[each]:,} {each}" for each in ("sequences", "commands") if lane in envelope]
        cases = sum(case["lane"] == lane for case in envelope["cases"])
        yield [name, f"{means}: {', '.join(done) or f'{cases:,} of them'} ({element('code', lane)})"]
    yield from (
        ["When", html(f"{envelope['started']} to {envelope['finished']}")],
        ["Seed", f"{envelope['seed']}. The same seed makes the same tests"],
        ["Tested with", html(f"translator-cmk {envelope['kit']}, specification {envelope['digest'][:12]}")],
    )


def gaps(envelope: Envelope, found: Mapping[str, Cell]) -> Iterator[str]:
    """Yield what the run leaves out."""
    missing = [name for name, cell in found.items() if cell.status is Status.NOT_RUN]
    declared = sum(cell.status is Status.DECLARED for cell in found.values())
    lacking = [KINDS_OF_TEST[lane][0].lower() for lane in (FEATURES, TOUR, FUZZ) if lane not in envelope["lanes"]]
    yield from (f"No {each} were run." for each in lacking)
    yield from (f"Narrowed: {each}." for each in scope_of(envelope) if not each.startswith("lane"))
    if "trouble" in envelope:
        yield f"It ended early: {envelope['trouble']}."
    yield from (f"{each[0].upper()}{each[1:]}." for each in unasked(envelope))
    if missing:
        yield f"{len(missing)} requirements were not run: {few(missing)}."
    yield f"{declared} requirements, such as the cipher, can't be seen from outside, only declared."


def line_of(requirement: Requirement, cell: Cell, silent: bool) -> Iterator[str]:
    """Yield the cells of one line."""
    yield mark(verdict(cell)) + (f" <small>{cell.passed} of {cell.applicable}</small>" if cell.applicable else "")
    notes = []
    for note, cases in cell.notes.items():
        known = f" (known: {note.known})" if note.known else ""
        more = f" and {len(cases) - 1} more" if len(cases) > 1 else ""
        notes.append(element("li", html(f"{note.reason}{known}"), f" {identified(cases[0])}{more}"))
    wording = element("p", html(requirement.wording))
    reasons = [element("ul", *notes)] if notes else []
    yield folded(f"{html(requirement.title)} {identified(requirement.id)}", wording, *reasons)
    yield requirement.basis + ("<br><small>does not count</small>" if silent else "")


def verdict(cell: Cell) -> Status:
    """Return the result of a requirement: failed as soon as anything of it fails."""
    return with_failures_first(cell.status, {note.status for note in cell.notes})


def failures(envelope: Envelope) -> Iterator[str]:
    """Yield the failures by cause; each unfolds in full."""
    register, by_id = load_register(), {case["id"]: case for case in envelope["cases"]}
    if envelope["groups"]:
        yield element("h2", "Failures")
    for group in envelope["groups"]:
        cause = register.get(group["cause"])
        yield element("h3", html(cause.title if cause else group["cause"] or "Attributed to no requirement"))
        yield element("p", html(cause.wording), " ", identified(cause.id)) if cause else ""
        for case in sorted((by_id[name] for name in group["cases"]), key=lambda case: case["status"] == Status.BLOCKED):
            known = f" (known: {html(case['known'])})" if case["status"] == Status.KNOWN else ""
            shown = "\n".join(escape(visible(line)) for line in case.get("shown", "").splitlines()[1:])
            head = f"{mark(Status(case['status']))} {html(case.get('name', ''))}{known} {identified(case['id'])}"
            yield folded(head, element("p", html(case.get("reason", ""))), element("pre", shown) if shown else "")
