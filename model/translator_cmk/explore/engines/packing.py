"""Packs a state into one integer: a field of bits for each entity, with the number of its record among those seen.

Only what changes gets a field.  What has never been written since the start is the same in every state, and is no part
of the integer; once it is written it gets a field, and what was learned before that is forgotten, since it was learned
of a constant.  A field of zeros is the record of the start, so that integers packed before stay valid.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...machine import State
from ...machine.entities import KINDS, Entity
from ...machine.world import Changes, Table, rewritten

Name = tuple[type[Entity], str]
Read = tuple[type[Entity], str | None]
"""An entity by kind and name, or, without a name, all of the kind."""
Reads = dict[Read, None]
"""What was read, in the order in which it was."""
Record = tuple[Any, ...] | None


class FieldTooNarrow(Exception):
    """An entity has more records than its field has numbers."""


class Packing:
    """How the states that can be reached from one start are packed; ``width`` is the bits of a field."""

    def __init__(self, start: State, width: int) -> None:
        self.start = start
        self.width = width
        self.shifts: dict[Name, int] = {}
        self.records: dict[Name, list[Record]] = {}
        self._numbers: dict[Name, dict[Record, int]] = {}

    def bits(self, reads: Iterable[Read]) -> int:
        """The bits of the fields of what is read; what has no field, since it never changes, has no bits."""
        field = (1 << self.width) - 1
        bits = 0
        for read in reads:
            kind, name = read
            if name is None:
                bits |= self.bits(each for each in self.shifts if each[0] is kind)
            elif read in self.shifts:
                bits |= field << self.shifts[kind, name]
        return bits

    def sizes(self) -> dict[Name, int]:
        """How many records are known of each entity with a field."""
        return {name: len(records) for name, records in self.records.items()}

    def sizes_of_fields(self) -> dict[int, int]:
        """How many records are known by each field."""
        return {self.bits([name]): len(records) for name, records in self.records.items()}

    def named(self, fields: int) -> list[Name]:
        """The entities with these fields."""
        return [name for name in self.shifts if self.bits([name]) & fields]

    def with_fields(self, reads: Iterable[Read]) -> list[Name]:
        """The entities with a field that were read, in the order in which they were."""
        found: list[Name] = []
        for kind, name in reads:
            if name is None:
                found += [each for each in self.shifts if each[0] is kind]
            elif (kind, name) in self.shifts:
                found.append((kind, name))
        return found

    def number_in(self, packed: int, name: Name) -> int:
        """The number of the record of an entity in a packed state."""
        return packed >> self.shifts[name] & (1 << self.width) - 1

    def record(self, packed: int, name: Name) -> Record:
        """The record of an entity in a packed state."""
        shift = self.shifts.get(name)
        if shift is None:
            return self.start.tables[name[0]].get(name[1])
        return self.records[name][packed >> shift & (1 << self.width) - 1]

    def known(self, kind: type[Entity]) -> list[str]:
        """The names of all entities of a kind that have a record in some state."""
        table = self.start.tables[kind]
        return [*table, *(name for of_kind, name in self.shifts if of_kind is kind and name not in table)]

    def unpack(self, packed: int) -> State:
        """The state that was packed."""
        tables: dict[type[Entity], Table] = {kind: {} for kind in KINDS}
        for kind, table in tables.items():
            for name in self.known(kind):
                if (record := self.record(packed, (kind, name))) is not None:
                    table[name] = record
        return State(tables)

    def pack(self, state: State) -> int:
        """The state as an integer; what changed since the start gets a field.  Raises `FieldTooNarrow`."""
        packed = 0
        for kind in KINDS:
            was, now = self.start.tables[kind], state.tables[kind]
            for name in {**was, **now}:
                at = (kind, name)
                if at in self.shifts or was.get(name) != now.get(name):
                    packed += self.number(at, now.get(name)) << self.shifts[at]
        return packed

    def number(self, name: Name, record: Record) -> int:
        """The number of a record of an entity, which gets a field.  Raises `FieldTooNarrow`."""
        if name not in self.shifts:
            first = self.start.tables[name[0]].get(name[1])
            self.shifts[name] = self.width * len(self.shifts)
            self.records[name], self._numbers[name] = [first], {first: 0}
        numbers = self._numbers[name]
        number = numbers.setdefault(record, len(numbers))
        if number == len(self.records[name]):
            if number >> self.width:
                raise FieldTooNarrow(f"{name[0].word} {name[1]} has more than {number} records")
            self.records[name].append(record)
        return number

    def move(self, packed: int, changes: Changes) -> tuple[int, int]:
        """What to add to a packed state to carry out the changes, and the fields that change."""
        move = fields = 0
        for name, values in changes.items():
            was = self.record(packed, name)
            now = rewritten(name[0], was, values)
            if now != was:
                old = self.number(name, was)
                move += (self.number(name, now) - old) << self.shifts[name]
                fields |= self.bits([name])
        return move, fields


class Viewed:
    """A table of a packed state, which notes what is read of it."""

    def __init__(self, kind: type[Entity], packed: int, packing: Packing, reads: Reads) -> None:
        self.kind = kind
        self.packed = packed
        self.packing = packing
        self.reads = reads

    def get(self, name: str, default: Any = None) -> Any:
        """The record of that name."""
        at = (self.kind, name)
        self.reads[at] = None
        record = self.packing.record(self.packed, at)
        return default if record is None else record

    def __getitem__(self, name: str) -> Any:
        record = self.get(name)
        if record is None:
            raise KeyError(name)
        return record

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None

    def __iter__(self) -> Iterator[str]:
        self.reads[self.kind, None] = None
        return (name for name in self.packing.known(self.kind) if name in self)

    def items(self) -> Iterator[tuple[str, Any]]:
        """Each name with its record."""
        return ((name, self[name]) for name in self)


def viewed(packed: int, packing: Packing, reads: Reads) -> Mapping[type[Entity], Any]:
    """The tables of a packed state, which note in ``reads`` what is read of them."""
    return {kind: Viewed(kind, packed, packing, reads) for kind in KINDS}
