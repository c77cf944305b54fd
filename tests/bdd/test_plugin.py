"""A suite that opts in runs its scenarios, also by requirement; what is in doubt is refused."""

import re
import shlex
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.bdd.samples import MODULE, OUTLINE, RIGHT, feature, project, rule, run
from tests.command_line import each_refused
from translator_cmk.bdd.failures import places_of
from translator_cmk.requirements import load_register

SYSTEMS = "tests.systems"
MISTAKEN = f"{SYSTEMS}.mistaken"
ONE = "vault.same-region-refused/vault-and-resource-in-one-region"
EAST = "vault.same-region-refused/vault-and-resource-in-two-regions/in-eastus"
BASIC = "vault.same-region-refused/vault-and-resource-in-two-regions/in-eastus-on-the-basic-tier"
VAULT = feature(rule(RIGHT, OUTLINE))


def test_suite_opts_in_by_its_conftest(pytester: pytest.Pytester) -> None:
    project(
        pytester,
        vault=VAULT,
        conftest='pytest_plugins = ["translator_cmk.conformance.pytest_plugin"]',
    )
    result = pytester.runpytest_subprocess(
        "--strict-markers", "-W", "error", "-p", "no:hypothesispytest"
    )
    result.assert_outcomes(passed=3)


def test_scenarios_are_chosen_by_requirement_or_id(pytester: pytest.Pytester) -> None:
    other = RIGHT.replace("one region", "one tenant")
    project(
        pytester,
        vault=feature(rule(RIGHT, OUTLINE), rule(other, requirement="vault.same-tenant-refused")),
    )
    run(pytester, "--strict-markers", "-m", "vault.same-tenant-refused").assert_outcomes(
        passed=1, deselected=3
    )
    run(pytester, "--strict-markers", "-m", "encryption.tier-refused").assert_outcomes(
        passed=1, deselected=3
    )
    run(pytester, "test_features.py::test_vault_and_resource_in_one_region").assert_outcomes(
        passed=1
    )
    listed = run(pytester, "--markers").stdout.str()
    assert [name for name in load_register() if f"@pytest.mark.{name}: " not in listed] == []


def test_diagnostics_of_the_lint_stop_the_run_and_all_are_listed(
    pytester: pytest.Pytester,
) -> None:
    project(
        pytester,
        vault=feature(rule(RIGHT, RIGHT)),
        identity=feature(rule(RIGHT.replace("When", "Whenn"))),
        keys=feature(rule(requirement="keys.enable")),
        tenant=feature(rule(RIGHT.replace("Given", "And"), requirement="vault.wip", title="A")),
    )
    result = run(pytester, "-n", "1")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "passed" not in result.stdout.str()
    name = "Vault and resource in one region"
    for diagnostic in (
        f"vault.feature:12: the scenario {name!r} is at vault.feature:7 already",
        "identity.feature:9: not Gherkin",
        "keys.feature:5: a rule without a scenario",
        "tenant.feature:4: the tag @vault.wip is no requirement's id",
        "tenant.feature:8: a first step 'And'",
    ):
        assert f"ERROR: features/{diagnostic}" in result.stdout.str()


RUNS_TWICE = (
    "import pytest\n@pytest.fixture(autouse=True, params=[1, 2])\ndef twice(request): pass\n"
)


@pytest.mark.parametrize(("code", "conftest"), [(MODULE, ""), ("", RUNS_TWICE)])
def test_each_scenario_has_to_be_one_test(
    pytester: pytest.Pytester, code: str, conftest: str
) -> None:
    project(pytester, vault=VAULT, conftest=conftest)
    pytester.makepyfile(test_more=code)
    result = run(pytester, "-k", "no_such_test")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    [line] = [line for line in result.outlines if line.startswith("ERROR: ")]
    assert f"{ONE} is collected more than once, like 2 others" in line


def test_a_step_that_another_definition_plays_fails_the_scenario(pytester: pytest.Pytester) -> None:
    step = "@given('a resource and a vault with a key')\ndef mine(): pass\n"
    given = f"from pytest_bdd import given\n{step}"
    project(pytester, vault=feature(rule(RIGHT)), conftest=given)
    result = run(pytester)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert (
        "'a resource and a vault with a key' was played by another step definition"
        in result.stdout.str()
    )


def test_other_tests_are_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_passes(): pass\ndef test_fails(): assert 1 == 2\n")
    run(pytester, "--strict-markers").assert_outcomes(passed=1, failed=1)


