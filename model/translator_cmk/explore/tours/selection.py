"""What is worth most of a scope within a budget of steps: rows, reasons for refusals, and pairs of rows.

The choice is greedy.  Of the commands that can be given within a few steps from here, or from the start after a reset,
it takes the one that has the most to gain for each step on the path; otherwise the nearest that has anything to
gain.  For the same scope and budget it is always the same.

Sets of rows and of items are kept as integers, in which number `n` is the bit `1 << n`.
"""

from array import array
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ...machine import ROWS, Command, Machine, Outcome, Refused, State, Unspecified
from ...machine.rows import Row
from ..graph import Graph, labelled_graph
from ..scope import Scope, start_of
from .tour import beginning

HORIZON = 3
"""Within how many steps the best is looked for."""

WORTH = {"rows": 40, "refusals": 40, "commands": 5}
"""How many new pairs of rows a new item is worth: a row, all reasons of a refusal, or a command with all its rows."""


class StepRecord(NamedTuple):
    """A command with its outcome, and the rows that applied, by number."""

    command: Command
    outcome: Outcome
    rows: frozenset[int]

    def items(self) -> Iterator[tuple[str, Any]]:
        """Yield the items that the step meets, each with its kind."""
        yield from (("rows", row) for row in sorted(self.rows))
        yield "commands", (self.command, self.rows)
        if isinstance(self.outcome, Refused):
            yield "refusals", self.outcome.because


def recorded_graph(scope: Scope) -> Graph[StepRecord]:
    """Return the graph of a scope, labelled with which rows apply in each step."""
    machine, numbers = Machine(ROWS), {id(row): number for number, row in enumerate(ROWS)}

    def step(state: State, command: Command) -> tuple[State, StepRecord]:
        applied: set[int] = set()

        def note(row: Row, _: str) -> bool:
            applied.add(numbers[id(row)])
            return True

        after, outcome = machine.step(state, command, note)
        return after, StepRecord(command, outcome, frozenset(applied))

    return labelled_graph(scope, start_of(scope, machine), step)


class Option(NamedTuple):
    """A command that can be given next: by number, with the state that it leads to and the number of its label."""

    command: int
    after: int
    label: int


class Place(NamedTuple):
    """A state that options lead to: the options, the steps with those of a reset, and the rows that applied last."""

    state: int
    path: tuple[Option, ...]
    steps: int
    resets: bool
    rows: tuple[int, ...]


class Selection(NamedTuple):
    """Sequences, each as numbers of commands, and of each kind of item how many they meet of how many there are."""

    sequences: list["array[int]"]
    met: dict[str, tuple[int, int]]


def select(graph: Graph[StepRecord], budget: int) -> Selection:
    """Return the sequences worth most within the budget, which is more than the steps to the start."""
    selecting = Selecting(graph, budget)
    while place := selecting.best() or selecting.nearest():
        selecting.take(place)
    return Selection(selecting.sequences, selecting.shares())


