"""The graph of a scope with its states as rows of small numbers, and what is seen of each thing in each state."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ...explore.engines.judging import Look
from ...explore.engines.remembering import Recorded, Remembered
from ...explore.graph import Graph, labelled_graph, start_of
from ...explore.scopes import Scope
from ...language.facts import ABSENT, Fact
from ...language.phrasebook import FACT_PHRASES, state
from ...machine import Command, Machine, Outcome, State
from ...machine.entities import Document, Entity, Grant, Key, Model, Resource, Subscription, Vault, Workspace
from ...machine.observation import SEEN
from ...machine.world import World

VIEWS = {kind: (shows, view) for kind, shows, view in SEEN}

ORDER = (Resource, Grant, Vault, Key, Workspace, Document, Model, Subscription)
"""The kinds of things that can change, in the order in which they are shown."""

TOLD = {(phrase.kind, phrase.field) for phrase in FACT_PHRASES}
"""The fields that have a sentence of their own.  A thing is never seen to change any other."""

Row = tuple[int, ...]
"""A state: for each place the number of its record there, 0 for the one at the start."""


class Seen(NamedTuple):
    """Whether a thing is there to be seen, and sentences: of one that is there, always of the same fields in order."""

    there: bool
    sentences: tuple[str, ...]


class Place(NamedTuple):
    """A thing that can change, by kind and name."""

    kind: type[Entity]
    name: str

    def fact(self, field: str, value: Any) -> str:
        """That a field of the thing has a value, as a sentence."""
        return state(Fact(self.kind.word, self.name, field, value))

    @property
    def title(self) -> str:
        """The thing in a few words."""
        within, _, name = self.name.rpartition("/")
        if self.kind is Grant:
            return f'Access of "{name}" to "{within}"'
        if self.kind is Key:
            return f'Key "{name}" of "{within}"'
        return f'{self.kind.__name__} "{name}"'

    def told(self, field: str) -> bool:
        """Whether there is a sentence of its own for the field."""
        return (self.kind.word, field) in TOLD

    def seen(self, world: World) -> Seen:
        """What is seen of the thing; of what left a record, and of an access between two things, that it is gone."""
        gone = Seen(there=False, sentences=(self.fact("exists", False),))
        if not world.has(*self):
            return gone if self.kind is Grant and self._joins(world) else Seen(there=False, sentences=())
        entity = world.entity(*self)
        shows, view = VIEWS[self.kind]
        if not shows(entity):
            return gone
        fields = {field: value for field, value in ({"exists": True} | view(entity)).items() if self.told(field)}
        sentences = (self.fact(field, ABSENT if value is None else value) for field, value in fields.items())
        return Seen(there=True, sentences=tuple(sentences))

    def _joins(self, world: World) -> bool:
        """Whether the vault and the resource of an access are there."""
        ends = zip(self.kind.links.values(), self.name.split("/"), strict=False)
        return all(world.has(kind, name) and VIEWS[kind][0](world.entity(kind, name)) for kind, name in ends)


class Came(NamedTuple):
    """What came of a command: its outcome, and the records that it wrote."""

    outcome: Outcome
    written: tuple[tuple[Place, Any], ...]


class Charted(NamedTuple):
    """A graph, labelled with numbers of what came of commands; the places of its states, and each state as a row."""

    machine: Machine
    graph: Graph[int]
    came: Sequence[Came]
    states: Sequence[State]
    places: Sequence[Place]
    records: Mapping[Place, Mapping[Any, int]]
    rows: Sequence[Row]

    def sights(self, place: Place) -> "Sights":
        """What is seen of a thing."""
        numbers: dict[Seen, int] = {}

        def look(each: State, _: Look) -> tuple[State, int]:
            return each, numbers.setdefault(place.seen(self.machine.world(each)), len(numbers))

        remembered = Remembered(look).step
        found = [remembered(each, Look(*place))[1] for each in self.states]
        return Sights(list(numbers), found)


class Sights(NamedTuple):
    """What can be seen of a thing, and which of that is seen in each state, by number."""

    looks: Sequence[Seen]
    of: Sequence[int]


def charted(scope: Scope, machine: Machine) -> Charted:
    """The graph of a scope of the machine; raises `StartNotReached` and `RowsContradict`."""
    came: dict[Came, int] = {}

    def step(state: State, command: Command) -> tuple[State, int]:
        after, outcome = machine.step(state, command)
        return after, came.setdefault(Came(outcome, tuple(written(after))), len(came))

    graph = labelled_graph(scope, start_of(scope, machine), step)
    states = [graph.state(number) for number in range(graph.states)]
    columns = {place: found for place, found in columns_of(states) if len(found[0]) > 1}
    records = {place: numbers for place, (numbers, _) in columns.items()}
    rows = list(zip(*(column for _, column in columns.values()), strict=True))
    return Charted(machine, graph, list(came), states, list(columns), records, rows)


def written(state: State) -> Iterator[tuple[Place, Any]]:
    """The records that a step wrote which is being recorded."""
    tables: Mapping[type[Entity], Any] = state.tables
    for kind, table in tables.items():
        assert isinstance(table, Recorded)  # `labelled_graph` takes no other step
        yield from ((Place(kind, name), record) for name, record in table.written.items())


def columns_of(states: Sequence[State]) -> Iterator[tuple[Place, tuple[dict[Any, int], list[int]]]]:
    """Each thing that some state has, with the numbers of its records, and the number of its record in each state."""
    for kind in ORDER:
        for name in sorted({name for each in states for name in each.tables[kind]}):
            numbers: dict[Any, int] = {}
            found = [each.tables[kind].get(name) for each in states]
            yield Place(kind, name), (numbers, [numbers.setdefault(record, len(numbers)) for record in found])
