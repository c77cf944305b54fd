"""Search a scope: every state that can be reached, by a shortest path, and every command in each.

The reference takes each step of the machine.  The memoised search takes no step twice that reads the same.  Large
scopes are searched by sets of states.  All of them find the same.
"""

from collections.abc import Iterable
from typing import Literal

from ..language.sentences import format_command, format_outcome
from ..machine import DEFAULT_STAGE, ROWS, Accepted, Command, Machine, State, initial
from ..machine.entities import KINDS
from .exploration import ABOUT_STATES, Broken, Exploration, Findings, Progress, Report
from .graph import Walk
from .judge import EntityName, Judge, Judged
from .memoised import Memoised
from .scopes import Scope, StartNotReached
from .sets.cubes import NotSeparable
from .sets.search import search_sets
from .theorems.theorem import Expectation, Theorem

Engine = Literal["reference", "memoised", "sets"]

SOON = 5_000
"""How many states a scope has at most that is searched within seconds; larger ones are searched by sets of states."""


def explore(
    scope: Scope,
    machine: Machine | None = None,
    engine: Engine | None = None,
    theorems: Iterable[Theorem] = (),
    report: Report | None = None,
    stop: bool = False,
) -> Exploration:
    """Search a scope of the machine (by default the article's) and check theorems in it.

    ``report`` is called now and then with the progress.  With ``stop`` the search ends at the first broken theorem.
    Ctrl-C ends it too, and returns what it has found so far, which is not ``complete``.
    Without ``engine``, scopes of more than `SOON` states are searched by sets of states, others memoised.  Sets check
    no theorem about steps; a machine that they cannot take apart is searched memoised.
    Raises `StartNotReached`, and `NotSeparable` if ``engine`` asks for sets of such a machine.
    """
    machine, held = machine or Machine(ROWS), tuple(theorems)
    if engine == "sets" or (engine is None and (scope.states or 0) > SOON):
        try:
            about_states = tuple(theorem for theorem in held if theorem.form in ABOUT_STATES)
            return search_sets(scope, machine, about_states, report, stop)
        except NotSeparable:
            if engine:
                raise
    return Search(scope, machine, held, stop, memoise=engine != "reference").run(report)


class Search:
    """One search that takes one step after the other, and its findings so far."""

    def __init__(
        self, scope: Scope, machine: Machine, theorems: tuple[Theorem, ...], stop: bool, memoise: bool
    ) -> None:
        self.scope = scope
        self.stop = stop
        self.engine = "memoised" if memoise else "reference"
        self.found = Findings(scope.name)
        self.machine = machine
        self.judge = Judge(machine, theorems)
        step, look = self.judge.step if theorems else self._step, self.judge.look
        self.step = Memoised(step).step if memoise else step
        self.look = Memoised(look).step if memoise else look
        self.looks = bool(theorems)
        self.walk: Walk | None = None

    @property
    def stopped(self) -> bool:
        """Return whether the search has found a broken theorem and ends there."""
        return self.stop and bool(self.found.broken)

    def run(self, report: Report | None) -> Exploration:
        """Search, and return the result.  Raises `StartNotReached`."""
        try:
            complete = self._search(report)
        except KeyboardInterrupt:
            complete = False
        states = self.walk.states if self.walk else 0
        return self.found.exploration(self.engine, states, self._depth(), complete, self.judge.asked)

    def _search(self, report: Report | None) -> bool:
        """Search, and return whether all of the scope was searched."""
        start = self._start()
        if start is None:
            return False
        self.walk = walk = Walk(self.scope, start)
        for at, number, _, (outcome, broken), new in walk.transitions(self.step):
            self.found.count(outcome)
            if broken:
                self._note(broken, at, number)
            if new is not None and self.looks:
                self._look(new, at, number)
            if self.stopped:
                return False
            if report and self.found.report_due():
                waiting = walk.states - walk.expanded
                report(Progress(walk.states, self.found.transitions, waiting, self._depth(), self.found.seconds))
        return not self.stopped

    def _start(self) -> State | None:
        """Take the steps to the start; returns None if a broken theorem says why it is not reached."""
        state = initial(DEFAULT_STAGE)
        for number, command in enumerate(self.scope.start):
            state, judged = self.step(state, command)
            self._note(judged.broken, -1, number)
            if self.looks:
                self._look(state, -1, number)
            if not isinstance(judged.outcome, Accepted):
                if self.found.broken:
                    return None
                outcome = format_outcome(judged.outcome) if judged.outcome else "the rows raise"
                raise StartNotReached(f"{self.scope.name}: {format_command(command)}: {outcome}")
        return state

    def _step(self, state: State, command: Command) -> tuple[State, Judged]:
        """Take the machine's step, which no theorem is about."""
        after, outcome = self.machine.step(state, command)
        return after, Judged(outcome, ())

    def _look(self, state: State, at: int, number: int) -> None:
        """Check the theorems about states against each entity in a state."""
        for kind in KINDS:
            for name in state.tables[kind]:
                _, seen = self.look(state, EntityName(kind, name))
                self._note(seen.broken, at, number)
                for theorem in seen.reached:
                    if theorem not in self.found.reached:
                        self.found.reached[theorem] = self._path(at, number)

    def _note(self, broken: Iterable[tuple[str, Expectation]], at: int, number: int) -> None:
        for theorem, expected in broken:
            if theorem not in self.found.broken:
                self.found.broken[theorem] = Broken(self._path(at, number), expected)

    def _path(self, at: int, number: int) -> tuple[Command, ...]:
        """Return the commands from nothing to the state number ``at``, and one more.

        Before the first state, at -1, these are commands that lead to the start.
        """
        if at < 0 or self.walk is None:
            return self.scope.start[: number + 1]
        return (*self.scope.start, *self.walk.commands((*self.walk.path(at), number)))

    def _depth(self) -> int:
        """Return the number of commands to the farthest state, which is the last that was found."""
        return len(self.walk.path(self.walk.states - 1)) if self.walk else 0