class Selecting:
    """The sequences so far, where the last of them stands, and what they have met."""

    def __init__(self, graph: Graph[StepRecord], budget: int) -> None:
        self.graph = graph
        self.budget = budget
        self.sequences: list[array[int]] = [array("i")]
        self.steps = beginning(graph)
        self.at: int | None = 0
        self.before: tuple[int, ...] = ()
        self.met = 0
        self.followed: dict[int, int] = {}  # of each row: those that applied right after it
        self._rows = [tuple(sorted(record.rows)) for record in graph.labels]
        self._masks = [mask(rows) for rows in self._rows]
        numbers: dict[tuple[str, Any], int] = {}
        self._items = [
            mask(numbers.setdefault(each, len(numbers)) for each in record.items()) for record in graph.labels
        ]
        self._of_kind = {kind: mask(number for (of, _), number in numbers.items() if of == kind) for kind in WORTH}
        self._ends = [isinstance(record.outcome, Unspecified) for record in graph.labels]
        self._options = [list(self._options_in(state)) for state in range(graph.states)]

    def best(self) -> Place | None:
        """Return the place within the horizon whose last command gains most for each step; None if none gains."""
        best, most = None, 0.0
        for place in (place for start in self._starts() for place in self._places(start, HORIZON)):
            for option in self._options[place.state]:
                if (rate := self._gain(place.rows, option.label) / (place.steps + 1)) > most:
                    best, most = self._beyond(place, option), rate
        return best

    def nearest(self) -> Place | None:
        """Return the nearest place after two commands of which the second gains something; None if there is none."""
        found = (next(self._pairs(start), None) for start in self._starts())
        return min((each for each in found if each), key=lambda place: place.steps, default=None)

    def _pairs(self, start: Place) -> Iterator[Place]:
        """Yield the places after two commands in succession of which the second gains something, the nearest first."""
        for place in self._places(start, self.budget - 1):
            if self.steps + place.steps + 2 <= self.budget:
                for first in (self._beyond(place, option) for option in self._options[place.state]):
                    if not self._ends[first.path[-1].label] and (last := self._gaining(first.rows, first.state)):
                        yield self._beyond(first, last)

    def take(self, place: Place) -> None:
        """Give the commands that lead to the place."""
        if place.resets or self.at is None:
            self.sequences.append(array("i"))
            self.before = ()
        self.steps += place.steps
        for option in place.path:
            self.met |= self._items[option.label]
            for row in self.before:
                self.followed[row] = self.followed.get(row, 0) | self._masks[option.label]
            self.before = self._rows[option.label]
            self.sequences[-1].append(option.command)
        self.at = None if self._ends[place.path[-1].label] else place.state

    def shares(self) -> dict[str, tuple[int, int]]:
        """Return of each kind of item how many were met of how many there are in the scope."""
        shares = {kind: ((self.met & of).bit_count(), of.bit_count()) for kind, of in self._of_kind.items()}
        into = [0] * self.graph.states
        out = [0] * self.graph.states
        for state, options in enumerate(self._options):
            for option in options:
                out[state] |= self._masks[option.label]
                if not self._ends[option.label]:
                    into[option.after] |= self._masks[option.label]
        following = [0] * len(ROWS)
        for before, after in zip(into, out, strict=True):
            for row in range(len(ROWS)):
                following[row] |= after if before >> row & 1 else 0
        pairs = [sum(each.bit_count() for each in rows) for rows in (self.followed.values(), following)]
        return {**shares, "row_pairs": (pairs[0], pairs[1])}

    def _starts(self) -> Iterator[Place]:
        """Yield where to go on from: here, and the start after a reset."""
        if self.at is not None:
            yield Place(self.at, (), 0, False, self.before)
        if self.sequences[-1]:
            yield Place(0, (), beginning(self.graph), True, ())

    def _places(self, start: Place, horizon: int) -> Iterator[Place]:
        """Yield the states from which one more command is within the horizon and the budget, the nearest first."""
        level, found = [start], {start.state}
        for _ in range(min(horizon, self.budget - self.steps - start.steps)):
            yield from level
            level = [each for place in level for each in self._further(place, found)]
            if not level:
                return

    def _further(self, place: Place, found: set[int]) -> Iterator[Place]:
        """Yield the states one step on that are new."""
        for option in self._options[place.state]:
            if option.after not in found and not self._ends[option.label]:
                found.add(option.after)
                yield self._beyond(place, option)

    def _beyond(self, place: Place, option: Option) -> Place:
        """Return the place that an option leads to."""
        path = (*place.path, option)
        return Place(option.after, path, place.steps + 1, place.resets, self._rows[option.label])

    def _gain(self, before: tuple[int, ...], label: int) -> int:
        """Return the gain of the label after a step in which these rows applied."""
        new, rows = self._items[label] & ~self.met, self._masks[label]
        items = sum(WORTH[kind] * (new & of).bit_count() for kind, of in self._of_kind.items()) if new else 0
        return items + sum((rows & ~self.followed.get(row, 0)).bit_count() for row in before)

    def _gaining(self, before: tuple[int, ...], state: int) -> Option | None:
        """Return an option in the state that gains something after these rows, or None."""
        return next((last for last in self._options[state] if self._gain(before, last.label)), None)

    def _options_in(self, state: int) -> Iterator[Option]:
        """Yield the commands in the state; of those that lead to one state with the same label, one."""
        seen: set[tuple[int, int]] = set()
        for pair in self.graph.of(state):
            if (pair.after, pair.label) not in seen:
                seen.add((pair.after, pair.label))
                yield Option(pair.command, pair.after, pair.label)


def mask(numbers: Iterable[int]) -> int:
    """Return the set of numbers, none of them given twice, as an integer."""
    return sum(1 << number for number in numbers)
