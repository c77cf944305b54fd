"""A state: the records of all entities, kind by kind."""

from collections.abc import Mapping
from typing import Any

from .entities import ENTITY_KINDS, NO_RECORD, Entity

Record = tuple[Any, ...]
"""The fields of an entity in their declared order, ``state`` last; a link is a name."""

Table = dict[str, Record]
"""The records of the entities of one kind, by name."""

Changes = Mapping[tuple[type[Entity], str], Mapping[str, Any]]
"""What a row writes: (kind, name) -> field -> value."""


class State:
    """The records of all entities.  A value: nothing writes to it once it is made."""

    __slots__ = ("_hash", "tables")

    def __init__(self, tables: Mapping[type[Entity], Table]) -> None:
        self.tables = tables
        self._hash: int | None = None

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, State) and self.tables == other.tables)

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(tuple(frozenset(self.tables[kind].items()) for kind in ENTITY_KINDS))
        return self._hash

    def with_changes(self, changes: Changes) -> "State":
        """Return the state with these fields written; a new record starts from defaults."""
        tables = dict(self.tables)
        for (kind, name), fields in changes.items():
            table = tables[kind]
            if table is self.tables[kind]:
                table = table.copy()
                tables[kind] = table
            record = rewritten(kind, table.get(name), fields)
            if record is None:
                table.pop(name, None)
            else:
                table[name] = record
        return State(tables)

    def __repr__(self) -> str:
        entities = []
        for kind in ENTITY_KINDS:
            for name, record in sorted(self.tables[kind].items()):
                fields = dict(zip(kind.fields, record, strict=True))
                entities.append(f"{kind.word} {name} {fields}")
        return f"State({'; '.join(entities)})"


def rewritten(
    kind: type[Entity], record: Record | None, fields: Mapping[str, Any]
) -> Record | None:
    """Return the record with these fields written; None if it is dropped, or no row creates it."""
    if fields.get("state") is NO_RECORD:
        return None
    values = list(record or kind.start)
    for field, value in fields.items():
        values[kind.position[field]] = value
    # the last field is the state, and what no row creates stays without a record
    if values[-1] == "absent":
        return None
    return tuple(values)
