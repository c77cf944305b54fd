"""The server: worlds, several effects in one request, lists and operations, credentials, and how it
is reached.
"""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from copy import copy
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import jwt
import pytest

from tests.azure.server.asking import A, G, S, V, ask, problem
from tests.azure.server.corpus import (
    ACCOUNT,
    EXAMPLES,
    FILES,
    GROUP,
    MANAGER,
    VAULT,
    encrypted,
    played,
    policies,
    vault,
    versioned,
)
from tests.azure.server.wire import Answer, Customer, Wire
from translator_cmk.azure.server import worlds
from translator_cmk.azure.server.listening import AzureServer, azure_server
from translator_cmk.azure.server.worlds import Worlds, begun, guid
from translator_cmk.cli import main
from translator_cmk.machine import ROWS, Machine
from translator_cmk.machine.commands import CreateResource
from translator_cmk.machine.entities import Resource
from translator_cmk.machine.rows import Effect, effect

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(worlds.__file__).resolve().parents[2])}
TRANSLATOR = "tr1.cognitiveservices.azure.com"
CUSTOM = "/translator/customtranslator/api/texttranslator/v1.0"


# Worlds


def test_each_tenant_is_a_world_and_signing_in_again_keeps_it(
    wire: Wire, at_work: Customer
) -> None:
    account = f"{A}/tr1".format(subscription=at_work.subscription)
    again, other = Customer(wire, at_work.tenant), Customer(wire)
    assert [ask(each, "GET", f"{A}/tr1").status for each in (at_work, again, other)] == [
        200,
        200,
        404,
    ]
    assert problem(ask(other, "GET", account)) == (404, "SubscriptionNotFound")


def test_the_first_subscription_is_that_of_production(customer: Customer) -> None:
    found = ask(customer, "GET", "/subscriptions").body["value"]
    assert [each["displayName"] for each in found] == ["production", "security"]


def test_a_subscription_follows_its_tenant(wire: Wire, at_work: Customer) -> None:
    abroad = Customer(wire, guid(at_work.tenant, "abroad"))
    moved = {"properties": {"destinationTenantId": abroad.tenant, "destinationOwnerId": "x"}}
    place = f"{S}/providers/Microsoft.Subscription/changeTenantRequest/default"
    assert ask(at_work, "PUT", place, moved).status == 200
    assert problem(ask(at_work, "GET", f"{A}/tr1")) == (401, "InvalidAuthenticationTokenTenant")
    assert "identity" not in ask(abroad, "GET", f"{A}/tr1").body


def test_the_world_that_was_used_longest_ago_ends_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worlds, "KEPT", 2)
    kept = Worlds()
    for tenant in ("a", "b"):
        kept.put(begun(tenant))
    assert kept.of("a")
    kept.put(begun("c"))
    assert [kept.of(each) is None for each in ("a", "b", "c")] == [False, True, False]
    assert kept.of(guid("b", "abroad")) is None


def test_losing_the_key_costs_deployment_and_documents_and_restoring_it_brings_back_access(
    customer: Customer,
) -> None:
    *_, (translation, answer) = played(
        customer, [each.body for each in EXAMPLES].index([{"Text": "hello"}]) + 1
    )
    assert answer.body == [{"translations": [{"text": "hello", "to": "de"}]}]
    principal = ask(customer, "GET", f"{A}/tr1").body["identity"]["principalId"]
    workspace = customer.ask("GET", TRANSLATOR, f"{CUSTOM}/workspaces").body["workspaces"][0]["id"]
    project = customer.ask("GET", TRANSLATOR, f"{CUSTOM}/projects?workspaceId={workspace}").body[
        "projects"
    ][0]["id"]

    def documents() -> Answer:
        return customer.ask("GET", TRANSLATOR, f"{CUSTOM}/documents?workspaceId={workspace}")

    assert len(documents().body["paginatedDocuments"]["documents"]) == 1
    assert (
        ask(
            customer, "PUT", f"{V}/kv-1/accessPolicies/remove", policies(customer.tenant, principal)
        ).status
        == 200
    )
    assert problem(documents()) == (403, "Forbidden")
    assert problem(customer.ask(*translation[:3], translation.body)) == (403, 403000)  # type: ignore[comparison-overlap]  # a number here
    assert (
        ask(
            customer, "PUT", f"{V}/kv-1/accessPolicies/add", policies(customer.tenant, principal)
        ).status
        == 200
    )
    assert documents().body["paginatedDocuments"]["documents"] == []
    (model,) = customer.ask("GET", TRANSLATOR, f"{CUSTOM}/projects/{project}/models").body["models"]
    assert model["modelRegionStatuses"] == [{"region": 2, "isDeployed": False}]


# Several effects in one request


def test_a_request_with_several_effects_is_all_or_nothing(at_work: Customer) -> None:
    before = at_work.world
    refused = ask(
        at_work, "PATCH", f"{A}/tr2", {"identity": {"type": "SystemAssigned"}, **encrypted()}
    )
    assert refused.status == 400
    assert [each["code"] for each in refused.body["error"]["details"]] == ["environment.exists"]
    whole = ask(at_work, "GET", f"{V}/kv-2").body
    whole["properties"] |= policies(str(uuid4()), str(uuid4()))["properties"] | {
        "enablePurgeProtection": True
    }
    assert ask(at_work, "PUT", f"{V}/kv-2", whole).status == 501
    assert at_work.world == before


