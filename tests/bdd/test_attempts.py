"""The first result of a scenario stands, however often a plugin of pytest runs it."""

import re
import shlex
import xml.etree.ElementTree as ET

import pytest

from tests.bdd.samples import OUTLINE, RIGHT, feature, project, rerun, rule, run
from translator_cmk.bdd.attempts import Attempt, Unsteady, add_attempt
from translator_cmk.verdict import Status, Verdict

AGAIN = ("-p", "reruns", "--system", "unsteady:Unsteady")
VAULT = feature(rule(RIGHT, OUTLINE))

CRASHES_AT_FIRST = """
from translator_cmk import ModelSystem

class Unsteady(ModelSystem):
    worlds = 0

    def reset(self, stage):
        super().reset(stage)
        Unsteady.worlds += 1
        if Unsteady.worlds == 1:
            raise OSError("too many requests")
"""

REPEATS = """
import pytest

REPEAT = "__pytest_repeat_step_number"

def pytest_addoption(parser):
    parser.addoption("--count", type=int)

@pytest.hookimpl(trylast=True)
def pytest_generate_tests(metafunc):
    metafunc.fixturenames.append(REPEAT)
    metafunc.parametrize(REPEAT, range(metafunc.config.getoption("--count")))
"""
"""A plugin that makes a test of each repeat, as pytest-repeat does."""

RUNS_TWICE_IN_A_CALL = """
def pytest_runtest_call(item):
    try:
        item.runtest()
    except AssertionError:
        pass
    item.session._setupstate.teardown_exact(item.parent)
    item._initrequest()
    item.session._setupstate.setup(item)
"""


def test_scenario_that_fails_and_then_passes_has_not_passed(pytester: pytest.Pytester) -> None:
    project(pytester, vault=VAULT)
    rerun(pytester)
    result = run(pytester, "--junitxml", "junit.xml", *AGAIN)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert result.parseoutcomes() == {"passed": 2, "failed": 1, "rerun": 2}
    output = result.stdout.str()
    title = 'Vault and resource in two regions (in "eastus")'
    assert f"[vault.same-region-refused] {title}: failed, then passed, then failed\n" in output
    # of the attempt that stands
    assert "observed     the request is accepted" in output
    assert re.search(r"^✘ vault\.same-region: .* \(1 flaky\)$", output, re.MULTILINE)

    [failure] = ET.parse(pytester.path / "junit.xml").iter("failure")
    assert str(failure.get("message")).startswith("failed, then passed, then failed: expected: ")


def test_scenario_in_which_the_system_breaks_at_first_is_not_decided(
    pytester: pytest.Pytester,
) -> None:
    project(pytester, vault=feature(rule(RIGHT)))
    rerun(pytester, CRASHES_AT_FIRST)
    result = run(pytester, *AGAIN)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(errors=1)
    assert (
        "inconclusive, then passed, then passed: OSError in call: too many" in result.stdout.str()
    )


def test_without_a_failure_nothing_is_run_again(pytester: pytest.Pytester) -> None:
    project(pytester, vault=VAULT)
    rerun(pytester)
    result = run(pytester, "-p", "reruns")
    assert result.ret == pytest.ExitCode.OK
    assert result.parseoutcomes() == {"passed": 3}


def test_repeats_are_attempts_at_one_scenario(pytester: pytest.Pytester) -> None:
    project(pytester, vault=VAULT, conftest=REPEATS)
    run(pytester, "--count", "3").assert_outcomes(passed=9)

    rerun(pytester)
    result = run(pytester, "-v", "--count", "3", "--system", "unsteady:Unsteady")
    result.assert_outcomes(passed=4, failed=5)
    title = '[vault.same-region-refused] Vault and resource in two regions (in "eastus")'
    output = result.stdout.str()
    assert f"{title}: failed\n" in output
    assert f"{title}: failed, then passed\n" in output
    assert f"{title}: failed, then passed, then failed\n" in output

    first, *_ = re.findall(r"^  again        pytest (.*)$", output, re.MULTILINE)
    run(pytester, *shlex.split(first)).assert_outcomes(passed=1)


def test_scenario_that_is_run_twice_in_one_call_is_refused(pytester: pytest.Pytester) -> None:
    project(pytester, vault=feature(rule(RIGHT)), conftest=RUNS_TWICE_IN_A_CALL)
    result = run(pytester)
    result.assert_outcomes(errors=1)
    assert "a plugin runs the scenario again in the same call" in result.stdout.str()


def test_other_tests_are_run_again_as_ever(pytester: pytest.Pytester) -> None:
    rerun(pytester)
    pytester.makepyfile(
        """
        calls = []
        def test_passes_the_second_time():
            calls.append(1)
            assert len(calls) > 1
        """
    )
    result = run(pytester, "-p", "reruns")
    assert result.ret == pytest.ExitCode.OK
    assert result.parseoutcomes() == {"passed": 1, "rerun": 1}


@pytest.mark.parametrize(
    ("first", "second", "standing"),
    [
        (Status.FAILED, Status.PASSED, Status.FLAKY),
        (Status.PASSED, Status.FAILED, Status.FLAKY),
        (Status.BLOCKED, Status.FAILED, Status.BLOCKED),
        (Status.FAILED, Status.NOT_RUN, Status.FAILED),
        (Status.FAILED, Status.FAILED, None),
        (Status.PASSED, Status.PASSED, None),
        (Status.PASSED, Status.INCONCLUSIVE, None),
    ],
)
def test_attempt_is_as_it_came_out_only_where_no_other_result_stands(
    request: pytest.FixtureRequest, first: Status, second: Status, standing: Status | None
) -> None:
    add_attempt(request.node, Attempt(Verdict(first, "first"), None, None))
    later = Attempt(Verdict(second, "second"), None, None)
    if standing is None:
        add_attempt(request.node, later)
        return
    with pytest.raises(Unsteady) as caught:
        add_attempt(request.node, later)
    assert caught.value.verdict.status is standing
    shown_as_failed = isinstance(caught.value, AssertionError)
    assert shown_as_failed == (standing is Status.FLAKY)
    stands = "second" if first is Status.PASSED else "first"
    assert caught.value.verdict.reason == f"{first.word}, then {second.word}: {stands}"
