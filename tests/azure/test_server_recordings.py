"""Where a public recording of Azure has a request, the server answers it with the recorded status or error code."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml

import translator_cmk
from tests.azure.wire import Answer, Customer

MANAGER = "management.azure.com"
G = "/subscriptions/{subscription}/resourceGroups/g1"
A = G + "/providers/Microsoft.CognitiveServices/accounts/{resource}"
V = G + "/providers/Microsoft.KeyVault/vaults/{vault}"
DELETED = "/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{region}/deletedVaults/{vault}"
SEEN = Path(translator_cmk.__file__).parent / "site" / "data" / "seen.yaml"
Request = tuple[str, str, Any]


def encryption(c: dict[str, Any]) -> dict[str, Any]:
    key = {"keyName": c.get("key", "k1"), "keyVaultUri": f"https://{c.get('vault', 'v1')}.vault.azure.net"}
    return {"encryption": {"keySource": "Microsoft.KeyVault", "keyVaultProperties": key}}


def vault(c: dict[str, Any], **properties: Any) -> dict[str, Any]:
    asked = {
        "enableSoftDelete": c.get("soft_delete", True),
        **({"enablePurgeProtection": True} if c["purge_protection"] else {}),
    }
    rbac = {"enableRbacAuthorization": c.get("permission_model") == "rbac"}
    sku = {"family": "A", "name": "standard"}
    return {"location": c["region"], "properties": {"tenantId": c["tenant"], "sku": sku, **asked, **rbac, **properties}}


def account(c: dict[str, Any]) -> dict[str, Any]:
    keys = encryption(c) if c.get("keys") == "customer-managed" else {}
    return {"kind": "TextTranslation", "sku": {"name": "S1"}, "location": c["location"], "properties": keys}


def policies(c: dict[str, Any]) -> dict[str, Any]:
    permissions = {"keys": ["get", "wrapKey", "unwrapKey"]}
    return {
        "properties": {
            "accessPolicies": [{"tenantId": c["tenant"], "objectId": c["principal"], "permissions": permissions}]
        }
    }


N = "wA" + "A" * 340
REQUESTS: dict[str, Callable[[dict[str, Any]], Request]] = {
    "CreateResource": lambda c: ("PUT", A, account(c)),
    "DeleteResource": lambda c: ("DELETE", A, None),
    "EnableIdentity": lambda c: ("PATCH", A, {"identity": {"type": "SystemAssigned"}}),
    "DisableIdentity": lambda c: ("PATCH", A, {"identity": {"type": "None"}}),
    "EnableCustomerManagedKeys": lambda c: ("PATCH", A, {"properties": encryption(c)}),
    "ReturnToMicrosoftManagedKeys": lambda c: (
        "PATCH",
        A,
        {"properties": {"encryption": {"keySource": "Microsoft.CognitiveServices"}}},
    ),
    "CreateVault": lambda c: ("PUT", V, vault(c)),
    "EnablePurgeProtection": lambda c: ("PATCH", V, {"properties": {"enablePurgeProtection": True}}),
    "DeleteVault": lambda c: ("DELETE", V, None),
    "RecoverVault": lambda c: ("PUT", V, vault(c, createMode="recover")),
    "PurgeVault": lambda c: ("POST", DELETED + "/purge", None),
    "GrantKeyAccess": lambda c: ("PUT", V + "/accessPolicies/add", policies(c)),
    "CreateKey": lambda c: (
        "POST",
        "/keys/{key}/create",
        {"kty": c.get("type", "RSA"), "key_size": c.get("size", 2048)},
    ),
    "ImportKey": lambda c: ("PUT", "/keys/{key}", {"key": {"kty": "RSA", "n": N, "e": "AQAB"}}),
    "RotateKey": lambda c: ("POST", "/keys/{key}/rotate", None),
    "DisableKey": lambda c: ("PATCH", "/keys/{key}", {"attributes": {"enabled": False}}),
    "EnableKey": lambda c: ("PATCH", "/keys/{key}", {"attributes": {"enabled": True}}),
    "DeleteKey": lambda c: ("DELETE", "/keys/{key}", None),
    "RecoverKey": lambda c: ("POST", "/deletedkeys/{key}/recover", None),
    "PurgeKey": lambda c: ("DELETE", "/deletedkeys/{key}", None),
}
"""For each command of the recordings its request."""

DIFFERS = {
    "cmk-in-the-creating-request": ("CreateResource", "the specification refuses it, as the article does"),
    "rbac-vault": ("EnableCustomerManagedKeys", "the role is no grant, and the specification has no roles"),
    "rbac-vault-granted": ("EnableCustomerManagedKeys", "nothing is demanded of a vault on Azure RBAC; we refuse"),
}
"""For a recording the command at which our answer differs, and the reason."""


def recordings() -> Iterator[Any]:
    for seen in yaml.safe_load(SEEN.read_text("utf-8"))["observations"]:
        if "trace" in seen:
            yield pytest.param(seen["id"], [json.loads(line) for line in seen["trace"].splitlines()], id=seen["id"])


def ask(customer: Customer, command: dict[str, Any], known: dict[str, Any], suffix: str) -> Answer:
    """Return the answer to a command; names that Azure finds too short get an end."""
    c = known | command | {field: command[field] + suffix for field in ("vault", "resource") if field in command}
    method, path, body = REQUESTS[c["command"]](c)
    host = f"{c['vault']}.vault.azure.net" if path.startswith(("/keys", "/deletedkeys")) else MANAGER
    return customer.ask(
        method, host, f"{path.format(**(c | {'subscription': customer.subscription}))}?api-version=2025-06-01", body
    )


@pytest.mark.parametrize(("name", "lines"), list(recordings()))
def test_a_recorded_request_is_answered_alike(customer: Customer, name: str, lines: list[dict[str, Any]]) -> None:
    customer.ask(
        "PUT", MANAGER, G.format(subscription=customer.subscription) + "?api-version=2025-06-01", {"location": "eastus"}
    )
    known = {
        "tenant": customer.tenant,
        "region": "eastus",
        "location": "eastus",
        "purge_protection": True,
        "principal": "",
    }
    compared = 0
    for line in lines:
        if "command" not in line:
            continue
        command, outcome = line["command"], line.get("outcome", {"outcome": "accepted"})
        answer = ask(customer, command, known, f"-{name.replace('-', '')[:10]}")
        known |= {field: command[field] for field in ("region",) if field in command}
        if answer.text and "identity" in answer.body:
            known["principal"] = answer.body["identity"].get("principalId", str(uuid4()))
        if DIFFERS.get(name, ("",))[0] == command["command"]:
            assert answer.status >= 400, "it differs no more: take it out of DIFFERS"
            return
        assert (answer.status < 300) == (outcome["outcome"] == "accepted"), f"{command} {answer}"
        if "code" in outcome:
            assert outcome["code"] in (str(answer.status), (answer.body or {}).get("error", {}).get("code")), answer
        compared += 1
    assert compared
