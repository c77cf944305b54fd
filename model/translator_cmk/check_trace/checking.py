"""Compare the events of a log, one after another, with all that the specification allows."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from ..machine import (
    DEFAULT_STAGE,
    Accepted,
    Command,
    Machine,
    Outcome,
    Stage,
)
from ..oracle import (
    LIMIT,
    Agreed,
    Difference,
    Differs,
    Exchange,
    Follower,
    LostTrack,
    Oracle,
    Why,
)
from ..oracle.affected import Entities
from ..oracle.controls import only_reads
from .events import Event
from .interchangeable import distinguishable
from .losses import Loss, Losses


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


class UnknownRefusal(NamedTuple):
    """A refusal by a code that nobody has translated, of a command that should be accepted."""

    at: int
    code: str
    commands: tuple[Command, ...]


MOST_KEPT = 200
"""Of how many events of a trace it is asked at most what they show, which takes long."""


class JudgedWorld(NamedTuple):
    """The events of one world up to the first impossible one, with their numbers.

    In ``exchanges``, which have the same places, is what was compared of each.
    """

    stage: Stage
    events: list[tuple[int, Event]]
    exchanges: list[Exchange]


@dataclass
class TraceVerdict:
    """The verdict on a trace, so far or in the end.

    ``judged`` counts the events compared with the specification: ``judgeable`` of them had
    something to compare, ``looks`` something that shows an effect, and ``uncompared`` a command
    about things that are uncompared.  ``skipped`` counts those after an impossible event, or after
    one that leaves too much possible, up to the next stage.
    In each world the first impossible event is a deviation.  ``uncompared_from`` says from which
    event on which entities, and all that depends on them, are uncompared, and ``overflows`` where
    too much was possible.  ``unexplained`` are the refusals by unknown codes where the command was
    not accepted later either, ``losses`` those of each world.  ``began`` and ``ended`` are the
    earliest and the latest time, and ``time_runs_back`` the events that are earlier than the one
    before.  ``kept`` are the worlds, for what the trace shows.
    """

    judged: int = 0
    judgeable: int = 0
    looks: int = 0
    uncompared: int = 0
    skipped: int = 0
    worlds: int = 0
    deviations: list[TraceDeviation] = field(default_factory=list)
    uncompared_from: list[tuple[int, Entities]] = field(default_factory=list)
    overflows: list[int] = field(default_factory=list)
    unexplained: list[UnknownRefusal] = field(default_factory=list)
    began: datetime | None = None
    ended: datetime | None = None
    time_runs_back: list[int] = field(default_factory=list)
    losses: list[Losses] = field(default_factory=list)
    kept: list[JudgedWorld] = field(default_factory=list)

    @property
    def fits(self) -> bool:
        """Return whether no event was impossible."""
        return not self.deviations

    @property
    def complete(self) -> bool:
        """Return whether there was anything to judge, and all of it was judged."""
        is_decided = not (self.overflows or self.unexplained or self.missing)
        return self.looks > 0 and is_decided

    @property
    def missing(self) -> list[Loss]:
        """Return what should have been lost, and was not seen lost."""
        return [loss for losses in self.losses for loss in losses.missing]


class Checker:
    """Judges events one after another, by an oracle; ``verdict`` is the verdict so far.

    If more than ``limit`` states are possible, the rest of the world is skipped.
    """

    def __init__(self, machine: Machine, limit: int = LIMIT) -> None:
        self.verdict = TraceVerdict()
        self._follower = Follower(Oracle(machine, limit=limit))
        self._stage = DEFAULT_STAGE
        self._begun = False  # whether this world has an event
        self._losses = Losses()
        self._world: JudgedWorld | None = None  # where its events are kept
        self._kept = 0
        self._time: datetime | None = None

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
                self._stage = event
                self._begun = False
                continue
            if not self._begun:
                self._begin_world()
            self._note_time(at, event)
            if self._follower.has_track:
                self._judge(at, event)
            else:
                self.verdict.skipped += 1

    def _begin_world(self) -> None:
        """Note that a world has its first event."""
        self._begun = True
        self.verdict.worlds += 1
        self._losses = Losses()
        self.verdict.losses.append(self._losses)
        if self._kept < MOST_KEPT:
            self._world = JudgedWorld(self._stage, [], [])
            self.verdict.kept.append(self._world)

    def _note_time(self, at: int, event: Event) -> None:
        """Note when an event was, and whether that is before the one before."""
        if event.time is None:
            return
        if self._time is not None and event.time < self._time:
            self.verdict.time_runs_back.append(at)
        self._time = event.time
        self.verdict.began = min(self.verdict.began or event.time, event.time)
        self.verdict.ended = max(self.verdict.ended or event.time, event.time)

    def _judge(self, at: int, event: Event) -> None:
        self.verdict.judged += 1
        if event.judgeable:
            self.verdict.judgeable += 1
        if shows_an_effect(event):
            self.verdict.looks += 1
        if isinstance(event.outcome, Accepted):
            self._forgive(event)
        # Losses that are late, and a refusal by an unknown code, change what is compared.
        is_compared_as_it_is = not event.late and not event.is_unknown_refusal
        if is_compared_as_it_is and self._agrees_in_few(event):
            self._keep(at, event, event)
            return
        oracle = self._follower.oracle
        all_compared = not oracle.uncompared
        allowed = None
        if event.is_unknown_refusal:
            self._note_refusal(at, event)
            # Nobody knows what the code means, so the command may have been carried out.
            self._follower.submit(*event.commands, idle=True)
        elif event.commands:
            allowed = self._follower.submit(*event.commands, idle=event.idle)
        compared = self._compared(event)
        comparison = self._follower.answer(compared.outcome, compared.observation, compared.shown)
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
            return
        self._keep(at, event, compared)
        if oracle.uncompared and all_compared:
            self.verdict.uncompared_from.append((at, oracle.uncompared))

    def _note_refusal(self, at: int, event: Event) -> None:
        """Note a refusal by an unknown code if the command should be accepted."""
        allowed = Follower(copy(self._follower.oracle)).submit(*event.commands)
        if isinstance(allowed, Accepted):
            refusal = UnknownRefusal(at, event.code or "", event.commands)
            self.verdict.unexplained.append(refusal)

    def _compared(self, event: Event) -> Event:
        """Return what of an event is compared: no loss that may still come, and no refusal by an
        unknown code where the specification has the command accepted.
        """
        if event.late and self._follower.has_track:
            event = self._losses.without_late(event, self._follower.oracle)
        # A refusal by an unknown code may confirm a demand, and never accuses the system.
        if event.is_unknown_refusal:
            attempt = Follower(copy(self._follower.oracle))
            refused = attempt.answer(event.outcome, event.observation, event.shown)
            if not isinstance(refused, Agreed):
                return event._replace(outcome=None)
        return event

    def _forgive(self, event: Event) -> None:
        """Take the refusals of a command from those unexplained, since it was accepted later."""
        self.verdict.unexplained = [
            refusal for refusal in self.verdict.unexplained if refusal.commands != event.commands
        ]

    def _keep(self, at: int, event: Event, compared: Event) -> None:
        """Keep an event that fits, for what the trace shows, as long as that can be found out."""
        # What a trace shows is found out for one command at a time.
        if len(event.commands) > 1 or self._kept == MOST_KEPT:
            self._world = None
        if self._world is not None:
            self._kept += 1
            self._world.events.append((at, event))
            is_pending = event.late and self._losses.depends_on_late(event)
            self._world.exchanges.append(exchange_of(event, compared, is_pending))
        # Where losses are late, what was seen lost is compared with later events, too.
        if self._world is not None or event.late:
            self._losses.note(at, event, self._follower.oracle)

    def _agrees_in_few(self, event: Event) -> bool:
        """Follow the event by those of its commands that stand for all, and return whether it
        agrees so, and nothing is left open.

        If not, nothing was followed, and all commands have to be tried, since what is told of a
        deviation names them.
        """
        oracle = self._follower.oracle
        # The names of what is open need not be in the states.
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


def shows_an_effect(event: Event) -> bool:
    """Return whether an event has a look, or the answer to a request that only reads."""
    if event.observation is not None:
        return event.shown.only is None or bool(event.shown.only)
    is_read = bool(event.commands) and all(only_reads(type(each)) for each in event.commands)
    return is_read and isinstance(event.outcome, Accepted)


def exchange_of(event: Event, compared: Event, is_pending: bool) -> Exchange:
    """Return an event of at most one command as it was compared.

    A refusal by an unknown code may still confirm something.  While a loss may still come, what is
    answered to requests that depend on it is no evidence.
    """
    if is_pending or not event.commands:
        return Exchange(None, None, compared.observation, compared.shown)
    outcome = event.outcome if event.is_unknown_refusal else compared.outcome
    return Exchange(event.commands[0], outcome, compared.observation, compared.shown)


def check(events: Iterable[Event | Stage], machine: Machine) -> TraceVerdict:
    """Return the verdict on events, which are numbered from 1 on."""
    checker = Checker(machine)
    checker.read(enumerate(events, start=1))
    return checker.verdict
