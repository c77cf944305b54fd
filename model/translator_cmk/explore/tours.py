"""Transition tours: sequences that between them give every command in every state of a scope, in the fewest steps.

Each sequence begins with a reset and the commands that lead to the start of the scope.  A step is a reset or a
command.  A command whose outcome is not specified ends its sequence, since nobody knows where a
system stands after it.

The shortest tour is a solution of the postman problem.  Close every sequence by a reset, which leads back to the start
and costs what a new beginning costs.  Then a tour is a round that takes each pair at least once, so every state is
left as often as it is reached, and its steps are what it costs.  The cheapest way to take pairs again, and to reset,
such that every state is left as often as it is reached, is a cheapest flow; and since every pair is taken, all of it
is connected, so it can be walked in one round.  No tour is shorter: any tour, closed by resets, gives such a
flow.  The prices of that flow prove the bound without the flow itself.

The flow is found by a primal-dual method.  Any amount may flow along an arc, at the cost of the arc for each unit.  The
method keeps a price for every node, such that no arc gains more than it costs, and sends flow only along arcs that gain
exactly that.  Then nothing is cheaper, and the prices prove it.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from heapq import heappop, heappush
from typing import Any, NamedTuple

from ..machine import Outcome, Unspecified
from .graph import Graph, Pair


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
    """Return the steps that a new sequence begins with: the reset, and the commands that lead to the start."""
    return 1 + len(graph.scope.start)


def tour(graph: Graph[Outcome]) -> Tour:
    """Return a shortest tour of the graph."""
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
        """Return the node that the pair leads to: the reset where its outcome is not specified."""
        return self.reset if pair.label in self._open else pair.after

    def _move(self, node: int, to: int) -> None:
        self.excess[node] -= 1
        self.excess[to] += 1

    def sequences(self, flow: "Flow") -> Iterator["array[int]"]:
        """Yield the sequences that one round makes, cut at its resets.

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

    def _round(self, flow: "Flow") -> Iterator[tuple[int, int | None]]:
        """Yield a round from the start, as nodes with the commands that lead to them; it ends with a reset.

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

    def _departures(self, flow: "Flow") -> list[list[tuple[int, int | None]]]:
        """Return for each node all departures but loops, the first to take last."""
        departures: list[list[tuple[int, int | None]]] = []
        for state in range(self.graph.states):
            pairs = [pair for pair in self.graph.of(state) if self._end(pair) != state]
            by = {pair.after: pair.command for pair in pairs if self._end(pair) != self.reset}
            again = [(to, by.get(to)) for to, units in flow.along[state].items() for _ in range(units)]
            departures.append([*again, *((self._end(pair), pair.command) for pair in reversed(pairs))])
        resets = flow.along[self.reset].get(0, 0)
        departures.append([(0, None)] * (1 + resets))
        return departures


Arcs = Sequence[Mapping[int, int]]
"""Of each node: the nodes to which arcs lead, with their costs, which are not negative."""


class Unbalanced(ValueError):
    """An excess at some node cannot flow to where too little arrives."""


class Flow(NamedTuple):
    """The units along each arc (``along[v][w]`` from `v` to `w`), and the price of each node."""

    along: Sequence[Mapping[int, int]]
    prices: Sequence[int]


def worth(arcs: Arcs, excess: Sequence[int], prices: Sequence[int]) -> int:
    """Return a lower bound of the cost of every flow that takes away the excess; `ValueError` for prices without proof.

    Along an arc the price rises by no more than the arc costs, so a unit, wherever it flows, costs at least the
    difference in price between where it ends and where it began; and where all units begin and end is given.
    """
    for node, to in enumerate(arcs):
        for other, of_arc in to.items():
            if prices[other] - prices[node] > of_arc:
                raise ValueError(f"from {node} to {other} the price rises by more than {of_arc}")
    return -sum(amount * price for amount, price in zip(excess, prices, strict=True))


def cheapest_flow(arcs: Arcs, excess: Sequence[int]) -> Flow:
    """Return the cheapest flow that takes from each node its excess; a node of negative excess gets as much.

    Raises `Unbalanced` if there is no such flow.
    """
    balancing = Balancing(arcs, excess)
    while balancing.sources():
        balancing.reprice()
        balancing.send()
    return Flow(balancing.along, balancing.prices)


class Balancing:
    """A flow on its way to the cheapest that takes all excess away.

    As long as units flow from a node to another, a unit can go back there, and gets back what the arc cost.
    """

    def __init__(self, arcs: Arcs, excess: Sequence[int]) -> None:
        self.arcs = arcs
        self.excess = list(excess)
        self.prices = [0] * len(excess)
        self.along: list[dict[int, int]] = [{} for _ in excess]
        self._into: list[dict[int, None]] = [{} for _ in excess]  # where units have come from
        self._depth: dict[int, tuple[int, int]] = {}

    def sources(self) -> list[int]:
        """Return the nodes with an excess."""
        return [node for node, amount in enumerate(self.excess) if amount > 0]

    def reprice(self) -> None:
        """Raise prices until a way of arcs that gain what they cost leads from an excess to where too little arrives.

        The order is by distance and, within one, by the number of arcs: so the ways that are found form no circle.
        """
        heap = [(0, 0, node) for node in self.sources()]
        known = {node: (0, 0) for _, _, node in heap}
        settled: dict[int, tuple[int, int]] = {}
        nearest: int | None = None
        while heap:
            far, hops, node = heappop(heap)
            if nearest is not None and far > nearest:
                break
            if node in settled:
                continue
            settled[node] = (far, hops)
            if self.excess[node] < 0:
                nearest = far
            base = far + self.prices[node]
            for other, of_arc, _ in self._ways(node):
                if other not in settled:
                    found = (base + of_arc - self.prices[other], hops + 1)
                    if other not in known or found < known[other]:
                        known[other] = found
                        heappush(heap, (*found, other))
        if nearest is None:
            raise Unbalanced("what is too much in one place cannot get to where it is too little")
        self._depth = settled
        for node in range(len(self.prices)):
            self.prices[node] += settled[node][0] if node in settled else nearest

    def send(self) -> None:
        """Send all that the ways can take which `reprice` has opened."""
        left = {node: self._next(node) for node in self._depth}
        for source in self.sources():
            way: list[tuple[int, int, bool]] = []  # from a node to another, and whether it goes back
            while self.excess[source] > 0:
                node = way[-1][1] if way else source
                if self.excess[node] < 0:
                    self._send_along(way)
                    way = []
                elif left[node]:
                    other, back = left[node][-1]
                    if (not back or other in self._into[node]) and (left[other] or self.excess[other] < 0):
                        way.append((node, other, back))
                    else:
                        left[node].pop()
                elif way:
                    way.pop()
                else:
                    break

    def _ways(self, node: int) -> Iterator[tuple[int, int, bool]]:
        """Yield the nodes a unit can go to, with the cost and whether it goes back."""
        yield from ((other, of_arc, False) for other, of_arc in self.arcs[node].items())
        yield from ((other, -self.arcs[other][node], True) for other in self._into[node])

    def _next(self, node: int) -> list[tuple[int, bool]]:
        """Return the next nodes, by ways that gain what they cost, and whether these go back."""
        price, hops = self.prices[node], self._depth[node][1]
        return [
            (other, back)
            for other, of_arc, back in self._ways(node)
            if other in self._depth and self._depth[other][1] == hops + 1 and self.prices[other] - price == of_arc
        ]

    def _send_along(self, way: Sequence[tuple[int, int, bool]]) -> None:
        """Send as much as the way takes from its beginning to its end."""
        (source, *_), (_, end, _) = way[0], way[-1]
        limits = [self.along[other][node] for node, other, back in way if back]
        units = min(self.excess[source], -self.excess[end], *limits)
        for node, other, back in way:
            if not back:
                self.along[node][other] = self.along[node].get(other, 0) + units
                self._into[other][node] = None
            elif self.along[other][node] > units:
                self.along[other][node] -= units
            else:
                del self.along[other][node], self._into[node][other]
        self.excess[source] -= units
        self.excess[end] += units
