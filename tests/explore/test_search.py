"""The search finds every state by a shortest path, each engine finds the same, and a part is called a part."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.explore.common import walk
from tests.machine.faulty_models import (
    CONFUSES_RESOURCES,
    LEAVES_MODELS_DEPLOYED,
    REDEPLOYS_MODELS,
    RESURRECTS_UPLOADS,
    article,
)
from tests.machine.worlds import TWO_AT_WORK, random_command
from translator_cmk.explore.exploration import Exploration
from translator_cmk.explore.graph import state_graph
from translator_cmk.explore.memoised import Memoised
from translator_cmk.explore.scopes import NAMED, Scope, StartNotReached, start_of
from translator_cmk.explore.search import Engine, explore
from translator_cmk.explore.theorems import THEOREMS, Theorem
from translator_cmk.machine import DEFAULT_STAGE, ROWS, Accepted, Machine, Refused, Unspecified, initial

STEPWISE: tuple[Engine, ...] = ("reference", "memoised")
"""Engines that find each state by the same path."""

LOCAL = tuple(theorem for theorem in THEOREMS if theorem.name != "an-acceptance-names-what-it-rests-on")
"""Theorems that read little of a step; the other takes each step many times."""


def alike(found: Exploration) -> Exploration:
    """What engines have to agree on, the ways to broken theorems included."""
    return replace(found, engine="", seconds=0, started=0)


@pytest.mark.parametrize(
    ("scope", "theorems"),
    [(NAMED["one-of-each"], ()), (NAMED["losing-the-key"], THEOREMS), (NAMED["vaults-and-keys"], LOCAL)],
    ids=lambda each: each.name if isinstance(each, Scope) else f"{len(each)} theorems",
)
def test_engines_find_the_same_and_the_states_that_the_scope_has(scope: Scope, theorems: tuple[Theorem, ...]) -> None:
    one, other = (explore(scope, engine=engine, theorems=theorems) for engine in STEPWISE)
    assert alike(one) == alike(other)
    assert (one.states, one.complete) == (scope.states, True)


@pytest.mark.parametrize("name", ["losing-the-key", "vaults-and-keys"])
def test_search_and_graph_have_the_steps_of_a_plain_walk(name: str) -> None:
    """All number states in the order in which they find them, so the steps are the same one by one."""
    scope, graph, found = NAMED[name], state_graph(NAMED[name]), explore(NAMED[name])
    steps = list(walk(scope, Machine(ROWS)))
    depth = {0: 0}
    for step in steps:
        depth.setdefault(step.after, depth[step.before] + 1)
    outcomes = [step.outcome for step in steps]
    assert (found.states, found.transitions, found.depth) == (len(depth), len(steps), max(depth.values()))
    assert found.refusals == Counter(each.because for each in outcomes if isinstance(each, Refused))
    assert found.silences == Counter(each.silent for each in outcomes if isinstance(each, Unspecified))
    assert found.accepted == sum(isinstance(each, Accepted) for each in outcomes)
    pairs = [pair for state in range(graph.states) for pair in graph.of(state)]
    assert len(pairs) == graph.pairs
    assert [(step.before, step.command, step.outcome, step.after) for step in steps] == [
        (pair.state, scope.alphabet[pair.command], graph.labels[pair.label], pair.after) for pair in pairs
    ]


def test_the_path_to_a_state_leads_there_and_is_the_shortest() -> None:
    graph, machine = state_graph(NAMED["vaults-and-keys"]), Machine(ROWS)
    far = [0] * graph.states
    for number in range(graph.states):
        path = graph.path(number)
        far[number] = len(path)
        state = initial(DEFAULT_STAGE)
        for command in (*graph.scope.start, *graph.commands(path)):
            state, _ = machine.step(state, command)
        assert (graph.number(state), graph.state(number)) == (number, state)
    assert far == sorted(far)
    assert all(far[p.after] <= far[p.state] + 1 for state in range(graph.states) for p in graph.of(state))
    assert graph.number(start_of(NAMED["losing-the-key"], machine)) is None  # a state of another world


@pytest.mark.parametrize(
    ("wrong", "name"), [(RESURRECTS_UPLOADS, "losing-the-key"), (CONFUSES_RESOURCES, "two-resources")]
)
def test_engines_find_the_same_shortest_counterexamples(wrong: Machine, name: str) -> None:
    one, other = (explore(NAMED[name], wrong, engine, LOCAL, stop=True) for engine in STEPWISE)
    assert one.broken
    assert alike(one) == alike(other)


@pytest.mark.parametrize("wrong", [RESURRECTS_UPLOADS, LEAVES_MODELS_DEPLOYED, REDEPLOYS_MODELS])
def test_search_stops_at_the_first_broken_theorem_if_asked(wrong: Machine) -> None:
    found = explore(NAMED["losing-the-key"], wrong, theorems=THEOREMS, stop=True)
    assert found.broken
    assert all(broken.commands for broken in found.broken.values())
    assert not found.complete
    assert found.transitions < explore(NAMED["losing-the-key"]).transitions


def test_start_that_is_not_reached_is_an_error_or_breaks_a_theorem() -> None:
    scope, machine = NAMED["losing-the-key"], article(without="environment.create-vault")
    for search in (explore, state_graph):
        with pytest.raises(StartNotReached, match="losing-the-key"):
            search(scope, machine)
    found = explore(scope, machine, theorems=THEOREMS)
    assert found.broken
    assert (found.states, found.complete) == (0, False)


def test_interrupted_search_shows_its_progress_and_reports_no_verdict() -> None:
    """Ctrl-C in a real process on a terminal: exit code 4, and nothing is said to hold but what was reached."""
    words = [sys.executable, "-m", "translator_cmk.cli", "explore", "--scope", "eight-resources", "--json"]
    terminal, end = pty.openpty()
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=end, text=True) as process:
        os.close(end)
        shown = ""
        while "states, depth" not in shown:
            shown += os.read(terminal, 1_000).decode()
        process.send_signal(signal.SIGINT)
        try:
            out, _ = process.communicate(timeout=30)
        finally:
            process.kill()
    os.close(terminal)
    assert f"of {NAMED['eight-resources'].states:,} states" in shown
    assert process.returncode == 4
    (found,) = json.loads(out)
    assert found["complete"] is False
    assert found["states"] > 0
    assert {theorem["verdict"] for theorem in found["theorems"]} == {"undecided", "not checked"}


MEMOISED = Memoised(Machine(ROWS).step)


@given(st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_memoised_steps_are_those_of_the_machine(random: Random) -> None:
    state = initial(DEFAULT_STAGE)
    for command in (*TWO_AT_WORK, *(random_command(random) for _ in range(60))):
        expected = Machine(ROWS).step(state, command)
        assert MEMOISED.step(state, command) == expected  # computed, or kept from another example
        assert MEMOISED.step(state, command) == expected  # kept
        state = expected[0]


def test_no_step_is_computed_twice_and_the_number_of_kept_results_is_bounded() -> None:
    taken = []

    class Counting(Machine):
        def step(self, state, command, choose=None):  # type: ignore[no-untyped-def]  # as in Machine
            taken.append(command)
            return super().step(state, command, choose)

    memoised, bounded = Memoised(Counting(ROWS).step), Memoised(Machine(ROWS).step, limit=5)
    for _ in range(3):
        state = initial(DEFAULT_STAGE)
        for command in TWO_AT_WORK:
            assert memoised.step(state, command) == bounded.step(state, command)
            state, _ = memoised.step(state, command)
            assert bounded.kept <= 5
    assert len(taken) == len(TWO_AT_WORK)
