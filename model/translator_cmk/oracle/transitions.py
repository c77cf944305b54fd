"""The transitions that one command may make from one state, one for each choice of silent rows.

If all that an accepted command would do is silent, nothing says that it has to be accepted: a
system that does nothing of it may as well refuse.  So there is one more transition then, which
changes nothing.

Where states are many, they differ in few things, and a command reads few of all records.  So what a
command may make of a state can be kept by the records that it reads (`memoised`).
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from ..machine import (
    Accepted,
    Command,
    Machine,
    Outcome,
    Refused,
    RowsContradict,
    State,
    Unspecified,
)
from ..machine.entities import Entity
from ..machine.memoised import Memoised, with_written, written_in
from .affected import NO_ENTITIES, Entities, accesses_between, named_by
from .nondeterminism import Possibility, Replay, decisive, possibilities


class Transition(NamedTuple):
    """One transition that a command may make.

    The outcome `Unspecified` stands for a refusal without a reason.
    """

    before: State
    after: State
    outcome: Outcome


class Transitions(NamedTuple):
    """All transitions that a command may make from one state, and what they depend on.

    ``deciding``: the silent requirements on which they depend.
    ``deciding_outcomes``: those on which it depends whether the command is accepted, refused or
    unspecified.
    ``free``: the entities to which a system may also do a third thing.
    ``asked``: those of which a row would apply to the command, whether anything depends on it or
    not.
    """

    possible: tuple[Transition, ...]
    deciding: frozenset[str] = frozenset()
    deciding_outcomes: frozenset[str] = frozenset()
    free: Entities = NO_ENTITIES
    asked: frozenset[str] = frozenset()


class Change(NamedTuple):
    """What one choice of silent rows makes of a state: ``after``, the state or what is written to
    get there, and the outcome.
    """

    after: Any
    outcome: Outcome


class Changes(NamedTuple):
    """All that a command may make of a state; the rest as in `Transitions`."""

    possible: tuple[Change, ...]
    deciding: frozenset[str]
    deciding_outcomes: frozenset[str]
    free: Entities
    asked: frozenset[str]


@lru_cache(maxsize=2**14)
def transitions(machine: Machine, state: State, command: Command, limit: int) -> Transitions:
    """Return every transition that a choice of silent rows allows.

    Raises `TooManyStates` beyond ``limit`` choices, and `RowsContradict` where rows contradict each
    other whatever is chosen.
    """
    changes = find_changes(machine, state, command, limit, state_after)
    possible = [Transition(state, change.after, change.outcome) for change in changes.possible]
    return Transitions(tuple(possible), *changes[1:])


def transitions_by_reads(
    machine: Machine, state: State, command: Command, limit: int
) -> Transitions:
    """Return the same, which is kept for every state that has the records that the command reads.

    It is faster than `transitions` where the command is asked in many states, and slower in few.
    """
    _, changes = changes_memoised(machine, limit).step(state, command)
    possible = []
    for change in changes.possible:
        after = with_written(state, change.after)
        possible.append(Transition(state, after, change.outcome))
    return Transitions(tuple(possible), *changes[1:])


MOST_KEPT = 2**14
"""How many changes are kept of each machine."""


@lru_cache(maxsize=16)
def changes_memoised(machine: Machine, limit: int) -> Memoised[Command, Changes]:
    """Return the changes of a machine, which are found once for states that agree on all that a
    command reads.
    """

    def changes(state: State, command: Command) -> tuple[State, Changes]:
        return state, find_changes(machine, state, command, limit, written_in)

    return Memoised(changes, MOST_KEPT)


def state_after(_: State, after: State) -> State:
    return after


def find_changes(
    machine: Machine,
    state: State,
    command: Command,
    limit: int,
    after_as_kept: Callable[[State, State], Any],
) -> Changes:
    """Return all that a command may make of a state.

    ``after_as_kept`` returns what is kept of a state that comes after another.
    """
    contradictions: list[RowsContradict] = []

    def step(replay: Replay) -> Change | None:
        try:
            after, outcome = machine.step(state, command, replay)
        except RowsContradict as contradiction:
            contradictions.append(contradiction)
            return None  # silent rows that contradict others do not hold together with them
        return Change(after_as_kept(state, after), outcome)

    tried = possibilities(step, machine.silent, limit)
    found = [(result, replay) for result, replay in tried if result is not None]
    if not found:
        raise contradictions[0]
    possible = [result for result, _ in found]
    undemanded = doubted_acceptances(found)
    if undemanded:
        possible.append(Change(after_as_kept(state, state), Unspecified(undemanded)))

    distinct = tuple(dict.fromkeys(possible))
    asked = requirements_asked(tried)
    freeing, free = freedom(machine, state, distinct, command)
    if undemanded:
        free |= named_by(command)
    deciding = freeing | undemanded
    deciding_outcomes = undemanded
    if len(distinct) > 1:
        deciding |= decisive(found, after_and_kind)
        deciding_outcomes |= decisive(found, kind)
    return Changes(distinct, deciding, deciding_outcomes, free, asked | freeing)


def freedom(
    machine: Machine, before: State, possible: tuple[Change, ...], command: Command
) -> tuple[frozenset[str], Entities]:
    """Return the requirements of the silent rows that let a system do a third thing, and to what.

    Where the command is refused in any case, nothing is done to anything.
    """
    if all(isinstance(change.outcome, Refused) for change in possible):
        return frozenset(), NO_ENTITIES
    requirements: set[str] = set()
    entities: set[tuple[type[Entity], str]] = set()
    for row, entity in machine.freed(before, command):
        requirements.add(row.requirement)
        if entity is None:
            named = named_by(command)
            entities |= named | accesses_between(named)
        else:
            entities.add((type(entity), entity.name))
    return frozenset(requirements), frozenset(entities)


def requirements_asked(tried: list[Possibility[Change | None]]) -> frozenset[str]:
    """Return the requirements of all rows that were asked about."""
    names: set[str] = set()
    for _, replay in tried:
        for row, _ in replay.answers:
            names.add(row.requirement)
    return frozenset(names)


def doubted_acceptances(found: list[Possibility[Change]]) -> frozenset[str]:
    """Return the silent requirements that alone say what an acceptance would do."""
    doubted: set[str] = set()
    for change, replay in found:
        if isinstance(change.outcome, Accepted) and not replay.acts:
            doubted |= replay.doubted
    return frozenset(doubted)


def kind(change: Change) -> type[Outcome]:
    """Return whether a command is accepted, refused or unspecified."""
    return type(change.outcome)


def after_and_kind(change: Change) -> tuple[Any, type[Outcome]]:
    """Return what comes after, and whether the command is accepted, refused or unspecified."""
    return change.after, type(change.outcome)
