"""Search a scope: every state that can be reached, by a shortest path, and every command in each.

The reference takes each step of the machine.  The memoised search takes no step twice that reads the same.  Large
scopes are searched by sets of states.  All of them find the same.
"""

from collections.abc import Iterable
from typing import Literal

from ..machine import DEFAULT_STAGE, ROWS, Accepted, Command, Machine, State, initial
from .cubes import NotSeparable
from .exploration import ABOUT_STATES, Broken, Exploration, Judge, Judged, Report, Unmet, entities_of
from .graph import Walk
from .memoised import Memoised
from .scopes import SOON, Scope, StartNotReached
from .sets import SetSearch
from .theorems.theorem import Theorem

Engine = Literal["reference", "memoised", "sets"]


def explore(
    scope: Scope,
    machine: Machine | None = None,
    engine: Engine | None = None,
    theorems: Iterable[Theorem] = (),
    report: Report | None = None,
    stop: bool = False,
) -> Exploration:
    """Search a scope of the machine (by default the article's) and check theorems in it.

    ``report`` is called now and then with what was found.  With ``stop`` the search ends at the first broken theorem.
    Ctrl-C ends it too, and returns what it has found so far, which is not ``complete``.
    Without ``engine``, scopes of more than `SOON` states are searched by sets of states, others memoised.  Sets check
    no theorem about steps; a machine that they cannot take apart is searched memoised.
    Raises `StartNotReached`, and `NotSeparable` if ``engine`` asks for sets of such a machine.
    """
    machine, held = machine or Machine(ROWS), tuple(theorems)
    if engine == "sets" or (engine is None and (scope.states or 0) > SOON):
        try:
            about_states = tuple(theorem for theorem in held if theorem.form in ABOUT_STATES)
            return SetSearch(scope, machine, about_states).run(report, stop)
        except NotSeparable:
            if engine:
                raise
    return Search(scope, machine, held, engine or "memoised").run(report, stop)


class Search:
    """One search that takes one step after the other, and its findings so far."""

    def __init__(self, scope: Scope, machine: Machine, theorems: tuple[Theorem, ...], engine: Engine) -> None:
        self.scope = scope
        self.found = Exploration(scope.name, engine)
        self.machine = machine
        self.judge = Judge(machine, theorems)
        self.looks = bool(theorems)
        step, look = self.judge.step if theorems else self._step, self.judge.look
        self.step = Memoised(step).step if engine == "memoised" else step
        self.look = Memoised(look).step if engine == "memoised" else look
        self.walk: Walk | None = None

    def run(self, report: Report | None, stop: bool) -> Exploration:
        """Search, and return the result.  Raises `StartNotReached`."""
        try:
            self.found.complete = self._search(report, stop)
        except KeyboardInterrupt:
            self.found.complete = False
        self._measure()
        self.found.clock()
        self.found.asked = self.judge.asked
        return self.found

    def _search(self, report: Report | None, stop: bool) -> bool:
        """Search, and return whether all of the scope was searched."""
        found = self.found
        start = self._start()
        if start is None:
            return False
        self.walk = Walk(self.scope, start)
        for at, number, _, (outcome, broken), new in self.walk.transitions(self.step):
            found.count(outcome)
            if broken:
                self._note(broken, at, number)
            if new is not None and self.looks:
                self._look(new, at, number)
            if stop and found.broken:
                return False
            if report and found.is_report_due():
                self._measure()
                report(found)
        return not (stop and found.broken)

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
                raise StartNotReached(self.scope, command, judged.outcome)
        return state

    def _step(self, state: State, command: Command) -> tuple[State, Judged]:
        """Take the machine's step, which no theorem is about."""
        after, outcome = self.machine.step(state, command)
        return after, Judged(outcome, ())

    def _look(self, state: State, at: int, number: int) -> None:
        """Check the theorems about states against each entity in a state."""
        for each in entities_of(state):
            if broken := self.look(state, each)[1]:
                self._note(broken, at, number)

    def _note(self, broken: Unmet, at: int, number: int) -> None:
        """Keep the first way to each broken theorem: to the state ``at``, and one command more.

        Before the first state, at -1, these are commands that lead to the start.
        """
        for theorem, expected in broken:
            if theorem not in self.found.broken:
                way = self.scope.start[: number + 1]
                if self.walk is not None:
                    way = (*self.scope.start, *self.walk.commands((*self.walk.path(at), number)))
                self.found.broken[theorem] = Broken(way, expected)

    def _measure(self) -> None:
        """Count the states, and the commands to the farthest of them, which is the last that was found."""
        if self.walk:
            self.found.states = self.walk.states
            self.found.depth = len(self.walk.path(self.walk.states - 1))
