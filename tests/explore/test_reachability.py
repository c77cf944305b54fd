"""What a state still leads to is found as a plain walk from that state finds it."""

from translator_cmk.explore.graph import Graph, state_graph
from translator_cmk.explore.reachability import NO_COMMAND, attainable, first_commands, predecessors
from translator_cmk.explore.scopes import SCOPE_NAMED
from translator_cmk.explore.tours import paths_from
from translator_cmk.machine import Outcome
from translator_cmk.machine.commands import PurgeVault
from translator_cmk.machine.entities import Document, Model, Vault

GRAPH = state_graph(SCOPE_NAMED["losing-the-key"])


def losses(graph: Graph[Outcome], state: int) -> int:
    """Return which of an upload and a deployment the state lacks, as bits."""
    found = 0
    for document in graph.state(state).tables[Document].values():
        if document[Document.position["state"]] != "uploaded":
            found |= 1
    for model in graph.state(state).tables[Model].values():
        if model[Model.position["state"]] != "deployed":
            found |= 2
    return found


LOSSES = [losses(GRAPH, state) for state in range(GRAPH.states)]


def test_what_is_attainable_holds_in_a_state_that_a_walk_comes_to() -> None:
    found = attainable(predecessors(GRAPH), LOSSES)
    for state in range(GRAPH.states):
        expected = 0
        for reached, _ in paths_from(state, GRAPH.edges_from):
            expected |= LOSSES[reached]
        assert found[state] == expected


def test_first_command_begins_a_shortest_path_to_the_highest_value() -> None:
    found = first_commands(predecessors(GRAPH), LOSSES)
    distances = []
    for state in range(GRAPH.states):
        reached = [
            (LOSSES[other], len(path)) for other, path in paths_from(state, GRAPH.edges_from)
        ]
        highest = max(value for value, _ in reached)
        distances.append((highest, min(length for value, length in reached if value == highest)))

    for state, command in enumerate(found):
        highest, distance = distances[state]
        if distance == 0:
            assert command == NO_COMMAND
        else:
            after = GRAPH.after[state * GRAPH.width + command]
            assert distances[after] == (highest, distance - 1)


def test_edges_by_a_command_that_is_left_out_are_no_way() -> None:
    everything = range(GRAPH.width)
    assert not any(predecessors(GRAPH, without=everything))
    assert attainable(predecessors(GRAPH, without=everything), LOSSES) == LOSSES


def test_a_command_that_is_left_out_begins_no_path_where_another_leads_to_the_same_state() -> None:
    graph = state_graph(SCOPE_NAMED["vaults-and-keys"])
    left_out: list[int] = []
    for number, command in enumerate(graph.scope.alphabet):
        if isinstance(command, PurgeVault):
            left_out.append(number)
    purged: list[int] = []
    for state in range(graph.states):
        vaults = graph.state(state).tables[Vault].values()
        purged.append(sum(vault[-1] == "purged" for vault in vaults))

    # the end of the retention purges it as well
    found = first_commands(predecessors(graph, left_out), purged)
    assert found[0] != NO_COMMAND
    assert set(left_out).isdisjoint(found)
