"""Compute the image of a set of states under all commands, where each cluster of entities is one digit.

Clusters for which an integer has no room are outer fields, whose states all move alike.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from operator import add as add_up
from typing import Any, NamedTuple

from .bitsets import Bits, Digit, Layout, Regions, add, members, shifted, without
from .clusters import Cluster, Parts
from .cubes import BROKEN, Cube, Cubes, Packing, SortedCubes, fields_of


class Carried(NamedTuple):
    """The effect of a change of the shared entities on the digit of a cluster: all that moves, and the regions."""

    away: int
    moves: list[tuple[int, int]]


class Crossing(NamedTuple):
    """A change of the shared entities: what is added, and what that does to inner clusters and to outer ones."""

    step: int
    inner: list[Carried]
    outer: list[tuple[int, dict[int, int]]]


class Tally:
    """In how many states a cluster, if any, has each of its numbers, by the records of the shared entities."""

    def __init__(self, cluster: Cluster | None) -> None:
        self._digit = cluster.digit if cluster else Digit(0, [0])
        self.fields = self._digit.fields
        self._rows: dict[int, list[int]] = {}
        self._gathered: dict[int, dict[int, list[int]]] = {}

    def add(self, shared: int, number: int, times: int) -> None:
        """Count states."""
        self._rows.setdefault(shared, [0] * len(self._digit.records))[number] += times

    def counted(self, cubes: Cubes, shared: int) -> Counter[Any]:
        """Return how many of the states have which result."""
        found: Counter[Any] = Counter()
        for cube in cubes:
            read = cube.fields & shared
            if read not in self._gathered:
                self._gathered[read] = self._by(read)
            if row := self._gathered[read].get(cube.bits & read):
                found[cube.result] += sum(row[number] for number in members(self._digit.fitting(cube)))
        return found

    def _by(self, read: int) -> dict[int, list[int]]:
        """The rows of those that agree in these fields, added up."""
        gathered: dict[int, list[int]] = {}
        for shared, row in self._rows.items():
            into = gathered.setdefault(shared & read, [0] * len(row))
            into[:] = map(add_up, into, row)
        return gathered


class Image:
    """Computes images of sets of states, with all that follows."""

    def __init__(self, packing: Packing, parts: Parts, largest: int) -> None:
        self._shared = parts.shared
        self._functions = (*parts.commands, *parts.follows.values())
        self._clusters = [Cluster(packing, parts, fields) for fields in parts.clusters]
        within, size = [], 1
        for cluster in self._clusters:
            if size * len(cluster.digit.records) > largest:
                break
            size *= len(cluster.digit.records)
            within.append(cluster.digit)
        self.layout = Layout(within)
        self._inner, self._outer = self._clusters[: len(within)], self._clusters[len(within) :]
        self._crossing = SortedCubes(
            (cube for cubes in parts.commands for cube in cubes if cube.move and not cube.fields & ~parts.shared),
            parts.shared,
        )
        self._broken = Regions(self.layout, [cube for cube in parts.broken if self._may_be(cube)])
        self._within: dict[int, list[tuple[int, int]]] = {}
        self._outward: dict[int, list[tuple[int, dict[int, list[int]]]]] = {}
        self._across: dict[int, list[Crossing]] = {}

    def of(self, states: Bits, known: Bits) -> Bits:
        """Return the states one command further, without those that are known."""
        found: Bits = {}
        for outer, bits in states.items():
            shared = outer & self._shared
            if shared not in self._within:
                self._learn(shared)
            here = 0
            for region, shift in self._within[shared]:
                if moved := bits & region:
                    here |= shifted(moved, shift)
            if here:
                add(found, outer, here)
            for fields, steps in self._outward[shared]:
                for step in steps.get(outer & fields, ()):
                    add(found, outer + step, bits)
            for step, inner, carried in self._across[shared]:
                moved = bits
                for away, moves in inner:
                    if going := moved & away:
                        moved ^= going
                        for region, shift in moves:
                            moved |= shifted(going & region, shift)
                also = sum(steps_of.get(outer & fields, 0) for fields, steps_of in carried)
                add(found, outer + step + also, moved)
        return without(found, known)

    def counted(self, states: Bits) -> Iterator[Counter[Any]]:
        """Yield of each function how many states have which result: commands, then what follows."""
        tallies = [Tally(cluster) for cluster in self._clusters]
        in_all = Tally(None)
        for outer, bits in states.items():
            shared, times = outer & self._shared, bits.bit_count()
            in_all.add(shared, 0, times)
            for position, (cluster, tally) in enumerate(zip(self._inner, tallies, strict=False)):
                for number in members(cluster.reached[shared]):
                    tally.add(shared, number, (bits & self.layout.alone(position, 1 << number)).bit_count())
            for cluster, tally in zip(self._outer, tallies[len(self._inner) :], strict=True):
                tally.add(shared, cluster.digit.numbers[outer & cluster.digit.fields], times)
        if any(bits & region for outer, bits in states.items() for region in self._broken.at(outer).values()):
            yield Counter({BROKEN: 1})
        for cubes in self._functions:
            fields = fields_of(cubes) & ~self._shared
            yield next((tally for tally in tallies if fields & tally.fields), in_all).counted(cubes, self._shared)

    def _may_be(self, cube: Cube) -> bool:
        """Return whether each cluster can have the records of the cube."""
        return all(cluster.digit.fitting(cube) for cluster in self._clusters)

    def _learn(self, shared: int) -> None:
        """Find how states move where the shared entities have these records."""
        alike: dict[int, int] = {}
        for position, cluster in enumerate(self._inner):
            for region, shift in self._moves(position, cluster.steps(shared)):
                alike[shift] = alike.get(shift, 0) | region
        self._within[shared] = [(region, shift) for shift, region in alike.items()]
        self._outward[shared] = []
        for cluster in self._outer:
            records = cluster.digit.records
            leads: dict[int, list[int]] = {}
            for one, other in cluster.steps(shared):
                leads.setdefault(records[one], []).append(records[other] - records[one])
            self._outward[shared].append((cluster.digit.fields, leads))
        self._across[shared] = list(self._crossings(shared))

    def _crossings(self, before: int) -> Iterator[Crossing]:
        for step in {cube.move for cube in self._crossing.at(before)}:
            inner = []
            for position, cluster in enumerate(self._inner):
                if carried := cluster.carried(before, before + step):
                    away = self.layout.alone(position, sum(1 << number for number in carried))
                    inner.append(Carried(away, self._moves(position, carried.items())))
            outer = []
            for cluster in self._outer:
                records = cluster.digit.records
                carried = cluster.carried(before, before + step)
                outer.append(
                    (cluster.digit.fields, {records[one]: records[to] - records[one] for one, to in carried.items()})
                )
            yield Crossing(step, inner, outer)

    def _moves(self, position: int, steps: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return the regions that move when a digit does, and by how much."""
        alike: dict[int, int] = {}
        for one, other in steps:
            alike[other - one] = alike.get(other - one, 0) | 1 << one
        weight = self.layout.weights[position]
        return [(self.layout.alone(position, numbers), apart * weight) for apart, numbers in alike.items()]
