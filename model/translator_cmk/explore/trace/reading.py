"""Read a trace, line by line, as events."""

from collections.abc import Iterator
from typing import Any

from ...language import LONGEST, WireError, from_text
from ...language.messages import SourceLine, read_lines
from ...language.traces import EVENTS, HEAD, NOT_REPORTED, RESET
from ...machine import Stage
from ...oracle.observability import Shown
from ...shapes import read_message
from .checking import Event, event


class Truncated(WireError):
    """The trace ends in the middle of a line."""


def read_trace(file: str) -> Iterator[tuple[int, Event | Stage]]:
    """Yield each event and each stage of a file, or of standard input where it is `-`, with the number of its line.

    Raises `WireError` for what can't be read, and `Truncated` where the trace was cut off.
    """
    head: dict[str, Any] | None = None
    for line in read_lines(file):
        if not line.text:
            continue
        message = parsed(line)
        if not isinstance(message, dict):
            raise WireError(line.where, "no JSON object", "write an event, a stage, or the head of a trace")
        if "trace" in message:
            if head is not None:
                raise WireError(line.where, "a head that is not on the first line", "put it there")
            head = read_message(HEAD, message, line.where)
            continue
        head = head or {}
        if "stage" in message:
            yield line.number, read_message(RESET, message, line.where)["stage"]
        else:
            yield line.number, event_of(message, line.where, head)


def parsed(line: SourceLine) -> Any:
    """Return the JSON value of a line; raises `WireError`, and `Truncated` where the line breaks off."""
    try:
        return from_text(line.text, line.where)
    except WireError:
        if line.ended or len(line.text) > LONGEST:
            raise
        raise Truncated(line.where, "cut off in the middle of the line", "copy the whole trace") from None


def event_of(message: dict[str, Any], where: str, head: dict[str, Any]) -> Event:
    """Return the event on a line of a trace with this head."""
    if isinstance(message.get("command"), str):
        raise WireError(where, "a bare command, and no event", 'write {"command": {...}, "outcome": {...}}')
    partial = bool(message.get("partial", head.get("partial")))
    read = read_message(EVENTS[partial], message, where)
    reported = read.get("outcome", NOT_REPORTED)
    return event(
        read.get("command"),
        reported.outcome,
        read.get("observation"),
        partial=partial,
        shown=Shown(reported.reasons, reported.audit, head.get("hidden", frozenset())),
        idle=reported.idle,
    )
