"""Each route answers as Azure documents it, with bodies that Microsoft's types know; a malformed
request is refused.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from azure.core.exceptions import HttpResponseError
from azure.identity import ClientSecretCredential
from azure.keyvault.keys import KeyClient
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure.mgmt.cognitiveservices.models import Account, Identity, Sku
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

import translator_cmk
from tests.azure.server import published_types
from tests.azure.server.corpus import (
    ACCOUNT,
    GROUP,
    MANAGER,
    Example,
    encrypted,
    is_refused,
    malformed,
    played,
    policies,
    vault,
    versioned,
)
from tests.azure.server.wire import Answer, Customer, Wire
from translator_cmk.azure.server.calls import PAGE
from translator_cmk.azure.server.hosts import apis_at
from translator_cmk.azure.server.listening import AzureServer
from translator_cmk.azure.server.routing import ROUTES, find


@pytest.fixture(scope="module")
def answers(served: AzureServer) -> list[tuple[Example, Answer]]:
    """The examples, each with its answer."""
    with closing(Wire(served)) as wire:
        return list(played(Customer(wire)))


def test_each_route_has_an_example_that_is_answered_as_it_says(
    answers: list[tuple[Example, Answer]],
) -> None:
    reached = set()
    for example, answer in answers:
        assert answer.status == example.status, f"{example} {answer}"
        apis = apis_at(example.host).apis
        reached.add(find(apis, example.method, example.path, example.host).route)
    assert {
        route for route in set(ROUTES) - reached if route.api not in ("login", "metadata")
    } == set()


def test_the_generated_models_know_every_member_of_every_body(
    answers: list[tuple[Example, Answer]],
) -> None:
    typed = [(example, answer) for example, answer in answers if example.type]
    assert typed
    assert [
        each for example, answer in typed for each in differences(answer.body, example.type)
    ] == []


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (
            {"properties": {"encryption": {"keySource": "Microsoft.KeyVault", "key": "x"}}},
            "cognitiveservices:Account",
        ),
        ({"properties": {"customSubDomainName": 1}}, "cognitiveservices:Account"),
        ({"properties": {"accessPolicies": [{"objectID": "x"}]}}, "keyvault:Vault"),
        ({"properties": {"enableSoftDelete": "yes"}}, "keyvault:Vault"),
        ({"value": [{"kid": "x", "version": "y"}]}, "keys:KeyItem[]"),
    ],
)
def test_a_member_that_is_unknown_or_of_another_type_is_found(body: object, name: str) -> None:
    assert list(differences(body, name))


def ref(index: int, **more: Any) -> dict[str, Any]:
    return {"$ref": f"#/{index}", **more}


MEMBERS = {"id": (0, 1), "family": (2, 0), "sizes": (3, 2), "createMode": (0, 4)}
TYPES: Any = [
    {"$type": "StringType"},
    {"$type": "StringLiteralType", "value": "A"},
    {"$type": "UnionType", "elements": [ref(1)]},
    {"$type": "ArrayType", "itemType": ref(5)},
    {
        "$type": "ObjectType",
        "properties": {n: {"type": ref(i), "flags": flags} for n, (i, flags) in MEMBERS.items()},
    },
    {"$type": "IntegerType"},
    {"$type": "ResourceType", "name": "Microsoft.KeyVault/vaults@2026-02-01", "body": ref(4)},
]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"id": "x", "family": "A", "sizes": [1, 2]}, []),
        ({"family": "A"}, ["$"]),
        ({"id": 1}, ["$.id"]),
        ({"id": "x", "family": "B"}, ["$.family"]),
        ({"id": "x", "sizes": [True]}, ["$.sizes[0]"]),
        ({"id": "x", "createMode": "y"}, ["$"]),
        ({"id": "x", "more": "z"}, ["$"]),
    ],
)
def test_the_types_that_microsoft_publishes_are_read(
    tmp_path: Path, body: Any, found: list[str]
) -> None:
    (tmp_path / "types.json").write_text(json.dumps(TYPES), "utf-8")
    ((name, validator),) = published_types.published(tmp_path)
    assert name == "Microsoft.KeyVault/vaults@2026-02-01"
    assert [
        each.partition(":")[0] for each in published_types.differences(body, validator)
    ] == found


def test_a_malformed_request_is_refused_and_changes_nothing(customer: Customer) -> None:
    assert [each for each in malformed(customer, 400) if not is_refused(customer, each)] == []


# Bodies are compared with the generated models of Microsoft's libraries: every member known, and
# read as its type

MODULES = {
    "cognitiveservices": "azure.mgmt.cognitiveservices.models",
    "keyvault": "azure.mgmt.keyvault.models",
    "keys": "azure.keyvault.keys._generated.models",
    "resources": "azure.mgmt.resource.resources.models",
    "subscriptions": "azure.mgmt.resource.subscriptions.models",
}


def differences(body: Any, name: str) -> Iterator[str]:
    """Yield where a body, or each item of its list, has what the model called `module:Model` does
    not know.
    """
    module, _, model = name.removesuffix("[]").partition(":")
    kind: Any = getattr(import_module(MODULES[module]), model)
    for item in body["value"] if name.endswith("[]") else [body]:
        if hasattr(kind, "_attribute_map"):
            read = kind.deserialize(item).serialize(keep_readonly=True)
            if read != item:
                yield from unequal(item, read, model)
        else:
            yield from unknown(kind(item), item, model)


def unequal(sent: Any, read: Any, path: str) -> Iterator[str]:
    """Yield the paths at which what was sent is not what was read from it."""
    if isinstance(sent, Mapping) and isinstance(read, Mapping):
        for name in sent.keys() | read.keys():
            yield from unequal(sent.get(name), read.get(name), f"{path}.{name}")
    elif isinstance(sent, list) and isinstance(read, list) and len(sent) == len(read):
        for one, other in zip(sent, read, strict=True):
            yield from unequal(one, other, f"{path}[]")
    elif sent != read:
        yield f"{path}: {sent!r} is read as {read!r}"


def unknown(model: Any, body: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield the members of a body that a model with declared fields lacks, and those that it can't
    read.
    """
    fields = {
        field._rest_name: attribute for attribute, field in type(model)._attr_to_rest_field.items()
    }
    for name, value in body.items():
        where = f"{path}.{name}"
        if name not in fields:
            yield f"{where} is unknown"
            continue
        read = getattr(model, fields[name])
        if isinstance(value, dict) and hasattr(type(read), "_attr_to_rest_field"):
            yield from unknown(read, value, where)
        elif isinstance(value, list) and value and hasattr(type(read[0]), "_attr_to_rest_field"):
            for one, other in zip(read, value, strict=True):
                yield from unknown(one, other, f"{where}[]")
        elif isinstance(read, bool) is not isinstance(value, bool) or (read is None) is not (
            value is None
        ):
            yield f"{where}: {value!r} is read as {read!r}"


