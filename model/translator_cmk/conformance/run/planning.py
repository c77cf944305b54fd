"""Plan a sequence around what is known to fail.

A failure ends its sequence.  The rest is planned again from a reset: without the kinds of step that
fail or break again and again, and without the steps that depend on these.
"""

from collections.abc import Iterable
from typing import NamedTuple

from ...machine import Accepted, Command, Outcome, Refused, Stage, State, initial
from ...system import MACHINE
from .shrinking import Commands

Kind = tuple[str, type[Outcome], frozenset[str]]
"""A kind of step: the command, and what the model answers it, but for names."""


class PlannedStep(NamedTuple):
    """A command, and what the model answers it where it is planned."""

    command: Command
    outcome: Outcome

    @property
    def name(self) -> str:
        """The name of the command."""
        return type(self.command).__name__

    @property
    def kind(self) -> Kind:
        """The kind of step."""
        return self.name, type(self.outcome), reasons_of(self.outcome)


def reasons_of(outcome: Outcome) -> frozenset[str]:
    """Return the requirements that an outcome names."""
    if isinstance(outcome, Accepted):
        return outcome.by
    if isinstance(outcome, Refused):
        return outcome.because
    return frozenset()


class SequencePlan(NamedTuple):
    """Steps that are still to be asked, and the commands that lead there from a reset: these have
    been as demanded.
    """

    begins: State
    way: Commands
    steps: tuple[PlannedStep, ...]

    @property
    def commands(self) -> Commands:
        """All that is asked."""
        return (*self.way, *(step.command for step in self.steps))


def plan_of(commands: Iterable[Command], stage: Stage) -> SequencePlan:
    """Return the plan to ask these commands, from a reset on."""
    state = initial(stage)
    steps = []
    for command in commands:
        state, outcome = MACHINE.step(state, command)
        steps.append(PlannedStep(command, outcome))
    return SequencePlan(initial(stage), (), tuple(steps))


def way_to(commands: Iterable[Command], stage: Stage) -> tuple[State, Commands]:
    """Return the state that the model reaches by these commands, and those of them that change
    something.
    """
    state = initial(stage)
    way = []
    for command in commands:
        after, _ = MACHINE.step(state, command)
        if after != state:
            way.append(command)
        state = after
    return state, tuple(way)
