"""Format an envelope as a page for whoever gets the report: one file, which runs and fetches
nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from ...escaping import html, visible
from ...language.declaration import CAPABILITIES, LEVELS, OF_AZURE
from ...oracle.profiles import silent_in
from ...requirements import Register, Requirement, load_register
from ...verdict import OF_REQUIREMENTS, Status
from ..cases import CaseEntry, Envelope, Ids
from .by_requirement import Cell, Note, cells, verdict
from .cause_blocks import CauseBlock, cause_blocks
from .essentials import STANDING_FOR, facts_of, known_of, title_of
from .left_out import KINDS_OF_TEST, gaps
from .wording import (
    WHAT_COUNTS,
    amount_of,
    badge_of,
    conclusion,
    headline,
    kit_of,
    product,
    scope_of,
)

PAGE = Template(Path(__file__).with_name("page.html").read_text("utf-8"))
STYLE = Path(__file__).with_name("report.css").read_text("utf-8")

MEANINGS = {status: status.meaning for status in OF_REQUIREMENTS if status is not Status.STALE} | {
    Status.FAILED: "something of it failed; the number says how many of the tests that apply "
    "passed",
    Status.PARTLY: "some of it passed, and the rest could not be decided",
}
"""What the marks mean on this page, where a requirement has failed as soon as anything of it has.
"""


def report_html(envelope: Envelope) -> str:
    """Return the page."""
    register = load_register(revision=envelope["register"]["article"])
    found = cells(envelope, register)
    shown = badge_of(envelope).status
    said = conclusion(envelope)
    article = register.article
    return PAGE.substitute(
        style=STYLE,
        title=html(f"{product(envelope)}: {headline(envelope)}"),
        product=html(product(envelope)),
        article=f'<a href="{html(article.url)}">{html(article.title)}</a>, revision of '
        f"{article.revision}",
        colour=shown.colour,
        result=html(f"{shown.glyph} {said[:1].upper()}{said[1:]}"),
        notes="".join(f"<br>{note}" for note in notes(envelope)),
        observed=observed(envelope),
        summary=table("table.facts", summary(envelope, found)),
        claims="\n".join(claims(envelope)),
        runs=table("table.facts", runs(envelope)),
        gaps=unordered(html(gap) for gap in gaps(envelope, found)),
        requirements="\n".join(topics(envelope, register, found)),
        failures="\n".join(failures(envelope)),
        differing="\n".join(differing(envelope)),
        legend=table("table.facts", legend()),
        cases=all_tests(envelope),
    )


def notes(envelope: Envelope) -> Iterator[str]:
    """Yield what limits the result."""
    if any(scope_of(envelope)):
        yield "for a part of the specification: see what was not run"
    if not envelope["released"]:
        yield "by an unreleased kit: a version of translator-cmk that nobody published"


def topics(envelope: Envelope, register: Register, found: Mapping[str, Cell]) -> Iterator[str]:
    """Yield a heading with a table of requirements for each topic."""
    silent = silent_in(envelope["profile"], register)
    for topic, requirements in register.topics.items():
        lines = [line_of(each, found[each.id], each.id in silent) for each in requirements]
        heading = element("h3", topic.capitalize())
        yield heading + table("table.lines", lines, ("Result", "Requirement", "Basis"))


def legend() -> Iterator[list[str]]:
    """Yield each mark with its meaning."""
    for status, meaning in MEANINGS.items():
        yield [mark(status), html(meaning)]


def all_tests(envelope: Envelope) -> str:
    """Return all tests with the reason for each result, to be unfolded."""
    lines = []
    for case in envelope["cases"]:
        test = f"{html(case.get('name', ''))} {identified(case['id'])}"
        reason = str(case.get("reason", ""))
        if not case["scored"]:
            reason = f"does not count; {reason}"
        lines.append([mark(Status(case["status"])), test, html(reason)])
    head = f"All {len(lines)} tests, with the reason for each result"
    return folded(head, table("table.lines", lines, ("Result", "Test", "Reason")))


def observed(envelope: Envelope) -> str:
    """Return whether the system was Azure, as far as a report can say so."""
    whose = "The answers are those of the system that was run, under the name that it gives itself."
    if product(envelope).startswith(OF_AZURE):
        return (
            f"<b>Observed on Azure, as whoever ran it says.</b> {whose} Microsoft has not reviewed "
            "this report."
        )
    return (
        f"<b>Not observed on Azure.</b> {whose} They show nothing about Microsoft's service, and "
        "Microsoft has not reviewed this report."
    )


def element(name: str, *content: str) -> str:
    """Return an element of the page, its content escaped already; `p.note` is a paragraph of the
    class *note*.
    """
    tag, _, css_class = name.partition(".")
    opening = f"<{tag} class={css_class!r}>" if css_class else f"<{tag}>"
    return f"{opening}{''.join(content)}</{tag}>"


def unordered(items: Iterable[str]) -> str:
    """Return a list, its items escaped already."""
    return element("ul", *(element("li", item) for item in items))


def table(name: str, rows: Iterable[Iterable[str]], head: Iterable[str] = ()) -> str:
    """Return a table, its cells escaped already; without a ``head`` the first cell of each row
    heads it.
    """
    headings = "".join(element("th", text) for text in head)
    first_tag = "td" if headings else "th"
    lines = []
    for first, *others in rows:
        cells_of_row = [element(first_tag, first)]
        cells_of_row += [element("td", text) for text in others]
        lines.append(element("tr", *cells_of_row))
    table_head = element("thead", element("tr", headings)) if headings else ""
    return element(name, table_head, element("tbody", "\n".join(lines)))


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
    """Yield how many requirements and tests came out how, in the order of the legend."""
    counted = {
        "Requirements": Counter(map(verdict, found.values())),
        "Tests that count": Counter(case["status"] for case in envelope["cases"] if case["scored"]),
    }
    for name, counts in counted.items():
        words = [
            f"{counts[status]} {status.short}"
            for status in (*OF_REQUIREMENTS, Status.KNOWN)
            if counts[status]
        ]
        yield [name, f"{counts.total()}: {', '.join(words) or 'none'}"]


def claims(envelope: Envelope) -> Iterator[str]:
    """Yield what the system declared, and which failures were known."""
    profile = envelope["profile"]
    listed = envelope["deviations"]
    rows = [["Profile", f"<b>{html(profile)}</b>: {WHAT_COUNTS[profile]}"]]
    if envelope["subject"]:
        rows += declared(envelope["subject"])
    rows.append(["Known failures", f"{len(listed)} listed" if listed else "none listed"])
    yield table("table.facts", rows)

    if listed:
        known = []
        for deviation in listed:
            about = deviation["case"] or deviation["requirement"]
            texts = [about, deviation["reason"], deviation["issue"], deviation["expires"]]
            known.append([html(text) for text in texts])
        yield table("table", known, ("Known failure", "Reason", "Tracked at", "Until"))
    for stale in envelope["stale_deviations"]:
        yield element("p", mark(Status.FAILED), " ", html(stale))


def declared(subject: Mapping[str, Any]) -> list[list[str]]:
    """Return the rows on what a system declared."""
    capabilities = [name for name in CAPABILITIES if name in subject["capabilities"]]
    lacking = [name for name in CAPABILITIES if name not in subject["capabilities"]]
    windows = [f"{name}: {seconds} s" for name, seconds in subject["windows"].items()]
    hidden = ", ".join(subject["hidden"]) or "it shows everything"
    delays = ", ".join(windows) or "none: effects are expected at once"
    return [
        ["System", html("{product}, version {version}".format(**subject))],
        ["Parts covered", described(LEVELS, subject["levels"])],
        ["Capabilities", described(CAPABILITIES, capabilities) or "none that are optional"],
        ["Lacks", described(CAPABILITIES, lacking) or "nothing that is optional"],
        ["Does not show", html(hidden)],
        ["Delays", html(delays)],
    ]


def described(parts: Mapping[str, str], names: Iterable[str]) -> str:
    """Return each of these names with what it means, on lines of their own."""
    return "<br>".join(f"<b>{html(name)}</b>: {html(parts[name])}" for name in names)


def runs(envelope: Envelope) -> Iterator[list[str]]:
    """Yield which kinds of tests were run, and when."""
    for lane in envelope["lanes"]:
        name, means = KINDS_OF_TEST[lane]
        yield [name, f"{means}: {amount_of(envelope, lane)} ({element('code', lane)})"]
    yield ["When", html(f"{envelope['started']} to {envelope['finished']}")]
    yield ["Seed", f"{envelope['seed']}. The same seed makes the same tests"]
    yield ["Tested with", html(kit_of(envelope))]


def line_of(requirement: Requirement, cell: Cell, silent: bool) -> list[str]:
    """Return the cells of one line."""
    result = mark(verdict(cell))
    if cell.applicable:
        result += f" <small>{cell.passed} of {cell.applicable}</small>"
    details = [element("p", html(requirement.wording))]
    if cell.notes:
        details.append(unordered(format_note(note, cases) for note, cases in cell.notes.items()))
    title = f"{html(requirement.title)} {identified(requirement.id)}"
    basis: str = requirement.basis
    if silent:
        basis += "<br><small>does not count</small>"
    return [result, folded(title, *details), basis]


def format_note(note: Note, cases: Ids) -> str:
    """Return a reason, and the first of the cases that it is about."""
    reason = f"{note.reason} (known: {note.known})" if note.known else note.reason
    more = f" and {len(cases) - 1} more" if len(cases) > 1 else ""
    return f"{html(reason)} {identified(cases[0])}{more}"


def failures(envelope: Envelope) -> Iterator[str]:
    """Yield the failures by cause: the simplest of each with its proof, the others folded."""
    blocks = list(cause_blocks(envelope))
    if blocks:
        yield element("h2", "What failed")
        yield element("p.muted", STANDING_FOR)
    for number, block in enumerate(blocks, start=1):
        yield f'<h3 id="cause-{number}">{html(block.about)} ({block.how_many})</h3>'
        yield first_failure(block)
        if block.others:
            others = "".join(other_failure(case) for case in block.others)
            yield folded(f"For the same cause: {len(block.others)} more", others)


def anchor_of(case: CaseEntry) -> str:
    """Return the id of the element that shows a failure."""
    return html(f"case-{case['id']}").replace(" ", "-")


def first_failure(block: CauseBlock) -> str:
    """Return the simplest failure of a cause: what failed, and the rest to be unfolded."""
    case = block.first
    content = [failure_head(case), brief(case)]
    rest = rest_of(case)
    if rest:
        content.append(folded("Steps, requirement and messages", rest))
    return f'<section class="failure" id="{anchor_of(case)}">{"".join(content)}</section>'


def other_failure(case: CaseEntry) -> str:
    """Return a failure, all of it to be unfolded."""
    opened = element("summary", failure_head(case))
    return f'<details id="{anchor_of(case)}">{opened}{brief(case)}{rest_of(case)}</details>'


def failure_head(case: CaseEntry) -> str:
    title = html(title_of(case) + known_of(case))
    return f"{mark(Status(case['status']))} <b>{title}</b> {identified(case['id'])}"


def brief(case: CaseEntry) -> str:
    """Return what failed: what was sent, expected and observed, and the command to run it again."""
    rows = []
    for label, text in facts_of(case):
        shown = identified(text) if label == "again" else html(text)
        rows.append([label, shown])
    return table("table.facts", rows)


def rest_of(case: CaseEntry) -> str:
    """Return the rest of what is shown of a failure."""
    lines = case.get("shown", "").splitlines()
    if not lines:
        return ""
    return element("pre", "\n".join(escape(visible(line)) for line in lines))


def differing(envelope: Envelope) -> Iterator[str]:
    """Yield the differences from assumptions, to be unfolded."""
    cases = [case for case in envelope["cases"] if case["status"] == Status.DIFFERS]
    if not cases:
        return
    rows = []
    for case in cases:
        test = f"{html(title_of(case))} {identified(case['id'])}"
        rows.append([mark(Status.DIFFERS), test, html(case["reason"])])
    head = f"Different from our assumptions, which does not count: {len(cases)}"
    yield folded(head, table("table.lines", rows, ("Result", "Test", "Reason")))
