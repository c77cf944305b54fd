"""Features of somebody's own run beside those of the specification, in any folder and any form."""

import json
from typing import Any

import pytest

from tests.bdd.samples import RIGHT, feature, project, rule, run
from tests.command_line import run_cli
from translator_cmk.conformance.results import load_results

MISTAKEN = "tests.systems.mistaken"

DRILL = """
@nightly
Feature: Our drill

  Background:
    Given a deployed model under customer-managed keys

  Scenario: Our data are closed
    When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
    Then the data of "ws-prod" is inaccessible

  Rule: What we wish for

    @wish
    Scenario: Our model survives
      When the customer deletes the vault "kv-prod"
      Then the model "legal-en-de" is deployed

    Scenario Outline: Our uploads need the key
      When the customer uploads the document "<document>" to "ws-prod"
      Then the request is <answer>

      Examples:
        | document | answer   |
        | drill    | accepted |
        | fire     | refused  |
"""


@pytest.fixture
def drill(pytester: pytest.Pytester) -> pytest.Pytester:
    """A suite with a feature of its own, and one of the specification."""
    project(pytester, drill=DRILL, vault=feature(rule(RIGHT)))
    pytester.makeini("[pytest]\nmarkers =\n  nightly: ours\n  wish: ours\n")
    return pytester


def test_what_a_system_answers_decides_and_whose_mistake_it_is_is_said(
    drill: pytest.Pytester,
) -> None:
    result = run(drill, "-v", "--system", f"{MISTAKEN}:LosesNothing")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=2, failed=3)
    output = result.stdout.str()
    _, wishes, broken = output.split("\n✘ [drill] ")
    assert "requirement  none that the system is seen to break" in wishes
    assert "Our data are closed\n" in broken
    assert "requirement  revocation.access-revoked: " in broken


def test_what_the_model_contradicts_fails_against_the_model(drill: pytest.Pytester) -> None:
    result = run(drill)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=3, failed=2)


def test_a_scenario_is_found_by_its_title_and_by_its_tags(drill: pytest.Pytester) -> None:
    run(drill, "-k", "our-model-survives").assert_outcomes(failed=1, deselected=4)
    run(drill, "-m", "wish").assert_outcomes(failed=1, deselected=4)


def test_what_is_no_sentence_of_ours_is_refused_at_its_line(pytester: pytest.Pytester) -> None:
    project(pytester, drill=DRILL.replace("deletes the vault", "throws away the vault"))
    result = run(pytester)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(["ERROR: features/drill.feature:16: no When is written *"])


def test_a_file_that_is_called_like_a_requirement_shows_nothing_of_it(
    pytester: pytest.Pytester,
) -> None:
    project(pytester, **{"vault.same-region-refused": DRILL})
    found = run(pytester, "--results", "report", "-k", "our-data-are-closed")
    assert found.ret == pytest.ExitCode.OK
    [case] = written(pytester)["cases"]
    assert case["id"] == "vault-same-region-refused/our-data-are-closed"
    assert case["requirements"] == []


# In a report


def written(drill: pytest.Pytester) -> Any:
    """Return the report of a run."""
    return json.loads((drill.path / "report" / "report.json").read_text("utf-8"))


def test_a_report_has_their_text_counts_them_and_shows_no_requirement_by_them(
    drill: pytest.Pytester,
) -> None:
    result = run(
        drill, "--system", f"{MISTAKEN}:LosesNothing", "--results", "report", "-k", "drill"
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    report = written(drill)
    assert [each["file"] for each in report["own_features"]] == ["features/drill.feature"]
    assert "Our model survives" in report["own_features"][0]["text"]
    own = [case for case in report["cases"] if case["id"].startswith("drill/")]
    assert [case["status"] for case in own].count("failed") == 3
    assert not any(case["requirements"] for case in own)
    assert not any(
        item.id.startswith("drill/") for item in load_results(drill.path / "report").items
    )
    junit = (drill.path / "report" / "junit.xml").read_text("utf-8")
    assert 'name="[drill] Our uploads need the key (fire)" classname="drill"' in junit
    cucumber = (drill.path / "report" / "cucumber.ndjson").read_text("utf-8")
    assert "features/drill.feature" in cucumber


def test_a_report_of_them_is_judged_again_from_its_log(drill: pytest.Pytester) -> None:
    run(drill, "--results", "report", "-k", "our-data-are-closed or our-model-survives")
    assert run_cli("report", "check", drill.path / "report").code == 0
    report = written(drill)
    text = report["own_features"][0]["text"]
    report["own_features"][0]["text"] = text.replace("is inaccessible", "is accessible")
    (drill.path / "report" / "report.json").write_text(json.dumps(report), "utf-8")
    assert run_cli("report", "check", drill.path / "report").code == 1


def test_a_feature_of_ours_is_nobody_elses(drill: pytest.Pytester) -> None:
    run(drill, "--results", "report", "-k", "our-data-are-closed")
    report = written(drill)
    report["own_features"][0]["file"] = "vault.feature"
    (drill.path / "report" / "report.json").write_text(json.dumps(report), "utf-8")
    done = run_cli("report", "check", drill.path / "report")
    assert done.code == 2
    assert "is a feature of ours" in done.error
