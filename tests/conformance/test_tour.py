"""The tour shares its steps among the scopes, and leaves none of them over that another could have."""

import pytest

from translator_cmk.conformance.tour import suites
from translator_cmk.explore.scopes import SMALL
from translator_cmk.explore.tours.sequences import suite

SCOPES = [scope for scope in SMALL if scope.name in ("vaults-and-keys", "losing-the-key")]


@pytest.mark.parametrize("steps", [100, 150, 600])
def test_steps_are_shared_and_kept_to(steps: int) -> None:
    assert sum(suite.steps for suite in suites(SCOPES, steps)) <= steps


def test_small_scope_is_toured_whole_once_its_share_has_room_for_it() -> None:
    cramped, roomy = suites(SCOPES, 300)[0], suites(SCOPES, 600)[0]
    assert cramped.scope.name == roomy.scope.name == "losing-the-key"
    whole = suite(roomy.scope)
    assert cramped.pairs < whole.pairs
    assert (roomy.pairs, roomy.steps) == (whole.pairs, roomy.lower_bound)


def test_steps_that_one_scope_does_not_need_go_to_the_next() -> None:
    alone, beside = suites(SCOPES[1:], 200)[0], suites(SCOPES, 400)[1]
    assert beside.scope.name == alone.scope.name == "vaults-and-keys"
    assert beside.steps > alone.steps
