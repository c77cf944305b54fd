"""The frame: what stays as it was, and the states of a system in which something else has changed.

Theory of operation
===================
That what no row changes stays as it was is a claim as well.  It is asked last.  First the rows that
count and the chosen silent ones run to their fixpoint, and what they write is demanded.  Where no
state that they lead to shows what was seen, a system that accepted the command may still have
changed what is *open*.  That are single fields, each an address:

1. Of what a command names that may be refused as well: the fields of which no row speaks.
2. Of what a silent row lets be free, and of what depends on it: all fields.  That is what the
   command names, if silent rows alone say what it does.
3. What a silent consequence would write that has not come about, to what depends on what is named.
4. Of what a command names or touches: the fields of which no row speaks.  That they stay is
   assumed.

A row speaks of a field if it counts and writes it, also if it is so already.  The first and the
last are about what is Translator's alone: of Azure's own things Azure's documents say that a
request changes only what it asks for.  No field takes the value of a mistake, which the row of a
mistake would write about a requirement that counts.

A look closes what is open (`closing`).
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from ..language.facts import Fact
from ..machine import COUNTER_ROWS, Accepted, Command, Machine, State
from ..machine.entities import Document, Entity, Model, Resource, Workspace
from ..machine.meanings import MEANINGS
from ..machine.observation import OBSERVED_KINDS
from ..machine.rows import Effect, Means, Row, Silent, Whenever
from ..machine.state import Changes
from ..machine.step import bind
from ..machine.world import World
from .affected import Entities, accesses_between, depending, named_by, reached
from .transitions import Transition, transitions

REST_STAYS = "resource.rest-stays"
"""The assumption that what a command touches keeps the fields of which no row speaks."""

OTHERS_STAY = "environment.others-stay"
"""What a command neither names nor touches stays as it was."""

Address = tuple[type[Entity], str, str]
"""A field of a record, by kind, name and field; the field `state` stands for the entity."""

TRANSLATORS: Mapping[type[Entity], tuple[str, ...]] = {
    Resource: ("key_source", "key"),
    Workspace: Workspace.fields,
    Document: Document.fields,
    Model: Model.fields,
}
"""The fields that are Translator's.  Of all others Azure's documents say that a request changes
only what it asks for.
"""

KIND_BY_WORD = {observed.kind.word: observed.kind for observed in OBSERVED_KINDS}


# What is open


class Leeway(NamedTuple):
    """What is open, and the values that it doesn't take by requirements that count."""

    addresses: frozenset[Address]
    mistakes: frozenset[tuple[Address, Any]]

    def allows(self, address: Address, value: Any) -> bool:
        """Return whether the field may have this value."""
        return address in self.addresses and (address, value) not in self.mistakes


@lru_cache(maxsize=2**12)
def leeway(
    machine: Machine, command: Command, before: State, after: State, limit: int, is_last: bool
) -> Leeway:
    """Return what is open once a system has accepted a command, which may be the last one."""
    named = named_by(command)
    spoken = spoken_of(machine, command, before)
    found: set[Address] = set()
    made = transitions(machine, before, command, limit)
    if is_last and not all(isinstance(each.outcome, Accepted) for each in made.possible):
        found |= translators(named)
    if is_last and REST_STAYS in machine.silent:
        found |= translators(named | touched_by(spoken, before, after))
    if REST_STAYS in machine.silent:
        found |= translators(stricken_by(machine, command, before, after))
    new = frozenset((kind, name) for kind, name, is_new in command.names() if is_new)
    # that a thing is there stays demanded
    found = {address for address in found - fields_of(new) if address[2] != "state"}
    found |= fields_of(depending(made.free - named, (before, after)))
    found -= spoken
    found.update(pending(machine, after, depending(named, (before, after))))
    if named <= made.free:
        found |= fields_of(reached(named | accesses_between(named), (before, after)))
    return Leeway(frozenset(found), frozenset(mistakes_in(machine, command, before, after)))


def fields_of(entities: Entities) -> set[Address]:
    """Return the address of every field of the entities."""
    return {(kind, name, field) for kind, name in entities for field in kind.fields}


def translators(entities: Entities) -> set[Address]:
    """Return the addresses of the entities that are Translator's."""
    return {(kind, name, field) for kind, name in entities for field in TRANSLATORS.get(kind, ())}


def written_in(changes: Changes) -> Iterator[tuple[Address, Any]]:
    """Yield the address of every field that is written, with its value."""
    for (kind, name), fields in changes.items():
        for field, value in fields.items():
            yield (kind, name, field), value


