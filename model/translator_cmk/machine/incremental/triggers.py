"""Which consequences to evaluate after a change, and for which entities."""

from collections.abc import Iterable, Mapping
from typing import Any

from ..entities import Entity
from ..rows import Whenever
from ..state import Changes, Table
from ..world import Meanings, World
from .read_sets import ReadSet, read_set

Rows = dict[Whenever, None]
"""Rows of consequences, each once and in order."""

Affected = list[tuple[Any, Rows]]
"""Entities, each once, with the rows to evaluate for it."""


class Triggers:
    """The rows of consequences by what they read."""

    def __init__(self, rows: Iterable[Whenever], meanings: Meanings) -> None:
        self._read_sets: dict[Whenever, ReadSet] = {row: read_set(row, meanings) for row in rows}
        self._looked_up: set[type[Entity]] = set()
        for reads in self._read_sets.values():
            self._looked_up |= reads.looked_up
        self._memo: dict[tuple[type[Entity], bool, tuple[str, ...]], dict[type[Entity], Rows]] = {}

    def affected(
        self, changes: Changes, before: Mapping[type[Entity], Table], world: World
    ) -> Affected:
        """Return the entities that may have a consequence, with the rows to evaluate for them.

        ``changes`` led from the tables ``before`` to the world.
        """
        rows_by_name: dict[type[Entity], dict[str, Rows]] = {}
        for (kind, name), fields in changes.items():
            existed = name in before[kind]
            for about, rows in self._rows_reading(kind, existed, tuple(fields)).items():
                rows_of = rows_by_name.setdefault(about, {})
                # which of another kind read it through a link is not known
                names: Iterable[str] = (name,) if about is kind else world.tables[about]
                for affected in names:
                    if affected in rows_of:
                        rows_of[affected] = rows_of[affected] | rows
                    else:
                        rows_of[affected] = rows

        found: Affected = []
        for about, rows_of in rows_by_name.items():
            for name, rows in rows_of.items():
                if world.has(about, name):  # a change may have dropped it
                    found.append((world.entity(about, name), rows))
        return found

    def _rows_reading(
        self, kind: type[Entity], existed: bool, fields: tuple[str, ...]
    ) -> dict[type[Entity], Rows]:
        """Return, by what they are about, the rows that may read one of these fields; memoised."""
        key = (kind, existed, fields)
        found = self._memo.get(key)
        if found is None:
            found = self._find_rows_reading(kind, existed, fields)
            self._memo[key] = found
        return found

    def _find_rows_reading(
        self, kind: type[Entity], existed: bool, fields: tuple[str, ...]
    ) -> dict[type[Entity], Rows]:
        # No link leads to a new entity yet, so it affects others only where its kind is looked up.
        affects_itself_alone = not existed and kind not in self._looked_up
        found: dict[type[Entity], Rows] = {}
        for row, reads in self._read_sets.items():
            if affects_itself_alone and row.about is not kind:
                continue
            if any((kind, field) in reads.fields for field in fields):
                found.setdefault(row.about, {})[row] = None
        return found
