"""JUnit files name scenarios by requirement, wherever they run, and a run in which nothing is decided does not pass."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.bdd.samples import OUTLINE, RIGHT, feature, project, rule, run

SYSTEM = "tests.bdd.wrong_systems"
ONE = "vault.same-region-refused/vault-and-resource-in-one-region"
EAST = "vault.same-region-refused/vault-and-resource-in-two-regions/in-eastus"
BASIC = "vault.same-region-refused/vault-and-resource-in-two-regions/in-eastus-on-the-basic-tier"
VAULT = feature(rule(RIGHT, OUTLINE))


def test_run_in_which_all_is_skipped_has_not_passed(pytester: pytest.Pytester) -> None:
    skip = "import pytest\n@pytest.fixture\ndef system(): pytest.skip('no account')\n"
    project(pytester, vault=feature(rule(RIGHT)), conftest=skip)
    result = run(pytester)
    result.assert_outcomes(skipped=1)
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert "no scenario was decided" in result.stdout.str()


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
    assert found[ONE].get("name") == "[vault.same-region-refused] Vault and resource in one region"
    assert found[EAST].get("name") == '[vault.same-region-refused] Vault and resource in two regions (in "eastus")'
    assert {case.get("classname") for case in found.values()} == {"vault"}
    assert 250 < max(len(str(case.get("name"))) for case in found.values()) < 512 - len("vault.")
    assert [each.get("value") for each in found[BASIC].iter("property") if each.get("name") == "requirement"] == [
        "vault.same-region-refused",
        "encryption.tier-refused",
    ]
    [failure] = found[EAST].iter("failure")
    assert str(failure.get("message")).startswith("[vault.same-region-refused] Vault and resource in two regions")
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


def test_test_cases_are_the_same_with_xdist(pytester: pytest.Pytester) -> None:
    project(pytester, vault=VAULT)
    arguments = ("--system", f"{SYSTEM}:AnyRegion", "-k", "not basic", "--junitxml", "results.xml")
    run(pytester, *arguments)
    alone = cases(pytester.path / "results.xml")
    run(pytester, *arguments, "-n", "1")
    spread = cases(pytester.path / "results.xml")
    assert {name: (case.get("name"), len(case)) for name, case in alone.items()} == {
        name: (case.get("name"), len(case)) for name, case in spread.items()
    }


def test_diagnostics_stop_the_run_with_xdist(pytester: pytest.Pytester) -> None:
    project(pytester, vault=feature(rule(RIGHT, RIGHT, OUTLINE)))
    result = run(pytester, "-n", "1")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: features/vault.feature:12: the scenario" in result.stdout.str()
    result.assert_outcomes()
