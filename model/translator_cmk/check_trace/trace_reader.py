"""Read a trace line by line, as events and stages."""

from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..language.lines import STANDARD_INPUT, SourceLine, read_lines
from ..language.strict_json import LONGEST, parse_json
from ..language.traces import (
    EVENTS,
    HEAD,
    NOT_REPORTED,
    OBSERVATION_IN_PART,
    RESET,
    TRACE_LINE,
    CommandInPart,
)
from ..machine import COMMANDS, DEFAULT_STAGE, Command, Stage
from ..oracle.shown import Shown
from ..shapes import WireError, read_message
from .completing import Values, completions, known_values
from .events import Event, event


class Truncated(WireError):
    """The trace ends in the middle of a line."""


def read_trace(file: str) -> Iterator[tuple[int, Event | Stage]]:
    """Yield each event and each stage with the number of its line.

    The file `-` is standard input.  Raises `WireError` for what can't be read, and `Truncated`
    where the trace was cut off.
    """
    return TraceReader(file).events()


class TraceReader:
    """Reads one trace: the head that says what holds for all events, and the stage of the world
    that they are in.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.head: dict[str, Any] = {}
        self.stage = DEFAULT_STAGE
        self._known: Values | None = None  # found when the first command in part asks for them

    def events(self) -> Iterator[tuple[int, Event | Stage]]:
        """Yield each event and each stage with the number of its line."""
        for number, (line, message) in enumerate(messages(self.file)):
            if "trace" in message:
                if number > 0:
                    raise WireError(
                        line.where, "a head that is not on the first line", "put it there"
                    )
                self.head = read_message(HEAD, message, line.where)
            elif "stage" in message:
                self.stage = read_message(RESET, message, line.where)["stage"]
                yield line.number, self.stage
            else:
                yield line.number, self._event(message, line.where)

    def _event(self, message: dict[str, Any], where: str) -> Event:
        """Return the event on a line."""
        if isinstance(message.get("command"), str):
            raise WireError(
                where, "a bare command, and no event", 'write {"command": {...}, "outcome": {...}}'
            )
        partial = self._partial(message)
        in_part = OBSERVATION_IN_PART in partial
        fields = read_message(EVENTS[lacks_any(message, partial), in_part], message, where)
        command: Command | list[Command] | CommandInPart | None = fields.get("command")
        if isinstance(command, CommandInPart):
            with_defaults(command, partial, where)
            command = completions(command, self._known_values(), self.stage, where)
        reported = fields.get("outcome", NOT_REPORTED)
        hidden = self.head.get("hidden", frozenset())
        return event(
            command,
            reported.outcome,
            fields.get("observation"),
            partial=in_part,
            shown=Shown(reported.reasons, reported.audit, hidden),
            idle=reported.idle,
            code=reported.code,
            message=reported.message,
            time=fields.get("at"),
            late=self.head.get("late", False),
        )

    def _partial(self, message: dict[str, Any]) -> Collection[str]:
        """Return what of an event is given in part; what is no list is refused when it is read."""
        stated = message.get("partial", self.head.get("partial", ()))
        return stated if isinstance(stated, list | frozenset) else ()

    def _known_values(self) -> Values:
        """Return the values that the trace gives; of standard input or a pipe, which can be read
        only once, those of its head.
        """
        if self._known is None:
            can_be_read_twice = self.file != STANDARD_INPUT and Path(self.file).is_file()
            lines = ahead(self.file) if can_be_read_twice else [self.head]
            self._known = known_values(lines)
        return self._known


def lacks_any(message: dict[str, Any], fields: Collection[str]) -> bool:
    """Return whether the command of an event lacks any of these fields that such a command has."""
    command = message.get("command")
    if not isinstance(command, dict):
        return False
    its_type = COMMANDS.get(str(command.get("command")))
    # An unknown command is refused when it is read.
    if its_type is None:
        return False
    return any(field in fields and field not in command for field in its_type.fields)


def with_defaults(part: CommandInPart, partial: Collection[str], where: str) -> None:
    """Give a command in part the defaults of the fields that it lacks and that are not partial."""
    for field in part.command.fields:
        if field in part.given or field in partial:
            continue
        if field not in part.command.defaults:
            raise WireError(
                where, f"command lacks the field {field!r}", 'add it, or list it in "partial"'
            )
        part.given[field] = part.command.defaults[field]


def messages(file: str) -> Iterator[tuple[SourceLine, dict[str, Any]]]:
    """Yield each line that is not empty, with its JSON object."""
    for line in read_lines(file):
        if not line.text:
            continue
        message = parsed(line)
        if not isinstance(message, dict):
            raise WireError(
                line.where, "no JSON object", "write an event, a stage, or the head of a trace"
            )
        yield line, message


def parsed(line: SourceLine) -> Any:
    """Return the JSON value of a line; raises `WireError`, and `Truncated` where the line breaks
    off.
    """
    try:
        return parse_json(line.text, line.where)
    except WireError:
        if line.ended or len(line.text) > LONGEST:
            raise
        raise Truncated(
            line.where, "cut off in the middle of the line", "copy the whole trace"
        ) from None


def ahead(file: str) -> Iterator[dict[str, Any]]:
    """Yield the lines of a trace, up to the first that can't be read."""
    with suppress(WireError):  # reading the events raises the same error
        for line, message in messages(file):
            yield read_message(TRACE_LINE, message, line.where)
