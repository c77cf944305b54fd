"""Transition systems have the states and steps of the scope that they are made from, without any checker to say so."""

from collections.abc import Iterator

import pytest

from tests.explore.foreign.test_decisions import comes_to
from translator_cmk.explore.engines.packing import Name
from translator_cmk.explore.engines.stepwise import StartNotReached
from translator_cmk.explore.exploration import Exploration
from translator_cmk.explore.foreign.tightened import tightened
from translator_cmk.explore.foreign.transition_system import STAYS, Assignments, TransitionSystem, transition_system
from translator_cmk.explore.graph import state_graph
from translator_cmk.explore.scopes import SCOPES
from translator_cmk.explore.search import explore
from translator_cmk.explore.theorems import THEOREMS
from translator_cmk.machine import ROWS, Machine
from translator_cmk.machine.commands import CreateVault

BY_NAME = {scope.name: scope for scope in SCOPES}

Numbers = dict[Name, int]


def steps(system: TransitionSystem, state: Numbers) -> Iterator[Numbers]:
    """The states that rules lead to, as the languages of the checkers have it."""
    for rule in system.rules:
        if comes_to(rule.guard, state):
            after = dict(state)
            assign(comes_to(rule.body, state), after)
            while sum(assign(comes_to(system.consequences[name], after), after) for name in rule.follows):
                pass
            yield after


def assign(assignments: Assignments, state: Numbers) -> bool:
    """Carry them out, one after the other; returns whether there were any."""
    state.update(assignments.numbers)
    for each in assignments.then:
        assign(comes_to(each, state), state)
    return assignments != STAYS


def counted(system: TransitionSystem) -> tuple[int, int, int]:
    """States, steps and depth."""
    first = dict.fromkeys(system.variables, 0)
    seen, frontier, transitions, depth = {tuple(first.values())}, [first], 0, -1
    while frontier:
        depth += 1
        following = []
        for state in frontier:
            for after in steps(system, state):
                transitions += 1
                if tuple(after.values()) not in seen:
                    seen.add(tuple(after.values()))
                    following.append(after)
        frontier = following
    return len(seen), transitions, depth


def counts(found: Exploration) -> tuple[int, int, int]:
    return found.states, found.transitions, found.depth


@pytest.mark.parametrize("name", ["losing-the-key", "vaults-and-keys"])
def test_every_step_of_the_scope_is_one_of_the_system(name: str) -> None:
    assert counted(transition_system(BY_NAME[name])) == counts(explore(BY_NAME[name]))


@pytest.mark.parametrize("name", ["losing-the-key", "vaults-and-keys"])
def test_tightened_system_has_every_step_that_changes_something(name: str) -> None:
    graph = state_graph(BY_NAME[name])
    moves = sum(pair.after != pair.state for state in range(graph.states) for pair in graph.of(state))
    found = explore(BY_NAME[name])
    assert counted(tightened(BY_NAME[name])) == (graph.states, moves, found.depth)
    assert counted(tightened(BY_NAME[name], every_step=True)) == counts(found)


def test_theorem_about_steps_is_not_one_to_look_for_in_states() -> None:
    about_steps = next(theorem for theorem in THEOREMS if theorem.form == "change")
    with pytest.raises(ValueError, match="is about steps"):
        transition_system(BY_NAME["losing-the-key"], theorem=about_steps)


def test_start_that_is_not_reached_has_no_system() -> None:
    rows = [row for row in ROWS if getattr(row, "on", None) is not CreateVault]
    with pytest.raises(StartNotReached, match="losing-the-key"):
        tightened(BY_NAME["losing-the-key"], Machine(rows))
