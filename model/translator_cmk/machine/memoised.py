"""Memoise pure functions of a state, exactly, by the records that they read.

Theory.  A step is a pure function of the command and of the records that it reads.  So once its
reads were recorded, its result is known in every state that agrees on them, whatever else that
state holds.  Reads are recorded, never declared.

For each command the recorded reads form a tree.  A node names the record that is read next, and has
a branch for each value that was found there.  A leaf holds the outcome and the records that were
written.  To take a step, follow the branches of the state.  If one is missing, call the function
with tables that record their reads, and add the path of these reads to the tree.  What a function
reads next depends only on what it has read so far, so all paths of one command agree on what each
node reads.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, NamedTuple, TypeVar, Union, final

from .entities import ENTITY_KINDS, Entity
from .state import State

Question = TypeVar("Question", bound=tuple[Any, ...])
Result = TypeVar("Result")

Read = tuple[type[Entity], str | None]
"""A record by kind and name, or, without a name, all names of the kind."""

Written = tuple[tuple[str, Any], ...]
"""Records that were written, by name (None: dropped)."""

Changed = tuple[tuple[type[Entity], Written], ...]
"""For each kind of which something was written its written records."""


@final
class Leaf(NamedTuple):
    """The end of a path of reads: the outcome, and what was written."""

    outcome: Any
    changes: Changed


@final
class Node(NamedTuple):
    """The next read, with a branch for each value that it found."""

    kind: type[Entity]
    name: str | None
    branches: dict[Any, Union["Node", Leaf]]


class RecordedTable(dict[str, Any]):
    """A table that records what is read of it, and keeps what is written to it apart.

    The dictionary itself has the records that were read or written so far.  ``table`` is the table
    behind it.
    """

    __slots__ = ("kind", "reads", "table", "written")

    def __init__(
        self,
        kind: type[Entity],
        table: Mapping[str, Any],
        reads: dict[Read, Any],
        written: dict[str, Any],
    ) -> None:
        self.kind = kind
        self.table = table
        self.reads = reads
        self.written = written
        if written:
            self.update(written)

    def __missing__(self, name: str) -> Any:
        record = self.table.get(name)
        self.reads[self.kind, name] = record
        super().__setitem__(name, record)
        return record

    def get(self, name: str, _: Any = None) -> Any:
        return self[name]

    def __contains__(self, name: object) -> bool:
        return self[name] is not None  # type: ignore[index]  # only names are looked up

    def __iter__(self) -> Iterator[str]:
        names = tuple(self.table)
        self.reads[self.kind, None] = names
        if not self.written:
            return iter(names)
        all_names = dict.fromkeys([*names, *self.written])
        return (name for name in all_names if self.written.get(name, True) is not None)

    def copy(self) -> "RecordedTable":
        return RecordedTable(self.kind, self.table, self.reads, dict(self.written))

    def __setitem__(self, name: str, record: Any) -> None:
        self.written[name] = record
        super().__setitem__(name, record)

    def pop(self, name: str, _: Any = None) -> None:
        self[name] = None

    __len__ = items = keys = values = None  # type: ignore[assignment]  # what they read would not be recorded


class Memoised(Generic[Question, Result]):
    """A pure function of a state and of a question, which is not called twice for the same reads.

    The question is a command, or another tuple whose type counts.  The results of ``limit`` calls
    are kept at most; then all are dropped.
    """

    def __init__(
        self, call: Callable[[State, Question], tuple[State, Result]], limit: int = 1_000_000
    ) -> None:
        self.call = call
        self.limit = limit
        self.kept = 0
        self.trees: dict[type[Any], dict[tuple[Any, ...], Node | Leaf]] = {}

    def step(self, state: State, question: Question) -> tuple[State, Result]:
        """Return the state after and the result, exactly as the function does."""
        trees = self.trees.get(type(question))
        node = trees.get(tuple(question)) if trees else None
        tables = state.tables
        while type(node) is Node:
            kind, name, branches = node
            value = tuple(tables[kind]) if name is None else tables[kind].get(name)
            node = branches.get(value)
        leaf = node or self._learn(state, question)
        if not leaf.changes:
            return state, leaf.outcome
        return with_written(state, leaf.changes), leaf.outcome

    def _learn(self, state: State, question: Question) -> Leaf:
        """Call the function on tables that record their reads, and keep what it did."""
        reads: dict[Read, Any] = {}
        tables: Any = {
            kind: RecordedTable(kind, state.tables[kind], reads, {}) for kind in ENTITY_KINDS
        }
        state_after, outcome = self.call(State(tables), question)
        recorded: Any = state_after.tables
        changes = []
        for kind, table in recorded.items():
            if table.written:
                changes.append((kind, tuple(table.written.items())))
        leaf = Leaf(outcome, tuple(changes))
        self._keep(question, reads, leaf)
        return leaf

    def _keep(self, question: Question, reads: Mapping[Read, Any], leaf: Leaf) -> None:
        """Add the path of these reads to the tree of the question."""
        if self.kept == self.limit:
            self.trees.clear()
            self.kept = 0
        self.kept += 1
        branches: dict[Any, Any] = self.trees.setdefault(type(question), {})
        branch: Any = tuple(question)
        for (kind, name), value in reads.items():
            if branch not in branches:
                branches[branch] = Node(kind, name, {})
            branches = branches[branch].branches
            branch = value
        branches[branch] = leaf


def with_written(state: State, changed: Changed) -> State:
    """Return the state with the records that were written."""
    if not changed:
        return state
    tables = dict(state.tables)
    for kind, records in changed:
        table = tables[kind].copy()
        for name, record in records:
            if record is None:
                table.pop(name, None)
            else:
                table[name] = record
        tables[kind] = table
    return State(tables)


def written_in(before: State, after: State) -> Changed:
    """Return what a function has written that was called with recorded tables, in one order: what
    is equal afterwards is the same.
    """
    recorded: Any = after.tables
    original: Any = before.tables
    changed = []
    for kind in ENTITY_KINDS:
        written = []
        for name, record in sorted(recorded[kind].written.items()):
            if record != original[kind].get(name):
                written.append((name, record))
        if written:
            changed.append((kind, tuple(written)))
    return tuple(changed)
