"""Moves sets of states by commands, and by what follows from them, one entity after the other.

A command moves all states that it changes alike by one shift.  What follows for an entity is such a move too, and is
repeated until nothing moves; entities are taken in an order in which none reads what another has moved in the same
round, as if all were at once.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ...machine import RowsContradict
from ...machine.step import ROUNDS
from .bitsets import Bits, Layout, Told, add, one_each, shifted, without
from .cubes import Cube, Sorted, fields_of
from .packing import Name, Packing
from .tabulated import NotTabulated


class Move(NamedTuple):
    """States of a region move: by how many bits, upwards if positive, and what is added to the outer fields."""

    region: int
    shift: int
    step: int


class Function:
    """A function in cubes over a layout in which every inner entity is a digit of its own."""

    def __init__(self, layout: Layout, cubes: Sequence[Cube]) -> None:
        self.layout = layout
        self.cubes = cubes
        self.told = fields_of(cubes) & ~layout.inner
        self._moving = Sorted((cube for cube in cubes if cube.move), self.told)
        self._moves: dict[int, list[Move]] = {}

    def moves(self, outer: int) -> list[Move]:
        """How it moves states with these outer fields."""
        outer &= self.told
        if outer not in self._moves:
            alike: dict[tuple[int, int], list[Told]] = {}
            layout = self.layout
            for cube in self._moving.at(outer):
                if (told := layout.told(cube)) is not None:
                    shift = sum(
                        (digit.numbers[cube.bits + cube.move & digit.fields] - digit.numbers[cube.bits & digit.fields])
                        * weight
                        for digit, weight in zip(layout.digits, layout.weights, strict=True)
                        if cube.moved(digit.fields)
                    )
                    alike.setdefault((shift, cube.moved(~layout.inner)), []).append(told)
            self._moves[outer] = [Move(layout.region(told), *how) for how, told in alike.items()]
        return self._moves[outer]


class Outcomes:
    """What a function in cubes comes to, and where."""

    def __init__(self, layout: Layout, cubes: Sequence[Cube]) -> None:
        self._layout = layout
        self._told = fields_of(cubes) & ~layout.inner
        self._sorted = Sorted(cubes, self._told)
        self._regions: dict[int, dict[Any, int]] = {}

    def at(self, outer: int) -> dict[Any, int]:
        """What it comes to in states with these outer fields, each with its region."""
        outer &= self._told
        if outer not in self._regions:
            told: dict[Any, list[Told]] = {}
            for cube in self._sorted.at(outer):
                if (each := self._layout.told(cube)) is not None:
                    told.setdefault(cube.comes_to, []).append(each)
            self._regions[outer] = {comes_to: self._layout.region(each) for comes_to, each in told.items()}
        return self._regions[outer]


class Plain:
    """One step further, with all that the functions of a machine read and write.  Raises `NotTabulated`."""

    def __init__(
        self, layout: Layout, commands: Sequence[Sequence[Cube]], follows: Mapping[Name, Sequence[Cube]]
    ) -> None:
        self.layout = layout
        self._commands = [Function(layout, cubes) for cubes in commands]
        self._follows = [Function(layout, cubes) for cubes in follows.values()]
        self._outcomes = [Outcomes(layout, cubes) for cubes in (*commands, *follows.values())]
        self._merged: dict[int, list[Move]] = {}

    def after(self, states: Bits, known: Bits) -> Bits:
        """The states one command further, but for those known.  What is known is at rest."""
        return without(self.settled(without(self._moved(states), known)), known)

    def _moved(self, states: Bits) -> Bits:
        """The states one command further, before anything follows."""
        found: Bits = {}
        for outer, bits in states.items():
            for region, shift, step in self._moves(outer):
                if moved := bits & region:
                    add(found, outer + step, shifted(moved, shift))
        return found

    def _moves(self, outer: int) -> list[Move]:
        """How commands move states with these outer fields, those that move alike together."""
        if outer not in self._merged:
            alike: dict[tuple[int, int], int] = {}
            for command in self._commands:
                for region, shift, step in command.moves(outer):
                    alike[shift, step] = alike.get((shift, step), 0) | region
            self._merged[outer] = [Move(region, *how) for how, region in alike.items()]
        return self._merged[outer]

    def counted(self, states: Bits) -> Iterator[Counter[Any]]:
        """How many of the states each function lets come to what: commands, then what follows."""
        for outcomes in self._outcomes:
            found: Counter[Any] = Counter()
            for outer, bits in states.items():
                for comes_to, region in outcomes.at(outer).items():
                    found[comes_to] += (bits & region).bit_count()
            yield found

    def settled(self, states: Bits) -> Bits:
        """The states after all that follows.  Raises `RowsContradict` where that has no end."""
        for _ in range(ROUNDS):
            at_rest = True
            for follow in self._follows:
                landed: list[tuple[int, int]] = []
                for outer, bits in states.items():
                    for region, shift, step in follow.moves(outer):
                        if moved := bits & region:
                            states[outer] ^= moved
                            landed.append((outer + step, shifted(moved, shift)))
                for outer, bits in landed:
                    at_rest = False
                    add(states, outer, bits)
            if at_rest:
                return states
        raise RowsContradict("consequences do not come to rest")


def plain(
    packing: Packing, commands: Sequence[Sequence[Cube]], follows: Mapping[Name, Sequence[Cube]], largest: int
) -> Plain:
    """Plain steps in the layout in which the entities that most functions read are outer.

    As many are as it takes to keep the inner integers small.
    """
    told = [fields_of(cubes) for cubes in (*commands, *follows.values())]
    readers = {name: sum(bool(packing.bits([name]) & fields) for fields in told) for name in packing.shifts}
    inner, size = [], 1
    for name in sorted(readers, key=lambda name: (readers[name], len(packing.records[name]))):
        if size * len(packing.records[name]) <= largest:
            inner.append(name)
            size *= len(packing.records[name])
    return Plain(Layout(one_each(packing, inner)), commands, follows)


def in_order(reads: Mapping[Name, Iterable[Name]]) -> list[Name]:
    """The entities in an order in which none reads an earlier one.  Raises `NotTabulated` where there is none."""
    left = {name: set(read) - {name} for name, read in reads.items()}
    ordered: list[Name] = []
    while left:
        free = [name for name in left if not any(name in read for read in left.values())]
        if not free:
            raise NotTabulated("what follows for two entities depends on each other")
        ordered += free
        for name in free:
            del left[name]
    return ordered


def reads_in(packing: Packing, follows: Mapping[Name, Sequence[Cube]]) -> dict[Name, list[Name]]:
    """Which entities have a say in what follows for each."""
    return {name: packing.named(fields_of(cubes)) for name, cubes in follows.items()}
