"""Says which answers of a record are evidence.

An answer alone shows nothing: a system may accept every request and carry out none, or refuse every
request for a reason of its own.  So an acceptance counts if its effect was seen: a look before the
next command shows what it could not show if nothing had been carried out.  The answer to a command
that only reads is its effect.

A refusal, and an acceptance without an effect, count between two *positive controls*: a command of
the same type, before it and after it, that was accepted and whose effect was seen.  A silent row
that might have refused a control did not, so it explains no refusal between controls either.  An
access that is not in force yet is a reason, too.  So of a request to use a key some such command
has to be about the same key vault, and a refusal does not count if the same request failed once
more, nobody knows why, before the later control.  A refusal that nothing else explains is an answer
of nobody knows whom, and does not count.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import copy
from typing import NamedTuple

from ..machine import Accepted, Command, Machine, Refused, Stage, State
from ..machine.commands import EnableCustomerManagedKeys
from ..machine.rows import Effect, Refuse, Row, Silent
from ..machine.step import bind
from .affected import words
from .fitting import Seen, fits_observation
from .follow import MOST_STATES, Agreed, Exchange, Follower
from .oracle import Oracle
from .profiles import MODEL
from .projections import projections_of

Controls = Mapping[int, tuple[int, int]]
"""For the place of each answer between two controls the places of these."""


class Effects(NamedTuple):
    """The accepted commands whose effect was seen, by their places: the place of the look that
    shows it, and the silent rows that might have refused the command.
    """

    seen_at: Mapping[int, int]
    did_not_refuse: Mapping[int, frozenset[Row]]


Readings = Sequence[Exchange]
"""What one exchange may stand for, the most that it may say first."""


class Counted(NamedTuple):
    """A record in its readings, the controls of the answers that count because of them, and the
    silent rows that refuse nothing in it.
    """

    readings: Sequence[Readings]
    controls: Controls
    refusing_nothing: frozenset[Row]


def counted(exchanges: Sequence[Exchange], machine: Machine, stage: Stage) -> Counted:
    """Return what a record may stand for, up to what nobody can follow."""
    effects = effects_seen(exchanges, machine, stage)
    controls = controls_in(exchanges, effects)
    refusing_nothing = rows_refusing_nothing(controls, effects)
    found: list[Readings] = []
    counting: dict[int, tuple[int, int]] = {}
    follower = follower_of(without_refusals(machine, refusing_nothing), stage)
    for place, exchange in enumerate(exchanges):
        weaker = without_evidence(exchange, would_change=would_change(exchange, follower))
        is_evidence = place in effects.seen_at or place in controls
        # a refusal that is not allowed comes from something between: what follows it still counts
        readings = (exchange, *weaker) if is_evidence else weaker
        followed = first_that_agrees(follower, readings)
        if followed is None:
            break
        follower, reading = followed
        counts = is_evidence and reading is exchange
        found.append((exchange,) if counts else weaker)
        if counts and place in controls:
            counting[place] = controls[place]
    return Counted(found, counting, refusing_nothing)


def rows_refusing_nothing(controls: Controls, effects: Effects) -> frozenset[Row]:
    """Return the silent rows that might have refused a control, and did not."""
    rows: set[Row] = set()
    for around in controls.values():
        rows.update(*(effects.did_not_refuse[place] for place in around))
    return frozenset(rows)


def would_change(exchange: Exchange, follower: Follower) -> bool:
    """Return whether a command may change anything where it is accepted."""
    if exchange.command is None:
        return False
    attempt = Follower(copy(follower.oracle))
    attempt.submit(exchange.command)
    return any(
        isinstance(transition.outcome, Accepted) and transition.before != transition.after
        for transition in attempt.oracle.last.possible
    )


def without_evidence(exchange: Exchange, *, would_change: bool = False) -> Readings:
    """Return what an exchange may stand for whose answer is no evidence.

    A refusal may come from something between, so the command may never have reached the system.  An
    acceptance of a command that would change something is believed as long as nothing denies it.
    """
    unanswered = exchange._replace(outcome=None)
    if exchange.command is None:
        return (exchange,)
    if isinstance(exchange.outcome, Refused):
        return (unanswered._replace(command=None), unanswered)
    if would_change and isinstance(exchange.outcome, Accepted):
        return (exchange, unanswered)
    return (unanswered,)


def first_that_agrees(follower: Follower, readings: Readings) -> tuple[Follower, Exchange] | None:
    """Return the first reading that a system may have had, and what follows it; None if there is
    none, or nobody can say.
    """
    for reading in readings:
        attempt = Follower(copy(follower.oracle))
        if isinstance(attempt.take(reading), Agreed):
            return attempt, reading
    return None


def follower_of(machine: Machine, stage: Stage) -> Follower:
    """Return a follower of a system that has just begun."""
    follower = Follower(Oracle(machine, limit=MOST_STATES))
    follower.begin(stage)
    return follower


def effects_seen(exchanges: Sequence[Exchange], machine: Machine, stage: Stage) -> Effects:
    """Return the accepted commands whose effect was seen before the next command."""
    seen_at: dict[int, int] = {}
    did_not_refuse: dict[int, frozenset[Row]] = {}
    follower = follower_of(machine, stage)
    asked = -1
    for place, exchange in enumerate(exchanges):
        followed = first_that_agrees(follower, without_evidence(exchange, would_change=True))
        if followed is None:
            break
        follower, _ = followed
        if exchange.command is not None:
            asked = place
        if asked < 0 or asked in seen_at or not isinstance(exchanges[asked].outcome, Accepted):
            continue
        if shows_effect(exchange, follower.oracle):
            seen_at[asked] = place
            did_not_refuse[asked] = frozenset(rows_that_might_refuse(follower.oracle))
    return Effects(seen_at, did_not_refuse)


def shows_effect(exchange: Exchange, oracle: Oracle) -> bool:
    """Return whether an exchange shows that the last command was carried out."""
    if exchange.command is not None and only_reads(type(exchange.command)):
        return True
    if exchange.seen is None:
        return False
    shown = exchange.shown or oracle.shown
    seen = Seen((), None, exchange.seen, shown, words(oracle.uncompared))
    for before in states_before(oracle):
        if fits_observation(projections_of(oracle.machine, before, oracle.limit), seen):
            return False
    return True


def only_reads(command: type[Command]) -> bool:
    """Return whether such a command changes nothing, so its answer is all of its effect."""
    effects = [row for row in MODEL.rows if isinstance(row, Effect) and row.on is command]
    return all(row.uses is not None for row in effects)


def states_before(oracle: Oracle) -> list[State]:
    """Return the states in which the last command may have been asked."""
    return list(dict.fromkeys(transition.before for transition in oracle.last.possible))


def rows_that_might_refuse(oracle: Oracle) -> Iterator[Row]:
    """Yield the silent rows because of which the last command might have been refused."""
    (command,) = oracle.last.commands
    bound = [bind(command, oracle.machine.world(before)) for before in states_before(oracle)]
    for row in oracle.machine.rows:
        if not isinstance(row, Silent | Refuse) or row.on is not type(command):
            continue
        if isinstance(row, Refuse) and row.requirement not in oracle.machine.silent:
            continue
        if all(each is not None and might_refuse(row, each) for each in bound):
            yield row


def might_refuse(row: Silent | Refuse, bound: Command) -> bool:
    """Return whether a row may refuse a command, with entities in place of its names."""
    if isinstance(row, Silent):
        return row.may_refuse and row.each is None and row.when(bound)
    return row.when(bound) and not row.unless(bound)


def without_refusals(machine: Machine, rows: Collection[Row]) -> Machine:
    """Return the machine in which these silent rows refuse nothing."""
    kept: list[Row] = []
    for row in machine.rows:
        if row not in rows:
            kept.append(row)
        elif isinstance(row, Silent):
            kept.append(row._replace(may_refuse=False))
    return Machine(kept, machine.silent)


def uses_same_vault(command: Command | None, other: Command | None) -> bool:
    """Return whether both are to use a key of the same key vault; true of any other command."""
    if not isinstance(command, EnableCustomerManagedKeys):
        return True
    return isinstance(other, EnableCustomerManagedKeys) and other.vault == command.vault


def controls_in(exchanges: Sequence[Exchange], effects: Effects) -> Controls:
    """Return the controls of each refusal, and of each acceptance without an effect, that has
    them.
    """
    found = {}
    for place, exchange in enumerate(exchanges):
        if exchange.outcome is None or place in effects.seen_at:
            continue
        alike = [
            other
            for other in effects.seen_at
            if type(exchanges[other].command) is type(exchange.command)
        ]
        if not any(uses_same_vault(exchange.command, exchanges[other].command) for other in alike):
            continue
        before = [other for other in alike if other < place]
        after = [other for other in alike if other > place]
        if not before or not after:
            continue
        # the access to its key vault may not have been in force yet
        is_early = isinstance(exchange.command, EnableCustomerManagedKeys) and any(
            later.command == exchange.command and later.outcome is None
            for later in exchanges[place + 1 : min(after)]
        )
        if not is_early:
            found[place] = (max(before), min(after))
    return found
