"""What a state still leads to is found as a plain walk from that state finds it."""

from translator_cmk.explore.graph import Graph, state_graph
from translator_cmk.explore.reachability import NO_COMMAND, attainable, first_commands, predecessors
from translator_cmk.explore.scopes import SCOPE_NAMED
from translator_cmk.explore.tours import paths_from
from translator_cmk.machine import Outcome
from translator_cmk.machine.entities import Document, Model

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
    earlier = predecessors(GRAPH)
    found = first_commands(GRAPH, earlier, LOSSES)
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
