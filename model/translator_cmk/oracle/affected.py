"""Finds the entities that a command may affect: those that it names, and what depends on them."""

from collections.abc import Iterable

from ..machine import Command, State
from ..machine.entities import (
    ENTITY_KINDS,
    Entity,
    Key,
    Location,
    Resource,
    Subscription,
    Tenant,
    Tier,
    Vault,
)
from .shown import Name

Entities = frozenset[tuple[type[Entity], str]]

NO_ENTITIES: Entities = frozenset()

STAGE = (Tenant, Location, Tier, Subscription)
"""The kinds of which the stage gives all that there are."""


def words(entities: Entities) -> frozenset[Name]:
    """Return the entities by the words for their kinds, as observations have them."""
    return frozenset((kind.word, name) for kind, name in entities)


def named_by(command: Command) -> Entities:
    """Return the entities that the command names; those of the stage only if it names no others."""
    named = frozenset((kind, name) for kind, name, _ in command.names())
    beside_the_stage = frozenset((kind, name) for kind, name in named if kind not in STAGE)
    return beside_the_stage or named


def accesses_between(entities: Entities) -> Entities:
    """Return every access, there or not, of a resource among these to a vault among these."""
    found = set()
    for kind in ENTITY_KINDS:
        # an access links to both
        if not {Vault, Resource} <= set(kind.links.values()):
            continue
        for vault in names_of(Vault, entities):
            for resource in names_of(Resource, entities):
                found.add((kind, f"{vault}/{resource}"))
    return frozenset(found)


def names_of(kind: type[Entity], entities: Entities) -> list[str]:
    """Return the names of the entities of one kind."""
    return [name for other, name in entities if other is kind]


def named_by_any(commands: Iterable[Command]) -> Entities:
    """Return the entities that any of the commands names."""
    return NO_ENTITIES.union(*(named_by(command) for command in commands))


def drawn_in(commands: Iterable[Command], uncompared: Entities) -> Entities:
    """Return what the commands make depend on uncompared entities that they name.

    That is what they create, and what has a link to such a kind.
    """
    found = set()
    for command in commands:
        uncompared_kinds = {kind for kind, _ in named_by(command) & uncompared}
        if not uncompared_kinds:
            continue
        for kind, name, is_new in command.names():
            if is_new or not uncompared_kinds.isdisjoint(kind.links.values()):
                found.add((kind, name))
    return frozenset(found)


def depending(on: Entities, states: Iterable[State]) -> Entities:
    """Return these entities and all that depend on any of them in any of the states."""
    if not on:
        return on
    found = set(on)
    distinct = {id(state): state for state in states}.values()
    # a kind links only to kinds before it, so one pass finds everything
    for kind in ENTITY_KINDS:
        links = [(kind.position[field], linked) for field, linked in kind.links.items()]
        # states that a command leads to share the tables to which it writes nothing
        tables = {id(state.tables[kind]): state.tables[kind] for state in distinct}
        for table in tables.values():
            for name, record in table.items():
                if any((linked, record[position]) in found for position, linked in links):
                    found.add((kind, name))
    return frozenset(found)


HOLDERS = (*STAGE, Vault, Key)
"""The kinds that hold others beside what a command is about."""


def reached(free: Entities, states: Iterable[State]) -> Entities:
    """Return what is free, and what depends on what the command is about."""
    about = frozenset(each for each in free if each[0] not in HOLDERS)
    # where only holders are free, it is about the innermost: a key, and not its key vault
    if not about and free:
        last = max((kind for kind, _ in free), key=ENTITY_KINDS.index)
        about = frozenset(each for each in free if each[0] is last and last not in STAGE)
    return free | depending(about, states)


def without(state: State, entities: Entities) -> State:
    """Return the state without these entities."""
    tables = {kind: dict(table) for kind, table in state.tables.items()}
    for kind, name in entities:
        tables[kind].pop(name, None)
    return State(tables)
