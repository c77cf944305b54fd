"""Walk the states of a scope breadth first, and keep the states and transitions as a graph.

Every search that takes one step after another is this walk: the search with theorems, tours and the pages.
"""

from array import array
from collections import deque
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar, final

from ..machine import ROWS, Command, Machine, Outcome, State
from ..machine.entities import ENTITY_KINDS, Entity
from ..machine.state import Table
from .scopes import Scope, start_of

# Memoise pure functions of a state by the records that they read, exactly.
#
# A step is a function of the command and of the records that it reads.  So a step whose reads are recorded has the same
# result in every state that agrees on them.  For each command the recorded reads form a tree: a node says what is read
# next, and has a branch for each value that was found there; a leaf holds the outcome and the changes.

Question = TypeVar("Question", bound=tuple[Any, ...])
Result = TypeVar("Result")

Read = tuple[type[Entity], str | None]
"""A record by kind and name, or, without a name, the names of the kind."""


@final
class Leaf(NamedTuple):
    """The end of a path of reads: the outcome, and for each changed kind its changed records (None: dropped)."""

    outcome: Any
    changes: tuple[tuple[type[Entity], tuple[tuple[str, Any], ...]], ...]


Node = tuple[type[Entity], str | None, dict[Any, "Node | Leaf"]]
"""The next read, by kind and name as in `Read`, with a branch for each value."""


class RecordedTable(dict[str, Any]):
    """A table whose reads are recorded, under what has been written to it since; what was read is kept too."""

    __slots__ = ("kind", "log", "table", "written")

    def __init__(
        self, kind: type[Entity], table: Mapping[str, Any], log: dict[Read, Any], written: dict[str, Any]
    ) -> None:
        self.kind = kind
        self.table = table
        self.log = log
        self.written = written
        if written:
            self.update(written)

    def __missing__(self, name: str) -> Any:
        record = self.log[self.kind, name] = self.table.get(name)
        super().__setitem__(name, record)
        return record

    def get(self, name: str, _: Any = None) -> Any:
        return self[name]

    def __contains__(self, name: object) -> bool:
        return self[name] is not None  # type: ignore[index]  # only names are looked up

    def __iter__(self) -> Iterator[str]:
        names = self.log[self.kind, None] = tuple(self.table)
        if not self.written:
            return iter(names)
        return (name for name in dict.fromkeys([*names, *self.written]) if self.written.get(name, True) is not None)

    def copy(self) -> "RecordedTable":
        return RecordedTable(self.kind, self.table, self.log, dict(self.written))

    def __setitem__(self, name: str, record: Any) -> None:
        self.written[name] = record
        super().__setitem__(name, record)

    def pop(self, name: str, _: Any = None) -> None:
        self[name] = None

    __len__ = items = keys = values = None  # type: ignore[assignment]  # what they read would not be recorded


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
        while node and type(node) is not Leaf:
            kind, name, branches = node
            node = branches.get(tuple(tables[kind]) if name is None else tables[kind].get(name))
        if node is None:
            node = self._learn(state, question)
        outcome, changes = node
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
        tables: Any = {kind: RecordedTable(kind, state.tables[kind], log, {}) for kind in ENTITY_KINDS}
        after, outcome = self.call(State(tables), question)
        recorded: Any = after.tables.items()
        leaf = Leaf(outcome, tuple((kind, tuple(table.written.items())) for kind, table in recorded if table.written))
        if self.kept == self.limit:
            self._trees.clear()
            self.kept = 0
        self.kept += 1
        trees = self._trees.setdefault(type(question), {})
        place: Any = tuple(question)
        within: Any = trees
        for (kind, name), value in log.items():
            _, _, branches = within.setdefault(place, (kind, name, {}))
            within, place = branches, value
        within[place] = leaf
        return leaf


# The walk, and graphs

Label = TypeVar("Label", bound=Hashable)

Step = Callable[[State, Command], tuple[State, Label]]
"""A pure step: the state after the command, and the outcome or more."""

