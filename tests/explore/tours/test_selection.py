"""A budget buys rows, reasons and pairs of rows: those that are counted are met, and more steps never buy less."""

from functools import cache

import pytest

from translator_cmk.explore.coverage.decisions import Evaluation, StepRecord, recorded_graph, shown
from translator_cmk.explore.graph import Graph
from translator_cmk.explore.scopes import SCOPES
from translator_cmk.explore.tours.selection import Selected, following_rows, reason_in, select
from translator_cmk.machine import Unspecified

NAMED = {scope.name: scope for scope in SCOPES}

NAMES = pytest.mark.parametrize("name", ["losing-the-key", "vaults-and-keys"])


@cache
def graph_of(name: str) -> Graph[StepRecord]:
    return recorded_graph(NAMED[name])


def met(graph: Graph[StepRecord], selected: Selected) -> tuple[int, int, int, int, int]:
    """Pairs, rows, reasons, conditions and pairs of rows, counted by going through the sequences."""
    pairs: set[tuple[int, int]] = set()
    rows: set[int] = set()
    reasons: set[frozenset[str] | None] = set()
    row_pairs: set[tuple[int, int]] = set()
    evaluations: set[Evaluation] = set()
    for sequence in selected.sequences:
        at, before = 0, frozenset[int]()
        for number, command in enumerate(sequence, start=1):
            pair = graph.pair(at, command)
            came = graph.labels[pair.label]
            assert number == len(sequence) or not isinstance(came.outcome, Unspecified)
            pairs.add((at, command))
            rows |= came.applied
            evaluations |= came.evaluations
            reasons.add(reason_in(came))
            row_pairs.update((one, other) for one in before for other in came.applied)
            at, before = pair.after, came.applied
    return len(pairs), len(rows), len(reasons - {None}), len(shown(evaluations)), len(row_pairs)


@NAMES
@pytest.mark.parametrize("budget", [20, 200])
def test_what_is_counted_is_met_within_the_budget(name: str, budget: int) -> None:
    graph = graph_of(name)
    selected = select(graph, budget)
    taken = sum(1 + len(graph.scope.start) + len(sequence) for sequence in selected.sequences)
    assert taken == selected.steps <= budget
    _, _, pairs, rows, _, reasons, _, conditions, _, row_pairs, _ = selected
    assert met(graph, selected) == (pairs, rows, reasons, conditions, row_pairs)


@NAMES
def test_a_budget_that_is_large_enough_buys_all_that_there_is(name: str) -> None:
    selected = select(graph_of(name), 5_000)
    assert selected.steps < 5_000
    assert selected.rows == selected.all_rows
    assert selected.reasons == selected.all_reasons
    assert selected.conditions == selected.all_conditions
    assert selected.row_pairs == selected.all_row_pairs


def test_a_budget_of_a_hundred_steps_buys_nine_rows_of_ten_and_every_reason() -> None:
    """In the scope with the whole life of one of each entity."""
    selected = select(graph_of("one-of-each"), 100)
    assert selected.rows * 10 >= selected.all_rows * 9
    assert selected.reasons == selected.all_reasons


def test_selection_is_always_the_same() -> None:
    assert select(recorded_graph(NAMED["losing-the-key"]), 60) == select(graph_of("losing-the-key"), 60)


def test_rows_that_can_follow_each_other_are_those_of_two_steps_in_succession() -> None:
    graph = graph_of("losing-the-key")
    followed: dict[int, set[int]] = {}
    for state in range(graph.states):
        for pair in graph.of(state):
            for following in graph.of(pair.after):
                for row in graph.labels[pair.label].applied:
                    followed.setdefault(row, set()).update(graph.labels[following.label].applied)
    bits = following_rows(graph)
    assert {row: {r for r in range(200) if bits[row] >> r & 1} for row in bits} == followed
