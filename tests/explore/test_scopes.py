"""Scopes are as described: their starts are reached, their bounds hold, and paths in them lead where they say."""

import json
from array import array
from collections.abc import Collection
from functools import partial
from itertools import product
from typing import Any

import pytest

from tests.command_line import run_cli
from tests.evidence.in_full import IN_FULL
from translator_cmk.bdd.features import pickles
from translator_cmk.bdd.vocabulary import commands_of
from translator_cmk.explore.graph import (
    NO_COMMAND,
    NOT_OFFERED,
    Graph,
    attainable,
    first_commands,
    predecessors,
    state_graph,
)
from translator_cmk.explore.scope import start_of
from translator_cmk.explore.scopes import NAMED, SCOPES, SMALL, TWO_OF_A_KIND, WHAT_IF, Scope
from translator_cmk.explore.search import explore
from translator_cmk.explore.theorems import THEOREMS
from translator_cmk.machine import COMMANDS, DEFAULT_STAGE, ROWS, Machine, Refused, State, initial, observe
from translator_cmk.machine.commands import RotateKey
from translator_cmk.machine.entities import Key
from translator_cmk.machine.rows import Refuse, Row
from translator_cmk.oracle.profiles import silent_in
from translator_cmk.requirements import load_register

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


# Two commands a state:  0 -> 1 -> 2 -> 3, and 0 -> 4 <-> 5.  From 3 and 4 one command leads nowhere.
LEADS = [(1, 4), (2, 1), (3, 3), (3, NOT_OFFERED), (5, 4), (4, NOT_OFFERED)]


class SmallGraph(Graph[Any]):
    """A graph that no scope has, and that is small enough to draw."""

    def __init__(self, leads: list[tuple[int, int]]) -> None:
        self.width = 2
        self.after = array("i", [after for each in leads for after in each])
        self.size = len(leads)

    @property
    def states(self) -> int:
        return self.size


GRAPH = SmallGraph(LEADS)
EARLIER = predecessors(GRAPH)


def test_states_before_a_state_are_those_that_lead_there_and_not_itself() -> None:
    assert [set(), {0}, {1}, {2}, {0, 5}, {4}] == EARLIER
    assert predecessors(GRAPH, without={1}) == [set(), {0}, {1}, {2}, {5}, {4}]


def test_what_holds_later_is_attainable_before_and_not_after() -> None:
    assert attainable(EARLIER, [0b000, 0b001, 0b000, 0b010, 0b000, 0b100]) == [0b111, 0b011, 0b010, 0b010, 0b100, 0b100]


@pytest.mark.parametrize(
    ("values", "first"),
    [
        ([0, 0, 0, 1, 0, 0], [0, 0, 0, NO_COMMAND, NO_COMMAND, NO_COMMAND]),
        ([0, 0, 0, 1, 0, 1], [1, 0, 0, NO_COMMAND, 0, NO_COMMAND]),
        ([0, 1, 0, 2, 0, 0], [0, 0, 0, NO_COMMAND, NO_COMMAND, NO_COMMAND]),  # a lower value is passed by
        ([0, 9, 0, 2, 0, 5], [0, NO_COMMAND, 0, NO_COMMAND, 0, NO_COMMAND]),
    ],
)
def test_path_leads_to_the_highest_value_by_the_fewest_commands(values: list[int], first: list[int]) -> None:
    assert first_commands(GRAPH, EARLIER, values) == first


def test_path_takes_no_command_that_is_left_out() -> None:
    without_the_second = predecessors(GRAPH, without={1})
    assert first_commands(GRAPH, without_the_second, [0, 0, 0, 0, 1, 1])[0] == NO_COMMAND


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


def test_scenarios_reach_every_row_and_every_reason_for_a_refusal() -> None:
    """In the full machine, or where nothing holds that is silent in profile `article`."""
    machine, rows, reasons = Machine(ROWS), set[int](), set[str]()

    def choose(without: Collection[str], row: Row, _: str) -> bool:
        if row.requirement in without:
            return False
        rows.add(id(row))
        return True

    silent = silent_in("article", load_register())
    for pickle, without in product(pickles(), [frozenset[str](), silent]):
        state, chosen = initial(DEFAULT_STAGE), partial(choose, without)
        for command in commands_of(pickle):
            state, outcome = machine.step(state, command, chosen)
            reasons.update(outcome.because if isinstance(outcome, Refused) else ())
        observe(machine.world(state, chosen))
    assert [row for row in ROWS if id(row) not in rows] == []
    assert {row.requirement for row in ROWS if isinstance(row, Refuse)} <= reasons
