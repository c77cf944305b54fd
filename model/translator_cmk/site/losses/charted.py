"""A graph as rows of numbers: for each state, the number of the record of each thing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from ...explore.graph import NOT_OFFERED, Graph, state_graph
from ...explore.scopes import Scope
from ...language.facts import ABSENT, Fact
from ...language.phrases import FACT_PHRASES
from ...language.sentences import format_fact
from ...machine import Command, Machine, Outcome, State
from ...machine.entities import (
    OF_VAULT_AND_RESOURCE,
    Document,
    Entity,
    Grant,
    Key,
    Model,
    Resource,
    Role,
    Subscription,
    Vault,
    Workspace,
)
from ...machine.memoised import Memoised
from ...machine.observation import OBSERVED_KINDS
from ...machine.world import World
from ..render import Numbered
from ..sourced import data
from .diagrams import Row

VIEWS = {observed.kind: (observed.shows, observed.view) for observed in OBSERVED_KINDS}

ORDER = (Resource, Grant, Role, Vault, Key, Workspace, Document, Model, Subscription)
"""The kinds of things that can change, in the order in which they are shown."""

FIELDS_WITH_A_SENTENCE = {(phrase.kind, phrase.field) for phrase in FACT_PHRASES}
"""The fields that have a sentence of their own.  A thing is never seen to change any other."""


class Look(NamedTuple):
    """The visibility of a thing, and sentences about it: always about the same fields, in the same
    order.
    """

    there: bool
    sentences: tuple[str, ...]


NEVER_SEEN = Look(there=False, sentences=())


class Place(NamedTuple):
    """A thing that can change, by kind and name."""

    kind: type[Entity]
    name: str

    def fact(self, field: str, value: Any) -> str:
        """Return the fact that a field of the thing has a value, as a sentence."""
        return in_words(Fact(self.kind.word, self.name, field, value))

    @property
    def title(self) -> str:
        """Return the thing in a few words."""
        within, _, name = self.name.rpartition("/")
        if self.kind is Grant:
            return f'Access of "{name}" to "{within}"'
        if self.kind is Role:
            return f'Role of "{name}" on "{within}"'
        if self.kind is Key:
            return f'Key "{name}" of "{within}"'
        return f'{self.kind.__name__} "{name}"'

    def look(self, world: World) -> Look:
        """Return what is seen of the thing: that it is gone, if it left a record or is an access
        or a role between two things.
        """
        gone = Look(there=False, sentences=(self.fact("exists", False),))
        if not world.has(*self):
            is_between = self.kind in OF_VAULT_AND_RESOURCE and self._joins(world)
            return gone if is_between else NEVER_SEEN
        entity = world.entity(*self)
        shows, view = VIEWS[self.kind]
        if not shows(entity):
            return gone
        sentences: list[str] = []
        for field, value in {"exists": True, **view(entity)}.items():
            if (self.kind.word, field) in FIELDS_WITH_A_SENTENCE:
                sentences.append(self.fact(field, ABSENT if value is None else value))
        return Look(there=True, sentences=tuple(sentences))

    def _joins(self, world: World) -> bool:
        """Return whether the vault and the resource of an access or a role exist."""
        # its name has the first two of its links
        ends = zip(self.kind.links.values(), self.name.split("/"), strict=False)
        for kind, name in ends:
            shows, _ = VIEWS[kind]
            if not world.has(kind, name) or not shows(world.entity(kind, name)):
                return False
        return True


@cache
def in_words(fact: Fact) -> str:
    """Return the sentence of a fact: few facts are seen in very many states."""
    return format_fact(fact)


class Views(NamedTuple):
    """The looks of a thing, and the number of its look in each state."""

    looks: Sequence[Look]
    of: Sequence[int]


class Instead(NamedTuple):
    """Words in place of a sentence that misleads where it stands alone, and why they are so."""

    sentence: str
    thing: Mapping[str, Any]
    says: str
    by: str

    def holds(self, place: Place, world: World) -> bool:
        """Return whether the words stand for the sentence about a thing in a world."""
        if (place.kind.word, place.name) != (self.thing["kind"], self.thing["name"]):
            return False
        return world.has(*place) and fits(world.entity(*place), self.thing["fits"])


class Insteads(NamedTuple):
    """The words in place of sentences about a thing, and the number of those in each state."""

    words: Sequence[tuple[Instead, ...]]
    of: Sequence[int]


class Charted(NamedTuple):
    """The graph of a scope of a machine, its states by number, the places that change in it, and
    each state as a row.
    """

    machine: Machine
    graph: Graph[Outcome]
    states: Sequence[State]
    places: Sequence[Place]
    rows: Sequence[Row]

    def path(self, commands: Iterable[Command]) -> list[int]:
        """Return the states on the way from the start by these commands; none where one of them
        leaves the graph.
        """
        path = [0]
        for command in commands:
            reached, _ = self.machine.step(self.states[path[-1]], command)
            number = self.graph.number(reached)
            if number is None:
                return []
            path.append(number)
        return path

    def offers(self, state: int, command: Command) -> bool:
        """Return whether the command is offered in the state of this number."""
        scope = self.graph.scope
        return command in scope.alphabet and scope.offers(command, self.states[state])

    def steps(self) -> Iterator[tuple[int, ...]]:
        """Yield for each state and command the outcome, with each place that changes and its new
        record.

        It is empty for a command that is not offered.
        """
        graph = self.graph
        # a graph lists the commands of one state after the other
        for at, (after, label) in enumerate(zip(graph.after, graph.label, strict=True)):
            if after == NOT_OFFERED:
                yield ()
            else:
                yield (label, *changes(self.rows[at // graph.width], self.rows[after]))

    def insteads(self, place: Place) -> Insteads:
        """Return the words that stand in place of sentences about a thing, in each state."""
        told = [Instead(**each) for each in data("causes")["what-if"]["instead"]]
        numbers = Numbered()

        def number(state: State, asked: Place) -> tuple[State, int]:
            """Return the number of the words that hold, as a step that changes nothing."""
            world = self.machine.world(state)
            holding = [at for at, instead in enumerate(told) if instead.holds(asked, world)]
            return state, numbers(tuple(holding))

        memoised = Memoised(number)
        found = []
        for state in self.states:
            _, numbered = memoised.step(state, place)
            found.append(numbered)
        words = []
        for holding in numbers:
            words.append(tuple(told[at] for at in holding))
        return Insteads(words, found)

    def views(self, place: Place) -> Views:
        """Return what is seen of a thing in each state."""
        numbers = Numbered()

        def number(state: State, asked: Place) -> tuple[State, int]:
            """Return the number of what is seen, as a step that changes nothing."""
            return state, numbers(asked.look(self.machine.world(state)))

        memoised = Memoised(number)
        found = []
        for state in self.states:
            _, numbered = memoised.step(state, place)
            found.append(numbered)
        return Views(list(numbers), found)


def changes(before: Row, after: Row) -> Iterator[int]:
    """Yield each place that differs, followed by what it has after."""
    # most commands leave the state as it is
    if before is after:
        return
    for place, (was, now) in enumerate(zip(before, after, strict=True)):
        if was != now:
            yield place
            yield now


def charted(scope: Scope, machine: Machine) -> Charted:
    """Return the graph of a scope of the machine; raises `StartNotReached` and `RowDefect`."""
    graph = state_graph(scope, machine)
    states = [graph.state(number) for number in range(graph.states)]
    places: list[Place] = []
    columns: list[list[int]] = []
    for kind in ORDER:
        for name in names_of(kind, states):
            column = column_of(Place(kind, name), states)
            # what never changes has record 0, that of the start, in every state
            if any(column):
                places.append(Place(kind, name))
                columns.append(column)
    return Charted(machine, graph, states, places, list(zip(*columns, strict=True)))


def names_of(kind: type[Entity], states: Iterable[State]) -> list[str]:
    """Return the name of every entity of a kind that there is in any state."""
    found: set[str] = set()
    for state in states:
        found.update(state.tables[kind])
    return sorted(found)


def column_of(place: Place, states: Iterable[State]) -> list[int]:
    """Return the number of the record of a thing in each state."""
    number = Numbered()
    return [number(each.tables[place.kind].get(place.name)) for each in states]


def fits(entity: Any, fields: Mapping[str, Any]) -> bool:
    """Return whether each field of an entity has one of its values, or leads to an entity that
    fits in turn.
    """
    if entity is None:
        return False
    for name, expected in fields.items():
        value = getattr(entity, name)
        if isinstance(expected, Mapping):
            if not fits(value, expected):
                return False
        elif value not in expected:
            return False
    return True