def test_the_put_of_what_an_account_shows_changes_nothing_though_its_key_is_lost_and_a_patch_enables_it_again(
    customer: Customer,
) -> None:
    list(played(customer, [each.body for each in EXAMPLES].index([{"Text": "hello"}]) + 1))
    assert (
        ask(customer, "PUT", f"{V}/kv-1/accessPolicies/replace", policies(customer.tenant)).status
        == 200
    )
    whole, before = ask(customer, "GET", f"{A}/tr1").body, customer.world
    assert whole["properties"]["encryption"]["keySource"] == "Microsoft.KeyVault"
    assert ask(customer, "PUT", f"{A}/tr1", whole).status == 200
    assert customer.world.state == before.state
    assert ask(customer, "GET", f"{A}/tr1").body == whole
    enabled_again = {"properties": {"encryption": whole["properties"]["encryption"]}}
    assert problem(ask(customer, "PATCH", f"{A}/tr1", enabled_again)) == (400, "BadRequest")


@pytest.mark.parametrize(("version", "by_default"), [("2025-05-01", False), ("2026-02-01", True)])
def test_new_vaults_are_on_azure_rbac_by_default_from_the_version_that_says_so(
    at_work: Customer, version: str, by_default: bool
) -> None:
    made = ask(
        at_work, "PUT", f"{V}/kv-9?api-version={version}", vault(at_work.tenant, accessPolicies=[])
    )
    assert (made.status, made.body["properties"]["enableRbacAuthorization"]) == (201, by_default)


def test_the_put_of_a_whole_vault_changes_what_differs(at_work: Customer) -> None:
    principal = ask(at_work, "GET", f"{A}/tr1").body["identity"]["principalId"]
    whole = ask(at_work, "GET", f"{V}/kv-1").body
    for principals in ([principal], [principal], []):
        whole["properties"] |= policies(
            at_work.tenant, *principals, keys=("Get", "UnwrapKey", "WrapKey")
        )["properties"]
        shown = ask(at_work, "PUT", f"{V}/kv-1", whole)
        assert shown.status == 200
        assert [
            each["objectId"] for each in shown.body["properties"]["accessPolicies"]
        ] == principals


@pytest.mark.parametrize(
    ("place", "body", "named"),
    [
        (V, {"properties": {"networkAcls": {"nspState": "x"}}}, "properties.networkAcls.nspState"),
        (V, {"properties": {"hsmName": "x"}}, "properties.hsmName"),
        (A, {"sku": {"name": "F0"}}, "sku.name"),
        (A, {"properties": {"customSubDomainName": "x"}}, "properties.customSubDomainName"),
        (A, {"properties": {"raiMonitorConfig": {"x": 1}}}, "properties.raiMonitorConfig.x"),
    ],
)
def test_what_the_server_would_not_show_is_outside_the_subset(
    at_work: Customer, place: str, body: dict[str, Any], named: str
) -> None:
    before = at_work.world
    answer = ask(at_work, "PATCH", f"{place}/{'kv-1' if place == V else 'tr1'}", body)
    assert answer.status == 501
    assert answer.body["error"]["message"].startswith(named)
    assert at_work.world == before


ROLES = f"{V}/kv-1/providers/Microsoft.Authorization/roleAssignments"
ENCRYPTION_USER = "e147488a-f6f5-4113-8e2d-b22465e65bf6"
READER = "21090545-7ca7-4776-b22c-e363652d74d2"
OFFICER = "14b46e9e-c2b7-41b4-b07b-48a6ebf60603"
ASSIGNMENTS = "/providers/Microsoft.Authorization/roleAssignments"


def role(principal: str, definition: str = ENCRYPTION_USER) -> dict[str, Any]:
    """Return the body of a request that assigns a role to an identity."""
    path = f"/providers/Microsoft.Authorization/roleDefinitions/{definition}"
    return {"properties": {"roleDefinitionId": path, "principalId": principal}}


def test_an_identity_has_a_role_with_the_key_permissions_once(at_work: Customer) -> None:
    principal = ask(at_work, "GET", f"{A}/tr1").body["identity"]["principalId"]
    first, second = f"{ROLES}/{uuid4()}", f"{ROLES}/{uuid4()}"
    assert ask(at_work, "PUT", first, role(principal)).status == 201
    assert ask(at_work, "PUT", first, role(principal)).status == 200
    refused = (409, "RoleAssignmentExists")
    assert problem(ask(at_work, "PUT", second, role(principal))) == refused
    assert len(ask(at_work, "GET", ROLES).body["value"]) == 1

    assert ask(at_work, "DELETE", first).body["properties"]["principalId"] == principal
    assert problem(ask(at_work, "GET", first)) == (404, "RoleAssignmentNotFound")
    assert ask(at_work, "PUT", second, role(principal)).status == 201


def test_a_role_is_one_of_azure_and_for_somebody(at_work: Customer) -> None:
    principal = ask(at_work, "GET", f"{A}/tr1").body["identity"]["principalId"]
    place = f"{ROLES}/{uuid4()}"
    unknown = role(principal, str(uuid4()))
    assert problem(ask(at_work, "PUT", place, unknown)) == (400, "RoleDefinitionDoesNotExist")
    nobody = role(str(UUID(int=0)))
    nobody["properties"]["principalType"] = "ServicePrincipal"
    for principal_of_nobody in (role(str(uuid4())), nobody):
        refused = ask(at_work, "PUT", place, principal_of_nobody)
        assert problem(refused) == (400, "PrincipalNotFound")
    assert ask(at_work, "PUT", f"{ROLES}/mine", role(principal)).status == 400


