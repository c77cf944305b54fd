"""The ways in which one command may go from one state."""

from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

from ..machine import Accepted, Command, KeyUse, Machine, Outcome, Refused, State, Unspecified
from .choices import Possibility, decisive, possibilities


class Way(NamedTuple):
    """One way in which a command may go.  An outcome `Unspecified` stands for a refusal without a reason."""

    before: State
    after: State
    outcome: Outcome


class Ways(NamedTuple):
    """All ways in which a command may go from one state, and the silent requirements that part them."""

    ways: tuple[Way, ...]
    parting: frozenset[str]
    parting_outcomes: frozenset[str]


def ways(machine: Machine, state: State, command: Command, limit: int) -> Ways:
    """Every way that a choice of silent rows opens; raises `TooManyStates` beyond ``limit`` choices."""
    found: list[Possibility[tuple[State, Outcome]]] = possibilities(
        partial(machine.step, state, command), machine.silent, limit
    )
    every = dict.fromkeys(Way(state, *result) for result, _ in found)
    idle = {
        requirement
        for (_, outcome), replay in found
        if isinstance(outcome, Accepted) and not replay.acts
        for requirement in replay.doubted
    }
    if idle:  # nothing that speaks says what an acceptance would do, so that it may be refused as well
        every[Way(state, state, Unspecified(frozenset(idle)))] = None
    if len(every) == 1:
        return Ways(tuple(every), frozenset(), frozenset())
    return Ways(
        tuple(every),
        decisive(found, lambda result: (result[0], type(result[1]))) | idle,
        decisive(found, lambda result: type(result[1])) | idle,
    )


def demanded(outcomes: Iterable[Outcome], parting: frozenset[str]) -> Outcome:
    """What all the outcomes agree on; where they do not, it is unspecified because of ``parting``."""
    first, *others = outcomes = list(outcomes)
    if isinstance(first, Accepted) and all(isinstance(each, Accepted) for each in others):
        accepted = [each for each in outcomes if isinstance(each, Accepted)]
        uses: tuple[KeyUse, ...] = tuple(use for use in first.audit if all(use in each.audit for each in accepted))
        return Accepted(frozenset.intersection(*(each.by for each in accepted)), uses)
    if isinstance(first, Refused) and all(isinstance(each, Refused) for each in others):
        return Refused(frozenset.intersection(*(each.because for each in outcomes if isinstance(each, Refused))))
    return Unspecified(parting)


def may_be(expected: Outcome, seen: Outcome) -> bool:
    """Whether a system whose command goes the expected way may answer like this, whatever it adds."""
    if isinstance(seen, Refused):
        return not isinstance(expected, Accepted)
    return type(seen) is type(expected)
