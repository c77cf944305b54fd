"""Each command in a state is a scenario that holds of the model, and of no model that does otherwise there."""

from functools import cache
from pathlib import Path
from random import Random

import pytest

from tests.machine.faulty_models import without
from translator_cmk.bdd.assertions import AssertionFailed
from translator_cmk.bdd.features import Pickle, read_feature
from translator_cmk.bdd.scenario_run import SetupFailed, run_scenario
from translator_cmk.explore.graph import Graph, state_graph
from translator_cmk.explore.scopes import SCOPES
from translator_cmk.explore.tours.sequences import CommandSequence, feature_lines, suite
from translator_cmk.machine import Machine, Outcome
from translator_cmk.requirements import load_register
from translator_cmk.system import ModelSystem

NAMED = {scope.name: scope for scope in SCOPES}

REGISTER = load_register()


@cache
def graph_of(name: str) -> Graph[Outcome]:
    return state_graph(NAMED[name])


def pickles(name: str, given: "tuple[CommandSequence, ...]", folder: Path) -> list[Pickle]:
    """The scenarios of the feature that tells the sequences, as features are read."""
    file = folder / f"{name}.feature"
    file.write_text("\n".join(feature_lines(graph_of(name), given, REGISTER)) + "\n", "utf-8")
    feature = read_feature(file)
    assert all(rule.requirement for rule in feature.rules)
    return list(feature.pickles)


def test_every_command_in_every_state_is_a_scenario_that_holds(tmp_path: Path) -> None:
    scope = NAMED["losing-the-key"]
    scenarios = pickles(scope.name, tuple(suite(scope).sequences), tmp_path)
    assert len(scenarios) == graph_of(scope.name).pairs
    assert len({pickle.id for pickle in scenarios}) == len(scenarios)
    for pickle in scenarios:
        run_scenario(ModelSystem(), pickle)


@pytest.mark.parametrize("name", ["vaults-and-keys", "demands", "tenants", "one-of-each"])
def test_commands_in_random_states_are_scenarios_that_hold(name: str, tmp_path: Path) -> None:
    graph, random, drawn = graph_of(name), Random(name), []
    for number in range(10):
        state = random.randrange(graph.states)
        command = random.choice([pair.command for pair in graph.of(state)])
        commands = graph.commands((*graph.path(state), command))
        drawn.append(CommandSequence(str(number), (*graph.scope.start, *commands), len(graph.scope.start)))
    scenarios = pickles(name, tuple(drawn), tmp_path)
    assert len(scenarios) > 10
    for pickle in random.sample(scenarios, 10):
        run_scenario(ModelSystem(), pickle)


@pytest.mark.parametrize(
    "requirement", ["revocation.undeploys", "revocation.key-disabled", "restoration.data-readable", "keys.audit"]
)
def test_scenarios_fail_on_a_model_that_lacks_a_row(requirement: str, tmp_path: Path) -> None:
    scope = NAMED["losing-the-key"]
    red = 0
    for pickle in pickles(scope.name, tuple(suite(scope).sequences), tmp_path):
        try:
            run_scenario(ModelSystem(Machine(without(requirement))), pickle)
        except (AssertionFailed, SetupFailed):
            red += 1
    assert red
