"""Closes what is open (`frame`) by what a look shows.

Theory of operation
===================
The values that were seen in open fields are written to the states.  Then the rows that
count run once more, since what follows from these values is demanded as ever: what is lost by one
sentence is not found again by another's silence.  No states are enumerated, and from there on all
is compared again.

What no look has shown stays open until a row that counts writes it.  Of what a command only touched
we take it that it stayed as it was, unless its key was lost, or a log without looks would excuse
everything.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..language.facts import ABSENT
from ..machine import Accepted, Command, Machine, RowDefect, State
from ..machine.entities import (
    CUSTOMER,
    MICROSOFT,
    NO_RECORD,
    Document,
    Entity,
    Grant,
    Key,
    Resource,
    Role,
    Vault,
    Workspace,
)
from ..machine.state import Changes, Record, rewritten
from ..machine.updates import assigns_role, gives_access
from ..machine.world import World
from .affected import Entities, drawn_in, named_by
from .fitting import Seen, differences, fits_projection, may_be_undisplayed
from .frame import (
    KIND_BY_WORD,
    Address,
    Leeway,
    fields_of,
    leeway,
    recorded_field,
    spoken_of,
    what_counts,
)
from .projections import (
    GONE,
    Projection,
    Projections,
    names_in,
    projection_in,
    projections_of,
)
from .shown import Name, Shown
from .transitions import Transition, transitions

MADE_BY: Mapping[type[Entity], Callable[[Vault, Resource], Changes]] = {
    Grant: gives_access,
    Role: assigns_role,
}
"""What makes the accesses, of which no trace is left."""

GONE_AS: Mapping[type[Entity], str] = {Vault: "purged", Key: "purged"}
"""The state of what is there no more and leaves a trace; of any other kind it is deleted."""


# What is still open


class Done(NamedTuple):
    """The commands one of which was carried out, and every transition that it may have made."""

    commands: tuple[Command, ...]
    transitions: tuple[Transition, ...]


Log = Sequence[Done | Shown]
"""What was done, and what each look showed, in this order."""


def since_last_look(log: Log) -> Log:
    """Return the part of the log after the last look that showed everything."""
    for number, entry in reversed(tuple(enumerate(log, 1))):
        if isinstance(entry, Shown) and entry.only is None and not entry.omitted:
            return log[number:]
    return log


class Open(NamedTuple):
    """What a command has left open, and what the looks after it showed."""

    leeway: Leeway
    looks: tuple[Shown, ...] = ()

    def without(self, spoken: frozenset[Address]) -> "Open":
        """Return what is open still once rows that count have written these fields."""
        addresses = self.leeway.addresses - spoken
        return self._replace(leeway=self.leeway._replace(addresses=addresses))

    def allows(self, name: Name, field: str, address: Address, value: Any) -> bool:
        """Return whether the field, that no look has shown under this name, may have the value."""
        is_shown = any(look.shows(name, field) for look in self.looks)
        return not is_shown and self.leeway.allows(address, value)


def still_open(machine: Machine, log: Log, limit: int) -> list[Open]:
    """Return what is open after what was done and shown before the last command."""
    found: list[Open] = []
    for entry in log:
        if isinstance(entry, Shown):
            found = after_look(found, entry)
        else:
            found = after_command(machine, found, entry, limit)
    return found


def after_look(found: Iterable[Open], look: Shown) -> list[Open]:
    """Return what is open after one more look."""
    return [each._replace(looks=(*each.looks, look)) for each in found]


def after_command(
    machine: Machine, found: Iterable[Open], done: Done, limit: int, is_last: bool = False
) -> list[Open]:
    """Return what is open after one more command."""
    new, spoken = left_open(machine, done, limit, is_last)
    left = [each.without(spoken) for each in found]
    drawn = drawn_in(done.commands, entities_in(left))
    return [*left, *new, Open(Leeway(frozenset(fields_of(drawn)), frozenset()))]


def left_open(
    machine: Machine, done: Done, limit: int, is_last: bool
) -> tuple[list[Open], frozenset[Address]]:
    """Return what a command leaves open, and what rows that count write whatever happened."""
    found: list[Open] = []
    spoken: list[frozenset[Address]] = []
    for command in done.commands:
        for before, after, outcome in done.transitions:
            if isinstance(outcome, Accepted):
                spoken.append(spoken_of(machine, command, before))
                found.append(Open(leeway(machine, command, before, after, limit, is_last)))
            else:
                # a refused command writes nothing
                spoken.append(frozenset())
    return found, frozenset.intersection(*spoken) if spoken else frozenset()


def entities_in(found: Iterable[Open]) -> Entities:
    """Return the entities of which a field is open."""
    addresses = frozenset[Address]().union(*(each.leeway.addresses for each in found))
    return frozenset((kind, name) for kind, name, _ in addresses)


# What closes it


def closed(
    machine: Machine,
    fitting: Iterable[Transition],
    log: Log,
    looks: Iterable[Shown],
    seen: Seen,
    limit: int,
) -> Iterator[Transition]:
    """Yield the transitions with what was seen where it was open, and with what follows from it.

    ``log``: what was done and shown before.  ``looks``: what earlier looks after it showed.
    """
    earlier = still_open(machine, log, limit)
    for transition in fitting:
        before, _, outcome = transition
        open_fields = after_command(
            machine, earlier, Done(seen.commands, (transition,)), limit, is_last=True
        )
        for look in looks:
            open_fields = after_look(open_fields, look)
        for start in starts(machine, transition, seen.commands, limit):
            changes = as_seen(projections_of(machine, start, limit), open_fields, seen, start)
            try:
                yield Transition(before, what_counts(machine).settled(start, changes), outcome)
            # no state has these values together
            except RowDefect:
                continue


def starts(
    machine: Machine, transition: Transition, commands: Iterable[Command], limit: int
) -> Iterator[State]:
    """Yield the state after, and the one before if the system may have done nothing of what rows
    say.
    """
    before, after, outcome = transition
    yield after
    if not isinstance(outcome, Accepted):
        return
    for command in commands:
        if named_by(command) <= transitions(machine, before, command, limit).free:
            yield before


def as_seen(
    projections: Projections, open_fields: Sequence[Open], seen: Seen, state: State
) -> Changes:
    """Return the values that were seen in open fields where they are not as projected."""
    assert seen.observation is not None
    changes: dict[tuple[type[Entity], str], dict[str, Any]] = {}
    for name in (projections.keys() | set(names_in(seen.observation))) - seen.uncompared:
        possible = projections.get(name, [GONE])
        shows = projection_in(seen.observation, name)
        if may_be_undisplayed(name, shows, projections):
            continue
        if any(fits_projection(name, expected, shows, seen.shown) for expected in possible):
            continue
        kind, own_name = KIND_BY_WORD[name[0]], name[1]
        seen_so: dict[str, Any] = {}
        kept: dict[str, Any] = {}
        for wanted, _ in differences(name, possible[0], shows, seen.shown):
            for field, value in as_recorded(kind, own_name, wanted.field, shows, state).items():
                seen_so[field] = value
                address = (kind, own_name, field)
                if any(each.allows(name, wanted.field, address, value) for each in open_fields):
                    kept[field] = value
        if "state" in kept and own_name not in state.tables[kind]:
            kept = seen_so  # it was never there, so all of it is new
        record = rewritten(kind, state.tables[kind].get(own_name), kept)
        if kept and leads_somewhere(kind, record, state):
            changes[kind, own_name] = kept
    return changes


def as_recorded(
    kind: type[Entity], name: str, field: str, shows: Projection, state: State
) -> dict[str, Any]:
    """Return what a record has where an observation shows a field."""
    if field in kind.links and field not in shows and kind is not Resource:
        return {}  # only a resource can be without what it links to, its key
    if field != "exists":
        value = shows.get(field)
        if value == ABSENT and shows.get("key_source") == MICROSOFT:
            # without its key under customer-managed keys, a resource would have lost it
            value = None
        # of its key source a workspace records only whether it is the customer
        if kind is Workspace and field == "key_source":
            value = value == CUSTOMER
        recorded = recorded_field(kind, field)
        return {recorded: value} if recorded in kind.position else {}
    if not shows["exists"]:
        return {"state": NO_RECORD if kind in MADE_BY else GONE_AS.get(kind, "deleted")}
    if kind in MADE_BY:
        return access(kind, name, state)
    record = {"state": "uploaded" if kind is Document else "active"}
    # no observation shows of a key whose it is but by its name
    if kind is Key:
        record["vault"], _, _ = name.partition("/")
    for other in shows:
        if other != "exists":
            record.update(as_recorded(kind, name, other, shows, state))
    return record


def access(kind: type[Entity], name: str, state: State) -> dict[str, Any]:
    """Return the record of an access that is there, if there is what it is between."""
    vault, _, resource = name.partition("/")
    world = World(state.tables, {}, None)
    if not (world.has(Vault, vault) and world.has(Resource, resource)):
        return {}
    made = MADE_BY[kind](world.entity(Vault, vault), world.entity(Resource, resource))
    return dict(made[kind, name])


def leads_somewhere(kind: type[Entity], record: Record | None, state: State) -> bool:
    """Return whether there is everything that a record, if there is one, links to."""
    if record is None:
        return True
    for field, linked in kind.links.items():
        name = record[kind.position[field]]
        is_none_needed = name is None and field in kind.defaults
        if not is_none_needed and name not in state.tables[linked]:
            return False
    return True
