"""Says why a report names requirements for a failure: two facts about it, and no guess.

*Rests on*: the requirements that the demanded answer rests on.  A request is accepted by them, or refused because of
them, or they leave it unspecified.  What can be observed after it rests on the same requirements.

*Without*: the requirements without which a system would do exactly what was seen.  A system is without a requirement
if rows of it do not apply, or if the row of its mistake does (a counter-row).  So there is a machine for each
requirement in which these rows are silent: they may apply or not.  If this machine permits a transition that fits the
answer and the whole observation, then a system without the requirement would do just this.

A report names the requirements of the second fact, or those of the first if there are none.  It names no silent one,
since no system violates that.  They are in the order of the register, so the first is no likelier than the others.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from ..language.facts import Fact
from ..machine import COUNTER_ROWS, Accepted, Command, Machine, Observation, Outcome, Refused, State, Unspecified
from ..machine.rows import Means, Row, Whenever
from ..machine.values import Value
from ..requirements import load_register
from .fitting import fits_answer, fits_kind, fits_observation
from .nondeterminism import TooManyStates
from .observability import Name, Shown
from .transitions import Transition, demanded, find_transitions, transitions

Ids = tuple[str, ...]
"""Ids of requirements."""


class Difference(Value):
    """What was demanded, and what was seen instead: an outcome, or a fact."""

    expected: Outcome | Fact
    seen: Outcome | Fact


class Why(NamedTuple):
    """Why a report names requirements for a failure: both facts, and the requirements that it names."""

    rests_on: Ids = ()
    without: Ids = ()
    attributed_to: Ids = ()


def format_why(why: Why) -> Iterator[tuple[str, str]]:
    """Yield the facts of which there is anything to say, each with its label."""
    if why.rests_on:
        yield "rests on", ", ".join(why.rests_on)
    if why.without:
        which = "it" if len(why.without) == 1 else "one of them"
        yield "without", f"{', '.join(why.without)}: a system without {which} would do just this"


class FailedStep(NamedTuple):
    """A step of a system that was not as demanded, and the machine that it was compared with.

    Of several ``commands`` it may have been any, and it was taken from any of the states ``before``.
    """

    machine: Machine
    limit: int
    before: tuple[State, ...]
    commands: tuple[Command, ...]
    demanded: Outcome
    outcome: Outcome | None
    observation: Observation | None
    uncompared: set[Name]
    shown: Shown


@dataclass(frozen=True)
class Differs:
    """What a system did or showed that is not as demanded."""

    differences: tuple[Difference, ...]
    step: FailedStep

    @cached_property
    def why(self) -> Why:
        """Return why a report names requirements for this; found when it is asked for, since that takes long."""
        rests_on = in_order(supporting(self.step))
        without = in_order(lacking(self.step))
        return Why(rests_on, without, that_count(without or rests_on, self.step.machine))


def that_count(names: Ids, machine: Machine) -> Ids:
    """Return the requirements that are not silent: no system violates a silent one."""
    return tuple(name for name in names if name not in machine.silent)


def in_order(names: Iterable[str]) -> Ids:
    """Return the requirements in the order of the register, each once."""
    there = set(names)
    return tuple(name for name in load_register() if name in there)


# What the demanded answer rests on


def supporting(step: FailedStep) -> frozenset[str]:
    """Return the requirements that the demanded answer rests on; for several commands, those of each."""
    if len(step.commands) <= 1:
        return behind(step.demanded)
    found: set[str] = set()
    for command in step.commands:
        possible: list[Transition] = []
        for state in step.before:
            possible += transitions(step.machine, state, command, step.limit).possible
        found |= behind(demanded(possible, frozenset()))
    return frozenset(found)


def behind(outcome: Outcome) -> frozenset[str]:
    """Return the requirements that an outcome rests on."""
    match outcome:
        case Accepted():
            return outcome.by
        case Refused():
            return outcome.because
        case Unspecified():
            return outcome.silent


# Without which requirements a system would do just this


def lacking(step: FailedStep) -> Iterator[str]:
    """Yield each requirement without which a system would do exactly what was seen.

    There is none if all the requirements permit it by themselves, so that it differs only from what was seen before.
    """
    if does_just_this(step.machine, step):
        return
    for requirement in once(name for command in step.commands for name in concerned(step.machine, type(command))):
        if does_just_this(machine_lacking(step.machine, requirement), step):
            yield requirement


@lru_cache(maxsize=256)
def concerned(machine: Machine, command: type[Command]) -> Ids:
    """Return the requirements that are not silent and have rows that such a command may meet, mistakes included."""
    rows = (row for row in (*machine.rows, *COUNTER_ROWS) if may_meet(row, command))
    return once(row.requirement for row in rows if row.requirement not in machine.silent)


def may_meet(row: Row, command: type[Command]) -> bool:
    """Return whether a row is about such a command, or about states, which any command may lead to."""
    return isinstance(row, Means | Whenever) or row.on is command


@lru_cache(maxsize=512)
def machine_lacking(machine: Machine, requirement: str) -> Machine:
    """Return the machine in which the rows of a requirement may apply or not, and those of its mistake too."""
    mistakes = [row for row in COUNTER_ROWS if row.requirement == requirement and row not in machine.rows]
    return Machine((*machine.rows, *mistakes), machine.silent | {requirement})


def does_just_this(machine: Machine, step: FailedStep) -> bool:
    """Return whether the machine permits a transition that fits the answer and the whole observation."""
    for command in step.commands:
        for state in step.before:
            try:
                possible = find_transitions(machine, state, command, step.limit).possible
                if any(fits(machine, transition, step, command) for transition in possible):
                    return True
            except TooManyStates:
                continue  # nobody can say
    return False


def fits(machine: Machine, transition: Transition, step: FailedStep, command: Command) -> bool:
    """Return whether a transition of the machine is what the system did and showed."""
    if step.outcome is not None and not fits_outcome(machine, transition, step, command, step.outcome):
        return False
    if step.observation is None:
        return True
    return fits_observation(machine, transition.after, step.observation, step.uncompared, step.shown, step.limit)


def fits_outcome(
    machine: Machine, transition: Transition, step: FailedStep, command: Command, outcome: Outcome
) -> bool:
    """Return whether a transition of the machine has the outcome that the system answered.

    The reasons for a refusal that is not demanded are the system's own, so they are not compared.
    """
    if isinstance(outcome, Refused) and not isinstance(step.demanded, Refused):
        return fits_kind(transition.outcome, outcome)
    return fits_answer(machine, transition, [command], outcome, step.shown)


def once(names: Iterable[str]) -> Ids:
    """Return the names, each once."""
    return tuple(dict.fromkeys(names))
