"""The loop: features, the adapter, Microsoft's SDKs, TLS, the Azure-shaped server, and the model;
and broken models.
"""

import resource
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.azure.client.faults import PERMITTED, Fault, failed_by_permitted, faults, found_by
from tests.azure.client.verifying_azure import counted_requests, credentials, verify
from translator_cmk.azure.client.leftovers import left_in
from translator_cmk.azure.client.plan import to_plan
from translator_cmk.azure.client.target import CLOUDS, Target, declaration_of
from translator_cmk.azure.server.listening import AzureServer
from translator_cmk.bdd.prerequisites import inapplicable
from translator_cmk.bdd.vocabulary import asserts
from translator_cmk.conformance.cases import scenarios
from translator_cmk.conformance.selection import selected
from translator_cmk.errors import INCOMPLETE
from translator_cmk.machine import DEFAULT_STAGE

SECONDS = 180
"""What a run of all scenarios may take on two cores: it takes 120, since each look asks for each
model by itself."""

NO_REQUEST = {
    "environment.name-in-use/the-name-of-a-resource-in-use-may-be-accepted-or-refused",
    "environment.name-in-use/the-name-of-a-workspace-in-use-may-be-accepted-or-refused",
    "identity.needed-for-access/a-grant-turns-no-identity-on",
    "identity.grant-refused/granting-access-to-an-identity-that-is-off-is-refused",
    "identity.grant-refused/access-is-refused-to-an-identity-that-is-off-beside-one-that-is-on",
    "environment.exists/no-document-is-uploaded-to-a-workspace-that-was-never-made",
    "environment.exists/no-data-is-read-from-a-workspace-that-was-never-made",
    "environment.exists/no-model-is-trained-in-a-workspace-that-was-never-made",
    "environment.exists/a-model-that-was-never-made-is-neither-deployed-nor-undeployed/deploys",
    "environment.exists/a-model-that-was-never-made-is-neither-deployed-nor-undeployed/undeploys",
    "environment.exists/a-model-that-was-never-made-does-not-translate",
    "environment.exists/no-document-is-uploaded-to-a-workspace-of-a-deleted-resource",
    "environment.exists/no-data-is-read-from-a-workspace-of-a-deleted-resource",
    "environment.exists/no-model-is-trained-in-a-workspace-of-a-deleted-resource",
    "environment.exists/a-model-of-a-deleted-resource-is-neither-deployed-nor-undeployed/deploys",
    "environment.exists/a-model-of-a-deleted-resource-is-neither-deployed-nor-undeployed/undeploys",
    "environment.exists/a-model-of-a-deleted-resource-does-not-translate",
}
"""Scenarios that come to a command for which the API has no request; nothing is learned of the
system by them.
"""

QUICK = ("lacks vault.soft-delete-refused", "the mistake of vault.other-subscription")
"""The broken models of every test run; `make azure-cli` has all."""


def processor_seconds() -> float:
    """Return the seconds of a processor that this process, where the server is, and its children
    have taken.
    """
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


@pytest.mark.azure
def test_every_scenario_that_the_api_can_express_passes(
    served: AzureServer, tmp_path: Path
) -> None:
    """What passes is known before: all that applies to the declaration, and demands something."""
    declared = declaration_of(
        Target(CLOUDS["AzureCloud"]._replace(local=True)), DEFAULT_STAGE.subscriptions, True
    )
    every = selected(scenarios("full", ()), {}, declared)
    applicable = [each for each in every if inapplicable(each.pickle, declared) is None]
    expected = set()
    for each in applicable:
        is_never_seen = each.case.masked and not each.case.controls
        if not asserts(each.pickle, "not specified") and not is_never_seen:
            expected.add(each.case.id)
    expected -= NO_REQUEST
    print(f"expected to pass: {len(expected)} of {len(every)}")
    began = processor_seconds()
    with counted_requests(served) as requests:
        ran = verify(tmp_path, credentials(served), "--profile", "full")
    assert (processor_seconds() - began) / 2 <= SECONDS
    wanted = dict.fromkeys(expected, "passed") | dict.fromkeys(NO_REQUEST, "not-run")
    other = [
        each
        for each in ran.envelope["cases"]
        if each["status"] != wanted.get(each["id"], "not-applicable")
    ]
    assert [(each["id"], each["status"], each.get("reason")) for each in other] == []
    assert expected <= ran.statuses().keys()
    assert ran.code == INCOMPLETE
    assert " next: " not in ran.text, "a command that has no request for some arguments is written"
    planned = sum((to_plan(each, declared).work for each in applicable), Counter[str]())
    entries = Counter(each["kind"] for each in left_in(tmp_path / "leftovers.json"))
    made = {"requests": len(requests), **entries}
    for name, count in planned.items():
        assert abs(made.get(name, count) - count) <= count / 5, (name, made, planned)
    masked = [
        case
        for case in ran.envelope["cases"]
        if "seen once the key was back" in case.get("reason", "")
    ]
    assert masked


BY_NAME: Mapping[str, Fault] = {fault.name: fault for fault in faults()}


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.azure) for name in BY_NAME],
)
def test_a_broken_model_is_found_through_the_sdks_by_the_right_requirement(name: str) -> None:
    fault = BY_NAME[name]
    scenario, attributed = found_by(fault)
    assert scenario.startswith(f"{fault.requirement}/")
    assert fault.attributed in attributed


def test_at_least_twenty_broken_models_are_tried() -> None:
    assert len(BY_NAME) >= 20


@pytest.mark.azure
@pytest.mark.parametrize("requirement", PERMITTED)
def test_what_the_article_permits_passes(requirement: str) -> None:
    assert failed_by_permitted(requirement) == []
