"""Requests for key vaults say what Azure would otherwise choose by itself.

The server of these tests chooses as an api-version may: nobody is let in, and roles give access.
"""

import json
from typing import Any

import pytest

from tests.azure.client.adapted import a_system, a_vault, accept
from tests.azure.client.interrupting import refusal
from translator_cmk.azure.server.calls import Reply
from translator_cmk.azure.server.listening import AzureServer
from translator_cmk.machine.commands import (
    CreateKey,
    CreateVault,
    DeleteVault,
    EnablePurgeProtection,
    RecoverVault,
)

VAULTS = "/Microsoft.KeyVault/vaults/"


def vault_in(target: str) -> str:
    """Return the vault that a request of Azure Resource Manager is about as a whole."""
    _, _, rest = target.partition("?")[0].partition(VAULTS)
    return "" if "/" in rest else rest


@pytest.fixture
def choosing(signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch) -> AzureServer:
    """A server that lets nobody in unless a PUT says so, and gives roles unless it says not."""
    answer = signed_in.answer
    closed = set[str]()

    def choose(method: str, target: str, headers: Any, content: bytes) -> Reply:
        called, _, _ = headers.get("host", "").partition(".vault.azure.net")
        if called in closed:
            return refusal(403, "Forbidden", "ForbiddenByFirewall")
        reply = answer(method, target, headers, content)
        name = vault_in(target)
        if method == "PUT" and name:
            said = json.loads(content)["properties"]
            is_open = said.get("networkAcls", {}).get("defaultAction") == "Allow"
            if not is_open or said.get("publicNetworkAccess") != "Enabled":
                closed.add(name)
            if "enableRbacAuthorization" not in said:
                roles = b'{"properties": {"enableRbacAuthorization": true}}'
                answer("PATCH", target, headers, roles)
        return reply

    monkeypatch.setattr(signed_in, "answer", choose)
    return signed_in


@pytest.mark.usefixtures("choosing")
def test_a_new_vault_lets_its_caller_in() -> None:
    system = a_system()
    accept(system, a_vault("kv-open"), CreateKey("kv-open", "cmk"))
    assert "kv-open/cmk" in system.observe()["key"]


@pytest.mark.usefixtures("choosing")
@pytest.mark.parametrize("permission_model", ["access-policies", "rbac"])
def test_a_recovered_vault_gives_permissions_as_before_and_lets_its_caller_in(
    permission_model: Any,
) -> None:
    system = a_system()
    name = f"kv-back-{permission_model}"
    vault = CreateVault(name, "westeurope", "production", "apps", permission_model=permission_model)
    accept(system, vault)
    system.observe()
    accept(system, DeleteVault(name), RecoverVault(name), CreateKey(name, "cmk"))
    seen = system.observe()
    assert seen["vault"][name]["permission_model"] == permission_model
    assert f"{name}/cmk" in seen["key"]


def test_vaults_are_asked_for_in_a_version_that_all_clouds_have(
    signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = signed_in.answer

    def government(method: str, target: str, headers: Any, content: bytes) -> Reply:
        _, _, last = target.rpartition("/providers/")
        if last.startswith("Microsoft.KeyVault/") and "api-version=2026-02-01" not in last:
            return refusal(400, "NoRegisteredProviderFound")
        return answer(method, target, headers, content)

    monkeypatch.setattr(signed_in, "answer", government)
    system = a_system()
    accept(system, a_vault("kv-there"), EnablePurgeProtection("kv-there"))
    system.observe()
    accept(system, DeleteVault("kv-there"), RecoverVault("kv-there"))
    assert system.observe()["vault"]["kv-there"]["purge_protection"]
    assert "key vaults 2026-02-01" in system.declaration.version, "as the report says"
