"""Select what is worth most of a scope within a budget of steps.

A budget buys coverage items: rows, sets of reasons for a refusal, commands with the rows that apply
to them, and pairs of rows that apply in successive steps.  The machine says which rows apply in a
step.

The choice is greedy.  Of the commands that can be given within a few steps from here, or from the
start after a reset, take the one that gains most for each step on the path.  If none gains
anything, take the nearest two commands of which the second gains a pair of rows.  For the same
scope and budget the choice is always the same.

Sets of rows and of items are integers, in which the number `n` is the bit `1 << n`: a choice
compares thousands of them.
"""

from array import array
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ..machine import ROWS, Command, Machine, Outcome, Refused, State, Unspecified
from ..machine.memoised import Memoised
from ..machine.rows import Row
from .graph import Edge, Graph
from .scopes import Scope, start_of
from .tours import Path, paths_from, steps_to_start

HORIZON = 3
"""Within how many steps the best is looked for."""

WORTH = {"rows": 40, "refusals": 40, "commands": 5}
"""How many new pairs of rows a new item is worth: a row, all reasons of a refusal, or a command
with all its rows.
"""

Item = tuple[str, Any]
"""A coverage item: its kind, and what it is."""


class StepRecord(NamedTuple):
    """A command with its outcome, and the rows that applied, by number."""

    command: Command
    outcome: Outcome
    rows: frozenset[int]

    def items(self) -> Iterator[Item]:
        """Yield the items that the step covers, each with its kind."""
        for row in sorted(self.rows):
            yield "rows", row
        yield "commands", (self.command, self.rows)
        if isinstance(self.outcome, Refused):
            yield "refusals", self.outcome.because


def recorded_graph(scope: Scope) -> Graph[StepRecord]:
    """Return the graph of a scope, labelled with which rows apply in each step."""
    machine = Machine(ROWS)
    numbers = {id(row): number for number, row in enumerate(ROWS)}

    def step(state: State, command: Command) -> tuple[State, StepRecord]:
        applied: set[int] = set()

        def note(row: Row, _: str) -> bool:
            applied.add(numbers[id(row)])
            return True

        after, outcome = machine.step(state, command, note)
        return after, StepRecord(command, outcome, frozenset(applied))

    return Graph(scope, start_of(scope, machine), Memoised(step).step)


def select(graph: Graph[StepRecord], budget: int) -> list["array[int]"]:
    """Return the sequences worth most within the budget, which is more than the steps to the start,
    each as numbers of commands.
    """
    selector = Selector(graph, budget)
    while True:
        candidate = selector.best() or selector.nearest()
        if candidate is None:
            return selector.sequences
        selector.take(candidate)


class Candidate(NamedTuple):
    """A state that a path leads to: from where the last sequence stands, or from the start after a
    reset.
    """

    state: int
    path: Path
    resets: bool

    def beyond(self, edge: Edge) -> "Candidate":
        """Return the candidate after one command more."""
        return Candidate(edge.after, (*self.path, edge), self.resets)


