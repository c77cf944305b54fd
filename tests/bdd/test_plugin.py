"""A suite that opts in runs its scenarios and chooses among them by requirement; what is in doubt is refused."""

import pytest

from tests.bdd.samples import MODULE, OUTLINE, RIGHT, feature, project, rule, run
from translator_cmk.requirements import load_register

SYSTEM = "tests.bdd.wrong_systems"
TWO_NAMES = feature(rule(RIGHT, RIGHT.replace("accepted", "refused")))


def test_scenarios_pass_for_the_model(pytester: pytest.Pytester) -> None:
    project(pytester, vault=feature(rule(RIGHT, OUTLINE)))
    result = run(pytester, "--strict-markers", "-W", "error")
    result.assert_outcomes(passed=3)


def test_requirements_are_markers(pytester: pytest.Pytester) -> None:
    other = RIGHT.replace("one region", "one tenant")
    project(pytester, vault=feature(rule(RIGHT, OUTLINE), rule(other, requirement="vault.same-tenant-refused")))
    run(pytester, "--strict-markers", "-m", "vault.same-tenant-refused").assert_outcomes(passed=1, deselected=3)
    run(pytester, "--strict-markers", "-m", "encryption.tier-refused").assert_outcomes(passed=1, deselected=3)
    listed = run(pytester, "--markers").stdout.str()
    assert [name for name in load_register() if f"@pytest.mark.{name}: " not in listed] == []


WRONG = {
    "dropped by pytest-bdd": (TWO_NAMES, "12: the scenario 'Vault and resource in one region' is at vault.feature:7"),
    "tag of a rule": (feature(rule(RIGHT, requirement="vault.wip", title="A")), "4: the tag @vault.wip is no"),
    "tag of examples": (feature(rule(OUTLINE.replace("@encryption", "@wip"))), "18: the tag @wip.tier-refused is no"),
    "not Gherkin": (feature(rule(RIGHT.replace("When", "Whenn"))), "9: not Gherkin"),
    "refused by pytest-bdd": (feature(rule(RIGHT.replace("Given", "And"))), "8: a first step 'And'"),
    "unknown step": (feature(rule(RIGHT.replace("Given a ", "Given the "))), "8: no Given is written"),
}


@pytest.mark.parametrize(
    ("case", "strict"),
    [*((case, "--strict-markers") for case in WRONG), ("tag of a rule", "-q"), ("not Gherkin", "-q")],
)
def test_diagnostics_of_the_lint_stop_the_run_and_all_are_listed(
    pytester: pytest.Pytester, case: str, strict: str
) -> None:
    vault, diagnostic = WRONG[case]
    project(pytester, vault=vault, keys=feature(rule(requirement="keys.enable")))
    result = run(pytester, strict)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"ERROR: features/vault.feature:{diagnostic}" in result.stdout.str()
    assert "ERROR: features/keys.feature:5: a rule without a scenario" in result.stdout.str()
    assert "passed" not in result.stdout.str()


BINDS_ONE = """
from pytest_bdd import scenario
@scenario("features/vault.feature", "Vault and resource in one region")
def test_it(): pass
"""
RUNS_TWICE = "import pytest\n@pytest.fixture(autouse=True, params=[1, 2])\ndef twice(request): pass\n"


@pytest.mark.parametrize(
    ("module", "code", "conftest", "diagnostic"),
    [
        ("test_features", BINDS_ONE, "", "3 scenarios, and 1 tests"),
        ("test_more", MODULE, "", "3 scenarios, and 6 tests"),
        ("test_features", MODULE, RUNS_TWICE, "is collected more than once"),
    ],
)
def test_each_scenario_has_to_be_one_test(
    pytester: pytest.Pytester, module: str, code: str, conftest: str, diagnostic: str
) -> None:
    project(pytester, vault=feature(rule(RIGHT, OUTLINE)), conftest=conftest)
    pytester.makepyfile(**{module: code})
    result = run(pytester, "-k", "no_such_test")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert diagnostic in result.stdout.str()


def test_other_tests_are_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_passes(): pass\ndef test_fails(): assert 1 == 2\n")
    run(pytester, "--strict-markers").assert_outcomes(passed=1, failed=1)


def test_one_test_can_be_chosen_by_its_id(pytester: pytest.Pytester) -> None:
    project(pytester, vault=feature(rule(RIGHT, OUTLINE)))
    run(pytester, "test_features.py::test_vault_and_resource_in_one_region").assert_outcomes(passed=1)


