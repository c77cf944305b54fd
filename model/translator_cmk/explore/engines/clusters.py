"""Finds clusters: entities that have to do with each other, and with no others but a few that all share.

Some entities are shared: a key vault and its keys.  Once their records are given, the others fall into clusters of
which none reads another: each resource with its grant and its work.  Of all combinations of the records of a cluster
few can be reached, and of all combinations of several clusters nearly all.  So sets of numbers of those are dense.

Which can be reached is found by a search for each cluster with the shared entities alone: it is exact, since nothing
that a cluster has a say in changes what is shared.  What follows from a command is put together with it, so that only
what is at rest needs a number.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from math import prod
from typing import NamedTuple

from ...machine import RowsContradict
from ...machine.step import ROUNDS
from .bitsets import Bits, Digit, Layout, add, members, one_each
from .cubes import BROKEN, Cube, Sorted, fields_of, merged
from .moving import Plain
from .packing import Name, Packing
from .tabulated import NotTabulated

CANDIDATES = 6
"""How many entities may be shared: those that most functions read."""

LARGEST_PROJECTION = 1 << 20
"""Combinations of the records of a cluster and of the shared entities at most."""

Cubes = Sequence[Cube]


class Parts(NamedTuple):
    """The fields that are shared, those of each cluster, and the functions of a machine without what has no say.

    ``broken``: where any of them breaks down; ``falls_apart``: where something that follows does.
    """

    shared: int
    clusters: tuple[int, ...]
    commands: Sequence[Cubes]
    follows: Mapping[Name, Cubes]
    broken: Cubes
    falls_apart: Cubes


def parted(packing: Packing, commands: Sequence[Cubes], follows: Mapping[Name, Cubes]) -> Parts | None:
    """The shared entities that leave the least to be searched for a cluster; None where nothing falls into clusters."""
    falls_apart = broken_of(follows.values())
    broken = broken_of(commands) + falls_apart
    commands = [merged(cubes, packing.sizes_of_fields()) for cubes in commands]
    follows = {name: merged(cubes, packing.sizes_of_fields()) for name, cubes in follows.items()}
    told = [fields_of(cubes) for cubes in (*commands, *follows.values())]
    readers = {name: sum(bool(packing.bits([name]) & fields) for fields in told) for name in packing.shifts}
    candidates = sorted(readers, key=lambda name: -readers[name])[:CANDIDATES]
    sizes = packing.sizes_of_fields()
    found: list[tuple[int, int, tuple[int, ...]]] = []
    for many in range(1, len(candidates) + 1):
        for names in combinations(candidates, many):
            shared = packing.bits(names)
            clusters = clusters_of(sizes, told, shared)
            largest = max((size_of(sizes, cluster) for cluster in clusters), default=0)
            found.append((size_of(sizes, shared) * largest, shared, clusters))
    for size, shared, clusters in sorted(found):
        if len(clusters) > 1 and size <= LARGEST_PROJECTION and keeps_shared(shared, commands, follows):
            return Parts(shared, clusters, commands, follows, broken, falls_apart)
    return None


def broken_of(functions: Iterable[Cubes]) -> list[Cube]:
    """Where functions break down."""
    return [cube for cubes in functions for cube in cubes if cube.comes_to is BROKEN]


def size_of(sizes: Mapping[int, int], fields: int) -> int:
    """How many combinations of records these fields have."""
    return prod(size for field, size in sizes.items() if field & fields)


def clusters_of(sizes: Iterable[int], told: Iterable[int], shared: int) -> tuple[int, ...]:
    """The fields that are not shared, together where one function is told by both."""
    clusters = [field for field in sizes if not field & shared]
    for fields in set(told):
        touched = [cluster for cluster in clusters if cluster & fields]
        if len(touched) > 1:
            clusters = [cluster for cluster in clusters if not cluster & fields]
            clusters.append(sum(touched))
    return tuple(clusters)


def keeps_shared(shared: int, commands: Iterable[Cubes], follows: Mapping[Name, Cubes]) -> bool:
    """Whether what a cluster has a say in never writes to what is shared, and nothing that follows does."""
    return not any(cube.moved(shared) and cube.fields & ~shared for cubes in commands for cube in cubes) and not any(
        cube.moved(shared) for cubes in follows.values() for cube in cubes
    )


class Cluster:
    """One cluster: a digit of what can be reached, and how it moves where the shared entities have these records."""

    def __init__(self, packing: Packing, parts: Parts, fields: int) -> None:
        others = ~(parts.shared | fields)
        mine = [cubes for cubes in parts.commands if not fields_of(cubes) & others]
        rests = {name: cubes for name, cubes in parts.follows.items() if packing.bits([name]) & fields}
        reached, layout = projected(packing, fields, mine, rests)
        numbers = sorted({number for bits in reached.values() for number in members(bits)})
        self.digit = Digit(fields, [layout.packed((0, number)) for number in numbers])
        places = {number: 1 << place for place, number in enumerate(numbers)}
        self.reached = {outer: sum(places[number] for number in members(bits)) for outer, bits in reached.items()}
        moving = [[cube for cube in cubes if cube.move] for cubes in mine]
        self._commands = Sorted((cube for cubes in moving for cube in cubes if cube.fields & fields), parts.shared)
        follows_it = [cube for cubes in rests.values() for cube in cubes if cube.move]
        self._follows = Sorted(follows_it, -1)
        self._unrest = Sorted(follows_it, parts.shared)
        self._falls_apart = Sorted((cube for cube in parts.falls_apart if not cube.fields & others), -1)
        self._rests: dict[int, int] = {}
        self._restless: dict[int, int] = {}
        self._steps: dict[int, set[tuple[int, int]]] = {}

    def steps(self, shared: int) -> set[tuple[int, int]]:
        """From which of its numbers commands lead to which, with all that follows."""
        if shared not in self._steps:
            found = self._steps[shared] = set()
            records = self.digit.records
            for cube in self._commands.at(shared):
                move = cube.moved(self.digit.fields)
                for number in members(self.digit.fitting(cube) & self.reached[shared]):
                    found.add((number, self._number(shared, records[number] + move)))
            found -= {(number, number) for number, _ in found}
        return self._steps[shared]

    def carried(self, before: int, shared: int) -> dict[int, int]:
        """Where its numbers come to rest once the shared entities have other records, as far as they move."""
        restless = members(self.reached[before] & self._not_at_rest(shared))
        return {number: self._number(shared, self.digit.records[number]) for number in restless}

    def _number(self, shared: int, record: int) -> int:
        """The number of where the cluster comes to rest.  Raises `RowsContradict`, `NotTabulated`."""
        number = self.digit.numbers.get(record)
        if number is not None and not self._not_at_rest(shared) >> number & 1:
            return number
        packed = shared | record
        if packed not in self._rests:
            self._rests[packed] = self.digit.numbers[self._rest(packed) & self.digit.fields]
        return self._rests[packed]

    def _not_at_rest(self, shared: int) -> int:
        """The numbers from which the cluster moves by itself where the shared entities have these records."""
        if shared not in self._restless:
            self._restless[shared] = 0
            for cube in self._unrest.at(shared):
                self._restless[shared] |= self.digit.fitting(cube)
        return self._restless[shared]

    def _rest(self, packed: int) -> int:
        for _ in range(ROUNDS):
            if any(self._falls_apart.at(packed)):
                raise NotTabulated("the rows break down on the way to rest")
            move = sum(cube.move for cube in self._follows.at(packed))
            if not move:
                return packed
            packed += move
        raise RowsContradict("consequences do not come to rest")


def projected(
    packing: Packing, fields: int, commands: Sequence[Cubes], follows: Mapping[Name, Cubes]
) -> tuple[Bits, Layout]:
    """What can be reached of one cluster and the shared entities, whatever the others are like; and how it is told."""
    layout = Layout(one_each(packing, packing.named(fields)))
    plain = Plain(layout, commands, follows)
    known: Bits = {}
    new: Bits = {0: 1}
    while new:
        for outer, bits in new.items():
            add(known, outer, bits)
        new = plain.after(new, known)
    return known, layout
