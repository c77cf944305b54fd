"""Where a public recording of Azure has a request, the server answers it with the recorded status or error code."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml

import translator_cmk
from tests.azure.corpus import ACCOUNT, MANAGER, VERSION, encrypted, policies, vault
from tests.azure.wire import Answer, Customer

G = "/subscriptions/{subscription}/resourceGroups/g1"
A = G + "/providers/Microsoft.CognitiveServices/accounts/{resource}"
V = G + "/providers/Microsoft.KeyVault/vaults/{vault}"
DELETED = "/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{region}/deletedVaults/{vault}"
SEEN = Path(translator_cmk.__file__).parent / "site" / "data" / "seen.yaml"
Named = dict[str, Any]


def new_vault(c: Named, **properties: Any) -> Named:
    rbac, soft_delete = c.get("permission_model") == "rbac", c.get("soft_delete", True)
    asked = vault(c["tenant"], enableSoftDelete=soft_delete, enableRbacAuthorization=rbac, **properties)
    protected = {"enablePurgeProtection": True} if c["purge_protection"] else {}
    return {"location": c["region"], "properties": asked["properties"] | protected}


def new_account(c: Named) -> Named:
    keys = encryption(c) if c.get("keys") == "customer-managed" else {"properties": {}}
    return {**ACCOUNT, "location": c["location"], **keys}


def encryption(c: Named) -> Named:
    return encrypted(c.get("key", "k1"), c.get("vault", "v1"))


def grant(c: Named) -> Named:
    return policies(c["tenant"], c["principal"])


def new_key(c: Named) -> Named:
    return {"kty": c.get("type", "RSA"), "key_size": c.get("size", 2048)}


IMPORTED = {"key": {"kty": "RSA", "n": "wA" + "A" * 340, "e": "AQAB"}}
RETURN = {"properties": {"encryption": {"keySource": "Microsoft.CognitiveServices"}}}
REQUESTS: dict[str, tuple[str, str, Any]] = {
    "CreateResource": ("PUT", A, new_account),
    "DeleteResource": ("DELETE", A, None),
    "EnableIdentity": ("PATCH", A, {"identity": {"type": "SystemAssigned"}}),
    "DisableIdentity": ("PATCH", A, {"identity": {"type": "None"}}),
    "EnableCustomerManagedKeys": ("PATCH", A, encryption),
    "ReturnToMicrosoftManagedKeys": ("PATCH", A, RETURN),
    "CreateVault": ("PUT", V, new_vault),
    "EnablePurgeProtection": ("PATCH", V, {"properties": {"enablePurgeProtection": True}}),
    "DeleteVault": ("DELETE", V, None),
    "RecoverVault": ("PUT", V, partial(new_vault, createMode="recover")),
    "PurgeVault": ("POST", DELETED + "/purge", None),
    "GrantKeyAccess": ("PUT", V + "/accessPolicies/add", grant),
    "CreateKey": ("POST", "/keys/{key}/create", new_key),
    "ImportKey": ("PUT", "/keys/{key}", IMPORTED),
    "RotateKey": ("POST", "/keys/{key}/rotate", None),
    "DisableKey": ("PATCH", "/keys/{key}", {"attributes": {"enabled": False}}),
    "EnableKey": ("PATCH", "/keys/{key}", {"attributes": {"enabled": True}}),
    "DeleteKey": ("DELETE", "/keys/{key}", None),
    "RecoverKey": ("POST", "/deletedkeys/{key}/recover", None),
    "PurgeKey": ("DELETE", "/deletedkeys/{key}", None),
}
"""For each command of the recordings its request; a body may be a function of what is known."""

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


def ask(customer: Customer, command: Named, known: Named, suffix: str) -> Answer:
    """Return the answer to a command; names that Azure finds too short get an end."""
    longer = {field: command[field] + suffix for field in ("vault", "resource") if field in command}
    c = known | command | longer | {"subscription": customer.subscription}
    method, path, body = REQUESTS[c["command"]]
    host = f"{c['vault']}.vault.azure.net" if path.startswith(("/keys", "/deletedkeys")) else MANAGER
    return customer.ask(method, host, path.format(**c) + VERSION, body(c) if callable(body) else body)


@pytest.mark.parametrize(("name", "lines"), list(recordings()))
def test_a_recorded_request_is_answered_alike(customer: Customer, name: str, lines: list[Named]) -> None:
    known: Named = {"tenant": customer.tenant, "subscription": customer.subscription, "purge_protection": True}
    known |= {"region": "eastus", "location": "eastus", "principal": ""}
    customer.ask("PUT", MANAGER, G.format(**known) + VERSION, {"location": "eastus"})
    compared = 0
    for line in (line for line in lines if "command" in line):
        command, outcome = line["command"], line.get("outcome", {"outcome": "accepted"})
        answer = ask(customer, command, known, f"-{name.replace('-', '')[:10]}")
        known["region"] = command.get("region", known["region"])
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