def test_a_role_that_gives_an_account_no_access_to_keys_is_kept_beside_the_model(
    at_work: Customer,
) -> None:
    principal = ask(at_work, "GET", f"{A}/tr1").body["identity"]["principalId"]
    before = at_work.world.state
    place = f"{ROLES}/{uuid4()}"
    assert ask(at_work, "PUT", place, role(principal, READER)).status == 201
    assert len(ask(at_work, "GET", ROLES).body["value"]) == 1
    assert ask(at_work, "DELETE", place).status == 200
    assert ask(at_work, "GET", ROLES).body["value"] == []
    assert at_work.world.state == before


@pytest.mark.parametrize("scope", [S, G, f"{A}/tr1", f"{V}/kv-1", f"{V}/kv-1/keys/cmk"])
def test_a_role_of_somebody_else_is_kept_at_each_scope_and_listed_below_it(
    at_work: Customer, scope: str
) -> None:
    at_work.ask("POST", VAULT, versioned("/keys/cmk/create"), {"kty": "RSA"})
    state = at_work.world.state
    operator = str(uuid4())
    asked = role(operator, OFFICER)
    asked["properties"]["principalType"] = "User"
    place = f"{scope}{ASSIGNMENTS}/{uuid4()}"
    assert ask(at_work, "PUT", place, asked).status == 201
    assert ask(at_work, "PUT", place, asked).status == 200
    again = ask(at_work, "PUT", f"{scope}{ASSIGNMENTS}/{uuid4()}", asked)
    assert problem(again) == (409, "RoleAssignmentExists")
    key = f"{V}/kv-1/keys/cmk"
    lowest = key if key.startswith(scope) else scope
    only_theirs = f"?$filter=assignedTo('{operator}')"
    (listed,) = ask(at_work, "GET", f"{lowest}{ASSIGNMENTS}{only_theirs}").body["value"]
    assert listed["properties"]["scope"].endswith(scope.format(subscription=at_work.subscription))
    assert ask(
        at_work, "GET", f"{lowest}{ASSIGNMENTS}?$filter=principalId eq 'x'".replace(" ", "%20")
    ).body == {"value": []}
    assert at_work.world.state == state


def test_access_to_keys_for_an_account_is_given_on_its_vault_only(at_work: Customer) -> None:
    principal = ask(at_work, "GET", f"{A}/tr1").body["identity"]["principalId"]
    for scope in (S, G):
        assert ask(at_work, "PUT", f"{scope}{ASSIGNMENTS}/{uuid4()}", role(principal)).status == 501


def test_a_role_on_something_ends_with_it(at_work: Customer) -> None:
    asked = role(str(uuid4()), OFFICER)
    asked["properties"]["principalType"] = "Group"
    other = f"{S}/resourceGroups/other"
    ask(at_work, "PUT", f"{other}{ASSIGNMENTS}/{uuid4()}", asked)
    ask(at_work, "DELETE", other)
    ask(at_work, "PUT", other, GROUP)
    assert ask(at_work, "GET", f"{other}{ASSIGNMENTS}").body["value"] == []


def test_roles_are_found_by_their_names(at_work: Customer) -> None:
    definitions = f"{V}/kv-1/providers/Microsoft.Authorization/roleDefinitions"
    name = "Key Vault Crypto Service Encryption User".replace(" ", "%20")
    (found,) = ask(at_work, "GET", f"{definitions}?$filter=roleName%20eq%20'{name}'").body["value"]
    assert found["name"] == ENCRYPTION_USER
    (permissions,) = found["properties"]["permissions"]
    assert permissions["dataActions"] == [
        f"Microsoft.KeyVault/vaults/keys/{action}"
        for action in ("read", "wrap/action", "unwrap/action")
    ]
    assert ask(at_work, "GET", f"{definitions}/{uuid4()}").status == 404


@pytest.mark.parametrize(("has_role", "reads"), [(True, 200), (False, 403)])
def test_a_vault_that_is_switched_to_azure_rbac_gives_access_by_roles(
    customer: Customer, has_role: bool, reads: int
) -> None:
    last = [each.body for each in EXAMPLES].index([{"Text": "hello"}])
    assert list(played(customer, last + 1))
    principal = ask(customer, "GET", f"{A}/tr1").body["identity"]["principalId"]
    if has_role:
        assert ask(customer, "PUT", f"{ROLES}/{uuid4()}", role(principal)).status == 201
    switch = {"properties": {"enableRbacAuthorization": True, "accessPolicies": []}}
    assert (
        ask(customer, "PATCH", f"{V}/kv-1", switch).body["properties"] | switch["properties"]
        == (ask(customer, "GET", f"{V}/kv-1").body["properties"])
    )

    workspace = customer.ask("GET", TRANSLATOR, f"{CUSTOM}/workspaces").body["workspaces"][0]["id"]
    documents = f"{CUSTOM}/documents?workspaceId={workspace}"
    assert customer.ask("GET", TRANSLATOR, documents).status == reads


@pytest.mark.parametrize("more", ["IsSecured", "Subscription.Color"])
def test_what_a_new_workspace_would_not_have_is_outside_the_subset(
    at_work: Customer, more: str
) -> None:
    key = at_work.world.account_keys("tr1")["key1"]
    body: dict[str, Any] = {
        "name": "ws",
        "Subscription": {"subscriptionKey": key, "BillingRegionCode": "WESTEUROPE"},
    }
    *above, name = more.split(".")
    (body[above[0]] if above else body)[name] = True
    answer = at_work.ask("POST", TRANSLATOR, f"{CUSTOM}/workspaces", body)
    assert (answer.status, answer.body["error"]["message"].split()[0]) == (501, more)