NOT_OFFERED = -1

Packed = tuple[int, ...]
"""A state as the numbers of its tables."""


class Store:
    """Packs states into numbers that are equal exactly if the states are: each table is kept once, and has a number."""

    def __init__(self) -> None:
        self._tables: dict[type[Entity], list[Table]] = {kind: [] for kind in ENTITY_KINDS}
        self._by_content: dict[type[Entity], dict[frozenset[tuple[str, Any]], int]] = {
            kind: {} for kind in ENTITY_KINDS
        }
        self._by_identity: dict[int, int] = {}  # of the tables kept here, so no other table can have the identity

    def pack(self, state: State) -> Packed:
        """Return the state in numbers."""
        return tuple(map(self._number, state.tables, state.tables.values()))

    def unpack(self, packed: Packed) -> State:
        """Return the state that was packed."""
        return State({kind: self._tables[kind][number] for kind, number in zip(ENTITY_KINDS, packed, strict=True)})

    def _number(self, kind: type[Entity], table: Table) -> int:
        number = self._by_identity.get(id(table))
        if number is None:
            tables = self._tables[kind]
            number = self._by_content[kind].setdefault(frozenset(table.items()), len(tables))
            if number == len(tables):
                tables.append(table)
                self._by_identity[id(table)] = number
        return number


class Walk:
    """A breadth-first walk of a scope from a start.  States are numbered in the order in which they are found."""

    def __init__(self, scope: Scope, start: State) -> None:
        self.scope = scope
        self.width = len(scope.alphabet)
        self.found_by = array("q", [-1])  # of each state: the transition by which it was found, as one number
        self._store = Store()
        self._found = [self._store.pack(start)]
        self._numbers = {self._found[0]: 0}

    @property
    def states(self) -> int:
        """Return how many states were found."""
        return len(self._found)

    def number(self, state: State) -> int | None:
        """Return the number of a state; None if it was not found."""
        return self._numbers.get(self._store.pack(state))

    def state(self, number: int) -> State:
        """Return the state of this number."""
        return self._store.unpack(self._found[number])

    def path(self, state: int) -> tuple[int, ...]:
        """Return a shortest path from the start to the state, as numbers of commands."""
        path: list[int] = []
        while (found_by := self.found_by[state]) >= 0:
            state, command = divmod(found_by, self.width)
            path.append(command)
        return tuple(reversed(path))

    def commands(self, numbers: Iterable[int]) -> tuple[Command, ...]:
        """Return the commands of these numbers."""
        return tuple(self.scope.alphabet[number] for number in numbers)

    def transitions(self, step: Step[Label]) -> Iterator[tuple[int, int, int, Label, State | None]]:
        """Take every step that the scope offers in every state.

        Yields the number of the state, of the command and of the state after, the label, and the state after if it is
        found for the first time.
        """
        scope, pack = self.scope, self._store.pack
        found, numbers = self._found, self._numbers
        commands = [(number, each, scope.conditions(each)) for number, each in enumerate(scope.alphabet)]
        for at, packed in enumerate(found):  # which grows meanwhile
            state = self._store.unpack(packed)
            for number, command, conditions in commands:
                if conditions and not all(each.holds(state) for each in conditions):
                    continue
                after, label = step(state, command)
                to, new = at, None
                if after is not state:
                    reached = pack(after)
                    to = numbers.setdefault(reached, len(found))
                    if to == len(found):
                        found.append(reached)
                        self.found_by.append(at * self.width + number)
                        new = after
                yield at, number, to, label, new


class Pair(NamedTuple):
    """A command in a state, all by number: the state, the command, the state that it leads to, and its label."""

    state: int
    command: int
    after: int
    label: int


