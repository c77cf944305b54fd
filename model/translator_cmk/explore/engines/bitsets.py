"""Sets of packed states as integers with one bit for each combination of records.

The entities are parted in two.  A set has, for each combination of the records of the *outer* ones that it contains, an
integer with a bit for each combination of the *inner* ones.  What is said in cubes becomes such integers, and moving
many states at once is a shift.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .cubes import Cube
from .packing import Name, Packing

Bits = dict[int, int]
"""For each combination of outer records, as a number: the set of combinations of inner records."""

Place = tuple[int, int]
"""One state: the number of its outer records, and that of its inner ones."""

Region = frozenset[frozenset[tuple[int, int]]]
"""Cubes over the inner entities: each a set of pairs of position and number."""

LARGEST = 1 << 18
"""Bits of the inner integers at most: these fit the caches of a processor."""


class Move(NamedTuple):
    """States of a region move: by how many bits, upwards if positive, and how far among the outer combinations."""

    region: int
    shift: int
    step: int


class Part(NamedTuple):
    """A function within some outer records: how it moves states, and the regions in which it comes to what."""

    moves: list[Move]
    results: list[tuple[Any, int]]


class Layout:
    """Which entities are outer and inner, and what a combination of their records weighs.

    Entities that most functions read are outer, as many as it takes to keep the inner integers small.
    """

    def __init__(self, packing: Packing, functions: Iterable[Sequence[Cube]], largest: int = LARGEST) -> None:
        self.packing = packing
        readers = dict.fromkeys(packing.shifts, 0)
        for function in functions:
            for name in {name for cube in function for name in cube.where}:
                readers[name] += 1
        names = sorted(packing.shifts, key=lambda name: (readers[name], len(packing.records[name])))
        self.inner: dict[Name, int] = {}  # with the weight of each
        self.outer: dict[Name, int] = {}
        self.size = 1
        outer = 1
        for name in names:
            records = len(packing.records[name])
            if self.size * records <= largest:
                self.inner[name] = self.size
                self.size *= records
            else:
                self.outer[name] = outer
                outer *= records
        self._positions = {name: position for position, name in enumerate(self.inner)}
        self._radices = [len(packing.records[name]) for name in self.inner]
        self._weights = list(self.inner.values())
        self._regions: dict[tuple[int, Region], int] = {}

    def place(self, packed: int) -> Place:
        """Where a packed state is."""
        numbers = {name: self.packing.number_in(packed, name) for name in self.packing.shifts}
        outer = sum(numbers[name] * weight for name, weight in self.outer.items())
        return outer, sum(numbers[name] * weight for name, weight in self.inner.items())

    def packed(self, place: Place) -> int:
        """The packed state of a place."""
        found = 0
        for number, weights in zip(place, (self.outer, self.inner), strict=True):
            for name, weight in weights.items():
                found |= number // weight % len(self.packing.records[name]) << self.packing.shifts[name]
        return found

    def part(self, function: "Split", outer: int) -> Part:
        """The function within these outer records."""
        records = self.packing.records
        here = {name: outer // self.outer[name] % len(records[name]) for name in function.outer}
        key = tuple(here.values())
        if key not in function.parts:
            moves: dict[tuple[int, int], list[Cube]] = {}
            results: dict[Any, list[Cube]] = {}
            for cube in function.cubes:
                if any(cube.where.get(name, number) != number for name, number in here.items()):
                    continue
                results.setdefault(cube.comes_to, []).append(cube)
                if cube.writes:
                    steps = {name: number - cube.where[name] for name, number in cube.writes.items()}
                    shift = sum(step * self.inner.get(name, 0) for name, step in steps.items())
                    step = sum(step * self.outer.get(name, 0) for name, step in steps.items())
                    moves.setdefault((shift, step), []).append(cube)
            function.parts[key] = Part(
                [Move(self.region(cubes), shift, step) for (shift, step), cubes in moves.items()],
                [(comes_to, self.region(cubes)) for comes_to, cubes in results.items()],
            )
        return function.parts[key]

    def region(self, cubes: Iterable[Cube]) -> int:
        """The inner states of cubes that are all within the same outer records."""
        positions = self._positions
        found = frozenset(
            frozenset((positions[name], number) for name, number in cube.where.items() if name in positions)
            for cube in cubes
        )
        return self._region(len(self._radices), found)

    def _region(self, level: int, cubes: Region) -> int:
        """The combinations of the first entities, as many as ``level``, in any of the cubes."""
        if not cubes:
            return 0
        size = self._weights[level] if level < len(self._weights) else self.size
        if frozenset() in cubes:
            return (1 << size) - 1
        key = (level, cubes)
        found = self._regions.get(key)
        if found is None:
            last = level - 1
            below = self._weights[last]
            if any(position == last for cube in cubes for position, _ in cube):
                found = 0
                for number in range(self._radices[last]):
                    here = frozenset(
                        cube - {(last, number)} for cube in cubes if all(at != last or n == number for at, n in cube)
                    )
                    found |= self._region(last, here) << below * number
            else:
                found = repeated(self._region(last, cubes), below, self._radices[last])
            self._regions[key] = found
        return found


class Split:
    """A function in cubes, whose parts within outer records are computed once for all that it cannot tell apart."""

    def __init__(self, layout: Layout, cubes: Sequence[Cube]) -> None:
        self.cubes = cubes
        self.outer = [name for name in layout.outer if any(name in cube.where for cube in cubes)]
        self.parts: dict[tuple[int, ...], Part] = {}


def repeated(bits: int, size: int, times: int) -> int:
    """The bits several times, one after the other."""
    found, there = bits, 1
    while there < times:
        more = min(there, times - there)
        found |= (found & (1 << size * more) - 1) << size * there
        there += more
    return found


def shifted(bits: int, by: int) -> int:
    """The bits moved upwards, or downwards where ``by`` is negative."""
    return bits << by if by >= 0 else bits >> -by


def count(bits: Mapping[int, int]) -> int:
    """How many states a set has."""
    return sum(inner.bit_count() for inner in bits.values())


def contains(bits: Bits, place: Place) -> bool:
    """Whether a state is in a set."""
    outer, bit = place
    return bool(bits.get(outer, 0) >> bit & 1)


def halves(bits: Bits) -> tuple[Bits, Bits]:
    """A set of several states as two smaller ones."""
    if len(bits) > 1:
        items = list(bits.items())
        return dict(items[: len(items) // 2]), dict(items[len(items) // 2 :])
    [(outer, inner)] = bits.items()
    lowest = (inner & -inner).bit_length()
    low = inner & (1 << (lowest + inner.bit_length()) // 2) - 1
    return {outer: low}, {outer: inner ^ low}
