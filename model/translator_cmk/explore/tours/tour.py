"""Transition tours: sequences that between them give every command in every state of a scope, in the fewest steps.

Each sequence begins with a reset and the commands that lead to the start of the scope.  A step is whatever a system is
asked for: the reset, or a command.  A command whose outcome is left open ends its sequence, since nobody knows where a
system stands after it.

The shortest tour is found as a postman finds his round.  Close every sequence by a reset, which leads back to the start
and costs what a new beginning costs.  Then a tour is a round that takes each pair at least once, so that every state is
left as often as it is reached, and its steps are what it costs.  The cheapest way to take pairs again, and to reset,
such that every state is left as often as it is reached, is a cheapest flow; and since every pair is taken, all of it
hangs together, so that it can be walked in one round.  No tour is shorter: any tour, closed by resets, gives such a
flow.  The prices of that flow prove the bound without the flow itself.
"""

from array import array
from collections.abc import Iterator
from typing import Any, NamedTuple

from ...machine import Outcome, Unspecified
from ..graph import Graph, Pair
from .flow import Flow, cheapest_flow, worth


class Tour(NamedTuple):
    """Sequences, each as numbers of commands from the start of the scope on, and how long they have to be.

    ``steps`` counts resets, the commands that lead to the start, and the others; ``lower_bound`` is what no set of
    sequences can do with less.
    """

    sequences: tuple["array[int]", ...]
    pairs: int
    steps: int
    lower_bound: int


def beginning(graph: Graph[Any]) -> int:
    """The steps that a new sequence begins with: the reset, and the commands that lead to the start."""
    return 1 + len(graph.scope.start)


def tour(graph: Graph[Outcome]) -> Tour:
    """A shortest tour of the graph."""
    network = Network(graph)
    flow = cheapest_flow(network.arcs, network.excess)
    sequences = tuple(network.sequences(flow))
    steps = sum(beginning(graph) + len(sequence) for sequence in sequences)
    return Tour(sequences, graph.pairs, steps, network.once + worth(network.arcs, network.excess, flow.prices))


class Network:
    """The graph as a postman sees it: pairs that have to be taken once, and arcs that can be taken again at a cost.

    Its nodes are the states, and one more, the reset, which is entered from any state and leads to the start.
    ``once`` is what it costs to take each pair, and the way from the reset to the start, once.
    """

    def __init__(self, graph: Graph[Outcome]) -> None:
        self.graph = graph
        self.reset = graph.states
        self.once = graph.pairs + beginning(graph)
        self.excess = [0] * (graph.states + 1)  # of arrivals over departures where each pair is taken once
        self.arcs: list[dict[int, int]] = [{self.reset: 0} for _ in range(graph.states)]
        self.arcs.append({0: beginning(graph)})
        self._open = {n for n, outcome in enumerate(graph.labels) if isinstance(outcome, Unspecified)}
        self._move(self.reset, 0)
        for state in range(graph.states):
            for pair in graph.of(state):
                self._move(state, self._end(pair))
                if self._end(pair) not in (state, self.reset):
                    self.arcs[state][pair.after] = 1

    def _end(self, pair: Pair) -> int:
        """Where the pair leads: to a reset where its outcome is left open."""
        return self.reset if pair.label in self._open else pair.after

    def _move(self, node: int, to: int) -> None:
        self.excess[node] -= 1
        self.excess[to] += 1

    def sequences(self, flow: Flow) -> Iterator["array[int]"]:
        """The sequences that one round makes, cut at its resets.

        What leads nowhere is given where the round first comes by.
        """
        stays = [
            [pair.command for pair in self.graph.of(state) if self._end(pair) == state]
            for state in range(self.graph.states)
        ]
        sequence = array("i", stays[0])
        stays[0] = []
        for to, command in self._round(flow):
            if command is not None:
                sequence.append(command)
            if to == self.reset:
                yield sequence
                sequence = array("i")
            elif stays[to]:
                sequence.extend(stays[to])
                stays[to] = []

    def _round(self, flow: Flow) -> Iterator[tuple[int, int | None]]:
        """A round from the start, as nodes with the commands that lead to them; it ends with a reset.

        Hierholzer's way: walk on until there is no way left, which can only be where the walk began; then walk the
        rounds that were left out, and put each in where it branches off.
        """
        left = self._departures(flow)
        walk: list[tuple[int, int | None]] = [(self.reset, None)]
        backwards = []
        while walk:
            node, _ = walk[-1]
            if left[node]:
                walk.append(left[node].pop())
            else:
                backwards.append(walk.pop())
        yield from backwards[-3::-1]  # without the reset that it begins with, and the start

    def _departures(self, flow: Flow) -> list[list[tuple[int, int | None]]]:
        """Of each node, all departures but those that lead nowhere, the first to take last."""
        departures: list[list[tuple[int, int | None]]] = []
        for state in range(self.graph.states):
            pairs = [pair for pair in self.graph.of(state) if self._end(pair) != state]
            by = {pair.after: pair.command for pair in pairs if self._end(pair) != self.reset}
            again = [(to, by.get(to)) for to, units in flow.along[state].items() for _ in range(units)]
            departures.append([*again, *((self._end(pair), pair.command) for pair in reversed(pairs))])
        resets = flow.along[self.reset].get(0, 0)
        departures.append([(0, None)] * (1 + resets))
        return departures
