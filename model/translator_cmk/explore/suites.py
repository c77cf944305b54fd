"""Test suites: sequences of commands from a reset on, made from the state graph of a scope, for any
system.

A suite holds what is asked of a system and nothing of what should come of it.  Whoever replays it
has the oracle say that.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from .coverage import recorded_graph, select
from .graph import Graph, state_graph
from .scopes import Commands, Scope
from .tours import steps_to_start, tour


class Suite(NamedTuple):
    """Sequences of one scope.

    Each is a reset to the default stage, then its commands, of which the first lead to the start of
    the scope.
    """

    scope: Scope
    sequences: tuple[Commands, ...]

    @property
    def steps(self) -> int:
        """Return the number of requests of all sequences, resets included."""
        return sum(1 + len(sequence) for sequence in self.sequences)


def suite(scope: Scope, budget: int | None = None) -> Suite:
    """Return the sequences of a scope: a whole tour, or the best within a budget of steps.

    The whole tour gives every command in every state, those that are refused or change nothing
    included.  A budget of steps, each a reset or a command, buys as many rows, reasons for
    refusals, and pairs of rows in successive steps as a greedy choice finds.  Raises `ValueError`
    for a budget of less than one step beyond the start of the scope.
    """
    return whole_suite(scope) if budget is None else budgeted_suite(scope, budget)


def whole_suite(scope: Scope) -> Suite:
    """Return a whole tour of the scope."""
    graph = state_graph(scope)
    return Suite(scope, with_start(graph, tour(graph)))


def budgeted_suite(scope: Scope, budget: int) -> Suite:
    """Return the sequences of the scope worth most within so many steps."""
    graph = recorded_graph(scope)
    beginning = steps_to_start(graph)
    if budget <= beginning:
        raise ValueError(
            f"the start of {scope.name} takes {beginning} steps, so at least one more is needed"
        )
    return Suite(scope, with_start(graph, select(graph, budget)))


def with_start(graph: Graph[Any], sequences: Iterable[Iterable[int]]) -> tuple[Commands, ...]:
    """Return sequences of numbers of commands as commands from the reset on."""
    return tuple((*graph.scope.start, *graph.commands(sequence)) for sequence in sequences)