# The libraries themselves follow the server's operations, pages and errors as they do Azure's


@pytest.mark.slow
@pytest.mark.usefixtures("server")
def test_enabling_is_refused_for_its_reason_until_access_is_granted() -> None:
    tenant = str(uuid4())
    credential = ClientSecretCredential(tenant, str(uuid4()), "a secret")
    found = SubscriptionClient(credential).subscriptions.list()
    subscription = next(
        str(each.subscription_id) for each in found if each.display_name == "production"
    )
    accounts: Any = CognitiveServicesManagementClient(credential, subscription).accounts
    vaults: Any = KeyVaultManagementClient(credential, subscription).vaults
    groups: Any = ResourceManagementClient(credential, subscription).resource_groups
    groups.create_or_update("apps", GROUP)

    wanted = Account(kind="TextTranslation", sku=Sku(name="S1"), location="West Europe")
    assert accounts.begin_create("apps", "tr1", wanted).result().identity is None
    identity = (
        accounts.begin_update("apps", "tr1", Account(identity=Identity(type="SystemAssigned")))
        .result()
        .identity
    )
    asked = vault(
        tenant, enablePurgeProtection=True, enableRbacAuthorization=False, accessPolicies=[]
    )
    made = vaults.begin_create_or_update("apps", "kv-1", asked).result()
    keys = KeyClient(made.properties.vault_uri, credential)
    names = [f"key-{number:02}" for number in range(PAGE + 1)]
    for name in names:
        keys.create_rsa_key(name, size=2048)
    assert [each.name for each in keys.list_properties_of_keys()] == names

    enabling = Account.deserialize(encrypted(names[0]))
    with pytest.raises(HttpResponseError) as refused:
        accounts.begin_update("apps", "tr1", enabling)
    error: Any = refused.value.error
    assert [each.code for each in error.details] == ["vault.granted-beforehand"]
    vaults.update_access_policy("apps", "kv-1", "add", policies(tenant, identity.principal_id))
    encryption = accounts.begin_update("apps", "tr1", enabling).result().properties.encryption
    assert (encryption.key_source, encryption.key_vault_properties.key_name) == (
        "Microsoft.KeyVault",
        names[0],
    )


