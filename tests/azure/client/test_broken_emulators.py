"""An emulator that breaks a requirement is found, one that the article permits passes, and one that
only stands in the way is neither accused nor praised.
"""

import pytest

from tests.azure.client.broken_emulators import BROKEN, behind_azure, lacking, results
from translator_cmk.machine import ROWS
from translator_cmk.verdict import FAILING, Status


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_emulator_is_found_by_the_right_requirement(name: str) -> None:
    broken = BROKEN[name]
    with behind_azure(broken.rows) as subject:
        found = results(subject, broken.requirement, "full")
        failed = next(result for _, result in found if result.status in FAILING)
    assert broken.attributed in failed.attributed_to


def test_an_emulator_that_only_does_what_no_sentence_forbids_passes() -> None:
    requirement = "tenant.grant-refused"
    with behind_azure(lacking(requirement)) as subject:
        found = list(results(subject, requirement, "article"))
    failed = [scenario.case for scenario, result in found if result.status in FAILING]
    assert failed
    assert not any(case.scored for case in failed)


STANDING = {
    "a listed code": "409:ScopeLocked 1/1 PATCH",
    "a code that nobody lists": "422:NobodyHasSeenThis 1/1 PATCH",
    "the page of a proxy": "403:html 1/1 PATCH",
    "no look": "404:html 1/1 GET /resourceGroups/",
    "no keys": "403:Forbidden/ForbiddenByFirewall 1/1 /keys",
}
"""What may stand in the way of a whole run, as `serve --azure --fault` names it."""


@pytest.mark.parametrize("cause", STANDING)
def test_what_stands_in_the_way_fails_nothing_and_passes_nothing(cause: str) -> None:
    requirement = "vault.same-region-refused"
    with behind_azure(ROWS, [STANDING[cause]]) as subject:
        found = [result.status for _, result in results(subject, requirement, "full")]
    assert FAILING.isdisjoint(found)
    assert Status.PASSED not in found
    assert Status.NOTHING_LEARNED in found
