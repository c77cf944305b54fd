"""What can still come about from each state of a graph, and which command begins the shortest way there."""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from .graph import NOT_OFFERED, Graph

NO_WAY = -1

Before = Sequence[Collection[int]]
"""Of each state: the states from which one command leads there."""


def before(graph: Graph[Any], without: Collection[int] = ()) -> Before:
    """The states before each state, by commands other than those of the numbers ``without``."""
    found: list[set[int]] = [set() for _ in range(graph.states)]
    numbers = [number for number in range(graph.width) if number not in without]
    for state in range(graph.states):
        leads = graph.after[state * graph.width : (state + 1) * graph.width]
        for after in {leads[number] for number in numbers} - {state, NOT_OFFERED}:
            found[after].add(state)
    return found


def attainable(earlier: Before, holds: Sequence[int]) -> list[int]:
    """Of each state what holds in it or in a state that it leads to; what holds is the bits of a number."""
    found = list(holds)
    waiting = list(range(len(found)))
    while waiting:
        state = waiting.pop()
        for each in earlier[state]:
            if found[each] | found[state] != found[each]:
                found[each] |= found[state]
                waiting.append(each)
    return found


def highest(earlier: Before, values: Sequence[int]) -> list[int]:
    """Of each state the highest value that it has or leads to."""
    found = list(values)
    for value in sorted(set(values), reverse=True):
        waiting = [state for state, own in enumerate(values) if own == value == found[state]]
        while waiting:
            for each in earlier[waiting.pop()]:
                if found[each] < value:
                    found[each] = value
                    waiting.append(each)
    return found


def ways(graph: Graph[Any], earlier: Before, values: Sequence[int]) -> list[int]:
    """Of each state the command that begins a shortest way to the highest value there is a way to.

    It is `NO_WAY` where that value is reached.  Only steps that ``earlier`` has are taken.
    """
    most = highest(earlier, values)
    far = {state: 0 for state, value in enumerate(values) if value == most[state]}
    waiting = deque(far)
    while waiting:
        state = waiting.popleft()
        for each in earlier[state]:
            # all along such a way its end is the highest there is a way to
            if each not in far and most[each] == most[state]:
                far[each] = far[state] + 1
                waiting.append(each)
    return [first(graph, earlier, state, far, most) for state in range(graph.states)]


def first(graph: Graph[Any], earlier: Before, state: int, far: Mapping[int, int], most: Sequence[int]) -> int:
    """The command that leads from the state to one that is nearer to the same value."""
    if not far[state]:
        return NO_WAY
    leads = graph.after[state * graph.width : (state + 1) * graph.width]
    return next(
        number
        for number, after in enumerate(leads)
        if after != NOT_OFFERED
        and far[after] == far[state] - 1
        and most[after] == most[state]
        and state in earlier[after]
    )
