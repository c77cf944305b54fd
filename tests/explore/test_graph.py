"""The graph of a scope has every state and step that the machine has, and no other."""

import pytest

from tests.explore.test_scopes import NAMED, walk
from tests.machine.faulty_models import without
from translator_cmk.explore.graph import NOT_OFFERED, state_graph
from translator_cmk.explore.scopes import StartNotReached
from translator_cmk.machine import DEFAULT_STAGE, ROWS, Machine, initial


@pytest.mark.parametrize("name", ["losing-the-key", "vaults-and-keys", "one-of-each"])
def test_graph_has_the_steps_of_a_plain_walk(name: str) -> None:
    """Both number states in the order in which they find them, so they are the same step by step."""
    scope = NAMED[name]
    graph = state_graph(scope)
    pairs = [pair for state in range(graph.states) for pair in graph.of(state)]
    steps = list(walk(scope, Machine(ROWS)))
    assert len(pairs) == graph.pairs == len(steps)
    assert graph.states == scope.states
    for pair, step in zip(pairs, steps, strict=True):
        assert (pair.state, scope.alphabet[pair.command], pair.after) == (step.before, step.command, step.after)
        assert graph.labels[pair.label] == step.outcome


def test_the_way_to_a_state_leads_there_and_is_the_shortest() -> None:
    graph, machine = state_graph(NAMED["vaults-and-keys"]), Machine(ROWS)
    far = [0] * graph.states
    for number in range(graph.states):
        way = graph.path(number)
        far[number] = len(way)
        state = initial(DEFAULT_STAGE)
        for command in (*graph.scope.start, *graph.commands(way)):
            state, _ = machine.step(state, command)
        assert graph.number(state) == number
        assert graph.state(number) == state
    assert far == sorted(far)
    assert all(far[p.after] <= far[p.state] + 1 for state in range(graph.states) for p in graph.of(state))


def test_what_would_leave_the_bounds_is_in_no_graph() -> None:
    graph = state_graph(NAMED["vaults-and-keys"])
    rotate = next(n for n, command in enumerate(graph.scope.alphabet) if type(command).__name__ == "RotateKey")
    kept_out = [state for state in range(graph.states) if graph.after[state * graph.width + rotate] == NOT_OFFERED]
    assert kept_out
    assert all(rotate not in {pair.command for pair in graph.of(state)} for state in kept_out)


def test_a_state_of_another_world_has_no_number() -> None:
    graph = state_graph(NAMED["losing-the-key"])
    assert graph.number(initial(DEFAULT_STAGE)) is None


def test_graph_without_its_start_is_an_error() -> None:
    with pytest.raises(StartNotReached, match="losing-the-key"):
        state_graph(NAMED["losing-the-key"], Machine(without("environment.create-vault")))
