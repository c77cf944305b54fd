"""Which entities a command names, and which depend on them."""

from collections.abc import Iterable, Iterator

from ..machine import Command, State
from ..machine.entities import KINDS, Entity, Location, New, Reference, Subscription, Tenant, Tier

Entities = frozenset[tuple[type[Entity], str]]

NOTHING: Entities = frozenset()

STAGE = (Tenant, Location, Tier, Subscription)


def words(entities: Entities) -> set[tuple[str, str]]:
    """Return the entities by the words for their kinds, as observations have them."""
    return {(kind.word, name) for kind, name in entities}


def references(command: Command) -> Iterator[tuple[Reference, str]]:
    """Yield each reference of the command that is named, with the name of its entity."""
    for index, reference, within in command.references:
        if (name := command[index]) is not None:
            yield reference, name if within is None else f"{command[within]}/{name}"


def named_by(command: Command) -> Entities:
    """Return the entities that the command names; those of the stage only if it names no others."""
    named = frozenset((reference.kind, name) for reference, name in references(command))
    return frozenset(each for each in named if each[0] not in STAGE) or named


def drawn_in(command: Command, uncompared: Entities) -> Entities:
    """Return what a command makes depend on uncompared entities that it names, and what is new."""
    kinds = {kind for kind, name in named_by(command) & uncompared}
    return frozenset(
        (reference.kind, name)
        for reference, name in references(command)
        if kinds and (isinstance(reference, New) or kinds & set(reference.kind.links.values()))
    )


def depending(on: Entities, states: Iterable[State]) -> Entities:
    """Return these entities and all that depend on any of them in any of the states."""
    found = set(on)
    for state in states if on else ():
        for kind in KINDS:  # nobody's link leads to its right
            links = [(kind.fields.index(field), to) for field, to in kind.links.items()]
            for name, record in state.tables[kind].items():
                if any((to, record[index]) in found for index, to in links):
                    found.add((kind, name))
    return frozenset(found)


def without(state: State, entities: Entities) -> State:
    """Return the state without these entities."""
    tables = {
        kind: {name: record for name, record in table.items() if (kind, name) not in entities}
        for kind, table in state.tables.items()
    }
    return State(tables)
