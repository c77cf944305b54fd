"""The graph of a small scope: every state that can be reached, and what each command comes to in each."""

from collections.abc import Callable, Collection
from functools import cache
from typing import NamedTuple

from ..explore.engines.remembering import Remembered
from ..explore.scopes import Scope
from ..machine import DEFAULT_STAGE, Command, Outcome, RowsContradict, State, initial
from .cascade import model


class Edge(NamedTuple):
    """A command in a state: which state it leads to, and what came of it."""

    command: Command
    after: int
    outcome: Outcome


class Graph(NamedTuple):
    """The states in the order in which they are found, breadth first, and the edges that leave each."""

    scope: Scope
    states: list[State]
    edges: list[list[Edge]]

    def leading_to(self, wanted: Callable[[int], bool]) -> Collection[int]:
        """The states from which one that is wanted can be reached, itself included."""
        into: dict[int, list[int]] = {}
        for before, edges in enumerate(self.edges):
            for edge in edges:
                into.setdefault(edge.after, []).append(before)
        found = {state for state in range(len(self.states)) if wanted(state)}
        todo = list(found)
        while todo:
            for before in into.get(todo.pop(), ()):
                if before not in found:
                    found.add(before)
                    todo.append(before)
        return found


@cache
def graph(scope: Scope) -> Graph:
    """The graph of a scope, searched without theorems."""
    step = Remembered(model().step).step
    state = initial(DEFAULT_STAGE)
    for command in scope.start:
        state, _ = model().step(state, command)
    found = Graph(scope, [state], [])
    number = {state: 0}
    for state in found.states:  # which grows meanwhile
        edges = []
        for command in scope.alphabet:
            if not scope.offers(command, state):
                continue
            try:
                after, outcome = step(state, command)
            except RowsContradict:  # of a broken model, which then says nothing here
                continue
            if after not in number:
                number[after] = len(found.states)
                found.states.append(after)
            edges.append(Edge(command, number[after], outcome))
        found.edges.append(edges)
    return found
