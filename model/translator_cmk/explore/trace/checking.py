"""Judge a trace: compare each event with every state that the specification allows, by the oracle."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from ...machine import Command, Machine, Observation, Outcome, Stage
from ...oracle import LIMIT, Oracle
from ...oracle.dependence import Entities
from ...oracle.explain import Difference, attributed_to
from ...oracle.nondeterminism import TooManyStates
from ...oracle.observability import Address, Shown, names_in, observation_of, projection_in

SHOWS_ALL = Shown()


class Event(NamedTuple):
    """A command, its outcome and the observation after it, of which any may be None; and what the system shows.

    If it is ``idle``, an error hides whether the command was carried out.
    """

    command: Command | None
    outcome: Outcome | None
    observation: Observation | None
    shown: Shown
    idle: bool

    @property
    def judgeable(self) -> bool:
        """Return whether there is anything to judge."""
        return self.outcome is not None or self.observation is not None


def event(
    command: Command | None = None,
    outcome: Outcome | None = None,
    observation: Observation | None = None,
    *,
    partial: bool = False,
    shown: Shown = SHOWS_ALL,
    idle: bool = False,
) -> Event:
    """Return an event; None stands for a part that the trace does not have.

    A ``partial`` observation says nothing but the fields in it, `exists` among them.  ``shown`` says what the system
    shows.  If it is ``idle``, an error hides whether the command was carried out.
    """
    if observation is not None:
        if partial:
            shown = Shown(shown.reasons, shown.audit, shown.hidden, only=frozenset(addresses(observation)))
        there = without_gone(observation)
        observation = observation_of({name: projection_in(there, name) for name in names_in(observation)})
    return Event(command, outcome, observation, shown, idle)


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
    """An impossible event: its number, its command, the outcome allowed there, and how the event differs.

    ``allowed`` is None where the event has no command.
    """

    at: int
    command: Command | None
    allowed: Outcome | None
    differences: tuple[Difference, ...]

    @property
    def requirements(self) -> tuple[str, ...]:
        """Return the requirements that the differences are attributed to, the likeliest first."""
        return attributed_to(self.differences)


@dataclass
class Verdict:
    """The verdict on a trace, so far or in the end.

    ``judged`` counts the events compared with the specification: ``judgeable`` of them had something to compare, and
    ``uncompared`` a command about things that are uncompared.  ``skipped`` counts those after an impossible event, or
    after one that leaves too much possible, up to the next stage.  In each world the first impossible event is a
    deviation.  ``uncompared_from`` says from which event on which entities, and all that depends on them, are
    uncompared, and ``overflows`` where too much was possible.
    """

    judged: int = 0
    judgeable: int = 0
    uncompared: int = 0
    skipped: int = 0
    worlds: int = 0
    deviations: list[Deviation] = field(default_factory=list)
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
        self.verdict = Verdict()
        self._oracle = Oracle(machine, limit=limit)
        self._follows = True  # no event of this world was impossible, or left too many states
        self._begun = False  # whether this world has an event

    def read(self, events: Iterable[tuple[int, Event | Stage]]) -> None:
        """Judge these events, each of which comes with a number that the verdict names it by.

        A stage is the start of a world that has nothing else.
        """
        for at, each in events:
            if isinstance(each, Stage):
                self._oracle.reset(each)
                self._follows, self._begun = True, False
                continue
            self.verdict.worlds += not self._begun
            self._begun = True
            if not self._follows:
                self.verdict.skipped += 1
                continue
            self.verdict.judged += 1
            self.verdict.judgeable += each.judgeable
            try:
                self._follows = self._judge(at, each)
            except TooManyStates:
                self.verdict.overflows.append(at)
                self._follows = False

    def _judge(self, at: int, each: Event) -> bool:
        """Judge one event, and return whether it is possible."""
        oracle, all_compared = self._oracle, not self._oracle.uncompared
        allowed = None if each.command is None else oracle.submit(each.command, each.idle)
        differences = oracle.narrow(each.outcome, each.observation, each.shown)
        self.verdict.uncompared += not oracle.last.compared
        if differences:
            self.verdict.deviations.append(Deviation(at, each.command, allowed, differences))
        elif oracle.uncompared and all_compared:
            self.verdict.uncompared_from.append((at, oracle.uncompared))
        return not differences


def check(events: Iterable[Event | Stage], machine: Machine, limit: int = LIMIT) -> Verdict:
    """Return the verdict on events, which are numbered from 1 on."""
    checker = Checker(machine, limit)
    checker.read(enumerate(events, start=1))
    return checker.verdict
