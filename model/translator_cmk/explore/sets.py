"""Search by sets of states: all states of one depth are one set.  It checks theorems about states alone.

A set of packed states is kept as integers with one bit for each combination of records.  The fields of a packed state
are parted in two.  A set has, for each combination of the *outer* fields that it contains, an integer with a bit for
each combination of the *inner* ones, which are put together into digits.  A cube becomes such an integer, and a
transition of many states at once is a shift.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import combinations
from math import prod
from typing import Any, NamedTuple

from ..machine import Accepted, Command, Machine, State
from ..machine.step import ROUNDS
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
from .exploration import Broken, EntityName, Exploration, Judge, Report, Unmet
from .scopes import Scope, start_of
from .theorems.theorem import Theorem

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


# The image of a set of states under all commands, where each cluster of entities is one digit.
#
# A cluster is entities that have to do with each other, and with no others but a few that all share.  Some entities are
# shared: a key vault and its keys.  Once their records are given, the others fall into clusters of which none reads
# another: each resource with its grant and its work.  Of all combinations of the records of a cluster few can be
# reached, and of all combinations of several clusters nearly all.  So sets of numbers of those are dense.
#
# Which can be reached is found by a search for each cluster with the shared entities alone: it is exact, since nothing
# that depends on a cluster changes what is shared.  What follows from a command is put together with it, so only states
# at a fixpoint need a number.  Clusters for which an integer has no room are outer fields, whose states all move alike.

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


# The search


class SetSearch:
    """One search by sets of states, of which an integer has ``largest`` bits at most.

    Raises `NotSeparable` for a machine whose steps it cannot take apart.
    """

    def __init__(self, scope: Scope, machine: Machine, theorems: Iterable[Theorem], largest: int = LARGEST) -> None:
        if type(machine) is not Machine:
            raise NotSeparable(f"{type(machine).__name__} is not a machine of rows alone")
        held = tuple(theorems)
        self.scope = scope
        self.machine = machine
        self.found = Exploration(scope.name, "sets")
        self._states: Bits = {}
        self._new: Bits = {}
        self._levels: list[Bits] = []
        self._parts = StepParts(scope, machine, start_of(scope, machine))
        self._commands, follows = self._parts.all_cubes()
        clusters = parted(self._parts.packing, self._commands, follows)
        if clusters is None:
            raise NotSeparable(f"the entities of {scope.name} do not fall into clusters")
        self.image = Image(self._parts.packing, clusters, largest)
        self._judge = Judge(machine, held)
        self._looks = [self._regions(name) for name in self._parts.names()] if held else []

    def run(self, report: Report | None = None, stop: bool = False) -> Exploration:
        """Search, and return the result.  Raises `NotSeparable` if the rows raise in a state that can be reached."""
        found = self.found
        try:
            found.complete = self._search(report, stop)
        except KeyboardInterrupt:
            found.complete = False
        for number, results in enumerate(self.image.counted(self._states)):
            if results[BROKEN]:
                raise NotSeparable("the rows raise in a state that can be reached")
            if number < len(self._commands):
                for outcome, times in results.items():
                    if times and outcome != NOT_OFFERED:
                        found.count(outcome, times)
        found.states = count(self._states)
        found.clock()
        return found

    def _search(self, report: Report | None, stop: bool) -> bool:
        """Search, and return whether all of the scope was searched."""
        found = self.found
        outer, bit = self.image.layout.place(0)
        self._new = {outer: 1 << bit}
        while self._new:
            found.depth += bool(self._states)
            for outer, bits in self._new.items():
                add(self._states, outer, bits)
            if report and found.is_report_due():
                found.states = count(self._states)
                report(found)
            if self._looks:
                self._levels.append(self._new)
                self._look(self._new)
                if stop and found.broken:
                    return False
            self._new = self.image.of(self._new, self._states)
        return True

    def _regions(self, name: Name) -> Regions:
        """Return where theorems about the entity hold, are broken, and have anything to demand."""
        return Regions(self.image.layout, list(self._parts.cubes(partial(self._see, name=name))))

    def _see(self, state: State, _: int, name: Name) -> tuple[tuple[Unmet, frozenset[str]], int]:
        """Check theorems against an entity, which may not exist."""
        world = self.machine.world(state)
        self._judge.asked = set()
        broken = self._judge.of_entity(world, EntityName(*name)) if world.has(*name) else ()
        return (broken, frozenset(self._judge.asked)), 0

    def _look(self, states: Bits) -> None:
        """Check theorems against the states of one depth."""
        for regions in self._looks:
            for outer, bits in states.items():
                for result, region in regions.at(outer).items():
                    if there := bits & region:
                        if result is BROKEN:
                            raise NotSeparable("the rows raise in a state that can be reached")
                        broken, asked = result
                        self.found.asked |= asked
                        for theorem, expected in broken:
                            if theorem not in self.found.broken:
                                path = self._path((outer, there.bit_length() - 1))
                                self.found.broken[theorem] = Broken(path, expected)

    def _path(self, place: Place) -> tuple[Command, ...]:
        """Return the commands from nothing to a state of the last depth."""
        layout = self.image.layout
        path: list[Any] = []
        for level in reversed(self._levels[:-1]):
            before = level
            while count(before) > 1:
                one, other = halves(before)
                before = one if contains(self.image.of(one, {}), place) else other
            [(outer, bits)] = before.items()
            target = self._parts.packing.state(layout.packed(place))
            place = (outer, bits.bit_length() - 1)
            path.append(self._command(self._parts.packing.state(layout.packed(place)), target))
        return (*self.scope.start, *reversed(path))

    def _command(self, before: State, after: State) -> Command:
        """Return the first command that leads from one state to the other."""
        for command in self.scope.alphabet:
            if self.scope.offers(command, before):
                reached, outcome = self.machine.step(before, command)
                if isinstance(outcome, Accepted) and reached == after:
                    return command
        raise AssertionError("a state of one depth does not lead to one of the next")
