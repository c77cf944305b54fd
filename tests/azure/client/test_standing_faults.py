"""What stands in Azure's way is never a deviation of Azure's, and what passes is waited for."""

import re
from pathlib import Path

import pytest

from tests.azure.client.faults import behind_azure, results
from tests.azure.client.interrupting import interrupted, refusal
from tests.azure.client.verifying_azure import credentials, verify
from translator_cmk.azure.server import azure_server, parse_fault
from translator_cmk.azure.server.listening import AzureServer
from translator_cmk.errors import INCOMPLETE, OK
from translator_cmk.machine import ROWS
from translator_cmk.verdict import FAILING, Status

ACCOUNTS = "/Microsoft.CognitiveServices/accounts/"

STANDING = (
    "403:RequestDisallowedByAzure 1/1 PUT",
    "400:SpecialFeatureOrQuotaIdRequired 1/1 PUT",
    "400:CanNotCreateMultipleFreeAccounts 1/1 PUT",
    "400:ResourceKindRequireAcceptTerms 1/1 PUT",
    "409:ReadOnlyDisabledSubscription 1/1 PUT",
    "409:MissingSubscriptionRegistration 1/1 PUT",
    "400:LocationNotAvailableForResourceType 1/1 PUT",
    "409:ScopeLocked 1/1 PATCH",
    "409:RequestConflict 1/1 PATCH",
    "403:AuthorizationFailed 1/1 PATCH",
    "400:BadRequest 1/1 PATCH",
    "422:NobodyHasSeenThis 1/1 PATCH",
    "404:ResourceNotFound 1/1 PATCH",
    "404:KeyNotFound 1/1 PATCH",
    "403:html 1/1 PATCH",
    "404:html 1/1 GET /resourceGroups/",
    "403:Forbidden/ForbiddenByRbac 1/1 /keys",
    "403:Forbidden/ForbiddenByPolicy 1/1 /keys",
    "403:Forbidden/ForbiddenByFirewall 1/1 /keys",
)
"""What may stand in the way of a whole run, as `serve --azure --fault` names it."""

PASSING = (
    "409:RequestConflict 1/2 PATCH",
    "400:BadRequest 1/2 PATCH",
    "403:Forbidden/ForbiddenByPolicy 1/9 /keys",
    "404:ResourceNotFound 1/2 PATCH",
)
"""What may be in the way of one attempt, and not of the next."""

REQUIREMENT = "vault.same-region-refused"


@pytest.mark.parametrize("words", STANDING)
def test_what_stands_in_the_way_fails_nothing_and_passes_nothing(words: str) -> None:
    with behind_azure(ROWS, [words]) as subject:
        found = {
            scenario.case.id: result for scenario, result in results(subject, REQUIREMENT, "full")
        }
    statuses = {result.status for result in found.values()}
    assert statuses.isdisjoint(FAILING | {Status.PASSED}), found
    assert Status.NOTHING_LEARNED in statuses


@pytest.mark.parametrize("words", PASSING)
def test_what_passes_with_the_next_attempt_changes_no_verdict(words: str) -> None:
    with behind_azure(ROWS, [words], wait=10.0) as subject:
        found = {
            scenario.case.id: result for scenario, result in results(subject, REQUIREMENT, "full")
        }
    statuses = {result.status for result in found.values()}
    assert statuses == {Status.PASSED, Status.NOT_APPLICABLE}, found


@pytest.mark.slow
def test_a_cloud_that_refuses_all_customer_managed_keys_passes_nothing_and_is_not_accused(
    served: AzureServer, tmp_path: Path
) -> None:
    refused = refusal(400, "BadRequest", message="The key vault can't be used.")
    chosen = ("--requirement", "vault.same-region", "--requirement", "keys.vault-only")
    with interrupted(served, "PATCH", ACCOUNTS, refused):
        ran = verify(tmp_path, credentials(served), *chosen)
    assert "passed" not in ran.statuses().values(), ran.text
    assert "nothing-learned" in ran.statuses().values(), ran.text
    assert ran.code == INCOMPLETE, ran.text
    assert "status 400, BadRequest: The key vault can't be used." in ran.everything()


@pytest.mark.slow
def test_the_option_wait_has_conflicts_waited_for_and_the_log_has_each_attempt(
    tmp_path: Path,
) -> None:
    with azure_server(faults=[parse_fault("409:RequestConflict 1/2 PATCH")]) as server:
        chosen = ("--requirement", "vault.same-region", "--wait", "10")
        ran = verify(tmp_path, credentials(server), *chosen)
    assert ran.code == OK, ran.text
    assert set(ran.statuses().values()) == {"passed", "not-applicable"}
    assert re.search(r'"said":\["\d+\.\d s: status 409, RequestConflict: [^"]+",', ran.everything())
    assert re.search(r'"\d+\.\d s: accepted"', ran.everything())
