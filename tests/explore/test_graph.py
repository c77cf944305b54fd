"""The graph of a scope has the states and steps of a plain walk, and shortest paths."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.machine.faulty import article
from translator_cmk.explore.graph import Edge, state_graph
from translator_cmk.explore.scopes import SCOPE_NAMED, Scope, StartNotReached, start_of
from translator_cmk.machine import DEFAULT_STAGE, ROWS, Command, Machine, Outcome, initial


class Walked(NamedTuple):
    """A step of a walk: number of the state before, command, outcome, number of the state after."""

    before: int
    command: Command
    outcome: Outcome
    after: int


def walk(scope: Scope, machine: Machine) -> Iterator[Walked]:
    """Yield every step of a scope, taken by the machine itself."""
    states = [start_of(scope, machine)]
    numbers = {states[0]: 0}
    for number, state in enumerate(states):  # which grows meanwhile
        for command in scope.alphabet:
            if not scope.offers(command, state):
                continue
            after, outcome = machine.step(state, command)
            if after not in numbers:
                numbers[after] = len(states)
                states.append(after)
            yield Walked(number, command, outcome, numbers[after])


@pytest.mark.parametrize("name", ["losing-the-key", "vaults-and-keys"])
def test_graph_has_the_steps_of_a_plain_walk(name: str) -> None:
    """Both number states in the order in which they find them, so the steps are the same one by
    one.
    """
    scope = SCOPE_NAMED[name]
    steps = list(walk(scope, Machine(ROWS)))
    graph = state_graph(scope)
    assert graph.states == len({step.after for step in steps} | {0})
    edges: list[Edge] = []
    for state in range(graph.states):
        edges += graph.edges_from(state)
    assert len(edges) == graph.edge_count == len(steps)
    for edge, step in zip(edges, steps, strict=True):
        assert (edge.state, edge.after) == (step.before, step.after)
        assert scope.alphabet[edge.command] == step.command
        assert graph.labels[edge.label] == step.outcome


def test_the_path_to_a_state_leads_there_and_is_the_shortest() -> None:
    graph = state_graph(SCOPE_NAMED["vaults-and-keys"])
    machine = Machine(ROWS)
    distance = [0] * graph.states
    for number in range(graph.states):
        path = graph.path(number)
        distance[number] = len(path)
        state = initial(DEFAULT_STAGE)
        for command in (*graph.scope.start, *graph.commands(path)):
            state, _ = machine.step(state, command)
        assert (graph.number(state), graph.state(number)) == (number, state)
    assert distance == sorted(distance)
    for number in range(graph.states):
        for each in graph.edges_from(number):
            assert distance[each.after] <= distance[number] + 1
    of_another_world = start_of(SCOPE_NAMED["losing-the-key"], machine)
    assert graph.number(of_another_world) is None


def test_start_that_is_not_reached_is_an_error() -> None:
    machine = article(without="environment.create-vault")
    with pytest.raises(StartNotReached, match="losing-the-key"):
        state_graph(SCOPE_NAMED["losing-the-key"], machine)