def test_what_follows_a_key_but_is_no_version_is_outside_the_subset(at_work: Customer) -> None:
    at_work.ask("POST", VAULT, versioned("/keys/cmk/create"), {"kty": "RSA"})
    for name, status in (("rotationpolicy", 501), ("attestation", 501), ("0" * 32, 404)):
        assert at_work.ask("GET", VAULT, versioned(f"/keys/cmk/{name}")).status == status
    assert at_work.ask("GET", "graph.microsoft.com", "/v1.0/me").status == 501
    assert (
        ask(at_work, "PUT", f"{A}/new", ACCOUNT | {"properties": {"restore": True}}).status == 501
    )


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"{S}/resourceGroups/ends-in-a-dot.", "InvalidResourceGroup"),
        (f"{A}/-begins-with-a-hyphen", "InvalidResourceName"),
        (f"{V}/two--hyphens", "VaultNameNotValid"),
    ],
)
def test_a_name_that_azure_does_not_allow_is_refused(
    at_work: Customer, path: str, code: str
) -> None:
    body = vault(at_work.tenant) | ACCOUNT if path.startswith(A) else vault(at_work.tenant)
    assert problem(ask(at_work, "PUT", path, body)) == (400, code)


@pytest.mark.parametrize(
    ("path", "method"), [("/providers", "GET"), ("/deployments/x", "PUT"), ("", "POST")]
)
def test_a_path_outside_the_subset_is_named(customer: Customer, path: str, method: str) -> None:
    answer = ask(customer, method, G + path, {})
    assert answer.status == 501
    assert (
        f"{method} {G}{path}".format(subscription=customer.subscription)
        in answer.body["error"]["message"]
    )


# Lists and operations


def test_a_long_list_comes_in_pages(at_work: Customer) -> None:
    names = [f"key-{number:02}" for number in range(30)]
    for name in names:
        at_work.ask("POST", VAULT, versioned(f"/keys/{name}/create"), {"kty": "RSA"})
    found: list[str] = []
    path, pages = versioned("/keys") + "&maxresults=12", 0
    while path:
        body = at_work.ask("GET", VAULT, path).body
        found += [each["kid"].rpartition("/")[2] for each in body["value"]]
        path, pages = body.get("nextLink", "").removeprefix(f"https://{VAULT}"), pages + 1
    assert (found, pages) == (names, 3)


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("resourceType eq 'microsoft.keyvault/vaults'", ["kv-1", "kv-2"]),
        ("resourceGroup eq 'APPS' and name eq 'tr1'", ["tr1"]),
        ("resourceGroup eq 'other'", []),
        (
            "location eq 'westeurope' and resourceType eq 'Microsoft.KeyVault/vaults'",
            ["kv-1", "kv-2"],
        ),
    ],
)
def test_resources_are_listed_by_what_a_filter_says(
    at_work: Customer, written: str, names: list[str]
) -> None:
    listed = ask(at_work, "GET", f"{S}/resources?$filter={quote(written)}").body["value"]
    assert [each["name"] for each in listed] == names
    unknown = ask(at_work, "GET", f"{S}/resources?$filter={quote('tagName eq 1')}")
    assert unknown.status == 501


def test_an_operation_of_another_subscription_is_unknown(at_work: Customer) -> None:
    ask(at_work, "PUT", f"{S}/resourceGroups/empty", GROUP)
    place = (
        ask(at_work, "DELETE", f"{S}/resourceGroups/empty")
        .headers["location"]
        .removeprefix(f"https://{MANAGER}")
    )
    assert ask(at_work, "GET", place).status == 204
    assert (
        ask(
            at_work, "GET", place.replace(at_work.subscription, guid(at_work.tenant, "security"))
        ).status
        == 404
    )
    assert ask(at_work, "GET", f"{S}/resourceGroups/empty").status == 404


def test_deleting_a_resource_group_deletes_what_it_holds(at_work: Customer) -> None:
    assert ask(at_work, "DELETE", G).status == 202
    gone = ask(at_work, "GET", f"{S}/providers/Microsoft.KeyVault/deletedVaults").body
    assert [each["name"] for each in gone["value"]] == ["kv-1", "kv-2"]
    assert ask(at_work, "PUT", G, GROUP).status == 201
    assert problem(ask(at_work, "PUT", f"{A}/tr1", ACCOUNT)) == (409, "FlagMustBeSetForRestore")
    deleted = f"{S}/providers/Microsoft.CognitiveServices/locations/westeurope/resourceGroups"
    for place, status in (("APPS", 200), ("other", 404)):
        assert ask(at_work, "GET", f"{deleted}/{place}/deletedAccounts/TR1").status == status


# Versions


@pytest.mark.parametrize(
    ("path", "version", "code"),
    [
        (S, "1999-13-45", "InvalidApiVersionParameter"),
        (S, "2026-05-15", "InvalidApiVersionParameter"),
        (f"{S}/resourceGroups", "2025-04-02", "InvalidApiVersionParameter"),
        (f"{V}/kv-1", "1999-13-45", "NoRegisteredProviderFound"),
        (f"{V}/kv-1", "2025-09-01", "NoRegisteredProviderFound"),
        (f"{A}/tr1", "2026-05-15", "NoRegisteredProviderFound"),
        (
            f"{V}/kv-1/providers/Microsoft.Authorization/roleAssignments",
            "2026-05-15",
            "NoRegisteredProviderFound",
        ),
    ],
)
def test_a_version_that_the_provider_does_not_have_is_refused_with_those_that_it_has(
    at_work: Customer, path: str, version: str, code: str
) -> None:
    answer = ask(at_work, "GET", f"{path}?api-version={version}")
    assert problem(answer) == (400, code)
    right = versioned(path).partition("api-version=")[2]
    assert right in answer.body["error"]["message"]
    assert ask(at_work, "GET", path).status == 200


