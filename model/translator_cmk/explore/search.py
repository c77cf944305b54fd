"""Search a scope, and check theorems in every state and step of it."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from ..machine import (
    DEFAULT_STAGE,
    ROWS,
    Accepted,
    Command,
    Machine,
    Outcome,
    Refused,
    State,
    Unspecified,
    initial,
)
from ..machine.memoised import Memoised
from ..progress import ProgressBar
from .broken_theorems import Broken
from .judge import EntityName, Judge, Judged, Unmet, entities_of
from .scopes import Scope, StartNotReached
from .theorems import Theorem
from .walk import StepFunction, Walk

Verdict = Literal["holds", "broken", "not asked", "undecided"]


@dataclass
class Exploration:
    """The findings of a search, so far or complete.

    ``transitions`` counts every offered command in every state, refused ones and those that change
    nothing included. ``depth`` is the number of commands to the farthest state.  ``refusals``
    counts each set of reasons, ``silences`` each set of silent requirements.  ``asked`` names the
    theorems that had anything to demand; ``broken`` has the broken ones by name.  If the search is
    not ``complete``, it was interrupted or stopped at a broken theorem, and decides nothing about
    the whole scope.
    """

    scope: str
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

    def count(self, outcome: Outcome | None) -> None:
        """Count a transition with this outcome (None: the rows raised)."""
        self.transitions += 1
        if isinstance(outcome, Accepted):
            self.accepted += 1
        elif isinstance(outcome, Refused):
            self.refusals[outcome.because] += 1
        elif isinstance(outcome, Unspecified):
            self.silences[outcome.silent] += 1

    def clock(self) -> None:
        """Take the time since the start."""
        self.seconds = time.perf_counter() - self.started

    def show(self, bar: ProgressBar, expected: int) -> None:
        """Show what was found so far of so many states; 0 if nobody has counted them."""
        self.clock()
        total = f" of {expected:,}" if expected else ""
        bar.show(f"{self.states:,}{total} states, depth {self.depth}, {self.seconds:,.0f} s")


def verdict(theorem: Theorem, exploration: Exploration) -> Verdict:
    """Return whether the theorem holds in the scope that was searched: it is asked where it had
    anything to demand.

    An incomplete search decides nothing but what it has seen.
    """
    if theorem.name in exploration.broken:
        return "broken"
    if not exploration.complete:
        return "undecided"
    if theorem.name in exploration.asked:
        return "holds"
    return "not asked"


def explore(
    scope: Scope,
    machine: Machine | None = None,
    theorems: Iterable[Theorem] = (),
    bar: ProgressBar | None = None,
    *,
    stop: bool = False,
    memoise: bool = True,
) -> Exploration:
    """Search a scope of the machine (by default the article's) and check theorems in it.

    ``bar`` shows now and then what was found.  With ``stop`` the search ends at the first broken
    theorem. Ctrl-C ends it too, and returns what it has found so far, which is not ``complete``.
    Without ``memoise`` each step is taken by the machine itself: the same, slowly. Raises
    `StartNotReached`.
    """
    search = Search(scope, machine or Machine(ROWS), tuple(theorems), stop, memoise)
    return search.run(bar)


Look = Callable[[State, EntityName], tuple[State, tuple[Unmet, ...]]]
"""A pure look at an entity of a state: the state, and the theorems that the entity breaks."""


class Search:
    """One search, and its findings so far."""

    def __init__(
        self,
        scope: Scope,
        machine: Machine,
        theorems: tuple[Theorem, ...],
        stop: bool,
        memoise: bool,
    ) -> None:
        self.scope = scope
        self.machine = machine
        self.stop = stop
        self.found = Exploration(scope.name)
        self.judge = Judge(machine, theorems)
        self.looked_at = self.judge.kinds_looked_at()
        step = self.judge.step if theorems else self._unjudged_step
        self.step: StepFunction[Judged] = Memoised(step).step if memoise else step
        self.look: Look = Memoised(self.judge.look).step if memoise else self.judge.look
        self.walk: Walk | None = None

    def run(self, bar: ProgressBar | None) -> Exploration:
        """Search, and return the result.  Raises `StartNotReached`."""
        with suppress(KeyboardInterrupt):
            self.found.complete = self._search(bar)
        self._measure()
        self.found.clock()
        self.found.asked = self.judge.asked
        return self.found

    def _search(self, bar: ProgressBar | None) -> bool:
        """Search, and return whether all of the scope was searched."""
        found = self.found
        start = self._start()
        if start is None:
            return False
        self.walk = Walk(self.scope, start)
        for state, command, _, judged, new_state in self.walk.visits(self.step):
            found.count(judged.outcome)
            if judged.broken:
                self._note(judged.broken, state, command)
            if new_state is not None:
                self._look(new_state, state, command)
            if self.stop and found.broken:
                return False
            if bar and bar.is_due():
                self._measure()
                found.show(bar, self.scope.states)
        return not (self.stop and found.broken)

    def _start(self) -> State | None:
        """Take the steps to the start; returns None if a broken theorem says why it is not
        reached.
        """
        state = initial(DEFAULT_STAGE)
        for number, command in enumerate(self.scope.start):
            state, judged = self.step(state, command)
            self._note(judged.broken, -1, number)
            self._look(state, -1, number)
            if not isinstance(judged.outcome, Accepted):
                if self.found.broken:
                    return None
                raise StartNotReached(self.scope.name, command, judged.outcome)
        return state

    def _unjudged_step(self, state: State, command: Command) -> tuple[State, Judged]:
        """Take the machine's step, which no theorem is about."""
        after, outcome = self.machine.step(state, command)
        return after, Judged(outcome, ())

    def _look(self, state: State, at: int, command: int) -> None:
        """Check the theorems about states against each entity in a state that they are about."""
        for entity in entities_of(state, self.looked_at):
            _, broken = self.look(state, entity)
            if broken:
                self._note(broken, at, command)

    def _note(self, broken: Iterable[Unmet], at: int, command: int) -> None:
        """Keep the first way to each broken theorem: to the state ``at``, and one command more.

        Before the first state, at -1, the command is one of those that lead to the start.
        """
        for theorem, expected in broken:
            if theorem not in self.found.broken:
                self.found.broken[theorem] = Broken(self._way(at, command), expected)

    def _way(self, at: int, command: int) -> tuple[Command, ...]:
        """Return the commands from nothing to the state ``at``, and one command more."""
        if self.walk is None:
            return self.scope.start[: command + 1]
        numbers = (*self.walk.path(at), command)
        return (*self.scope.start, *self.walk.commands(numbers))

    def _measure(self) -> None:
        """Count the states, and the commands to the farthest of them, which is the last that was
        found.
        """
        if self.walk:
            self.found.states = self.walk.states
            self.found.depth = len(self.walk.path(self.walk.states - 1))
