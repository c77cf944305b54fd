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
from uuid import uuid4

import jwt
import pytest

from tests.azure.server.asking import (
    ACCOUNT,
    CUSTOM,
    FILES,
    GROUP,
    MANAGER,
    VAULT,
    A,
    G,
    S,
    Translating,
    V,
    ask,
    custom,
    deploy,
    encrypted,
    key,
    make_workspace,
    policies,
    principal_of,
    problem,
    succeeded,
    train,
    translate,
    vault,
    versioned,
)
from tests.azure.server.wire import Answer, Customer, Wire
from translator_cmk.azure.server import worlds
from translator_cmk.azure.server.listening import AzureServer, azure_server
from translator_cmk.azure.server.worlds import Worlds, guid, new_world
from translator_cmk.cli import main
from translator_cmk.machine import ROWS, Machine
from translator_cmk.machine.commands import CreateResource
from translator_cmk.machine.entities import Resource
from translator_cmk.machine.rows import Effect, effect

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(worlds.__file__).resolve().parents[2])}


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
        kept.put(new_world(tenant))
    assert kept.of("a")
    kept.put(new_world("c"))
    assert [kept.of(each) is None for each in ("a", "b", "c")] == [False, True, False]
    assert kept.of(guid("b", "abroad")) is None


def test_losing_the_key_costs_deployment_and_documents_and_restoring_it_brings_back_access(
    at_work: Customer, translating: Translating
) -> None:
    let_in = policies(at_work.tenant, principal_of(at_work))

    def documents() -> Answer:
        return custom(at_work, "GET", f"/documents?workspaceId={translating.workspace}")

    assert len(documents().body["paginatedDocuments"]["documents"]) == 1
    assert ask(at_work, "PUT", f"{V}/kv-1/accessPolicies/remove", let_in).status == 200
    assert problem(documents()) == (403, "Forbidden")
    refused = translate(at_work, translating.category)
    assert (refused.status, refused.body["error"]["code"]) == (403, 403000)
    assert ask(at_work, "PUT", f"{V}/kv-1/accessPolicies/add", let_in).status == 200
    assert documents().body["paginatedDocuments"]["documents"] == []
    (model,) = custom(at_work, "GET", f"/projects/{translating.project}/models").body["models"]
    assert model["modelRegionStatuses"] == [{"region": 2, "isDeployed": False}]


# Several effects in one request


def test_a_request_with_several_effects_is_all_or_nothing(at_work: Customer) -> None:
    before = at_work.world
    refused = ask(
        at_work, "PATCH", f"{A}/tr2", {"identity": {"type": "SystemAssigned"}, **encrypted()}
    )
    assert refused.status == 400
    assert [each["code"] for each in refused.body["error"]["details"]] == ["environment.exists"]
    assert at_work.world == before


@pytest.mark.usefixtures("translating")
def test_the_put_of_what_an_account_shows_changes_nothing_though_its_key_is_lost_and_a_patch_enables_it_again(
    at_work: Customer,
) -> None:
    nobody = policies(at_work.tenant)
    assert ask(at_work, "PUT", f"{V}/kv-1/accessPolicies/replace", nobody).status == 200
    whole, before = ask(at_work, "GET", f"{A}/tr1").body, at_work.world
    assert whole["properties"]["encryption"]["keySource"] == "Microsoft.KeyVault"
    assert ask(at_work, "PUT", f"{A}/tr1", whole).status == 200
    assert at_work.world.state == before.state
    assert ask(at_work, "GET", f"{A}/tr1").body == whole
    enabled_again = {"properties": {"encryption": whole["properties"]["encryption"]}}
    assert problem(ask(at_work, "PATCH", f"{A}/tr1", enabled_again)) == (400, "BadRequest")


