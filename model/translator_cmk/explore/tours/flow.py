"""The cheapest flow: which arcs to go again, and how often, so that as much arrives at every node as leaves it.

Any amount may flow along an arc, at the cost of the arc for each unit.  The method is primal and dual: it keeps a price
for every node, such that no arc gains more than it costs, and sends flow only along arcs that gain exactly that.  Then
nothing is cheaper, and the prices prove it: whatever flow meets the needs costs at least what they say it is worth.
"""

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush
from itertools import pairwise
from typing import NamedTuple

Arcs = Sequence[Mapping[int, int]]
"""Of each node: the nodes to which arcs lead, with their costs, which are not negative."""


class Unbalanced(ValueError):
    """What arrives in excess at some node cannot flow to where too little arrives."""


class Flow(NamedTuple):
    """How much flows along each arc (``along[v][w]`` from `v` to `w`), and the price of each node."""

    along: Sequence[Mapping[int, int]]
    prices: Sequence[int]


def cost(arcs: Arcs, along: Sequence[Mapping[int, int]]) -> int:
    """What a flow costs."""
    return sum(arcs[node][to] * units for node, flows in enumerate(along) for to, units in flows.items())


def worth(arcs: Arcs, excess: Sequence[int], prices: Sequence[int]) -> int:
    """What every flow costs at least that takes away the excess; raises `ValueError` where the prices prove nothing.

    Along an arc the price rises by no more than the arc costs, so that a unit, wherever it flows, costs at least the
    difference in price between where it ends and where it began; and where all units begin and end is given.
    """
    for node, to in enumerate(arcs):
        for other, of_arc in to.items():
            if prices[other] - prices[node] > of_arc:
                raise ValueError(f"from {node} to {other} the price rises by more than {of_arc}")
    return -sum(amount * price for amount, price in zip(excess, prices, strict=True))


def cheapest_flow(arcs: Arcs, excess: Sequence[int]) -> Flow:
    """The cheapest flow that takes from each node its excess; a node of negative excess gets as much.

    Raises `Unbalanced` where there is none.
    """
    balancing = Balancing(arcs, excess)
    while balancing.sources():
        balancing.reprice()
        balancing.send()
    return Flow(balancing.along, balancing.prices)


class Balancing:
    """A flow on its way to the cheapest that takes all excess away."""

    def __init__(self, arcs: Arcs, excess: Sequence[int]) -> None:
        self.arcs = arcs
        self.excess = list(excess)
        self.prices = [0] * len(excess)
        self.along: list[dict[int, int]] = [{} for _ in excess]
        self._into: list[dict[int, None]] = [{} for _ in excess]  # where flow has come from, and could be sent back
        self._depth: dict[int, tuple[int, int]] = {}

    def sources(self) -> list[int]:
        """The nodes with an excess."""
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
            for other, of_arc in self._ways(node):
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
        left = {node: self._open(node) for node in self._depth}
        for source in self.sources():
            way = [source]
            while way and self.excess[source] > 0:
                node = way[-1]
                if self.excess[node] < 0:
                    self._send_along(way)
                    way = [source]
                elif left[node]:
                    other = left[node][-1]
                    if self._takes(node, other) and (left[other] or self.excess[other] < 0):
                        way.append(other)
                    else:
                        left[node].pop()
                else:
                    way.pop()

    def _ways(self, node: int) -> list[tuple[int, int]]:
        """Where a unit can go from the node, at what cost: along an arc, or back to where flow has come from."""
        back = [(other, -self.arcs[other][node]) for other in self._into[node]]
        return [*self.arcs[node].items(), *back]

    def _open(self, node: int) -> list[int]:
        """The next nodes, by ways that gain what they cost."""
        price, hops = self.prices[node], self._depth[node][1]
        return [
            other
            for other, of_arc in self._ways(node)
            if other in self._depth and self._depth[other][1] == hops + 1 and self.prices[other] - price == of_arc
        ]

    def _takes(self, node: int, other: int) -> bool:
        """Whether a unit can still go this way: what flows back can be used up."""
        return other in self._into[node] or not self._is_back(node, other)

    def _send_along(self, way: list[int]) -> None:
        """Send as much as the way takes from its beginning to its end."""
        steps = list(pairwise(way))
        backward = {step: self._is_back(*step) for step in steps}
        units = min(self.excess[way[0]], -self.excess[way[-1]])
        for node, other in steps:
            if backward[node, other]:
                units = min(units, self.along[other][node])
        for node, other in steps:
            if backward[node, other]:
                self.along[other][node] -= units
                if not self.along[other][node]:
                    del self.along[other][node], self._into[node][other]
            else:
                self.along[node][other] = self.along[node].get(other, 0) + units
                self._into[other][node] = None
        self.excess[way[0]] -= units
        self.excess[way[-1]] += units

    def _is_back(self, node: int, other: int) -> bool:
        """Whether the way from the node takes flow back, rather than send more along an arc."""
        forward = self.arcs[node].get(other)
        return forward is None or self.prices[other] - self.prices[node] != forward
