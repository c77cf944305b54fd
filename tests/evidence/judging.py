"""Verdicts on mutants: whether they differ from the model, and what finds them.

The model is searched once in each scope. A mutant is then compared with it state by state, in the
order in which the states were found. So the first difference is one that a shortest sequence of
commands shows. Only a mutant that no theorem and no scenario finds has to be searched in full, to
tell whether a customer could see the difference at all.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple

from tests.evidence.mutant_scopes import MUTANT_SCOPES
from tests.evidence.mutation import Mutant
from translator_cmk.explore.broken_theorems import Broken, breaks
from translator_cmk.explore.explore_command import THEOREM_NAMED
from translator_cmk.explore.graph import state_graph
from translator_cmk.explore.judge import EntityName, Judge, entities_of
from translator_cmk.explore.scopes import Commands, Scope, StartNotReached
from translator_cmk.explore.search import explore, verdict
from translator_cmk.explore.theorems import THEOREMS, Theorem
from translator_cmk.explore.theorems.expectations import VIEWS, view_of
from translator_cmk.explore.theorems.steps import ROWS_RAISE
from translator_cmk.machine import (
    DEFAULT_STAGE,
    ROWS,
    Accepted,
    Command,
    Machine,
    Outcome,
    State,
    initial,
)
from translator_cmk.machine.memoised import Memoised
from translator_cmk.machine.rows import Means, Row

# Where a mutant differs from the model


class Difference(NamedTuple):
    """The scope, and the commands from nothing to where the machines differ.

    They differ in the last step, or in what is seen after it.
    """

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
        seen = {}
        for entity in entities_of(state, VIEWS):
            _, view = self.look(state, entity)
            if view is not None:
                seen[entity] = view
        return seen


class SeesDifference(Exception):
    """A customer sees a difference between two machines."""


class ModelInScope:
    """Every state of the model in a scope, with the commands that are offered in it.

    ``rows`` are those of the model, with memory or without.
    """

    def __init__(self, scope: Scope, rows: tuple[Row, ...] = ROWS) -> None:
        self.scope = scope
        self.rows = rows
        machine = Machine(rows)
        self.graph = state_graph(scope, machine)
        self.step = Memoised(machine.step).step
        self.views = Views(machine)
        self.states: list[tuple[State, Commands]] = []
        state = initial(DEFAULT_STAGE)
        for command in scope.start:
            self.states.append((state, (command,)))
            state, _ = self.step(state, command)
        for number in range(self.graph.states):
            offered = self.graph.commands(pair.command for pair in self.graph.edges_from(number))
            self.states.append((self.graph.state(number), offered))

    def difference(self, mutant: Mutant) -> Difference | None:
        """Return where the mutant first differs; None if it does the same in the whole scope."""
        machine = Machine(mutant.rows)
        step = Memoised(machine.step).step
        look = Views(machine).look
        changed_rows = set(mutant.rows) ^ set(self.rows)
        looks_differ = any(isinstance(row, Means) for row in changed_rows)
        for number, (state, commands) in enumerate(self.states):
            if looks_differ:
                for entity in entities_of(state, VIEWS):
                    if differ(look, self.views.look, state, entity):
                        return Difference(self.scope, self.path(number))
            for command in commands:
                concerned = mutant.commands is None or type(command) in mutant.commands
                if concerned and differ(step, self.step, state, command):
                    return Difference(self.scope, (*self.path(number), command))
        return None

    def is_unseen(self, mutant: Mutant) -> bool:
        """Return whether no sequence of commands shows a customer any difference.

        The mutant may keep other records all the same, of what no customer sees and no row asks.
        """
        machine = Machine(mutant.rows)
        step = Memoised(machine.step).step
        views = Views(machine)

        def step_both(pair: tuple[State, State], command: Command) -> tuple[State, State]:
            """Return the states of mutant and model after the command; raises `SeesDifference`."""
            of_mutant, outcome = step(pair[0], command)
            of_model, expected = self.step(pair[1], command)
            if answer_to_customer(outcome) != answer_to_customer(expected):
                raise SeesDifference
            if views.observe(of_mutant) != self.views.observe(of_model):
                raise SeesDifference
            return of_mutant, of_model

        try:
            start = (initial(DEFAULT_STAGE), initial(DEFAULT_STAGE))
            for command in self.scope.start:
                start = step_both(start, command)
            seen = {start}
            waiting = [start]
            for pair in waiting:
                for command in self.scope.alphabet:
                    if not self.scope.offers(command, pair[0]):
                        continue
                    following = step_both(pair, command)
                    if following not in seen:
                        seen.add(following)
                        waiting.append(following)
        except (SeesDifference, *ROWS_RAISE):
            return False
        return True

    def path(self, number: int) -> Commands:
        """Return the commands from nothing to the state of this number."""
        start = self.scope.start
        beyond_start = self.graph.path(max(number - len(start), 0))
        return (*start[:number], *self.graph.commands(beyond_start))


def answer_to_customer(outcome: Outcome) -> Outcome:
    """Return the outcome without the requirements that an acceptance rests on.

    Where two rows would write the same, which of them is named shows where one of them is silent:
    there the systems of `tests.systems` that differ in one assumption are accused.
    """
    if isinstance(outcome, Accepted):
        return Accepted(audit=outcome.audit)
    return outcome


def differ(mutant: Any, model: Any, state: State, asked: Any) -> bool:
    """Return whether the two give different results; they do if one raises."""
    try:
        return bool(mutant(state, asked) != model(state, asked))
    except ROWS_RAISE:
        return True


model_in = cache(ModelInScope)


def differences(mutant: Mutant, scopes: Sequence[Scope] = MUTANT_SCOPES) -> Iterator[Difference]:
    """Yield where the mutant first differs, for each scope in which it does."""
    for scope in scopes:
        difference = model_in(scope, mutant.model).difference(mutant)
        if difference:
            yield difference


# Which theorem finds it


class Kill(NamedTuple):
    """A theorem that the mutant breaks in the scope, and how.

    ``every``: all theorems that were seen to be broken on the way.
    """

    theorem: Theorem
    scope: Scope
    broken: Broken
    every: frozenset[str]


def killed(
    mutant: Mutant, differences: Iterable[Difference], theorems: Sequence[Theorem] = THEOREMS
) -> Kill | None:
    """Return how a theorem finds the mutant in one of the scopes where it differs, or None.

    Theorems are checked against the first step that differs, which the mutant reaches as the model
    does. If it breaks none, the scope is searched until one is broken.
    """
    machine = Machine(mutant.rows)
    in_scopes = []
    for difference in differences:
        kill = at_once(machine, difference, theorems)
        if kill:
            return kill
        in_scopes.append(difference)
    for difference in in_scopes:
        kill = in_time(machine, difference, theorems)
        if kill:
            return kill
    return None


def at_once(machine: Machine, difference: Difference, theorems: Sequence[Theorem]) -> Kill | None:
    """Return the theorem that the differing step breaks, or the state that it leads to."""
    commands = difference.commands
    if not commands:
        return None
    broken: dict[str, Broken] = {}
    for name, expected in breaks(Judge(machine, theorems), commands):
        broken.setdefault(name, Broken(commands, expected))
    return first_kill(broken, difference.scope)


def in_time(machine: Machine, difference: Difference, theorems: Sequence[Theorem]) -> Kill | None:
    """Return the theorem that a search of the scope breaks first."""
    try:
        found = explore(difference.scope, machine, theorems, stop=True)
    except StartNotReached:
        return None
    return first_kill(found.broken, difference.scope)


def first_kill(broken: dict[str, Broken], scope: Scope) -> Kill | None:
    """Return how the first of the broken theorems finds the mutant."""
    if not broken:
        return None
    first = next(iter(broken))
    return Kill(THEOREM_NAMED[first], scope, broken[first], frozenset(broken))


def breaks_in_some_scope(machine: Machine, theorem: Theorem) -> bool:
    """Return whether the machine breaks the theorem, asked alone, in a scope."""
    for scope in MUTANT_SCOPES:
        try:
            found = explore(scope, machine, [theorem], stop=True)
        except StartNotReached:
            continue
        if verdict(theorem, found) == "broken":
            return True
    return False


# The verdict

Verdict = Literal["killed", "equivalent", "unseen", "survives"]

Scenarios = Callable[[Mutant], str | None]
"""Returns the id of a scenario that fails with a mutant, or None."""


class Judged(NamedTuple):
    """A mutant and its verdict, in words that can be sent to another process.

    - `killed`: it breaks a theorem in a scope, or a scenario fails, or both.
    - `equivalent`: it takes every step and shows every state as the model does, in every scope.
    - `unseen`: it keeps other records, but no sequence of commands of any scope shows it.
    - `survives`: it differs from the model, and nothing shows it.

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
    """Compare the mutant with the model in every scope, and try theorems and scenarios on it."""
    kill = killed(mutant, differences(mutant, scopes), theorems)
    scenario = scenarios(mutant)
    is_found = kill is not None or scenario is not None
    return Judged(
        name=mutant.name,
        kind=mutant.kind,
        requirements=mutant.requirements,
        place=mutant.place,
        was=mutant.was,
        now=mutant.now,
        verdict="killed" if is_found else verdict_on_what_nothing_finds(mutant, scopes),
        theorem=kill.theorem.name if kill else None,
        scope=kill.scope.name if kill else None,
        scenario=scenario,
        broken=tuple(sorted(kill.every)) if kill else (),
    )


def verdict_on_what_nothing_finds(mutant: Mutant, scopes: Sequence[Scope]) -> Verdict:
    """Return whether the mutant is no other than the model, or differs unseen, or survives."""
    if not any(differences(mutant, scopes)):
        return "equivalent"
    if all(model_in(scope, mutant.model).is_unseen(mutant) for scope in scopes):
        return "unseen"
    return "survives"