@pytest.mark.parametrize(("version", "by_default"), [("2025-05-01", False), ("2026-02-01", True)])
def test_new_vaults_are_on_azure_rbac_by_default_from_the_version_that_says_so(
    at_work: Customer, version: str, by_default: bool
) -> None:
    made = ask(
        at_work, "PUT", f"{V}/kv-9?api-version={version}", vault(at_work.tenant, accessPolicies=[])
    )
    assert (made.status, made.body["properties"]["enableRbacAuthorization"]) == (201, by_default)


def test_the_put_of_a_whole_vault_changes_what_differs(at_work: Customer) -> None:
    principal = principal_of(at_work)
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


def test_the_days_of_retention_are_said_once_and_hold_for_keys_too(at_work: Customer) -> None:
    new = vault(at_work.tenant, softDeleteRetentionInDays=7, accessPolicies=[])
    made = ask(at_work, "PUT", f"{V}/kv-7", new)
    assert (made.status, made.body["properties"]["softDeleteRetentionInDays"]) == (201, 7)
    for days in (6, 8):
        again = {"properties": {"softDeleteRetentionInDays": days}}
        assert problem(ask(at_work, "PATCH", f"{V}/kv-7", again)) == (400, "BadRequest")
    asked = {"kty": "RSA"}
    made = at_work.ask("POST", "kv-7.vault.azure.net", versioned("/keys/k/create"), asked)
    assert made.body["attributes"]["recoverableDays"] == 7


def test_names_and_ids_are_found_in_any_case(at_work: Customer) -> None:
    shown = ask(at_work, "GET", f"{V}/kv-1").body
    for path in (f"{V}/KV-1", f"{V}/kv-1".replace("resourceGroups/apps", "RESOURCEGROUPS/Apps")):
        assert ask(at_work, "GET", path).body == shown
        assert ask(at_work, "PUT", path, shown).status == 200


# What is outside the subset, or malformed


@pytest.mark.parametrize(
    ("method", "path", "body", "named"),
    [
        ("PATCH", f"{V}/kv-1", {"properties": {"hsmName": "x"}}, "properties.hsmName"),
        ("PATCH", f"{V}/kv-1", {"tags": {"cost": "1"}}, "tags.cost"),
        ("PATCH", f"{A}/tr1", {"sku": {"name": "F0"}}, "sku.name"),
        (
            "PATCH",
            f"{A}/tr1",
            {"properties": {"raiMonitorConfig": {"x": 1}}},
            "properties.raiMonitorConfig.x",
        ),
        ("PUT", f"{A}/new", ACCOUNT | {"properties": {"restore": True}}, "properties.restore"),
        ("PUT", f"{G}/deployments/x", {}, "PUT {G}/deployments/x"),
        ("GET", f"{S}/resources?$filter=tagName%20eq%201", None, "$filter tagName eq 1"),
    ],
)
def test_what_the_server_does_not_have_is_named(
    at_work: Customer, method: str, path: str, body: Any, named: str
) -> None:
    before = at_work.world
    answer = ask(at_work, method, path, body)
    assert answer.status == 501
    group = G.format(subscription=at_work.subscription)
    assert answer.body["error"]["message"].startswith(named.replace("{G}", group))
    assert at_work.world == before