def test_wrong_system_fails_with_the_requirement_and_the_difference(pytester: pytest.Pytester) -> None:
    project(pytester, vault=feature(rule(RIGHT, OUTLINE)))
    result = run(pytester, "--system", f"{SYSTEM}:AnyRegion")
    result.assert_outcomes(passed=1, failed=2)
    output = result.stdout.str()
    assert '[vault.same-region-refused] Vault and resource in two regions (in "eastus"): failed\n' in output
    assert "features/vault.feature:16\n" in output
    requirement = load_register()["vault.same-region-refused"]
    assert f"requirement  {requirement.title}\n" in output
    assert requirement.wording in " ".join(output.split())
    assert "> Then         the request is refused\n" in output
    assert "expected     the request is refused, because of vault.same-region-refused\n" in output
    assert "observed     the request is accepted, by " in output
    assert (
        '- "translator-prod" uses Microsoft-managed keys\n               + "translator-prod" uses customer-managed keys'
        in output
    )
    assert "pytest_bdd" not in output
    assert "Traceback" not in output


def test_blocked_starting_point_turns_the_run_red(pytester: pytest.Pytester) -> None:
    project(pytester, vault=feature(rule(RIGHT)))
    result = run(pytester, "--system", f"{SYSTEM}:RefusesKeys")
    result.assert_outcomes(failed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert "Vault and resource in one region: not run, blocked by keys.any-origin" in result.stdout.str()


def test_crash_of_a_system_shows_its_own_frames(pytester: pytest.Pytester) -> None:
    project(pytester, vault=feature(rule(RIGHT)))
    output = run(pytester, "--system", f"{SYSTEM}:Crashes").stdout.str()
    assert "ConnectionError: nobody listens" in output
    assert (
        "[vault.same-region-refused] Vault and resource in one region: ConnectionError in call: nobody listens"
        in output
    )
    assert "scenario_run.py" not in output
    assert "_pytest" not in output


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("nowhere", "write module:factory"),
        ("no_such_module:make", "no_such_module can't be imported"),
        (f"{SYSTEM}:NoSuchSystem", f"{SYSTEM} has no NoSuchSystem that can be called"),
        (f"{SYSTEM}:ROWS", "has no ROWS that can be called"),
    ],
)
def test_system_that_can_not_be_made_is_wrong_usage(pytester: pytest.Pytester, name: str, problem: str) -> None:
    result = run(pytester, "--system", name)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"ERROR: --system {name}: " in result.stderr.str()
    assert problem in result.stderr.str()


def test_an_object_that_is_no_system_fails_with_what_it_lacks(pytester: pytest.Pytester) -> None:
    project(pytester, vault=feature(rule(RIGHT)))
    result = run(pytester, "--system", f"{SYSTEM}:NoSystem")
    result.assert_outcomes(failed=1)
    assert "is no system: it has no reset and no submit and no observe" in result.stdout.str()


def test_adapter_beside_the_suite_is_found_and_made_once_for_each_scenario(pytester: pytest.Pytester) -> None:
    project(pytester, vault=feature(rule(RIGHT, OUTLINE)))
    pytester.makepyfile(
        my_adapter="""
        from translator_cmk.system import ModelSystem
        def make():
            with open("made.txt", "a") as file:
                print("made", file=file)
            return ModelSystem()
        """
    )
    run(pytester, "--import-mode=importlib", "--system", "my_adapter:make").assert_outcomes(passed=3)
    assert (pytester.path / "made.txt").read_text().split() == ["made"] * 3


CONFTEST = f"""
import pytest
from {SYSTEM} import AnyRegion
@pytest.fixture
def system(): return AnyRegion()
"""


def test_fixture_of_the_suite_takes_the_place_of_the_model(pytester: pytest.Pytester) -> None:
    project(pytester, vault=feature(rule(RIGHT, OUTLINE)), conftest=CONFTEST)
    run(pytester).assert_outcomes(passed=1, failed=2)


def test_fixture_and_option_are_not_mixed_up(pytester: pytest.Pytester) -> None:
    project(pytester, vault=feature(rule(RIGHT)), conftest=CONFTEST)
    result = run(pytester, "--system", f"{SYSTEM}:KeepsItsReasons")
    result.assert_outcomes(failed=1)
    assert "a fixture called system overrides it; remove one of them" in result.stdout.str()


def test_report_that_shows_skipped_as_passed_is_refused(pytester: pytest.Pytester) -> None:
    result = run(pytester, "--cucumber-json", "results.json")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "use --junitxml" in result.stderr.str()


def test_suite_opts_in_by_its_conftest(pytester: pytest.Pytester) -> None:
    project(pytester, vault=feature(rule(RIGHT, OUTLINE)), conftest='pytest_plugins = ["translator_cmk.bdd"]')
    result = pytester.runpytest_subprocess("--strict-markers", "-W", "error", "-p", "no:hypothesispytest")
    result.assert_outcomes(passed=3)


def test_plugin_that_is_needed_is_asked_for(pytester: pytest.Pytester) -> None:
    result = run(pytester, "-p", "no:pytest-bdd")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "add -p pytest_bdd.plugin" in result.stderr.str()
