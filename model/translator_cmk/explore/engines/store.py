"""Keeps many states in little memory: each table once, and of a state only the numbers of its tables."""

from struct import Struct
from typing import Any

from ...machine import State
from ...machine.entities import KINDS, Entity
from ...machine.world import Table

NUMBERS = Struct(f"{len(KINDS)}I")


class Store:
    """Packs states into bytes that are equal exactly where the states are."""

    def __init__(self) -> None:
        self._tables: dict[type[Entity], list[Table]] = {kind: [] for kind in KINDS}
        self._by_content: dict[type[Entity], dict[frozenset[tuple[str, Any]], int]] = {kind: {} for kind in KINDS}
        self._by_identity: dict[int, int] = {}  # of the tables kept here, so that none of them can be another one

    def pack(self, state: State) -> bytes:
        """The state in bytes."""
        known = self._by_identity
        numbers = []
        for kind, table in state.tables.items():
            number = known.get(id(table))
            numbers.append(self._number(kind, table) if number is None else number)
        return NUMBERS.pack(*numbers)

    def unpack(self, packed: bytes) -> State:
        """The state that was packed."""
        numbers = zip(KINDS, NUMBERS.unpack(packed), strict=True)
        return State({kind: self._tables[kind][number] for kind, number in numbers})

    def _number(self, kind: type[Entity], table: Table) -> int:
        tables = self._tables[kind]
        number = self._by_content[kind].setdefault(frozenset(table.items()), len(tables))
        if number == len(tables):
            tables.append(table)
            self._by_identity[id(table)] = number
        return number
