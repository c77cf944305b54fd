"""Commands that a trace tells in part: every one that it may have been, over the names that the trace knows."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from ...language.traces import NAMED_KINDS
from ...machine import COMMANDS, Command, Stage
from ...machine.commands import choices
from ...machine.entities import Directory, Key, Location, Subscription, Tier
from ...machine.references import Reference
from ...oracle import LIMIT

SIZES = frozenset({2048, 3072, 4096})
"""The sizes of RSA keys that Azure Key Vault makes, in bits."""

LOCATION = "global"


class NoneKnown(ValueError):
    """A command that is told in part cannot be completed.  Its arguments: what is wrong, what to do."""


class Names:
    """The names that a trace knows, of each kind; keys by the names that they have in their vaults."""

    def __init__(self, known: Mapping[str, Iterable[str]] | None = None) -> None:
        self.of: dict[str, set[str]] = {kind: set((known or {}).get(kind, ())) for kind in NAMED_KINDS}
        self.sizes = set(SIZES)

    def note(self, message: Any) -> None:
        """Take over the names in a line of a trace, as JSON has it; what is none of its lines has none."""
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
    """The fields of a JSON object; of anything else, none."""
    return value.items() if isinstance(value, dict) else ()


def completions(command: str, told: Mapping[str, Any], names: Names, stage: Stage) -> tuple[Command, ...]:
    """Every command of that name with the fields that are told; raises `NoneKnown`.

    A field that is not told has any value of its vocabulary; where it names something, any name that the trace knows.
    """
    kind = COMMANDS[command]
    values = [[told[field]] if field in told else list(possible(kind, field, names, stage)) for field in kind.fields]
    for field, found in zip(kind.fields, values, strict=True):
        if not found:
            raise NoneKnown(f"{command} is told without its {field}, and the trace knows none", "name it in the head")
    made = []
    for chosen in product(*values):
        try:
            made.append(kind(*chosen))
        except ValueError:
            continue  # what is named is not named where it must be
        if len(made) > LIMIT:
            raise NoneKnown(f"{command} may be more than {LIMIT} commands", "tell more of its fields")
    if not made:
        raise NoneKnown(f"no {command} has these fields", "see command.schema.json")
    return tuple(made)


def possible(command: type[Command], field: str, names: Names, stage: Stage) -> Iterator[Any]:
    """The values that a field may have that is not told."""
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
    """The names that there may be where this is referred to."""
    if reference.kind is Directory:
        return list(stage.directories)
    if reference.kind is Subscription:
        return list(stage.subscriptions)
    if reference.kind is Tier:
        return list(stage.tiers)
    if reference.kind is Location:
        return [*stage.regions, LOCATION] if LOCATION in getattr(reference, "states", ()) else list(stage.regions)
    return sorted(names.of[Key.word if reference.kind is Key else reference.kind.word])
