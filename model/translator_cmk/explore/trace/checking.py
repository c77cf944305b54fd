"""Judges a trace: holds each event against all that is possible, and says where none of it fits."""

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple, TypeVar

from ...machine import DEFAULT_STAGE, Command, Machine, Outcome
from ...oracle import LIMIT, Oracle
from ...oracle.dependence import Entities
from ...oracle.explain import Difference
from ...oracle.nondeterminism import TooManyStates
from ..engines.packing import FieldTooNarrow
from .events import Event, Reset
from .subsets import Course, Follower, Place

T = TypeVar("T")

BETWEEN_LOOKS = 1024
"""After how many events to look whether too much is remembered."""

MOST = 100
"""How many deviations, and how many places where something becomes uncompared, a verdict tells of."""


class Deviation(NamedTuple):
    """An impossible event: where it stands, what it was, what was allowed there, and how it differs from that.

    ``allowed`` is what the command could come to, and None where nothing was asked.
    """

    at: int
    commands: tuple[Command, ...]
    allowed: Outcome | None
    differences: tuple[Difference, ...]

    @property
    def requirements(self) -> frozenset[str]:
        """The requirements that the differences are laid to."""
        return frozenset[str]().union(*(each.requirements for each in self.differences))


class Parting(NamedTuple):
    """From this event on, the entities and all that depends on them are not compared."""

    at: int
    entities: Entities


class Verdict(NamedTuple):
    """What is to say of a trace.

    ``judged`` counts the events held against the specification: ``told`` of them had something to compare, and
    ``uncompared`` a command about things that are uncompared.  ``skipped`` counts those after an impossible event, or
    after one that leaves too much possible, up to the next reset.  In each world the first impossible event is a
    deviation; ``worlds`` counts them all, and ``deviating`` those with one.  ``partings`` tell from where on something
    was uncompared, and ``overflows`` where too much was possible.  Of each, `MOST` are kept.  ``states`` is the
    greatest number of states that were possible at once.
    """

    judged: int
    told: int
    uncompared: int
    skipped: int
    worlds: int
    deviating: int
    states: int
    deviations: tuple[Deviation, ...]
    partings: tuple[Parting, ...]
    overflows: tuple[int, ...]

    @property
    def fits(self) -> bool:
        """Whether no event was impossible."""
        return not self.deviations

    @property
    def complete(self) -> bool:
        """Whether there was anything to judge, and all of it was that could be."""
        return self.told > 0 and not self.overflows


