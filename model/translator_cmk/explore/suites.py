"""Test suites: sequences of commands from a reset on, made from the state graph of a scope, for any
system.

A suite holds what is asked of a system and nothing of what should come of it.  Whoever replays it
has the oracle say that.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ..language.messages import command_to_wire, stage_to_wire
from ..machine import DEFAULT_STAGE
from .coverage import recorded_graph, select
from .graph import Graph, state_graph
from .scopes import Commands, Scope
from .tours import steps_to_start, tour

ITEM_NAMES = {
    "rows": "rows",
    "refusals": "sets of reasons for a refusal",
    "commands": "commands with the rows that apply",
    "row_pairs": "pairs of rows in successive steps",
}
"""What a budget of steps buys, in words."""


class Suite(NamedTuple):
    """Sequences of one scope with what they guarantee, in one sentence.

    Each is a reset to the default stage, then its commands, of which the first lead to the start of
    the scope. ``pairs`` counts the pairs of a command and a state in which they give it.
    """

    scope: Scope
    sequences: tuple[Commands, ...]
    pairs: int
    guarantee: str

    @property
    def steps(self) -> int:
        """Return the number of requests of all sequences, resets included."""
        return sum(1 + len(sequence) for sequence in self.sequences)


def suite(scope: Scope, budget: int | None = None) -> Suite:
    """Return the sequences of a scope, with what they guarantee: a whole tour, or the best within a
    budget of steps.

    The whole tour gives every command in every state, those that are refused or change nothing
    included.  A budget of steps, each a reset or a command, buys as many rows, reasons for
    refusals, and pairs of rows in successive steps as a greedy choice finds.  Raises `ValueError`
    for a budget of less than one step beyond the start of the scope.
    """
    return whole_suite(scope) if budget is None else budgeted_suite(scope, budget)


def whole_suite(scope: Scope) -> Suite:
    """Return a whole tour of the scope."""
    graph = state_graph(scope)
    guarantee = (
        f"Each of the {graph.edge_count:,} commands in states of the scope {scope.name} is given "
        "once at least, as long as the system goes where the full specification says: so one that "
        "shows after each step where it stands, and gives a wrong answer or goes to a wrong state "
        "anywhere in the scope, is found out."
    )
    return Suite(scope, with_start(graph, tour(graph)), graph.edge_count, guarantee)


def budgeted_suite(scope: Scope, budget: int) -> Suite:
    """Return the sequences of the scope worth most within so many steps."""
    graph = recorded_graph(scope)
    beginning = steps_to_start(graph)
    if budget <= beginning:
        raise ValueError(
            f"the start of {scope.name} takes {beginning} steps, so at least one more is needed"
        )

    selection = select(graph, budget)
    shares = []
    for kind, (covered, there) in selection.covered.items():
        shares.append(f"{covered:,} of {there:,} {ITEM_NAMES[kind]}")
    guarantee = (
        f"{', '.join(shares[:-1])} and {shares[-1]} that the scope {scope.name} has are met, as "
        "long as the system goes where the full specification says; nothing is guaranteed of the "
        "rest."
    )

    pairs: set[tuple[int, int]] = set()
    for sequence in selection.sequences:
        pairs.update((edge.state, edge.command) for edge in graph.along(sequence))
    return Suite(scope, with_start(graph, selection.sequences), len(pairs), guarantee)


def with_start(graph: Graph[Any], sequences: Iterable[Iterable[int]]) -> tuple[Commands, ...]:
    """Return sequences of numbers of commands as commands from the reset on."""
    return tuple((*graph.scope.start, *graph.commands(sequence)) for sequence in sequences)


def wire_lines(sequences: Iterable[Commands]) -> Iterator[str]:
    """Yield the sequences as JSON lines, as `translator-cmk run` reads them; each begins with its
    stage: a reset.
    """
    stage = to_line({"stage": stage_to_wire(DEFAULT_STAGE)})
    for sequence in sequences:
        yield stage
        for command in sequence:
            yield to_line(command_to_wire(command))


def to_line(message: Any) -> str:
    """Return a message as a line of JSON."""
    return json.dumps(message, separators=(",", ":"))
