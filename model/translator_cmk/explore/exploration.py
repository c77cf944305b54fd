"""The result of a search: counts, broken theorems with their counterexamples, and a verdict on each theorem."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ..machine import Accepted, Command, Outcome, Refused, Unspecified
from .theorems.theorem import Expectation, Theorem

SECONDS_BETWEEN_REPORTS = 0.5

ABOUT_STATES = ("always",)
"""The forms of theorems that a search by sets of states checks: it sees states, and no single step."""

Verdict = Literal["holds", "broken", "not asked", "undecided", "not checked"]


class Broken(NamedTuple):
    """A broken theorem: the shortest sequence of commands from nothing, and what should be so after it."""

    commands: tuple[Command, ...]
    expected: Expectation


@dataclass
class Exploration:
    """The findings of a search by any engine, so far or complete.

    ``transitions`` counts every offered command in every state, refused ones and those that change nothing included.
    ``depth`` is the number of commands to the farthest state.  ``refusals`` counts each set of reasons, ``silences``
    each set of silent requirements.  ``asked`` names the theorems that had anything to demand; ``broken`` has the
    broken ones by name.  If the search is not ``complete``, it was interrupted or stopped at a broken theorem, and
    decides nothing about the whole scope.
    """

    scope: str
    engine: str
    states: int = 0
    transitions: int = 0
    depth: int = 0
    accepted: int = 0
    refusals: Counter[frozenset[str]] = field(default_factory=Counter)
    silences: Counter[frozenset[str]] = field(default_factory=Counter)
    seconds: float = 0
    complete: bool = False
    asked: set[str] = field(default_factory=set)
    broken: dict[str, Broken] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    def count(self, outcome: Outcome | None, times: int = 1) -> None:
        """Count transitions with this outcome (None: the rows raised)."""
        self.transitions += times
        if type(outcome) is Accepted:
            self.accepted += times
        elif type(outcome) is Refused:
            self.refusals[outcome.because] += times
        elif type(outcome) is Unspecified:
            self.silences[outcome.silent] += times

    def clock(self) -> None:
        """Take the time since the start."""
        self.seconds = time.perf_counter() - self.started

    def is_report_due(self) -> bool:
        """Return whether progress should be reported now; then take the time."""
        if time.perf_counter() - self.started - self.seconds <= SECONDS_BETWEEN_REPORTS:
            return False
        self.clock()
        return True


Report = Callable[[Exploration], None]
"""Is called now and then with what a search has found so far."""


def verdict(theorem: Theorem, exploration: Exploration) -> Verdict:
    """Return whether the theorem holds in the scope that was searched: it is asked where it had anything to demand.

    An incomplete search decides nothing but what it has seen.
    """
    if theorem.name in exploration.broken:
        return "broken"
    if exploration.engine == "sets" and theorem.form not in ABOUT_STATES:
        return "not checked"
    if not exploration.complete:
        return "undecided"
    return "holds" if theorem.name in exploration.asked else "not asked"


def together(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict of several searches on one theorem."""
    found = set(verdicts)
    order: tuple[Verdict, ...] = ("broken", "undecided", "holds", "not checked")
    return next((each for each in order if each in found), "not asked")
