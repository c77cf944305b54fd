"""Verdicts on mutants: whether one differs from the article in a scope, and whether theorems or scenarios find it.

The article's machine is searched once.  A mutant is then compared with it state by state, in the order in which they
were found, so the first difference is one that a shortest sequence of commands shows.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple

from ...machine import DEFAULT_STAGE, ROWS, Command, Machine, State, initial
from ...machine.entities import KINDS
from ...machine.observation import SEEN
from ...machine.rows import Means
from ..counterexample import before
from ..exploration import Broken, verdict
from ..graph import Walk
from ..judge import EntityName, Judge
from ..memoised import Memoised
from ..scopes import Commands, Scope, StartNotReached
from ..search import explore
from ..theorems import THEOREMS, Theorem
from ..theorems.theorem import ROWS_RAISE
from .mutant import Mutant
from .worlds import WORLDS

SHOWN = {kind: (shows, view) for kind, shows, view in SEEN}


class Difference(NamedTuple):
    """The scope, and the commands from nothing to where the machines differ: in the last step, or in what it shows."""

    scope: Scope
    commands: Commands


class Found(NamedTuple):
    """A state of the article's machine, how it was come to from which state, and the commands that are given in it."""

    state: State
    before: int
    by: Command | None
    commands: Commands


class Ground:
    """All that is found in a scope of the article's machine, which is searched once."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.step = Memoised(Machine(ROWS).step).step
        self.look = Memoised(View(Machine(ROWS))).step
        self.found = list(self._search())

    def _search(self) -> Iterator[Found]:
        state, at = initial(DEFAULT_STAGE), -1
        by: Command | None = None
        for command in self.scope.start:
            yield Found(state, at, by, (command,))
            state, by, at = self.step(state, command)[0], command, at + 1
        first = at + 1
        walk = Walk(self.scope, state)
        offered: dict[int, list[Command]] = {}
        for number, command_number, *_ in walk.transitions(self.step):
            offered.setdefault(number, []).append(self.scope.alphabet[command_number])
        yield Found(state, at, by, tuple(offered.get(0, ())))
        for number in range(1, walk.states):
            before, command_number = divmod(walk.found_by[number], walk.width)
            by = self.scope.alphabet[command_number]
            yield Found(walk.state(number), first + before, by, tuple(offered.get(number, ())))

    def difference(self, mutant: Mutant) -> Difference | None:
        """Return where the mutant first behaves otherwise; None if it does the same in every step of the scope."""
        machine = Machine(mutant.rows)
        step = Memoised(machine.step).step
        look = Memoised(View(machine)).step if any(isinstance(row, Means) for row in new_rows(mutant)) else None
        for at, found in enumerate(self.found):
            if look and any(differ(look, self.look, found.state, each) for each in looks(found.state)):
                return Difference(self.scope, self.way(at))
            for command in found.commands:
                concerned = mutant.commands is None or type(command) in mutant.commands
                if concerned and differ(step, self.step, found.state, command):
                    return Difference(self.scope, (*self.way(at), command))
        return None

    def unseen(self, mutant: Mutant) -> bool:
        """Return whether no sequence of commands distinguishes the mutant from the article.

        It may keep other records all the same, of what no customer sees and no row asks.
        """
        machine = Machine(mutant.rows)
        step, look = Memoised(machine.step).step, Memoised(View(machine)).step
        start = initial(DEFAULT_STAGE)
        pair = (start, start)
        for command in self.scope.start:
            if (following := self._both(step, look, pair, command)) is None:
                return False
            pair = following
        seen, waiting = {pair}, [pair]
        for pair in waiting:
            for command in self.scope.alphabet:
                if self.scope.offers(command, pair[0]):
                    if (following := self._both(step, look, pair, command)) is None:
                        return False
                    if following not in seen:
                        seen.add(following)
                        waiting.append(following)
        return True

    def _both(self, step: Any, look: Any, pair: tuple[State, State], command: Command) -> tuple[State, State] | None:
        """Return the states of the mutant and of the article after the command; None if they differ."""
        try:
            after, outcome = step(pair[0], command)
            other, expected = self.step(pair[1], command)
            same = outcome == expected and observations(look, after) == observations(self.look, other)
        except ROWS_RAISE:
            return None
        return (after, other) if same else None

    def way(self, at: int) -> Commands:
        """Return the commands from nothing to the state found as number ``at``."""
        way: list[Command] = []
        while (by := self.found[at].by) is not None:
            way.append(by)
            at = self.found[at].before
        return tuple(reversed(way))


class View:
    """A view of one entity: all that a customer sees of it, by a machine's meanings."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def __call__(self, state: State, at: EntityName) -> tuple[State, Any]:
        entity: Any = self.machine.world(state).entity(at.kind, at.name)
        shows, view = SHOWN[at.kind]
        return state, tuple(view(entity).items()) if shows(entity) else None


def looks(state: State) -> Iterator[EntityName]:
    """Return everything in the state that a customer may see."""
    return (EntityName(kind, name) for kind in KINDS if kind in SHOWN for name in state.tables[kind])


def observations(look: Any, state: State) -> dict[EntityName, Any]:
    """Return all that a customer sees of the state."""
    seen = ((at, look(state, at)[1]) for at in looks(state))
    return {at: view for at, view in seen if view is not None}


