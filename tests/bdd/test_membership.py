"""The self-check: scenarios and rows agree, and a model that lacks a row contradicts scenarios of its requirement."""

import pytest

from translator_cmk import features_dir
from translator_cmk.bdd.features import load_features
from translator_cmk.bdd.membership import undemanded_scenarios
from translator_cmk.machine import COUNTER_ROWS, ROWS, Machine
from translator_cmk.machine.rows import Row

FEATURES = load_features(features_dir())


def without(requirement: str) -> list[Row]:
    return [row for row in ROWS if row.requirement != requirement]


def test_the_machine_with_nothing_silent_demands_every_scenario() -> None:
    assert undemanded_scenarios(Machine(ROWS), FEATURES) == []


@pytest.mark.parametrize("requirement", ["revocation.undeploys", "vault.same-region", "keys.change"])
def test_a_machine_without_a_row_does_not_demand_scenarios_of_its_requirement(requirement: str) -> None:
    found = undemanded_scenarios(Machine(without(requirement)), FEATURES)
    assert [pickle.id for pickle in found if requirement in pickle.requirements]


def test_a_machine_with_a_mistake_does_not_demand_the_scenario_that_forbids_it() -> None:
    mistake = next(row for row in COUNTER_ROWS if row.requirement == "keys.rotation-keeps-data")
    found = undemanded_scenarios(Machine((*ROWS, mistake)), FEATURES)
    assert [pickle.id for pickle in found if mistake.requirement in pickle.requirements]
