"""Compares what a system did and showed in one step with one transition that is possible."""

from collections.abc import Iterable

from ..machine import Accepted, Command, Machine, Observation, Outcome, Refused, State
from ..machine.step import DOES_NOT_EXIST
from . import reasons
from .observability import Name, Shown, distance, projections_of
from .transitions import Transition


def fits_answer(
    machine: Machine, transition: Transition, commands: Iterable[Command], seen: Outcome, shown: Shown
) -> bool:
    """Return whether a system that makes this transition, for any of the commands, may answer like this."""
    outcome = transition.outcome
    if isinstance(outcome, Accepted) and isinstance(seen, Accepted):
        return not shown.audit or sorted(outcome.audit) == sorted(seen.audit)
    if isinstance(outcome, Refused) and isinstance(seen, Refused):
        return not shown.reasons or fits_reasons(machine, transition, commands, seen)
    return fits_kind(outcome, seen)


def fits_reasons(machine: Machine, transition: Transition, commands: Iterable[Command], seen: Refused) -> bool:
    """Return whether a system that refuses any of the commands, as in this transition, may give these reasons."""
    outcome = transition.outcome
    assert isinstance(outcome, Refused)
    if reasons.are_some_of(seen.because, outcome.because):
        return True
    if outcome == DOES_NOT_EXIST:
        return reasons.say_that_a_name_is_wrong(seen.because)
    # where a row is silent, nobody knows what else the command has to meet
    return any(machine.is_silent_about(transition.before, command) for command in commands)


def fits_kind(outcome: Outcome, seen: Outcome) -> bool:
    """Return whether a system may answer like this where this is the outcome, without regard to reasons and audit.

    An unspecified outcome stands for a refusal without a reason.
    """
    if isinstance(seen, Refused):
        return not isinstance(outcome, Accepted)
    return type(outcome) is type(seen)


def fits_observation(
    machine: Machine, state: State, observation: Observation, uncompared: set[Name], shown: Shown, limit: int
) -> bool:
    """Return whether a system in this state may show this observation, but for what is not compared."""
    return not distance(projections_of(machine, state, limit), observation, uncompared, shown)
