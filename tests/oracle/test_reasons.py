"""Reasons of a refusal are right if all of them are broken, or if they say a name is wrong."""

import pytest

from translator_cmk.oracle import reasons

BROKEN = frozenset({"vault.same-region-refused", "vault.soft-delete-refused"})
ONE = frozenset({"vault.same-region-refused"})
STATED = frozenset({"vault.same-region"})
ANOTHER = frozenset({"keys.rsa-2048"})
NO_SUCH_NAME = frozenset({"environment.exists"})
NOTHING = frozenset[str]()


@pytest.mark.parametrize(
    ("given", "right"), [(BROKEN, True), (ONE, True), (NOTHING, False), (ONE | ANOTHER, False)]
)
def test_a_system_gives_some_of_the_reasons_and_no_other(
    given: reasons.Reasons, right: bool
) -> None:
    assert reasons.are_some_of(given, BROKEN) == right


@pytest.mark.parametrize(
    ("given", "broken", "right"),
    [
        (STATED, ONE, True),
        (STATED | ONE, ONE, True),
        (STATED | ANOTHER, ONE, False),
        (STATED, BROKEN, True),
        (STATED, frozenset({"vault.soft-delete-refused"}), False),
        (ONE, STATED, False),
    ],
)
def test_what_does_not_work_is_as_good_a_reason_as_that_it_is_refused(
    given: reasons.Reasons, broken: reasons.Reasons, right: bool
) -> None:
    assert reasons.are_some_of(given, broken) == right


@pytest.mark.parametrize(
    ("given", "right"), [(BROKEN, True), (ONE, False), (BROKEN | ANOTHER, False)]
)
def test_the_model_gives_all_of_them(given: reasons.Reasons, right: bool) -> None:
    assert reasons.are_all_of(given, BROKEN) == right


@pytest.mark.parametrize(
    ("given", "right"), [(NO_SUCH_NAME, True), (NO_SUCH_NAME | ANOTHER, True), (ANOTHER, False)]
)
def test_before_names_are_known_any_demand_may_be_named_besides(
    given: reasons.Reasons, right: bool
) -> None:
    assert reasons.say_that_a_name_is_wrong(given) == right


def test_a_refusal_that_may_have_several_sets_of_reasons_has_what_they_share() -> None:
    assert reasons.shared_by([BROKEN, ONE, ONE | ANOTHER]) == ONE
