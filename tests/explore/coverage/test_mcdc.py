"""A condition decides by itself where it alone differs between two evaluations with different results."""

import pytest

from translator_cmk.explore.coverage.decisions import Condition, Evaluation, decisions, every_condition, shown, values

TWO = next(number for number, each in enumerate(decisions()) if len(each.conditions) == 2)
THREE = next(number for number, each in enumerate(decisions()) if len(each.conditions) == 3)


def deciding(decision: int, *evaluations: tuple[tuple[bool | None, ...], bool]) -> set[int]:
    """The positions of the conditions that evaluations of a decision show to decide."""
    found = shown(Evaluation(decision, *each) for each in evaluations)
    assert {condition.decision for condition in found} <= {decision}
    return {condition.position for condition in found}


def test_both_conditions_of_a_conjunction_take_three_evaluations() -> None:
    both = ((True, True), True), ((False, None), False), ((True, False), False)
    assert deciding(TWO, *both) == {0, 1}
    for missing in range(3):
        assert deciding(TWO, *(each for each in both if each is not both[missing])) != {0, 1}


def test_both_conditions_of_an_alternative_take_three_evaluations() -> None:
    assert deciding(TWO, ((False, False), False), ((True, None), True), ((False, True), True)) == {0, 1}


@pytest.mark.parametrize(
    "evaluations",
    [
        [((True, True), True)],
        [((True, True), True), ((True, True), True)],
        # the result is the same
        [((False, None), False), ((True, False), False)],
        # two conditions differ, so neither is known to be the cause
        [((True, True), True), ((False, False), False)],
    ],
)
def test_otherwise_nothing_is_shown(evaluations: list[tuple[tuple[bool | None, ...], bool]]) -> None:
    assert deciding(TWO, *evaluations) == set()


def test_what_was_not_asked_is_no_cause() -> None:
    assert deciding(THREE, ((True, False, None), False), ((True, True, True), True)) == {1}
    assert deciding(THREE, ((True, True, False), False), ((True, True, True), True)) == {2}


def test_evaluations_of_different_decisions_are_not_compared() -> None:
    other = next(n for n, each in enumerate(decisions()) if n != TWO and len(each.conditions) == 2)
    assert shown([Evaluation(TWO, (True, True), True), Evaluation(other, (False, None), False)]) == set()


def test_every_condition_is_told_with_its_place() -> None:
    conditions = every_condition()
    assert len(conditions) == len(set(conditions)) == sum(len(each.conditions) for each in decisions())
    assert all(each.text and each.place.startswith("model/translator_cmk/machine/topics/") for each in conditions)


def test_values_are_those_that_were_asked() -> None:
    evaluations = [Evaluation(TWO, (False, None), False), Evaluation(TWO, (True, False), False)]
    assert values(Condition(TWO, 0), evaluations) == {True, False}
    assert values(Condition(TWO, 1), evaluations) == {False}
