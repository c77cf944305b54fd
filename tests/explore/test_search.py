"""The search finds every state by a shortest path, each engine finds the same, and a part is called a part."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from random import Random

import pytest

from tests.explore.test_scopes import walk
from tests.machine.faulty_models import (
    confuses_resources,
    leaves_models_deployed,
    redeploys_models,
    resurrects_uploads,
    without,
)
from tests.machine.worlds import TWO_AT_WORK, random_command
from translator_cmk.explore.commands import chosen
from translator_cmk.explore.exploration import Exploration, Progress
from translator_cmk.explore.graph import Store
from translator_cmk.explore.scopes import SCOPES, Scope, StartNotReached
from translator_cmk.explore.search import Engine, explore
from translator_cmk.explore.theorems import LOCAL, THEOREMS, Theorem
from translator_cmk.machine import DEFAULT_STAGE, ROWS, Accepted, Machine, Refused, State, Unspecified, initial
from translator_cmk.progress import ProgressBar

SMALL = chosen(None)
STEPWISE: tuple[Engine, ...] = ("reference", "memoised")
"""Engines that find each state by the same path."""

NAMED = {scope.name: scope for scope in SCOPES}


def same(one: Exploration, other: Exploration) -> bool:
    """Whether two engines found the same, the ways to broken theorems and to what is reached included."""
    return one._replace(engine="", seconds=0) == other._replace(engine="", seconds=0)


@pytest.mark.parametrize(
    ("scope", "theorems"),
    [*((scope, ()) for scope in SMALL), (NAMED["losing-the-key"], LOCAL), (NAMED["vaults-and-keys"], LOCAL)],
    ids=lambda each: each.name if isinstance(each, Scope) else f"{len(each)} theorems",
)
def test_engines_find_the_same_and_the_states_that_the_scope_has(scope: Scope, theorems: tuple[Theorem, ...]) -> None:
    one, other = (explore(scope, engine=engine, theorems=theorems) for engine in STEPWISE)
    assert same(one, other)
    assert (one.states, one.complete) == (scope.states, True)


@pytest.mark.parametrize("name", ["vaults-and-keys", "tenants"])
def test_search_finds_what_a_plain_walk_finds(name: str) -> None:
    scope = NAMED[name]
    found = explore(scope)
    refusals: dict[frozenset[str], int] = {}
    silences: dict[frozenset[str], int] = {}
    steps = list(walk(scope, Machine(ROWS)))
    depth = {0: 0}
    for step in steps:
        depth.setdefault(step.after, depth[step.before] + 1)
        if isinstance(step.outcome, Refused):
            refusals[step.outcome.because] = refusals.get(step.outcome.because, 0) + 1
        if isinstance(step.outcome, Unspecified):
            silences[step.outcome.silent] = silences.get(step.outcome.silent, 0) + 1
    assert (found.states, found.transitions, found.depth) == (len(depth), len(steps), max(depth.values()))
    assert (found.refusals, found.silences) == (refusals, silences)
    assert found.accepted == sum(isinstance(step.outcome, Accepted) for step in steps)


@pytest.mark.parametrize(
    ("wrong", "name"), [(resurrects_uploads, "losing-the-key"), (confuses_resources, "two-resources")]
)
def test_engines_find_the_same_shortest_counterexamples(wrong: Callable[[], Machine], name: str) -> None:
    found = [explore(NAMED[name], wrong(), engine, LOCAL, stop=True) for engine in STEPWISE]
    assert found[0].broken
    assert all(same(found[0], other) for other in found)


def test_counterexample_is_the_shortest_there_is() -> None:
    """Losing the key takes one command and getting it back another; the start takes eight."""
    found = explore(NAMED["losing-the-key"], resurrects_uploads(), theorems=THEOREMS)
    broken = found.broken["nothing-comes-back-that-is-gone-for-good"]
    start = NAMED["losing-the-key"].start
    assert broken.commands[: len(start)] == start
    assert [type(command).__name__ for command in broken.commands[len(start) :]] == [
        "RevokeKeyAccess",
        "GrantKeyAccess",
    ]


@pytest.mark.parametrize("wrong", [resurrects_uploads, leaves_models_deployed, redeploys_models])
def test_search_stops_at_the_first_broken_theorem_if_asked(wrong: Callable[[], Machine]) -> None:
    found = explore(NAMED["losing-the-key"], wrong(), theorems=THEOREMS, stop=True)
    assert all(broken.commands for broken in found.broken.values())
    assert found.broken
    assert not found.complete
    assert found.transitions < explore(NAMED["losing-the-key"]).transitions


def test_start_that_is_not_reached_is_an_error_or_breaks_a_theorem() -> None:
    with pytest.raises(StartNotReached, match="losing-the-key"):
        explore(NAMED["losing-the-key"], Machine(without("environment.create-vault")))
    found = explore(NAMED["losing-the-key"], Machine(without("environment.create-vault")), theorems=THEOREMS)
    assert found.broken
    assert (found.states, found.complete) == (0, False)


def test_states_are_packed_alike_exactly_if_they_are_equal() -> None:
    store, machine, random = Store(), Machine(ROWS), Random(1)
    packed: dict[bytes, State] = {}
    for _ in range(20):
        state = initial(DEFAULT_STAGE)
        for command in (*TWO_AT_WORK, *(random_command(random) for _ in range(60))):
            state, _ = machine.step(state, command)
            assert store.unpack(store.pack(state)) == state
            assert packed.setdefault(store.pack(state), state) == state
    assert len(set(packed.values())) == len(packed) > 100


def test_search_reports_its_progress() -> None:
    reports: list[Progress] = []

    def report(progress: Progress) -> None:
        reports.append(progress)
        if len(reports) == 2:
            raise KeyboardInterrupt

    found = explore(NAMED["two-of-each"], engine="memoised", report=report)
    assert 0 < reports[0].states <= reports[1].states <= found.states
    assert reports[0].rate > 0
    assert reports[1].frontier >= 0
    assert not found.complete


def test_interrupted_search_shows_its_progress_and_reports_no_verdict() -> None:
    """Ctrl-C in a real process on a terminal: exit code 4, and nothing is said to hold but what was reached."""
    words = [sys.executable, "-m", "translator_cmk.cli", "explore", "--scope", "two-lives", "--json"]
    terminal, end = pty.openpty()
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=end, text=True) as process:
        os.close(end)
        shown = ""
        while "steps/s" not in shown:
            shown += os.read(terminal, 1_000).decode()
        process.send_signal(signal.SIGINT)
        try:
            out, _ = process.communicate(timeout=30)
        finally:
            process.kill()
    os.close(terminal)
    assert f"of {NAMED['two-lives'].states:,} states" in shown
    assert process.returncode == 4
    (found,) = json.loads(out)
    assert found["complete"] is False
    assert found["states"] > 0
    verdicts = {theorem["name"]: theorem["verdict"] for theorem in found["theorems"]}
    assert set(verdicts.values()) == {"undecided", "not checked"}


def test_no_progress_is_shown_where_there_is_no_terminal() -> None:
    assert not ProgressBar().visible
