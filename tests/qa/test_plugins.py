"""Plugins of pytest that QA engineers use say of the scenarios what the report says."""

import html
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.qa.conftest import REQUIREMENT, Folder, her_folder
from tests.qa.page import options_of
from translator_cmk.errors import HARNESS

pytestmark = pytest.mark.qa

ANY_REGION = ("--system", "my_adapter:AnyRegion")
UNSTEADY = ("--system", "my_adapter:Unsteady")
REPORT = ("--results", "report")


@pytest.fixture(scope="module")
def any_region(her_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Her folder after one run of which each plugin that writes of a run has written."""
    made = her_folder(tmp_path_factory.mktemp("any-region"), her_python)
    written = (
        *options_of("pytest-html"),
        *options_of("pytest-json-report"),
        *(*options_of("pytest-cov"), "--cov-report", "json"),
        *("--junitxml", "one.xml"),
    )
    made.pytest(*ANY_REGION, "-p", "no:randomly", *REPORT, *written)
    return made


def verdicts_in(folder: Folder, name: str) -> dict[str, str]:
    """Return what a JUnit file says of each scenario by its id, in the order of the run."""
    found = {}
    for case in ElementTree.parse(folder.path / name).iter("testcase"):
        kinds = [part.tag for part in case if part.tag in ("failure", "error", "skipped")]
        for each in case.iter("property"):
            if each.get("name") == "scenario":
                found[str(each.get("value"))] = kinds[0] if kinds else "passed"
    return found


def test_scenario_that_passed_on_the_second_try_stays_flaky_in_the_report_and_red(
    folder: Folder,
) -> None:
    done = folder.pytest(*UNSTEADY, *REPORT, *options_of("pytest-rerunfailures"))
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    tried_again = [case for case in folder.cases().values() if case.attempts]
    assert tried_again
    assert {case.status for case in tried_again} == {"flaky"}
    assert {case.attempts for case in tried_again} == {("failed", "passed")}
    folder.check_report()
    assert f" {len(tried_again)} failed" in done.stdout


def test_any_repeat_of_a_scenario_gives_the_same_verdict(folder: Folder) -> None:
    done = folder.pytest(*ANY_REGION, *REPORT, *options_of("pytest-repeat"))
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    cases = folder.cases().values()
    assert {case.status for case in cases} == {"passed", "failed"}
    for case in cases:
        assert case.attempts == (case.status,) * 3


def test_scenario_that_fails_in_one_repeat_is_flaky_and_red(folder: Folder) -> None:
    in_order = ("-p", "no:randomly", "-v")
    done = folder.pytest(*in_order, *UNSTEADY, *REPORT, *options_of("pytest-repeat"))
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert ": failed, then passed, then failed\n" in done.stdout
    cases = folder.cases().values()
    flaky = [case for case in cases if set(case.attempts) == {"failed", "passed"}]
    assert flaky
    assert {case.status for case in flaky} == {"flaky"}
    folder.check_report()


def test_any_order_gives_the_same_verdicts(any_region: Folder) -> None:
    any_region.pytest(*ANY_REGION, *options_of("pytest-randomly"), "--junitxml", "two.xml")
    one = verdicts_in(any_region, "one.xml")
    two = verdicts_in(any_region, "two.xml")
    assert list(one) != list(two)
    assert one == two
    assert set(one.values()) == {"passed", "failure"}


def test_timeout_is_an_error_with_its_reason_and_the_other_scenarios_are_run(
    folder: Folder,
) -> None:
    option, _ = options_of("pytest-timeout")
    done = folder.pytest(
        "--system", "my_adapter:HangsOnce", option, "2", "--junitxml", "junit.xml", *REPORT
    )
    assert done.returncode == HARNESS
    verdicts = list(verdicts_in(folder, "junit.xml").values())
    assert verdicts.count("error") == 1
    assert verdicts.count("passed") == len(verdicts) - 1 > 0
    [error] = ElementTree.parse(folder.path / "junit.xml").iter("error")
    assert "Timeout (>2.0s)" in error.get("message", "")
    statuses = [case.status for case in folder.cases().values()]
    assert statuses.count("inconclusive") == 1


def test_page_of_pytest_html_has_the_reason_of_a_failure_and_the_command_that_runs_it_again(
    any_region: Folder,
) -> None:
    page = (any_region.path / "report.html").read_text("utf-8")
    [data] = re.findall(r'data-jsonblob="([^"]*)"', page)
    tests = json.loads(html.unescape(data))["tests"]
    failed = [test for [test] in tests.values() if test["result"] == "Failed"]
    assert failed
    log = html.unescape(failed[0]["log"])
    assert "observed     the request is accepted" in log
    assert "again        pytest" in log


def test_json_report_has_the_ids_of_scenario_and_requirement(any_region: Folder) -> None:
    found = {}
    for test in any_region.read_json(".report.json")["tests"]:
        assert {"requirement": REQUIREMENT} in test["user_properties"]
        [scenario] = [each["scenario"] for each in test["user_properties"] if "scenario" in each]
        found[scenario] = test["outcome"]
    statuses = {name: case.status for name, case in any_region.cases().items()}
    assert found == statuses
    assert set(statuses.values()) == {"passed", "failed"}


def test_coverage_of_a_testers_own_adapter_is_measured(any_region: Folder) -> None:
    [(name, measured)] = any_region.read_json("coverage.json")["files"].items()
    assert name == "my_adapter.py"
    lines = (any_region.path / name).read_text("utf-8").splitlines()
    run = [lines[number - 1].strip() for number in measured["executed_lines"]]
    missing = [lines[number - 1].strip() for number in measured["missing_lines"]]
    assert "super().__init__(ANY_REGION)" in run
    assert "time.sleep(60)" in missing
