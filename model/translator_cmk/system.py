"""The one interface between the specification and what is checked against it."""

from typing import Protocol

from .machine import (
    DEFAULT_STAGE,
    ROWS,
    Command,
    Machine,
    Observation,
    Outcome,
    Stage,
    initial,
    observe,
)


class System(Protocol):
    """A system under test: the model, or an adapter to a real system.

    It may say in a list ``said`` how it carried out the last command, one attempt or remark a text:
    reports show it, and no verdict depends on it.
    """

    def reset(self, stage: Stage) -> None:
        """Start afresh, with nothing but the stage."""

    def submit(self, command: Command) -> Outcome:
        """Carry out the command or refuse it, and say which.

        Raises `Unsupported` where there is no such command.  Each method may raise
        `NothingLearned`.
        """

    def observe(self) -> Observation:
        """Everything a customer can see now."""


class Inconclusive(Exception):
    """The system's answer shows nothing about the specification."""


class NothingLearned(Inconclusive):
    """Raised where what answers is not the system: a throttle, a policy, a proxy.

    Nothing counts for it or against it.
    """


class Unsupported(Exception):
    """Raised by ``submit``: the system has no such command.

    Nothing is learnt from that, and nothing counts for it.
    """


MACHINE = Machine(ROWS)


class ModelSystem:
    """The model as a system."""

    def __init__(self, machine: Machine | None = None) -> None:
        self.machine = machine or MACHINE
        self.state = initial(DEFAULT_STAGE)

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        """Start afresh, with nothing but the stage."""
        self.state = initial(stage)

    def submit(self, command: Command) -> Outcome:
        """Carry out the command or refuse it, and say which."""
        self.state, outcome = self.machine.step(self.state, command)
        return outcome

    def observe(self) -> Observation:
        """Everything a customer can see now."""
        return observe(self.machine.world(self.state))
