"""A search finds every state of a scope by a shortest path, each engine finds the same, and a part is called a part."""

import json
import os
import pty
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command_line import CLI, run_cli
from tests.conftest import IN_FULL
from tests.machine.faulty import (
    CONFUSES_RESOURCES,
    LEAVES_MODELS_DEPLOYED,
    REDEPLOYS_MODELS,
    RESURRECTS_UPLOADS,
    ChangesOnRefusal,
    article,
)
from tests.machine.worlds import TWO_AT_WORK, random_command, shared
from translator_cmk.explore.cubes import NotSeparable
from translator_cmk.explore.exploration import ABOUT_STATES, Exploration, verdict
from translator_cmk.explore.graph import NOT_OFFERED, Memoised, state_graph
from translator_cmk.explore.scopes import NAMED, SCOPES, SMALL, TWO_OF_A_KIND, WHAT_IF, Scope, StartNotReached, start_of
from translator_cmk.explore.search import Engine, explore
from translator_cmk.explore.theorems import THEOREMS, Theorem
from translator_cmk.machine import (
    COMMANDS,
    DEFAULT_STAGE,
    ROWS,
    Accepted,
    Command,
    Machine,
    Outcome,
    Refused,
    State,
    Unspecified,
    initial,
)
from translator_cmk.machine.commands import RevokeKeyAccess, RotateKey
from translator_cmk.machine.entities import Grant, Key, Resource, Vault
from translator_cmk.machine.rows import Row, refuse, whenever
from translator_cmk.machine.updates import sets, write


class Walked(NamedTuple):
    """A step of a search: number of the state before, command, outcome, number of the state after."""

    before: int
    command: Command
    outcome: Outcome
    after: int


def walk(scope: Scope, machine: Machine, see: Callable[[State], Any] = lambda _: None) -> Iterator[Walked]:
    """Yield every step of a scope, by a search that shares nothing with the others but the memoised machine."""
    memoised = Memoised(machine.step)
    states = [start_of(scope, machine)]
    numbers = {states[0]: 0}
    for number, state in enumerate(states):
        see(state)
        for command in scope.alphabet:
            if scope.offers(command, state):
                after, outcome = memoised.step(state, command)
                if after not in numbers:
                    numbers[after] = len(states)
                    states.append(after)
                yield Walked(number, command, outcome, numbers[after])


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
    words = [*CLI, "explore", "--scope", "eight-resources", "--json"]
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


# The search by sets of states

ON_STATES = tuple(theorem for theorem in THEOREMS if theorem.form in ABOUT_STATES)


def counted(found: Exploration) -> Mapping[str, Any]:
    """Return all that a search counted, and the lengths of its counterexamples."""
    lengths = {name: len(broken.commands) for name, broken in found.broken.items()}
    return vars(found) | {"engine": "", "seconds": 0, "started": 0, "broken": lengths}


@pytest.mark.parametrize(
    "scope",
    [shared(3), shared(2, 2), *map(NAMED.__getitem__, ("two-resources", "two-losses", "three-resources"))],
    ids=lambda scope: scope.name,
)
def test_sets_are_counted_as_their_states_are(scope: Scope) -> None:
    one = explore(scope, engine="memoised", theorems=ON_STATES)
    assert counted(one) == counted(explore(scope, engine="sets", theorems=ON_STATES))


@pytest.mark.parametrize("name", [scope.name for scope in SCOPES if 5_000 < scope.states < 1_000_000])
def test_large_scope_has_as_many_states_as_it_says(name: str) -> None:
    found = explore(NAMED[name])
    assert (found.engine, found.states, found.complete) == ("sets", NAMED[name].states, True)


def test_sets_find_shortest_counterexamples_too() -> None:
    scope, wrong = NAMED["two-resources"], LEAVES_MODELS_DEPLOYED
    one = explore(scope, wrong, "memoised", ON_STATES)
    other = explore(scope, wrong, "sets", ON_STATES)
    assert other.broken
    assert counted(one) == counted(other)