def test_a_vault_has_the_versions_of_its_data_plane(at_work: Customer) -> None:
    for version, status in (("7.6", 200), ("2025-07-01", 200), ("2026-02-01", 400), ("9.9", 400)):
        assert at_work.ask("GET", VAULT, f"/keys?api-version={version}").status == status


# Providers, names, and purged accounts


def test_a_provider_has_versions_that_the_server_answers(at_work: Customer) -> None:
    provider = ask(at_work, "GET", f"{S}/providers/microsoft.keyvault").body
    assert provider["registrationState"] == "Registered"
    (vaults,) = (each for each in provider["resourceTypes"] if each["resourceType"] == "vaults")
    for version in vaults["apiVersions"]:
        assert ask(at_work, "GET", f"{V}/kv-1?api-version={version}").status == 200


def test_nothing_is_created_without_its_provider(at_work: Customer) -> None:
    body = vault(at_work.tenant, accessPolicies=[])
    for change, refused in (("unregister", True), ("register", False)):
        assert ask(at_work, "POST", f"{S}/providers/Microsoft.KeyVault/{change}").status == 200
        answer = ask(at_work, "PUT", f"{V}/kv-3", body)
        assert (answer.status == 409) is refused
    ask(at_work, "POST", f"{S}/providers/Microsoft.CognitiveServices/unregister")
    assert problem(ask(at_work, "PUT", f"{A}/tr3", ACCOUNT)) == (
        409,
        "MissingSubscriptionRegistration",
    )
    assert problem(ask(at_work, "GET", f"{S}/providers/Contoso.Vaults")) == (
        404,
        "InvalidResourceNamespace",
    )


@pytest.mark.parametrize(("name", "is_free"), [("kv-1", False), ("kv-5", True), ("kv--", False)])
def test_whether_the_name_of_a_vault_is_free(at_work: Customer, name: str, is_free: bool) -> None:
    place = f"{S}/providers/Microsoft.KeyVault/checkNameAvailability"
    asked = {"name": name, "type": "Microsoft.KeyVault/vaults"}
    assert ask(at_work, "POST", place, asked).body["nameAvailable"] is is_free
    ask(at_work, "DELETE", f"{V}/{name}")
    assert ask(at_work, "POST", place, asked).body["nameAvailable"] is is_free


@pytest.mark.parametrize(("name", "is_free"), [("TR1", False), ("tr5", True)])
def test_whether_a_subdomain_is_free(at_work: Customer, name: str, is_free: bool) -> None:
    place = f"{S}/providers/Microsoft.CognitiveServices/checkDomainAvailability"
    asked = {"subdomainName": name, "type": "Microsoft.CognitiveServices/accounts"}
    assert ask(at_work, "POST", place, asked).body["isSubdomainAvailable"] is is_free


def test_purging_an_account_frees_its_name_and_leaves_nothing_of_it(customer: Customer) -> None:
    list(played(customer, [each.body for each in EXAMPLES].index([{"Text": "hello"}]) + 1))
    deleted = (
        f"{S}/providers/Microsoft.CognitiveServices/locations/westeurope/resourceGroups/apps"
        "/deletedAccounts/tr1"
    )
    assert ask(customer, "DELETE", deleted).status == 204
    assert ask(customer, "GET", f"{A}/tr1").status == 200
    model = customer.world.number_of("model", "m")
    assigned = {"type": "UserAssigned", "userAssignedIdentities": {"/an/identity": {}}}
    ask(customer, "PATCH", f"{A}/tr1", {"identity": assigned, "tags": {"cost": "1"}})
    operator = role(str(uuid4()), OFFICER)
    operator["properties"]["principalType"] = "User"
    ask(customer, "PUT", f"{A}/tr1{ASSIGNMENTS}/{uuid4()}", operator)

    ask(customer, "DELETE", f"{A}/tr1")
    restore = ACCOUNT | {"properties": {"restore": True}}
    assert ask(customer, "PUT", f"{A}/tr1", restore).status == 501
    assert ask(customer, "DELETE", deleted).status == 202
    assert ask(customer, "GET", deleted).status == 404

    made = ask(customer, "PUT", f"{A}/tr1", ACCOUNT)
    assert made.status == 201
    assert made.body.keys().isdisjoint({"identity", "tags"})
    assert ask(customer, "GET", f"{A}/tr1{ASSIGNMENTS}").body["value"] == []
    assert customer.ask("GET", TRANSLATOR, f"{CUSTOM}/workspaces").body == {"workspaces": []}
    assert customer.ask("GET", TRANSLATOR, f"{CUSTOM}/models/{model}").status == 404
    body = {"name": "ws", "subscription": {"billingRegionCode": "WESTEUROPE"}}
    body["subscription"]["subscriptionKey"] = customer.world.account_keys("tr1")["key1"]  # type: ignore[index]
    assert customer.ask("POST", TRANSLATOR, f"{CUSTOM}/workspaces", body).status == 201
    (workspace,) = customer.ask("GET", TRANSLATOR, f"{CUSTOM}/workspaces").body["workspaces"]
    projects = f"{CUSTOM}/projects?workspaceId={workspace['id']}"
    assert customer.ask("GET", TRANSLATOR, projects).body["projects"] == []
    upload = f"{CUSTOM}/documents/import?workspaceId={workspace['id']}"
    assert customer.ask("POST", TRANSLATOR, upload, FILES).status == 202


