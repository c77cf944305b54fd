"""A report says how each attempt at a scenario came out, and its log shows it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.bdd.samples import rerun
from tests.conformance.conftest import says
from tests.conformance.test_one_thing import PLUGIN, suite
from translator_cmk.conformance.report.folder import ENVELOPE
from translator_cmk.conformance.results import load_results

FEW = ("-k", "in_another_region or in_the_resources_region")


class Reported:
    """A run of a few scenarios whose system is wrong in every other world, each tried thrice."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        suite(pytester)
        rerun(pytester)
        options = ("-p", "reruns", "--system", "unsteady:Unsteady", "--results", "report")
        self.ended = pytester.runpytest_inprocess(*PLUGIN, *options, *FEW).ret
        self.folder: Path = pytester.path / "report"
        self.envelope: dict[str, Any] = json.loads((self.folder / ENVELOPE).read_text("utf-8"))
        self.flaky = [case for case in self.envelope["cases"] if case["status"] == "flaky"]


@pytest.fixture
def reported(pytester: pytest.Pytester) -> Reported:
    return Reported(pytester)


def test_scenario_that_failed_and_then_passed_is_flaky_in_every_file(reported: Reported) -> None:
    assert reported.ended == pytest.ExitCode.TESTS_FAILED
    assert reported.envelope["exit_code"] == 1
    assert reported.envelope["counts"]["scored"]["flaky"] == len(reported.flaky) > 0
    first = reported.flaky[0]
    assert first["attempts"] == ["failed", "passed", "failed"]
    assert first["reason"].startswith("failed, then passed, then failed: expected: ")
    grouped = [name for group in reported.envelope["groups"] for name in group["cases"]]
    assert first["id"] in grouped
    for name in ("junit.xml", "report.html", "summary.md", "cucumber.ndjson"):
        assert "failed, then passed" in (reported.folder / name).read_text("utf-8")
    badge = json.loads((reported.folder / "badge.json").read_text("utf-8"))
    assert badge["isError"]
    assert f"{len(reported.flaky)} flaky" in badge["message"]


def test_every_attempt_follows_from_the_log(reported: Reported) -> None:
    verdicts = len(reported.envelope["cases"])
    assert f"all {verdicts} verdicts are confirmed" in says(0, "report", "check", reported.folder)
    shown = {item.id: item.status for item in load_results(reported.folder).items}
    for case in reported.flaky:
        assert shown[case["id"]] == "flaky"


def test_attempt_that_was_left_out_is_found(reported: Reported) -> None:
    first = reported.flaky[0]
    del first["attempts"]
    first["status"] = "passed"
    (reported.folder / ENVELOPE).write_text(json.dumps(reported.envelope), "utf-8")
    said = says(1, "report", "check", reported.folder)
    assert f'{first["id"]}.status: was "passed", is "flaky"' in said
