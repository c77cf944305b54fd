"""The look before a run: it creates nothing, and says what would stop the run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.azure.client.interrupting import answered_with_a_page
from tests.azure.client.verifying_azure import TENANT, counted_requests
from translator_cmk.azure.client.read_only import READS, is_allowed
from translator_cmk.azure.server.calls import Reply
from translator_cmk.azure.server.listening import AzureServer
from translator_cmk.azure.server.worlds import SUBSCRIPTIONS, guid
from translator_cmk.cli import main

SUBSCRIPTION = guid(TENANT, SUBSCRIPTIONS[0])
LOOK = ["verify", "--azure", "--read-only", "--subscription", SUBSCRIPTION]

EVERYTHING = {"actions": ["*"], "notActions": ["Microsoft.Authorization/*/Write"]}
NOTHING_STOPS: Mapping[str, Any] = {
    "permissions": {"value": [EVERYTHING]},
    "usages": {"value": [{"name": {"value": "AccountCount"}, "currentValue": 1, "limit": 9}]},
    "policyAssignments": {"value": [{"name": "p", "properties": {"displayName": "Tags"}}]},
}
"""What Azure answers that the model has no answer to, by the last word of the path."""


def answering(
    server: AzureServer,
    answers: Mapping[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    subscription: str = "",
) -> None:
    """Let the server answer these requests besides, in a subscription or in all."""
    answer = server.answer

    def with_more(method: str, path: str, *request: Any) -> Any:
        word = path.partition("?")[0].rpartition("/")[2]
        if word in answers and subscription in path:
            return Reply(200, answers[word])
        return answer(method, path, *request)

    monkeypatch.setattr(server, "answer", with_more)


def test_it_only_reads_and_leaves_no_file(
    signed_in: AzureServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    answering(signed_in, NOTHING_STOPS, monkeypatch)
    with counted_requests(signed_in) as methods:
        assert main(LOOK) == 0
    assert set(methods) - {"POST"} == {"GET"}, "a sign-in is a POST"
    assert methods.count("POST") <= 1
    shown = capsys.readouterr().out
    assert "nothing is created" in shown
    assert "nothing that can be read would stop a run" in shown
    assert "Tags" in shown
    assert SUBSCRIPTION not in shown
    assert list(tmp_path.iterdir()) == []


STOPPING: Mapping[str, tuple[str, Any, str]] = {
    "a right that is missing": (
        "permissions",
        {"value": [{"actions": ["*/read"], "notActions": []}]},
        "Microsoft.KeyVault/vaults/write is not allowed",
    ),
    "a quota that is used up": (
        "usages",
        {"value": [{"name": {"value": "AccountCount"}, "currentValue": 9, "limit": 9}]},
        "the quota is used up: AccountCount, 9 of 9",
    ),
    "a provider that isn't registered": (
        "Microsoft.KeyVault",
        {"registrationState": "NotRegistered"},
        "az provider register --namespace Microsoft.KeyVault",
    ),
    "a version that the cloud lacks": (
        "Microsoft.KeyVault",
        {
            "registrationState": "Registered",
            "resourceTypes": [{"resourceType": "vaults", "apiVersions": ["2023-07-01"]}],
        },
        "Microsoft.KeyVault lacks api-version 2026-02-01 of vaults here",
    ),
    "a tier that isn't sold": ("skus", {"value": []}, "not sold in tier S1 in westeurope"),
}


def allowing(*regions: str, **properties: Any) -> Any:
    """Return a policy assignment that allows these regions alone."""
    listed = {"listOfAllowedLocations": {"value": list(regions)}}
    return {"name": "sys.regionrestriction", "properties": {"parameters": listed} | properties}


OF_GROUPS = (
    "/providers/Microsoft.Authorization/policyDefinitions/e765b5de-1225-4ba3-bd56-1ac6695af988"
)


@pytest.mark.parametrize(
    ("assignment", "refused"),
    [
        (allowing("polandcentral", "westeurope"), "eastus"),
        (allowing("polandcentral"), "westeurope or eastus"),
        (allowing("West Europe", "EastUS"), ""),
        (allowing("polandcentral", enforcementMode="DoNotEnforce"), ""),
        (allowing("polandcentral", policyDefinitionId=OF_GROUPS), "westeurope"),
        (allowing("westeurope", policyDefinitionId=OF_GROUPS), ""),
        ({"name": "without-parameters", "properties": {"parameters": None}}, ""),
    ],
)
def test_a_policy_stops_a_run_whose_regions_it_does_not_allow(
    assignment: Any,
    refused: str,
    signed_in: AzureServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assigned = {"policyAssignments": {"value": [assignment]}}
    answering(signed_in, {**NOTHING_STOPS, **assigned}, monkeypatch)
    assert main(LOOK) == (4 if refused else 0)
    shown = capsys.readouterr().out
    assert ("✘ policies" in shown) is bool(refused)
    if refused:
        assert f"sys.regionrestriction allows nothing in {refused}; it allows " in shown
        assert "--region westeurope=NAME" in shown


def test_no_policy_is_said_to_allow_regions_whose_list_was_not_found(
    signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = {"allowedLocations": {"value": ["polandcentral"]}}
    custom = {"name": "custom", "properties": {"parameters": listed}}
    known = allowing("West Europe", "EastUS")
    assigned = {"policyAssignments": {"value": [custom, known]}}
    answering(signed_in, {**NOTHING_STOPS, **assigned}, monkeypatch)
    main(LOOK)
    lines = capsys.readouterr().out.splitlines()
    [allowed] = [line for line in lines if "regions are allowed" in line]
    [unread] = [line for line in lines if "not read" in line]
    assert "sys.regionrestriction" in allowed
    assert "custom" not in allowed
    assert "custom" in unread


def test_a_policy_that_only_audits_stops_nothing(
    signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    auditing = allowing("polandcentral")
    auditing["properties"]["parameters"]["effect"] = {"value": "Audit"}
    assigned = {"policyAssignments": {"value": [auditing]}}
    answering(signed_in, {**NOTHING_STOPS, **assigned}, monkeypatch)
    assert main(LOOK) == 0


def test_a_list_is_read_to_its_end_and_never_at_another_host(
    signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = f"https://localhost:{signed_in.port}"
    last = {"policiesOnPageTwo": {"value": [allowing("polandcentral")]}}
    for host, mark in ((here, "✘ policies"), ("https://another.example", "? policies")):
        first = {"value": [], "nextLink": f"{host}/policiesOnPageTwo?page=2"}
        answers = {**NOTHING_STOPS, **last, "policyAssignments": first}
        answering(signed_in, answers, monkeypatch)
        assert main(LOOK) == 4
        assert mark in capsys.readouterr().out


@pytest.mark.parametrize("what", STOPPING)
def test_what_would_stop_a_run_is_named_with_what_to_do(
    what: str,
    signed_in: AzureServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    word, body, named = STOPPING[what]
    answering(signed_in, {**NOTHING_STOPS, word: body}, monkeypatch)
    assert main(LOOK) == 4
    shown = capsys.readouterr().out
    assert named in shown
    assert "would stop a run" in shown


def test_a_region_that_takes_no_new_customers_is_neither_the_default_nor_fine(
    signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(signed_in, NOTHING_STOPS, monkeypatch)
    look = [*LOOK, "--cloud", "AzureCloud"]
    assert main(look) == 0
    assert "northeurope" in capsys.readouterr().out
    assert main([*look, "--region", "westeurope=West Europe"]) == 4
    assert "--region westeurope=northeurope" in capsys.readouterr().out


def test_a_region_without_custom_translator_stops_a_run_only_where_the_resource_is(
    signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(signed_in, NOTHING_STOPS, monkeypatch)
    look = [*LOOK, "--cloud", "AzureCloud"]
    main([*look, "--region", "westeurope=Germany West Central"])
    shown = capsys.readouterr().out
    assert "✘ regions" in shown
    assert "swedencentral" in shown
    assert main([*look, "--region", "eastus=Germany West Central"]) == 0


def test_of_the_regions_that_a_policy_allows_those_with_custom_translator_are_named(
    signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    look = [*LOOK, "--cloud", "AzureCloud"]
    for allowed, named in (
        (["polandcentral", "uksouth"], "with Custom Translator: uksouth\n"),
        (["polandcentral", "ukwest"], "none of them with Custom Translator"),
    ):
        assigned = {"policyAssignments": {"value": [allowing(*allowed)]}}
        answering(signed_in, {**NOTHING_STOPS, **assigned}, monkeypatch)
        assert main(look) == 4
        assert named in capsys.readouterr().out


def test_two_regions_of_the_specification_are_never_one_of_azure(
    signed_in: AzureServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert signed_in.port
    assert main([*LOOK, "--cloud", "AzureCloud", "--region", "eastus=North Europe"]) == 2
    assert "a region of its own" in capsys.readouterr().err


def test_regions_of_another_cloud_are_named_and_never_taken_for_those_of_azure(
    signed_in: AzureServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    assert signed_in.port
    plan = ["verify", "--azure", "--smallest", "--plan", "--subscription", SUBSCRIPTION]
    for cloud in ("AzureUSGovernment", "AzureChinaCloud"):
        there = [*plan, "--cloud", cloud]
        assert main(there) == 2
        assert "--region westeurope=NAME --region eastus=NAME" in capsys.readouterr().err
        there += ["--region", "westeurope=one"]
        assert main(there) == 2
        assert "with --region eastus=NAME" in capsys.readouterr().err
        assert main([*there, "--region", "eastus=two"]) == 0
        assert "one and two" in capsys.readouterr().out


def test_every_subscription_of_the_run_is_looked_at(
    signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    look = list(LOOK)
    for name in SUBSCRIPTIONS[1:]:
        look += ["--subscription", f"{name}={guid(TENANT, name).upper()}"]
    answering(signed_in, NOTHING_STOPS, monkeypatch)
    assert main(look) == 0, "the last is in another tenant"
    shown = capsys.readouterr().out
    assert [f"{name}:" in shown for name in SUBSCRIPTIONS] == [True] * len(SUBSCRIPTIONS)

    no_rights: Mapping[str, Any] = {"permissions": {"value": []}}
    answering(signed_in, no_rights, monkeypatch, guid(TENANT, SUBSCRIPTIONS[-1]).upper())
    assert main(look) == 4
    last = capsys.readouterr().out.partition(f"{SUBSCRIPTIONS[-1]}:")
    assert "✘" not in last[0]
    assert "✘ rights" in last[2]


@pytest.mark.parametrize(
    "usages",
    [
        [],
        [{"name": {"value": "Transactions"}, "currentValue": 0, "limit": 9}],
        [{"name": {"value": "AccountCount"}, "currentValue": 0, "limit": 0}],
        [{"name": {"value": "AccountCount"}, "currentValue": 0}],
        [{"name": {"value": "OpenAI.S0.AccountCount"}, "currentValue": 1, "limit": 1}],
    ],
)
def test_without_a_quota_of_accounts_there_may_be_no_room(
    usages: list[Any],
    signed_in: AzureServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answering(signed_in, {**NOTHING_STOPS, "usages": {"value": usages}}, monkeypatch)
    assert main(LOOK) == 4
    shown = capsys.readouterr().out
    assert "? quotas" in shown
    assert "room for an account" not in shown


PARTS = ("/permissions", "/microsoft.keyvault", "/usages")


@pytest.mark.parametrize("part", PARTS)
def test_a_page_of_a_proxy_is_unknown_and_ends_no_look(
    part: str,
    signed_in: AzureServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answering(signed_in, NOTHING_STOPS, monkeypatch)
    with answered_with_a_page(signed_in, "GET", part):
        assert main(LOOK) == 4
    assert "could not be read" in capsys.readouterr().out


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("body", [None, []], ids=str)
def test_an_answer_of_another_form_is_unknown_and_ends_no_look(
    part: str,
    body: Any,
    signed_in: AzureServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answering(signed_in, NOTHING_STOPS, monkeypatch)
    answer = signed_in.answer

    def otherwise(method: str, path: str, *request: Any) -> Any:
        if path.partition("?")[0].lower().endswith(part):
            return Reply(200, body)
        return answer(method, path, *request)

    monkeypatch.setattr(signed_in, "answer", otherwise)
    assert main(LOOK) == 4
    assert "1 could not be read" in capsys.readouterr().out


def test_what_can_not_be_read_is_unknown_and_not_fine(
    signed_in: AzureServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert signed_in.port
    assert main(LOOK) == 4
    assert "? rights" in capsys.readouterr().out
    assert main(["verify", "--azure", "--read-only"]) == 2
    assert "name the subscription" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("permissions", "allowed"),
    [
        ([EVERYTHING], True),
        ([], False),
        ([{"actions": ["*"], "notActions": ["Microsoft.KeyVault/*"]}], False),
        (
            [{"actions": ["*"], "notActions": ["Microsoft.KeyVault/*"]}, {"actions": ["*"]}],
            True,
        ),
        ([{"actions": ["microsoft.keyvault/vaults/*"]}], True),
        ([{"actions": ["*/read"]}], False),
    ],
)
def test_an_action_is_allowed_by_any_role_that_does_not_take_it_away(
    permissions: list[Any], allowed: bool
) -> None:
    assert "Microsoft.KeyVault/vaults/write" in READS["actions"]
    assert is_allowed("Microsoft.KeyVault/vaults/write", permissions) is allowed
