"""Test sequences: commands from a reset on, made from the state graph of a scope, for any system to be put through.

They hold what is asked of a system and nothing of what should come of it: whoever replays them has the oracle say that.
`translator-cmk tour` makes them: a whole tour of a scope, or what is worth most of it within a budget of steps.
"""

import argparse
import json
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any, NamedTuple

from ..arguments import whole_number_from
from ..errors import OK, CommandError
from ..files import write_text
from ..language.messages import command_to_wire, stage_to_wire
from ..machine import DEFAULT_STAGE, ROWS, Command, Machine, Outcome, Refused, State, Unspecified
from ..machine.rows import Row
from ..progress import ProgressBar
from .graph import Graph, Memoised, Pair, state_graph
from .scopes import SCOPES, SOON, Commands, Scope, add_scope, select_scopes, start_of

# Tours: sequences that between them give every command in every state of a scope, in few steps.
#
# Each sequence begins with a reset and the commands that lead to the start of the scope.  A step is a reset or a
# command.  A command whose outcome is not specified ends its sequence, since nobody knows where a system stands after
# it.
#
# A tour always goes on to the nearest state in which a command was not given yet, or begins again where that takes no
# more steps.


def beginning(graph: Graph[Any]) -> int:
    """Return the steps that a new sequence begins with: the reset, and the commands that lead to the start."""
    return 1 + len(graph.scope.start)


def tour(graph: Graph[Outcome]) -> list["array[int]"]:
    """Return a tour of the graph: sequences, each as numbers of commands from the start of the scope on."""
    left = [not_given(graph, state) for state in range(graph.states)]
    sequences: list[array[int]] = []
    state: int | None = None  # in which the last sequence stands
    nearest = 0  # to the start, of the states in which a command is left: they are numbered by their distance
    while True:
        while nearest < graph.states and not left[nearest]:
            nearest += 1
        if nearest == graph.states:
            return sequences
        again = graph.path(nearest)
        way = None if state is None else way_on(graph, state, left, beginning(graph) + len(again))
        if way is None:
            sequences.append(array("i"))
            way = nearest, again
        state, commands = way
        sequences[-1].extend(commands)
        command = left[state].pop()
        sequences[-1].append(command)
        place = state * graph.width + command
        state = None if isinstance(graph.labels[graph.label[place]], Unspecified) else graph.after[place]


def not_given(graph: Graph[Outcome], state: int) -> list[int]:
    """Return the commands in a state by number, the first to give last.

    First come those that change nothing, last those whose outcome is not specified.
    """

    def late(pair: Any) -> tuple[bool, bool, int]:
        return isinstance(graph.labels[pair.label], Unspecified), pair.after != state, pair.command

    return [pair.command for pair in sorted(graph.of(state), key=late, reverse=True)]


def way_on(
    graph: Graph[Any], state: int, left: Sequence[Sequence[int]], fewer: int
) -> tuple[int, tuple[int, ...]] | None:
    """Return the nearest state in which a command is left, and the commands that lead there; None without one.

    There have to be ``fewer`` commands than that.
    """
    for at, way in onward(graph.of, state):
        if len(way) >= fewer:
            return None
        if left[at]:
            return at, tuple(pair.command for pair in way)
    return None


def onward(options: Callable[[int], Iterable[Pair]], state: int) -> Iterator[tuple[int, tuple[Pair, ...]]]:
    """Yield the state and all that it leads to, the nearest first, each with a shortest way there."""
    ways: list[tuple[int, tuple[Pair, ...]]] = [(state, ())]
    found = {state}
    for at, way in ways:  # which grows meanwhile
        yield at, way
        for pair in options(at):
            if pair.after not in found:
                found.add(pair.after)
                ways.append((pair.after, (*way, pair)))


# What is worth most of a scope within a budget of steps: rows, reasons for refusals, and pairs of rows.
#
# The choice is greedy.  Of the commands that can be given within a few steps from here, or from the start after a
# reset, it takes the one that has the most to gain for each step on the path; otherwise the nearest that has anything
# to gain.  For the same scope and budget it is always the same.
#
# Sets of rows and of items are kept as integers, in which number `n` is the bit `1 << n`.

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

    return Graph(scope, start_of(scope, machine), Memoised(step).step)


