"""Spin and Rumur find what this project's own engines find, in models that are written out for them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.explore.foreign.checkers import MISSING, rumur, spin
from tests.machine.faulty_models import keeps_access_without_identity, keeps_data_readable, leaves_models_deployed
from translator_cmk.explore.foreign.murphi import murphi
from translator_cmk.explore.foreign.promela import promela
from translator_cmk.explore.foreign.tightened import tightened
from translator_cmk.explore.foreign.transition_system import transition_system
from translator_cmk.explore.graph import state_graph
from translator_cmk.explore.scopes import SCOPES
from translator_cmk.explore.search import explore
from translator_cmk.explore.theorems import THEOREMS
from translator_cmk.machine import ROWS, Machine

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"missing tool: {', '.join(MISSING)}")

BY_NAME = {scope.name: scope for scope in SCOPES}
NAMED = {theorem.name: theorem for theorem in THEOREMS}

SMALL = ("losing-the-key", "vaults-and-keys", "two-resources")


@pytest.mark.parametrize("name", SMALL)
def test_states_steps_and_depth_are_the_same(name: str, tmp_path: Path) -> None:
    scope = BY_NAME[name]
    ours = explore(scope)
    system = transition_system(scope)
    by_spin = spin(promela(system), tmp_path).run()
    by_rumur = rumur(murphi(system), tmp_path).run()
    assert (by_spin.states, by_spin.transitions, by_spin.depth) == (ours.states, ours.transitions, ours.depth)
    assert (by_rumur.states, by_rumur.transitions) == (ours.states, ours.transitions)


@pytest.mark.parametrize("name", SMALL[:2])
def test_steps_that_change_something_are_the_same(name: str, tmp_path: Path) -> None:
    scope = BY_NAME[name]
    graph = state_graph(scope)
    moves = sum(pair.after != pair.state for state in range(graph.states) for pair in graph.of(state))
    system = tightened(scope)
    by_spin = spin(promela(system), tmp_path).run()
    by_rumur = rumur(murphi(system), tmp_path).run()
    assert (by_spin.states, by_spin.transitions) == (graph.states, moves)
    assert (by_rumur.states, by_rumur.transitions) == (graph.states, moves)


DEFECTS: tuple[tuple[Callable[[], Machine], str, str, int], ...] = (
    (keeps_access_without_identity, "losing-the-key", "no-access-without-identity", 1),
    (keeps_data_readable, "two-resources", "data-inaccessible-when-revoked-earlier", 3),
    (leaves_models_deployed, "one-of-each", "undeploys-when-revoked", 9),
)


@pytest.mark.parametrize(("wrong", "name", "theorem", "steps"), DEFECTS)
def test_shortest_counterexample_of_a_wrong_machine_is_as_long(
    wrong: Callable[[], Machine], name: str, theorem: str, steps: int, tmp_path: Path
) -> None:
    scope = BY_NAME[name]
    broken = explore(scope, wrong(), "packed", [NAMED[theorem]]).broken[theorem]
    assert len(broken.commands) - len(scope.start) == steps
    system = transition_system(scope, wrong(), NAMED[theorem])
    assert spin(promela(system), tmp_path).run().counterexample == steps
    assert rumur(murphi(system), tmp_path).run().counterexample == steps


def test_theorem_of_the_article_that_holds_has_no_counterexample(tmp_path: Path) -> None:
    system = transition_system(BY_NAME["losing-the-key"], theorem=NAMED["no-access-without-identity"])
    assert system.finds
    found = spin(promela(system), tmp_path).run()
    assert (found.states, found.counterexample) == (14, None)
    assert rumur(murphi(system), tmp_path).run().counterexample is None


def test_what_comes_about_takes_as_many_steps(tmp_path: Path) -> None:
    scope = BY_NAME["vaults-and-keys"]
    theorem = NAMED["reached-key-purged"]
    reached = explore(scope, Machine(ROWS), "packed", [theorem]).reached[theorem.name]
    system = transition_system(scope, theorem=theorem)
    assert spin(promela(system), tmp_path).run().counterexample == len(reached) > 2
    assert rumur(murphi(system), tmp_path).run().counterexample == len(reached)