class Graph(Walk, Generic[Label]):
    """The walk with all its transitions.

    A label is the result of a command: an outcome, and perhaps more.  Of state `s` and command `c`, ``after`` and
    ``label`` have the successor and the number of the label at `s * width + c`, or `NOT_OFFERED`.
    """

    def __init__(self, scope: Scope, start: State, step: Step[Label]) -> None:
        super().__init__(scope, start)
        self.after = array("i")
        self.label = array("i")
        nothing = array("i", [NOT_OFFERED] * self.width)
        labels: dict[Label, int] = {}
        for at, command, after, label, _ in self.transitions(step):
            while len(self.after) <= at * self.width:
                self.after += nothing
                self.label += nothing
            self.after[at * self.width + command] = after
            self.label[at * self.width + command] = labels.setdefault(label, len(labels))
        while len(self.after) < self.states * self.width:
            self.after += nothing
            self.label += nothing
        self.labels = list(labels)

    @property
    def pairs(self) -> int:
        """Return how many pairs of a state and an offered command there are."""
        return len(self.after) - self.after.count(NOT_OFFERED)

    def of(self, state: int) -> Iterator[Pair]:
        """Yield every command that is offered in a state."""
        first = state * self.width
        for command in range(self.width):
            after = self.after[first + command]
            if after != NOT_OFFERED:
                yield Pair(state, command, after, self.label[first + command])

    def along(self, sequence: Iterable[int]) -> Iterator[Pair]:
        """Yield the pairs that a sequence of commands from the start goes through, each of them offered."""
        state = 0
        for command in sequence:
            place = state * self.width + command
            yield Pair(state, command, self.after[place], self.label[place])
            state = self.after[place]


def state_graph(scope: Scope, machine: Machine | None = None) -> Graph[Outcome]:
    """Return the graph of a scope of the machine (by default the article's), labelled with outcomes.

    Raises `StartNotReached`.
    """
    machine = machine or Machine(ROWS)
    return Graph(scope, start_of(scope, machine), Memoised(machine.step).step)


# Reachability: what each state still leads to

NO_COMMAND = -1

Predecessors = Sequence[Collection[int]]
"""Of each state: the states from which one command leads there."""


def predecessors(graph: Graph[Any], without: Collection[int] = ()) -> Predecessors:
    """Return the predecessors of each state, by commands other than those of the numbers ``without``."""
    found: list[set[int]] = [set() for _ in range(graph.states)]
    numbers = [number for number in range(graph.width) if number not in without]
    for state in range(graph.states):
        leads = graph.after[state * graph.width : (state + 1) * graph.width]
        for after in {leads[number] for number in numbers} - {state, NOT_OFFERED}:
            found[after].add(state)
    return found


def attainable(earlier: Predecessors, holds: Sequence[int]) -> list[int]:
    """Return of each state what holds in it or in a state that it leads to, as the bits of a number."""
    found = list(holds)
    waiting = list(range(len(found)))
    while waiting:
        state = waiting.pop()
        for each in earlier[state]:
            if found[each] | found[state] != found[each]:
                found[each] |= found[state]
                waiting.append(each)
    return found


def first_commands(graph: Graph[Any], earlier: Predecessors, values: Sequence[int]) -> list[int]:
    """Return of each state the command that begins a shortest path to the highest value that it leads to.

    It is `NO_COMMAND` where the state has that value.  Only transitions in ``earlier`` are taken.
    """
    most: dict[int, int] = {}
    far: dict[int, int] = {}
    for value in sorted(set(values), reverse=True):
        waiting = deque(state for state, own in enumerate(values) if own == value and state not in most)
        most |= dict.fromkeys(waiting, value)
        far |= dict.fromkeys(waiting, 0)
        while waiting:
            state = waiting.popleft()
            for each in earlier[state]:
                if each not in most:
                    most[each], far[each] = value, far[state] + 1
                    waiting.append(each)

    def first(state: int) -> int:
        leads = enumerate(graph.after[state * graph.width : (state + 1) * graph.width])
        nearer = (most[state], far[state] - 1)
        fitting = (n for n, to in leads if to != NOT_OFFERED and (most[to], far[to]) == nearer and state in earlier[to])
        return next(fitting) if far[state] else NO_COMMAND

    return list(map(first, range(graph.states)))
