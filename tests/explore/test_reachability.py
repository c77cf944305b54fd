"""Every state that can be reached is found, by a shortest path, on a graph that is small enough to draw."""

from array import array
from typing import Any

from translator_cmk.explore.graph import (
    NO_COMMAND,
    NOT_OFFERED,
    Graph,
    attainable,
    first_commands,
    highest,
    predecessors,
)

# Two commands a state:  0 -> 1 -> 2 -> 3, and 0 -> 4 <-> 5.  From 3 and 4 one command leads nowhere.
LEADS = [(1, 4), (2, 1), (3, 3), (3, NOT_OFFERED), (5, 4), (4, NOT_OFFERED)]


class SmallGraph(Graph[Any]):
    """A graph that no scope has."""

    def __init__(self, leads: list[tuple[int, int]]) -> None:
        self.width = 2
        self.after = array("i", [after for each in leads for after in each])
        self.size = len(leads)

    @property
    def states(self) -> int:
        """How many states there are."""
        return self.size


GRAPH = SmallGraph(LEADS)
EARLIER = predecessors(GRAPH)


def test_states_before_a_state_are_those_that_lead_there_and_not_itself() -> None:
    assert [set(), {0}, {1}, {2}, {0, 5}, {4}] == EARLIER


def test_commands_that_are_left_out_lead_nowhere() -> None:
    assert predecessors(GRAPH, without={1}) == [set(), {0}, {1}, {2}, {5}, {4}]


def test_what_holds_later_is_attainable_before_and_not_after() -> None:
    assert attainable(EARLIER, [0b000, 0b001, 0b000, 0b010, 0b000, 0b100]) == [0b111, 0b011, 0b010, 0b010, 0b100, 0b100]


def test_highest_value_is_found_round_a_circle() -> None:
    assert highest(EARLIER, [0, 9, 0, 2, 0, 5]) == [9, 9, 2, 2, 5, 5]


def test_way_leads_to_the_highest_value_by_the_fewest_commands() -> None:
    assert first_commands(GRAPH, EARLIER, [0, 0, 0, 1, 0, 0]) == [0, 0, 0, NO_COMMAND, NO_COMMAND, NO_COMMAND]
    assert first_commands(GRAPH, EARLIER, [0, 0, 0, 1, 0, 1]) == [1, 0, 0, NO_COMMAND, 0, NO_COMMAND]


def test_way_passes_a_lower_value_by() -> None:
    assert first_commands(GRAPH, EARLIER, [0, 1, 0, 2, 0, 0]) == [0, 0, 0, NO_COMMAND, NO_COMMAND, NO_COMMAND]


def test_way_takes_no_command_that_is_left_out() -> None:
    without_the_second = predecessors(GRAPH, without={1})
    assert first_commands(GRAPH, without_the_second, [0, 0, 0, 0, 1, 1])[0] == NO_COMMAND
