"""What each state of a graph still leads to."""

from collections import deque
from collections.abc import Collection, Sequence
from typing import Any

from .graph import NOT_OFFERED, Graph

NO_COMMAND = -1
"""Stands for the command to a state that holds already."""

Predecessors = Sequence[Collection[int]]
"""Of each state: the states from which one command leads there."""


def predecessors(graph: Graph[Any], without: Collection[int] = ()) -> Predecessors:
    """Return the predecessors of each state, by commands other than those of the numbers
    ``without``.
    """
    found: list[set[int]] = [set() for _ in range(graph.states)]
    commands = [number for number in range(graph.width) if number not in without]
    for state in range(graph.states):
        first = state * graph.width
        for command in commands:
            after = graph.after[first + command]
            if after not in (state, NOT_OFFERED):
                found[after].add(state)
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


def first_commands(graph: Graph[Any], earlier: Predecessors, values: Sequence[int]) -> list[int]:
    """Return of each state the command that begins a shortest path to the highest value that it
    leads to.

    It is `NO_COMMAND` where the state has that value.  Only edges in ``earlier`` are taken.
    """
    highest, distance = highest_values(earlier, values)

    def first(state: int) -> int:
        if distance[state] == 0:
            return NO_COMMAND
        for command in range(graph.width):
            after = graph.after[state * graph.width + command]
            if after == NOT_OFFERED:
                continue
            is_nearer = highest[after] == highest[state] and distance[after] == distance[state] - 1
            if is_nearer and state in earlier[after]:
                return command
        raise AssertionError(f"no command leads from state {state} towards its highest value")

    return [first(state) for state in range(graph.states)]


def highest_values(
    earlier: Predecessors, values: Sequence[int]
) -> tuple[dict[int, int], dict[int, int]]:
    """Return of each state the highest value that it leads to, and how many commands lead to the
    nearest such state.

    For each value, the highest first, this walks backwards from the states that have it.
    """
    highest: dict[int, int] = {}
    distance: dict[int, int] = {}
    for value in sorted(set(values), reverse=True):
        waiting = deque(
            state for state, own in enumerate(values) if own == value and state not in highest
        )
        for state in waiting:
            highest[state] = value
            distance[state] = 0
        while waiting:
            state = waiting.popleft()
            for predecessor in earlier[state]:
                if predecessor not in highest:
                    highest[predecessor] = value
                    distance[predecessor] = distance[state] + 1
                    waiting.append(predecessor)
    return highest, distance
