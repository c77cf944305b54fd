"""The readable search: every command in every state, breadth first, one step at a time."""

import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from ...machine import DEFAULT_STAGE, Accepted, Command, Machine, Outcome, Refused, State, Unspecified, initial
from ...machine.entities import KINDS
from ..alphabets import Commands
from ..exploration import Broken, Exploration, Progress
from ..scopes import Scope
from ..theorems.theorem import Expectation, Theorem
from .judging import Judge, Judged, Look, Seen
from .remembering import Remembered
from .store import Store

SECONDS_BETWEEN_REPORTS = 0.5

Report = Callable[[Progress], None]


class StartNotReached(Exception):
    """A command that leads to the start of a scope is not accepted, so that there is nothing to search."""


class Judging(Protocol):
    """What takes a step, or looks at an entity, and says what there is to say of it."""

    def step(self, state: State, command: Command, /) -> tuple[State, Judged]: ...

    def look(self, state: State, at: Look, /) -> tuple[State, Seen]: ...


class Unjudged:
    """Steps without theorems."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.asked: set[str] = set()

    def step(self, state: State, command: Command) -> tuple[State, Judged]:
        """The machine's step."""
        after, outcome = self.machine.step(state, command)
        return after, Judged(outcome, ())

    def look(self, state: State, _: Look) -> tuple[State, Seen]:
        """Nothing to say."""
        return state, Seen()


class Remembering:
    """Steps and looks that are taken once, as far as they read the same."""

    def __init__(self, judge: Judging) -> None:
        self.step = Remembered(judge.step).step
        self.look = Remembered(judge.look).step


class Search:
    """One search, and what it has found so far."""

    def __init__(self, scope: Scope, judge: Judging, looks: bool, stop: bool) -> None:
        self.scope = scope
        self.judge = judge
        self.looks = looks
        self.stop = stop
        self.transitions = 0
        self.depth = 0
        self.accepted = 0
        self.refusals: Counter[frozenset[str]] = Counter()
        self.silences: Counter[frozenset[str]] = Counter()
        self.broken: dict[str, Broken] = {}
        self.reached: dict[str, Commands] = {}
        self.started = time.perf_counter()
        self._store = Store()
        self._seen: set[Any] = set()
        self._frontier: list[Any] = []
        self._following: list[Any] = []
        self._came = array("q")  # of each state in the order found: its predecessor and the command, as one number

    @property
    def progress(self) -> Progress:
        """How far it has come."""
        return Progress(
            len(self._seen), self.transitions, len(self._following), self.depth, time.perf_counter() - self.started
        )

    def run(self, report: Report | None) -> bool:
        """Search; returns whether all of it was searched.  Raises `StartNotReached`."""
        try:
            if not self._go_to_start():
                return False
            at = 0
            last = self.started
            while self._frontier and not self.stopped():
                for packed in self._frontier:
                    self._expand(at, packed)
                    at += 1
                    if self.stopped():
                        return False
                    if report and (now := time.perf_counter()) - last > SECONDS_BETWEEN_REPORTS:
                        last = now
                        report(self.progress)
                self._frontier, self._following = self._following, []
                self.depth += bool(self._frontier)
        except KeyboardInterrupt:
            return False
        return not self.stopped()

    def stopped(self) -> bool:
        """Whether it found what it was to stop at."""
        return self.stop and bool(self.broken)

    def exploration(self, engine: str, complete: bool, asked: Iterable[str]) -> Exploration:
        """What was found."""
        return Exploration(
            scope=self.scope.name,
            engine=engine,
            states=self.progress.states,
            transitions=self.transitions,
            depth=self.depth,
            accepted=self.accepted,
            refusals=dict(self.refusals),
            silences=dict(self.silences),
            seconds=self.progress.seconds,
            complete=complete,
            asked=frozenset(asked),
            broken=self.broken,
            reached=self.reached,
        )

    def _go_to_start(self) -> bool:
        """Take the steps to the start of the scope; returns whether it is reached, unless a theorem says why not."""
        state = initial(DEFAULT_STAGE)
        for number, command in enumerate(self.scope.start):
            state, judged = self.judge.step(state, command)
            self._note(judged.broken, -1, number)
            self._look(state, -1, number)
            if not isinstance(judged.outcome, Accepted):
                if self.broken:
                    return False
                raise StartNotReached(f"{self.scope.name}: {command} comes to {judged.outcome}")
        packed = self._pack(state)
        self._seen.add(packed)
        self._frontier.append(packed)
        self._came.append(-1)
        return True

    def _pack(self, state: State) -> Any:
        """The state as it is kept."""
        return self._store.pack(state)

    def _expand(self, at: int, packed: Any) -> None:
        """Take every step that the scope offers in the state that was found as number ``at``."""
        scope, step, pack, seen = self.scope, self.judge.step, self._store.pack, self._seen
        state = self._store.unpack(packed)
        for number, command in enumerate(scope.alphabet):
            if not scope.offers(command, state):
                continue
            after, (outcome, broken) = step(state, command)
            self._count(outcome, 1)
            if broken:
                self._note(broken, at, number)
            if after is state or (packed := pack(after)) in seen:
                continue
            seen.add(packed)
            self._following.append(packed)
            self._came.append(at * len(scope.alphabet) + number)
            if self.looks:
                self._look(after, at, number)

    def _count(self, outcome: Outcome | None, times: int) -> None:
        """Count what a command came to (None: the rows broke down)."""
        self.transitions += times
        if type(outcome) is Accepted:
            self.accepted += times
        elif type(outcome) is Refused:
            self.refusals[outcome.because] += times
        elif type(outcome) is Unspecified:
            self.silences[outcome.silent] += times

    def _look(self, state: State, at: int, number: int) -> None:
        """Look at all that is in the state."""
        for kind in KINDS:
            for name in state.tables[kind]:
                self._see(self.judge.look(state, Look(kind, name))[1], at, number)

    def _see(self, seen: Seen, at: int, number: int) -> None:
        self._note(seen.broken, at, number)
        for theorem in seen.reached:
            if theorem not in self.reached:
                self.reached[theorem] = self._way(at, number)

    def _note(self, broken: Iterable[tuple[str, Expectation]], at: int, number: int) -> None:
        for theorem, expected in broken:
            if theorem not in self.broken:
                self.broken[theorem] = Broken(self._way(at, number), expected)

    def _way(self, at: int, number: int) -> Commands:
        """The commands from nothing to the state found as number ``at``, and one more.

        Before the first state, at -1, the commands are those that lead to the start.
        """
        if at < 0:
            return self.scope.start[: number + 1]
        alphabet = self.scope.alphabet
        way = [alphabet[number]]
        while (came := self._came[at]) >= 0:
            at, number = divmod(came, len(alphabet))
            way.append(alphabet[number])
        return (*self.scope.start, *reversed(way))


def stepwise(name: str, steps: Callable[[Judging], Judging]) -> Callable[..., Exploration]:
    """An engine that takes one step after the other; ``steps`` makes what takes them out of what judges them."""

    def engine(
        scope: Scope, machine: Machine, theorems: tuple[Theorem, ...], report: Report | None, stop: bool
    ) -> Exploration:
        judge = Judge(machine, theorems) if theorems else Unjudged(machine)
        search = Search(scope, steps(judge), bool(theorems), stop)
        complete = search.run(report)
        return search.exploration(name, complete, judge.asked)

    return engine
