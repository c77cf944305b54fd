"""Search by sets of states: all states of one depth are one set.  It checks theorems about states alone.

Some entities are shared: a key vault and its keys.  Once their records are given, the others fall into clusters of
which none reads another: each resource with its grant and its work.  A set has, for each combination of the records of
what is shared, an integer with one bit for each combination of records of the clusters.  Each cluster is a digit in the
number of that bit.  A cube becomes such an integer, and a transition of many states at once is a shift.

Of all combinations of the records of a cluster few can be reached, and of all combinations of several clusters nearly
all.  So sets are dense.  Which can be reached is found by a search for each cluster with the shared entities alone: it
is exact, since nothing that depends on a cluster changes what is shared.  What follows from a command is put together
with it, so only states at a fixpoint need a number.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import combinations
from math import prod
from typing import Any, NamedTuple

from ..machine import Command, Machine, State
from ..machine.step import ROUNDS
from ..progress import ProgressBar
from .cubes import (
    BROKEN,
    NOT_OFFERED,
    Cube,
    Cubes,
    Name,
    NotSeparable,
    Packing,
    SortedCubes,
    StepParts,
    fields_of,
    merged,
)
from .exploration import Broken, EntityName, Exploration, Judge, Unmet
from .scopes import Scope, start_of
from .theorems.theorem import Theorem

Bits = dict[int, int]
"""A set of states: for each combination of shared records, as a packed state has them, the numbers of the states."""

Place = tuple[int, int]
"""One state: its shared records, and its number."""

Digits = frozenset[tuple[int, int]]
"""Numbers of states: pairs of the position of a digit and the set of values that it may have."""

RAISE = "the rows raise in a state that can be reached"

# What is shared, and the clusters

CANDIDATES = 6
"""How many entities may be shared: those that most functions read."""


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
    sizes = packing.sizes_of_fields()
    commands = [merged(cubes, sizes) for cubes in commands]
    follows = {name: merged(cubes, sizes) for name, cubes in follows.items()}
    read = [fields_of(cubes) for cubes in (*commands, *follows.values())]
    candidates = sorted(sizes, key=lambda field: -sum(bool(field & fields) for fields in read))[:CANDIDATES]
    found: list[tuple[int, int, tuple[int, ...]]] = []
    for many in range(1, len(candidates) + 1):
        for shared in map(sum, combinations(candidates, many)):
            clusters = clusters_of(sizes, read, shared)
            largest = max((size_of(sizes, cluster) for cluster in clusters), default=0)
            found.append((size_of(sizes, shared) * largest, shared, clusters))
    for _, shared, clusters in sorted(found):
        if len(clusters) > 1 and keeps_shared(shared, commands, follows):
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
    """One cluster: its combinations of records that can be reached, the values of its digit; and its transitions."""

    def __init__(self, packing: Packing, parts: Parts, fields: int) -> None:
        others = ~(parts.shared | fields)
        self.fields = fields
        self._shared = parts.shared
        mine = [cube for cubes in parts.commands if not fields_of(cubes) & others for cube in cubes if cube.move]
        follows = [cube for name, cubes in parts.follows.items() if packing.field(name) & fields for cube in cubes]
        self._follows = SortedCubes(cube for cube in follows if cube.move)
        self._raises = SortedCubes(cube for cube in parts.follows_broken if not cube.fields & others)
        self._commands = SortedCubes((cube for cube in mine if cube.fields & fields), parts.shared)
        self._fixpoints: dict[int, int] = {}
        self._fitting: dict[tuple[int, int], int] = {}
        reached = self._search(SortedCubes(mine))
        self.records = sorted({packed & fields for packed in reached})
        self.values = {record: value for value, record in enumerate(self.records)}
        self._reached: dict[int, int] = {}
        for packed in reached:
            add(self._reached, packed & self._shared, 1 << self.values[packed & fields])

    def _search(self, commands: SortedCubes) -> set[int]:
        """Return what can be reached of the cluster with the shared entities alone."""
        found, todo = {0}, [0]
        while todo:
            packed = todo.pop()
            for move in {cube.move for cube in commands.at(packed)}:
                after = self._fixpoint(packed + move)
                if after not in found:
                    found.add(after)
                    todo.append(after)
        return found

    def fitting(self, cube: Cube) -> int:
        """Return the set of the values that fit a cube."""
        fields, bits = cube.fields & self.fields, cube.bits & self.fields
        found = self._fitting.get((fields, bits))
        if found is None:
            found = sum(1 << value for value, record in enumerate(self.records) if record & fields == bits)
            self._fitting[fields, bits] = found
        return found

    def steps(self, shared: int) -> set[tuple[int, int]]:
        """Return the transitions between its values, with all that follows, while the shared records stay."""
        return {
            (value, self._after(shared, self.records[value] + cube.moved(self.fields)))
            for cube in self._commands.at(shared)
            for value in members(self.fitting(cube) & self._reached[shared])
        }

    def carried(self, before: int, shared: int) -> set[tuple[int, int]]:
        """Return the transitions between its values that follow once the shared entities have other records."""
        return {(value, self._after(shared, self.records[value])) for value in members(self._reached[before])}

    def _after(self, shared: int, record: int) -> int:
        """Return the value after all that follows.  Raises `NotSeparable`."""
        return self.values[self._fixpoint(shared | record) & self.fields]

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


# Sets of states


class Layout:
    """The numbers of states: each cluster is a digit, with a weight."""

    def __init__(self, shared: int, clusters: Sequence[Cluster]) -> None:
        self.shared = shared
        self.clusters = clusters
        self.weights = [1]
        for cluster in clusters:
            self.weights.append(self.weights[-1] * len(cluster.records))
        self._regions: dict[tuple[int, frozenset[Digits]], int] = {}

    def place(self, packed: int) -> Place:
        """Return the place of a packed state."""
        digits = zip(self.clusters, self.weights, strict=False)
        return packed & self.shared, sum(each.values[packed & each.fields] * weight for each, weight in digits)

    def packed(self, place: Place) -> int:
        """Return the packed state of a place."""
        packed, number = place
        for cluster, weight in zip(self.clusters, self.weights, strict=False):
            packed |= cluster.records[number // weight % len(cluster.records)]
        return packed

    def digits(self, cube: Cube) -> Digits:
        """Return the numbers of the states of a cube."""
        read = ((position, each) for position, each in enumerate(self.clusters) if cube.fields & each.fields)
        return frozenset((position, each.fitting(cube)) for position, each in read)

    def region(self, parts: Iterable[Digits]) -> int:
        """Return all numbers of any of these parts."""
        return self._region(len(self.clusters), frozenset(parts))

    def _region(self, level: int, parts: frozenset[Digits]) -> int:
        """Return the combinations of the first ``level`` digits that are in any of these parts."""
        if not parts:
            return 0
        if frozenset() in parts:
            return (1 << self.weights[level]) - 1
        key = (level, parts)
        found = self._regions.get(key)
        if found is None:
            last, found = level - 1, 0
            for value in range(len(self.clusters[last].records)):
                here = frozenset(
                    frozenset(pair for pair in each if pair[0] != last)
                    for each in parts
                    if all(position != last or fitting >> value & 1 for position, fitting in each)
                )
                found |= self._region(last, here) << self.weights[last] * value
            self._regions[key] = found
        return found

    def moves(self, position: int, steps: Iterable[tuple[int, int]]) -> "Moves":
        """Return the regions that move when a digit takes these steps, and by how much."""
        alike: dict[int, int] = {}
        for one, other in steps:
            if one != other:
                add(alike, other - one, 1 << one)
        weight = self.weights[position]
        return [(self.region([frozenset([(position, ones)])]), apart * weight) for apart, ones in alike.items()]


Moves = list[tuple[int, int]]
"""Regions of numbers, none of which overlaps another, with what is added to the numbers in each."""


class Regions:
    """The results of a function in cubes, each with the region of the states where it has that result."""

    def __init__(self, layout: Layout, cubes: Sequence[Cube]) -> None:
        self._layout = layout
        self._read = fields_of(cubes) & layout.shared
        self._sorted = SortedCubes(cubes, self._read)
        self._regions: dict[int, dict[Any, int]] = {}

    def of(self, states: Bits) -> Iterator[tuple[Any, int, int]]:
        """Yield each result that states have, with their shared records and their numbers."""
        for shared, bits in states.items():
            for result, region in self._at(shared & self._read).items():
                if there := bits & region:
                    yield result, shared, there

    def _at(self, shared: int) -> dict[Any, int]:
        """Return the results in states with these shared records, each with its region."""
        if shared not in self._regions:
            parts: dict[Any, list[Digits]] = {}
            for cube in self._sorted.at(shared):
                parts.setdefault(cube.result, []).append(self._layout.digits(cube))
            self._regions[shared] = {result: self._layout.region(each) for result, each in parts.items()}
        return self._regions[shared]


def members(values: int) -> Iterator[int]:
    """Yield the values of a set of values."""
    while values:
        lowest = values & -values
        yield lowest.bit_length() - 1
        values ^= lowest


def shifted(bits: int, by: int) -> int:
    """Return the bits moved upwards, or downwards if ``by`` is negative."""
    return bits << by if by >= 0 else bits >> -by


def count(bits: Bits) -> int:
    """Return how many states a set has."""
    return sum(map(int.bit_count, bits.values()))


def add(bits: Bits, key: int, more: int) -> None:
    """Add to a set."""
    bits[key] = bits.get(key, 0) | more


def halves(bits: Bits) -> tuple[Bits, Bits]:
    """Return a set of several states as two smaller ones."""
    if len(bits) > 1:
        items = list(bits.items())
        return dict(items[: len(items) // 2]), dict(items[len(items) // 2 :])
    [(shared, numbers)] = bits.items()
    lowest = (numbers & -numbers).bit_length()
    low = numbers & (1 << (lowest + numbers.bit_length()) // 2) - 1
    return {shared: low}, {shared: numbers ^ low}


class Image:
    """Computes images of sets of states, with all that follows."""

    def __init__(self, layout: Layout, commands: Iterable[Cubes]) -> None:
        self._layout = layout
        self._crossing = SortedCubes(
            (cube for cubes in commands for cube in cubes if cube.move and not cube.fields & ~layout.shared),
            layout.shared,
        )
        self._within: dict[int, Moves] = {}
        self._across: dict[int, list[tuple[int, list[Moves]]]] = {}

    def of(self, states: Bits, known: Bits) -> Bits:
        """Return the states one command further, without those that are known."""
        found: Bits = {}
        for shared, bits in states.items():
            if shared not in self._within:
                self._learn(shared)
            here = 0
            for region, shift in self._within[shared]:
                if moved := bits & region:
                    here |= shifted(moved, shift)
            add(found, shared, here)
            for step, carried in self._across[shared]:
                after = bits
                for moves in carried:
                    stay, here = after, 0
                    for region, shift in moves:
                        if moved := after & region:
                            stay ^= moved
                            here |= shifted(moved, shift)
                    after = stay | here
                add(found, shared + step, after)
        new = {shared: bits & ~known.get(shared, 0) for shared, bits in found.items()}
        return {shared: bits for shared, bits in new.items() if bits}

    def _learn(self, shared: int) -> None:
        """Find how states move where the shared entities have these records."""
        layout, clusters = self._layout, self._layout.clusters
        self._within[shared] = [
            move for at, each in enumerate(clusters) for move in layout.moves(at, each.steps(shared))
        ]
        self._across[shared] = [
            (step, [layout.moves(at, each.carried(shared, shared + step)) for at, each in enumerate(clusters)])
            for step in {cube.move for cube in self._crossing.at(shared)}
        ]


# The search


class SetSearch:
    """One search by sets of states.  Raises `NotSeparable` for a machine whose steps it cannot take apart."""

    def __init__(self, scope: Scope, machine: Machine, theorems: tuple[Theorem, ...]) -> None:
        if type(machine) is not Machine:
            raise NotSeparable(f"{type(machine).__name__} is not a machine of rows alone")
        self.scope = scope
        self.machine = machine
        self.found = Exploration(scope.name, "sets")
        self._states: Bits = {}
        self._levels: list[Bits] = []
        self._step = StepParts(scope, machine, start_of(scope, machine))
        packing = self._step.packing
        parts = parted(packing, *self._step.all_cubes())
        if parts is None:
            raise NotSeparable(f"the entities of {scope.name} do not fall into clusters")
        self._parts = parts
        self._layout = Layout(parts.shared, [Cluster(packing, parts, fields) for fields in parts.clusters])
        self._image = Image(self._layout, parts.commands)
        self._judge = Judge(machine, theorems)
        self._looks = [self._regions(name) for name in self._step.names()] if theorems else []

    def run(self, bar: ProgressBar | None, stop: bool) -> Exploration:
        """Search, and return the result.  Raises `NotSeparable` if the rows raise in a state that can be reached."""
        found = self.found
        with suppress(KeyboardInterrupt):
            found.complete = self._search(bar, stop)
        if any(Regions(self._layout, self._parts.broken).of(self._states)):
            raise NotSeparable(RAISE)
        for cubes in self._parts.commands:
            for outcome, _, numbers in Regions(self._layout, cubes).of(self._states):
                if outcome != NOT_OFFERED:
                    found.count(outcome, numbers.bit_count())
        found.states = count(self._states)
        found.clock()
        return found

    def _search(self, bar: ProgressBar | None, stop: bool) -> bool:
        """Search, and return whether all of the scope was searched."""
        found = self.found
        shared, number = self._layout.place(0)
        new = {shared: 1 << number}
        while new:
            found.depth += bool(self._states)
            for shared, numbers in new.items():
                add(self._states, shared, numbers)
            if bar and bar.is_due():
                found.states = count(self._states)
                found.show(bar, self.scope.states)
            if self._looks:
                self._levels.append(new)
                self._look(new)
                if stop and found.broken:
                    return False
            new = self._image.of(new, self._states)
        return True

    def _regions(self, name: Name) -> Regions:
        """Return where theorems about the entity hold, are broken, and have anything to demand."""
        return Regions(self._layout, list(self._step.cubes(partial(self._see, name=name))))

    def _see(self, state: State, _: int, name: Name) -> tuple[tuple[Unmet, frozenset[str]], int]:
        """Check theorems against an entity, which may not exist."""
        world = self.machine.world(state)
        self._judge.asked = set()
        broken = self._judge.of_entity(world, EntityName(*name)) if world.has(*name) else ()
        return (broken, frozenset(self._judge.asked)), 0

    def _look(self, states: Bits) -> None:
        """Check theorems against the states of one depth."""
        for regions in self._looks:
            for result, shared, numbers in regions.of(states):
                if result is BROKEN:
                    raise NotSeparable(RAISE)
                broken, asked = result
                self.found.asked |= asked
                for theorem, expected in broken:
                    if theorem not in self.found.broken:
                        path = self._path((shared, numbers.bit_length() - 1))
                        self.found.broken[theorem] = Broken(path, expected)

    def _path(self, place: Place) -> tuple[Command, ...]:
        """Return the commands from nothing to a state of the last depth."""
        path: list[Command] = []
        for level in reversed(self._levels[:-1]):
            before = level
            while count(before) > 1:
                one, other = halves(before)
                shared, number = place
                before = one if self._image.of(one, {}).get(shared, 0) >> number & 1 else other
            target = self._state(place)
            [(shared, numbers)] = before.items()
            place = shared, numbers.bit_length() - 1
            path.append(self._command(self._state(place), target))
        return (*self.scope.start, *reversed(path))

    def _state(self, place: Place) -> State:
        """Return the state of a place."""
        return self._step.packing.state(self._layout.packed(place))

    def _command(self, before: State, after: State) -> Command:
        """Return the first command that leads from one state to the other."""
        return next(
            command
            for command in self.scope.alphabet
            if self.scope.offers(command, before) and self.machine.step(before, command)[0] == after
        )