G = "/subscriptions/{subscription}/resourceGroups/g1"
A = G + "/providers/Microsoft.CognitiveServices/accounts/{resource}"
V = G + "/providers/Microsoft.KeyVault/vaults/{vault}"
# Where a public recording of Azure has a request, the server answers it with the recorded status or
# error code

DELETED = "/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{region}/deletedVaults/{vault}"
SEEN = Path(translator_cmk.__file__).parent / "site" / "data" / "seen.yaml"
Named = dict[str, Any]


def new_vault(c: Named, **properties: Any) -> Named:
    rbac, soft_delete = c.get("permission_model") == "rbac", c.get("soft_delete", True)
    asked = vault(
        c["tenant"], enableSoftDelete=soft_delete, enableRbacAuthorization=rbac, **properties
    )
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


def new_model(c: Named) -> Named:
    return {"properties": {"enableRbacAuthorization": c["permission_model"] == "rbac"}}


def new_role(c: Named) -> Named:
    properties = {
        "roleDefinitionId": f"/subscriptions/{c['subscription']}{CRYPTO_USER}",
        "principalId": c["principal"],
        "principalType": "ServicePrincipal",
    }
    return {"properties": properties}


ROLE = "/providers/Microsoft.Authorization/roleAssignments/2f3a2c55-8a4c-4b7e-9a63-0c6f0e9d1b47"
CRYPTO_USER = (
    "/providers/Microsoft.Authorization/roleDefinitions/12338af0-0e69-4776-bea7-57ae8d297424"
)
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
    "SetPermissionModel": ("PATCH", V, new_model),
    "AssignKeyRole": ("PUT", V + ROLE, new_role),
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
    "cmk-in-the-creating-request": (
        "CreateResource",
        "the specification refuses it, as the article does",
    ),
    "rbac-vault": (
        "EnableCustomerManagedKeys",
        "the specification has no role on a single key, so nobody has access",
    ),
}
"""For a recording the command at which our answer differs, and the reason."""


def recordings() -> Iterator[Any]:
    for seen in yaml.safe_load(SEEN.read_text("utf-8"))["observations"]:
        if "trace" in seen:
            yield pytest.param(
                seen["id"], [json.loads(line) for line in seen["trace"].splitlines()], id=seen["id"]
            )


def ask(customer: Customer, command: Named, known: Named, suffix: str) -> Answer:
    """Return the answer to a command; names that Azure finds too short get an end."""
    longer = {field: command[field] + suffix for field in ("vault", "resource") if field in command}
    c = known | command | longer | {"subscription": customer.subscription}
    method, path, body = REQUESTS[c["command"]]
    host = (
        f"{c['vault']}.vault.azure.net" if path.startswith(("/keys", "/deletedkeys")) else MANAGER
    )
    return customer.ask(
        method, host, versioned(path.format(**c)), body(c) if callable(body) else body
    )


@pytest.mark.parametrize(("name", "lines"), list(recordings()))
def test_a_recorded_request_is_answered_alike(
    customer: Customer, name: str, lines: list[Named]
) -> None:
    known: Named = {
        "tenant": customer.tenant,
        "subscription": customer.subscription,
        "purge_protection": True,
    }
    known |= {"region": "eastus", "location": "eastus", "principal": ""}
    customer.ask("PUT", MANAGER, versioned(G.format(**known)), {"location": "eastus"})
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
            assert outcome["code"] in (
                str(answer.status),
                (answer.body or {}).get("error", {}).get("code"),
            ), answer
        compared += 1
    assert compared
