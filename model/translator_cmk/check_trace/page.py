"""What logs show, as a page that whoever recorded them can publish.

It names what the logs name, without the identifiers that Azure gives to tenants, subscriptions and
identities.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..document import (
    Block,
    Code,
    Document,
    Folded,
    Heading,
    Items,
    Link,
    Mark,
    Paragraph,
    Strong,
    Table,
    Text,
)
from ..document.html import document_html
from ..errors import DEVIATIONS, INCOMPLETE, OK
from ..escaping import without_identifiers
from ..language.facts import Fact
from ..language.sentences import format_answer, format_fact, has_sentence
from ..machine import Accepted, Refused
from ..oracle.shown import Name
from ..requirements import Register, Requirement
from ..verdict import Status
from .events import Event
from .judging import JudgedLog
from .showing import Lines, Shows
from .wording import (
    about_azure,
    brief_losses,
    clock,
    format_losses,
    format_refusals,
    format_request,
    main_first,
    notes,
    on_lines,
    plural,
)

RESULTS = {
    OK: Mark("fits", str(Status.PASSED)),
    DEVIATIONS: Mark("does not fit", str(Status.FAILED)),
    INCOMPLETE: Mark("not decided", str(Status.INCONCLUSIVE)),
}
UNREADABLE = Mark("can't be read to its end", str(Status.FAILED))

BASES = {
    "stated": "the article says so",
    "implied": "the article implies it",
    "environment": "other documents say so",
    "assumed": "we assume it",
}

IN_SUMMARY = 2
"""How much of what a log shows stands in the first table."""

MOST_FACTS = 5
"""How many facts of one look the record has."""

TITLE = "What was recorded of customer-managed keys on Azure AI Translator"


def page_html(logs: Sequence[JudgedLog], register: Register) -> str:
    return without_identifiers(document_html(page_of(logs, register), TITLE))


def page_of(logs: Sequence[JudgedLog], register: Register) -> Document:
    """Return the page in blocks: the first screen, then each log."""
    blocks = list(beginning(logs, register))
    for number, log in enumerate(logs, start=1):
        blocks += body_of(log, number, register)
    return tuple(blocks)


def beginning(logs: Sequence[JudgedLog], register: Register) -> Iterator[Block]:
    """Yield the first screen: what was compared with what, and the result of each log."""
    article = register.article
    yield Heading(1, TITLE)
    yield Paragraph(
        (
            "Each log has requests that somebody made, with the answers and what was seen "
            "afterwards. translator-cmk compared them with the Microsoft article ",
            Link(article.title, article.url),
            f", revision of {article.revision}. Lines are those of a log.",
        )
    )
    yield Paragraph(
        (
            "Whoever recorded the logs says where. No check shows that it is true. Microsoft has "
            "not reviewed this page.",
        ),
        "note",
    )
    rows = tuple(summary_of(log, number, register) for number, log in enumerate(logs, start=1))
    yield Table(("Log", "Result", "Shows", "Lost"), rows)


def summary_of(log: JudgedLog, number: int, register: Register) -> tuple[Text, ...]:
    """Return the row of a log in the first table."""
    lost = "; ".join(brief_losses(log.verdict))
    return (
        (Link(log.name, f"#log-{number}"),),
        (mark_of(log),),
        (first_of(list(main_findings(log, register))) or "nothing",),
        (with_capital(lost),),
    )


def mark_of(log: JudgedLog) -> Mark:
    """Return the result of a log in few words."""
    return RESULTS.get(log.exit_code, UNREADABLE)


def first_of(findings: Sequence[str]) -> str:
    """Return the first of what a log shows."""
    some = [f"{finding}." for finding in findings[:IN_SUMMARY]]
    if len(findings) > IN_SUMMARY:
        some.append(f"And {len(findings) - IN_SUMMARY} more.")
    return " ".join(some)


def main_findings(log: JudgedLog, register: Register) -> Iterator[str]:
    """Yield what a log contradicts, or else what it shows and settles."""
    for deviation in log.verdict.deviations:
        for name in deviation.why.without:
            yield f"On line {deviation.at} as if this were not so: {register[name].title}"
        if not deviation.why.without:
            yield f"Line {deviation.at} can't be: {format_request(deviation.commands)}"
    if log.verdict.fits:
        yield from (requirement.title for requirement in main_first(log.shows, register))
        for name, holds in log.shows.settled:
            yield register[name].title if holds else f"Not so: {register[name].title}"


def with_capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


# One log


def body_of(log: JudgedLog, number: int, register: Register) -> Iterator[Block]:
    """Yield what there is to say of one log."""
    yield Heading(2, log.name, f"log-{number}")
    yield Paragraph((recorded(log),), "muted")
    yield Paragraph((Strong(conclusion_of(log)),), f"result {mark_of(log).kind}")
    remarks = list(remarks_on(log, register))
    if remarks:
        yield Items(tuple(remarks))
    yield from tables_of(log, register)
    yield record_of(log)


def recorded(log: JudgedLog) -> str:
    """Return what was recorded, and when, as the log says."""
    start, end = log.verdict.began, log.verdict.ended
    subject = f"{log.subject}. " if log.subject else ""
    if start is None or end is None:
        return f"{subject}The log has no times."
    return f"{subject}{start:%Y-%m-%d %H:%M:%S} to {end:%Y-%m-%d %H:%M:%S} ({start:%Z})."


def conclusion_of(log: JudgedLog) -> str:
    """Return the result of a log in one sentence."""
    verdict = log.verdict
    events = plural(verdict.judged, "event")
    if not verdict.fits:
        lines = on_lines(tuple(deviation.at for deviation in verdict.deviations))
        return f"Does not fit: {lines} can't be if the article is right. {events} judged."
    if not verdict.looks:
        return "Shows nothing: no line says what a request brought about."
    if log.exit_code == OK:
        return f"Fits: nothing in {events} contradicts the article."
    return f"Not decided: nothing in {events} contradicts the article, but not all was decided."


def remarks_on(log: JudgedLog, register: Register) -> Iterator[Text]:
    """Yield what is impossible, and what a reader has to know about single lines."""
    for deviation in log.verdict.deviations:
        request = with_capital(format_request(deviation.commands))
        for difference in deviation.differences:
            demanded = format_answer(difference.expected)
            seen = f"Seen: {format_answer(difference.seen)}."
            yield (f"Line {deviation.at}: {request}. Demanded: {demanded}. ", Strong(seen))
        for name in deviation.why.without:
            yield ("It behaves as if this were not so: ", register[name].title, " ", Code(name))
    for at, note in notes(log.verdict):
        yield (f"Line {at}: {note}.",)


def tables_of(log: JudgedLog, register: Register) -> Iterator[Block]:
    """Yield each kind of what a log shows."""
    shows = log.shows
    losses = [(f"{with_capital(said)}.",) for said in format_losses(log.verdict)]
    if losses:
        yield Heading(3, "What was lost, and when")
        yield Items(tuple(losses))
    shown = {each.id: shows.shown[each.id] for each in main_first(shows, register)}
    if shown:
        yield Heading(3, "Shown: a system without it would have differed")
        yield requirement_table(shown, register)
    if shows.settled:
        yield Heading(3, "Settled: the article doesn't say it, and we had assumed it")
        yield Table(("Rests on", "Assumption", "Seen"), tuple(settled_rows(shows, register)))
    refusals = [(f"{with_capital(said)}.",) for said in format_refusals(shows)]
    if refusals:
        yield Heading(3, "Refusals")
        yield Items(tuple(refusals))
    still_open = {
        name: lines for name, lines in shows.open.items() if register[name].basis != "environment"
    }
    if still_open:
        head = f"Still open: requests touched it, and nothing decides it: {len(still_open)}"
        yield Folded((head,), (requirement_table(still_open, register),))
    also = {each.id: lines for each, lines in about_azure(shows, register)}
    if also:
        head = f"Shown of what other documents of Microsoft's say: {len(also)}"
        yield Folded((head,), (requirement_table(also, register),))


def requirement_table(found: Mapping[str, Lines], register: Register) -> Table:
    """Return a table of requirements with the lines that they rest on."""
    rows = []
    for name, lines in found.items():
        requirement = register[name]
        rows.append(row_of(requirement, lines, BASES[requirement.basis]))
    return Table(("Rests on", "Requirement", "Basis"), tuple(rows))


def settled_rows(shows: Shows, register: Register) -> Iterator[tuple[Text, ...]]:
    """Yield the assumptions that a log settles."""
    for (name, holds), lines in shows.settled.items():
        yield row_of(register[name], lines, "it is so" if holds else "it is not so")


def row_of(requirement: Requirement, lines: Lines, word: str) -> tuple[Text, ...]:
    return (on_lines(lines),), (requirement.title, " ", Code(requirement.id)), (word,)


# The record


def record_of(log: JudgedLog) -> Folded:
    """Return the lines of a log that were followed, to be unfolded."""
    rows: list[tuple[Text, ...]] = []
    for world in log.verdict.kept:
        known: dict[tuple[Name, str], Any] = {}
        for at, event in world.events:
            time = clock(event.time) if event.time else ""
            request = format_request(event.commands) if event.commands else "a look"
            seen = "; ".join(format_facts(list(new_facts(event, known))))
            rows.append(((str(at),), (time,), (request,), (answer_of(event),), (seen,)))
    head = f"The record: {len(rows)} lines that fit"
    return Folded(
        (head,), (Table(("Line", "Time", "Request", "Answer", "New to see"), tuple(rows)),)
    )


def answer_of(event: Event) -> str:
    """Return the answer in few words."""
    if isinstance(event.outcome, Accepted):
        return "accepted"
    if isinstance(event.outcome, Refused):
        return f"refused, {event.code}" if event.code else "refused"
    if event.idle:
        return f"error, {event.code}" if event.code else "error"
    return ""


def new_facts(event: Event, known: dict[tuple[Name, str], Any]) -> Iterator[Fact]:
    """Yield what a look shows that no earlier one has shown."""
    if event.observation is None:
        return
    for kind, entities in event.observation.items():
        for name, fields in entities.items():
            for field, value in {"exists": True, **fields}.items():
                yield from newly(Fact(kind, name, field, value), known)
    # Of what is gone a look in part names `exists`, and a complete one nothing.
    looked_at = known if event.shown.only is None else event.shown.only
    for (kind, name), field in sorted(looked_at):
        if field == "exists" and name not in event.observation.get(kind, {}):
            yield from newly(Fact(kind, name, field, False), known)


def newly(fact: Fact, known: dict[tuple[Name, str], Any]) -> Iterator[Fact]:
    """Yield a fact unless it is known."""
    address = ((fact.kind, fact.name), fact.field)
    if known.get(address) != fact.value:
        known[address] = fact.value
        yield fact


def format_facts(facts: Sequence[Fact]) -> Iterator[str]:
    """Yield the sentences of some facts."""
    told = [format_fact(fact) for fact in facts if has_sentence(fact)]
    yield from told[:MOST_FACTS]
    if len(told) > MOST_FACTS:
        yield f"and {len(told) - MOST_FACTS} more"
