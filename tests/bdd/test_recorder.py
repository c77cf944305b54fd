"""Results and JUnit files say of each scenario what came of it, whatever was chosen and wherever it was run."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from tests.bdd.samples import OUTLINE, RIGHT, feature, project, rule, run
from translator_cmk.bdd.results import Item, Results, is_stale, load_results
from translator_cmk.digest import REPORTED, digest

SYSTEM = "tests.bdd.wrong_systems"
ONE = "vault.same-region/vault-and-resource-in-one-region"
EAST = "vault.same-region/vault-and-resource-in-two-regions/in-eastus"
BASIC = "vault.same-region/vault-and-resource-in-two-regions/in-eastus-on-the-basic-tier"
VAULT = feature(rule(RIGHT, OUTLINE))


def results_of(pytester: pytest.Pytester, *arguments: str) -> tuple[Results, dict[str, Item]]:
    """Runs the suite; its results, and the items by id."""
    file = pytester.path / "results.json"
    run(pytester, "--results", str(file), *arguments)
    results = load_results(file)
    return results, {item.id: item for item in results.items}


def test_results_of_a_whole_run(pytester: pytest.Pytester) -> None:
    project(pytester, vault=VAULT)
    results, items = results_of(pytester)
    assert (results.subject, results.profile, results.selection, results.complete) == ("model", "full", (), True)
    assert results.started <= results.finished
    assert results.versions.keys() == {"translator_cmk", "python", "pytest", "pytest_bdd", "gherkin"}
    assert [(item.id, item.status, item.line) for item in results.items] == [
        (ONE, "passed", 7),
        (EAST, "passed", 21),
        (BASIC, "passed", 26),
    ]
    assert items[BASIC].requirements == ("vault.same-region", "encryption.tier")
    assert items[ONE].name == "Vault and resource in one region"
    assert items[ONE].feature == "features/vault.feature"
    assert 0 < items[ONE].seconds < 10
    assert [detail["step"].split()[0] for detail in items[EAST].details] == ["Given", "Given", "When", "Then", "Then"]
    schema = json.loads(resources.files("translator_cmk.bdd").joinpath("results.schema.json").read_text())
    jsonschema.validate(json.loads((pytester.path / "results.json").read_text()), schema)


def test_features_from_elsewhere_never_give_fresh_results(pytester: pytest.Pytester) -> None:
    project(pytester, vault=VAULT)
    results, _ = results_of(pytester)
    assert is_stale(results)
    assert results.digest != digest(REPORTED)


def test_what_is_not_selected_is_not_run(pytester: pytest.Pytester) -> None:
    project(pytester, vault=VAULT)
    results, items = results_of(pytester, "-m", "encryption.tier", "test_features.py")
    assert results.selection == ("-m encryption.tier", "test_features.py")
    assert not results.complete
    assert (items[ONE].status, items[ONE].reason) == ("not-run", "not selected")
    assert items[BASIC].status == "passed"
    results, items = results_of(pytester, "test_features.py::test_vault_and_resource_in_one_region")
    assert results.selection == ("test_features.py::test_vault_and_resource_in_one_region",)
    assert (items[ONE].status, items[BASIC].reason, results.complete) == ("passed", "not selected", False)


def test_what_is_not_reached_is_not_run(pytester: pytest.Pytester) -> None:
    project(pytester, vault=VAULT)
    results, items = results_of(pytester, "-x", "--system", f"{SYSTEM}:AnyRegion")
    assert [item.status for item in results.items] == ["passed", "failed", "not-run"]
    assert (results.subject, results.complete, items[BASIC].reason) == ("any region", False, "not reached")


def test_interrupted_run_is_not_complete(pytester: pytest.Pytester) -> None:
    project(pytester, vault=VAULT)
    with pytest.raises(KeyboardInterrupt):
        run(pytester, "--results", "results.json", "--system", f"{SYSTEM}:IsInterrupted")
    results = load_results(pytester.path / "results.json")
    assert [item.reason for item in results.items] == ["not reached"] * 3
    assert {item.status for item in results.items} == {"not-run"}
    assert not results.complete


@pytest.mark.parametrize(
    ("system", "status", "reason"),
    [
        ("RefusesKeys", "not-run", "blocked by keys.any-origin"),
        ("ForgetsKeys", "not-run", "blocked by keys.create"),
        ("Crashes", "inconclusive", "ConnectionError in call: nobody listens"),
        ("NoSystem", "inconclusive", "is no system: it has no reset and no submit and no observe"),
        ("AnswersInWords", "inconclusive", "the system answers 'accepted', which is no outcome"),
    ],
)
def test_scenario_that_decides_nothing_is_neither_passed_nor_failed(
    pytester: pytest.Pytester, system: str, status: str, reason: str
) -> None:
    project(pytester, vault=feature(rule(RIGHT)))
    results, items = results_of(pytester, "--system", f"{SYSTEM}:{system}")
    assert (items[ONE].status, results.complete) == (status, True)
    assert reason in (items[ONE].reason or "")


def test_only_the_model_is_called_the_model(pytester: pytest.Pytester) -> None:
    project(pytester, vault=VAULT)
    results, _ = results_of(pytester, "--system", f"{SYSTEM}:CallsItselfTheModel")
    assert results.subject == f"{SYSTEM}:CallsItselfTheModel"


def test_scenario_that_fails_in_its_teardown_has_not_passed(pytester: pytest.Pytester) -> None:
    teardown = "import pytest\n@pytest.fixture(autouse=True)\ndef leaves():\n    yield\n    raise OSError('in use')\n"
    project(pytester, vault=feature(rule(RIGHT)), conftest=teardown)
    _, items = results_of(pytester)
    assert (items[ONE].status, items[ONE].reason) == ("inconclusive", "OSError in teardown: in use")


def test_run_in_which_all_is_skipped_has_not_passed(pytester: pytest.Pytester) -> None:
    skip = "import pytest\n@pytest.fixture\ndef system(): pytest.skip('no account')\n"
    project(pytester, vault=feature(rule(RIGHT)), conftest=skip)
    result = run(pytester, "--results", "results.json")
    result.assert_outcomes(skipped=1)
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    results = load_results(pytester.path / "results.json")
    assert (results.items[0].status, results.items[0].reason) == ("not-run", "skipped: no account")
    assert not results.complete


def test_what_is_left_open_is_neutral_for_a_system(pytester: pytest.Pytester) -> None:
    scenario = """
