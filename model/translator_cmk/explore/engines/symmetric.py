"""The search over packed states that takes states for one which differ in interchangeable names only.

Rows know no names.  So where any two of some names can be swapped throughout the start and the alphabet of a scope, and
the scope is the same, a state and the state with the names swapped have the same future, but for the names.  Of all
states that swapping makes of one, the search keeps one, and counts them all: each of the names has its bundle of
entities, and states with the same bundles under other names are as many as the bundles can be dealt out in ways.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from math import factorial
from typing import Any

from ...machine import State
from ...machine.entities import KINDS
from ..alphabets import Commands
from ..exploration import Exploration
from ..scopes import Scope
from .packed import PackedSearch, tabulated
from .packing import Name, Packing
from .tabulated import NotTabulated

EVERYTHING = -1
"""All fields."""

Swap = Callable[[Any], Any]


class SymmetricSearch(PackedSearch):
    """A search in which states that differ in interchangeable names only are one."""

    def _pack(self, state: State) -> int:
        must_be_symmetric(self.scope, state)
        packed = super()._pack(state)
        self._bundles = Bundles(self.machine.packing, self.scope.interchangeable)
        self._sizes: dict[tuple[int, ...], int] = {}
        return packed

    def _represented(self, packed: int) -> int:
        return self._bundles.sorted(packed)

    def _times(self, packed: int) -> int:
        """How many states the one stands for."""
        numbers = self._bundles.numbers(packed)
        found = self._sizes.get(numbers)
        if found is None:
            found = factorial(len(numbers))
            for times in Counter(numbers).values():
                found //= factorial(times)
            self._sizes[numbers] = found
        return found

    def _changed(self, _: int) -> int:
        return EVERYTHING  # the state that is kept has the changes elsewhere

    def exploration(self, engine: str, complete: bool, asked: Iterable[str]) -> Exploration:
        """What was found, of all the states that those kept stand for."""
        found = super().exploration(engine, complete, asked)
        return found._replace(states=sum(map(self._times, self._seen)))

    def _way(self, at: int, number: int) -> Commands:
        """The commands from nothing to a state, and one more, under the names that they lead to one after the other."""
        if at < 0:
            return super()._way(at, number)
        kept, state, way = 0, 0, list(self.scope.start)
        chain = [number]
        while (came := self._came[at]) >= 0:
            at, before = divmod(came, len(self._answers))
            chain.append(before)
        for step in reversed(chain):
            target = self._represented(self._after(kept, step))
            for other, command in enumerate(self.scope.alphabet):
                after = self._after(state, other)
                if type(command) is type(self.scope.alphabet[step]) and self._represented(after) == target:
                    state, kept = after, target
                    way.append(command)
                    break
        return tuple(way)

    def _after(self, packed: int, number: int) -> int:
        answer = self.machine.look_up(self._answers[number], packed)
        return self.machine.settle(packed + answer.move, answer.fields)[0] if answer.fields else packed


class Bundles:
    """For each of the interchangeable names, what is kept of the entities that it is part of."""

    def __init__(self, packing: Packing, names: tuple[str, ...]) -> None:
        self._packing = packing
        self._names = names
        self._fields = 0
        self._masks = [0 for _ in names]
        self._numbers: list[dict[int, int]] = [{} for _ in names]  # of each bundle met under each name
        self._bits: list[dict[int, int]] = [{} for _ in names]  # of each bundle by number under each name
        self._by_content: dict[frozenset[tuple[Name, Any]], int] = {}
        self._contents: list[frozenset[tuple[Name, Any]]] = []

    def numbers(self, packed: int) -> tuple[int, ...]:
        """The bundle of each name, as a number that is the same under every name."""
        if len(self._packing.shifts) > self._fields:
            self._fields = len(self._packing.shifts)
            self._masks = [self._packing.bits(self._of(name)) for name in self._names]
        return tuple(
            known.get(packed & mask) or self._number(which, packed & mask)
            for which, (known, mask) in enumerate(zip(self._numbers, self._masks, strict=True))
        )

    def sorted(self, packed: int) -> int:
        """The state with the bundles in the order of their numbers."""
        numbers = self.numbers(packed)
        ordered = sorted(numbers)
        if ordered == list(numbers):
            return packed
        for which, (old, new) in enumerate(zip(numbers, ordered, strict=True)):
            if old != new:
                packed += self._bits_of(which, new) - self._bits_of(which, old)
        return packed

    def _of(self, name: str) -> list[Name]:
        return [entity for entity in self._packing.shifts if name in entity[1].split("/")]

    def _number(self, which: int, bits: int) -> int:
        """The number, from 1, of a bundle that was not met yet under this name."""
        name, content = self._names[which], []
        to_any = swapping({name: "*"})
        for entity in self._of(name):
            if number := self._packing.number_in(bits, entity):
                record = self._packing.records[entity][number]
                content.append(((entity[0], to_any(entity[1])), to_any(record)))
        if strangers := [other for other in self._names if other in str(content)]:
            raise NotTabulated(f"what belongs to {name} names {strangers[0]}, so that they cannot be swapped alone")
        found = self._by_content.setdefault(frozenset(content), len(self._by_content) + 1)
        if found > len(self._contents):
            self._contents.append(frozenset(content))
        self._numbers[which][bits] = found
        return found

    def _bits_of(self, which: int, number: int) -> int:
        bits = self._bits[which].get(number)
        if bits is None:
            back = swapping({"*": self._names[which]})
            bits = 0
            for (kind, name), record in self._contents[number - 1]:
                entity = (kind, back(name))
                bits += self._packing.number(entity, back(record)) << self._packing.shifts[entity]
            self._bits[which][number] = bits
        return bits


def swapping(names: Mapping[str, str]) -> Swap:
    """What puts names for names, in texts, in names that are made of several, and in tuples of these."""

    def swap(value: Any) -> Any:
        if isinstance(value, str):
            return "/".join(names.get(part, part) for part in value.split("/"))
        if isinstance(value, tuple):
            return tuple(swap(each) for each in value)
        return value

    return swap


def must_be_symmetric(scope: Scope, start: State) -> None:
    """Raises `NotTabulated` unless any two of the interchangeable names can be swapped."""
    if len(scope.interchangeable) < 2:
        raise NotTabulated(f"{scope.name} has no interchangeable names")
    alphabet = {(type(command), tuple(command)) for command in scope.alphabet}
    for one, other in zip(scope.interchangeable, scope.interchangeable[1:], strict=False):
        swap = swapping({one: other, other: one})
        if {(kind, swap(values)) for kind, values in alphabet} != alphabet:
            raise NotTabulated(f"{one} and {other} cannot be swapped in the commands of {scope.name}")
        for kind in KINDS:
            table = start.tables[kind]
            if {swap(name): swap(record) for name, record in table.items()} != table:
                raise NotTabulated(f"{one} and {other} cannot be swapped where {scope.name} starts")


symmetric = tabulated("symmetric", SymmetricSearch)
