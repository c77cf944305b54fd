"""Finds the consequences that a change can have, from what the rows' code mentions.

The state before a step is a fixpoint.  A row about an entity therefore needs another look only if something
it reads has changed, and what it reads is found in its code: the attributes it names, and those of the functions it
calls.  That is more than it reads, never less, because rows are expressions that reach other
entities through named links only.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any, NamedTuple

from .entities import KINDS, Entity
from .rows import Meaning, Means, Whenever
from .world import Changes, Table, World


class Triggers:
    """For each kind and field: the rows to evaluate again once that field of some entity of the kind has changed."""

    def __init__(self, rows: Iterable[Whenever], meanings: Mapping[Meaning, tuple[Means, ...]]) -> None:
        self._rows = tuple(rows)
        self._reads: dict[Whenever, set[tuple[type[Entity], str]]] = {}
        self._looked_up: set[type[Entity]] = set()
        for row in self._rows:
            names, kinds = mentioned([row.when, row.then], meanings)
            self._reads[row] = reads(row, names, kinds)
            self._looked_up |= kinds
        self._affected: dict[tuple[Any, ...], tuple[Whenever, ...]] = {}

    def affected(
        self, changes: Changes, before: Mapping[type[Entity], Table], world: World
    ) -> list[tuple[Whenever, Any]]:
        """Return each row with each entity that the changes of the tables ``before`` may affect, once."""
        found: dict[tuple[Whenever, str], Any] = {}
        for (kind, name), fields in changes.items():
            for row in self._affected_by(kind, name in before[kind], tuple(fields)):
                table = world.tables[row.about]
                for each in (name,) if row.about is kind else table:
                    if each in table and (row, each) not in found:
                        found[row, each] = (row, world.entity(row.about, each))
        return list(found.values())

    def _affected_by(self, kind: type[Entity], known: bool, fields: tuple[str, ...]) -> tuple[Whenever, ...]:
        """Return the rows that may read one of the fields of an entity of the kind; memoised."""
        key = (kind, known, fields)
        rows = self._affected.get(key)
        if rows is None:
            # nothing leads to what is new, so it affects others only where they look it up
            alone = not known and kind not in self._looked_up
            rows = self._affected[key] = tuple(
                row
                for row in self._rows
                if any((kind, field) in self._reads[row] for field in fields) and (row.about is kind or not alone)
            )
        return rows


def reads(row: Whenever, names: set[str], kinds: set[type[Entity]]) -> set[tuple[type[Entity], str]]:
    """Return every (kind, field) that the row may read, which mentions these names and kinds."""
    reached = {row.about} | kinds
    while more := {kind.links[name] for kind in reached for name in names & kind.links.keys()} - reached:
        reached |= more
    found = {(kind, field) for kind in reached for field in kind.fields if field in names}
    # a record that appears or disappears is a change of its state
    return found | {(kind, "state") for kind in kinds | {row.about}}


def mentioned(
    functions: Iterable[Any], meanings: Mapping[Meaning, tuple[Means, ...]]
) -> tuple[set[str], set[type[Entity]]]:
    """Return the attribute names and the entity kinds that the functions mention, directly or in what they call."""
    names: set[str] = set()
    kinds: set[type[Entity]] = set()
    todo, done = list(functions), set()
    while todo:
        function = todo.pop()
        if id(function) in done:
            continue
        done.add(id(function))
        if isinstance(function, Meaning):
            todo += [means.when for means in meanings[function]]
            continue
        own = mentions(function)
        names |= own.names
        kinds |= own.kinds
        todo += own.called
    return names, kinds


class Mentions(NamedTuple):
    """What a function itself mentions: attribute names, entity kinds, and what it calls."""

    names: frozenset[str]
    kinds: frozenset[type[Entity]]
    called: tuple[FunctionType | Meaning, ...]


@lru_cache(maxsize=4096)  # thousands of machines share functions when a verdict is explained or mutants are searched
def mentions(function: FunctionType) -> Mentions:
    """Return what the function mentions."""
    names = frozenset(code_names(function.__code__))
    values = [function.__globals__.get(name) for name in names]
    values += [cell.cell_contents for cell in function.__closure__ or ()]
    return Mentions(
        names,
        frozenset(kind for kind in KINDS if kind in values),
        tuple(value for value in values if isinstance(value, FunctionType | Meaning)),
    )


def code_names(code: CodeType) -> Iterator[str]:
    """Yield the names a code object mentions, with those of the code inside it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from code_names(constant)
