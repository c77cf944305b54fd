"""Judge a trace: compare each event with every state that the specification allows, by the oracle."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from ...language.traces import ReportedOutcome
from ...machine import Command, Machine, Observation, Outcome, Stage
from ...oracle import LIMIT, Oracle
from ...oracle.dependence import Entities
from ...oracle.explain import Difference, attributed_to
from ...oracle.nondeterminism import TooManyStates
from ...oracle.observability import Address, Shown, names_in, observation_of, projection_in

NOT_REPORTED = ReportedOutcome()

MOST = 100
"""How many deviations, and how many events from which entities are not compared, a verdict lists at most."""


class Request(NamedTuple):
    """A request: a command, or one of several where the trace does not say which.

    If it is ``idle``, the trace does not say either whether anything was carried out.
    """

    commands: tuple[Command, ...]
    idle: bool = False


class Seen(NamedTuple):
    """An observation, and which of its fields the system shows."""

    observation: Observation
    shown: Shown


class Event(NamedTuple):
    """An event: the request, the answer and the observation; ``request`` and ``seen`` may be None."""

    request: Request | None
    reported: ReportedOutcome
    seen: Seen | None

    @property
    def judgeable(self) -> bool:
        """Return whether there is anything to judge."""
        return self.reported.outcome is not None or self.seen is not None

    @property
    def shown(self) -> Shown:
        """Return which parts of the answer and of the observation the system shows."""
        seen = self.seen.shown if self.seen else Shown()
        return Shown(self.reported.reasons, self.reported.audit, seen.hidden, seen.only, seen.omitted)


class Reset(NamedTuple):
    """The start of a world that has nothing but the stage."""

    stage: Stage
    request: None = None


class Log:
    """Makes events of a system; ``shown`` says which fields it shows."""

    def __init__(self, shown: Shown | None = None) -> None:
        self.shown = shown or Shown()

    def event(
        self,
        command: Command | None = None,
        outcome: Outcome | None = None,
        observation: Observation | None = None,
        partial: bool = False,
    ) -> Event:
        """Return an event; None stands for a part that the trace does not have.

        A ``partial`` observation says nothing but the fields in it, `exists` among them.
        """
        reported = NOT_REPORTED if outcome is None else ReportedOutcome(outcome, self.shown.reasons, self.shown.audit)
        request = None if command is None else Request((command,))
        return Event(request, reported, None if observation is None else self.seen(observation, partial))

    def seen(self, observation: Observation, partial: bool = False, omitted: frozenset[Address] = frozenset()) -> Seen:
        """Return what an observation shows; the fields in ``omitted`` are not part of it."""
        only = frozenset(addresses(observation)) if partial else None
        there = without_gone(observation)
        names = {*names_in(observation), *(name for name, _ in omitted)}
        whole = observation_of({name: projection_in(there, name) for name in names})
        return Seen(whole, Shown(hidden=self.shown.hidden, only=only, omitted=omitted))


def addresses(observation: Observation) -> set[Address]:
    """Return the fields of a partial observation, with `exists` for each entity."""
    named = {name: projection_in(observation, name) for name in names_in(observation)}
    return {(name, field) for name, fields in named.items() for field in ("exists", *fields)}


def without_gone(observation: Observation) -> Observation:
    """Return the observation without `exists`, and without the entities that it says do not exist."""
    return {
        kind: {
            name: {field: value for field, value in fields.items() if field != "exists"}
            for name, fields in entities.items()
            if fields.get("exists") is not False
        }
        for kind, entities in observation.items()
    }


class Deviation(NamedTuple):
    """An impossible event: its number, its commands, the outcome allowed there, and how the event differs.

    ``allowed`` is None where the event has no command.
    """

    at: int
    commands: tuple[Command, ...]
    allowed: Outcome | None
    differences: tuple[Difference, ...]

    @property
    def requirements(self) -> tuple[str, ...]:
        """Return the requirements that the differences are attributed to, the likeliest first."""
        return attributed_to(self.differences)


class Parting(NamedTuple):
    """From this event on, the entities and all that depends on them are not compared."""

    at: int
    entities: Entities


class Verdict(NamedTuple):
    """The verdict on a trace, so far or in the end.

    ``judged`` counts the events compared with the specification: ``judgeable`` of them had something to compare, and
    ``uncompared`` a command about things that are uncompared.  ``skipped`` counts those after an impossible event, or
    after one that leaves too much possible, up to the next reset.  In each world the first impossible event is a
    deviation; ``worlds`` counts them all, and ``deviating`` those with one.  ``partings`` say from where on something
    was uncompared, and ``overflows`` where too much was possible.  Of each, `MOST` are kept.  ``states`` is the
    greatest number of states that were possible at once.
    """

    judged: int = 0
    judgeable: int = 0
    uncompared: int = 0
    skipped: int = 0
    worlds: int = 0
    deviating: int = 0
    states: int = 1
    deviations: tuple[Deviation, ...] = ()
    partings: tuple[Parting, ...] = ()
    overflows: tuple[int, ...] = ()

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
        self.verdict = Verdict()
        self._oracle = Oracle(machine, limit=limit)
        self._follows = True  # no event of this world was impossible, or left too many states
        self._begun = False  # whether this world has an event

    def read(self, events: Iterable[tuple[int, Event | Reset]]) -> None:
        """Judge these events, each of which comes with a number that the verdict names it by."""
        for at, event in events:
            if isinstance(event, Reset):
                self._oracle.reset(event.stage)
                self._follows, self._begun = True, False
                continue
            self._add(worlds=not self._begun)
            self._begun = True
            if not self._follows:
                self._add(skipped=1)
                continue
            self._add(judged=1, judgeable=event.judgeable)
            try:
                self._follows = self._judge(at, event)
            except TooManyStates:
                self._add(overflows=(at,))
                self._follows = False

    def _judge(self, at: int, event: Event) -> bool:
        """Judge one event, and return whether it is possible."""
        oracle, request, seen = self._oracle, event.request, event.seen
        all_compared = not oracle.uncompared
        allowed = None if request is None else oracle.submit(*request.commands, idle=request.idle)
        differences = oracle.narrow(event.reported.outcome, seen.observation if seen else None, event.shown)
        self._add(uncompared=not oracle.last.compared)
        if differences:
            deviation = Deviation(at, request.commands if request else (), allowed, differences)
            self._add(deviating=1, deviations=(deviation,))
            return False
        if not oracle.uncompared:
            self.verdict = self.verdict._replace(states=max(self.verdict.states, len(oracle.states)))
        elif all_compared:
            self._add(partings=(Parting(at, oracle.uncompared),))
        return True

    def _add(self, **more: int | tuple[Any, ...]) -> None:
        """Add counts and findings to the verdict; of findings, as many as are kept."""
        for name, each in more.items():
            found: dict[str, Any] = {name: getattr(self.verdict, name) + each}
            if isinstance(each, tuple):
                found[name] = found[name][:MOST]
            self.verdict = self.verdict._replace(**found)


def check(events: Iterable[Event | Reset], machine: Machine, limit: int = LIMIT) -> Verdict:
    """Return the verdict on events, which are numbered from 1 on."""
    checker = Checker(machine, limit)
    checker.read(enumerate(events, start=1))
    return checker.verdict
