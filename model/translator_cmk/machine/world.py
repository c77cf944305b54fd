"""The world: one state as the rows of one machine see it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from .defects import defect_behind
from .entities import Entity
from .rows import Meaning, Means, Row
from .state import Table

Choose = Callable[[Row, str], bool]
"""Decides whether a silent row applies this time, to the entity of this name."""

Meanings = Mapping[Meaning, tuple[Means, ...]]
"""The rows of each meaning."""


class World:
    """One state with the meanings of one machine: what the rows read.

    What a meaning turns out to be for an entity is kept, since many rows ask for the same one.
    """

    __slots__ = ("_known", "choose", "meanings", "tables")

    def __init__(
        self, tables: Mapping[type[Entity], Table], meanings: Meanings, choose: Choose | None
    ) -> None:
        self.tables = tables
        self.meanings = meanings
        self.choose = choose
        self._known: dict[tuple[Meaning, str], Means | Literal[False]] = {}

    def entity(self, kind: type[Entity], name: str) -> Any:
        """Return the entity of this kind and name, which must exist."""
        return kind((self, name) + self.tables[kind][name])

    def has(self, kind: type[Entity], name: str) -> bool:
        """Return whether there is a record of this kind and name."""
        return name in self.tables[kind]

    def every(self, kind: type[Entity]) -> Iterator[Any]:
        """Yield all entities of a kind."""
        table = self.tables[kind]
        return (kind((self, name) + table[name]) for name in table)

    def applies(self, row: Row, name: str) -> bool:
        """Return whether a row applies this time, whose condition holds of the entity named."""
        return self.choose is None or self.choose(row, name)

    def holds(self, meaning: Meaning, entity: Entity) -> bool:
        """Return whether any row of the meaning holds of the entity."""
        key = (meaning, entity[1])
        known = self._known.get(key)
        if known is None:
            known = self._first_that_holds(meaning, entity)
            self._known[key] = known
        return known is not False

    def _first_that_holds(self, meaning: Meaning, entity: Entity) -> Means | Literal[False]:
        """Return the first row of the meaning that holds of the entity.

        Raises `RowRaises`.
        """
        try:
            for row in self.meanings[meaning]:
                if row.when(entity) and self.applies(row, entity.name):
                    return row
        except Exception as error:
            defect = defect_behind(error)
            if defect is None:
                raise
            raise defect from error
        return False

    @property
    def found(self) -> set[str]:
        """Return the requirements by whose meanings something was found to hold so far."""
        return {row.requirement for row in self._known.values() if row}
