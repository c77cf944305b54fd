"""What each state of a graph still leads to."""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from .graph import NOT_OFFERED, Graph

NO_COMMAND = -1
"""Stands for the command to a state that holds already."""

Predecessors = Sequence[Mapping[int, int]]
"""Of each state: the states from which a command leads there, each with the first such command."""


def predecessors(graph: Graph[Any], without: Collection[int] = ()) -> Predecessors:
    """Return the predecessors of each state, by commands other than those of the numbers
    ``without``.
    """
    found: list[dict[int, int]] = [{} for _ in range(graph.states)]
    commands = [number for number in range(graph.width) if number not in without]
    for state in range(graph.states):
        first = state * graph.width
        for command in commands:
            after = graph.after[first + command]
            if after not in (state, NOT_OFFERED):
                found[after].setdefault(state, command)
    return found


def attainable(earlier: Predecessors, holds: Sequence[int]) -> list[int]:
    """Return of each state what holds in it or in a state that it leads to, as the bits of a
    number.

    What holds is handed on to the predecessors until nothing is new.
    """
    found = list(holds)
    waiting = list(range(len(found)))
    while waiting:
        state = waiting.pop()
        for predecessor in earlier[state]:
            more = found[predecessor] | found[state]
            if more != found[predecessor]:
                found[predecessor] = more
                waiting.append(predecessor)
    return found


def first_commands(earlier: Predecessors, values: Sequence[int]) -> list[int]:
    """Return of each state the command that begins a shortest path to the highest value that it
    leads to.

    It is `NO_COMMAND` where the state has that value.  For each value, the highest first, this
    walks backwards from the states that have it.
    """
    found: dict[int, int] = {}
    for value in sorted(set(values), reverse=True):
        waiting = deque(
            state for state, own in enumerate(values) if own == value and state not in found
        )
        found.update(dict.fromkeys(waiting, NO_COMMAND))
        while waiting:
            for predecessor, command in earlier[waiting.popleft()].items():
                if predecessor not in found:
                    found[predecessor] = command
                    waiting.append(predecessor)
    return [found[state] for state in range(len(values))]
