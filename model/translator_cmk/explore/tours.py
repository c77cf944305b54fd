"""Transition tours: sequences that between them give every command in every state of a scope, in few steps.

Each sequence begins with a reset and the commands that lead to the start of the scope.  A step is a reset or a
command.  A command whose outcome is not specified ends its sequence, since nobody knows where a system stands after it.

A tour always goes on to the nearest state in which a command was not given yet, or begins again where that takes no
more steps.
"""

from array import array
from collections import deque
from collections.abc import Sequence
from typing import Any

from ..machine import Outcome, Unspecified
from .graph import Graph


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
    waiting: deque[tuple[int, tuple[int, ...]]] = deque([(state, ())])
    found = {state}
    while waiting:
        at, way = waiting.popleft()
        if left[at]:
            return at, way
        for pair in graph.of(at) if len(way) + 1 < fewer else ():
            if pair.after not in found:
                found.add(pair.after)
                waiting.append((pair.after, (*way, pair.command)))
    return None
