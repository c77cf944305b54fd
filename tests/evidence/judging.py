"""Verdicts on mutants: whether one differs from the article in a scope, and whether theorems or scenarios find it.

The article's machine is searched once.  A mutant is then compared with it state by state, in the order in which they
were found, so the first difference is one that a shortest sequence of commands shows.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple

from tests.evidence.mutation import Mutant
from translator_cmk.explore.exploration import Broken, EntityName, Judge, breaks, entities_of, verdict
from translator_cmk.explore.graph import Memoised, state_graph
from translator_cmk.explore.scopes import MUTANT_SCOPES, Commands, Scope, StartNotReached
from translator_cmk.explore.search import NAMED, explore
from translator_cmk.explore.theorems import THEOREMS, Theorem
from translator_cmk.explore.theorems.theorem import ROWS_RAISE, VIEWS, view_of
from translator_cmk.machine import DEFAULT_STAGE, ROWS, Command, Machine, State, initial
from translator_cmk.machine.rows import Means


class Difference(NamedTuple):
    """The scope, and the commands from nothing to where the machines differ: in the last step, or in what it shows."""

    scope: Scope
    commands: Commands


class Views:
    """The customer's view of the entities of a state, by a machine's meanings."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.look = Memoised(self._look).step

    def _look(self, state: State, at: EntityName) -> tuple[State, Any]:
        view = view_of(self.machine.world(state).entity(at.kind, at.name))
        return state, None if view is None else tuple(view.items())

    def observe(self, state: State) -> dict[EntityName, Any]:
        """Return all that a customer sees of the state."""
        seen = ((at, self.look(state, at)[1]) for at in entities_of(state, VIEWS))
        return {at: view for at, view in seen if view is not None}


class Seen(Exception):
    """A customer sees a difference between two machines."""