def test_wrong_system_fails_with_the_requirement_and_the_difference(
    pytester: pytest.Pytester,
) -> None:
    project(pytester, vault=VAULT)
    result = run(pytester, "-v", "--system", f"{MISTAKEN}:AnyRegion")
    result.assert_outcomes(passed=2, failed=1)
    requirement = load_register()["vault.same-region"]
    output = result.stdout.str()
    for expected in (
        '[vault.same-region-refused] Vault and resource in two regions (in "eastus"): failed\n',
        "features/vault.feature:16\n",
        f"requirement  {requirement.id}: {requirement.title}\n",
        "> Then         the request is refused\n",
        "expected     the request is refused, because of vault.same-region-refused\n",
        "observed     the request is accepted\n",
        '- "translator-prod" uses Microsoft-managed keys\n'
        '               + "translator-prod" uses customer-managed keys',
    ):
        assert expected in output
    assert requirement.wording in " ".join(output.split())
    assert "pytest_bdd" not in output
    assert "Traceback" not in output


@each_refused("suite")
def test_system_that_does_not_get_there_turns_the_run_red(
    pytester: pytest.Pytester, system: str, says: str, code: int
) -> None:
    project(pytester, vault=feature(rule(RIGHT)))
    result = run(pytester, "--system", f"{SYSTEMS}.{system}")
    result.assert_outcomes(errors=1)
    assert result.ret == code
    output = result.stdout.str()
    assert says in output
    # of a crash, only the system's own frames are shown
    assert "scenario_run.py" not in output
    assert "_pytest" not in output


