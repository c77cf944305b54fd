"""Results of searches: counts, broken theorems with their counterexamples, and a verdict on each theorem."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, NamedTuple

from ..machine import Accepted, Command, Outcome, Refused, Unspecified
from .theorems.theorem import Expectation, Theorem

SECONDS_BETWEEN_REPORTS = 0.5

ABOUT_STATES = ("always",)
"""The forms of theorems that a search by sets of states checks: it sees states, and no single step."""

Verdict = Literal["holds", "broken", "not asked", "undecided", "not checked"]


class Progress(NamedTuple):
    """The progress of a search: states found, transitions taken, states to expand next, their depth, and seconds."""

    states: int
    transitions: int
    frontier: int
    depth: int
    seconds: float

    @property
    def rate(self) -> float:
        """Return transitions a second."""
        return self.transitions / self.seconds if self.seconds else 0.0


Report = Callable[[Progress], None]


class Broken(NamedTuple):
    """A broken theorem: the shortest sequence of commands from nothing, and what should be so after it."""

    commands: tuple[Command, ...]
    expected: Expectation


class Exploration(NamedTuple):
    """The result of a search.

    ``transitions`` counts every offered command in every state, refused ones and those that change nothing included.
    ``depth`` is the number of commands to the farthest state.  ``refusals`` counts each set of reasons, ``silences``
    each set of silent requirements.  ``asked`` names the theorems that had anything to demand; ``broken`` has the
    broken ones by name, and ``reached`` the shortest way to a state that a theorem says is reached.  If the search is
    not ``complete``, it was interrupted or stopped at a broken theorem, and decides nothing about the whole scope.
    """

    scope: str
    engine: str
    states: int
    transitions: int
    depth: int
    accepted: int
    refusals: Mapping[frozenset[str], int]
    silences: Mapping[frozenset[str], int]
    seconds: float
    complete: bool
    asked: frozenset[str]
    broken: Mapping[str, Broken]
    reached: Mapping[str, tuple[Command, ...]]


class Findings:
    """The findings of a search so far, of any engine."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        self.started = time.perf_counter()
        self.transitions = 0
        self.accepted = 0
        self.refusals: Counter[frozenset[str]] = Counter()
        self.silences: Counter[frozenset[str]] = Counter()
        self.broken: dict[str, Broken] = {}
        self.reached: dict[str, tuple[Command, ...]] = {}
        self._reported = self.started

    @property
    def seconds(self) -> float:
        """Return the seconds since the start."""
        return time.perf_counter() - self.started

    def count(self, outcome: Outcome | None, times: int = 1) -> None:
        """Count transitions with this outcome (None: the rows raised)."""
        self.transitions += times
        if type(outcome) is Accepted:
            self.accepted += times
        elif type(outcome) is Refused:
            self.refusals[outcome.because] += times
        elif type(outcome) is Unspecified:
            self.silences[outcome.silent] += times

    def report_due(self) -> bool:
        """Return whether progress should be reported now."""
        now = time.perf_counter()
        if now - self._reported <= SECONDS_BETWEEN_REPORTS:
            return False
        self._reported = now
        return True

    def exploration(self, engine: str, states: int, depth: int, complete: bool, asked: Iterable[str]) -> Exploration:
        """Return the result."""
        return Exploration(
            scope=self.scope,
            engine=engine,
            states=states,
            transitions=self.transitions,
            depth=depth,
            accepted=self.accepted,
            refusals=dict(self.refusals),
            silences=dict(self.silences),
            seconds=self.seconds,
            complete=complete,
            asked=frozenset(asked),
            broken=self.broken,
            reached=self.reached,
        )


def verdict(theorem: Theorem, exploration: Exploration) -> Verdict:
    """Return whether the theorem holds in the scope that was searched.

    A ``sometimes`` theorem is asked in the scopes that it names, every other one where it had anything to demand.
    An incomplete search decides nothing but what it has seen.
    """
    if theorem.name in exploration.broken:
        return "broken"
    if exploration.engine == "sets" and theorem.form not in ABOUT_STATES:
        return "not checked"
    if theorem.form == "sometimes":
        if theorem.name in exploration.reached:
            return "holds"
        if exploration.scope not in theorem.within:
            return "not asked"
        return "broken" if exploration.complete else "undecided"
    if not exploration.complete:
        return "undecided"
    return "holds" if theorem.name in exploration.asked else "not asked"


def together(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict of several searches on one theorem."""
    found = set(verdicts)
    order: tuple[Verdict, ...] = ("broken", "undecided", "holds", "not checked")
    return next((each for each in order if each in found), "not asked")
