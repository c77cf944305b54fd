"""What logs show, as a page that whoever recorded them can publish.

It names what the logs name, without the identifiers that Azure gives to tenants, subscriptions and
identities.
"""

from collections.abc import Iterator, Sequence
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
from ..requirements import Register
from ..verdict import Status
from .events import Event
from .judging import JudgedLog
from .wording import (
    about_azure,
    clock,
    conclusion,
    format_losses,
    format_refusals,
    format_request,
    format_settled,
    in_order,
    notes,
    numbers,
)

RESULTS = {
    OK: Mark("fits", str(Status.PASSED)),
    DEVIATIONS: Mark("does not fit", str(Status.FAILED)),
    INCOMPLETE: Mark("not decided", str(Status.INCONCLUSIVE)),
}
UNREADABLE = Mark("can't be read to its end", str(Status.FAILED))

IN_SUMMARY = 3
"""How much of what a log shows stands in the first table."""

MOST_FACTS = 5
"""How many facts of one look the record has."""


def page_html(logs: Sequence[JudgedLog], judged_by: str, register: Register) -> str:
    """Return the page."""
    return without_identifiers(document_html(page_of(logs, judged_by, register), TITLE))


TITLE = "What was recorded of customer-managed keys on Azure AI Translator"


def page_of(logs: Sequence[JudgedLog], judged_by: str, register: Register) -> Document:
    """Return the page in blocks."""
    return (*beginning(logs, judged_by, register), *bodies(logs, judged_by, register))


def beginning(logs: Sequence[JudgedLog], judged_by: str, register: Register) -> Iterator[Block]:
    """Yield the first screen: what was compared with what, and the result of each log."""
    article = register.article
    yield Heading(1, TITLE)
    yield Paragraph(
        (
            "Each log has the requests that somebody made, the answers, and what was seen "
            "afterwards. translator-cmk compared them with the Microsoft article ",
            Link(article.title, article.url),
            f", revision of {article.revision} ({judged_by}).",
        )
    )
    yield Paragraph(
        (
            "What was recorded, and where, is known from whoever recorded it: no check shows that "
            "it is true. Microsoft has not reviewed this page.",
        ),
        "note",
    )
    rows = tuple(summary_of(log, register) for log in logs)
    yield Table(("Log", "Result", "Shows", "Losses"), rows)


def summary_of(log: JudgedLog, register: Register) -> tuple[Text, ...]:
    """Return the row of a log in the first table."""
    name: Text = (Link(log.name, f"#{anchor_of(log)}"),)
    if log.subject:
        name = (*name, f" {log.subject}")
    return (
        name,
        (RESULTS.get(log.exit_code, UNREADABLE),),
        (first_of(list(main_findings(log, register))),),
        (first_of(list(format_losses(log.verdict))),),
    )


def first_of(entries: Sequence[str]) -> str:
    """Return the first of what a log shows, in a cell."""
    if not entries:
        return "nothing"
    more = f"; and {len(entries) - IN_SUMMARY} more" if len(entries) > IN_SUMMARY else ""
    return ". ".join(entries[:IN_SUMMARY]) + more


def main_findings(log: JudgedLog, register: Register) -> Iterator[str]:
    """Yield what a log contradicts, then what it shows and settles."""
    for deviation in log.verdict.deviations:
        yield from (
            f"Line {deviation.at}: {format_answer(difference.seen)}"
            for difference in deviation.differences
        )
    yield from (requirement.title for requirement in in_order(log.shows, register))
    for name, holds in log.shows.settled:
        text = format_settled(register[name], holds)
        yield f"{text[:1].upper()}{text[1:]}"


# One log


def bodies(logs: Sequence[JudgedLog], judged_by: str, register: Register) -> Iterator[Block]:
    """Yield what there is to say of each log."""
    for log in logs:
        yield Heading(2, log.name, anchor_of(log))
        said = conclusion(log.verdict, judged_by)
        mark = RESULTS.get(log.exit_code, UNREADABLE)
        yield Paragraph((Strong(f"{said[:1].upper()}{said[1:]}."),), f"result {mark.kind}")
        yield from deviations_of(log)
        yield from tables_of(log, register)
        yield record_of(log)


def anchor_of(log: JudgedLog) -> str:
    return f"log-{log.name}"


def deviations_of(log: JudgedLog) -> Iterator[Block]:
    """Yield what is impossible, and what a reader has to know about single lines."""
    lines: list[Text] = []
    for deviation in log.verdict.deviations:
        request = format_request(deviation.commands)
        for difference in deviation.differences:
            demanded = format_answer(difference.expected)
            seen = format_answer(difference.seen)
            lines.append(
                (f"Line {deviation.at}: {request}. Demanded: {demanded}. ", Strong(f"Seen: {seen}"))
            )
        if deviation.why.without:
            lines.append((f"As if it had no {', '.join(deviation.why.without)}.",))
    lines += [(f"Line {at}: {note}",) for at, note in notes(log.verdict)]
    if lines:
        yield Items(tuple(lines))


def tables_of(log: JudgedLog, register: Register) -> Iterator[Block]:
    """Yield a table of each kind of what a log shows."""
    shows = log.shows
    losses = [(said,) for said in format_losses(log.verdict)]
    if losses:
        yield Heading(3, "What was lost, and when")
        yield Items(tuple(losses))
    shown = [
        ((each.title, " ", Code(each.id)), (each.basis,), (numbers(shows.shown[each.id]),))
        for each in in_order(shows, register)
    ]
    if shown:
        yield Heading(3, "Shown: a system without it would have answered otherwise")
        yield Table(("Requirement", "The article", "Lines"), tuple(shown))
    settled = [
        ((format_settled(register[name], holds), " ", Code(name)), (numbers(lines),))
        for (name, holds), lines in shows.settled.items()
    ]
    if settled:
        yield Heading(3, "Settled: the article doesn't say it, and we had assumed it")
        yield Table(("Assumption", "Lines"), tuple(settled))
    refusals = [((numbers(lines),), (said,)) for lines, said in format_refusals(shows)]
    if refusals:
        yield Heading(3, "Refusals")
        yield Table(("Lines", "Refusal"), tuple(refusals))
    still_open = [
        ((register[name].title, " ", Code(name)), (numbers(lines),))
        for name, lines in shows.open.items()
        if register[name].basis != "environment"
    ]
    if still_open:
        head = f"Still open, although it was put to the test: {len(still_open)}"
        yield Folded((head,), (Table(("Requirement", "Lines"), tuple(still_open)),))
    also = [
        ((each.title, " ", Code(each.id)), (numbers(lines),))
        for each, lines in about_azure(shows, register)
    ]
    if also:
        head = f"Shown of what other documents of Microsoft's say: {len(also)}"
        yield Folded((head,), (Table(("Requirement", "Lines"), tuple(also)),))


# The record


def record_of(log: JudgedLog) -> Folded:
    """Return the lines of a log that were followed, to be unfolded."""
    rows: list[tuple[Text, ...]] = []
    known: dict[tuple[Name, str], Any] = {}
    for world in log.verdict.kept:
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
    for kind, entities in (event.observation or {}).items():
        for name, fields in entities.items():
            for field, value in {"exists": True, **fields}.items():
                yield from newly(Fact(kind, name, field, value), known)
    for (kind, name), field in sorted(event.shown.only or ()):
        if field == "exists" and name not in (event.observation or {}).get(kind, {}):
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