class Ground:
    """Every state of a scope of the article's machine, which is searched once, with the commands offered in it."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.graph = graph = state_graph(scope)
        self.step = Memoised(Machine(ROWS).step).step
        self.views = Views(Machine(ROWS))
        self.found: list[tuple[State, Commands]] = []
        state = initial(DEFAULT_STAGE)
        for command in scope.start:
            self.found.append((state, (command,)))
            state = self.step(state, command)[0]
        for number in range(graph.states):
            self.found.append((graph.state(number), graph.commands(pair.command for pair in graph.of(number))))

    def difference(self, mutant: Mutant) -> Difference | None:
        """Return where the mutant first behaves otherwise; None if it does the same in every step of the scope."""
        machine = Machine(mutant.rows)
        step, look, article = Memoised(machine.step).step, Views(machine).look, self.views.look
        means_other = any(isinstance(row, Means) for row in set(mutant.rows) ^ set(ROWS))
        for at, (state, commands) in enumerate(self.found):
            if means_other and any(differ(look, article, state, each) for each in entities_of(state, VIEWS)):
                return Difference(self.scope, self.way(at))
            for command in commands:
                concerned = mutant.commands is None or type(command) in mutant.commands
                if concerned and differ(step, self.step, state, command):
                    return Difference(self.scope, (*self.way(at), command))
        return None

    def is_unseen(self, mutant: Mutant) -> bool:
        """Return whether no sequence of commands distinguishes the mutant from the article.

        It may keep other records all the same, of what no customer sees and no row asks.
        """
        machine = Machine(mutant.rows)
        step, views = Memoised(machine.step).step, Views(machine)

        def both(pair: tuple[State, State], command: Command) -> tuple[State, State]:
            """Return the states of the mutant and of the article after the command; raises `Seen` if they differ."""
            after, outcome = step(pair[0], command)
            other, expected = self.step(pair[1], command)
            if outcome != expected or views.observe(after) != self.views.observe(other):
                raise Seen
            return after, other

        pair = (initial(DEFAULT_STAGE), initial(DEFAULT_STAGE))
        try:
            for command in self.scope.start:
                pair = both(pair, command)
            seen, waiting = {pair}, [pair]
            for pair in waiting:
                for command in self.scope.alphabet:
                    if self.scope.offers(command, pair[0]) and (following := both(pair, command)) not in seen:
                        seen.add(following)
                        waiting.append(following)
        except (Seen, *ROWS_RAISE):
            return False
        return True

    def way(self, at: int) -> Commands:
        """Return the commands from nothing to the state at this place in ``found``."""
        start = self.scope.start
        way = self.graph.path(max(at - len(start), 0))
        return (*start[:at], *self.graph.commands(way))


def differ(one: Any, article: Any, state: State, asked: Any) -> bool:
    """Return whether the two give different results; they do if one raises."""
    try:
        return bool(one(state, asked) != article(state, asked))
    except ROWS_RAISE:
        return True


ground = cache(Ground)


class Kill(NamedTuple):
    """A theorem that the mutant breaks in the scope, and how; ``every``: all that were seen to be broken on the way."""

    theorem: Theorem
    scope: Scope
    broken: Broken
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
    commands = difference.commands
    found: dict[str, Broken] = {}
    for name, expected in breaks(Judge(machine, theorems), commands) if commands else ():
        found.setdefault(name, Broken(commands, expected))
    return kill_of(found, difference)


def in_time(machine: Machine, difference: Difference, theorems: Sequence[Theorem]) -> Kill | None:
    """Return the theorem that a search of the scope breaks first."""
    try:
        return kill_of(explore(difference.scope, machine, "memoised", theorems, stop=True).broken, difference)
    except StartNotReached:
        return None


def kill_of(broken: dict[str, Broken], difference: Difference) -> Kill | None:
    """Return how the first of the broken theorems finds the mutant."""
    first = next(iter(broken), None)
    return Kill(NAMED[first], difference.scope, broken[first], frozenset(broken)) if first else None


Verdict = Literal["killed", "equivalent", "unseen", "survives"]


Scenarios = Callable[[Mutant], str | None]
"""The id of a scenario that turns red against a mutant, one of its requirement if there is any, or None."""


class Judged(NamedTuple):
    """A mutant and its verdict, in words that can be written down.

    - `killed`: a theorem is broken by it in a scope, a scenario turns red, or both.
    - `equivalent`: it takes every step and shows every state as the article does, in every scope.
    - `unseen`: it keeps other records, but no sequence of commands of any scope shows it.
    - `survives`: it differs from the article, and nothing shows it.

    ``broken``: all theorems that were seen to be broken.
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
    broken: tuple[str, ...] = ()


def judge(
    mutant: Mutant,
    scenarios: Scenarios,
    scopes: Sequence[Scope] = MUTANT_SCOPES,
    theorems: Sequence[Theorem] = THEOREMS,
) -> Judged:
    """Hold the mutant against the article in every scope, and theorems and scenarios against it."""
    kill = killed(mutant, differences(mutant, scopes), theorems)
    red = scenarios(mutant)
    came: Verdict = "killed"
    if not kill and not red:
        if not any(differences(mutant, scopes)):
            came = "equivalent"
        else:
            came = "unseen" if all(ground(scope).is_unseen(mutant) for scope in scopes) else "survives"
    return Judged(
        *(mutant.name, mutant.kind, mutant.requirements, mutant.place, mutant.was, mutant.now, came),
        kill.theorem.name if kill else None,
        kill.scope.name if kill else None,
        red,
        tuple(sorted(kill.every)) if kill else (),
    )


def differences(mutant: Mutant, scopes: Sequence[Scope] = MUTANT_SCOPES) -> Iterator[Difference]:
    """Return where the mutant first behaves otherwise, scope by scope."""
    return (found for scope in scopes if (found := ground(scope).difference(mutant)))


def breaks_in_some_scope(machine: Machine, theorem: Theorem) -> bool:
    """Return whether the machine breaks the theorem, asked alone, in a scope."""
    for scope in MUTANT_SCOPES:
        try:
            found = explore(scope, machine, "memoised", [theorem], stop=True)
        except StartNotReached:
            continue
        if verdict(theorem, found) == "broken":
            return True
    return False
