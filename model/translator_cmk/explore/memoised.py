"""Memoise pure functions of a state by the records that they read, exactly.

A step is a function of the command and of the records that it reads.  So a step whose reads are recorded has the same
result in every state that agrees on them.  For each command the recorded reads form a tree: a node says what is read
next, and has a branch for each value that was found there; a leaf holds the outcome and the changes.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from ..machine import State
from ..machine.entities import KINDS, Entity

Question = TypeVar("Question", bound=tuple[Any, ...])
Result = TypeVar("Result")

Read = tuple[type[Entity], str | None]
"""A record by kind and name, or, without a name, the names of the kind."""


class Leaf(NamedTuple):
    """The end of a path of reads: the outcome, and for each changed kind its changed records (None: dropped)."""

    outcome: Any
    changes: tuple[tuple[type[Entity], tuple[tuple[str, Any], ...]], ...]


class Node(NamedTuple):
    """The next read, with a branch for each value."""

    kind: type[Entity]
    name: str | None
    branches: dict[Any, "Node | Leaf"]


class RecordedTable:
    """A table whose reads are recorded, under what has been written to it since."""

    __slots__ = ("kind", "log", "table", "written")

    def __init__(
        self, kind: type[Entity], table: Mapping[str, Any], log: dict[Read, Any], written: dict[str, Any]
    ) -> None:
        self.kind = kind
        self.table = table
        self.log = log
        self.written = written

    def get(self, name: str, default: Any = None) -> Any:
        if name in self.written:
            record = self.written[name]
        else:
            record = self.log[self.kind, name] = self.table.get(name)
        return default if record is None else record

    def __getitem__(self, name: str) -> Any:
        return self.get(name)

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None

    def __iter__(self) -> Iterator[str]:
        self.log[self.kind, None] = tuple(self.table)
        return (name for name in dict.fromkeys([*self.table, *self.written]) if self.get(name) is not None)

    def items(self) -> Iterator[tuple[str, Any]]:
        return ((name, self.get(name)) for name in self)

    def copy(self) -> "RecordedTable":
        return RecordedTable(self.kind, self.table, self.log, dict(self.written))

    def __setitem__(self, name: str, record: Any) -> None:
        self.written[name] = record

    def pop(self, name: str, _: Any = None) -> None:
        self.written[name] = None


class Memoised(Generic[Question, Result]):
    """A pure function of a state and of a question, which is not called twice for the same reads.

    It keeps the results of ``limit`` calls at most, and then starts again.  The question is a tuple, whose type counts.
    """

    def __init__(self, call: Callable[[State, Question], tuple[State, Result]], limit: int = 1_000_000) -> None:
        self.call = call
        self.limit = limit
        self.kept = 0
        self._trees: dict[type[Any], dict[tuple[Any, ...], Node | Leaf]] = {}

    def step(self, state: State, question: Question) -> tuple[State, Result]:
        """Return the state after and the result, exactly as the function does."""
        tables = state.tables
        trees = self._trees.get(type(question))
        node = trees.get(tuple(question)) if trees else None
        while type(node) is Node:
            kind, name, branches = node
            node = branches.get(tuple(tables[kind]) if name is None else tables[kind].get(name))
        if node is None:
            node = self._learn(state, question)
        outcome, changes = node  # type: ignore[misc]  # a leaf by now
        if not changes:
            return state, outcome
        after = dict(tables)
        for kind, records in changes:
            table = after[kind] = tables[kind].copy()
            for name, record in records:
                if record is None:
                    table.pop(name, None)
                else:
                    table[name] = record
        return State(after), outcome

    def _learn(self, state: State, question: Question) -> Leaf:
        log: dict[Read, Any] = {}
        tables: Any = {kind: RecordedTable(kind, state.tables[kind], log, {}) for kind in KINDS}
        after, outcome = self.call(State(tables), question)
        changes = ((kind, tuple(after.tables[kind].written.items())) for kind in KINDS)  # type: ignore[attr-defined]  # recorded
        leaf = Leaf(outcome, tuple(change for change in changes if change[1]))
        if self.kept == self.limit:
            self._trees.clear()
            self.kept = 0
        self.kept += 1
        trees = self._trees.setdefault(type(question), {})
        place: Any = tuple(question)
        within: Any = trees
        for (kind, name), value in log.items():
            node = within.setdefault(place, Node(kind, name, {}))
            within, place = node.branches, value
        within[place] = leaf
        return leaf