class Place(NamedTuple):
    """A state that a path leads to: from where the last sequence stands, or from the start after a reset."""

    state: int
    path: tuple[Pair, ...]
    resets: bool

    def beyond(self, pair: Pair) -> "Place":
        """Return the place after one command more."""
        return Place(pair.after, (*self.path, pair), self.resets)


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
        self._options = [list(graph.of(state)) for state in range(graph.states)]

    def best(self) -> Place | None:
        """Return the place within the horizon whose last command gains most for each step; None if none gains."""
        best, most = None, 0.0
        for place in (place for start in self._starts() for place in self._places(start, HORIZON - 1, 1)):
            followed = [self.followed.get(row, 0) for row in self._rows_before(place)]
            steps = self._steps_to(place) + 1
            for pair in self._options[place.state]:
                if (rate := self._gain(followed, pair.label) / steps) > most:
                    best, most = place.beyond(pair), rate
        return best

    def nearest(self) -> Place | None:
        """Return the nearest place after two commands of which the second gains something; None if there is none."""
        found = (next(self._pairs(start), None) for start in self._starts())
        return min((each for each in found if each), key=self._steps_to, default=None)

    def _pairs(self, start: Place) -> Iterator[Place]:
        """Yield the places after two commands in succession of which the second gains something, the nearest first."""
        for place in self._places(start, self.budget, 2):
            for first in self._options[place.state]:
                followed = [self.followed.get(row, 0) for row in self._rows[first.label]]
                for last in self._options[first.after] if not self._ends[first.label] else ():
                    if self._gain(followed, last.label):
                        yield place.beyond(first).beyond(last)

    def take(self, place: Place) -> None:
        """Give the commands that lead to the place."""
        if place.resets:
            self.sequences.append(array("i"))
            self.before = ()
        self.steps += self._steps_to(place)
        for pair in place.path:
            self.met |= self._items[pair.label]
            for row in self.before:
                self.followed[row] = self.followed.get(row, 0) | self._masks[pair.label]
            self.before = self._rows[pair.label]
            self.sequences[-1].append(pair.command)
        self.at = None if self._ends[place.path[-1].label] else place.state

    def shares(self) -> dict[str, tuple[int, int]]:
        """Return of each kind of item how many were met of how many there are in the scope."""
        shares = {kind: ((self.met & of).bit_count(), of.bit_count()) for kind, of in self._of_kind.items()}
        next_rows = [reduce(or_, (self._masks[pair.label] for pair in options), 0) for options in self._options]
        follow: dict[int, int] = {}
        for pair in (pair for options in self._options for pair in options if not self._ends[pair.label]):
            for row in self._rows[pair.label]:
                follow[row] = follow.get(row, 0) | next_rows[pair.after]
        met, there = (sum(map(int.bit_count, rows.values())) for rows in (self.followed, follow))
        return {**shares, "row_pairs": (met, there)}

    def _starts(self) -> Iterator[Place]:
        """Yield where to go on from: here, and the start after a reset."""
        if self.at is not None:
            yield Place(self.at, (), resets=False)
        if self.sequences[-1]:
            yield Place(0, (), resets=True)

    def _places(self, start: Place, horizon: int, more: int) -> Iterator[Place]:
        """Yield the places within the horizon where so many commands more are within the budget, the nearest first."""
        most = min(horizon, self.budget - self.steps - self._steps_to(start) - more)
        for state, path in onward(self._options.__getitem__, start.state):
            if len(path) > most:
                return
            yield Place(state, path, start.resets)

    def _steps_to(self, place: Place) -> int:
        """Return how many steps lead to the place, with those of a reset."""
        return len(place.path) + (beginning(self.graph) if place.resets else 0)

    def _rows_before(self, place: Place) -> tuple[int, ...]:
        """Return the rows that applied in the step that leads to the place."""
        if place.path:
            return self._rows[place.path[-1].label]
        return () if place.resets else self.before

    def _gain(self, followed: Iterable[int], label: int) -> int:
        """Return the gain of the label after a step of whose rows each has been followed by these."""
        new, rows = self._items[label] & ~self.met, self._masks[label]
        gain = sum(WORTH[kind] * (new & of).bit_count() for kind, of in self._of_kind.items()) if new else 0
        for each in followed:
            gain += (rows & ~each).bit_count()
        return gain


def mask(numbers: Iterable[int]) -> int:
    """Return the set of numbers, none of them given twice, as an integer."""
    return sum(1 << number for number in numbers)


# Test sequences of a scope

LARGEST = 200_000
"""The most states of a scope that sequences are made from: its graph has to fit into memory."""


TITLES = {
    "rows": "rows",
    "refusals": "sets of reasons for a refusal",
    "commands": "commands with the rows that apply",
    "row_pairs": "pairs of rows in successive steps",
}
"""What a budget of steps buys, in words."""


class Suite(NamedTuple):
    """Sequences of one scope with what they guarantee, in one sentence.

    Each is a reset to the default stage, then its commands, of which the first lead to the start of the scope.
    ``pairs`` counts the commands in states that they give.
    """

    scope: Scope
    sequences: tuple[Commands, ...]
    pairs: int
    guarantee: str

    @property
    def steps(self) -> int:
        """Return the number of requests of all sequences, resets included."""
        return sum(1 + len(each) for each in self.sequences)


