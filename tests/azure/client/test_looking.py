"""What a look shows while Azure changes something, and how ids are compared."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.azure.client.custom_translator import a_system, accept, enabled
from tests.azure.client.test_training import begun
from tests.azure.client.verifying_azure import TENANT
from translator_cmk.azure.client.adapter import AzureSystem
from translator_cmk.azure.client.target import CLOUDS, Target
from translator_cmk.azure.server.calls import Reply
from translator_cmk.azure.server.listening import AzureServer
from translator_cmk.azure.server.worlds import SUBSCRIPTIONS, guid
from translator_cmk.machine import DEFAULT_STAGE
from translator_cmk.machine.commands import (
    CreateVault,
    DisableIdentity,
    EnableIdentity,
    GrantKeyAccess,
)

OF_KEYS = {"key_source", "key"}


@pytest.fixture
def states(signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """The provisioning states that the server shows of accounts from now on, the last of them for
    good; None for an account without any.
    """
    answer = signed_in.answer
    left: list[str | None] = ["Succeeded"]

    def otherwise(method: str, target: str, headers: Any, content: bytes) -> Reply:
        reply = answer(method, target, headers, content)
        if method == "GET" and target.partition("?")[0].endswith("/accounts"):
            state = left.pop(0) if len(left) > 1 else left[0]
            for account in reply.body["value"]:
                account["properties"]["provisioningState"] = state
        return reply

    monkeypatch.setattr(signed_in, "answer", otherwise)
    return left


@pytest.mark.parametrize("state", ["Failed", "Canceled", "Updating", "SomethingNew"])
def test_what_an_account_shows_of_its_key_counts_only_once_it_is_in_force(
    state: str, states: list[str | None], tmp_path: Path
) -> None:
    system = a_system(tmp_path)
    salt = uuid4().hex[:6]
    accept(system, *enabled(salt))
    states[:] = [state]
    seen = system.observe()["resource"][f"tr-{salt}"]
    assert seen.keys().isdisjoint(OF_KEYS)
    assert seen["identity"] is True
    states[:] = [None]
    assert system.observe()["resource"][f"tr-{salt}"].keys() >= OF_KEYS


def test_a_look_waits_until_a_change_is_over(states: list[str | None], tmp_path: Path) -> None:
    system = a_system(tmp_path, wait=20.0)
    salt = uuid4().hex[:6]
    accept(system, *enabled(salt))
    states[:] = ["Updating", "Accepted", "Succeeded"]
    assert system.observe()["resource"][f"tr-{salt}"].keys() >= OF_KEYS
    assert len(states) == 1


@pytest.mark.usefixtures("signed_in")
def test_a_subscription_is_found_by_its_id_in_any_case(tmp_path: Path) -> None:
    named = {"production": guid(TENANT, SUBSCRIPTIONS[0]).upper()}
    cloud = CLOUDS["AzureCloud"]._replace(local=True)
    system = AzureSystem(Target(cloud, named, leftovers=str(tmp_path / "leftovers.json")))
    system.reset(DEFAULT_STAGE)
    assert system.estate.tenant_of("production") == TENANT
    vault = f"kv-{uuid4().hex[:6]}"
    accept(system, CreateVault(vault, "westeurope", "production", "apps"))
    assert vault in system.observe()["vault"]


def test_an_access_policy_that_an_identity_left_behind_is_neither_access_nor_none(
    signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    system, name = begun(tmp_path, "dictionary")
    vault = f"kv-{name}"
    accept(system, CreateVault(vault, "westeurope", "production", name))
    accept(system, EnableIdentity(name), GrantKeyAccess(vault, name))
    answer = signed_in.answer
    policies: list[Any] = []

    def remembering(method: str, target: str, headers: Any, content: bytes) -> Reply:
        reply = answer(method, target, headers, content)
        if method == "GET" and target.partition("?")[0].endswith("/vaults"):
            for found in reply.body["value"]:
                if found["name"] == vault:
                    policies[:] = policies or found["properties"]["accessPolicies"]
                    found["properties"]["accessPolicies"] = list(policies)
        return reply

    monkeypatch.setattr(signed_in, "answer", remembering)
    grant = f"{vault}/{name}"
    assert system.observe()["grant"][grant]["vault"] == vault
    accept(system, DisableIdentity(name))
    system.reads_are_behind_until = 0.0
    assert system.observe()["grant"] == {grant: {"resource": name}}
