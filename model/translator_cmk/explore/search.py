"""Search a scope: every state that can be reached, by a shortest path, and every command in each.

The reference takes each step of the machine.  The memoised search takes no step twice that reads the same.  Large
scopes are searched by sets of states.  All of them find the same.
"""

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal, NamedTuple

from ..errors import DEVIATIONS, INCOMPLETE, OK
from ..machine import DEFAULT_STAGE, ROWS, Accepted, Command, Machine, State, initial
from ..machine.entities import ENTITY_KINDS
from ..progress import ProgressBar
from .cubes import NotSeparable
from .exploration import (
    ABOUT_STATES,
    Broken,
    Exploration,
    Judge,
    Judged,
    Unmet,
    counterexample,
    entities_of,
    verdict,
)
from .graph import Memoised, Walk
from .scopes import SCOPES, SOON, Scope, StartNotReached, add_scope, select_scopes
from .sets import SetSearch
from .theorems import THEOREMS, Theorem

Engine = Literal["reference", "memoised", "sets"]

NAMED = {theorem.name: theorem for theorem in THEOREMS}


def explore(
    scope: Scope,
    machine: Machine | None = None,
    engine: Engine | None = None,
    theorems: Iterable[Theorem] = (),
    bar: ProgressBar | None = None,
    stop: bool = False,
) -> Exploration:
    """Search a scope of the machine (by default the article's) and check theorems in it.

    ``bar`` shows now and then what was found.  With ``stop`` the search ends at the first broken theorem.
    Ctrl-C ends it too, and returns what it has found so far, which is not ``complete``.
    Without ``engine``, scopes of more than `SOON` states are searched by sets of states, others memoised.  Sets check
    no theorem about steps; a machine that they cannot take apart is searched memoised.
    Raises `StartNotReached`, and `NotSeparable` if ``engine`` asks for sets of such a machine.
    """
    machine, held = machine or Machine(ROWS), tuple(theorems)
    if engine == "sets" or (engine is None and scope.states > SOON):
        try:
            about_states = tuple(theorem for theorem in held if theorem.form in ABOUT_STATES)
            return SetSearch(scope, machine, about_states).run(bar, stop)
        except NotSeparable:
            if engine:
                raise
    return Search(scope, machine, held, engine or "memoised").run(bar, stop)


class Search:
    """One search that takes one step after the other, and its findings so far."""

    def __init__(self, scope: Scope, machine: Machine, theorems: tuple[Theorem, ...], engine: Engine) -> None:
        self.scope = scope
        self.found = Exploration(scope.name, engine)
        self.machine = machine
        self.judge = Judge(machine, theorems)
        about_states = {kind for theorem in theorems if theorem.form in ABOUT_STATES for kind in theorem.about}
        self.looked_at = [kind for kind in ENTITY_KINDS if kind in about_states]
        step, look = self.judge.step if theorems else self._step, self.judge.look
        self.step = Memoised(step).step if engine == "memoised" else step
        self.look = Memoised(look).step if engine == "memoised" else look
        self.walk: Walk | None = None

    def run(self, bar: ProgressBar | None, stop: bool) -> Exploration:
        """Search, and return the result.  Raises `StartNotReached`."""
        with suppress(KeyboardInterrupt):
            self.found.complete = self._search(bar, stop)
        self._measure()
        self.found.clock()
        self.found.asked = self.judge.asked
        return self.found

    def _search(self, bar: ProgressBar | None, stop: bool) -> bool:
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
            if new is not None:
                self._look(new, at, number)
            if stop and found.broken:
                return False
            if bar and bar.is_due():
                self._measure()
                found.show(bar, self.scope.states)
        return not (stop and found.broken)

    def _start(self) -> State | None:
        """Take the steps to the start; returns None if a broken theorem says why it is not reached."""
        state = initial(DEFAULT_STAGE)
        for number, command in enumerate(self.scope.start):
            state, judged = self.step(state, command)
            self._note(judged.broken, -1, number)
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
        """Check the theorems about states against each entity in a state that they are about."""
        for each in entities_of(state, self.looked_at):
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


