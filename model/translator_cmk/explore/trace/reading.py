"""Read a trace, line by line, as events.

A command that a line gives in part stands for every command that it may have been, over the names in the trace.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

from ...language import LONGEST, WireError, from_text
from ...language.json_text import SourceLine, read_lines
from ...language.traces import HEAD, NAMED_KINDS, PARTIAL_FIELD, PARTS, RESET, EventRecord, ReportedOutcome
from ...machine import COMMANDS, DEFAULT_STAGE, Command, Stage
from ...machine.commands import choices
from ...machine.entities import Location, Subscription, Tenant, Tier
from ...machine.references import Reference
from ...oracle import LIMIT
from ...oracle.observability import Address, Shown
from ...shapes import read_message
from .checking import NOT_REPORTED, Event, Log, Request, Reset

WHOLE: frozenset[str] = frozenset()

LAST_LINE = 10**12


SIZES = frozenset({2048, 3072, 4096})
"""The sizes of RSA keys that Azure Key Vault makes, in bits."""

LOCATION = "global"


class NoneKnown(ValueError):
    """A partial command cannot be completed.  Its arguments: the error, and the remedy."""


class Names:
    """The names that a trace knows, of each kind; keys by the names that they have in their vaults."""

    def __init__(self, known: Mapping[str, Iterable[str]] | None = None) -> None:
        self.of: dict[str, set[str]] = {kind: set((known or {}).get(kind, ())) for kind in NAMED_KINDS}
        self.sizes = set(SIZES)

    def note(self, message: Any) -> None:
        """Add the names in a line of a trace, which is any JSON value."""
        if not isinstance(message, dict):
            return
        for kind, names in fields_of(message.get("names")):
            for name in names if isinstance(names, list) else ():
                self._note(kind, name)
        for field, value in fields_of(message.get("command")):
            self._note(field, value)
        for kind, entities in fields_of(message.get("observation")):
            for name, fields in fields_of(entities):
                self._note(kind, name)
                for field, value in fields_of(fields):
                    self._note(field, value)

    def _note(self, kind: str, name: Any) -> None:
        if kind == "size" and type(name) is int:
            self.sizes.add(name)
        if not isinstance(name, str):
            return
        if kind in ("key", "grant") and "/" in name:
            vault, _, local = name.partition("/")
            self.of["vault"].add(vault)
            self.of["key" if kind == "key" else "resource"].add(local)
        elif kind in self.of:
            self.of[kind].add(name)


def fields_of(value: Any) -> Iterable[tuple[str, Any]]:
    """Return the fields of a JSON object, and none of anything else."""
    return value.items() if isinstance(value, dict) else ()


class Truncated(WireError):
    """The trace ends in the middle of a line."""


class Reader:
    """The events of a trace in a file, or on standard input where the file is `-`, each with the number of its line.

    Iterating raises `WireError` for what can't be read, and `Truncated` where the trace was cut off.
    ``subject`` is what the head says that it is a trace of, and ``hidden`` what that does not show.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.subject = ""
        self.hidden: frozenset[str] = frozenset()
        self._log = Log()
        self._partial = WHOLE  # parts that are reported in part, unless an event says otherwise
        self._head = Names()
        self._names: Names | None = None
        self._stage = DEFAULT_STAGE
        self._shapes = {frozenset(partial): EventRecord(partial) for partial in PARTIAL_FIELDS}

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
                self._stage = read_message(RESET, message, line.where)["stage"]
                yield line.number, Reset(self._stage)
            else:
                yield line.number, self._event(message, line.where)
            first = False

    def _begin(self, message: dict[str, Any], where: str) -> None:
        head = read_message(HEAD, message, where)
        self.subject = head.get("subject", "")
        self.hidden = head.get("hidden", frozenset())
        self._log = Log(Shown(hidden=self.hidden))
        self._partial = head.get("partial", WHOLE)
        self._head.note(message)

    def _event(self, message: dict[str, Any], where: str) -> Event:
        """Return the event on a line."""
        number = message.get("line")
        if type(number) is int and 1 <= number <= LAST_LINE:
            del message["line"]  # it is no part of the request, the answer or the observation
        stated = {name: value for name, value in message.items() if name == "partial"}
        partial = read_message(PARTIAL_FIELD, stated, where).get("partial", self._partial)
        if isinstance(message.get("command"), str):
            raise WireError(where, "a bare command, and no event", 'write {"command": {...}, "outcome": {...}}')
        event = read_message(self._shapes[partial], message, where)
        reported: ReportedOutcome = event.get("outcome", NOT_REPORTED)
        request = self._request(message["command"], event["command"], reported, where) if "command" in event else None
        if "observation" not in event:
            return Event(request, reported, None)
        omitted = unspecified_fields(event.get("unspecified", {}))
        return Event(request, reported, self._log.seen(event["observation"], "observation" in partial, omitted))

    def _request(self, message: dict[str, Any], command: Any, reported: ReportedOutcome, where: str) -> Request | None:
        """Return the request; None where the system has no such command."""
        if not reported.known:
            return None
        if not isinstance(command, dict):
            return Request((command,), idle=not reported.certain)
        try:
            commands = completions(message["command"], command, self._known(where), self._stage)
        except NoneKnown as error:
            raise WireError(where, *error.args) from None
        return Request(commands, idle=not reported.certain)

    def _known(self, where: str) -> Names:
        """Return the names in the head of the trace, and in all its lines if it can be read twice."""
        if self._names is None:
            self._names = self._head
            if Path(self.file).is_file():
                note_all(self._names, self.file)
            elif not any(self._head.of.values()):
                what = "a partial command, in a trace that can't be read twice"
                raise WireError(where, what, "put the names into its head, or name a file")
        return self._names


