"""Features of somebody's own run beside those of the specification, in any folder and any form."""

import pytest

from tests.bdd.samples import RIGHT, feature, project, rule, run

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
    assert "requirement  none: it does what the specification demands" in wishes
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