# The command `translator-cmk explore`: search scopes, and print what was found

WORDS = {
    "holds": "hold",
    "broken": "are broken",
    "undecided": "are undecided",
    "not asked": "do not apply here",
    "not checked": "are not checked here",
}


class Searched(NamedTuple):
    """A search, and for each theorem that it broke, by name, the shortest counterexample as a scenario."""

    found: Exploration
    scenarios: Mapping[str, str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `explore`."""
    more = "Larger scopes are searched by sets of states, which checks theorems about every state, but none about steps"
    add_scope(parser, f"what to search (default: each of up to {SOON:,} states)", SCOPES, more)
    parser.add_argument("--json", action="store_true", help="print JSON: an array with an object for each scope")


def run(args: argparse.Namespace) -> int:
    """Print what searches find; returns 0 where all theorems hold, 1 where one is broken, 4 after Ctrl-C."""
    searched = list(searches(select_scopes(args.scope)))
    if args.json:
        print(json.dumps([to_dict(each) for each in searched], indent=2))
    else:
        print("\n".join(search_lines(searched)))
    return exit_code(searched)


def searches(scopes: Iterable[Scope], machine: Machine | None = None) -> Iterator[Searched]:
    """Search each scope of the machine (by default the article's), until one search is interrupted."""
    machine = machine or Machine(ROWS)
    for scope in scopes:
        bar = ProgressBar(scope.name)
        found = explore(scope, machine, None, THEOREMS, bar)
        bar.clear()
        broken = found.broken.items()
        yield Searched(found, {name: counterexample(scope, machine, NAMED[name], each) for name, each in broken})
        if not found.complete:
            return


def exit_code(searched: Iterable[Searched]) -> int:
    """Return the exit code after these searches."""
    if not all(each.found.complete for each in searched):
        return INCOMPLETE
    return DEVIATIONS if any(each.found.broken for each in searched) else OK


def search_lines(searched: Sequence[Searched]) -> Iterator[str]:
    """Yield the result of each search."""
    for each in searched:
        found = each.found
        refused, silent = found.refusals.total(), found.silences.total()
        yield (
            f"{found.scope}: {found.states:,} states, {found.transitions:,} steps ({found.accepted:,} accepted, "
            f"{refused:,} refused for {len(found.refusals):,} sets of reasons, {silent:,} not specified), "
            f"depth {found.depth}, {found.seconds:.1f} s, engine {found.engine}"
        )
        verdicts = [verdict(theorem, found) for theorem in THEOREMS]
        counts = {word: verdicts.count(each) for each, word in WORDS.items() if each in verdicts}
        yield f"  of {len(THEOREMS)} theorems " + ", ".join(f"{number} {word}" for word, number in counts.items())
        if not found.complete:
            yield "  interrupted: this is a part of the scope, and decides nothing about the whole"
        for theorem in THEOREMS:
            if theorem.name in each.scenarios:
                yield f"  broken in {found.scope}: {theorem.name}"
                yield from (f"    {line}" for line in each.scenarios[theorem.name].splitlines())


def to_dict(searched: Searched) -> dict[str, Any]:
    """Return a search as JSON has it."""
    found, scenarios = searched
    return {
        **{
            name: getattr(found, name)
            for name in ("scope", "engine", "complete", "states", "transitions", "depth", "accepted")
        },
        "refusals": [{"because": ids, "transitions": number} for ids, number in in_order(found.refusals)],
        "unspecified": [{"silent": ids, "transitions": number} for ids, number in in_order(found.silences)],
        "seconds": round(found.seconds, 3),
        "theorems": [
            {
                "name": theorem.name,
                "sentence": theorem.sentence,
                "requirements": list(theorem.requirements),
                "verdict": verdict(theorem, found),
                **({"scenario": scenarios[theorem.name]} if theorem.name in scenarios else {}),
            }
            for theorem in THEOREMS
        ],
    }


def in_order(counts: Mapping[frozenset[str], int]) -> list[tuple[list[str], int]]:
    """Return sets of ids with how often each was given, in alphabetical order."""
    return sorted((sorted(ids), number) for ids, number in counts.items())
