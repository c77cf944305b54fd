"""Find clusters: entities that have to do with each other, and with no others but a few that all share.

Some entities are shared: a key vault and its keys.  Once their records are given, the others fall into clusters of
which none reads another: each resource with its grant and its work.  Of all combinations of the records of a cluster
few can be reached, and of all combinations of several clusters nearly all.  So sets of numbers of those are dense.

Which can be reached is found by a search for each cluster with the shared entities alone: it is exact, since nothing
that depends on a cluster changes what is shared.  What follows from a command is put together with it, so that only
what is at rest needs a number.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from math import prod
from typing import NamedTuple

from ...machine.step import ROUNDS
from .bitsets import Digit, members
from .cubes import BROKEN, Cube, Cubes, Name, NotSeparable, Packing, SortedCubes, fields_of, merged

CANDIDATES = 6
"""How many entities may be shared: those that most functions read."""

LARGEST_PROJECTION = 1 << 20
"""Combinations of the records of a cluster and of the shared entities at most."""


class Parts(NamedTuple):
    """The fields that are shared, those of each cluster, and the functions of a machine.

    ``broken``: where any of them raises; ``follows_broken``: where something that follows does.
    """

    shared: int
    clusters: tuple[int, ...]
    commands: Sequence[Cubes]
    follows: Mapping[Name, Cubes]
    broken: Cubes
    follows_broken: Cubes


def parted(packing: Packing, commands: Sequence[Cubes], follows: Mapping[Name, Cubes]) -> Parts | None:
    """Return the parts whose shared entities leave the smallest clusters; None if there are no clusters."""
    follows_broken = broken_of(follows.values())
    broken = broken_of(commands) + follows_broken
    commands = [merged(cubes, packing.sizes_of_fields()) for cubes in commands]
    follows = {name: merged(cubes, packing.sizes_of_fields()) for name, cubes in follows.items()}
    read = [fields_of(cubes) for cubes in (*commands, *follows.values())]
    readers = {name: sum(bool(packing.field(name) & fields) for fields in read) for name in packing.shifts}
    candidates = sorted(readers, key=lambda name: -readers[name])[:CANDIDATES]
    sizes = packing.sizes_of_fields()
    found: list[tuple[int, int, tuple[int, ...]]] = []
    for many in range(1, len(candidates) + 1):
        for names in combinations(candidates, many):
            shared = packing.fields(names)
            clusters = clusters_of(sizes, read, shared)
            largest = max((size_of(sizes, cluster) for cluster in clusters), default=0)
            found.append((size_of(sizes, shared) * largest, shared, clusters))
    for size, shared, clusters in sorted(found):
        if len(clusters) > 1 and size <= LARGEST_PROJECTION and keeps_shared(shared, commands, follows):
            return Parts(shared, clusters, commands, follows, broken, follows_broken)
    return None


def broken_of(functions: Iterable[Cubes]) -> list[Cube]:
    """Return the cubes where functions raise."""
    return [cube for cubes in functions for cube in cubes if cube.result is BROKEN]


def size_of(sizes: Mapping[int, int], fields: int) -> int:
    """Return how many combinations of records these fields have."""
    return prod(size for field, size in sizes.items() if field & fields)


def clusters_of(sizes: Iterable[int], read: Iterable[int], shared: int) -> tuple[int, ...]:
    """Return the fields that are not shared, together if one function depends on both."""
    clusters = [field for field in sizes if not field & shared]
    for fields in set(read):
        touched = [cluster for cluster in clusters if cluster & fields]
        if len(touched) > 1:
            clusters = [cluster for cluster in clusters if not cluster & fields]
            clusters.append(sum(touched))
    return tuple(clusters)


def keeps_shared(shared: int, commands: Iterable[Cubes], follows: Mapping[Name, Cubes]) -> bool:
    """Return whether no function that depends on a cluster writes to a shared entity, and nothing that follows does."""
    return not any(cube.moved(shared) and cube.fields & ~shared for cubes in commands for cube in cubes) and not any(
        cube.moved(shared) for cubes in follows.values() for cube in cubes
    )


class Cluster:
    """One cluster: a digit of its combinations of records that can be reached, and its transitions."""

    def __init__(self, packing: Packing, parts: Parts, fields: int) -> None:
        others = ~(parts.shared | fields)
        self._shared, self._fields = parts.shared, fields
        mine = [cube for cubes in parts.commands if not fields_of(cubes) & others for cube in cubes if cube.move]
        follows = [cube for name, cubes in parts.follows.items() if packing.field(name) & fields for cube in cubes]
        moving = [cube for cube in follows if cube.move]
        self._follows = SortedCubes(moving)
        self._unstable = SortedCubes(moving, parts.shared)
        self._raises = SortedCubes(cube for cube in parts.follows_broken if not cube.fields & others)
        self._fixpoints: dict[int, int] = {}
        reached = self._search(SortedCubes(mine))
        records = sorted({record for here in reached.values() for record in here})
        self.digit = Digit(fields, records)
        self.reached = {shared: sum(1 << self.digit.numbers[each] for each in here) for shared, here in reached.items()}
        self._commands = SortedCubes((cube for cube in mine if cube.fields & fields), parts.shared)
        self._unstable_numbers: dict[int, int] = {}
        self._steps: dict[int, set[tuple[int, int]]] = {}

    def _search(self, commands: SortedCubes) -> dict[int, set[int]]:
        """Search the cluster with the shared entities alone: of each of their combinations, what is reached."""
        found, todo = {0}, [0]
        while todo:
            packed = todo.pop()
            for move in {cube.move for cube in commands.at(packed)}:
                after = self._fixpoint(packed + move)
                if after not in found:
                    found.add(after)
                    todo.append(after)
        reached: dict[int, set[int]] = {}
        for packed in found:
            reached.setdefault(packed & self._shared, set()).add(packed & self._fields)
        return reached

    def steps(self, shared: int) -> set[tuple[int, int]]:
        """Return the transitions between its numbers, with all that follows, while the shared records stay."""
        if shared not in self._steps:
            found = self._steps[shared] = set()
            records = self.digit.records
            for cube in self._commands.at(shared):
                move = cube.moved(self._fields)
                for number in members(self.digit.fitting(cube) & self.reached[shared]):
                    found.add((number, self._number(shared, records[number] + move)))
            found -= {(number, number) for number, _ in found}
        return self._steps[shared]

    def carried(self, before: int, shared: int) -> dict[int, int]:
        """Return the fixpoints of its numbers once the shared entities have other records, as far as they move."""
        moving = members(self.reached[before] & self._moving_numbers(shared))
        return {number: self._number(shared, self.digit.records[number]) for number in moving}

    def _number(self, shared: int, record: int) -> int:
        """Return the number of the fixpoint of a record.  Raises `NotSeparable`."""
        number = self.digit.numbers.get(record)
        if number is not None and not self._moving_numbers(shared) >> number & 1:
            return number
        return self.digit.numbers[self._fixpoint(shared | record) & self._fields]

    def _moving_numbers(self, shared: int) -> int:
        """Return the numbers from which something follows where the shared entities have these records."""
        if shared not in self._unstable_numbers:
            self._unstable_numbers[shared] = 0
            for cube in self._unstable.at(shared):
                self._unstable_numbers[shared] |= self.digit.fitting(cube)
        return self._unstable_numbers[shared]

    def _fixpoint(self, packed: int) -> int:
        """Return the state after all that follows.  Raises `NotSeparable`."""
        after = self._fixpoints.get(packed)
        if after is None:
            after = packed
            for _ in range(ROUNDS):
                if any(self._raises.at(after)):
                    raise NotSeparable("the rows raise on the way to a fixpoint")
                move = sum(cube.move for cube in self._follows.at(after))
                if not move:
                    break
                after += move
            else:
                raise NotSeparable("consequences reach no fixpoint")
            self._fixpoints[packed] = after
        return after