def test_a_document_is_shown_with_the_letters_that_were_uploaded(customer: Customer) -> None:
    ask(customer, "PUT", G, GROUP)
    assert ask(customer, "PUT", f"{A}/tr1", ACCOUNT).status == 201
    body = {"name": "ws", "subscription": {"billingRegionCode": "WESTEUROPE"}}
    body["subscription"]["subscriptionKey"] = customer.world.account_keys("tr1")["key1"]  # type: ignore[index]
    assert customer.ask("POST", TRANSLATOR, f"{CUSTOM}/workspaces", body).status == 201
    (workspace,) = customer.ask("GET", TRANSLATOR, f"{CUSTOM}/workspaces").body["workspaces"]
    where = f"workspaceId={workspace['id']}"
    written = FILES.replace(b"\r\ntext\r\n", "\r\nGrüße, 世界\r\n".encode())
    upload = f"{CUSTOM}/documents/import?{where}"
    assert customer.ask("POST", TRANSLATOR, upload, written).status == 202
    listed = customer.ask("GET", TRANSLATOR, f"{CUSTOM}/documents?{where}").body
    (document,) = listed["paginatedDocuments"]["documents"]
    content = f"{CUSTOM}/documents/{document['id']}/files/1/content"
    assert customer.ask("GET", TRANSLATOR, content).body["items"] == ["Grüße, 世界"]


# Principals


def test_an_application_and_the_identity_of_an_account_are_found_by_name_or_id(
    at_work: Customer,
) -> None:
    graph = "graph.microsoft.com"
    assert at_work.ask("GET", graph, "/v1.0/servicePrincipals").status == 501
    claims = jwt.decode(at_work.tokens["graph"], options={"verify_signature": False})
    written = quote(f"servicePrincipalNames/any(c:c eq '{claims['appid']}')")
    listed = at_work.ask("GET", graph, f"/v1.0/servicePrincipals?$filter={written}").body["value"]
    assert [each["id"] for each in listed] == [claims["oid"]]
    other = quote("servicePrincipalNames/any(c:c eq 'a-name')")
    assert at_work.ask("GET", graph, f"/v1.0/servicePrincipals?$filter={other}").body == {
        "value": []
    }

    principal = ask(at_work, "GET", f"{A}/tr1").body["identity"]["principalId"]
    asked = {"ids": [claims["oid"], principal, str(uuid4())]}
    found = at_work.ask("POST", graph, "/v1.0/directoryObjects/getByIds", asked).body["value"]
    assert [each["displayName"] for each in found] == [claims["appid"], "tr1"]
    assert at_work.ask("GET", graph, f"/v1.0/servicePrincipals/{uuid4()}").status == 404


# Credentials


def test_resource_manager_says_where_a_token_is_given(wire: Wire, at_work: Customer) -> None:
    path = versioned(f"/subscriptions/{at_work.subscription}")
    without = wire.ask("GET", MANAGER, path)
    abroad = Customer(wire, guid(at_work.tenant, "abroad"))
    with_another = wire.ask("GET", MANAGER, path, headers=abroad.headers(MANAGER))
    place = f'authorization_uri="https://login.microsoftonline.com/{at_work.tenant}"'
    for answer in (without, with_another):
        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith(f"Bearer {place}")
    nowhere = wire.ask("GET", MANAGER, versioned("/subscriptions"))
    assert "/common" in nowhere.headers["www-authenticate"]


def test_a_vault_names_the_tenant_that_a_token_has_to_be_of(wire: Wire, at_work: Customer) -> None:
    abroad = Customer(wire, guid(at_work.tenant, "abroad"))
    for token in (None, "x.y.z", at_work.tokens["manager"], abroad.tokens["vault"]):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = wire.ask("GET", VAULT, versioned("/keys"), headers=headers)
        authority = f"https://login.microsoftonline.com/{at_work.tenant}"
        expected = f'Bearer authorization="{authority}", resource="https://vault.azure.net"'
        assert (answer.status, answer.headers["www-authenticate"]) == (401, expected)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"exp": 0}, "ExpiredAuthenticationToken"),
        ({"aud": "https://vault.azure.net"}, "InvalidAuthenticationTokenAudience"),
        ({"tid": str(uuid4())}, "ExpiredAuthenticationToken"),
    ],
)
def test_a_token_of_another_time_api_or_server_is_refused(
    served: AzureServer, customer: Customer, changed: dict[str, Any], code: str
) -> None:
    claims = jwt.decode(customer.tokens["manager"], options={"verify_signature": False})
    customer.tokens["manager"] = jwt.encode(claims | changed, served.secret)
    assert problem(ask(customer, "GET", S)) == (401, code)


def test_an_account_key_is_one_of_that_account(wire: Wire, at_work: Customer) -> None:
    keys = ask(at_work, "POST", f"{A}/tr1/listKeys").body

    def status(account: str, key: str) -> int:
        host, headers = f"{account}.cognitiveservices.azure.com", {"Ocp-Apim-Subscription-Key": key}
        return wire.ask("GET", host, f"{CUSTOM}/workspaces", headers=headers).status

    assert [
        status("tr1", keys["key1"]),
        status("tr1", keys["key2"]),
        status("tr2", keys["key1"]),
    ] == [200, 200, 401]
    ask(at_work, "DELETE", f"{A}/tr1")
    assert status("tr1", keys["key1"]) == 401


# Machines


@contextmanager
def customer_of(machine: Machine) -> Iterator[Customer]:
    """A customer of a server of this machine, with a resource group."""
    with azure_server(machine) as server, closing(Wire(server)) as wire:
        customer = Customer(wire)
        ask(customer, "PUT", G, GROUP)
        yield customer