def spoken_of(machine: Machine, command: Command, before: State) -> frozenset[Address]:
    """Return the addresses of which a row that counts speaks."""
    written = what_counts(machine).written_by(before, command)
    return frozenset(address for address, _ in written_in(written))


def pending(machine: Machine, state: State, near: Entities) -> Iterator[Address]:
    """Yield what silent consequences would write to these entities."""
    rows = [row for row in machine.rows if row.requirement in machine.silent]
    world = machine.world(state)
    for address, _ in writes_of(rows, None, world, world):
        kind, name, _ = address
        if (kind, name) in near:
            yield address


def mistakes_in(
    machine: Machine, command: Command, before: State, after: State
) -> Iterator[tuple[Address, Any]]:
    """Yield what the mistakes about requirements that count would write."""
    rows = [row for row in COUNTER_ROWS if row.requirement not in machine.silent]
    was, now = what_counts(machine).world(before), what_counts(machine).world(after)
    return writes_of(rows, bind(command, was), was, now)


def writes_of(
    rows: Iterable[Row], bound: Command | None, was: World, now: World
) -> Iterator[tuple[Address, Any]]:
    """Yield what each of the rows writes on its own: by a command, and what follows after it."""
    for row in rows:
        if isinstance(row, Whenever):
            for entity in now.every(row.about):
                if row.when(entity):
                    yield from written_in(row.then(entity))
        elif isinstance(row, Effect) and bound is not None and row.on is type(bound):
            arguments: Iterable[tuple[Any, ...]] = [(bound,)]
            if row.each is not None:
                arguments = [(bound, entity) for entity in was.every(row.each)]
            for given in arguments:
                if row.when(*given):
                    yield from written_in(row.then(*given))


def stays_by(machine: Machine, command: Command, transition: Transition, fact: Fact) -> str | None:
    """Return the requirement by which a fact stays as it was after a command; None if rows speak
    of it.
    """
    before, after, _ = transition
    spoken = spoken_of(machine, command, before)
    kind = KIND_BY_WORD[fact.kind]
    field = recorded_field(kind, fact.field)
    if (kind, fact.name, field) in spoken:
        return None
    touched = named_by(command) | touched_by(spoken, before, after)
    touched |= stricken_by(machine, command, before, after)
    # that a thing is there, and a model deployed or not, is open by a silence alone
    is_translators = field in TRANSLATORS.get(kind, ()) and field != "state"
    return REST_STAYS if is_translators and (kind, fact.name) in touched else OTHERS_STAY


def recorded_field(kind: type[Entity], field: str) -> str:
    """Return the field of a record that an observation shows as this one."""
    if field == "exists":
        return "state"
    return "covered" if kind is Workspace and field == "key_source" else field


def touched_by(spoken: frozenset[Address], before: State, after: State) -> Entities:
    """Return what rows speak of, and what these things belong to."""
    found = {(kind, name) for kind, name, _ in spoken}
    for kind, name in tuple(found):
        record = after.tables[kind].get(name) or before.tables[kind].get(name)
        if record is not None:
            for field, linked in kind.links.items():
                found.add((linked, record[kind.position[field]]))
    return frozenset(found)


def stricken_by(machine: Machine, command: Command, before: State, after: State) -> Entities:
    """Return what depends on the things that are named, and of which something may be so now that
    was not, or for one more cause, such as that its key is inaccessible.
    """
    found: set[tuple[type[Entity], str]] = set()
    # silent rows may make it so now, and need not have made it so before
    was, now = what_counts(machine).world(before), machine.world(after)
    for kind, name in depending(named_by(command), (before, after)):
        if not was.has(kind, name) or not now.has(kind, name):
            continue
        if is_stricken(machine, was.entity(kind, name), now.entity(kind, name)):
            found.add((kind, name))
    return frozenset(found)


def is_stricken(machine: Machine, was: Entity, now: Entity) -> bool:
    """Return whether something is so now that was not, or for one more cause."""
    about = [meaning for meaning in MEANINGS if meaning.about is type(was)]
    if any(meaning(now) and not meaning(was) for meaning in about):
        return True
    causes = [row for row in machine.rows if isinstance(row, Means) and row.meaning in about]
    return any(row.when(now) and not row.when(was) for row in causes)


@lru_cache(maxsize=64)
def what_counts(machine: Machine) -> Machine:
    """Return the machine of the rows that are not silent."""
    return Machine(
        row
        for row in machine.rows
        if not isinstance(row, Silent) and row.requirement not in machine.silent
    )