def differ(one: Any, article: Any, state: State, asked: Any) -> bool:
    """Return whether the two give different results; they do if one raises."""
    try:
        return bool(one(state, asked) != article(state, asked))
    except ROWS_RAISE:
        return True


def new_rows(mutant: Mutant) -> set[Any]:
    """Return the rows that the mutant has and the article has not, and those that it lacks."""
    return set(mutant.rows) ^ set(ROWS)


ground = cache(Ground)


NAMED = {theorem.name: theorem for theorem in THEOREMS}


class Kill(NamedTuple):
    """A theorem that the mutant breaks in the scope, and how; what is never reached is broken by no step.

    ``every``: the names of all the theorems that were seen to be broken on the way.
    """

    theorem: Theorem
    scope: Scope
    broken: Broken | None
    every: frozenset[str]


def killed(mutant: Mutant, differences: Iterable[Difference], theorems: Sequence[Theorem] = THEOREMS) -> Kill | None:
    """Return how a theorem finds the mutant in one of the scopes where it behaves otherwise.

    Theorems are checked against the first step that differs, which the mutant reaches as the article does.  Where none
    is broken by it, the scope is searched until one is.
    """
    machine = Machine(mutant.rows)
    differing = []
    for difference in differences:
        if kill := at_once(machine, difference, theorems):
            return kill
        differing.append(difference)
    return next((kill for difference in differing if (kill := in_time(machine, difference, theorems))), None)


def at_once(machine: Machine, difference: Difference, theorems: Sequence[Theorem]) -> Kill | None:
    """Return the theorem that the differing step breaks, or the state that it leads to."""
    judge = Judge(machine, theorems)
    commands = difference.commands
    if not commands:
        return None
    after, judged = judge.step(before(machine, commands), commands[-1])
    looks = (EntityName(kind, name) for kind in KINDS for name in after.tables[kind])
    broken = (*judged.broken, *(each for look in looks for each in judge.look(after, look)[1].broken))
    if not broken:
        return None
    name, expected = broken[0]
    return Kill(NAMED[name], difference.scope, Broken(commands, expected), frozenset(name for name, _ in broken))


def in_time(machine: Machine, difference: Difference, theorems: Sequence[Theorem]) -> Kill | None:
    """Return the theorem that a search of the scope breaks first; or one about what is reached, which never is."""
    try:
        found = explore(difference.scope, machine, "memoised", theorems, stop=True)
    except StartNotReached:
        return None
    broken = [theorem for theorem in theorems if verdict(theorem, found) == "broken"]
    if not broken:
        return None
    every = frozenset(theorem.name for theorem in broken)
    return Kill(broken[0], difference.scope, found.broken.get(broken[0].name), every)


Verdict = Literal["killed", "equivalent", "unseen", "survives"]


class Red(NamedTuple):
    """A scenario that turns red against a mutant, by its id, and whether it carries a requirement of its row."""

    scenario: str
    own: bool


Scenarios = Callable[[Mutant], Red | None]
"""The scenario that finds a mutant, one of its requirement if there is any, or None where none does."""


class Judged(NamedTuple):
    """A mutant and its verdict, in words that can be written down.

    - `killed`: a theorem is broken by it in a scope, a scenario turns red, or both.
    - `equivalent`: it takes every step and shows every state as the article does, in every scope.
    - `unseen`: it keeps other records, but no sequence of commands of any scope shows it.
    - `survives`: it differs from the article, and nothing shows it.

    ``own``: whether the scenario is one of its requirement.  ``broken``: all theorems that were seen to be broken.
    """

    name: str
    kind: str
    requirements: tuple[str, ...]
    place: str
    was: str
    now: str
    verdict: Verdict
    theorem: str | None
    scope: str | None
    scenario: str | None
    own: bool
    broken: tuple[str, ...] = ()


def judge(
    mutant: Mutant,
    scenarios: Scenarios,
    worlds: Sequence[Scope] = WORLDS,
    theorems: Sequence[Theorem] = THEOREMS,
) -> Judged:
    """Hold the mutant against the article in every scope, and theorems and scenarios against it."""
    found: list[Difference] = []
    kill = killed(mutant, remembered(differences(mutant, worlds), found), theorems)
    red = scenarios(mutant)
    verdict: Verdict = "killed"
    if not kill and not red:
        unseen = found and all(ground(world).unseen(mutant) for world in worlds)
        verdict = "unseen" if unseen else "survives" if found else "equivalent"
    return Judged(
        *mutant[:3],
        mutant.place,
        mutant.was,
        mutant.now,
        verdict,
        kill.theorem.name if kill else None,
        kill.scope.name if kill else None,
        red.scenario if red else None,
        red is not None and red.own,
        tuple(sorted(kill.every)) if kill else (),
    )


def differences(mutant: Mutant, worlds: Sequence[Scope] = WORLDS) -> Iterator[Difference]:
    """Return where the mutant first behaves otherwise, scope by scope."""
    return (found for world in worlds if (found := ground(world).difference(mutant)))


def remembered(differences: Iterator[Difference], found: list[Difference]) -> Iterator[Difference]:
    """Yield the differences, each kept as it comes."""
    for each in differences:
        found.append(each)
        yield each
