"""Reads a trace, line by line, and makes events of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...language import LONGEST, WireError, from_text
from ...language.lines import SourceLine, read_lines
from ...language.shapes import Place, Record, Shape
from ...language.traces import HEAD, PARTIAL, PARTS, RESET, Told, event_shape
from ...machine import DEFAULT_STAGE
from ...oracle.observability import Address, Shown
from .completing import Names, NoneKnown, completions
from .events import NOT_TOLD, Asked, Event, Kept, Log, Reset, content_of

WHOLE: frozenset[str] = frozenset()

LAST_LINE = 10**12


class ReadOnce:
    """A shape that reads a value once, as long as it is remembered."""

    def __init__(self, shape: Shape, kept: Kept) -> None:
        self.shape = shape
        self.kept = kept

    def read(self, value: Any, at: Place) -> Any:
        key = (self, content_of(value))
        found = self.kept.get(key)
        return self.kept.keep(key, self.shape.read(value, at), 500) if found is None else found

    def schema(self) -> dict[str, Any]:
        return self.shape.schema()


class Truncated(WireError):
    """The trace ends in the middle of a line."""


class Reader:
    """The events of a trace in a file, or on standard input where the file is `-`, each with the number of its line.

    Iterating raises `WireError` for what can't be read, and `Truncated` where the trace was cut off.
    ``subject`` is what the head says that it is a trace of.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.subject = ""
        self._log = Log()
        self._partial = WHOLE  # what is told in part, unless an event says otherwise
        self._head = Names()
        self._names: Names | None = None
        self._stage = DEFAULT_STAGE
        self._read = Kept()  # events, by what they say
        self._shapes = {frozenset(partial): read_once(event_shape(partial)) for partial in TOLD_IN_PART}

    def __iter__(self) -> Iterator[tuple[int, Event | Reset]]:
        first = True
        for line in read_lines(self.file):
            if not line.text:
                continue
            message = parsed(line)
            if not isinstance(message, dict):
                raise WireError(line.where, "no JSON object", "write an event, a stage, or the head of a trace")
            if "trace" in message:
                if not first:
                    raise WireError(line.where, "a head that is not on the first line", "put it there")
                self._begin(message, line.where)
            elif "stage" in message:
                self._stage = RESET.read(message, Place(line.where))["stage"]
                self._read.clear()  # commands that are told in part may name other parts of the stage
                yield line.number, Reset(self._stage)
            else:
                yield line.number, self._event(message, line.where)
            first = False

    def _begin(self, message: dict[str, Any], where: str) -> None:
        head = HEAD.read(message, Place(where))
        self.subject = head.get("subject", "")
        self._log = Log(Shown(hidden=head.get("hidden", frozenset())))
        self._partial = head.get("partial", WHOLE)
        self._head.note(message)

    def _event(self, message: dict[str, Any], where: str) -> Event:
        """The event that a line tells; one that was told before is looked up."""
        number = message.get("line")
        if type(number) is int and 1 <= number <= LAST_LINE:
            del message["line"]  # it says nothing of what was asked, answered or seen
        content = content_of(message)
        found: Event | None = self._read.get(content)
        if found is None:
            found = self._made(message, where)
            self._read.keep(content, found, 100)
        return found

    def _made(self, message: dict[str, Any], where: str) -> Event:
        place = Place(where)
        partial = PARTIAL.read(message["partial"], place.field("partial")) if "partial" in message else self._partial
        if isinstance(message.get("command"), str):
            raise WireError(where, "a bare command, and no event", 'write {"command": {...}, "outcome": {...}}')
        event = self._shapes[partial].read(message, place)
        told: Told = event.get("outcome", NOT_TOLD)
        asked = self._asked(message["command"], event["command"], told, where) if "command" in event else None
        if "observation" not in event:
            return self._log.made(asked, told, None)
        untold = addresses(event.get("unspecified", {}))
        return self._log.made(asked, told, self._log.seen(event["observation"], "observation" in partial, untold))

    def _asked(self, message: dict[str, Any], command: Any, told: Told, where: str) -> Asked | None:
        """What was asked; nothing, where the system has no such command."""
        if not told.known:
            return None
        if not isinstance(command, dict):
            return self._log.asked((command,), idle=not told.certain)
        try:
            commands = completions(message["command"], command, self._known(where), self._stage)
        except NoneKnown as error:
            raise WireError(where, *error.args) from None
        return self._log.asked(commands, idle=not told.certain)

    def _known(self, where: str) -> Names:
        """The names that the trace knows: those in its head, and where it can be read twice, those in all its lines."""
        if self._names is None:
            self._names = self._head
            if Path(self.file).is_file():
                note_all(self._names, self.file)
            elif not any(self._head.of.values()):
                what = "a command that is told in part, in a trace that can't be read twice"
                raise WireError(where, what, "put the names into its head, or name a file")
        return self._names


TOLD_IN_PART = ((), *((part,) for part in PARTS), PARTS)


def read_once(event: Record) -> Record:
    """The same shape, which reads equal commands, outcomes and observations once."""
    kept = Kept()
    for part in ("command", "outcome", "observation"):
        event.fields[part] = ReadOnce(event.fields[part], kept)
    return event


def parsed(line: SourceLine) -> Any:
    """The JSON value of a line; raises `WireError`, and `Truncated` where the line breaks off."""
    try:
        return from_text(line.text, line.where)
    except WireError:
        if line.ended or len(line.text) > LONGEST:
            raise
        raise Truncated(line.where, "cut off in the middle of the line", "copy the whole trace") from None


def note_all(names: Names, file: str) -> None:
    """Take over all names in a trace, up to the first line that can't be read."""
    try:
        for line in read_lines(file):
            if line.text:
                names.note(from_text(line.text, line.where))
    except WireError:
        return  # whoever reads the events comes to that line as well, and says so


def addresses(unspecified: dict[str, dict[str, tuple[str, ...]]]) -> frozenset[Address]:
    """The fields that an event says that its observation leaves out."""
    return frozenset(
        ((kind, name), field)
        for kind, entities in unspecified.items()
        for name, fields in entities.items()
        for field in fields
    )
