"""Compare the events of a log, one after another, with all that the specification allows."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from typing import NamedTuple

from ..machine import Command, Machine, Outcome, Stage
from ..oracle import LIMIT, Agreed, Difference, Differs, Follower, LostTrack, Oracle, Why
from ..oracle.affected import Entities
from .events import Event
from .interchangeable import distinguishable


class TraceDeviation(NamedTuple):
    """An impossible event: its number, its commands, the outcome allowed there, how it differs, and
    why.

    ``allowed`` is None where the event has no command.
    """

    at: int
    commands: tuple[Command, ...]
    allowed: Outcome | None
    differences: tuple[Difference, ...]
    why: Why


@dataclass
class TraceVerdict:
    """The verdict on a trace, so far or in the end.

    ``judged`` counts the events compared with the specification: ``judgeable`` of them had
    something
    to compare, and ``uncompared`` a command about things that are uncompared.  ``skipped`` counts
    those after an impossible event, or after one that leaves too much possible, up to the next
    stage.
    In each world the first impossible event is a deviation.  ``uncompared_from`` says from which
    event
    on which entities, and all that depends on them, are uncompared, and ``overflows`` where too
    much
    was possible.
    """

    judged: int = 0
    judgeable: int = 0
    uncompared: int = 0
    skipped: int = 0
    worlds: int = 0
    deviations: list[TraceDeviation] = field(default_factory=list)
    uncompared_from: list[tuple[int, Entities]] = field(default_factory=list)
    overflows: list[int] = field(default_factory=list)

    @property
    def fits(self) -> bool:
        """Return whether no event was impossible."""
        return not self.deviations

    @property
    def complete(self) -> bool:
        """Return whether there was anything to judge, and all of it was judged."""
        return self.judgeable > 0 and not self.overflows


class Checker:
    """Judges events one after another, by an oracle; ``verdict`` is the verdict so far.

    If more than ``limit`` states are possible, the rest of the world is skipped.
    """

    def __init__(self, machine: Machine, limit: int = LIMIT) -> None:
        self.verdict = TraceVerdict()
        self._follower = Follower(Oracle(machine, limit=limit))
        self._begun = False  # whether this world has an event

    @property
    def possible(self) -> int:
        """Return in how many states the system may be."""
        return len(self._follower.oracle.states)

    def read(self, events: Iterable[tuple[int, Event | Stage]]) -> None:
        """Judge these events, each of which comes with a number that the verdict names it by.

        A stage is the start of a world that has nothing else.
        """
        for at, event in events:
            if isinstance(event, Stage):
                self._follower.begin(event)
                self._begun = False
                continue
            if not self._begun:
                self._begun = True
                self.verdict.worlds += 1
            if self._follower.has_track:
                self._judge(at, event)
            else:
                self.verdict.skipped += 1

    def _judge(self, at: int, event: Event) -> None:
        """Judge one event."""
        self.verdict.judged += 1
        if event.judgeable:
            self.verdict.judgeable += 1
        if self._agrees_in_few(event):
            return
        oracle = self._follower.oracle
        all_compared = not oracle.uncompared
        allowed = None
        if event.commands:
            allowed = self._follower.submit(*event.commands, idle=event.idle)
        comparison = self._follower.answer(event.outcome, event.observation, event.shown)
        if isinstance(comparison, LostTrack):
            self.verdict.overflows.append(at)
            return
        if not oracle.last.compared:
            self.verdict.uncompared += 1
        if isinstance(comparison, Differs):
            deviation = TraceDeviation(
                at, event.commands, allowed, comparison.differences, comparison.why
            )
            self.verdict.deviations.append(deviation)
        elif oracle.uncompared and all_compared:
            self.verdict.uncompared_from.append((at, oracle.uncompared))

    def _agrees_in_few(self, event: Event) -> bool:
        """Follow the event by those of its commands that stand for all, and return whether it
        agrees so, and nothing is left open.

        If not, nothing was followed, and all commands have to be tried, since what is told of a
        deviation names them.
        """
        oracle = self._follower.oracle
        if oracle.uncompared or oracle.open:
            return False
        few = distinguishable(event, oracle.states)
        if len(few) == len(event.commands):
            return False
        attempt = Follower(copy(oracle))
        attempt.submit(*few, idle=event.idle)
        comparison = attempt.answer(event.outcome, event.observation, event.shown)
        tried = attempt.oracle
        is_settled = isinstance(comparison, Agreed) and not tried.uncompared and not tried.open
        if is_settled:
            self._follower = attempt
        return is_settled


def check(events: Iterable[Event | Stage], machine: Machine, limit: int = LIMIT) -> TraceVerdict:
    """Return the verdict on events, which are numbered from 1 on."""
    checker = Checker(machine, limit)
    checker.read(enumerate(events, start=1))
    return checker.verdict