class Checker:
    """Judges events as they come, by all that a machine leaves possible; ``verdict`` is what is to say so far.

    Where more than ``limit`` states are possible, the rest of the world is skipped.
    """

    def __init__(self, machine: Machine, limit: int = LIMIT) -> None:
        self.machine = machine
        self.limit = limit
        self._follower = Follower(machine, DEFAULT_STAGE, limit)
        self._course = Course()
        self._course.begin(self._follower.start)
        self._oracle: Oracle | None = None  # it keeps the states of a world in which something is uncompared
        self._uncompared = self._skipped = self._worlds = self._deviating = 0
        self._at_reset = 0  # how many events there were before the world
        self._states = 1  # in worlds of earlier stages
        self._deviations: list[Deviation] = []
        self._partings: list[Parting] = []
        self._overflows: list[int] = []

    @property
    def verdict(self) -> Verdict:
        """What is to say of the events so far."""
        course = self._course
        return Verdict(
            judged=course.events - self._skipped,
            told=course.events - course.quiet - self._skipped,
            uncompared=self._uncompared,
            skipped=self._skipped,
            worlds=self._worlds + (course.events > self._at_reset),
            deviating=self._deviating,
            states=max(self._states, self._follower.most),
            deviations=tuple(self._deviations),
            partings=tuple(self._partings),
            overflows=tuple(self._overflows),
        )

    def read(self, events: Iterable[tuple[int, Event | Reset]]) -> None:
        """Judge these events, each of which comes with a number that the verdict names it by."""
        left, course = iter(events), self._course
        while True:
            if isinstance(course.place, int):
                so_far = course.events
                pending = self._follower.run(course, islice(left, BETWEEN_LOOKS))
                if pending is None and course.events < so_far + BETWEEN_LOOKS:
                    return
            else:
                pending = next(left, None)
                if pending is None:
                    return
            if pending is not None:
                self._judge(*pending)
            if self._follower.full:
                self._follower.renew(course)

    def _judge(self, at: int, event: Event | Reset) -> None:
        """Judge one event, of whatever kind."""
        course = self._course
        if isinstance(event, Reset):
            self._reset(event)
            return
        course.events += 1
        if course.place is None:
            self._go_on(at, event)
            return
        course.quiet += not event.tells
        try:
            try:
                following = self._follower.move(course.place, event)
            except FieldTooNarrow:
                self._follower.renew(course)
                following = self._follower.move(course.place, event)
            if event.asked is not None:
                course.before, course.last, course.since = course.place, event, ()
            if following is None:
                following = self._ask(at, event)
            elif event.asked is None and following != course.place:
                course.since = (*course.since, event)  # it left fewer states, so that these are never many
        except TooManyStates:
            self._overflow(at)
            following = None
        course.place = following

    def _reset(self, event: Reset) -> None:
        self._worlds += self._course.events > self._at_reset
        self._at_reset = self._course.events
        self._oracle = None
        if event.stage != self._follower.stage:
            self._states = max(self._states, self._follower.most)
            self._follower = Follower(self.machine, event.stage, self.limit)
        self._course.begin(self._follower.start)

    def _ask(self, at: int, event: Event) -> Place | None:
        """Ask the oracle where an event leads to that fits none of the states; None where it keeps them itself."""
        course, follower = self._course, self._follower
        oracle = Oracle(self.machine, limit=self.limit)
        oracle.resume(follower.states(course.before), follower.silent(course.before))
        for each in () if event.asked is not None or course.last is None else (course.last, *course.since):
            hold(oracle, each)
        if not self._holds(oracle, at, event):
            return None
        if not oracle.uncompared:
            return follower.place(oracle.states, oracle.silent)
        note(self._partings, Parting(at, oracle.uncompared))
        self._oracle = oracle
        return None

    def _go_on(self, at: int, event: Event) -> None:
        """Judge an event in a world whose states an oracle keeps, or nobody."""
        if self._oracle is None:
            self._skipped += 1
            return
        self._course.quiet += not event.tells
        try:
            if not self._holds(self._oracle, at, event):
                self._oracle = None
        except TooManyStates:
            self._overflow(at)

    def _holds(self, oracle: Oracle, at: int, event: Event) -> bool:
        """Whether the oracle finds an event possible."""
        allowed, differences = hold(oracle, event)
        self._uncompared += not oracle.compared
        if differences:
            self._deviating += 1
            note(self._deviations, Deviation(at, event.asked.commands if event.asked else (), allowed, differences))
        return not differences

    def _overflow(self, at: int) -> None:
        note(self._overflows, at)
        self._oracle = None


def hold(oracle: Oracle, event: Event) -> tuple[Outcome | None, tuple[Difference, ...]]:
    """What the oracle says that the command could come to, and how the event differs from all that is possible."""
    asked, seen = event.asked, event.seen
    allowed = None if asked is None else oracle.submit_any(asked.commands, asked.idle)
    return allowed, oracle.narrow(event.told.outcome, seen.observation if seen else None, event.shown)


def note(found: list[T], each: T) -> None:
    """Keep it, unless enough are kept."""
    if len(found) < MOST:
        found.append(each)


def check(events: Iterable[Event | Reset], machine: Machine, limit: int = LIMIT) -> Verdict:
    """The verdict on events, which are numbered from 1 on."""
    checker = Checker(machine, limit)
    checker.read(enumerate(events, start=1))
    return checker.verdict