def test_the_server_answers_for_the_machine_that_it_is_given() -> None:
    rows = [row for row in ROWS if getattr(row, "requirement", "") != "resource.creation-refused"]
    with customer_of(Machine(rows)) as customer:
        body = ACCOUNT | {"properties": {"encryption": {"keySource": "Microsoft.KeyVault"}}}
        assert ask(customer, "PUT", f"{A}/tr1", body).status == 201


def test_a_defect_shows_its_place_and_no_credential(capfd: pytest.CaptureFixture[str]) -> None:
    def fail(command: Any) -> Any:
        raise ValueError(f"refused: {command.resource}")

    rows = [row for row in ROWS if not (isinstance(row, Effect) and row.on is CreateResource)]
    fails = effect(CreateResource, "environment.create-resource", then=fail)
    with customer_of(Machine([*rows, fails])) as customer:
        assert problem(ask(customer, "PUT", f"{A}/canary", ACCOUNT)) == (500, "InternalServerError")
        assert customer.world.state.tables[Resource] == {}
    printed = capfd.readouterr().err
    assert "ValueError" in printed
    assert f'"{__file__}", line' in printed
    assert "canary" not in printed


# How it is reached


def connect(server: AzureServer, first: bytes) -> tuple[int, bytes]:
    """Return the status and the content of the answer to what is sent without TLS."""
    with socket.create_connection((server.host, server.port), timeout=5) as plain:
        plain.sendall(first)
        answer = HTTPResponse(plain)
        answer.begin()
        return answer.status, answer.read(answer.length or 0)


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("management.azure.com:443", 200),
        ("kv.vault.azure.net:443", 200),
        ("example.com:443", 403),
        ("management.azure.com:80", 403),
        ("vault.azure.net.evil.com:443", 403),
        ("x", 403),
    ],
)
def test_the_proxy_leads_to_azures_names_only(
    served: AzureServer, target: str, status: int
) -> None:
    assert (
        connect(served, f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())[0]
        == status
    )


def test_without_tls_there_is_only_the_proxy(served: AzureServer) -> None:
    for request in (b"GET / HTTP/1.1\r\nHost: management.azure.com\r\n\r\n", b"nonsense\r\n\r\n"):
        status, content = connect(served, request)
        assert (status, json.loads(content)["error"]["code"]) == (400, "BadRequest")


def test_a_client_that_waits_for_it_is_asked_for_the_content(
    wire: Wire, customer: Customer
) -> None:
    headers = customer.headers(MANAGER) | {"Expect": "100-continue"}
    path = versioned(G).format(subscription=customer.subscription)
    assert wire.ask("PUT", MANAGER, path, GROUP, headers).status == 100
    wire.close()


def test_it_is_a_cloud_of_its_own_too(served: AzureServer, wire: Wire) -> None:
    here = f"localhost:{served.port}"
    cloud = wire.ask("GET", here, "/metadata/endpoints?api-version=2022-09-01").body
    assert (
        cloud["resourceManager"] == cloud["authentication"]["loginEndpoint"] == f"https://{here}/"
    )
    customer = Customer(wire)
    headers = {"Authorization": f"Bearer {customer.token(here, here)}"}
    group, place = (
        versioned(each).format(subscription=customer.subscription) for each in (G, f"{V}/kv-1")
    )
    wire.ask("PUT", here, group, GROUP, headers)
    made = wire.ask("PUT", here, place, vault(customer.tenant), headers).body
    assert made["properties"]["vaultUri"] == f"https://kv-1.vault.{here}/"
    plain = socket.create_connection((served.host, served.port), timeout=5)
    with wire.context.wrap_socket(plain, server_hostname="kv-1.vault.localhost") as secured:
        assert secured.version() == "TLSv1.3"


def test_a_client_that_does_not_trust_the_authority_is_turned_away_by_itself(
    served: AzureServer,
) -> None:
    plain = socket.create_connection((served.host, served.port), timeout=5)
    with pytest.raises(ssl.SSLCertVerificationError), plain:
        ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")


def test_requests_at_once_don_t_lose_each_other(served: AzureServer, customer: Customer) -> None:
    ask(customer, "PUT", G, GROUP)

    def create(number: int) -> list[int]:
        names = [*(f"tr{number}-{each}" for each in range(5)), "contested"]
        with closing(Wire(served)) as wire:
            mine = Customer(wire, customer.tenant)
            return [ask(mine, "PUT", f"{A}/{name}", ACCOUNT).status for name in names]

    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(create, range(6)))
    assert all(each[:5] == [201] * 5 for each in statuses)
    assert sorted(each[5] for each in statuses) == [200] * 5 + [201]
    assert len(customer.world.state.tables[Resource]) == 31


# The command