@each_refused("plugin")
def test_option_that_can_not_be_met_is_wrong_usage(
    pytester: pytest.Pytester, options: list[str], says: str
) -> None:
    result = run(pytester, *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert says in result.stderr.str()


def test_adapter_beside_the_suite_is_found_and_made_once(
    pytester: pytest.Pytester,
) -> None:
    project(pytester, vault=VAULT)
    pytester.makepyfile(
        my_adapter="""
        from translator_cmk.system import ModelSystem
        def make():
            with open("made.txt", "a") as file:
                print("made", file=file)
            return ModelSystem()
        """
    )
    run(pytester, "--import-mode=importlib", "--system", "my_adapter:make").assert_outcomes(
        passed=3
    )
    assert (pytester.path / "made.txt").read_text().split() == ["made"]


CONFTEST = f"""
import pytest
from {MISTAKEN} import AnyRegion

@pytest.fixture
def system():
    return AnyRegion()
"""


def test_fixture_of_the_suite_takes_the_place_of_the_model_but_not_of_the_option(
    pytester: pytest.Pytester,
) -> None:
    project(pytester, vault=VAULT, conftest=CONFTEST)
    run(pytester).assert_outcomes(passed=2, failed=1)
    result = run(pytester, "--system", f"{MISTAKEN}:KeepsItsReasons")
    result.assert_outcomes(errors=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert "a fixture called system overrides it; remove one of them" in result.stdout.str()


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


def run_with_junit(pytester: pytest.Pytester, file: str, *options: str) -> str:
    """Run the suite against a wrong system, and return what it prints."""
    result = run(pytester, "--junitxml", file, "--system", f"{MISTAKEN}:AnyRegion", *options)
    return result.stdout.str()


def test_junit_names_cases_after_requirement_and_scenario(pytester: pytest.Pytester) -> None:
    project(pytester, vault=VAULT)
    run_with_junit(pytester, "junit.xml")
    found = cases(pytester.path / "junit.xml")
    for case in found.values():
        assert set(case.attrib) == {"name", "classname", "time", "file", "line"}
        assert case.get("classname") == "vault"
        assert case.get("file") == "features/vault.feature"

    one = "[vault.same-region-refused] Vault and resource in one region"
    east = '[vault.same-region-refused] Vault and resource in two regions (in "eastus")'
    assert found[ONE].get("name") == one
    assert found[EAST].get("name") == east

    properties = found[BASIC].iter("property")
    requirements = [each.get("value") for each in properties if each.get("name") == "requirement"]
    assert requirements == ["vault.same-region-refused", "encryption.tier-refused"]

    [failure] = found[EAST].iter("failure")
    message = str(failure.get("message"))
    assert message.startswith("sent: EnableCustomerManagedKeys: the customer enables ")
    assert "; expected: the request is refused, because of vault.same-region" in message
    assert "expected     the request is refused" in str(failure.text)


def test_longest_name_in_junit_is_shown_whole_by_azure_pipelines(pytester: pytest.Pytester) -> None:
    place = f'in "eastus" in the subscription "{"s" * 63}" in the group "{"g" * 63}"'
    longest = OUTLINE.replace("Vault and resource in two regions", "x" * 70)
    longest = longest.replace('in "eastus" on the "basic-tier"', place)
    project(pytester, vault=feature(rule(longest)))
    run_with_junit(pytester, "junit.xml")
    names = [str(case.get("name")) for case in cases(pytester.path / "junit.xml").values()]
    assert 250 < max(map(len, names)) < 512 - len("vault.")


def test_junit_and_causes_are_the_same_with_xdist(pytester: pytest.Pytester) -> None:
    project(pytester, vault=VAULT)
    alone = run_with_junit(pytester, "alone.xml")
    spread = run_with_junit(pytester, "spread.xml", "-n", "1")
    assert causes_in(alone)
    assert causes_in(alone) == causes_in(spread)
    in_one_process = cases(pytester.path / "alone.xml")
    in_another = cases(pytester.path / "spread.xml")
    assert in_one_process.keys() == in_another.keys()
    for name, case in in_one_process.items():
        assert described(case) == described(in_another[name])


def causes_in(output: str) -> list[str]:
    """The causes in a run's summary, which comes last."""
    return re.findall(r"^✘ ([a-z-]+\.[a-z-]+: .*)$", output, re.MULTILINE)


def described(case: ET.Element) -> list[object]:
    """What a test case says, except how long it took."""
    attributes = {name: value for name, value in case.attrib.items() if name != "time"}
    return [attributes, *[(part.tag, part.get("message")) for part in case]]


def test_blocked_scenario_is_an_error_in_junit_and_its_message_is_the_reason(
    pytester: pytest.Pytester,
) -> None:
    project(pytester, vault=feature(rule(RIGHT)))
    run(pytester, "--junitxml", "junit.xml", "--system", f"{MISTAKEN}:RefusesKeys")
    [suite] = ET.parse(pytester.path / "junit.xml").iter("testsuite")
    assert (suite.get("errors"), suite.get("failures")) == ("1", "0")
    [error] = cases(pytester.path / "junit.xml")[ONE].iter("error")
    because = "the request is refused, because of keys.any-origin"
    reason = f"blocked: {because}, when the customer generates the key"
    assert str(error.get("message")).startswith(reason)


REVOKE = 'When the customer revokes the access of "translator-prod" to the keys of "kv-prod"'
LOSSES = (
    f"""
Scenario: The model is undeployed
  Given a deployed model under customer-managed keys (model "legal-en-de")
  {REVOKE}
  Then the model "legal-en-de" is undeployed
""",
    f"""
Scenario: The data is inaccessible
  Given a deployed model under customer-managed keys (workspace "ws-prod")
  {REVOKE}
  Then the data of "ws-prod" is inaccessible
""",
    f"""
Scenario: Access is revoked again
  Given the access to the key has been lost and granted again
  {REVOKE}
  Then the request is accepted
""",
)


def test_failures_are_summed_up_by_cause_and_shown_in_full_when_asked_for(
    pytester: pytest.Pytester,
) -> None:
    project(pytester, revocation=feature(rule(*LOSSES, requirement="revocation.undeploys")))
    output = run(pytester, "--system", f"{MISTAKEN}:LosesNothing").stdout.str()
    cause = load_register()["revocation.access-revoked"]
    assert causes_in(output) == [
        f"{cause.id}: {cause.title} (3: 2 failed, 1 blocked)",
    ]
    assert "2 failed, 1 error in " in output
    assert output.count(f"requirement  {cause.id}: {cause.title}\n") == 1
    output = run(pytester, "-v", "--system", f"{MISTAKEN}:LosesNothing").stdout.str()
    again = re.findall(r"^  again        pytest (.*)$", output, re.MULTILINE)
    assert len(set(again)) == 3
    for arguments in set(again):
        alone = run(pytester, *shlex.split(arguments)).stdout.str()
        assert re.search(r"== (1 failed|1 error) in ", alone)
    shown, _, _ = output.partition("short test summary info")
    assert shown.count("requirement  revocation.access-revoked: ") == 3
    assert f"  row          {places_of(cause.id)[0]}\n" in output


def test_simplest_failed_scenario_is_shown_and_blocked_ones_are_only_named(
    pytester: pytest.Pytester,
) -> None:
    """They are written the other way round."""
    blocked = LOSSES[2]
    longer = f"""
Scenario: The model of a longer story is undeployed
  Given a deployed model under customer-managed keys (model "legal-en-de")
  And the customer creates the vault "kv-test"
  {REVOKE}
  Then the model "legal-en-de" is undeployed
"""
    scenarios = rule(blocked, longer, LOSSES[0], requirement="revocation.undeploys")
    project(pytester, revocation=feature(scenarios))
    output = run(pytester, "--system", f"{MISTAKEN}:LosesNothing").stdout.str()
    *_, last = output.split("short test summary info")
    lines = [line for line in last.splitlines() if line.startswith(("✘", "  "))]
    assert lines[1] == "✘ [revocation.undeploys] The model is undeployed"
    labels = [line.split()[0] for line in lines[2:6]]
    assert labels == ["sent", "expected", "observed", "again"]
    assert lines[-2:] == [
        "  ✘ revocation.undeploys/the-model-of-a-longer-story-is-undeployed",
        "  ⊘ revocation.undeploys/access-is-revoked-again",
    ]
    assert " FAILURES ==" not in output
    assert "ERROR at setup" not in output
    assert "2 failed, 1 error in " in output
