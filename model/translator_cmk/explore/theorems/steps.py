"""Steps and changes as theorems read them: the worlds before and after, the command, and the
outcome.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any, NamedTuple

from ...machine import Accepted, Command, Machine, Outcome, Refused, RowDefect
from ...machine.entities import ENTITY_KINDS, Entity, Location, Subscription
from ...machine.world import World

ROWS_RAISE = (RowDefect, AttributeError, KeyError, TypeError)
"""What a set of rows raises that contradicts itself, or leaves something behind that cannot be
read.
"""

KIND_OF_FIELD: dict[str, type[Entity]] = {kind.word: kind for kind in ENTITY_KINDS} | {
    "to": Subscription,
    "region": Location,
}
"""The kind of entity that a field of a command or of a fact names."""


def entity_name(command: Any, field: str) -> str:
    """Return the full name of the entity that the command names in the field: keys are named within
    their vaults.
    """
    if field == "key":
        return f"{command.vault}/{command.key}"
    return str(getattr(command, field))


def look_up(world: World, kind: type[Entity], name: str) -> Any:
    """Return the entity of that name, or None."""
    return world.entity(kind, name) if world.has(kind, name) else None


@dataclass(eq=False)
class MachineStep:
    """One step of a machine: the worlds before and after it, the command, and the outcome.

    The outcome is None if the rows raised.
    """

    before: World
    command: Command
    after: World
    outcome: Outcome | None
    machine: Machine

    @cached_property
    def asked(self) -> Any:
        """Return the command with entities, as they were before, for its names.

        A name without an entity is None.
        """
        fields = self.command.as_dict()
        for field, value in fields.items():
            if field in KIND_OF_FIELD and value is not None:
                name = entity_name(self.command, field)
                fields[field] = look_up(self.before, KIND_OF_FIELD[field], name)
        return SimpleNamespace(**fields)

    @property
    def accepted(self) -> bool:
        """Return whether the request was accepted."""
        return isinstance(self.outcome, Accepted)

    @property
    def because(self) -> frozenset[str]:
        """Return the reasons of a refusal; empty if it has none."""
        return self.outcome.because if isinstance(self.outcome, Refused) else frozenset()

    @property
    def by(self) -> frozenset[str]:
        """Return the requirements that an acceptance names; empty if it has none."""
        return self.outcome.by if isinstance(self.outcome, Accepted) else frozenset()

    @cached_property
    def changed(self) -> list[tuple[type[Entity], str]]:
        """Return every entity whose record is another one after the step, or gone, or new."""
        return list(self._changed())

    def _changed(self) -> Iterator[tuple[type[Entity], str]]:
        for kind in ENTITY_KINDS:
            was = self.before.tables[kind]
            now = self.after.tables[kind]
            if was is now:
                continue
            # a recorded table says what was written to it, so nothing else need be read
            names: Iterable[str] = now.written if hasattr(now, "written") else {**was, **now}
            for name in names:
                if was.get(name) != now.get(name):
                    yield kind, name


class EntityChange(NamedTuple):
    """An entity before and after a step that changed it; None where it was not there, or is not."""

    step: MachineStep
    name: str
    was: Any
    now: Any

    def by(self, *commands: type[Command]) -> bool:
        """Return whether the step is one of these commands, and about this entity."""
        command: Any = self.step.command
        kind = type(self.was or self.now).word
        return (
            type(command) in commands
            and kind in command.fields
            and entity_name(command, kind) == self.name
        )
