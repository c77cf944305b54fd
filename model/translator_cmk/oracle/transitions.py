"""The transitions that one command may make from one state, and comparisons of their outcomes."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from ..machine import Accepted, Command, Machine, Outcome, Refused, RowsContradict, State, Unspecified
from . import reasons
from .nondeterminism import Replay, decisive, possibilities


class Transition(NamedTuple):
    """One transition that a command may make.  The outcome `Unspecified` stands for a refusal without a reason."""

    before: State
    after: State
    outcome: Outcome


class Transitions(NamedTuple):
    """All transitions that a command may make from one state, and the silent requirements on which they depend.

    ``deciding_outcomes``: those on which it depends whether the command is accepted, refused or unspecified.
    ``free``: whether a system may also do a third thing to the entities that the command names.
    ``asked``: those of which a row would apply to the command, whether anything depends on it or not.
    """

    possible: tuple[Transition, ...]
    deciding: frozenset[str] = frozenset()
    deciding_outcomes: frozenset[str] = frozenset()
    free: bool = False
    asked: frozenset[str] = frozenset()


def find_transitions(machine: Machine, state: State, command: Command, limit: int) -> Transitions:
    """Return every transition that a choice of silent rows allows; raises `TooManyStates` beyond ``limit`` choices."""

    def step(replay: Replay) -> tuple[State, Outcome] | None:
        try:
            return machine.step(state, command, replay)
        except RowsContradict:
            if replay.answers:
                return None  # silent rows that contradict others do not hold together with them
            raise

    tried = possibilities(step, machine.silent, limit)
    asked = frozenset(row.requirement for _, replay in tried for row, _ in replay.answers)
    found = [(result, replay) for result, replay in tried if result]
    every = dict.fromkeys(Transition(state, *result) for result, _ in found)
    idle = frozenset(
        requirement
        for (_, outcome), replay in found
        if isinstance(outcome, Accepted) and not replay.acts
        for requirement in replay.doubted
    )
    if idle:  # no applying row says what an acceptance would do, so the command may be refused as well
        every[Transition(state, state, Unspecified(idle))] = None
    if len(every) == 1:
        return Transitions(tuple(every), asked=asked)
    return Transitions(
        tuple(every),
        decisive(found, lambda result: (result[0], type(result[1]))) | idle,
        decisive(found, lambda result: type(result[1])) | idle,
        bool(idle) or machine.is_free(state, command),
        asked,
    )


transitions = lru_cache(maxsize=2**14)(find_transitions)
"""The same, memoised."""


def demanded(possible: Iterable[Transition], deciding: frozenset[str]) -> Outcome:
    """Return what all the outcomes agree on; where they differ, it is unspecified because of ``deciding``."""
    outcomes = [each.outcome for each in possible]
    accepted = [each for each in outcomes if isinstance(each, Accepted)]
    refused = [each for each in outcomes if isinstance(each, Refused)]
    if len(accepted) == len(outcomes):
        uses = (use for use in accepted[0].audit if all(use in each.audit for each in accepted))
        return Accepted(frozenset.intersection(*(each.by for each in accepted)), tuple(uses))
    if len(refused) == len(outcomes):
        return Refused(reasons.shared_by(each.because for each in refused))
    return Unspecified(deciding)


def implies(outcome: Outcome, then: Outcome) -> bool:
    """Return whether the outcome implies ``then``: accepted by these and more, or refused because of these, if any."""
    match outcome, then:
        case Accepted(), Accepted():
            return outcome.by >= then.by and set(outcome.audit) >= set(then.audit)
        case Refused(), Refused():
            return not then.because or reasons.are_all_of(outcome.because, then.because)
    return False
