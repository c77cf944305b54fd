"""The ways in which one command may go from one state, and what can be asked of their outcomes."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from ..machine import Accepted, Command, Machine, Outcome, Refused, RowsContradict, State, Unspecified
from .choices import Possibility, Replay, decisive, possibilities
from .sights import Shown


class Way(NamedTuple):
    """One way in which a command may go.  The outcome `Unspecified` stands for a refusal without a reason."""

    before: State
    after: State
    outcome: Outcome


class Ways(NamedTuple):
    """All ways in which a command may go from one state, and the silent requirements that part them."""

    ways: tuple[Way, ...]
    parting: frozenset[str] = frozenset()
    parting_outcomes: frozenset[str] = frozenset()


def ways(machine: Machine, state: State, command: Command, limit: int) -> Ways:
    """Every way that a choice of silent rows opens; raises `TooManyStates` beyond ``limit`` choices."""
    return parted(state, steps(machine, state, command, limit))


def steps(machine: Machine, state: State, command: Command, limit: int) -> list[Possibility[tuple[State, Outcome]]]:
    """The step of the command with every choice of silent rows; raises `TooManyStates` beyond ``limit`` choices."""

    def go(replay: Replay) -> tuple[State, Outcome] | None:
        try:
            return machine.step(state, command, replay)
        except RowsContradict:
            if replay.answers:
                return None  # silent rows that contradict others do not hold together with them
            raise

    return [(result, replay) for result, replay in possibilities(go, machine.silent, limit) if result]


def parted(state: Any, found: list[Possibility[tuple[Any, Outcome]]]) -> Ways:
    """The ways among what was found from this state, which may stand for itself in any form that can be compared."""
    every = dict.fromkeys(Way(state, *result) for result, _ in found)
    idle = frozenset(
        requirement
        for (_, outcome), replay in found
        if isinstance(outcome, Accepted) and not replay.acts
        for requirement in replay.doubted
    )
    if idle:  # nothing that speaks says what an acceptance would do, so that the command may be refused as well
        every[Way(state, state, Unspecified(idle))] = None
    if len(every) == 1:
        return Ways(tuple(every))
    return Ways(
        tuple(every),
        decisive(found, lambda result: (result[0], type(result[1]))) | idle,
        decisive(found, lambda result: type(result[1])) | idle,
    )


def demanded(outcomes: Iterable[Outcome], parting: frozenset[str]) -> Outcome:
    """What all the outcomes agree on; where they do not, it is unspecified because of ``parting``."""
    outcomes = list(outcomes)
    accepted = [each for each in outcomes if isinstance(each, Accepted)]
    refused = [each for each in outcomes if isinstance(each, Refused)]
    if len(accepted) == len(outcomes):
        uses = (use for use in accepted[0].audit if all(use in each.audit for each in accepted))
        return Accepted(frozenset.intersection(*(each.by for each in accepted)), tuple(uses))
    if len(refused) == len(outcomes):
        return Refused(frozenset.intersection(*(each.because for each in refused)))
    return Unspecified(parting)


def fits(outcome: Outcome, seen: Outcome, shown: Shown) -> bool:
    """Whether a system may answer like this where this is the outcome."""
    match outcome, seen:
        case Accepted(), Accepted():
            return not shown.audit or sorted(outcome.audit) == sorted(seen.audit)
        case Refused(), Refused():
            return not shown.reasons or (bool(seen.because) and seen.because <= outcome.because)
    return may_be(outcome, seen)


def may_be(outcome: Outcome, seen: Outcome) -> bool:
    """Whether a system may answer like this where this is the outcome, whatever it adds to its answer."""
    if isinstance(seen, Refused):
        return not isinstance(outcome, Accepted)
    return type(outcome) is type(seen)


def says(outcome: Outcome, then: Outcome) -> bool:
    """Whether the outcome is at least ``then``: accepted by these and more, or refused because of these, if any."""
    match outcome, then:
        case Accepted(), Accepted():
            return outcome.by >= then.by and set(outcome.audit) >= set(then.audit)
        case Refused(), Refused():
            return not then.because or outcome.because == then.because
    return False
