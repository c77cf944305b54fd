"""Scopes are as described: their starts are reached, their bounds hold, and paths in them lead where they say."""

import json

import pytest

from tests.command_line import run_cli
from tests.evidence.in_full import IN_FULL
from translator_cmk.explore.graph import (
    NOT_OFFERED,
    state_graph,
)
from translator_cmk.explore.scopes import NAMED, SCOPES, SMALL, TWO_OF_A_KIND, WHAT_IF, Scope, start_of
from translator_cmk.explore.search import explore
from translator_cmk.explore.theorems import THEOREMS
from translator_cmk.machine import COMMANDS, ROWS, Machine, State
from translator_cmk.machine.commands import RotateKey
from translator_cmk.machine.entities import Key

EVERY = (*SCOPES, *TWO_OF_A_KIND, WHAT_IF)


def test_every_command_is_in_a_small_scope_and_each_scope_has_a_name_of_its_own() -> None:
    assert len({scope.name for scope in EVERY}) == len(EVERY)
    assert {type(command) for scope in SMALL for command in scope.alphabet} == set(COMMANDS.values())


@pytest.mark.parametrize("scope", EVERY, ids=lambda scope: str(scope.name))
def test_start_of_a_scope_is_reached_and_its_alphabet_has_no_command_twice(scope: Scope) -> None:
    assert isinstance(start_of(scope, Machine(ROWS)), State)
    assert len(set(scope.alphabet)) == len(scope.alphabet)
    assert scope.sentence.endswith(".")


@pytest.mark.parametrize("scope", TWO_OF_A_KIND[: None if IN_FULL else 4], ids=lambda scope: str(scope.name))
def test_scopes_of_mutants_have_the_states_they_say_and_break_no_theorem(scope: Scope) -> None:
    found = explore(scope, theorems=THEOREMS)
    assert (found.states, found.broken) == (scope.states, {})


def test_no_key_is_rotated_beyond_the_bound() -> None:
    graph = state_graph(NAMED["vaults-and-keys"])
    keys = (record for state in range(graph.states) for record in graph.state(state).tables[Key].values())
    assert {record[Key.position["version"]] for record in keys} == set(range(1, graph.scope.versions + 1))
    rotate = next(n for n, command in enumerate(graph.scope.alphabet) if type(command) is RotateKey)
    kept_out = [state for state in range(graph.states) if graph.after[state * graph.width + rotate] == NOT_OFFERED]
    assert kept_out
    assert all(rotate not in {pair.command for pair in graph.of(state)} for state in kept_out)


SCOPE = ("--scope", "losing-the-key")


@pytest.mark.parametrize(("name", "engine"), [("losing-the-key", "memoised"), ("six-resources", "sets")])
def test_explore_chooses_how_to_search_and_prints_what_it_found(name: str, engine: str) -> None:
    ended = run_cli("explore", "--scope", name, "--json")
    assert (ended.code, ended.error) == (0, "")
    (found,) = json.loads(ended.out)
    assert (found["engine"], found["states"], found["complete"]) == (engine, NAMED[name].states, True)
    assert {"transitions", "depth", "refusals", "seconds", "theorems"} <= found.keys()


def test_each_theorem_is_printed_with_its_verdict() -> None:
    ended = run_cli("theorems", *SCOPE)
    assert (ended.code, ended.error) == (0, "")
    lines = ended.out.splitlines()
    assert sum(line.startswith(("holds ", "not asked ")) for line in lines) == len(THEOREMS)


@pytest.mark.parametrize("words", [("explore", "--scope", "nowhere"), ("explore", *SCOPE, "--engine", "sets")])
def test_unknown_scope_or_option_is_refused_in_one_message(words: tuple[str, ...]) -> None:
    ended = run_cli(*words)
    assert (ended.code, ended.out) == (2, "")
    assert "Traceback" not in ended.error
    assert words[-1] in ended.error
