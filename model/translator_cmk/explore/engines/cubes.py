"""Takes the functions of a tabulated machine apart into cubes: what one gives where a few entities have these records.

A function is tried with one record after the other of each entity that it turns out to read, so that its cubes cover
all combinations of the records that are known, whether they can be reached or not.  What it writes may be a record that
was not known; the functions that read it are tried again, until nothing new is written.  Where a function breaks down
there is no state like that, as long as the rows are in order, and the cube says that it is broken.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from .judging import BROKEN_DOWN
from .packing import Name, Packing, Reads
from .tabulated import Memo, TabulatedMachine


class Cube(NamedTuple):
    """Where a packed state has these bits in these fields: what it comes to, and what is added to the packed state."""

    fields: int
    bits: int
    comes_to: Any
    move: int

    def moved(self, fields: int) -> int:
        """What is added to some fields alone."""
        return (self.bits + self.move & fields) - (self.bits & fields)


BROKEN = "broken"

Tried = Callable[[int, Reads], Any]
"""A function of a packed state, which notes what it reads."""


def cubes(packing: Packing, function: Tried, comes_to: Callable[[Any], Any] = lambda result: result) -> Iterator[Cube]:
    """The cubes of a function over the records that are known by now; ``comes_to`` says what counts of its results."""
    known = packing.sizes()  # what the function itself adds to them is for the next time
    todo = [(0, 0)]
    while todo:
        packed, fields = todo.pop()
        reads: Reads = {}
        move = 0
        come: Any = BROKEN
        with suppress(*BROKEN_DOWN):
            result = function(packed, reads)
            come, move = comes_to(result), getattr(result, "move", 0)
        for name in packing.with_fields(reads):
            field = packing.bits([name])
            if not fields & field:
                fields |= field
                shift = packing.shifts[name]
                todo += [(packed + (number << shift), fields) for number in range(1, known.get(name, 1))]
        yield Cube(fields, packed, come, move)


def all_cubes(machine: TabulatedMachine, answers: Sequence[Memo]) -> tuple[list[list[Cube]], dict[Name, list[Cube]]]:
    """The cubes of each answer, and of what follows at once for each entity, over all records that these write."""
    packing = machine.packing
    found: dict[Any, list[Cube]] = {}
    sizes: dict[Any, dict[Name, int]] = {}
    tried: dict[Any, Tried] = {number: answer.function for number, answer in enumerate(answers)}
    todo = dict.fromkeys(tried)
    fields = 0
    while todo:
        for name in machine.followed():
            if name not in tried:
                tried[name] = partial(machine.follow, name=name)
                todo[name] = None
        about = min(todo, key=lambda each: len(found.get(each, ())))  # what is dear once nothing else adds records
        del todo[about]
        known = packing.sizes()
        found[about] = list(cubes(packing, tried[about], lambda result: getattr(result, "outcome", None)))
        sizes[about] = {name: known.get(name, 1) for name in packing.named(fields_of(found[about]))}
        if len(packing.shifts) > fields:
            fields = len(packing.shifts)
            todo = dict.fromkeys(tried)  # what was read as a constant is none
        for other, tried_with in sizes.items():
            if any(len(packing.records[name]) > size for name, size in tried_with.items()):
                todo[other] = None
    return [found.pop(number) for number in range(len(answers))], found


def merged(cubes: Sequence[Cube], fields: Iterable[int]) -> list[Cube]:
    """The same function in fewer cubes, without fields where they make no difference.

    A function may well read what has no say: that the workspace of another resource is not one of this resource.
    Where it breaks down there is no state, so that it does not matter there what it comes to; who relies on that has to
    see that there is none.
    """
    does = {(cube.comes_to, cube.move): None for cube in cubes if cube.comes_to is not BROKEN}
    numbers = {key: number for number, key in enumerate(does)}
    left = {
        (cube.fields, cube.bits): numbers[cube.comes_to, cube.move] for cube in cubes if cube.comes_to is not BROKEN
    }
    before = -1
    while len(left) != before:
        before = len(left)
        for field in fields:
            merge(left, field)
    results = list(does)
    return [Cube(*where, *results[number]) for where, number in left.items()]


def merge(left: dict[tuple[int, int], int], field: int) -> None:
    """Leave out a field where it makes no difference."""
    alike: dict[tuple[int, int], list[int]] = {}
    by_value: dict[int, list[tuple[int, int]]] = {}
    for fields, bits in left:
        if fields & field:
            alike.setdefault((fields ^ field, bits & ~field), []).append(bits & field)
            by_value.setdefault(bits & field, []).append((fields ^ field, bits & ~field))
    for (fields, bits), values in alike.items():
        if len({left[fields | field, bits | value] for value in values}) == 1 and not any(
            not (bits ^ other) & fields & told for value in by_value.keys() - values for told, other in by_value[value]
        ):
            left[fields, bits] = left[fields | field, bits | values[0]]
            for value in values:
                del left[fields | field, bits | value]


def fields_of(cubes: Iterable[Cube]) -> int:
    """All fields that any of the cubes is told by."""
    fields = 0
    for cube in cubes:
        fields |= cube.fields
    return fields


class Sorted:
    """Cubes by the bits that they have in some fields, so that those which fit a packed state there are looked up."""

    def __init__(self, cubes: Iterable[Cube], fields: int) -> None:
        self._sorted: dict[int, dict[int, list[Cube]]] = {}
        for cube in cubes:
            told = cube.fields & fields
            self._sorted.setdefault(told, {}).setdefault(cube.bits & told, []).append(cube)

    def at(self, packed: int) -> Iterator[Cube]:
        """The cubes that fit."""
        for told, by_bits in self._sorted.items():
            yield from by_bits.get(packed & told, ())
