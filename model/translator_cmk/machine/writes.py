"""What rows write in one round of a step, all of it read from the same world."""

from collections.abc import Mapping
from typing import Any, final

from .defects import RowsContradict
from .entities import NO_RECORD, Entity
from .outcomes import KeyUse
from .state import Changes, Table


@final
class Writes:
    """What changes, by which requirements, and the uses of keys that are recorded with it."""

    __slots__ = ("audit", "by", "changes", "tables", "written")

    def __init__(self, tables: Mapping[type[Entity], Table]) -> None:
        self.tables = tables
        self.audit: list[KeyUse] = []
        self.by: set[str] = set()
        self.changes: dict[tuple[type[Entity], str], dict[str, Any]] = {}
        # also what is as it was already: another row must not write it otherwise
        self.written: dict[tuple[type[Entity], str], dict[str, Any]] = {}

    def add(self, requirement: str, changes: Changes) -> bool:
        """Add what a row writes, and return whether that changes anything.

        Raises `RowsContradict` where another row wrote a field differently.
        """
        is_change = False
        for target, fields in changes.items():
            kind, name = target
            record = self.tables[kind].get(name)
            written = self.written.setdefault(target, {})
            for field, value in fields.items():
                position = kind.position[field]
                if written.setdefault(field, value) != value:
                    where = f"{field} of {kind.word} {name}"
                    raise RowsContradict(f"{requirement} writes {where} otherwise than another row")
                before = record[position] if record else NO_RECORD
                if value != before:
                    self.changes.setdefault(target, {})[field] = value
                    is_change = True
        if is_change:
            self.by.add(requirement)
        return is_change

    def record(self, requirement: str, use: KeyUse) -> None:
        """Record the use of a key."""
        self.audit.append(use)
        self.by.add(requirement)