def test_what_custom_translator_and_key_vault_do_not_have_is_outside_the_subset(
    at_work: Customer,
) -> None:
    secured = {"name": "ws", "IsSecured": True}
    paid = {"subscriptionKey": at_work.world.account_keys("tr1")["key1"]}
    asked = secured | {"Subscription": paid | {"BillingRegionCode": "WESTEUROPE"}}
    answer = custom(at_work, "POST", "/workspaces", asked)
    assert (answer.status, answer.body["error"]["message"].split()[0]) == (501, "IsSecured")
    made = train(at_work)
    blue = [{"Region": 2, "IsDeployed": True, "Slot": "blue"}]
    assert custom(at_work, "POST", f"/models/{made.model}/deployment", blue).status == 501
    key(at_work)
    assert key(at_work, "GET", "/keys/cmk/rotationpolicy").status == 501


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
    ("method", "path", "body", "headers"),
    [
        ("PATCH", versioned(f"{A}/tr1"), b"{", {}),
        ("PATCH", versioned(f"{A}/tr1"), b'{"a": NaN}', {}),
        ("PATCH", versioned(f"{A}/tr1"), b"[" * 9999, {}),
        ("PATCH", versioned(f"{A}/tr1"), b'{"a": "\\ud800"}', {}),
        ("PATCH", versioned(f"{A}/tr1"), {"identity": "SystemAssigned"}, {}),
        ("PATCH", versioned(f"{A}/tr1"), {"identity": {"type": "Borrowed"}}, {}),
        ("DELETE", f"{A}/tr1", None, {}),
        ("DELETE", f"{A}/tr1?api-version=latest", None, {}),
        ("DELETE", versioned(f"{A}/%ff"), None, {}),
        ("DELETE", versioned(f"{A}/tr1"), None, {"If-Match": '"x"'}),
        ("DELETE", versioned(f"{A}/tr1"), None, {"Authorization": "Bearer e30.e30."}),
        ("BREW", versioned(f"{A}/tr1"), None, {}),
    ],
)
def test_a_malformed_request_is_refused_with_an_error_and_changes_nothing(
    at_work: Customer, method: str, path: str, body: Any, headers: dict[str, str]
) -> None:
    before = at_work.world
    place = path.replace("{subscription}", at_work.subscription)
    answer = at_work.wire.ask(method, MANAGER, place, body, at_work.headers(MANAGER) | headers)
    assert 400 <= answer.status < 500 or answer.status == 501
    assert answer.body["error"]["code"]
    assert at_work.world == before


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


def test_resources_are_listed_by_what_a_filter_says(at_work: Customer) -> None:
    written = quote("resourceType eq 'microsoft.keyvault/vaults' and name eq 'KV-1'")
    listed = ask(at_work, "GET", f"{S}/resources?$filter={written}").body["value"]
    assert [each["name"] for each in listed] == ["kv-1"]


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
    assert [each["name"] for each in gone["value"]] == ["kv-1"]
    assert ask(at_work, "PUT", G, GROUP).status == 201
    assert problem(ask(at_work, "PUT", f"{A}/tr1", ACCOUNT)) == (409, "FlagMustBeSetForRestore")


# Names, and purged accounts


def test_whether_a_name_is_free(at_work: Customer) -> None:
    vaults = f"{S}/providers/Microsoft.KeyVault/checkNameAvailability"
    for name, is_free in (("kv-1", False), ("kv-5", True), ("kv--", False)):
        asked = {"name": name, "type": "Microsoft.KeyVault/vaults"}
        assert ask(at_work, "POST", vaults, asked).body["nameAvailable"] is is_free
    domains = f"{S}/providers/Microsoft.CognitiveServices/checkDomainAvailability"
    ask(at_work, "DELETE", f"{A}/tr2")
    for name, is_free in (("TR1", False), ("tr2", False), ("tr5", True)):
        asked = {"subdomainName": name, "type": "Microsoft.CognitiveServices/accounts"}
        assert ask(at_work, "POST", domains, asked).body["isSubdomainAvailable"] is is_free


def test_a_provider_is_registered_and_says_where_its_resources_can_be(customer: Customer) -> None:
    provider = ask(customer, "GET", f"{S}/providers/microsoft.cognitiveservices").body
    assert provider["registrationState"] == "Registered"
    (accounts,) = provider["resourceTypes"]
    assert accounts["resourceType"] == "accounts"
    assert "West Europe" in accounts["locations"]


def test_a_protected_vault_is_not_purged_and_keeps_its_name(at_work: Customer) -> None:
    ask(at_work, "DELETE", f"{V}/kv-1")
    deleted = f"{S}/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/kv-1"
    assert problem(ask(at_work, "POST", f"{deleted}/purge")) == (405, "MethodNotAllowed")
    again = ask(at_work, "PUT", f"{V}/kv-1", vault(at_work.tenant))
    assert problem(again) == (409, "ConflictError")


