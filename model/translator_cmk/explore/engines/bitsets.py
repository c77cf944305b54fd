"""Sets of packed states as integers with one bit for each combination of records.

The fields of a packed state are parted in two.  A set has, for each combination of the *outer* fields that it contains,
an integer with a bit for each combination of the *inner* ones, which are put together into digits.  What is said in
cubes becomes such integers, and moving many states at once is a shift.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from .cubes import Cube
from .packing import Name, Packing

Bits = dict[int, int]
"""For each combination of outer fields, as a packed state has them: the set of combinations of inner ones."""

Place = tuple[int, int]
"""One state: its outer fields, and the number of the combination of its inner ones."""

Told = frozenset[tuple[int, int]]
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
        """The set of the numbers that fit a cube."""
        fields, bits = cube.fields & self.fields, cube.bits & self.fields
        found = self._fitting.get((fields, bits))
        if found is None:
            found = sum(1 << number for number, record in enumerate(self.records) if record & fields == bits)
            self._fitting[fields, bits] = found
        return found


class Layout:
    """What a combination of the inner fields weighs; all fields that are in none of the digits are outer."""

    def __init__(self, digits: Sequence[Digit]) -> None:
        self.digits = digits
        self.weights: list[int] = []
        self.size = 1
        self.inner = 0
        for digit in digits:
            self.weights.append(self.size)
            self.size *= len(digit.records)
            self.inner |= digit.fields
        self._regions: dict[tuple[int, frozenset[Told]], int] = {}

    def place(self, packed: int) -> Place:
        """Where a packed state is."""
        number = 0
        for digit, weight in zip(self.digits, self.weights, strict=True):
            number += digit.numbers[packed & digit.fields] * weight
        return packed & ~self.inner, number

    def packed(self, place: Place) -> int:
        """The packed state of a place."""
        packed, number = place
        for digit, weight in zip(self.digits, self.weights, strict=True):
            packed |= digit.records[number // weight % len(digit.records)]
        return packed

    def told(self, cube: Cube) -> Told | None:
        """The inner states of a cube; None where there are none."""
        found = []
        for position, digit in enumerate(self.digits):
            if cube.fields & digit.fields:
                fitting = digit.fitting(cube)
                if not fitting:
                    return None
                found.append((position, fitting))
        return frozenset(found)

    def alone(self, position: int, numbers: int) -> int:
        """All inner states in which one digit has any of these numbers."""
        weight = self.weights[position]
        once = sum((1 << weight) - 1 << number * weight for number in members(numbers))
        size = weight * len(self.digits[position].records)
        return repeated(once, size, self.size // size)

    def region(self, told: Iterable[Told]) -> int:
        """All inner states that are told of."""
        return self._region(len(self.digits), frozenset(told))

    def _region(self, level: int, told: frozenset[Told]) -> int:
        """The combinations of the first digits, as many as ``level``, that are told of."""
        if not told:
            return 0
        size = self.weights[level] if level < len(self.weights) else self.size
        if frozenset() in told:
            return (1 << size) - 1
        key = (level, told)
        found = self._regions.get(key)
        if found is None:
            last = level - 1
            below, numbers = self.weights[last], len(self.digits[last].records)
            if any(position == last for each in told for position, _ in each):
                found = 0
                for number in range(numbers):
                    here = frozenset(
                        frozenset(pair for pair in each if pair[0] != last)
                        for each in told
                        if all(position != last or fitting >> number & 1 for position, fitting in each)
                    )
                    found |= self._region(last, here) << below * number
            else:
                found = repeated(self._region(last, told), below, numbers)
            self._regions[key] = found
        return found


def one_each(packing: Packing, names: Iterable[Name]) -> list[Digit]:
    """A digit for each entity alone, whose number is that of its record."""
    return [
        Digit(packing.bits([name]), [number << packing.shifts[name] for number in range(len(packing.records[name]))])
        for name in names
    ]


def members(numbers: int) -> Iterator[int]:
    """The numbers of a set of numbers."""
    while numbers:
        lowest = numbers & -numbers
        yield lowest.bit_length() - 1
        numbers ^= lowest


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


def add(bits: Bits, outer: int, inner: int) -> None:
    """Put states into a set."""
    bits[outer] = bits.get(outer, 0) | inner


def without(bits: Bits, known: Bits) -> Bits:
    """The states of a set that are not in another."""
    new = {outer: inner & ~known.get(outer, 0) for outer, inner in bits.items()}
    return {outer: inner for outer, inner in new.items() if inner}


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
