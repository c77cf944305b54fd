"""An envelope as a document, for whoever gets the report."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...document import (
    Block,
    Box,
    Code,
    Document,
    Folded,
    Heading,
    Items,
    Lines,
    Link,
    Mark,
    Paragraph,
    Strong,
    Table,
    Text,
)
from ...document.html import document_html
from ...language.declaration import CAPABILITIES, LEVELS
from ...oracle.profiles import silent_in
from ...requirements import Register, Requirement, load_register
from ...verdict import OF_REQUIREMENTS, Status
from ..judgement.cases import CaseEntry, Envelope, Ids
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

MEANINGS = {status: status.meaning for status in OF_REQUIREMENTS if status is not Status.STALE} | {
    Status.FAILED: "something of it failed; the number says how many of the tests that apply "
    "passed",
    Status.PARTLY: "some of it passed, and the rest could not be decided",
}
"""What the marks mean on this page, where a requirement has failed as soon as anything of it has.
"""

BASES = {
    "stated": "a sentence of the article says so",
    "implied": "it follows from sentences of the article",
    "environment": "other Microsoft documents say so, and the article takes it for granted",
    "assumed": "the article does not say; this specification had to choose",
}


def report_html(envelope: Envelope) -> str:
    """Return the page."""
    return document_html(page_of(envelope), f"{product(envelope)}: {headline(envelope)}")


def page_of(envelope: Envelope) -> Document:
    """Return the page in blocks."""
    register = load_register(revision=envelope["register"]["article"])
    found = cells(envelope, register)
    return (
        *beginning(envelope, register),
        *failures(envelope),
        Heading(2, "Summary"),
        facts(summary(envelope, found)),
        *differing(envelope),
        Heading(2, "What was claimed"),
        *claims(envelope),
        Heading(2, "What was run"),
        facts(runs(envelope)),
        Heading(2, "What was not run"),
        Items(tuple((gap,) for gap in gaps(envelope, found))),
        Heading(2, "Requirements"),
        Paragraph(("Open a line to read the whole requirement, and why it came out so.",)),
        *topics(envelope, register, found),
        *how_to_check(),
        Heading(2, "What the marks mean"),
        facts(((mark(status),), (meaning,)) for status, meaning in MEANINGS.items()),
        Heading(3, "Basis of a requirement"),
        facts(((basis,), (meaning,)) for basis, meaning in BASES.items()),
        Heading(2, "All tests"),
        all_tests(envelope),
    )


def facts(rows: Iterable[tuple[Text, ...]]) -> Table:
    """Return a table of which the first cell of each row heads it."""
    return Table((), tuple(rows))


def mark(status: Status) -> Mark:
    """Return a result with its glyph; what is known to fail has failed."""
    shown = status.unlisted
    return Mark(f"{shown.glyph} {shown.short}", str(shown))


def beginning(envelope: Envelope, register: Register) -> Iterator[Block]:
    """Yield what was compared with what, the result, and who answered."""
    article = register.article
    yield Paragraph(("Conformance report",), "muted")
    yield Heading(1, product(envelope))
    yield Paragraph(
        (
            "Compared with the Microsoft article ",
            Link(article.title, article.url),
            f", revision of {article.revision}.",
        )
    )
    shown = badge_of(envelope).status
    said = conclusion(envelope)
    result: Text = (Strong(f"{shown.glyph} {said[:1].upper()}{said[1:]}"),)
    for limit in limits(envelope):
        result = (*result, f"; {limit}")
    yield Paragraph(result, f"result {shown}")
    yield Paragraph(NOT_AZURE, "note")


def limits(envelope: Envelope) -> Iterator[str]:
    """Yield what limits the result."""
    if any(scope_of(envelope)):
        yield "for a part of the specification: see what was not run"
    if not envelope["released"]:
        yield "by an unreleased kit: a version of translator-cmk that nobody published"


NOT_AZURE: Text = (
    Strong("Not observed on Azure."),
    " The answers are those of the system that was run, under the name that it gives itself. They "
    "show nothing about Microsoft's service, and Microsoft has not reviewed this report.",
)


# What failed, and what differs


def failures(envelope: Envelope) -> Iterator[Block]:
    """Yield the failures by cause: the simplest of each with its proof, the others folded."""
    blocks = list(cause_blocks(envelope))
    if blocks:
        yield Heading(2, "What failed")
        yield Paragraph((STANDING_FOR,), "muted")
    for number, block in enumerate(blocks, start=1):
        yield Heading(3, f"{block.about} ({block.how_many})", f"cause-{number}")
        yield first_failure(block)
        if block.others:
            head = f"For the same cause: {len(block.others)} more"
            yield Folded((head,), tuple(map(other_failure, block.others)))


def anchor_of(case: CaseEntry) -> str:
    """Return where the page shows a failure."""
    return f"case-{case['id']}".replace(" ", "-")


def first_failure(block: CauseBlock) -> Box:
    """Return the simplest failure of a cause: what failed, and the rest to be unfolded."""
    case = block.first
    content: list[Block] = [
        Paragraph(failure_head(case)),
        brief(case),
        *rest_of(case),
    ]
    return Box(tuple(content), anchor_of(case))


def other_failure(case: CaseEntry) -> Folded:
    """Return a failure, all of it to be unfolded."""
    return Folded(failure_head(case), (brief(case), *rest_of(case)), anchor_of(case))


def failure_head(case: CaseEntry) -> Text:
    title = title_of(case) + known_of(case)
    return (mark(Status(case["status"])), " ", Strong(title), " ", Code(case["id"]))


def brief(case: CaseEntry) -> Table:
    """Return what failed: what was sent, expected and observed, and the command to run it again."""
    rows: list[tuple[Text, ...]] = []
    for label, text in facts_of(case):
        rows.append(((label,), (Code(text) if label == "again" else text,)))
    return facts(rows)


def rest_of(case: CaseEntry) -> Iterator[Folded]:
    """Yield the rest of what is shown of a failure."""
    lines = tuple(case.get("shown", "").splitlines())
    if lines:
        yield Folded(("Steps, requirement and messages",), (Lines(lines),))


def differing(envelope: Envelope) -> Iterator[Folded]:
    """Yield the differences from assumptions, to be unfolded."""
    rows: list[tuple[Text, ...]] = []
    for case in envelope["cases"]:
        if case["status"] == Status.DIFFERS:
            test = (title_of(case), " ", Code(case["id"]))
            rows.append(((mark(Status.DIFFERS),), test, (case["reason"],)))
    if rows:
        head = f"Different from our assumptions, which does not count: {len(rows)}"
        yield Folded((head,), (Table(("Result", "Test", "Reason"), tuple(rows)),))


# How the run was made, and what of it came out


def summary(envelope: Envelope, found: Mapping[str, Cell]) -> Iterator[tuple[Text, ...]]:
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
        yield (name,), (f"{counts.total()}: {', '.join(words) or 'none'}",)


def claims(envelope: Envelope) -> Iterator[Block]:
    """Yield what the system declared, and which failures were known."""
    profile = envelope["profile"]
    listed = envelope["deviations"]
    rows: list[tuple[Text, ...]] = [
        (("Profile",), (Strong(profile), f": {WHAT_COUNTS[profile]}")),
    ]
    if envelope["subject"]:
        rows += declared(envelope["subject"])
    rows.append((("Known failures",), (f"{len(listed)} listed" if listed else "none listed",)))
    yield facts(rows)

    if listed:
        known: list[tuple[Text, ...]] = []
        for deviation in listed:
            about = deviation["case"] or deviation["requirement"]
            texts = (about, deviation["reason"], deviation["issue"], deviation["expires"])
            known.append(tuple((text,) for text in texts))
        yield Table(("Known failure", "Reason", "Tracked at", "Until"), tuple(known))
    for stale in envelope["stale_deviations"]:
        yield Paragraph((mark(Status.FAILED), f" {stale}"))


def declared(subject: Mapping[str, Any]) -> Iterator[tuple[Text, ...]]:
    """Yield what a system declared."""
    capabilities = [name for name in CAPABILITIES if name in subject["capabilities"]]
    lacking = [name for name in CAPABILITIES if name not in subject["capabilities"]]
    windows = [f"{name}: {seconds} s" for name, seconds in subject["windows"].items()]
    yield ("System",), ("{product}, version {version}".format(**subject),)
    yield ("Parts covered",), described(LEVELS, subject["levels"], "none")
    yield ("Capabilities",), described(CAPABILITIES, capabilities, "none that are optional")
    yield ("Lacks",), described(CAPABILITIES, lacking, "nothing that is optional")
    yield ("Does not show",), (", ".join(subject["hidden"]) or "it shows everything",)
    yield ("Delays",), (", ".join(windows) or "none: effects are expected at once",)


def described(parts: Mapping[str, str], names: Iterable[str], otherwise: str) -> Text:
    """Return each of these names with what it means."""
    text: Text = ()
    for name in names:
        before = ("; ",) if text else ()
        text = (*text, *before, Strong(name), f": {parts[name]}")
    return text or (otherwise,)


def runs(envelope: Envelope) -> Iterator[tuple[Text, ...]]:
    """Yield which kinds of tests were run, and when."""
    for lane in envelope["lanes"]:
        name, means = KINDS_OF_TEST[lane]
        yield (name,), (f"{means}: {amount_of(envelope, lane)} (", Code(lane), ")")
    yield ("When",), (f"{envelope['started']} to {envelope['finished']}",)
    yield ("Seed",), (f"{envelope['seed']}. The same seed makes the same tests",)
    yield ("Tested with",), (kit_of(envelope),)


def topics(
    envelope: Envelope, register: Register, found: Mapping[str, Cell]
) -> Iterator[Heading | Folded]:
    """Yield a heading with the requirements for each topic."""
    silent = silent_in(envelope["profile"], register)
    for topic, requirements in register.topics.items():
        yield Heading(3, topic.capitalize())
        for requirement in requirements:
            yield line_of(requirement, found[requirement.id], requirement.id in silent)


def line_of(requirement: Requirement, cell: Cell, silent: bool) -> Folded:
    """Return the result of a requirement, its wording and the reasons to be unfolded."""
    result: Text = (mark(verdict(cell)),)
    if cell.applicable:
        result = (*result, f" {cell.passed} of {cell.applicable}")
    basis = f" {requirement.basis}, does not count" if silent else f" {requirement.basis}"
    head = (*result, f" {requirement.title} ", Code(requirement.id), basis)
    blocks: tuple[Block, ...] = (Paragraph((requirement.wording,)),)
    if cell.notes:
        blocks = (*blocks, Items(tuple(format_note(*noted) for noted in cell.notes.items())))
    return Folded(head, blocks)


def format_note(note: Note, cases: Ids) -> Text:
    """Return a reason, and the first of the cases that it is about."""
    reason = f"{note.reason} (known: {note.known})" if note.known else note.reason
    more = f" and {len(cases) - 1} more" if len(cases) > 1 else ""
    return (f"{reason} ", Code(cases[0]), more)


def how_to_check() -> Iterator[Block]:
    """Yield how a reader confirms the report."""
    yield Heading(2, "How to check this report")
    yield Paragraph(
        ("Derive every result again from the recorded messages in the folder of this report:",)
    )
    yield Lines(("translator-cmk report check FOLDER",))
    yield Paragraph(
        (
            "Ask the system all of it again, by its command or its URL. "
            "A recorded log can't be asked:",
        )
    )
    yield Lines(("translator-cmk report reproduce FOLDER --stdio 'COMMAND'",))
    yield Paragraph(
        (
            "The first shows that the results follow from the messages, the second that the system "
            "answers so. No check shows that the name and the version of the system are true.",
        )
    )


def all_tests(envelope: Envelope) -> Folded:
    """Return all tests with the reason for each result, to be unfolded."""
    rows: list[tuple[Text, ...]] = []
    for case in envelope["cases"]:
        test = (f"{case.get('name', '')} ", Code(case["id"]))
        reasons = [] if case["scored"] else ["does not count"]
        if "reason" in case:
            reasons.append(case["reason"])
        rows.append(((mark(Status(case["status"])),), test, ("; ".join(reasons),)))
    head = f"All {len(rows)} tests, with the reason for each result"
    return Folded((head,), (Table(("Result", "Test", "Reason"), tuple(rows)),))
