"""What is worth most of a scope within a budget of steps: rows, reasons for refusals, decisions, and pairs of rows.

The choice is greedy.  Of the commands that can be given within a few steps from here, or from the start after a reset,
it takes the one that has the most to gain for each step on the path; otherwise the nearest that has anything to
gain.  For the same scope and budget it is always the same.

Sets of rows and of evaluations are kept as integers, in which number `n` is the bit `1 << n`.
"""

from array import array
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ...machine import Refused, Unspecified
from ..coverage.decisions import Evaluation, StepRecord, shown
from ..graph import Graph
from .tour import beginning

HORIZON = 3
"""Within how many steps the best is looked for."""

FIRST, SECOND = 40, 5
"""How many new pairs of rows a new row or reason is worth, and a new evaluation."""


class Selected(NamedTuple):
    """Sequences as numbers of commands, and what they meet of all that there is in the scope.

    A reason is the whole set of demands that a refusal names.  A condition is met where it is seen to decide by itself
    (MC/DC).  A pair of rows is met where the one applies in a step and the other in the next.
    """

    sequences: tuple["array[int]", ...]
    steps: int
    pairs: int
    rows: int
    all_rows: int
    reasons: int
    all_reasons: int
    conditions: int
    all_conditions: int
    row_pairs: int
    all_row_pairs: int


class Option(NamedTuple):
    """A command that can be given next: by number, with the state that it leads to and the number of its label."""

    command: int
    after: int
    label: int


class Candidate(NamedTuple):
    """Commands that would gain something: the gain, the steps, whether they begin with a reset, and what they are."""

    gain: int
    steps: int
    resets: bool
    path: tuple[Option, ...]


def select(graph: Graph[StepRecord], budget: int) -> Selected:
    """Select the sequences worth most within the budget, which is more than the steps to the start."""
    selecting = Selecting(graph, budget)
    while candidate := selecting.best() or selecting.nearest():
        selecting.take(candidate)
    return selecting.selected()


