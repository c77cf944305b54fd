"""A search finds every state of a scope by a shortest path, memoised or not, and a part is called a
part.
"""

import json
import os
import pty
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import pytest

from tests.command_line import CLI, run_cli
from tests.conftest import IN_FULL
from tests.evidence.mutant_scopes import TWO_OF_A_KIND
from tests.machine.faulty import (
    CONFUSES_RESOURCES,
    LEAVES_MODELS_DEPLOYED,
    REDEPLOYS_MODELS,
    RESURRECTS_UPLOADS,
    article,
)
from translator_cmk.explore.graph import Edge, state_graph
from translator_cmk.explore.scopes import SCOPE_NAMED, Scope, StartNotReached, start_of
from translator_cmk.explore.search import Exploration, explore
from translator_cmk.explore.theorems import THEOREMS, Theorem
from translator_cmk.machine import (
    DEFAULT_STAGE,
    ROWS,
    Command,
    Machine,
    Outcome,
    Refused,
    Unspecified,
    initial,
)
from translator_cmk.machine.memoised import Memoised


class Walked(NamedTuple):
    """A step of a search: number of the state before, command, outcome, number of the state
    after.
    """

    before: int
    command: Command
    outcome: Outcome
    after: int


def walk(scope: Scope, machine: Machine) -> Iterator[Walked]:
    """Yield every step of a scope, by a search that shares nothing with the others but the memoised
    machine.
    """
    memoised = Memoised(machine.step)
    states = [start_of(scope, machine)]
    numbers = {states[0]: 0}
    for number, state in enumerate(states):  # which grows meanwhile
        for command in scope.alphabet:
            if not scope.offers(command, state):
                continue
            after, outcome = memoised.step(state, command)
            if after not in numbers:
                numbers[after] = len(states)
                states.append(after)
            yield Walked(number, command, outcome, numbers[after])


LOCAL = tuple(
    theorem for theorem in THEOREMS if theorem.name != "an-acceptance-names-what-it-rests-on"
)
"""Theorems that read little of a step; the other takes each step many times."""


def without_times(found: Exploration) -> Exploration:
    """Return all that two searches have to agree on, the ways to broken theorems included."""
    return replace(found, seconds=0, started=0)


@pytest.mark.parametrize(
    ("name", "theorems"),
    [("one-of-each", ()), ("losing-the-key", THEOREMS), ("vaults-and-keys", LOCAL)],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} theorems",
)
def test_memoised_search_finds_the_same_and_the_states_that_the_scope_has(
    name: str, theorems: tuple[Theorem, ...]
) -> None:
    scope = SCOPE_NAMED[name]
    plain = explore(scope, theorems=theorems, memoise=False)
    memoised = explore(scope, theorems=theorems)
    assert without_times(plain) == without_times(memoised)
    assert plain.complete
    assert plain.states == scope.states, f"write states: {plain.states} into the entry of {name}"


@pytest.mark.parametrize("name", ["losing-the-key", "vaults-and-keys"])
def test_search_and_graph_have_the_steps_of_a_plain_walk(name: str) -> None:
    """All number states in the order in which they find them, so the steps are the same one by
    one.
    """
    scope = SCOPE_NAMED[name]
    steps = list(walk(scope, Machine(ROWS)))
    depth = {0: 0}
    refusals: Counter[frozenset[str]] = Counter()
    silences: Counter[frozenset[str]] = Counter()
    accepted = 0
    for step in steps:
        depth.setdefault(step.after, depth[step.before] + 1)
        match step.outcome:
            case Refused(because=because):
                refusals[because] += 1
            case Unspecified(silent=silent):
                silences[silent] += 1
            case _:
                accepted += 1

    found = explore(scope)
    assert found.states == len(depth)
    assert found.depth == max(depth.values())
    assert found.transitions == len(steps)
    assert found.refusals == refusals
    assert found.silences == silences
    assert found.accepted == accepted

    graph = state_graph(scope)
    assert graph.states == len(depth)
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


@pytest.mark.parametrize(
    ("wrong", "name"),
    [(RESURRECTS_UPLOADS, "losing-the-key"), (CONFUSES_RESOURCES, "two-resources")],
)
def test_memoised_search_finds_the_same_shortest_counterexamples(wrong: Machine, name: str) -> None:
    plain = explore(SCOPE_NAMED[name], wrong, LOCAL, stop=True, memoise=False)
    memoised = explore(SCOPE_NAMED[name], wrong, LOCAL, stop=True)
    assert plain.broken
    assert without_times(plain) == without_times(memoised)


@pytest.mark.parametrize("wrong", [RESURRECTS_UPLOADS, LEAVES_MODELS_DEPLOYED, REDEPLOYS_MODELS])
def test_search_stops_at_the_first_broken_theorem_if_asked(wrong: Machine) -> None:
    scope = SCOPE_NAMED["losing-the-key"]
    found = explore(scope, wrong, THEOREMS, stop=True)
    assert found.broken
    assert all(broken.commands for broken in found.broken.values())
    assert not found.complete
    assert found.transitions < explore(scope).transitions


def test_start_that_is_not_reached_is_an_error_or_breaks_a_theorem() -> None:
    scope = SCOPE_NAMED["losing-the-key"]
    machine = article(without="environment.create-vault")
    for search in (explore, state_graph):
        with pytest.raises(StartNotReached, match="losing-the-key"):
            search(scope, machine)
    found = explore(scope, machine, THEOREMS)
    assert found.broken
    assert (found.states, found.complete) == (0, False)


@pytest.mark.parametrize(
    "scope", TWO_OF_A_KIND[: None if IN_FULL else 4], ids=lambda scope: str(scope.name)
)
def test_scopes_of_mutants_have_the_states_they_say_and_break_no_theorem(scope: Scope) -> None:
    found = explore(scope, theorems=THEOREMS)
    assert found.broken == {}
    assert found.states == scope.states, (
        f"write states: {found.states} into the entry of {scope.name}, in explore/scopes.yaml or "
        "tests/evidence/mutant_scopes.yaml"
    )


# The command


def test_explore_prints_what_it_found() -> None:
    ended = run_cli("explore", "--scope", "losing-the-key", "--json")
    assert (ended.code, ended.error) == (0, "")
    (found,) = json.loads(ended.out)
    assert (found["states"], found["complete"]) == (SCOPE_NAMED["losing-the-key"].states, True)
    assert {"transitions", "depth", "refusals", "seconds"} <= found.keys()
    assert len(found["theorems"]) == len(THEOREMS)
    assert {theorem["verdict"] for theorem in found["theorems"]} == {"holds", "not asked"}


@pytest.mark.parametrize(
    "words",
    [
        ("explore", "--scope", "nowhere"),
        ("explore", "--scope", "losing-the-key", "--engine", "sets"),
    ],
)
def test_unknown_scope_or_option_is_refused_in_one_message(words: tuple[str, ...]) -> None:
    ended = run_cli(*words)
    assert (ended.code, ended.out) == (2, "")
    assert "Traceback" not in ended.error
    assert words[-1] in ended.error


def test_interrupted_search_shows_its_progress_and_reports_no_verdict() -> None:
    """Ctrl-C in a real process on a terminal: exit code 4, and nothing is said to hold but what was
    reached.
    """
    words = [*CLI, "explore", "--scope", "one-of-each", "--json"]
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
    assert f"of {SCOPE_NAMED['one-of-each'].states:,} states" in shown
    assert process.returncode == 4
    (found,) = json.loads(out)
    assert found["complete"] is False
    assert found["states"] > 0
    assert {theorem["verdict"] for theorem in found["theorems"]} == {"undecided"}
