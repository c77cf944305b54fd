"""Takes the functions of a tabulated machine apart into cubes: what one gives where a few entities have these records.

A function is tried with one record after the other of each entity that it turns out to read, so that its cubes cover
all combinations of the records that are known, whether they can be reached or not.  What it writes may be a record that
was not known; the functions that read it are tried again, until nothing new is written.  Where a function breaks down
there is no state like that, as long as the rows are in order, and the cube says that it is broken.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from .judging import BROKEN_DOWN
from .packing import Name, Packing, Reads
from .tabulated import Memo, TabulatedMachine

Numbers = Mapping[Name, int]
"""Entities, each with the number of one of its records."""


class Cube(NamedTuple):
    """Where each of the entities in ``where`` has that record: what it comes to, and which records it writes."""

    where: Numbers
    comes_to: Any
    writes: Numbers


BROKEN = "broken"

Tried = Callable[[int, Reads], Any]
"""A function of a packed state, which notes what it reads."""


def cubes(packing: Packing, function: Tried, comes_to: Callable[[Any], Any] = lambda result: result) -> Iterator[Cube]:
    """The cubes of a function over the records that are known by now; ``comes_to`` says what counts of its results."""
    known = packing.sizes()  # what the function itself adds to them is for the next time
    todo: list[tuple[int, dict[Name, int]]] = [(0, {})]
    while todo:
        packed, fixed = todo.pop()
        reads: Reads = {}
        writes: dict[Name, int] = {}
        come: Any = BROKEN
        with suppress(*BROKEN_DOWN):
            result = function(packed, reads)
            come = comes_to(result)
            for name in packing.named(getattr(result, "fields", 0)):
                writes[name] = packing.number_in(packed + result.move, name)
        where = dict(fixed)
        for name in packing.with_fields(reads):
            if name not in where:
                todo += [
                    (packed + (number << packing.shifts[name]), {**where, name: number})
                    for number in range(1, known.get(name, 1))
                ]
                where[name] = 0
        yield Cube(where, come, writes)


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
        about = next(iter(todo))
        del todo[about]
        known = packing.sizes()
        found[about] = list(cubes(packing, tried[about], lambda result: getattr(result, "outcome", None)))
        sizes[about] = {name: known.get(name, 1) for cube in found[about] for name in cube.where}
        if len(packing.shifts) > fields:
            fields = len(packing.shifts)
            todo = dict.fromkeys(tried)  # what was read as a constant is none
        for other, tried_with in sizes.items():
            if any(len(packing.records[name]) > size for name, size in tried_with.items()):
                todo[other] = None
    return [found.pop(number) for number in range(len(answers))], found
