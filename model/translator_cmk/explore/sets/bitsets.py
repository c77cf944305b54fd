"""Represent sets of packed states as integers with one bit for each combination of records.

The fields of a packed state are parted in two.  A set has, for each combination of the *outer* fields that it contains,
an integer with a bit for each combination of the *inner* ones, which are put together into digits.  A cube
becomes such an integer, and a transition of many states at once is a shift.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .cubes import Cube, SortedCubes, fields_of

Bits = dict[int, int]
"""For each combination of outer fields, as a packed state has them: the set of combinations of inner ones."""

Place = tuple[int, int]
"""One state: its outer fields, and the number of the combination of its inner ones."""

Inner = frozenset[tuple[int, int]]
"""Inner states: pairs of the position of a digit and the set of numbers that it may have."""

LARGEST = 1 << 18
"""Bits of the inner integers at most: these fit the caches of a processor."""


class Digit:
    """Some fields together: ``records`` has what their bits can be, each of which is a number of the digit."""

    def __init__(self, fields: int, records: Sequence[int]) -> None:
        self.fields = fields
        self.records = records
        self.numbers = {record: number for number, record in enumerate(records)}
        self._fitting: dict[tuple[int, int], int] = {}

    def fitting(self, cube: Cube) -> int:
        """Return the set of the numbers that fit a cube."""
        fields, bits = cube.fields & self.fields, cube.bits & self.fields
        found = self._fitting.get((fields, bits))
        if found is None:
            found = sum(1 << number for number, record in enumerate(self.records) if record & fields == bits)
            self._fitting[fields, bits] = found
        return found


class Layout:
    """The weights of the digits of the inner fields; all other fields are outer."""

    def __init__(self, digits: Sequence[Digit]) -> None:
        self.digits = digits
        self.weights: list[int] = []
        self.size = 1
        self.inner = 0
        for digit in digits:
            self.weights.append(self.size)
            self.size *= len(digit.records)
            self.inner |= digit.fields
        self._regions: dict[tuple[int, frozenset[Inner]], int] = {}

    def place(self, packed: int) -> Place:
        """Return the place of a packed state."""
        number = 0
        for digit, weight in zip(self.digits, self.weights, strict=True):
            number += digit.numbers[packed & digit.fields] * weight
        return packed & ~self.inner, number

    def packed(self, place: Place) -> int:
        """Return the packed state of a place."""
        packed, number = place
        for digit, weight in zip(self.digits, self.weights, strict=True):
            packed |= digit.records[number // weight % len(digit.records)]
        return packed

    def inner_part(self, cube: Cube) -> Inner | None:
        """Return the inner states of a cube; None if it has no inner state."""
        found = []
        for position, digit in enumerate(self.digits):
            if cube.fields & digit.fields:
                fitting = digit.fitting(cube)
                if not fitting:
                    return None
                found.append((position, fitting))
        return frozenset(found)

    def alone(self, position: int, numbers: int) -> int:
        """Return all inner states in which one digit has any of these numbers."""
        weight = self.weights[position]
        once = sum((1 << weight) - 1 << number * weight for number in members(numbers))
        size = weight * len(self.digits[position].records)
        return repeated(once, size, self.size // size)

    def region(self, parts: Iterable[Inner]) -> int:
        """Return all inner states of any of these parts."""
        return self._region(len(self.digits), frozenset(parts))

    def _region(self, level: int, parts: frozenset[Inner]) -> int:
        """Return the combinations of the first ``level`` digits that are in any of these parts."""
        if not parts:
            return 0
        size = self.weights[level] if level < len(self.weights) else self.size
        if frozenset() in parts:
            return (1 << size) - 1
        key = (level, parts)
        found = self._regions.get(key)
        if found is None:
            last = level - 1
            below, numbers = self.weights[last], len(self.digits[last].records)
            if any(position == last for each in parts for position, _ in each):
                found = 0
                for number in range(numbers):
                    here = frozenset(
                        frozenset(pair for pair in each if pair[0] != last)
                        for each in parts
                        if all(position != last or fitting >> number & 1 for position, fitting in each)
                    )
                    found |= self._region(last, here) << below * number
            else:
                found = repeated(self._region(last, parts), below, numbers)
            self._regions[key] = found
        return found


class Regions:
    """The results of a function in cubes, each with the region of the states where it has that result."""

    def __init__(self, layout: Layout, cubes: Sequence[Cube]) -> None:
        self._layout = layout
        self._read = fields_of(cubes) & ~layout.inner
        self._sorted = SortedCubes(cubes, self._read)
        self._regions: dict[int, dict[Any, int]] = {}

    def at(self, outer: int) -> dict[Any, int]:
        """Return the results in states with these outer fields, each with its region."""
        outer &= self._read
        if outer not in self._regions:
            parts: dict[Any, list[Inner]] = {}
            for cube in self._sorted.at(outer):
                if (part := self._layout.inner_part(cube)) is not None:
                    parts.setdefault(cube.result, []).append(part)
            self._regions[outer] = {result: self._layout.region(each) for result, each in parts.items()}
        return self._regions[outer]


def members(numbers: int) -> Iterator[int]:
    """Yield the numbers of a set of numbers."""
    while numbers:
        lowest = numbers & -numbers
        yield lowest.bit_length() - 1
        numbers ^= lowest


def repeated(bits: int, size: int, times: int) -> int:
    """Return the bits several times, one after the other."""
    found, there = bits, 1
    while there < times:
        more = min(there, times - there)
        found |= (found & (1 << size * more) - 1) << size * there
        there += more
    return found


def shifted(bits: int, by: int) -> int:
    """Return the bits moved upwards, or downwards if ``by`` is negative."""
    return bits << by if by >= 0 else bits >> -by


def count(bits: Mapping[int, int]) -> int:
    """Return how many states a set has."""
    return sum(inner.bit_count() for inner in bits.values())


def add(bits: Bits, outer: int, inner: int) -> None:
    """Add states to a set."""
    bits[outer] = bits.get(outer, 0) | inner


def without(bits: Bits, known: Bits) -> Bits:
    """Return the states of a set that are not in another."""
    new = {outer: inner & ~known.get(outer, 0) for outer, inner in bits.items()}
    return {outer: inner for outer, inner in new.items() if inner}


def contains(bits: Bits, place: Place) -> bool:
    """Return whether a state is in a set."""
    outer, bit = place
    return bool(bits.get(outer, 0) >> bit & 1)


def halves(bits: Bits) -> tuple[Bits, Bits]:
    """Return a set of several states as two smaller ones."""
    if len(bits) > 1:
        items = list(bits.items())
        return dict(items[: len(items) // 2]), dict(items[len(items) // 2 :])
    [(outer, inner)] = bits.items()
    lowest = (inner & -inner).bit_length()
    low = inner & (1 << (lowest + inner.bit_length()) // 2) - 1
    return {outer: low}, {outer: inner ^ low}