class Selecting:
    """The sequences so far, where the last of them stands, and what they have covered."""

    def __init__(self, graph: Graph[StepRecord], budget: int) -> None:
        self.graph = graph
        self.budget = budget
        self.rows_of = [rows_in(record) for record in graph.labels]
        self.mask_of = [mask(rows) for rows in self.rows_of]
        self.reason_of = [reason_in(record) for record in graph.labels]
        self.numbers: dict[Evaluation, int] = {}
        self.evaluations_of = [self._evaluations_in(record) for record in graph.labels]
        self.ends = [ends_a_sequence(record) for record in graph.labels]
        self.options = [list(self._options(state)) for state in range(graph.states)]
        self.rows = 0
        self.reasons: set[frozenset[str] | None] = {None}
        self.evaluations = 0
        self.followed: dict[int, int] = {}  # of each row: those that applied right after it
        self.sequences: list[array[int]] = [array("i")]
        self.steps = beginning(graph)
        self.at: int | None = 0
        self.before: tuple[int, ...] = ()
        self._taken: set[tuple[int, int]] = set()

    def best(self) -> Candidate | None:
        """Return the command within the horizon that gains most for each step; None if none gains anything."""
        best: Candidate | None = None
        for start, resets in self._starts():
            found_by: dict[int, tuple[int, Option] | None] = {start: None}
            level = [start]
            spent = beginning(self.graph) if resets else 0
            for distance in range(1, min(HORIZON, self.budget - self.steps - spent) + 1):
                for state in level:
                    before = self._before(found_by[state], resets)
                    for option in self.options[state]:
                        gain = self._gain(before, option.label)
                        if gain * (best.steps if best else 1) > (best.gain if best else 0) * (spent + distance):
                            best = Candidate(gain, spent + distance, resets, (*path_to(found_by, state), option))
                level = self._following(level, found_by)
        return best

    def nearest(self) -> Candidate | None:
        """Return the nearest two commands in succession of which the second gains something; None if no two do."""
        found: list[Candidate] = []
        for start, resets in self._starts():
            found_by: dict[int, tuple[int, Option] | None] = {start: None}
            level = [start]
            steps = 1 + (beginning(self.graph) if resets else 0)
            while level and not found and self.steps + steps < self.budget:
                steps += 1
                for state, option in ((each, option) for each in level for option in self.options[each]):
                    if not self.ends[option.label] and (last := self._gaining(option)):
                        path = (*path_to(found_by, state), option, last)
                        found.append(Candidate(self._gain(self.rows_of[option.label], last.label), steps, resets, path))
                        break
                level = self._following(level, found_by)
        return min(found, key=lambda candidate: candidate.steps, default=None)

    def take(self, candidate: Candidate) -> None:
        """Give the commands of the candidate."""
        state = self.at
        if candidate.resets or state is None:
            self.sequences.append(array("i"))
            state, self.before = 0, ()
        self.steps += candidate.steps
        for option in candidate.path:
            self._meet(option.label)
            self._taken.add((state, option.command))
            self.sequences[-1].append(option.command)
            state = option.after
        self.at = None if self.ends[candidate.path[-1].label] else state

    def selected(self) -> Selected:
        """Return the selection, with counts of all that there is."""
        all_rows = 0
        for each in self.mask_of:
            all_rows |= each
        return Selected(
            sequences=tuple(self.sequences),
            steps=self.steps,
            pairs=len(self._taken),
            rows=self.rows.bit_count(),
            all_rows=all_rows.bit_count(),
            reasons=len(self.reasons - {None}),
            all_reasons=len(set(self.reason_of) - {None}),
            conditions=len(shown(each for each, number in self.numbers.items() if self.evaluations >> number & 1)),
            all_conditions=len(shown(self.numbers)),
            row_pairs=sum(each.bit_count() for each in self.followed.values()),
            all_row_pairs=sum(each.bit_count() for each in following_rows(self.graph).values()),
        )

    def _starts(self) -> Iterator[tuple[int, bool]]:
        """Yield the states to go on from, and whether that takes a reset."""
        if self.at is not None:
            yield self.at, False
        if self.sequences[-1]:
            yield 0, True

    def _before(self, step: tuple[int, Option] | None, resets: bool) -> tuple[int, ...]:
        """Return the rows that applied in the step before."""
        if step is None:
            return () if resets else self.before
        return self.rows_of[step[1].label]

    def _following(self, level: list[int], found_by: dict[int, tuple[int, Option] | None]) -> list[int]:
        """Return the states one step on that are new."""
        following = []
        for state in level:
            for option in self.options[state]:
                if option.after not in found_by and not self.ends[option.label]:
                    found_by[option.after] = (state, option)
                    following.append(option.after)
        return following

    def _gain(self, before: tuple[int, ...], label: int) -> int:
        """Return the gain of the label after a step in which these rows applied."""
        rows = self.mask_of[label]
        new = (rows & ~self.rows).bit_count() + (self.reason_of[label] not in self.reasons)
        new_evaluations = (self.evaluations_of[label] & ~self.evaluations).bit_count()
        return (
            FIRST * new
            + SECOND * new_evaluations
            + sum((rows & ~self.followed.get(row, 0)).bit_count() for row in before)
        )

    def _gaining(self, option: Option) -> Option | None:
        """Return an option that gains something after this one, or None."""
        before = self.rows_of[option.label]
        return next((last for last in self.options[option.after] if self._gain(before, last.label)), None)

    def _meet(self, label: int) -> None:
        self.rows |= self.mask_of[label]
        self.reasons.add(self.reason_of[label])
        self.evaluations |= self.evaluations_of[label]
        for row in self.before:
            self.followed[row] = self.followed.get(row, 0) | self.mask_of[label]
        self.before = self.rows_of[label]

    def _evaluations_in(self, record: StepRecord) -> int:
        """Return the evaluations of a step as a set of numbers, each of which is given when it is first seen."""
        return mask(self.numbers.setdefault(each, len(self.numbers)) for each in sorted(record.evaluations, key=repr))

    def _options(self, state: int) -> Iterator[Option]:
        """Yield the commands in the state; of those that lead to one state and come to the same, one."""
        seen: set[tuple[int, int]] = set()
        for pair in self.graph.of(state):
            if (pair.after, pair.label) not in seen:
                seen.add((pair.after, pair.label))
                yield Option(pair.command, pair.after, pair.label)


def rows_in(record: StepRecord) -> tuple[int, ...]:
    """Return the rows that applied, by number."""
    return tuple(sorted(record.applied))


def mask(numbers: Iterable[int]) -> int:
    """Return the set of numbers, none of them given twice, as an integer."""
    return sum(1 << number for number in numbers)


def reason_in(record: StepRecord) -> frozenset[str] | None:
    """Return the set of reasons of a refusal."""
    return record.outcome.because if isinstance(record.outcome, Refused) else None


def ends_a_sequence(record: StepRecord) -> bool:
    """Return whether the state of a system after it is not specified."""
    return isinstance(record.outcome, Unspecified)


def following_rows(graph: Graph[StepRecord]) -> dict[int, int]:
    """Return for each row those that can apply in the step after one in which it applied."""
    masks = [mask(rows_in(found_by)) for found_by in graph.labels]
    into = [0] * graph.states
    out = [0] * graph.states
    for state in range(graph.states):
        for pair in graph.of(state):
            out[state] |= masks[pair.label]
            if not ends_a_sequence(graph.labels[pair.label]):
                into[pair.after] |= masks[pair.label]
    followed: dict[int, int] = {}
    for before, after in set(zip(into, out, strict=True)):
        for row in (row for row in range(before.bit_length()) if before >> row & 1):
            followed[row] = followed.get(row, 0) | after
    return followed


def path_to(found_by: dict[int, tuple[int, Option] | None], state: int) -> tuple[Option, ...]:
    """Return the steps to a state that was found."""
    path: list[Option] = []
    while step := found_by[state]:
        state, option = step
        path.append(option)
    return tuple(reversed(path))
