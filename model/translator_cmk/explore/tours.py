"""Tours: sequences that between them give every command in every state of a scope, in few steps.

Names are given once and deleted things stay deleted, so a scope can't be walked in a circle, and a
tour has many sequences.  Each begins with a reset and the commands that lead to the start of the
scope.  A step is a reset or a command.  If the outcome of a command is not specified, the sequence
ends there, because nobody knows where a system stands afterwards.

A tour goes on to the nearest state in which a command was not given yet.  If that takes no fewer
steps than beginning again, it begins again.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from ..machine import Outcome, Unspecified
from .graph import Edge, Graph

Path = tuple[Edge, ...]


def steps_to_start(graph: Graph[Any]) -> int:
    """Return the steps that a new sequence begins with: the reset, and the commands that lead to
    the start.
    """
    return 1 + len(graph.scope.start)


def tour(graph: Graph[Outcome]) -> list["array[int]"]:
    """Return a tour of the graph: sequences, each as numbers of commands from the start of the
    scope on.
    """
    left = [commands_to_give(graph, state) for state in range(graph.states)]
    sequences: list[array[int]] = []
    # the state after the last sequence; None: there is none, or nobody knows
    stands_in: int | None = None
    # the state nearest to the start in which a command is left: states are numbered by their
    # distance from it
    nearest = 0
    while True:
        while nearest < graph.states and not left[nearest]:
            nearest += 1
        if nearest == graph.states:
            return sequences

        path_from_start = graph.path(nearest)
        further = None
        if stands_in is not None:
            further = path_to_work(
                graph, stands_in, left, steps_to_start(graph) + len(path_from_start)
            )
        if further is None:
            sequences.append(array("i"))
            state, path = nearest, path_from_start
        else:
            state, path = further

        command = left[state].pop()
        sequences[-1].extend(path)
        sequences[-1].append(command)
        place = state * graph.width + command
        outcome = graph.labels[graph.label[place]]
        stands_in = None if isinstance(outcome, Unspecified) else graph.after[place]


def commands_to_give(graph: Graph[Outcome], state: int) -> list[int]:
    """Return the commands in a state by number, the first to give last.

    First come those that change nothing, last those whose outcome is not specified.
    """

    def order(edge: Edge) -> tuple[bool, bool, int]:
        outcome = graph.labels[edge.label]
        return isinstance(outcome, Unspecified), edge.after != state, edge.command

    edges = sorted(graph.edges_from(state), key=order, reverse=True)
    return [edge.command for edge in edges]


def path_to_work(
    graph: Graph[Any], start: int, left: Sequence[Sequence[int]], limit: int
) -> tuple[int, tuple[int, ...]] | None:
    """Return the nearest state in which a command is left, and the commands that lead there.

    Return None if there is none within fewer commands than the limit.
    """
    for state, path in paths_from(start, graph.edges_from):
        if len(path) >= limit:
            return None
        if left[state]:
            return state, tuple(edge.command for edge in path)
    return None


def paths_from(start: int, options: Callable[[int], Iterable[Edge]]) -> Iterator[tuple[int, Path]]:
    """Yield the state and all that it leads to, the nearest first, each with a shortest path
    there.
    """
    paths: list[tuple[int, Path]] = [(start, ())]
    found = {start}
    for state, path in paths:  # which grows meanwhile
        yield state, path
        for edge in options(state):
            if edge.after not in found:
                found.add(edge.after)
                paths.append((edge.after, (*path, edge)))
