"""A scenario passes where system and specification agree; a failure says what is wrong, where."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.bdd.samples import OUTLINE, RIGHT, feature, rule
from tests.command_line import tables
from tests.systems import mistaken, odd
from translator_cmk import features_dir
from translator_cmk.bdd.assertions import AssertionFailed, NotSpecified
from translator_cmk.bdd.causes import by_cause, causes_of, why_of
from translator_cmk.bdd.checked_system import Inconclusive
from translator_cmk.bdd.failures import format_failure, places_of
from translator_cmk.bdd.feature_files import load_features, read_feature
from translator_cmk.bdd.features import Pickle
from translator_cmk.bdd.scenario_run import ScenarioRun, SetupFailed, run_scenario
from translator_cmk.bdd.systems import load_factory
from translator_cmk.bdd.vocabulary import asserts
from translator_cmk.requirements import load_register
from translator_cmk.system import ModelSystem, System

PICKLES = [pickle for feature in load_features(features_dir()) for pickle in feature.pickles]


def pickle_of(folder: Path, scenario: str) -> Pickle:
    file = folder / "vault.feature"
    file.write_text(feature(rule(scenario)), encoding="utf-8")
    return next(read_feature(file).pickles)


def steps(when: str, *then: str, given: str = "a vault with a key") -> str:
    more = "".join(f"  And {text}\n" for text in then[1:])
    return f"\nScenario: One\n  Given {given}\n  When {when}\n  Then {then[0]}\n{more}"


_, RUNS, _ = tables(__file__, "mistakes.yaml")


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
    changed = ['"translator-prod" uses Microsoft-managed keys', '"translator-prod" uses customer-managed keys']
    assert changed in details[1]["changed"]


@pytest.mark.parametrize("row", RUNS["passes"])
def test_what_the_specification_demands_passes(tmp_path: Path, row: dict[str, Any]) -> None:
    run(tmp_path, row)


@pytest.mark.parametrize("row", RUNS["fails"], ids=lambda row: row["what"])
def test_what_contradicts_the_specification_fails(tmp_path: Path, row: dict[str, Any]) -> None:
    with pytest.raises(AssertionFailed) as caught:
        run(tmp_path, row)
    assert row["says"] in str(caught.value)


@pytest.mark.parametrize(
    ("system", "by"),
    [(mistaken.RefusesKeys, "keys.create"), (mistaken.ForgetsKeys, "keys.create")],
    ids=["refused", "without a change"],
)
@pytest.mark.parametrize(
    "given",
    [
        "a vault with a key",
        'access to an empty vault\n  And the customer generates the key "cmk-2048" in "kv-prod"',
    ],
)
def test_failed_setup_names_the_requirement(tmp_path: Path, system: Callable[[], System], by: str, given: str) -> None:
    run = ScenarioRun(
        system(),
        pickle_of(tmp_path, steps('the customer deletes the vault "kv-prod"', "nothing has changed", given=given)),
    )
    with pytest.raises(SetupFailed) as blocked:
        run.play()
    assert by in causes_of(blocked.value, run)


@pytest.mark.parametrize(
    ("system", "why"),
    [
        (odd.AnswersInWords, "'accepted', which is no outcome"),
        (odd.ShowsNumbers, "vault.vault.state is the number 3"),
    ],
)
def test_malformed_answer_is_inconclusive(tmp_path: Path, system: Callable[[], Any], why: str) -> None:
    with pytest.raises(Inconclusive, match=why):
        run_scenario(system(), pickle_of(tmp_path, RIGHT))


def test_what_is_not_specified_passes_for_the_model_and_demands_nothing_of_a_system() -> None:
    pickle = next(pickle for pickle in PICKLES if asserts(pickle, "not specified"))
    run_scenario(ModelSystem(), pickle)
    with pytest.raises(NotSpecified):
        run_scenario(mistaken.Elsewhere(), pickle)
    with pytest.raises(AssertionFailed):
        run_scenario(mistaken.leaves_nothing_open(), pickle)


def test_each_scenario_begins_with_a_reset(tmp_path: Path) -> None:
    system, pickle = ModelSystem(), pickle_of(tmp_path, RIGHT)
    run_scenario(system, pickle)
    run_scenario(system, pickle)
    assert ScenarioRun(system, pickle).system.observe()["resource"] == {}


[SCENARIO, *_] = (each for each in PICKLES if each.name == "Revoked access costs all that is under the key")


@pytest.mark.parametrize(
    ("lacking", "then"),
    [
        ("revocation.undeploys", "is undeployed"),
        ("revocation.deletes-uploads", "is deleted"),
        ("revocation.access-revoked", "is inaccessible"),
    ],
)
def test_failed_then_names_what_the_system_lacks_with_its_rows_and_why(lacking: str, then: str) -> None:
    system = type("Lacking", (mistaken.LacksRows,), {"lacking": (lacking,)})()
    run = ScenarioRun(system, SCENARIO)
    with pytest.raises(AssertionFailed) as caught:
        run.play()
    assert SCENARIO.steps[run.step].text.endswith(then)
    assert causes_of(caught.value, run)[0] == lacking
    lines = list(format_failure(caught.value, "", SCENARIO, Path("revocation.feature"), run))
    number = lines.index(f"  requirement  {lacking}: {load_register()[lacking].title}")
    assert places_of(lacking)[0] in lines[number + 2]
    assert any(line.startswith("  rests on     revocation.") for line in lines)
    [without] = [line for line in lines if line.startswith("  without      ")]
    assert lacking in without


def test_requirements_of_the_scenario_come_first_of_those_that_are_named() -> None:
    """No single requirement does this, so all that the answer rests on is named.

    Without the scenario they would be in the order of the register.
    """
    losses = ("revocation.undeploys", "revocation.deletes-uploads")
    system = type("LosesNothing", (mistaken.LacksRows,), {"lacking": losses})
    moved_to_the_front = 0
    for pickle in PICKLES:
        if not set(losses).issubset(pickle.requirements):
            continue
        run = ScenarioRun(system(), pickle)
        try:
            run.play()
        except AssertionFailed as failed:
            causes = causes_of(failed, run)
        except SetupFailed:
            continue
        named = why_of(run).attributed_to
        own = tuple(name for name in pickle.requirements if name in named)
        assert causes[: len(own)] == own
        assert set(causes) == set(named)
        moved_to_the_front += causes != named
    assert moved_to_the_front


def test_row_of_a_requirement_stands_where_it_is_said_to_stand() -> None:
    [place] = places_of("revocation.undeploys")
    file, _, line = place.partition(":")
    source = (features_dir().parent / file).read_text("utf-8").splitlines()
    row = "".join(each.strip() for each in source[int(line) - 1 : int(line) + 2])
    assert row.startswith('whenever(Model,"revocation.undeploys"')


def test_failures_are_grouped_by_their_first_cause_the_largest_group_first() -> None:
    found = by_cause({"a": ("x",), "b": ("y", "x"), "c": ("y",), "d": ("z", "y"), "e": ()})
    assert list(found) == [("y", ["b", "c"]), ("x", ["a"]), ("z", ["d"]), ("", ["e"])]