@pytest.mark.slow
def test_the_command_prints_no_credential_and_leaves_no_file(served: AzureServer) -> None:
    command = [sys.executable, "-m", "translator_cmk.cli", "serve", "--azure", "127.0.0.1:0"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=ENVIRONMENT
    )
    assert process.stdout
    proxy, cloud, authority = (process.stdout.readline().split()[-1] for _ in range(3))
    port = int(proxy.rpartition(":")[2])
    assert cloud == f"https://localhost:{port}"
    server = copy(served)
    server.port, server.authority_file = port, Path(authority)
    wire = Wire(server)
    form = f"grant_type=client_credentials&client_id={uuid4()}&client_secret=canary&scope=https%3A%2F%2F{MANAGER}"
    answer = wire.ask(
        "POST", "login.microsoftonline.com", f"/{uuid4()}/oauth2/v2.0/token", form.encode()
    )
    token = answer.body["access_token"]
    for headers in (
        {"Authorization": f"Bearer {token}"},
        {"Authorization": "Bearer canary"},
        {"X" * 70000: "canary"},
    ):
        assert wire.ask(
            "GET", MANAGER, versioned("/subscriptions") + "&canary=1", headers=headers
        ).status in (200, 401, 431)
    connect(server, b"CONNECT canary:443 HTTP/1.1\r\n\r\n")
    wire.close()
    process.send_signal(signal.SIGTERM)
    printed, _ = process.communicate(timeout=10)
    assert (process.returncode, printed) == (0, "")
    assert not server.authority_file.exists()


def test_what_reads_the_output_no_more_is_no_port_that_can_not_be_listened_on() -> None:
    command = [sys.executable, "-m", "translator_cmk.cli", "serve", "--azure", "127.0.0.1:0"]
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as unread:
        ended = subprocess.run(
            command, stdout=unread, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
    assert (ended.returncode, ended.stderr) == (4, "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--azure", "nowhere"], "--azure nowhere: write a port"),
        (["--azure", "127.0.0.1:0", "--python", "a:b"], "--azure serves the model alone"),
        (["--azure", "127.0.0.1:0", "--stdio"], "not allowed with"),
        (["--stdio", "--strict"], "--eventual-reads go with --azure"),
        (["--azure", "--grants-after", "soon"], "'soon' is no number of seconds"),
        (["--azure", "--provisioning", "86401"], "write a number such as 2 or 0.5, up to 86400"),
    ],
)
def test_wrong_arguments_end_in_one_line_and_exit_code_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = main(["serve", *arguments])
    except SystemExit as ended:  # of argparse
        code = int(str(ended.code))
    assert code == 2
    assert said in capsys.readouterr().err


def test_without_the_extra_one_line_names_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "trustme", None)
    monkeypatch.delitem(sys.modules, "translator_cmk.azure.server.listening")
    assert main(["serve", "--azure", "127.0.0.1:0"]) == 2
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert "[azure]" in printed


@pytest.mark.parametrize(
    ("kind", "host"),
    [
        ("TextTranslation", "api.cognitive.microsofttranslator.com"),
        ("AIServices", "tr1.cognitiveservices.azure.com"),
    ],
)
def test_translator_shows_the_global_endpoint_and_others_that_of_their_subdomain(
    kind: str, host: str, customer: Customer
) -> None:
    ask(customer, "PUT", G, GROUP)
    tier = {"TextTranslation": "S1", "AIServices": "S0"}[kind]
    body = ACCOUNT | {"kind": kind, "sku": {"name": tier}}
    made = ask(customer, "PUT", f"{A}/tr1", body)
    assert made.status == 201, made.body
    assert made.body["properties"]["endpoint"] == f"https://{host}/"


def test_what_is_deployed_is_not_deleted_nor_what_holds_it(customer: Customer) -> None:
    list(played(customer, [each.body for each in EXAMPLES].index([{"Text": "hello"}]) + 1))

    def custom(method: str, path: str, body: Any = None) -> Answer:
        return customer.ask(method, TRANSLATOR, f"{CUSTOM}{path}", body)

    workspace = custom("GET", "/workspaces").body["workspaces"][0]["id"]
    project = custom("GET", f"/projects?workspaceId={workspace}").body["projects"][0]["id"]
    model = custom("GET", f"/projects/{project}/models").body["models"][0]["id"]
    places = [f"/models/{model}", f"/projects/{project}", f"/workspaces/{workspace}"]
    assert [custom("DELETE", place).status for place in places] == [400, 400, 400]
    undeployed = [{"Region": 2, "IsDeployed": False}]
    assert custom("POST", f"/models/{model}/deployment", undeployed).status == 202
    assert [custom("DELETE", place).status for place in places] == [200, 200, 200]
    assert custom("GET", "/workspaces").body == {"workspaces": []}


@pytest.mark.parametrize(("regions", "status"), [([1], 400), ([2], 200), ([1, 2, 3], 200)])
def test_an_account_is_translated_for_where_it_is_alone(
    regions: list[int], status: int, customer: Customer
) -> None:
    deploying = [each.body for each in EXAMPLES].index([{"region": 2, "isDeployed": True}])
    list(played(customer, deploying))
    model = customer.world.number_of("model", "m")
    asked = [{"Region": region, "IsDeployed": True} for region in regions]
    deployment = f"{CUSTOM}/models/{model}/deployment"
    assert customer.ask("POST", TRANSLATOR, deployment, asked).status == 202
    shown = customer.ask("GET", TRANSLATOR, f"{CUSTOM}/models/{model}").body
    path = "/translator/text/v3.0/translate?api-version=3.0&to=de&allowFallback=false"
    category = f"&category={shown['modelIdentifier']}"
    answer = customer.ask("POST", TRANSLATOR, path + category, [{"Text": "hello"}])
    assert answer.status == status


def test_a_deployment_with_an_unknown_member_is_not_answered(customer: Customer) -> None:
    deploying = [each.body for each in EXAMPLES].index([{"region": 2, "isDeployed": True}])
    list(played(customer, deploying))
    model = customer.world.number_of("model", "m")
    asked = [{"Region": 2, "IsDeployed": True, "Slot": "blue"}]
    answer = customer.ask("POST", TRANSLATOR, f"{CUSTOM}/models/{model}/deployment", asked)
    assert answer.status == 501
