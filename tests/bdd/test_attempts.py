"""The first result of a scenario stands, however often a plugin of pytest runs it."""

import re
import shlex
import xml.etree.ElementTree as ET

import pytest

from tests.bdd.samples import OUTLINE, RIGHT, UNSTEADY, feature, project, rerun, rule, run

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
    assert f"± [vault.same-region-refused] {title}\n" in output
    assert "attempts     failed, then passed, then failed\n" in output
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
    assert result.ret == pytest.ExitCode.INTERNAL_ERROR
    result.assert_outcomes(errors=1)
    says = (
        "inconclusive, then passed, then passed: it answers reset with an error: OSError: too many"
    )
    assert says in result.stdout.str()


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
    result.assert_outcomes(passed=6, failed=3)
    title = '[vault.same-region-refused] Vault and resource in two regions (in "eastus")'
    output = result.stdout.str()
    assert f"{title}: failed\n" in output
    assert f"{title}: failed, then passed\n" in output
    assert f"{title}: failed, then passed, then failed\n" in output

    first, *_ = re.findall(r"^  again        pytest (.*)$", output, re.MULTILINE)
    run(pytester, *shlex.split(first)).assert_outcomes(passed=1)


def test_each_run_in_one_call_is_an_attempt(pytester: pytest.Pytester) -> None:
    project(pytester, vault=feature(rule(OUTLINE)), conftest=RUNS_TWICE_IN_A_CALL)
    rerun(pytester, UNSTEADY.replace("% 2 == 1", "% 2 == 0"))
    result = run(pytester, "--system", "unsteady:Unsteady", "-k", "eastus and not basic")
    result.assert_outcomes(failed=1)
    assert "attempts     failed, then passed\n" in result.stdout.str()


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