Scenario: Enabling again with another key
  Given customer-managed keys are on
  And the customer generates the key "other-key" in "vault"
  When the customer enables customer-managed keys for "translator" with the key "other-key" of "vault"
  Then what happens is not specified
"""
    project(pytester, keys=feature(rule(scenario, requirement="keys.change")), vault=feature(rule(RIGHT)))
    _, items = results_of(pytester)
    assert {item.status for item in items.values()} == {"passed"}
    result = run(pytester, "--system", f"{SYSTEM}:Elsewhere", "--results", "results.json")
    result.assert_outcomes(passed=1, skipped=1)
    results = load_results(pytester.path / "results.json")
    assert results.complete
    left_open = next(item for item in results.items if item.id.startswith("keys.change"))
    assert (left_open.status, left_open.reason) == (
        "not-applicable",
        "not specified: keys.change demands nothing of a system",
    )


def test_results_that_can_not_be_written_turn_the_run_red(pytester: pytest.Pytester) -> None:
    project(pytester, vault=feature(rule(RIGHT)))
    (pytester.path / "file").touch()
    result = run(pytester, "--results", "file/results.json")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "no results in file/results.json" in result.stdout.str()
    assert "ERROR: --results .: this is a folder; name a file" in run(pytester, "--results", ".").stderr.str()


def test_results_of_no_scenario_are_not_written(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_passes(): pass")
    result = run(pytester, "--results", "results.json")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "no results in results.json: no scenario was collected" in result.stdout.str()
    assert not (pytester.path / "results.json").exists()


def cases(file: Path) -> dict[str, ET.Element]:
    """The test cases of a JUnit file by scenario id."""
    found = {}
    for case in ET.parse(file).iter("testcase"):
        properties = {each.get("name"): each.get("value") for each in case.iter("property")}
        found[str(properties["scenario"])] = case
    return found


def test_test_cases_are_named_after_requirement_and_scenario(pytester: pytest.Pytester) -> None:
    place = f'in "eastus" in the subscription "{"s" * 63}" in the group "{"g" * 63}"'
    longest = OUTLINE.replace("Vault and resource in two regions", "x" * 70).replace(
        'in "eastus" on the "basic-tier"', place
    )
    project(pytester, vault=feature(rule(RIGHT, OUTLINE, longest)))
    run(pytester, "--junitxml", "results.xml", "--system", f"{SYSTEM}:AnyRegion")
    found = cases(pytester.path / "results.xml")
    assert found[ONE].get("name") == "[vault.same-region] Vault and resource in one region"
    assert found[EAST].get("name") == '[vault.same-region] Vault and resource in two regions (in "eastus")'
    assert {case.get("classname") for case in found.values()} == {"vault"}
    assert 250 < max(len(str(case.get("name"))) for case in found.values()) < 512 - len("vault.")
    assert [each.get("value") for each in found[BASIC].iter("property") if each.get("name") == "requirement"] == [
        "vault.same-region",
        "encryption.tier",
    ]
    [failure] = found[EAST].iter("failure")
    assert str(failure.get("message")).startswith("[vault.same-region] Vault and resource in two regions")
    assert "expected     the request is refused" in str(failure.text)
    assert {name for case in found.values() for name in case.attrib} == {"name", "classname", "time"}


def test_names_survive_rewording_of_steps(pytester: pytest.Pytester) -> None:
    project(pytester, vault=feature(rule(RIGHT)))
    run(pytester, "--junitxml", "before.xml")
    other = RIGHT.replace(
        "Given a resource and a vault with a key", "Given a vault with a key\n  And a Translator resource"
    )
    (pytester.path / "other").mkdir()
    (pytester.path / "other" / "vault.feature").write_text(feature(rule(other)), encoding="utf-8")
    (pytester.path / "test_features.py").write_text("from pytest_bdd import scenarios\nscenarios('other')\n")
    run(pytester, "--junitxml", "after.xml")
    before, after = cases(pytester.path / "before.xml"), cases(pytester.path / "after.xml")
    assert before.keys() == after.keys() == {ONE}
    assert before[ONE].attrib | {"time": ""} == after[ONE].attrib | {"time": ""}


def test_results_are_the_same_with_xdist(pytester: pytest.Pytester) -> None:
    project(pytester, vault=VAULT)
    arguments = ("--system", f"{SYSTEM}:AnyRegion", "-k", "not basic", "--junitxml", "results.xml")
    alone, _ = results_of(pytester, *arguments)
    cases_alone = cases(pytester.path / "results.xml")
    spread, _ = results_of(pytester, *arguments, "-n", "2")
    assert [replace(item, seconds=0) for item in alone.items] == [replace(item, seconds=0) for item in spread.items]
    assert (alone.complete, alone.subject, alone.digest) == (spread.complete, spread.subject, spread.digest)
    cases_spread = cases(pytester.path / "results.xml")
    assert {case.get("name") for case in cases_alone.values()} == {case.get("name") for case in cases_spread.values()}


def test_complaints_stop_the_run_with_xdist(pytester: pytest.Pytester) -> None:
    project(pytester, vault=feature(rule(RIGHT, RIGHT, OUTLINE)))
    result = run(pytester, "-n", "2", "--results", "results.json")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: features/vault.feature:12: the scenario at vault.feature:7 has the same name" in result.stdout.str()
    result.assert_outcomes()
    assert not (pytester.path / "results.json").exists()
