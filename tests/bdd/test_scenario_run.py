"""A scenario passes where system and specification agree, and fails where they do not."""

from pathlib import Path
from typing import Any

import pytest

from tests.bdd.samples import OUTLINE, RIGHT, pickle_of, steps
from tests.command_line import tables
from tests.systems import mistaken
from tests.systems.histories import showing
from tests.systems.permitted import without_workspaces_under_a_lost_key
from translator_cmk.bdd.assertions import AssertionFailed, NotApplicable, NotSpecified
from translator_cmk.bdd.feature_files import pickles
from translator_cmk.bdd.scenario_run import ScenarioRun, run_scenario
from translator_cmk.bdd.systems import load_factory
from translator_cmk.bdd.vocabulary import asserts
from translator_cmk.machine import REMEMBERING
from translator_cmk.system import ModelSystem, System

_, RUNS = tables(__file__, "mistakes.yaml")


def run(folder: Path, row: dict[str, Any]) -> None:
    """Run the scenario of a row with its system."""
    if "of" in row:
        scenario = OUTLINE.replace(row.get("was", ""), row.get("is", ""))
    else:
        scenario = steps(row["when"], *row["then"], given=row.get("given", "a vault with a key"))
    system: System = ModelSystem()
    if "system" in row:
        system = load_factory(f"tests.systems.{row['system']}", folder, "--system")()
    run_scenario(system, pickle_of(folder, scenario))


def test_right_system_passes_and_every_step_is_kept(tmp_path: Path) -> None:
    details = run_scenario(ModelSystem(), pickle_of(tmp_path, RIGHT)).details
    assert [detail["step"].split()[0] for detail in details] == ["Given", "When", "Then"]
    assert details[1]["command"]["command"] == "EnableCustomerManagedKeys"
    assert details[1]["outcome"]["outcome"] == "accepted"
    was = '"translator-prod" uses Microsoft-managed keys'
    now = '"translator-prod" uses customer-managed keys'
    assert [was, now] in details[1]["changed"]


@pytest.mark.parametrize("row", RUNS["passes"])
def test_what_the_specification_demands_passes(tmp_path: Path, row: dict[str, Any]) -> None:
    run(tmp_path, row)


@pytest.mark.parametrize("row", RUNS["fails"], ids=lambda row: row["what"])
def test_what_contradicts_the_specification_fails(tmp_path: Path, row: dict[str, Any]) -> None:
    with pytest.raises(AssertionFailed) as caught:
        run(tmp_path, row)
    assert row["says"] in str(caught.value)


def test_what_is_not_specified_passes_for_the_model_and_demands_nothing_of_a_system() -> None:
    pickle = next(pickle for pickle in pickles() if asserts(pickle, "not specified"))
    run_scenario(ModelSystem(), pickle)
    with pytest.raises(NotSpecified):
        run_scenario(mistaken.Elsewhere(), pickle)
    with pytest.raises(AssertionFailed):
        run_scenario(mistaken.leaves_nothing_open(), pickle)


def test_each_scenario_begins_with_a_reset(tmp_path: Path) -> None:
    system = ModelSystem()
    pickle = pickle_of(tmp_path, RIGHT)
    run_scenario(system, pickle)
    run_scenario(system, pickle)
    run = ScenarioRun(system, pickle)
    run.begin()
    assert system.observe()["resource"] == {}


def test_what_is_not_displayed_while_the_key_is_inaccessible_is_not_compared() -> None:
    hiding = showing(without_workspaces_under_a_lost_key)
    system = mistaken.Elsewhere(hiding(REMEMBERING))
    losing = [pickle for pickle in pickles() if pickle.group == "revocation.vault-deleted"]
    assert run_scenario(system, losing[0]).undisplayed
    keeping = [pickle for pickle in pickles() if pickle.group == "revocation.models-kept"]
    with pytest.raises(NotApplicable):  # it says nothing of what is displayed
        run_scenario(system, keeping[0])
