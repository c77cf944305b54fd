"""The transitions that one command may make from one state, one for each choice of silent rows.

If all that an accepted command would do is silent, nothing says that it has to be accepted: a
system that does nothing of it may as well refuse.  So there is one more transition then, which
changes nothing.
"""

from functools import lru_cache
from typing import NamedTuple

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


Step = tuple[State, Outcome]
"""The state after a command, and its outcome."""


def find_transitions(machine: Machine, state: State, command: Command, limit: int) -> Transitions:
    """Return every transition that a choice of silent rows allows.

    Raises `TooManyStates` beyond ``limit`` choices, and `RowsContradict` where rows contradict each
    other whatever is chosen.
    """
    contradictions: list[RowsContradict] = []

    def step(replay: Replay) -> Step | None:
        try:
            return machine.step(state, command, replay)
        except RowsContradict as contradiction:
            contradictions.append(contradiction)
            return None  # silent rows that contradict others do not hold together with them

    tried = possibilities(step, machine.silent, limit)
    found = [(result, replay) for result, replay in tried if result is not None]
    if not found:
        raise contradictions[0]
    possible = [Transition(state, *result) for result, _ in found]
    undemanded = doubted_acceptances(found)
    if undemanded:
        possible.append(Transition(state, state, Unspecified(undemanded)))

    distinct = tuple(dict.fromkeys(possible))
    asked = requirements_asked(tried)
    freeing, free = freedom(machine, distinct, command)
    if undemanded:
        free |= named_by(command)
    deciding = freeing | undemanded
    deciding_outcomes = undemanded
    if len(distinct) > 1:
        deciding |= decisive(found, after_and_kind)
        deciding_outcomes |= decisive(found, kind)
    return Transitions(distinct, deciding, deciding_outcomes, free, asked | freeing)


def freedom(
    machine: Machine, possible: tuple[Transition, ...], command: Command
) -> tuple[frozenset[str], Entities]:
    """Return the requirements of the silent rows that let a system do a third thing, and to what.

    Where the command is refused in any case, nothing is done to anything.
    """
    if all(isinstance(transition.outcome, Refused) for transition in possible):
        return frozenset(), NO_ENTITIES
    requirements: set[str] = set()
    entities: set[tuple[type[Entity], str]] = set()
    for row, entity in machine.freed(possible[0].before, command):
        requirements.add(row.requirement)
        if entity is None:
            named = named_by(command)
            entities |= named | accesses_between(named)
        else:
            entities.add((type(entity), entity.name))
    return frozenset(requirements), frozenset(entities)


transitions = lru_cache(maxsize=2**14)(find_transitions)
"""The same, memoised."""


def requirements_asked(tried: list[Possibility[Step | None]]) -> frozenset[str]:
    """Return the requirements of all rows that were asked about."""
    names: set[str] = set()
    for _, replay in tried:
        for row, _ in replay.answers:
            names.add(row.requirement)
    return frozenset(names)


def doubted_acceptances(found: list[Possibility[Step]]) -> frozenset[str]:
    """Return the silent requirements that alone say what an acceptance would do."""
    doubted: set[str] = set()
    for (_, outcome), replay in found:
        if isinstance(outcome, Accepted) and not replay.acts:
            doubted |= replay.doubted
    return frozenset(doubted)


def kind(step: Step) -> type[Outcome]:
    """Return whether a step is accepted, refused or unspecified."""
    _, outcome = step
    return type(outcome)


def after_and_kind(step: Step) -> tuple[State, type[Outcome]]:
    """Return the state after a step, and whether it is accepted, refused or unspecified."""
    after, outcome = step
    return after, type(outcome)
