"""Take the step of a machine apart into cubes: the result where a few entities have these records.

A step falls into functions that read little: how a command is answered, and what follows at once for one entity.  Each
is tried with one record after the other of each entity that it turns out to read, so its cubes cover all combinations
of the records that are known, reachable or not.  If it writes a record that was not known, the functions that read the
entity are tried again, until nothing new is written.  A cube says if the function raises there: as long as the rows are
in order, no such state can be reached.

A state is packed into one integer: a field of bits for each entity, with the number of its record among those seen.
Only entities that change have a field.  A field of zeros is the record of the start.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from ..machine import Accepted, Command, Machine, Outcome, Refused, State
from ..machine.entities import ENTITY_KINDS, Entity
from ..machine.state import Changes, Table, rewritten
from ..machine.writes import Writes
from .graph import Read, RecordedTable
from .scopes import Scope
from .theorems.theorem import ROWS_RAISE

Name = tuple[type[Entity], str]
Record = tuple[Any, ...] | None

WIDTH = 12
"""Bits of a field."""

NOT_OFFERED = Refused(frozenset())
"""Stands for a command that the scope does not offer: a refusal without a reason, which no machine gives."""

BROKEN = "broken"
"""The result of a function where it raises."""


class NotSeparable(Exception):
    """A machine that cannot be searched by sets: its rows raise, or its entities do not fall into clusters."""


class Cube(NamedTuple):
    """Where a packed state has these bits in these fields: the result, and what is added to the packed state."""

    fields: int
    bits: int
    result: Any
    move: int

    def moved(self, fields: int) -> int:
        """Return what is added to some fields alone."""
        return (self.bits + self.move & fields) - (self.bits & fields)


Cubes = Sequence[Cube]


class Packing:
    """The encoding, as integers, of the states that can be reached from one start."""

    def __init__(self, start: State) -> None:
        self.start = start
        self.shifts: dict[Name, int] = {}
        self.records: dict[Name, list[Record]] = {}
        self._numbers: dict[Name, dict[Record, int]] = {}

    def field(self, name: Name) -> int:
        """Return the bits of the field of an entity; an entity that never changes has none."""
        shift = self.shifts.get(name)
        return 0 if shift is None else (1 << WIDTH) - 1 << shift

    def sizes(self) -> dict[Name, int]:
        """Return how many records are known of each entity with a field."""
        return {name: len(records) for name, records in self.records.items()}

    def sizes_of_fields(self) -> dict[int, int]:
        """Return how many records are known by each field."""
        return {self.field(name): len(records) for name, records in self.records.items()}

    def named(self, fields: int) -> list[Name]:
        """Return the entities with these fields."""
        return [name for name in self.shifts if self.field(name) & fields]

    def with_fields(self, reads: Iterable[Read]) -> list[Name]:
        """Return the entities with a field that were read, in that order; without a name, all of the kind were."""
        found: list[Name] = []
        for kind, name in reads:
            if name is None:
                found += [each for each in self.shifts if each[0] is kind]
            elif (kind, name) in self.shifts:
                found.append((kind, name))
        return found

    def record(self, packed: int, name: Name) -> Record:
        """Return the record of an entity in a packed state."""
        shift = self.shifts.get(name)
        if shift is None:
            return self.start.tables[name[0]].get(name[1])
        return self.records[name][packed >> shift & (1 << WIDTH) - 1]

    def state(self, packed: int) -> State:
        """Return the state that was packed."""
        tables: dict[type[Entity], Table] = {kind: dict(table) for kind, table in self.start.tables.items()}
        for kind, name in self.shifts:
            record = self.record(packed, (kind, name))
            if record is None:
                tables[kind].pop(name, None)
            else:
                tables[kind][name] = record
        return State(tables)

    def number(self, name: Name, record: Record) -> int:
        """Return the number of a record of an entity, which gets a field.  Raises `NotSeparable`."""
        if name not in self.shifts:
            first = self.start.tables[name[0]].get(name[1])
            self.shifts[name] = WIDTH * len(self.shifts)
            self.records[name], self._numbers[name] = [first], {first: 0}
        numbers = self._numbers[name]
        number = numbers.setdefault(record, len(numbers))
        if number == len(self.records[name]):
            if number >> WIDTH:
                raise NotSeparable(f"{name[0].word} {name[1]} has more than {number} records")
            self.records[name].append(record)
        return number

    def move(self, packed: int, changes: Changes) -> int:
        """Return what to add to a packed state to carry out the changes."""
        move = 0
        for name, values in changes.items():
            was = self.record(packed, name)
            now = rewritten(name[0], was, values)
            if now != was:
                old = self.number(name, was)
                move += (self.number(name, now) - old) << self.shifts[name]
        return move


Reads = dict[Read, Any]

Function = Callable[[State, int], tuple[Any, int]]
"""A function of a state whose reads are recorded, and of the same state packed: its result and its move."""


class StepParts:
    """The functions that a step of a machine is made of, over the packed states of a scope."""

    def __init__(self, scope: Scope, machine: Machine, start: State) -> None:
        self.scope = scope
        self.machine = machine
        self.packing = Packing(start)

    def answer(self, state: State, packed: int, command: Command) -> tuple[Outcome, int]:
        """Answer a command, before anything follows."""
        if not self.scope.offers(command, state):
            return NOT_OFFERED, 0
        answer = self.machine.respond(self.machine.world(state), command)
        if not isinstance(answer, Writes):
            return answer, 0
        return Accepted(), self.packing.move(packed, answer.changes)  # for which reasons is not counted

    def follow(self, state: State, packed: int, name: Name) -> tuple[None, int]:
        """Find what follows at once for one entity.  Raises `NotSeparable` if that changes another one."""
        world = self.machine.world(state)
        writes = self.machine.follow(world, *name) if world.has(*name) else None
        if not writes:
            return None, 0
        if writes.changes.keys() - {name}:
            raise NotSeparable(f"a consequence for {name[0].word} {name[1]} writes to another entity")
        return None, self.packing.move(packed, writes.changes)

    def names(self) -> list[Name]:
        """Return every entity that is known by now."""
        first = ((kind, name) for kind, table in self.packing.start.tables.items() for name in table)
        return list(dict.fromkeys((*first, *self.packing.shifts)))

    def cubes(self, function: Function) -> Iterator[Cube]:
        """Yield the cubes of a function over the records that are known by now."""
        packing = self.packing
        known = packing.sizes()  # what the function adds is for the next time
        todo = [(0, 0)]
        while todo:
            packed, fields = todo.pop()
            reads: Reads = {}
            result, move = BROKEN, 0
            tables: Any = packing.state(packed).tables
            recorded: Any = {kind: RecordedTable(kind, tables[kind], reads, {}) for kind in ENTITY_KINDS}
            with suppress(*ROWS_RAISE):
                result, move = function(State(recorded), packed)
            for name in packing.with_fields(reads):
                field = packing.field(name)
                if not fields & field:
                    fields |= field
                    shift = packing.shifts[name]
                    todo += [(packed + (number << shift), fields) for number in range(1, known.get(name, 1))]
            yield Cube(fields, packed, result, move)

    def all_cubes(self) -> tuple[list[list[Cube]], dict[Name, list[Cube]]]:
        """Return the cubes of each command of the scope, and of what follows at once for each entity.

        They cover all records that these functions write.
        """
        packing, alphabet = self.packing, self.scope.alphabet
        found: dict[Any, list[Cube]] = {}
        sizes: dict[Any, dict[Name, int]] = {}
        tried: dict[Any, Function] = {
            number: partial(self.answer, command=command) for number, command in enumerate(alphabet)
        }
        todo = dict.fromkeys(tried)
        fields = 0
        while todo:
            for name in self.names():
                if name[0] in self.machine.whenever and name not in tried:
                    tried[name] = partial(self.follow, name=name)
                    todo[name] = None
            about = min(todo, key=lambda each: len(found.get(each, ())))  # the large ones once nothing adds records
            del todo[about]
            known = packing.sizes()
            found[about] = list(self.cubes(tried[about]))
            sizes[about] = {name: known.get(name, 1) for name in packing.named(fields_of(found[about]))}
            if len(packing.shifts) > fields:
                fields = len(packing.shifts)
                todo = dict.fromkeys(tried)  # what was read as a constant may change
            for other, tried_with in sizes.items():
                if any(len(packing.records[name]) > size for name, size in tried_with.items()):
                    todo[other] = None
        return [found.pop(number) for number in range(len(alphabet))], found


def merged(cubes: Cubes, fields: Iterable[int]) -> list[Cube]:
    """Return the same function in fewer cubes, without fields that make no difference, and without broken cubes.

    A function may read what makes no difference: that the workspace of another resource is not one of this resource.
    Where it raises there is no state, so any result will do there; the search checks that no such state is reached.
    """
    numbers: dict[tuple[Any, int], int] = {}
    left = {
        (cube.fields, cube.bits): numbers.setdefault((cube.result, cube.move), len(numbers))
        for cube in cubes
        if cube.result is not BROKEN
    }
    before = -1
    while len(left) != before:
        before = len(left)
        for field in fields:
            merge(left, field)
    results = list(numbers)
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
            not (bits ^ other) & fields & read for value in by_value.keys() - values for read, other in by_value[value]
        ):
            left[fields, bits] = left[fields | field, bits | values[0]]
            for value in values:
                del left[fields | field, bits | value]


def fields_of(cubes: Iterable[Cube]) -> int:
    """Return all fields that any of the cubes depends on."""
    fields = 0
    for cube in cubes:
        fields |= cube.fields
    return fields


class SortedCubes:
    """Cubes by the bits that they have in some fields, to look up those which fit a packed state."""

    def __init__(self, cubes: Iterable[Cube], fields: int = -1) -> None:
        self._sorted: dict[int, dict[int, list[Cube]]] = {}
        for cube in cubes:
            here = cube.fields & fields
            self._sorted.setdefault(here, {}).setdefault(cube.bits & here, []).append(cube)

    def at(self, packed: int) -> Iterator[Cube]:
        """Yield the cubes that fit."""
        for fields, by_bits in self._sorted.items():
            yield from by_bits.get(packed & fields, ())
