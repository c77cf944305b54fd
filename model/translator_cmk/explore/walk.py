"""Walk the states of a scope breadth first.

States are numbered in the order in which they are found, so a state is never nearer to
the start than one of a lower number, and the first path to it is a shortest one.
"""

from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

from ..machine import Command, State
from ..machine.entities import ENTITY_KINDS, Entity
from ..machine.state import Table
from .scopes import Scope

Label = TypeVar("Label", bound=Hashable)

StepFunction = Callable[[State, Command], tuple[State, Label]]
"""A pure step: the state after the command, and a label: the outcome, or more."""

Packed = tuple[int, ...]
"""A state as the numbers of its tables."""


class Store:
    """Packs states into numbers that are equal exactly if the states are: each table is kept once,
    and has a number.
    """

    def __init__(self) -> None:
        self._tables: dict[type[Entity], list[Table]] = {kind: [] for kind in ENTITY_KINDS}
        self._by_content: dict[type[Entity], dict[frozenset[tuple[str, object]], int]] = {
            kind: {} for kind in ENTITY_KINDS
        }
        # of the tables kept here, so no other table can have the identity
        self._by_identity: dict[int, int] = {}

    def pack(self, state: State) -> Packed:
        """Return the state in numbers."""
        return tuple(map(self._number, state.tables, state.tables.values()))

    def unpack(self, packed: Packed) -> State:
        """Return the state that was packed."""
        return State(
            {
                kind: self._tables[kind][number]
                for kind, number in zip(ENTITY_KINDS, packed, strict=True)
            }
        )

    def _number(self, kind: type[Entity], table: Table) -> int:
        """Return the number of a table; most are kept ones, which needn't be read to be known."""
        number = self._by_identity.get(id(table))
        if number is not None:
            return number
        tables = self._tables[kind]
        number = self._by_content[kind].setdefault(frozenset(table.items()), len(tables))
        if number == len(tables):
            tables.append(table)
            self._by_identity[id(table)] = number
        return number


Visit = tuple[int, int, int, Label]
"""One command taken in one state: the number of the state, of the command, and of the state that it
leads to, and its label.

It is a plain tuple, since a walk makes one for each of hundreds of thousands of steps.
"""


class Walk:
    """A breadth-first walk of a scope from a start, with all states that were found so far."""

    def __init__(self, scope: Scope, start: State) -> None:
        self.scope = scope
        self.width = len(scope.alphabet)
        # of each state: state and command that it was found by, as one number
        self._found_by = array("q", [-1])
        self._store = Store()
        self._states = [self._store.pack(start)]
        self._numbers = {self._states[0]: 0}

    @property
    def states(self) -> int:
        """Return how many states were found."""
        return len(self._states)

    def number(self, state: State) -> int | None:
        """Return the number of a state; None if it was not found."""
        return self._numbers.get(self._store.pack(state))

    def state(self, number: int) -> State:
        """Return the state of this number."""
        return self._store.unpack(self._states[number])

    def path(self, state: int) -> tuple[int, ...]:
        """Return a shortest path from the start to the state, as numbers of commands."""
        path: list[int] = []
        found_by = self._found_by[state]
        while found_by >= 0:
            state, command = divmod(found_by, self.width)
            path.append(command)
            found_by = self._found_by[state]
        path.reverse()
        return tuple(path)

    def commands(self, numbers: Iterable[int]) -> tuple[Command, ...]:
        """Return the commands of these numbers."""
        return tuple(self.scope.alphabet[number] for number in numbers)

    def visits(self, step: StepFunction[Label]) -> Iterator[Visit[Label]]:
        """Take every command that the scope offers in every state, and yield each as a visit."""
        commands = []
        for number, command in enumerate(self.scope.alphabet):
            commands.append((number, command, self.scope.conditions(command)))
        for at, packed in enumerate(self._states):  # which grows meanwhile
            state = self._store.unpack(packed)
            for number, command, conditions in commands:
                if conditions and not all(condition.holds(state) for condition in conditions):
                    continue
                after, label = step(state, command)
                if after is state:
                    yield at, number, at, label
                    continue
                yield at, number, self._note(after, at * self.width + number), label

    def _note(self, state: State, found_by: int) -> int:
        """Return the number of a state, which gets one if it is new."""
        packed = self._store.pack(state)
        new = len(self._states)
        number = self._numbers.setdefault(packed, new)
        if number == new:
            self._states.append(packed)
            self._found_by.append(found_by)
        return number