class Selector:
    """The sequences so far, the state in which the last of them stands, and the items that they
    have covered.
    """

    def __init__(self, graph: Graph[StepRecord], budget: int) -> None:
        self.graph = graph
        self.budget = budget
        self.sequences: list[array[int]] = [array("i")]
        self.steps = steps_to_start(graph)
        self.stands_in: int | None = 0  # None: nobody knows
        self.last_rows: tuple[int, ...] = ()  # that applied in the last step
        self.covered = 0
        self.successors: dict[int, int] = {}  # of each row: those that applied right after it
        # of each label, by number
        self._rows = [tuple(sorted(record.rows)) for record in graph.labels]
        self._row_sets = [as_set(rows) for rows in self._rows]
        self._ends = [isinstance(record.outcome, Unspecified) for record in graph.labels]
        self._items, self._items_of_kind = numbered_items(graph.labels)
        # of each state
        self._options = [list(graph.edges_from(state)) for state in range(graph.states)]

    def best(self) -> Candidate | None:
        """Return the candidate within the horizon whose last command gains most for each step; None
        if none gains.
        """
        best = None
        highest = 0.0
        for start in self._starts():
            for candidate in self._candidates(start, horizon=HORIZON - 1, more=1):
                successors = [self.successors.get(row, 0) for row in self._rows_before(candidate)]
                steps = self._steps_to(candidate) + 1
                for edge in self._options[candidate.state]:
                    rate = self._gain(successors, edge.label) / steps
                    if rate > highest:
                        best = candidate.beyond(edge)
                        highest = rate
        return best

    def nearest(self) -> Candidate | None:
        """Return the nearest candidate after two commands of which the second gains something; None
        if there is none.
        """
        nearest = None
        for start in self._starts():
            candidate = next(self._after_gaining_pairs(start), None)
            if candidate and (
                nearest is None or self._steps_to(candidate) < self._steps_to(nearest)
            ):
                nearest = candidate
        return nearest

    def take(self, candidate: Candidate) -> None:
        """Give the commands that lead to the candidate."""
        self.steps += self._steps_to(candidate)
        if candidate.resets:
            self.sequences.append(array("i"))
            self.last_rows = ()
        for edge in candidate.path:
            label = edge.label
            self.covered |= self._items[label]
            for row in self.last_rows:
                self.successors[row] = self.successors.get(row, 0) | self._row_sets[label]
            self.last_rows = self._rows[label]
            self.sequences[-1].append(edge.command)
        self.stands_in = None if self._ends[candidate.path[-1].label] else candidate.state

    def _starts(self) -> Iterator[Candidate]:
        """Yield where to go on from: here, and the start after a reset."""
        if self.stands_in is not None:
            yield Candidate(self.stands_in, (), resets=False)
        if self.sequences[-1]:
            yield Candidate(0, (), resets=True)

    def _candidates(self, start: Candidate, horizon: int, more: int) -> Iterator[Candidate]:
        """Yield the candidates within the horizon where so many commands more are within the
        budget, the nearest first.
        """
        left = self.budget - self.steps - self._steps_to(start) - more
        longest = min(horizon, left)
        for state, path in paths_from(start.state, self._options.__getitem__):
            if len(path) > longest:
                return
            yield Candidate(state, path, start.resets)

    def _after_gaining_pairs(self, start: Candidate) -> Iterator[Candidate]:
        """Yield the candidates after two commands in succession of which the second gains
        something, the nearest first.
        """
        for candidate in self._candidates(start, horizon=self.budget, more=2):
            for first in self._options[candidate.state]:
                if self._ends[first.label]:
                    continue
                successors = [self.successors.get(row, 0) for row in self._rows[first.label]]
                for second in self._options[first.after]:
                    if self._gain(successors, second.label):
                        yield candidate.beyond(first).beyond(second)

    def _steps_to(self, candidate: Candidate) -> int:
        """Return how many steps lead to the candidate, with those of a reset."""
        if candidate.resets:
            return steps_to_start(self.graph) + len(candidate.path)
        return len(candidate.path)

    def _rows_before(self, candidate: Candidate) -> tuple[int, ...]:
        """Return the rows that applied in the step that leads to the candidate."""
        if candidate.path:
            return self._rows[candidate.path[-1].label]
        return () if candidate.resets else self.last_rows

    def _gain(self, successors: Iterable[int], label: int) -> int:
        """Return the gain of the label after a step of whose rows each has had these successors."""
        gain = 0
        new_items = self._items[label] & ~self.covered
        if new_items:
            for kind, items in self._items_of_kind.items():
                gain += WORTH[kind] * (new_items & items).bit_count()
        rows = self._row_sets[label]
        for known in successors:
            gain += (rows & ~known).bit_count()
        return gain


def numbered_items(records: Iterable[StepRecord]) -> tuple[list[int], dict[str, int]]:
    """Return the set of the items of each record, and of each kind the set of all its items."""
    numbers: dict[Item, int] = {}
    item_sets = []
    for record in records:
        item_sets.append(as_set(numbers.setdefault(item, len(numbers)) for item in record.items()))
    of_kind = dict.fromkeys(WORTH, 0)
    for (kind, _), number in numbers.items():
        of_kind[kind] |= 1 << number
    return item_sets, of_kind


def as_set(numbers: Iterable[int]) -> int:
    """Return the set of numbers as an integer."""
    found = 0
    for number in numbers:
        found |= 1 << number
    return found
