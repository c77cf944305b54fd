"""Words for what a log shows, which the terminal and the page share."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from ..language.sentences import format_command
from ..machine import Command
from ..requirements import Register, Requirement
from ..words import listed
from .checking import TraceVerdict
from .events import Event
from .losses import Loss, Moment
from .showing import Lines, Shows

SAID = ("stated", "implied")
"""The bases of what the article says."""

MOST_LINES = 6
"""How many numbers of lines are listed."""

WITH_CONTROLS = 3
"""So many lines has a claim with controls at least: its own, one before and one after."""

MANY = 3
"""How many of the commands that an event may have been are printed."""

THINGS = {"document": "the document", "model": "the deployed model", "workspace": "the data of"}
THINGS_IN_PLURAL = {
    "document": "the documents",
    "model": "the deployed models",
    "workspace": "the data of",
}


def plural(number: int, noun: str) -> str:
    """Return the number with its noun."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def on_lines(lines: Lines) -> str:
    """Return `line 4`, `lines 4, 6 and 9`, or of many their number with the first and the last."""
    if len(lines) > MOST_LINES:
        return f"{len(lines)} lines from {lines[0]} to {lines[-1]}"
    return f"line{'s' if len(lines) > 1 else ''} {listed(map(str, lines))}"


def format_request(commands: tuple[Command, ...]) -> str:
    """Return the request in words."""
    if not commands:
        return "what was seen"
    some = "; ".join(format_command(command) for command in commands[:MANY])
    if len(commands) == 1:
        return some
    more = "; ..." if len(commands) > MANY else ""
    return f"any of {len(commands):,} commands: {some}{more}"


# The verdict


def conclusion(verdict: TraceVerdict, judged: str) -> str:
    """Return the verdict in one sentence."""
    counts = f"{plural(verdict.judged, 'event')} judged in {plural(verdict.worlds, 'world')}"
    if verdict.uncompared:
        counts += f", {verdict.uncompared:,} of them uncompared"
    if verdict.skipped:
        counts += f", {verdict.skipped:,} more not judged"
    if not verdict.fits:
        first = verdict.deviations[0]
        where = f"in {plural(len(verdict.deviations), 'world')}, first on line {first.at:,}"
        return f"does not fit the specification ({judged}) {where}: {counts}"
    if not verdict.judgeable:
        return (
            "has no outcome and no observation, so there is nothing to judge; log the outcomes of "
            "the commands"
        )
    if not verdict.looks:
        return (
            f"shows nothing ({judged}): {counts}, and none of them says what a command brought "
            "about; log an observation after each command"
        )
    if not verdict.complete:
        return f"fits the specification ({judged}) as far as it was judged: {counts}"
    return f"fits the specification ({judged}): {counts}"


def notes(verdict: TraceVerdict) -> Iterator[tuple[int, str]]:
    """Yield what a reader has to know about single lines."""
    for at, code, commands in verdict.unexplained:
        yield at, f"refused with {code}, and not accepted later: {format_request(commands)}"
    for at in verdict.time_runs_back:
        yield at, "its time is before that of an earlier line"


# What it shows


def main_first(shows: Shows, register: Register) -> list[Requirement]:
    """Return the requirements that a log shows and that the article states or implies.

    Those that needed controls come first.  Effects of commands come after what follows from them,
    and of equals the latest comes first.
    """

    def place(name: str) -> tuple[bool, bool, int]:
        lines = shows.shown[name]
        needs_no_controls = len(lines) < WITH_CONTROLS
        is_effect = register[name].kind == "effect"
        last_line = lines[-1]
        return needs_no_controls, is_effect, -last_line

    names = [name for name in shows.shown if register[name].basis in SAID]
    return [register[name] for name in sorted(names, key=place)]


def about_azure(shows: Shows, register: Register) -> Iterator[tuple[Requirement, Lines]]:
    """Yield what a log shows that other documents of Microsoft's say."""
    for name, lines in shows.shown.items():
        if register[name].basis == "environment":
            yield register[name], lines


