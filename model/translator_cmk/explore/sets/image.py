"""Compute the image of a set of states under all commands, where each cluster of entities is one digit.

A cluster is entities that have to do with each other, and with no others but a few that all share.  Some entities are
shared: a key vault and its keys.  Once their records are given, the others fall into clusters of which none reads
another: each resource with its grant and its work.  Of all combinations of the records of a cluster few can be reached,
and of all combinations of several clusters nearly all.  So sets of numbers of those are dense.

Which can be reached is found by a search for each cluster with the shared entities alone: it is exact, since nothing
that depends on a cluster changes what is shared.  What follows from a command is put together with it, so only states
at a fixpoint need a number.  Clusters for which an integer has no room are outer fields, whose states all move alike.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from math import prod
from typing import Any, NamedTuple

from ...machine.step import ROUNDS
from .bitsets import Bits, Digit, Layout, Regions, add, members, shifted, without
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
        unstable = [cube for cube in follows if cube.move]
        self._follows = SortedCubes(unstable)
        self._unstable = SortedCubes(unstable, parts.shared)
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

    def moved_fixpoints(self, before: int, shared: int) -> dict[int, int]:
        """Return the fixpoints of its numbers once the shared entities have other records, as far as they move."""
        unstable = members(self.reached[before] & self._unstable_with(shared))
        return {number: self._number(shared, self.digit.records[number]) for number in unstable}

    def _number(self, shared: int, record: int) -> int:
        """Return the number of the fixpoint of a record.  Raises `NotSeparable`."""
        number = self.digit.numbers.get(record)
        if number is not None and not self._unstable_with(shared) >> number & 1:
            return number
        return self.digit.numbers[self._fixpoint(shared | record) & self._fields]

    def _unstable_with(self, shared: int) -> int:
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


class Carried(NamedTuple):
    """The effect of a change of the shared entities on the digit of a cluster: all that moves, and the regions."""

    away: int
    moves: list[tuple[int, int]]


class Crossing(NamedTuple):
    """A change of the shared entities: what is added, and what that does to inner clusters and to outer ones."""

    step: int
    inner: list[Carried]
    outer: list[tuple[int, dict[int, int]]]


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
        if any(bits & region for outer, bits in states.items() for region in self._broken.at(outer).values()):
            yield Counter({BROKEN: 1})
        for cubes in self._functions:
            regions, found = Regions(self.layout, cubes), Counter[Any]()
            for outer, bits in states.items():
                for result, region in regions.at(outer).items():
                    found[result] += (bits & region).bit_count()
            yield found

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
                if carried := cluster.moved_fixpoints(before, before + step):
                    away = self.layout.alone(position, sum(1 << number for number in carried))
                    inner.append(Carried(away, self._moves(position, carried.items())))
            outer = []
            for cluster in self._outer:
                records = cluster.digit.records
                carried = cluster.moved_fixpoints(before, before + step)
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