PARTIAL_FIELDS = ((), *((part,) for part in PARTS), PARTS)


def parsed(line: SourceLine) -> Any:
    """Return the JSON value of a line; raises `WireError`, and `Truncated` where the line breaks off."""
    try:
        return from_text(line.text, line.where)
    except WireError:
        if line.ended or len(line.text) > LONGEST:
            raise
        raise Truncated(line.where, "cut off in the middle of the line", "copy the whole trace") from None


def note_all(names: Names, file: str) -> None:
    """Add all names in a trace, up to the first line that can't be read."""
    try:
        for line in read_lines(file):
            if line.text:
                names.note(from_text(line.text, line.where))
    except WireError:
        return  # reading the events raises the same error


def unspecified_fields(unspecified: dict[str, dict[str, tuple[str, ...]]]) -> frozenset[Address]:
    """Return the fields that an event lists as unspecified, which its observation lacks."""
    return frozenset(
        ((kind, name), field)
        for kind, entities in unspecified.items()
        for name, fields in entities.items()
        for field in fields
    )


def completions(command: str, given: Mapping[str, Any], names: Names, stage: Stage) -> tuple[Command, ...]:
    """Return every command of that name with the given fields; raises `NoneKnown`.

    Any other field has any value of its vocabulary, or any name in the trace if it names something.
    """
    kind = COMMANDS[command]
    values = [[given[field]] if field in given else list(possible(kind, field, names, stage)) for field in kind.fields]
    for field, found in zip(kind.fields, values, strict=True):
        if not found:
            raise NoneKnown(f"{command} has no {field}, and the trace names none", "name it in the head")
    made = []
    for chosen in product(*values):
        try:
            made.append(kind(*chosen))
        except ValueError:
            continue  # a name is missing where it is required, or given where it is not allowed
        if len(made) > LIMIT:
            raise NoneKnown(f"{command} may be more than {LIMIT} commands", "give more of its fields")
    if not made:
        raise NoneKnown(f"no {command} has these fields", "see command.schema.json")
    return tuple(made)


def possible(command: type[Command], field: str, names: Names, stage: Stage) -> Iterator[Any]:
    """Yield the values that a field may have which is not given."""
    if field in command.named_where:
        yield None
    reference = next((each for index, each, _ in command.references if command.fields[index] == field), None)
    if reference is not None:
        yield from named(reference, names, stage)
    elif command.hints[field] is bool:
        yield from (False, True)
    elif command.hints[field] is int:
        yield from sorted(names.sizes)
    else:
        yield from choices(command.hints[field]) or sorted(names.of[field])


def named(reference: Reference, names: Names, stage: Stage) -> list[str]:
    """Return the names that this reference may have."""
    if reference.kind is Location:
        return [*stage.regions, LOCATION] if LOCATION in getattr(reference, "states", ()) else list(stage.regions)
    staged = {Tenant: stage.tenants, Subscription: stage.subscriptions, Tier: stage.tiers}
    return list(staged[reference.kind]) if reference.kind in staged else sorted(names.of[reference.kind.word])
