"""A tour gives every command in every state in few steps."""

from array import array
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise, product
from typing import Any

import pytest

from translator_cmk.explore.coverage import StepRecord, recorded_graph, select
from translator_cmk.explore.graph import Edge, Graph, state_graph
from translator_cmk.explore.scopes import SCOPE_NAMED, Scope
from translator_cmk.explore.suites import suite
from translator_cmk.explore.tours import tour
from translator_cmk.machine import (
    ROWS,
    Accepted,
    Outcome,
    Refused,
    Unspecified,
)
from translator_cmk.machine.rows import Refuse, Silent

EACH = pytest.mark.parametrize("name", ["losing-the-key", "vaults-and-keys"])


@cache
def graph_of(name: str) -> Graph[Outcome]:
    return state_graph(SCOPE_NAMED[name])


@cache
def recorded(name: str) -> Graph[StepRecord]:
    return recorded_graph(SCOPE_NAMED[name])


@cache
def toured(name: str) -> list["array[int]"]:
    return tour(graph_of(name))


def along(graph: Graph[Any], sequence: Iterable[int]) -> Iterator[Edge]:
    """Yield the edges of a sequence of commands from the start, each of them offered."""
    state = 0
    for command in sequence:
        [edge] = [each for each in graph.edges_from(state) if each.command == command]
        yield edge
        state = edge.after


@EACH
def test_tour_gives_every_command_in_every_state_and_what_changes_nothing_once(name: str) -> None:
    graph = graph_of(name)
    given: list[Edge] = []
    for sequence in toured(name):
        given += along(graph, sequence)
    every_edge: set[Edge] = set()
    for state in range(graph.states):
        every_edge.update(graph.edges_from(state))
    assert set(given) == every_edge
    changes_nothing = [edge for edge in given if edge.after == edge.state]
    assert len(changes_nothing) == len(set(changes_nothing))


def test_tour_is_always_the_same() -> None:
    name = "losing-the-key"
    assert tour(state_graph(SCOPE_NAMED[name])) == toured(name)


@EACH
def test_nothing_follows_what_is_not_specified(name: str) -> None:
    graph = graph_of(name)
    for sequence in (*toured(name), *select(recorded(name), 200)):
        *before, _ = along(graph, sequence)
        assert not any(isinstance(graph.labels[pair.label], Unspecified) for pair in before)


BEGINNING = 1 + len(SCOPE_NAMED["losing-the-key"].start)
"""The steps that lead to the start of the scope: a reset, and commands."""


@pytest.mark.parametrize(
    ("alphabet", "beyond"),
    [
        # read once, and nothing changes
        (("ReadData",), 1),
        # with losses and all deleted, recovered, and deleted again; in each of the three states one
        # of them is refused
        (("DeleteVault", "RecoverVault"), 6),
        # deployed already, then cut off: an audit and a loss, then nothing new and a refusal
        (("DisableIdentity", "DeployModel"), 4),
    ],
)
def test_tours_of_which_the_shortest_can_be_counted_by_hand_are_as_short(
    alphabet: tuple[str, ...], beyond: int
) -> None:
    scope = SCOPE_NAMED["losing-the-key"]
    commands = tuple(command for command in scope.alphabet if type(command).__name__ in alphabet)
    part = Scope("part", "A part.", scope.situation, commands, states=scope.states)
    assert suite(part).steps == BEGINNING + beyond


def test_more_steps_never_buy_less_and_enough_buy_all_that_there_is() -> None:
    name = "losing-the-key"
    graph = recorded(name)
    before = 0
    for budget in (20, 200, 5_000):
        found = select(graph, budget)
        assert sum(1 + len(graph.scope.start) + len(sequence) for sequence in found) <= budget
        met = met_by(graph, found)
        total = sum(met.values())
        assert before < total
        before = total
    of_everything = met_by(graph, toured(name))
    assert met.pop("row_pairs") >= of_everything.pop("row_pairs") > 0
    assert met == of_everything
    assert select(recorded_graph(SCOPE_NAMED[name]), 60) == select(graph, 60)


def met_by(graph: Graph[StepRecord], sequences: Iterable[Iterable[int]]) -> dict[str, int]:
    """Count what sequences meet of each kind, as its definition says."""
    rows: set[int] = set()
    refusals = set()
    commands = set()
    row_pairs: set[tuple[int, int]] = set()
    for sequence in sequences:
        records = [graph.labels[pair.label] for pair in along(graph, sequence)]
        for record in records:
            rows.update(record.rows)
            commands.add((record.command, record.rows))
            if isinstance(record.outcome, Refused):
                refusals.add(record.outcome)
        for one, other in pairwise(records):
            row_pairs.update(product(one.rows, other.rows))
    return {
        "rows": len(rows),
        "refusals": len(refusals),
        "commands": len(commands),
        "row_pairs": len(row_pairs),
    }


@pytest.mark.parametrize("name", ["losing-the-key", "demands"])
def test_rows_that_are_recorded_are_the_reasons_of_a_refusal_and_behind_an_acceptance(
    name: str,
) -> None:
    for record in recorded(name).labels:
        applied = [ROWS[row] for row in record.rows]
        demands = {row.requirement for row in applied if isinstance(row, Refuse)}
        match record.outcome:
            case Refused(because=because):
                assert demands == because - {"environment.exists"}
            case Accepted(by=by):
                assert not demands
                assert by <= {row.requirement for row in applied}
            case Unspecified(silent=silent):
                assert {row.requirement for row in applied if isinstance(row, Silent)} == silent


def test_selection_stays_within_its_budget_with_the_way_to_the_start() -> None:
    assert BEGINNING < suite(SCOPE_NAMED["losing-the-key"], 40).steps <= 40


def test_budget_that_is_too_small_is_an_error() -> None:
    with pytest.raises(ValueError, match=f"the start of losing-the-key takes {BEGINNING} steps"):
        suite(SCOPE_NAMED["losing-the-key"], BEGINNING)
    assert suite(SCOPE_NAMED["losing-the-key"], BEGINNING + 1).steps == BEGINNING + 1
