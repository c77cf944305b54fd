"""Collects what rows write in one round of a step, all of it read from the same world."""

from typing import Any

from .entities import GONE, Entity
from .world import Changes, World


class RowsContradict(Exception):
    """Two rows wrote one field differently in one step, or consequences have no fixpoint: a defect of the rows."""


class Writes:
    """The writes of one round: what changes, and by which requirements."""

    __slots__ = ("_all", "by", "changes", "world")

    def __init__(self, world: World) -> None:
        self.world = world
        self.by: set[str] = set()
        self.changes: dict[tuple[type[Entity], str], dict[str, Any]] = {}
        self._all: dict[tuple[type[Entity], str], dict[str, Any]] = {}

    def add(self, requirement: str, changes: Changes) -> bool:
        """Add what a row writes, and return whether that changes anything.

        Raises `RowsContradict` where another row wrote a field differently.
        """
        changed = False
        for target, fields in changes.items():
            kind, name = target
            record = self.world.tables[kind].get(name)
            written = self._all.setdefault(target, {})
            for field, value in fields.items():
                if written.setdefault(field, value) != value:
                    raise RowsContradict(
                        f"{requirement} writes {field} of {kind.word} {name} otherwise than another row"
                    )
                if value != (record[kind.position[field]] if record else GONE):
                    self.changes.setdefault(target, {})[field] = value
                    changed = True
        if changed:
            self.by.add(requirement)
        return changed
