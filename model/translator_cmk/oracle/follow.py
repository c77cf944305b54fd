"""Follows a system with the oracle: the one loop of command, answer and look.

The oracle goes with a system from the reset on, and compares each exchange with what is
demanded.  The exchange *agrees*, or it *differs*, or the oracle has *lost track* of the system:
more states are possible than it can keep, or the system has differed before, so nobody knows which
state it is in.  Nothing is compared then until the next begin.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from ..language.declaration import Declaration
from ..machine import Command, Machine, Observation, Outcome, Stage
from .attribution import Differs
from .nondeterminism import TooManyStates
from .oracle import Oracle
from .shown import Shown


class Exchange(NamedTuple):
    """A command, its answer, and what was observed after it; the reset has only the last.

    Without an answer nobody knows whether the command was carried out.  ``shown`` says what was
    shown this time, if that is not what is always shown.
    """

    command: Command | None
    outcome: Outcome | None
    seen: Observation | None
    shown: Shown | None = None


@dataclass(frozen=True)
class Agreed:
    """The specification allows what the system did and showed."""


@dataclass(frozen=True)
class LostTrack:
    """Nothing was compared, and nothing will be until the next begin."""

    why: str


Comparison = Agreed | Differs | LostTrack

AGREED = Agreed()

AFTER_A_DIFFERENCE = LostTrack("the system differed before, so nobody knows which state it is in")


class Follower:
    """Follows one system: `begin` with its reset, then `submit` each command and `answer` it."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle
        self._lost: LostTrack | None = None

    @property
    def has_track(self) -> bool:
        """Return whether the next exchange will be compared."""
        return self._lost is None

    def begin(self, stage: Stage, seen: Observation | None = None) -> Comparison:
        """Begin again with the stage alone, and compare what the system shows after its reset."""
        self._lost = None
        self.oracle.reset(stage)
        return self.look(seen)

    def submit(self, *commands: Command, idle: bool = False) -> Outcome | None:
        """Take note of a command, and return the outcome that is demanded; None if track is lost.

        Of several commands it is not known which it was; with ``idle`` it may also be that none was
        carried out.
        """
        if self._lost is not None:
            return None
        try:
            return self.oracle.submit(*commands, idle=idle)
        except TooManyStates as error:
            self._lost = LostTrack(str(error))
            return None

    def answer(
        self,
        outcome: Outcome | None,
        seen: Observation | None,
        shown: Shown | None = None,
    ) -> Comparison:
        """Compare the answer to the last command, and what was observed after it.

        None stands for what is not known.  ``shown`` says what the system shows this time, if that
        is not what it always shows.
        """
        if self._lost is not None:
            return self._lost
        try:
            differs = self.oracle.narrow(outcome, seen, shown)
        except TooManyStates as error:
            self._lost = LostTrack(str(error))
            return self._lost
        if differs:
            self._lost = AFTER_A_DIFFERENCE
            return differs
        return AGREED

    def look(self, seen: Observation | None, shown: Shown | None = None) -> Comparison:
        """Compare what was observed, with nothing asked before."""
        return self.answer(None, seen, shown)

    def take(self, exchange: Exchange) -> Comparison:
        """Follow an exchange; without an answer nobody knows whether the command was carried
        out.
        """
        if exchange.command is not None:
            self.submit(exchange.command, idle=exchange.outcome is None)
        return self.answer(exchange.outcome, exchange.seen, exchange.shown)


def compare_recorded(exchanges: Iterable[Exchange], oracle: Oracle, stage: Stage) -> Comparison:
    """Compare what was recorded with what is demanded, up to the first difference."""
    follower = Follower(oracle)
    comparison = follower.begin(stage)
    for exchange in exchanges:
        comparison = follower.take(exchange)
        if not isinstance(comparison, Agreed):
            break
    return comparison


def first_difference(exchanges: Iterable[Exchange], oracle: Oracle, stage: Stage) -> Differs | None:
    """Return the first difference between what was recorded and what is demanded, if any."""
    comparison = compare_recorded(exchanges, oracle, stage)
    return comparison if isinstance(comparison, Differs) else None


MOST_STATES = 512
"""How many states are kept before track is lost.  Each of them is stepped through every command."""


def oracle_for(machine: Machine, declared: Declaration) -> Oracle:
    """Return an oracle that expects the system to show what it has declared to show."""
    shown = Shown(declared.can("reasons"), declared.can("audit"), declared.unseen)
    return Oracle(machine, shown, MOST_STATES)