def format_refusals(shows: Shows) -> Iterator[str]:
    """Yield the refusals by codes of the system's own with what they count for, those that are
    alike in one.
    """
    found: dict[tuple[Any, ...], list[tuple[int, Event]]] = {}
    for at, event, controls in shows.refusals:
        if event.code:
            kinds = tuple(type(command) for command in event.commands)
            found.setdefault((kinds, event.code, controls), []).append((at, event))
    for (_, code, controls), refused in found.items():
        first = refused[0][1]
        lines = tuple(at for at, _ in refused)
        if controls:
            counts = f"it counts, since such requests worked on {on_lines(controls)}"
        else:
            counts = "nothing is learned, since none was seen to work before it and after it"
        request = format_request(first.commands)
        said = f' ("{first.message}")' if first.message else ""
        yield f"{on_lines(lines)}: refused with {code}{said}: {request}; {counts}"


def alike(verdict: TraceVerdict) -> Iterator[list[Loss]]:
    """Yield the losses of all worlds, together those that were seen on the same lines."""
    for losses in verdict.losses:
        found: dict[tuple[Any, ...], list[Loss]] = {}
        for loss in losses.all:
            kind = loss.name[0]
            key = (kind, loss.due, loss.alive, loss.gone, loss.back, loss.is_late)
            found.setdefault(key, []).append(loss)
        yield from found.values()


def format_losses(verdict: TraceVerdict) -> Iterator[str]:
    """Yield the losses of all worlds, as far as they were seen."""
    for losses in alike(verdict):
        yield f"{format_things(losses)}: {format_loss(losses[0])}"


def brief_losses(verdict: TraceVerdict) -> Iterator[str]:
    """Yield the losses of all worlds, with how long they took."""
    for losses in alike(verdict):
        first = losses[0]
        moment = first.gone or first.alive
        said = "still there"
        if first.gone:
            said = "refused" if first.may_be_another_refusal else "seen lost"
        took = duration(first, moment)
        if took:
            said += f" after {took}"
        yield f"{format_things(losses)}: {said}"


def format_loss(loss: Loss) -> str:
    """Return a loss, as far as it was seen."""
    parts = []
    if loss.gone is None:
        if loss.alive is not None:
            parts.append(f"still there on {format_moment(loss.alive)}{since_due(loss, loss.alive)}")
        parts.append("never seen lost")
        if loss.is_late:
            parts.append("the article names no time, so this is no contradiction")
    else:
        if loss.alive is not None:
            parts.append(f"last seen on {format_moment(loss.alive)}")
        word = "refused" if loss.may_be_another_refusal else "seen lost"
        parts.append(f"{word} on {format_moment(loss.gone)}{since_due(loss, loss.gone)}")
        if loss.may_be_another_refusal:
            parts.append("perhaps for another reason, since it was not accepted later")
    if loss.back is not None:
        parts.append(f"back on {format_moment(loss.back)}")
    return "; ".join(parts)


def format_things(losses: Sequence[Loss]) -> str:
    """Return what can be lost in words."""
    names = [f'"{loss.name[1]}"' for loss in losses]
    if len(names) > MANY:
        names = [*names[:MANY], f"{len(names) - MANY} more"]
    kind = losses[0].name[0]
    return f"{THINGS[kind] if len(losses) == 1 else THINGS_IN_PLURAL[kind]} {listed(names)}"


def since_due(loss: Loss, moment: Moment) -> str:
    """Return how long after its cause a loss was seen, or not seen."""
    if loss.due is None or loss.due == moment:
        return ""
    after = f"after {format_moment(loss.due)}"
    if loss.due.command is not None:
        after += f" ({format_command(loss.due.command)})"
    took = duration(loss, moment)
    return f", {took} {after}" if took else f", {after}"


def format_moment(moment: Moment) -> str:
    """Return a line, with its time if it has one."""
    return f"line {moment.at}{f' ({clock(moment.time)})' if moment.time else ''}"


def clock(time: datetime) -> str:
    """Return the time of a day, as the log has it."""
    return f"{time:%H:%M:%S}"


def duration(loss: Loss, moment: Moment | None) -> str:
    """Return how long it took from its cause, such as `1 h 5 min` or `40 s`; empty where the log
    has not both times, in their order.
    """
    if not (moment and moment.time and loss.due and loss.due.time):
        return ""
    if moment.time < loss.due.time:
        return ""
    seconds = round((moment.time - loss.due.time).total_seconds())
    parts = ((seconds // 3600, "h"), (seconds % 3600 // 60, "min"), (seconds % 60, "s"))
    given = [f"{number} {unit}" for number, unit in parts if number]
    return " ".join(given[:2]) or "0 s"
