"""Says why a report names requirements for a failure: two facts about it, and no guess.

*Rests on*: the requirements that the demanded answer rests on.  A request is accepted by them, or
refused because of them, or they leave it unspecified.  What can be observed after it rests on the
same requirements.

*Without*: the requirements without which a system would do exactly what was seen.  A system is
without a requirement if rows of it do not apply, or if the row of its mistake does (a
counter-row).  So there is a machine for each requirement in which these rows are silent: they may
apply or not.  If this machine permits a transition that fits the answer and the whole observation,
then a system without the requirement would do just this.

A report names the requirements of the second fact, or those of the first if there are none.  It
names no silent one, since no system violates that.  They are in the order of the register, so the
first is no likelier than the others.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from ..language.facts import Fact
from ..machine import COUNTER_ROWS, Accepted, Command, Machine, Outcome, Refused, State, Unspecified
from ..machine.rows import Effect, Means, Row, Whenever
from ..machine.step import bind
from ..machine.values import Value
from ..requirements import load_register
from .agreement import agreed_outcome
from .fitting import Seen, fits_kind, fits_observation, fits_outcome
from .frame import stays_by
from .nondeterminism import TooManyStates
from .projections import projections_of, values_of
from .transitions import Transition, transitions

Ids = tuple[str, ...]
"""Ids of requirements."""

NO_REQUIREMENTS: frozenset[str] = frozenset()


class Difference(Value):
    """What was demanded, and what was seen instead: an outcome, or a fact."""

    expected: Outcome | Fact
    seen: Outcome | Fact


class Why(NamedTuple):
    """Why a report names requirements for a failure: both facts, and those that it names."""

    rests_on: Ids = ()
    without: Ids = ()
    attributed_to: Ids = ()


def format_why(why: Why, failed: str = "") -> Iterator[tuple[str, str]]:
    """Yield the facts of which there is anything to say, each with its label; ``failed``: the
    requirement that the reader has been told already.
    """
    rests_on = [name for name in why.rests_on if name != failed]
    if rests_on:
        yield "rests on", ", ".join(rests_on)
    if why.without:
        lacks = "had no" if len(why.without) == 1 else "lacked one of"
        yield "explained", f"here the system behaves as if it {lacks} {', '.join(why.without)}"


class FailedStep(NamedTuple):
    """A step of a system that was not as demanded, and the machine that it was compared with.

    It was taken from any of the states ``before``.
    """

    machine: Machine
    limit: int
    before: tuple[State, ...]
    demanded: Outcome
    seen: Seen


@dataclass(frozen=True)
class Differs:
    """What a system did or showed that is not as demanded."""

    differences: tuple[Difference, ...]
    step: FailedStep

    @cached_property
    def why(self) -> Why:
        """Return why a report names requirements for this; found when asked for, since it is
        slow.
        """
        rests_on = in_order({*supporting(self.step), *staying(self.step, self.differences)})
        without = in_order(explaining(self.step))
        named = without or rests_on
        counted = tuple(name for name in named if name not in self.step.machine.silent)
        return Why(rests_on, without, counted)


def in_order(names: Iterable[str]) -> Ids:
    """Return the requirements in the order of the register, each once."""
    there = set(names)
    if len(there) < 2:
        return tuple(there)  # as it mostly is, and the register is long
    return tuple(name for name in load_register() if name in there)


# What the demanded answer rests on


def supporting(step: FailedStep) -> frozenset[str]:
    """Return the requirements that the demanded answer to any of the commands rests on."""
    # of several it is not known which it was, so each counts on its own
    if len(step.seen.commands) <= 1:
        return behind(step.demanded) | behind_what_was_done(step)
    found: set[str] = set()
    for command in step.seen.commands:
        outcomes: list[Outcome] = []
        for state in step.before:
            possible = transitions(step.machine, state, command, step.limit).possible
            outcomes += [transition.outcome for transition in possible]
        found |= behind(agreed_outcome(outcomes, NO_REQUIREMENTS))
    return frozenset(found)


def behind_what_was_done(step: FailedStep) -> frozenset[str]:
    """Return what every acceptance rests on, of a command that was accepted and may be refused.

    A repeat changes nothing, so its acceptance rests on the effects that stand already.
    """
    if not isinstance(step.demanded, Unspecified) or not isinstance(step.seen.outcome, Accepted):
        return NO_REQUIREMENTS
    accepted: list[Outcome] = []
    for command in step.seen.commands:
        for state in step.before:
            for transition in transitions(step.machine, state, command, step.limit).possible:
                if isinstance(transition.outcome, Accepted):
                    accepted.append(transition.outcome)
    if not accepted:
        return NO_REQUIREMENTS
    return behind(agreed_outcome(accepted, NO_REQUIREMENTS)) or behind_what_stands(step)


def behind_what_stands(step: FailedStep) -> frozenset[str]:
    """Return the requirements of the effects that the commands have, whatever they change."""
    found: set[str] = set()
    for command in step.seen.commands:
        for state in step.before:
            bound = bind(command, step.machine.world(state))
            if bound is not None:
                found.update(requirements_of_effects(step.machine, bound))
    return frozenset(found)


def requirements_of_effects(machine: Machine, bound: Command) -> Iterator[str]:
    """Yield the requirement of each effect on what a command names, with entities for the names."""
    for row in machine.rows:
        is_of_command = isinstance(row, Effect) and row.on is type(bound) and row.each is None
        if is_of_command and row.requirement not in machine.silent and row.when(bound):
            yield row.requirement


def behind(outcome: Outcome) -> frozenset[str]:
    """Return the requirements that an outcome rests on."""
    match outcome:
        case Accepted():
            return outcome.by
        case Refused():
            return outcome.because
        case Unspecified():
            return outcome.silent


def staying(step: FailedStep, differences: Iterable[Difference]) -> Iterator[str]:
    """Yield the requirement of the frame for each fact that the command should have left as it was;
    none if the system refused it.
    """
    if isinstance(step.seen.outcome, Refused):
        return
    before = [projections_of(step.machine, state, step.limit) for state in step.before]
    for difference in differences:
        fact = difference.expected
        if not isinstance(fact, Fact):
            continue
        if all(fact.value in values_of(projections, fact) for projections in before):
            yield from frame_of(step, fact)


def frame_of(step: FailedStep, fact: Fact) -> Iterator[str]:
    """Yield the requirement by which a fact stays, for each of the commands."""
    for command in step.seen.commands:
        for state in step.before:
            for transition in transitions(step.machine, state, command, step.limit).possible:
                requirement = stays_by(step.machine, command, transition, fact)
                if requirement is not None:
                    yield requirement


# Without which requirements a system would do just this


def explaining(step: FailedStep) -> Iterator[str]:
    """Yield each requirement without which a system would do exactly what was seen.

    There is none if a system with all of them may do it too, and only something that was seen
    before speaks against it.
    """
    if does_just_this(step.machine, step):
        return
    may_matter: dict[str, None] = {}
    for command in step.seen.commands:
        may_matter.update(dict.fromkeys(requirements_met_by(type(command), step.machine)))
    for requirement in may_matter:
        if does_just_this(machine_without(step.machine, requirement), step):
            yield requirement


@lru_cache(maxsize=256)
def requirements_met_by(command: type[Command], machine: Machine) -> Ids:
    """Return the requirements with rows or mistakes that such a command may meet, if not silent."""
    names: dict[str, None] = {}
    for row in (*machine.rows, *COUNTER_ROWS):
        if row.requirement not in machine.silent and may_meet(command, row):
            names[row.requirement] = None
    return tuple(names)


def may_meet(command: type[Command], row: Row) -> bool:
    """Return whether a row is about such a command, or about states, to which any may lead."""
    return isinstance(row, Means | Whenever) or row.on is command


@lru_cache(maxsize=512)
def machine_without(machine: Machine, requirement: str) -> Machine:
    """Return the machine in which a requirement may be kept or not, or mistaken."""
    mistakes = [row for row in COUNTER_ROWS if row.requirement == requirement]
    more = [row for row in mistakes if row not in machine.rows]
    return Machine((*machine.rows, *more), machine.silent | {requirement})


def does_just_this(machine: Machine, step: FailedStep) -> bool:
    """Return whether the machine permits a transition that fits the answer and the observation."""
    for command in step.seen.commands:
        for state in step.before:
            try:
                possible = transitions(machine, state, command, step.limit).possible
                if any(fits(machine, transition, step) for transition in possible):
                    return True
            except TooManyStates:
                continue  # nobody can say
    return False


def fits(machine: Machine, transition: Transition, step: FailedStep) -> bool:
    """Return whether a transition of the machine is what the system did and showed."""
    seen = step.seen
    if seen.outcome is not None and not fits_answer(machine, transition, step):
        return False
    if seen.observation is None:
        return True
    return fits_observation(projections_of(machine, transition.after, step.limit), seen)


def fits_answer(machine: Machine, transition: Transition, step: FailedStep) -> bool:
    """Return whether a transition of the machine has the outcome that the system answered.

    The reasons for a refusal that is not demanded are the system's own, so they are not compared.
    """
    if isinstance(step.seen.outcome, Refused) and not isinstance(step.demanded, Refused):
        return fits_kind(transition.outcome, step.seen.outcome)
    return fits_outcome(machine, transition, step.seen)