def suite(scope: Scope, budget: int | None = None) -> Suite:
    """Return the sequences of a scope, with what they guarantee: a whole tour, or the best within a budget of steps.

    The whole tour gives every command in every state, those that are refused or change nothing included.  A budget of
    steps, each a reset or a command, buys as many rows, reasons for refusals, and pairs of rows in successive steps as
    a greedy choice finds.  Raises `ValueError` for a scope of too many states, and for a budget of less than one
    step beyond its start.
    """
    if not 0 < scope.states <= LARGEST:
        raise ValueError(f"{scope.name} has {scope.states:,} states, and sequences need {LARGEST:,} at most")
    if budget is not None:
        return budgeted(scope, budget)
    graph = state_graph(scope)
    guarantee = (
        f"Each of the {graph.pairs:,} commands in states of the scope {scope.name} is given once at least, as long as "
        "the system goes where the full specification says: so one that shows after each step where it stands, and "
        "gives a wrong answer or goes to a wrong state anywhere in the scope, is found out."
    )
    return suite_of(graph, tour(graph), graph.pairs, guarantee)


def budgeted(scope: Scope, budget: int) -> Suite:
    """Return the sequences of the scope worth most within so many steps."""
    graph = recorded_graph(scope)
    if budget <= beginning(graph):
        raise ValueError(f"the start of {scope.name} takes {beginning(graph)} steps, so at least one more is needed")
    found = select(graph, budget)
    shares = [f"{met:,} of {there:,} {TITLES[kind]}" for kind, (met, there) in found.met.items()]
    guarantee = (
        f"{', '.join(shares[:-1])} and {shares[-1]} that the scope {scope.name} has are met, as long as the system "
        "goes where the full specification says; nothing is guaranteed of the rest."
    )
    pairs = {(pair.state, pair.command) for sequence in found.sequences for pair in graph.along(sequence)}
    return suite_of(graph, found.sequences, len(pairs), guarantee)


def suite_of(graph: Graph[Any], found: Iterable[Iterable[int]], pairs: int, guarantee: str) -> Suite:
    """Return sequences of numbers of commands, from the reset on."""
    scope = graph.scope
    sequences = tuple((*scope.start, *graph.commands(sequence)) for sequence in found)
    return Suite(scope, sequences, pairs, guarantee)


def wire_lines(found: Iterable[Commands]) -> Iterator[str]:
    """Yield the sequences as JSON lines, as `translator-cmk run` reads them; each begins with its stage: a reset."""
    stage = json.dumps({"stage": stage_to_wire(DEFAULT_STAGE)}, separators=(",", ":"))
    for sequence in found:
        yield stage
        for command in sequence:
            yield json.dumps(command_to_wire(command), separators=(",", ":"))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add arguments of `tour`."""
    fitting = [scope for scope in SCOPES if scope.states <= LARGEST]
    add_scope(parser, f"what to make sequences of (default: each of up to {SOON:,} states)", fitting)
    parser.add_argument(
        "--steps",
        type=whole_number_from(1, 9),
        metavar="N",
        help="what is worth most within so many steps of each scope, a reset counted as one (default: the whole tour)",
    )
    parser.add_argument(
        "--output",
        metavar="FILE",
        help="where to write the sequences; - is standard output, and their summary then goes to standard error",
    )


def run(args: argparse.Namespace) -> int:
    """Write sequences and print what they guarantee; exit code 2 if they can't be made or written."""
    made: list[Suite] = []
    bar = ProgressBar()
    try:
        for scope in select_scopes(args.scope):
            bar.begin(scope.name)
            bar.show(f"making sequences of {scope.states:,} states")  # large scopes take minutes
            made.append(suite(scope, args.steps))
    except ValueError as error:
        raise CommandError(str(error)) from None
    finally:
        bar.clear()
    lines = [line for each in made for line in wire_lines(each.sequences)]
    if args.output == "-":
        print("\n".join(lines))
    elif args.output:
        try:
            write_text(Path(args.output), (f"{line}\n" for line in lines))
        except OSError as error:
            remedy = "name a file in a folder that is there"
            raise CommandError(f"{args.output}: can't be written: {error.strerror}; {remedy}") from None
    print("\n".join(map(summary, made)), file=sys.stderr if args.output == "-" else sys.stdout)
    return OK


def summary(made: Suite) -> str:
    """Return the size of sequences, and on another line what they guarantee."""
    number = len(made.sequences)
    sequences = f"{number:,} sequence{'s' if number > 1 else ''}"
    return (
        f"{made.scope.name}: {made.pairs:,} commands in states, {sequences}, {made.steps:,} steps\n  {made.guarantee}"
    )
