"""Format an envelope as a page for whoever gets the report: one file, which runs and fetches nothing."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from html import escape
from typing import Any

from ...badges import LOOKS
from ...escaping import html, visible
from ...language.declaration import CAPABILITIES, LEVELS
from ...oracle.profiles import silent_in
from ...requirements import Requirement, load_register
from ..cases import FEATURES, FUZZ, TOUR, TRACE
from .marks import FAILURES, MARKS, Cell, cells, word_of
from .summaries import badge_status, conclusion, few, headline, product, scope_of, unasked

KINDS_OF_TEST = {
    FEATURES: ("Scenarios", "one request after a few preparations, with its expected outcome, in written examples"),
    TOUR: ("Planned sequences", "many requests in a row, planned to meet the most rules in the fewest steps"),
    FUZZ: ("Random sequences", "many requests in a row, drawn at random from the seed"),
    TRACE: ("Recorded logs", "requests and answers that were recorded elsewhere, compared with what is allowed"),
}
"""For each lane its name for readers, and what it does."""

PROFILES = {
    "article": "Counted is what the article states, what follows from it, and what Azure's documents say of its "
    "surroundings. A difference from an assumption of this specification is shown and does not count.",
    "full": "Everything counts, also what this specification only assumes where the article is silent.",
}

BASES = {
    "stated": "a sentence of the article says so",
    "implied": "it follows from sentences of the article",
    "environment": "other Microsoft documents say so, and the article takes it for granted",
    "assumed": "the article does not say; this specification had to choose",
}

NOT_AZURE = (
    "<b>Not observed on Azure.</b> The answers are those of the system that was run, under the name that it gives "
    "itself. They show nothing about Microsoft's service, and Microsoft has not reviewed this report."
)

CLAIMED = "No check shows that the name and the version of the system are true."

MEANS = {name: each.means for name, each in MARKS.items() if name != "stale"} | {
    "failed": "something of it failed; the number says how many of the tests that apply passed",
    "partly": "some of it passed, and the rest could not be decided",
}

STYLE = """
:root { color-scheme: light dark; background: Canvas; color: CanvasText; }
:root { --line: #8885; --soft: #8881; --muted: #57606a; --bad: #b3261e; --good: #0b7261;
  --partly: #8a5a00; --link: #0b57d0; }
@media (prefers-color-scheme: dark) { :root { --muted: #a5adb8; --bad: #ff8a80; --good: #58d0b6; --partly: #f0b354;
  --link: #8ab4f8; } }
* { box-sizing: border-box; }
body { font: 16px/1.55 system-ui, "Segoe UI", sans-serif; margin: 0 auto; max-width: 62rem; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; } h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .25rem; } p { margin: .4rem 0; max-width: 46rem; } a { color: var(--link); }
.result { border: 1px solid var(--line); border-left: .5rem solid; border-radius: .4rem; margin: 1rem 0;
  padding: .6rem 1rem; font-size: 1.15rem; overflow-wrap: anywhere; }
.note { background: var(--soft); border-radius: .4rem; padding: .6rem 1rem; } .muted { color: var(--muted); }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top;
  padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { font-size: .85rem; color: var(--muted); font-weight: 600; }
.facts th { width: 12rem; font-size: .95rem; overflow-wrap: normal; }
.lines td:first-child { width: 10rem; } .lines td:last-child { width: 7rem; color: var(--muted); }
.mark { font-weight: 600; white-space: nowrap; } .passed { color: var(--good); } .failed { color: var(--bad); }
.partly, .inconclusive, .blocked { color: var(--partly); }
summary { cursor: pointer; } details > :not(summary) { margin-left: 1.1rem; }
code { font: .9em ui-monospace, Consolas, monospace; } summary code, td code { color: var(--muted); font-size: .8em; }
pre { font: .85rem/1.45 ui-monospace, Consolas, monospace; background: var(--soft); border-radius: .4rem;
  overflow-wrap: anywhere; padding: .75rem; white-space: pre-wrap; }
@media (max-width: 40rem) { .facts th { width: 7.5rem; font-size: .85rem; } .lines thead { display: none; }
  .lines tr { display: block; padding: .4rem 0; border-bottom: 1px solid var(--line); }
  .lines td, .lines td:first-child { display: block; width: auto; border: 0; padding: 0; } }
@media print { body { max-width: none; font-size: 10pt; } }
"""

HEAD = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<style>{STYLE}</style>
"""


def report_html(envelope: Mapping[str, Any]) -> str:
    """Return the page."""
    found = cells(envelope, load_register())
    parts = (
        introduction(envelope),
        summary(envelope, found),
        *section("What was claimed", claims(envelope)),
        *section("What was run", runs(envelope)),
        *section("What was not run", gaps(envelope, found)),
        *section("Requirements", requirements(found, silent_in(envelope["profile"], load_register()))),
        *section("Failures", failures(envelope)),
        *section("How to check this report", checks(envelope)),
        *section("What the marks mean", legend()),
        *section("All tests", every_case(envelope)),
    )
    body = "\n".join(each for part in parts for each in part)
    title = html(f"{product(envelope)}: {headline(envelope)}")
    return f"{HEAD}<title>{title}</title></head><body><main>\n{body}\n</main></body></html>\n"


def section(title: str, content: Iterable[str]) -> Iterator[Iterable[str]]:
    """Yield a heading and what is below it; nothing where nothing is."""
    if found := list(content):
        yield [element("h2", title), *found]


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


def mark(word: str) -> str:
    """Return a result with its glyph."""
    return element(f"span.mark {word}", f"{MARKS[word].glyph} {MARKS[word].word}")


def introduction(envelope: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the report is about, and what came out."""
    article, look = load_register().article, LOOKS[badge_status(envelope)]
    link = f'<a href="{html(article.url)}">{html(article.title)}</a>'
    yield element("p.muted", "Conformance report")
    yield element("h1", html(product(envelope)))
    yield element("p", f"Compared with the Microsoft article {link}, revision of {article.revision}.")
    notes = ["for a part of the specification: see what was not run"] if any(scope_of(envelope)) else []
    notes += [] if envelope["release"] else ["by an unreleased kit: a version of translator-cmk that nobody published"]
    shown = conclusion(envelope)
    said = element("b", html(f"{look.glyph} {shown[:1].upper()}{shown[1:]}")) + "".join(f"<br>{each}" for each in notes)
    yield f'<p class="result" style="border-left-color: {look.colour}">{said}</p>'
    yield element("p.note", NOT_AZURE)


def summary(envelope: Mapping[str, Any], found: Mapping[str, Cell]) -> Iterator[str]:
    """Yield how many requirements and tests came out how."""
    words = {
        "Requirements": Counter(map(verdict, found.values())),
        "Tests that count": Counter(case["status"] for case in envelope["cases"] if case["scored"]),
    }
    rows = ([name, f"{counts.total()}: {counted_words(counts)}"] for name, counts in words.items() if counts)
    yield table("table.facts", rows)


def counted_words(counts: Mapping[str, int]) -> str:
    """Format how many came out how, in the order of the legend."""
    return ", ".join(f"{counts[each]} {word_of(each)}" for each in (*MARKS, "known") if counts[each])


def claims(envelope: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the system declared, and which failures were known."""
    subject, listed, profile = envelope["subject"], envelope["deviations"], envelope["profile"]
    rows = [["Profile", f"<b>{html(profile)}</b>: {PROFILES[profile]}"]]
    if subject:
        can = {name: text for name, text in CAPABILITIES.items() if name in subject["capabilities"]}
        lacking = {name: text for name, text in CAPABILITIES.items() if name not in can}
        late = [f"{name}: {seconds} s" for name, seconds in subject["windows"].items()]
        rows += [
            ["System", html("{product}, version {version}".format(**subject))],
            ["Parts covered", described({name: LEVELS[name] for name in subject["levels"]})],
            ["Capabilities", described(can) or "none that are optional"],
            ["Lacks", described(lacking) or "nothing that is optional"],
            ["Does not show", html(", ".join(subject["hidden"]) or "it shows everything")],
            ["Delays", html(", ".join(late) or "none: effects are expected at once")],
        ]
    rows.append(["Known failures", f"{len(listed)} listed" if listed else "none listed"])
    yield table("table.facts", rows)
    fields = ("reason", "issue", "expires")
    about = [[html(each["case"] or each["requirement"]), *(html(each[name]) for name in fields)] for each in listed]
    yield table("table", about, ("Known failure", "Reason", "Tracked at", "Until")) if about else ""
    yield from (element("p", mark("failed"), " ", html(each)) for each in envelope["stale_deviations"])


def described(parts: Mapping[str, str]) -> str:
    """Return each name with what it means, on lines of their own."""
    return "<br>".join(f"<b>{html(name)}</b>: {html(text)}" for name, text in parts.items())


def runs(envelope: Mapping[str, Any]) -> Iterator[str]:
    """Yield which kinds of tests were run, when, and how much of the specification they met."""
    rows, coverage = [], envelope["coverage"]
    for lane in envelope["lanes"]:
        name, means = KINDS_OF_TEST[lane]
        done = [f"{envelope.get(lane, {})[each]:,} {each}" for each in ("sequences", "commands") if lane in envelope]
        cases = sum(case["lane"] == lane for case in envelope["cases"])
        rows.append([name, f"{means}: {', '.join(done) or f'{cases:,} of them'} ({element('code', lane)})"])
    met = "{rows} of {rows_in_all} rules of the model, {reasons} of {reasons_in_all} reasons to refuse a request"
    rows += [
        ["When", html(f"{envelope['started']} to {envelope['finished']}")],
        ["Seed", f"{envelope['seed']}. The same seed makes the same tests"],
        ["Met", met.format(**coverage)],
        ["Tested with", html(f"translator-cmk {envelope['kit']}, specification {envelope['digest'][:12]}")],
    ]
    yield table("table.facts", rows)


def gaps(envelope: Mapping[str, Any], found: Mapping[str, Cell]) -> Iterator[str]:
    """Yield what the run leaves out."""
    missing = [name for name, cell in found.items() if cell.word == "not-run"]
    declared = sum(cell.word == "declared" for cell in found.values())
    lacking = [KINDS_OF_TEST[lane][0].lower() for lane in (FEATURES, TOUR, FUZZ) if lane not in envelope["lanes"]]
    points = [f"No {each} were run." for each in lacking]
    points += [f"Narrowed: {each}." for each in scope_of(envelope) if not each.startswith("lane")]
    points += [f"It ended early: {envelope['trouble']}."] if "trouble" in envelope else []
    points += [f"{each[0].upper()}{each[1:]}." for each in unasked(envelope)]
    points += [f"{len(missing)} requirements were not run: {few(missing)}."] if missing else []
    points.append(f"{declared} requirements, such as the cipher, can't be seen from outside, only declared.")
    yield element("ul", *(element("li", html(each)) for each in points))


def requirements(found: Mapping[str, Cell], silent: Collection[str]) -> Iterator[str]:
    """Yield a line for each requirement, by topic; its wording and the reasons unfold."""
    yield element("p", "Open a line to read the whole requirement, and why it came out so.")
    for topic, of_it in load_register().topics.items():
        yield element("h3", topic.capitalize())
        rows = (line_of(each, found[each.id], each.id in silent) for each in of_it)
        yield table("table.lines", rows, ("Result", "Requirement", "Basis"))


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


def verdict(cell: Cell) -> str:
    """Return the result of a requirement: failed as soon as anything of it fails."""
    return "failed" if any(note.status in FAILURES for note in cell.notes) else cell.word


def identified(name: str) -> str:
    """Return the id of something."""
    return element("code", html(name))


def folded(head: str, *content: str) -> str:
    """Return what can be unfolded below its first line."""
    return element("details", element("summary", head), *content)


def failures(envelope: Mapping[str, Any]) -> Iterator[str]:
    """Yield the failures by cause; each unfolds in full."""
    register, by_id = load_register(), {case["id"]: case for case in envelope["cases"]}
    for group in envelope["groups"]:
        cause = register.get(group["cause"])
        yield element("h3", html(cause.title if cause else group["cause"] or "Attributed to no requirement"))
        yield element("p", html(cause.wording), " ", identified(cause.id)) if cause else ""
        for case in sorted((by_id[name] for name in group["cases"]), key=lambda case: case["status"] == "blocked"):
            known = f" (known: {html(case['known'])})" if case["status"] == "known" else ""
            shown = "\n".join(escape(visible(line)) for line in case.get("shown", "").splitlines()[1:])
            head = f"{result_of(case)} {html(case.get('name', ''))}{known} {identified(case['id'])}"
            yield folded(head, element("p", html(case.get("reason", ""))), element("pre", shown) if shown else "")


def result_of(case: Mapping[str, Any]) -> str:
    """Return the result of a case; one that is known to fail has failed."""
    return mark("failed" if case["status"] == "known" else case["status"])


def checks(envelope: Mapping[str, Any]) -> Iterator[str]:
    """Yield how anybody can check the report, and what no check shows."""
    yield element("p", "Derive every result again from the recorded messages in the folder of this report:")
    yield element("pre", "translator-cmk report check FOLDER")
    if envelope["transport"] != "none":
        yield element("p", "Ask the system all of it again, by its command or its URL:")
        yield element("pre", "translator-cmk report reproduce FOLDER --stdio 'COMMAND'")
    yield element(
        "p",
        "The first shows that the results follow from the messages, the second that the system answers so. ",
        CLAIMED,
    )


def legend() -> Iterator[str]:
    """Yield what the marks and the bases mean."""
    yield table("table.facts", ([mark(each), html(means)] for each, means in MEANS.items()))
    yield element("h3", "Basis of a requirement")
    yield table("table.facts", ([name, html(means)] for name, means in BASES.items()))


def every_case(envelope: Mapping[str, Any]) -> Iterator[str]:
    """Yield a table of all tests."""
    rows = (
        [
            result_of(case),
            f"{html(case.get('name', ''))} {identified(case['id'])}",
            html(("" if case["scored"] else "does not count; ") + str(case.get("reason", ""))),
        ]
        for case in envelope["cases"]
    )
    tests = table("table.lines", rows, ("Result", "Test", "Reason"))
    yield folded(f"All {len(envelope['cases'])} tests, with the reason for each result", tests)
