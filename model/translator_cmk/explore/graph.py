"""The states and edges of a scope as a graph."""

from array import array
from collections.abc import Iterator
from typing import Generic, NamedTuple

from ..machine import ROWS, Machine, Outcome, State
from ..machine.memoised import Memoised
from .scopes import Scope, start_of
from .walk import Label, StepFunction, Walk

NOT_OFFERED = -1
"""Stands for a command that the scope does not offer in a state."""


class Edge(NamedTuple):
    """A command in a state, all by number: the state, the command, the state that it leads to, and
    its label.
    """

    state: int
    command: int
    after: int
    label: int


class Graph(Walk, Generic[Label]):
    """The walk of a scope with all its edges.

    A label is the result of a command: an outcome, and perhaps more.  Of state `s` and command `c`,
    ``after`` and ``label`` have the state that it leads to and the number of the label at `s *
    width + c`, or `NOT_OFFERED`.
    """

    def __init__(self, scope: Scope, start: State, step: StepFunction[Label]) -> None:
        super().__init__(scope, start)
        self.after = array("i")
        self.label = array("i")
        numbers: dict[Label, int] = {}
        nothing = array("i", [NOT_OFFERED] * self.width)
        for state, command, state_after, label in self.visits(step):
            place = state * self.width + command
            # a state has no edges until its commands are taken, one after another
            while len(self.after) <= place:
                self._add_state(nothing)
            self.after[place] = state_after
            self.label[place] = numbers.setdefault(label, len(numbers))
        while len(self.after) < self.states * self.width:
            self._add_state(nothing)
        self.labels = list(numbers)

    def _add_state(self, nothing: "array[int]") -> None:
        """Make room for the edges from one state more, in which nothing is offered yet."""
        self.after.extend(nothing)
        self.label.extend(nothing)

    @property
    def edge_count(self) -> int:
        """Return how many edges there are: pairs of a state and a command that is offered
        there.
        """
        return len(self.after) - self.after.count(NOT_OFFERED)

    def edges_from(self, state: int) -> Iterator[Edge]:
        """Yield every edge from a state, by the number of its command."""
        first = state * self.width
        for command in range(self.width):
            after = self.after[first + command]
            if after != NOT_OFFERED:
                yield Edge(state, command, after, self.label[first + command])


def state_graph(scope: Scope, machine: Machine | None = None) -> Graph[Outcome]:
    """Return the graph of a scope of the machine (by default the article's), labelled with
    outcomes.

    Raises `StartNotReached`.
    """
    machine = machine or Machine(ROWS)
    return Graph(scope, start_of(scope, machine), Memoised(machine.step).step)