def test_sets_stop_at_the_first_broken_theorem() -> None:
    found = explore(NAMED["two-resources"], LEAVES_MODELS_DEPLOYED, "sets", ON_STATES, stop=True)
    assert found.broken
    assert not found.complete


@pytest.mark.parametrize(
    "breaks",
    [
        whenever(Grant, "identity.access-removed", when=lambda g: g.nothing, then=lambda g: sets(g)),
        whenever(Resource, "identity.access-removed", when=lambda r: r.nothing, then=lambda r: sets(r)),
        refuse(RevokeKeyAccess, "identity.access-policy", unless=lambda c: c.resource.nothing),
    ],
    ids=["grant", "resource", "command"],
)
def test_rows_that_raise_in_a_cluster_are_not_passed_over(breaks: Row) -> None:
    with pytest.raises(NotSeparable, match="the rows raise"):
        explore(shared(3), Machine((*ROWS, breaks)), "sets")


def test_sets_are_chosen_for_large_scopes_if_they_can_and_say_which_theorems_they_do_not_check() -> None:
    assert explore(shared(2, states=6_000), ChangesOnRefusal(ROWS)).engine == "memoised"
    found = explore(shared(2, states=6_000), theorems=THEOREMS)
    assert found.engine == "sets"
    assert explore(shared(2), theorems=THEOREMS).engine == "memoised"
    for theorem in THEOREMS:
        assert (verdict(theorem, found) == "not checked") == (theorem.form != "always"), theorem.name


AT_ANOTHER = whenever(
    Resource,
    "environment.mistake",
    when=lambda r: r.identity and r.world.has(Vault, "kv-prod"),
    then=lambda r: write(Vault, "kv-prod", soft_delete=False),
)
ENDLESS = (
    whenever(Resource, "a.b", when=lambda r: r.identity, then=lambda r: sets(r, identity=False)),
    whenever(Resource, "c.d", when=lambda r: not r.identity, then=lambda r: sets(r, identity=True)),
)


@pytest.mark.parametrize(
    ("machine", "message"),
    [
        (ChangesOnRefusal(ROWS), "ChangesOnRefusal is not a machine of rows alone"),
        (Machine((*ROWS, AT_ANOTHER)), "resource translator-[12] writes to another entity"),
        (Machine((*ROWS, *ENDLESS)), "reach no fixpoint"),
    ],
    ids=["no rows", "writes elsewhere", "endless"],
)
def test_machine_that_cannot_be_taken_apart_is_searched_memoised(machine: Machine, message: str) -> None:
    with pytest.raises(NotSeparable, match=message):
        explore(shared(2), machine, "sets")


def test_scope_without_clusters_is_not_searched_by_sets() -> None:
    with pytest.raises(NotSeparable, match="vaults-and-keys do not fall into clusters"):
        explore(NAMED["vaults-and-keys"], engine="sets")


# Scopes: their starts are reached, their bounds hold

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


SCOPE = ("--scope", "losing-the-key")


@pytest.mark.parametrize(("name", "engine"), [("losing-the-key", "memoised"), ("six-resources", "sets")])
def test_explore_chooses_how_to_search_and_prints_what_it_found(name: str, engine: str) -> None:
    ended = run_cli("explore", "--scope", name, "--json")
    assert (ended.code, ended.error) == (0, "")
    (found,) = json.loads(ended.out)
    assert (found["engine"], found["states"], found["complete"]) == (engine, NAMED[name].states, True)
    assert {"transitions", "depth", "refusals", "seconds"} <= found.keys()
    assert len(found["theorems"]) == len(THEOREMS)
    verdicts = {each["verdict"] for each in found["theorems"]}
    assert verdicts == ({"holds", "not asked"} if engine == "memoised" else {"holds", "not asked", "not checked"})


@pytest.mark.parametrize("words", [("explore", "--scope", "nowhere"), ("explore", *SCOPE, "--engine", "sets")])
def test_unknown_scope_or_option_is_refused_in_one_message(words: tuple[str, ...]) -> None:
    ended = run_cli(*words)
    assert (ended.code, ended.out) == (2, "")
    assert "Traceback" not in ended.error
    assert words[-1] in ended.error
