"""The starts of scopes are reached, and their bounds hold."""

import pytest

from translator_cmk.explore.graph import NOT_OFFERED, state_graph
from translator_cmk.explore.scopes import EVERY, SCOPE_NAMED, SCOPES, Scope, start_of
from translator_cmk.machine import ROWS, Machine, State
from translator_cmk.machine.commands import RotateKey
from translator_cmk.machine.entities import Key

ALL_SCOPES = [scope for _, scope in EVERY]


def test_each_scope_has_a_name_of_its_own() -> None:
    assert len(SCOPE_NAMED) == len(ALL_SCOPES)


@pytest.mark.parametrize("scope", ALL_SCOPES, ids=lambda scope: str(scope.name))
def test_start_of_a_scope_is_reached_and_its_alphabet_has_no_command_twice(scope: Scope) -> None:
    assert isinstance(start_of(scope, Machine(ROWS)), State)
    assert len(set(scope.alphabet)) == len(scope.alphabet)
    assert scope.sentence.endswith(".")


@pytest.mark.slow
@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: str(scope.name))
def test_scope_has_the_states_that_it_says(scope: Scope) -> None:
    states = state_graph(scope).states
    assert states == scope.states, f"write states: {states} into its entry in explore/scopes.yaml"


def test_no_key_is_rotated_beyond_the_bound() -> None:
    graph = state_graph(SCOPE_NAMED["vaults-and-keys"])
    versions = set()
    for state in range(graph.states):
        for record in graph.state(state).tables[Key].values():
            versions.add(record[Key.position["version"]])
    assert versions == set(range(1, graph.scope.versions + 1))

    rotate = [type(command) for command in graph.scope.alphabet].index(RotateKey)
    kept_out = [
        state
        for state in range(graph.states)
        if graph.after[state * graph.width + rotate] == NOT_OFFERED
    ]
    assert kept_out
    for state in kept_out:
        assert rotate not in {edge.command for edge in graph.edges_from(state)}
