"""A scope as a tester sees it: a Mealy machine whose states can be told apart by what is seen, and no two others are.

States of a scope that no sequence of commands tells apart are one state of this machine.  How many that leaves depends
on what is seen of each step.
"""

from array import array
from collections.abc import Hashable, Iterator
from enum import Enum
from typing import NamedTuple

from ...machine import ROWS, Accepted, Command, Machine, Outcome, Unspecified, observe
from ..alphabets import Commands
from ..graph import NOT_OFFERED, Graph
from ..scopes import Scope


class Sight(Enum):
    """What is seen of each step."""

    OUTCOMES = "outcomes"  # accepted or refused
    REASONS = "reasons"  # and why it was refused
    OBSERVATIONS = "observations"  # and all that a customer can see afterwards, uses of keys included


class Reduced(NamedTuple):
    """A complete, deterministic and minimal Mealy machine, whose state 0 is the start of the scope.

    ``after`` and ``output`` have what input `i` does in state `s` at `s * width + i`, an output as a number.
    ``access``: a shortest sequence of inputs to each state; these sequences are closed under prefixes.  ``left_out``:
    commands that are no inputs, since in some state the scope does not have them, or their outcome is left open.
    """

    scope: Scope
    sight: Sight
    inputs: Commands
    left_out: Commands
    after: "array[int]"
    output: "array[int]"
    access: tuple[tuple[int, ...], ...]

    @property
    def width(self) -> int:
        """How many inputs there are."""
        return len(self.inputs)

    @property
    def states(self) -> int:
        """How many states there are."""
        return len(self.access)


def reduced(graph: Graph[Outcome], sight: Sight) -> Reduced:
    """The graph of a scope as a tester sees it, with those of its commands that have one outcome in each state."""
    chosen = [number for number in range(graph.width) if not partial(graph, number)]
    reached, after = restricted(graph, chosen)
    seen = list(outputs(graph, reached, chosen, sight))
    block = told_apart(after, seen, len(chosen))
    members = dict(zip(reversed(block), reversed(range(len(reached))), strict=True))  # of each block, its first state
    first = [members[number] for number in range(len(members))]
    places = [state * len(chosen) + number for state in first for number in range(len(chosen))]
    to = array("i", (block[after[place]] for place in places))
    return Reduced(
        graph.scope,
        sight,
        commands(graph, chosen),
        commands(graph, sorted(set(range(graph.width)) - set(chosen))),
        to,
        array("i", (seen[place] for place in places)),
        access(to, len(chosen)),
    )


def partial(graph: Graph[Outcome], command: int) -> bool:
    """Whether there is a state in which the scope does not have the command, or its outcome is left open."""
    labels = set(graph.label[command :: graph.width])
    return NOT_OFFERED in labels or any(isinstance(graph.labels[label], Unspecified) for label in labels)


def commands(graph: Graph[Outcome], numbers: list[int]) -> tuple[Command, ...]:
    """The commands of these numbers."""
    return tuple(graph.scope.alphabet[number] for number in numbers)


def restricted(graph: Graph[Outcome], chosen: list[int]) -> tuple[list[int], list[int]]:
    """The states that these commands reach, nearest first, and where each leads, by place in that list."""
    reached, number, after = [0], {0: 0}, []
    for state in reached:
        for command in chosen:
            to = graph.after[state * graph.width + command]
            if to not in number:
                number[to] = len(reached)
                reached.append(to)
            after.append(number[to])
    return reached, after


def outputs(graph: Graph[Outcome], reached: list[int], chosen: list[int], sight: Sight) -> Iterator[int]:
    """What is seen of each command in each state, as a number."""
    machine, numbers = Machine(ROWS), dict[Hashable, int]()

    def number(what: Hashable) -> int:
        return numbers.setdefault(what, len(numbers))

    label = [number(("outcome", said(outcome, sight))) for outcome in graph.labels]
    state = {
        each: number(("state", repr(observe(machine.world(graph.state(each))))))
        if sight is Sight.OBSERVATIONS
        else number("nothing")
        for each in reached
    }
    for each in reached:
        for command in chosen:
            place = each * graph.width + command
            yield number((label[graph.label[place]], state[graph.after[place]]))


def said(outcome: Outcome, sight: Sight) -> Hashable:
    """What is heard of an outcome."""
    if isinstance(outcome, Accepted):
        return ("accepted", outcome.audit if sight is Sight.OBSERVATIONS else ())
    return ("refused", repr(outcome) if sight is not Sight.OUTCOMES else "")


def told_apart(after: list[int], output: list[int], width: int) -> list[int]:
    """Of each state, the number of its block: two states are in one where no sequence of inputs tells them apart.

    Blocks are numbered by their first states.
    """
    block = [0] * (len(after) // width)
    blocks = 1
    while True:
        numbers: dict[Hashable, int] = {}
        finer = []
        for state in range(len(block)):
            row = slice(state * width, (state + 1) * width)
            shows = (block[state], tuple(output[row]), tuple(block[to] for to in after[row]))
            finer.append(numbers.setdefault(shows, len(numbers)))
        if len(numbers) == blocks:
            return block
        block, blocks = finer, len(numbers)


def access(after: "array[int]", width: int) -> tuple[tuple[int, ...], ...]:
    """A shortest sequence of inputs to each state, closed under prefixes, by number of the state."""
    way: dict[int, tuple[int, ...]] = {0: ()}
    found = [0]
    for state in found:
        for number in range(width):
            to = after[state * width + number]
            if to not in way:
                way[to] = (*way[state], number)
                found.append(to)
    return tuple(way[state] for state in range(len(way)))