def test_a_key_that_is_made_as_a_resource_is_made_once(at_work: Customer) -> None:
    path = f"{V}/kv-1/keys/big"
    wanted = {"properties": {"kty": "RSA", "keySize": 4096}}
    made = succeeded(ask(at_work, "PUT", path, wanted))
    assert made["properties"].items() >= wanted["properties"].items()
    assert ask(at_work, "PUT", path, wanted).body == made == ask(at_work, "GET", path).body
    shown = key(at_work, "GET", "/keys/big").body
    assert shown["key"]["kid"] == made["properties"]["keyUriWithVersion"]


def test_a_deleted_workspace_leaves_nothing(at_work: Customer, translating: Translating) -> None:
    assert custom(at_work, "DELETE", f"/workspaces/{translating.workspace}").status == 204
    assert custom(at_work, "GET", "/workspaces").body == {"workspaces": []}
    assert custom(at_work, "GET", f"/models/{translating.model}").status == 404


def test_purging_an_account_frees_its_name_and_leaves_nothing_of_it(
    at_work: Customer, translating: Translating
) -> None:
    deleted = (
        f"{S}/providers/Microsoft.CognitiveServices/locations/westeurope/resourceGroups/apps"
        "/deletedAccounts/tr1"
    )
    assert ask(at_work, "DELETE", deleted).status == 204
    both = {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {"/an/identity": {}}}
    ask(at_work, "PATCH", f"{A}/tr1", {"identity": both})
    ask(at_work, "DELETE", f"{A}/tr1")
    assert problem(ask(at_work, "PUT", f"{A}/tr1", ACCOUNT)) == (409, "FlagMustBeSetForRestore")
    assert ask(at_work, "DELETE", deleted).status == 202
    made = ask(at_work, "PUT", f"{A}/tr1", ACCOUNT)
    assert made.status == 201
    assert "identity" not in made.body
    assert custom(at_work, "GET", "/workspaces").body == {"workspaces": []}
    assert custom(at_work, "GET", f"/models/{translating.model}").status == 404
    workspace = make_workspace(at_work)
    assert custom(at_work, "GET", f"/projects?workspaceId={workspace}").body["projects"] == []


def test_a_document_is_shown_with_the_letters_that_were_uploaded(at_work: Customer) -> None:
    where = f"workspaceId={make_workspace(at_work)}"
    written = FILES.replace(b"\r\ntext\r\n", "\r\nGrüße, 世界\r\n".encode())
    assert custom(at_work, "POST", f"/documents/import?{where}", written).status == 202
    listed = custom(at_work, "GET", f"/documents?{where}").body
    (document,) = listed["paginatedDocuments"]["documents"]
    content = custom(at_work, "GET", f"/documents/{document['id']}/files/1/content")
    assert content.body["items"] == ["Grüße, 世界"]


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
    command = [sys.executable, "-m", "translator_cmk", "serve", "--azure", "127.0.0.1:0"]
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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--azure", "nowhere"], "--azure nowhere: write a port"),
        (["--azure", "127.0.0.1:0", "--python", "a:b"], "--azure serves the model alone"),
        (["--azure", "127.0.0.1:0", "--stdio"], "not allowed with"),
        (["--stdio", "--strict"], "--eventual-reads go with --azure"),
        (["--stdio", "--fault", "429"], "--fault goes with --azure"),
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


@pytest.mark.parametrize(("regions", "status"), [([1], 400), ([2], 200), ([1, 2, 3], 200)])
def test_an_account_is_translated_for_where_it_is_alone(
    at_work: Customer, regions: list[int], status: int
) -> None:
    made = train(at_work)
    assert deploy(at_work, made.model, *regions).status == 202
    assert translate(at_work, made.category).status == status
