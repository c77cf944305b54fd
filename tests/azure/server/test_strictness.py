"""The rules that the server has beside the model's, each of which is off unless it is asked for."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import jwt
import pytest
from azure.core.exceptions import HttpResponseError
from azure.identity import ClientSecretCredential
from azure.keyvault.keys import KeyClient
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure.mgmt.cognitiveservices.models import Account

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
from translator_cmk.azure.server.callers import NEEDED
from translator_cmk.azure.server.listening import azure_server
from translator_cmk.azure.server.routing import ROUTES
from translator_cmk.azure.server.strictness import Strictness
from translator_cmk.azure.server.worlds import World, begun

ASSIGNMENTS = "/providers/Microsoft.Authorization/roleAssignments"
OFFICER = "14b46e9e-c2b7-41b4-b07b-48a6ebf60603"
ENCRYPTION_USER = "e147488a-f6f5-4113-8e2d-b22465e65bf6"
READER = "21090545-7ca7-4776-b22c-e363652d74d2"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
DELAY = 0.7
"""Seconds: longer than the requests of a test take, and short for whoever runs it."""

TRANSLATOR = "tr1.cognitiveservices.azure.com"
CUSTOM = "/translator/customtranslator/api/texttranslator/v1.0"

Serve = Callable[..., Customer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a server that is as strict as it is told, and return a customer with a group."""
    with ExitStack() as stack:

        def start(**rules: Any) -> Customer:
            server = stack.enter_context(azure_server(strictness=Strictness(**rules)))
            customer = Customer(stack.enter_context(closing(Wire(server))))
            ask(customer, "PUT", G, GROUP)
            return customer

        yield start


def caller_of(customer: Customer) -> str:
    """Return the object id of the customer's application."""
    claims = jwt.decode(customer.tokens["vault"], options={"verify_signature": False})
    return str(claims["oid"])


def new_vault(customer: Customer, **properties: Any) -> Answer:
    return ask(customer, "PUT", f"{V}/kv-1", vault(customer.tenant, **properties))


def key(customer: Customer, method: str = "POST", path: str = "/keys/k/create") -> Answer:
    body = {"kty": "RSA"} if method == "POST" else None
    return customer.ask(method, VAULT, versioned(path), body)


def role(principal: str, definition: str) -> dict[str, Any]:
    """Return the body of a request that assigns a role."""
    path = f"/providers/Microsoft.Authorization/roleDefinitions/{definition}"
    properties = {"roleDefinitionId": path, "principalId": principal}
    return {"properties": properties | {"principalType": "ServicePrincipal"}}


def with_identity(customer: Customer) -> str:
    """Create an account with an identity, and return the identity's object id."""
    ask(customer, "PUT", f"{A}/tr1", ACCOUNT | {"identity": {"type": "SystemAssigned"}})
    return str(ask(customer, "GET", f"{A}/tr1").body["identity"]["principalId"])


# Soft delete


@pytest.mark.parametrize(("strict", "status"), [(True, 400), (False, 201)])
def test_a_new_vault_without_soft_delete_is_refused(
    serve: Serve, strict: bool, status: int
) -> None:
    customer = serve(strict=strict)
    made = new_vault(customer, enableSoftDelete=False, accessPolicies=[])
    assert made.status == status


# Callers of the data plane


def test_each_request_of_a_vault_needs_a_permission() -> None:
    assert NEEDED.keys() == {route.handler for route in ROUTES if route.api == "vault"}


def test_access_policies_let_a_caller_do_what_they_say(serve: Serve) -> None:
    customer = serve(strict=True)
    new_vault(customer, enableRbacAuthorization=False, accessPolicies=[])
    refused = key(customer)
    assert problem(refused) == (403, "Forbidden")
    assert refused.body["error"]["innererror"] == {"code": "AccessDenied"}

    change = policies(customer.tenant, caller_of(customer), keys=("get",))
    ask(customer, "PUT", f"{V}/kv-1/accessPolicies/add", change)
    assert key(customer).body["error"]["innererror"] == {"code": "ForbiddenByPolicy"}

    change = policies(customer.tenant, caller_of(customer), keys=("create",))
    ask(customer, "PUT", f"{V}/kv-1/accessPolicies/add", change)
    assert key(customer).status == 200
    assert key(customer, "GET", "/keys/k").status == 200
    assert key(customer, "DELETE", "/keys/k").status == 403

    new_vault(customer, enableRbacAuthorization=True)
    assert key(customer, "GET", "/keys/k").body["error"]["innererror"] == {
        "code": "ForbiddenByRbac"
    }


@pytest.mark.parametrize("scope", [S, G, f"{V}/kv-1"])
@pytest.mark.parametrize(
    ("definition", "creates", "reads"),
    [(OFFICER, 200, 404), (READER, 403, 404), (OWNER, 403, 403)],
)
def test_azure_rbac_lets_a_caller_do_what_a_role_gives(
    serve: Serve, scope: str, definition: str, creates: int, reads: int
) -> None:
    customer = serve(strict=True)
    new_vault(customer, enableRbacAuthorization=True)
    assert key(customer).status == 403
    place = f"{scope}{ASSIGNMENTS}/{uuid4()}"
    assert ask(customer, "PUT", place, role(caller_of(customer), definition)).status == 201
    assert key(customer).status == creates
    assert key(customer, "GET", "/keys/other").status == reads
    ask(customer, "DELETE", place)
    assert key(customer).status == 403


def test_microsofts_client_is_told_why_it_may_not(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = serve(strict=True)
    server = customer.wire.server
    monkeypatch.setenv("HTTPS_PROXY", server.proxy)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.authority_file))
    name = f"kv-{uuid4().hex[:8]}"  # the client remembers for good which tenant a vault has
    place = f"{V}/{name}"
    ask(customer, "PUT", place, vault(customer.tenant, enableRbacAuthorization=True))
    application = str(uuid4())
    credential = ClientSecretCredential(customer.tenant, application, "a secret")
    with closing(KeyClient(f"https://{name}.vault.azure.net/", credential)) as keys:
        with pytest.raises(HttpResponseError) as refused:
            keys.create_rsa_key("k")
        assert refused.value.status_code == 403
        assert "ForbiddenByRbac" in str(refused.value.response.text())  # type: ignore[union-attr]  # a refusal has a response
        token = credential.get_token("https://vault.azure.net/.default").token
        me = jwt.decode(token, options={"verify_signature": False})["oid"]
        ask(customer, "PUT", f"{place}{ASSIGNMENTS}/{uuid4()}", role(me, OFFICER))
        assert keys.create_rsa_key("k").name == "k"


# Access that takes effect later


@pytest.mark.parametrize("uses_rbac", [False, True])
def test_cmk_is_not_enabled_before_access_takes_effect(serve: Serve, uses_rbac: bool) -> None:
    customer = serve(grants_after=DELAY)
    principal = with_identity(customer)
    protected = {"enablePurgeProtection": True, "enableRbacAuthorization": uses_rbac}
    new_vault(customer, **protected, accessPolicies=[])
    assert key(customer, path="/keys/cmk/create").status == 200
    if uses_rbac:
        place = f"{V}/kv-1{ASSIGNMENTS}/{uuid4()}"
        assert ask(customer, "PUT", place, role(principal, ENCRYPTION_USER)).status == 201
    else:
        change = policies(customer.tenant, principal)
        assert ask(customer, "PUT", f"{V}/kv-1/accessPolicies/add", change).status == 200
    assert ask(customer, "PATCH", f"{A}/tr1", encrypted()).status == 400
    time.sleep(DELAY)
    assert ask(customer, "PATCH", f"{A}/tr1", encrypted()).status == 202


def test_data_stays_out_of_reach_until_access_that_was_restored_takes_effect(serve: Serve) -> None:
    customer = serve(grants_after=DELAY)
    last = [each.body for each in EXAMPLES].index([{"Text": "hello"}])
    enabling = next(index for index, each in enumerate(EXAMPLES) if "encryption" in str(each.body))
    for sent, answer in played(customer, last + 1, before={enabling: DELAY}):
        assert answer.status < 300, f"{sent} {answer}"
    principal = ask(customer, "GET", f"{A}/tr1").body["identity"]["principalId"]
    (workspace,) = customer.ask("GET", TRANSLATOR, f"{CUSTOM}/workspaces").body["workspaces"]

    def documents() -> int:
        path = f"{CUSTOM}/documents?workspaceId={workspace['id']}"
        return customer.ask("GET", TRANSLATOR, path).status

    assert documents() == 200
    change = policies(customer.tenant, principal)
    for action in ("remove", "add"):
        ask(customer, "PUT", f"{V}/kv-1/accessPolicies/{action}", change)
    assert documents() == 403
    time.sleep(DELAY)
    assert documents() == 200


@pytest.mark.parametrize("uses_rbac", [False, True])
def test_a_caller_waits_for_a_new_permission_and_keeps_the_old_ones(
    serve: Serve, uses_rbac: bool
) -> None:
    customer = serve(strict=True, grants_after=DELAY)
    me = caller_of(customer)
    new_vault(customer, enableRbacAuthorization=uses_rbac, accessPolicies=[])

    def allow(definition: str, *permissions: str) -> None:
        if uses_rbac:
            ask(customer, "PUT", f"{V}/kv-1{ASSIGNMENTS}/{uuid4()}", role(me, definition))
        else:
            change = policies(customer.tenant, me, keys=permissions)
            ask(customer, "PUT", f"{V}/kv-1/accessPolicies/add", change)

    allow(READER, "get")
    assert key(customer, "GET", "/keys/k").status == 403
    time.sleep(DELAY)
    assert key(customer, "GET", "/keys/k").status == 404
    allow(OFFICER, "create")
    assert (key(customer, "GET", "/keys/k").status, key(customer).status) == (404, 403)
    time.sleep(DELAY)
    assert key(customer).status == 200


# Operations that take time


def test_an_account_can_t_be_written_while_an_operation_is_on_it(serve: Serve) -> None:
    customer = serve(provisioning=DELAY)
    made = ask(customer, "PUT", f"{A}/tr1", ACCOUNT)
    assert made.status == 201
    assert made.body["properties"]["provisioningState"] == "Creating"
    assert made.headers["retry-after"] == "1"
    status = made.headers["azure-asyncoperation"].removeprefix(f"https://{MANAGER}")
    assert customer.ask("GET", MANAGER, status).body["status"] == "InProgress"
    tags = {"tags": {"cost": "1"}}
    account = f"{A}/tr1".format(subscription=customer.subscription)
    move = {"resources": [account], "targetResourceGroup": account.partition("/providers/")[0]}
    writes = [
        ("PATCH", f"{A}/tr1", tags),
        ("PUT", f"{A}/tr1", ACCOUNT),
        ("DELETE", f"{A}/tr1", None),
        ("POST", f"{G}/moveResources", move),
    ]
    for method, place, body in writes:
        refused = ask(customer, method, place, body)
        assert problem(refused) == (409, "RequestConflict")
        assert "Creating" in refused.body["error"]["message"]

    time.sleep(DELAY)
    assert customer.ask("GET", MANAGER, status).body["status"] == "Succeeded"
    shown = ask(customer, "GET", f"{A}/tr1").body
    assert (shown["properties"]["provisioningState"], shown.get("tags")) == ("Succeeded", None)
    assert ask(customer, "PATCH", f"{A}/tr1", tags).status == 202
    assert problem(ask(customer, "PATCH", f"{A}/tr1", tags)) == (409, "RequestConflict")


def test_what_is_deleted_and_purged_takes_time_too(serve: Serve) -> None:
    customer = serve(provisioning=DELAY)
    ask(customer, "PUT", f"{A}/tr1", ACCOUNT)
    time.sleep(DELAY)
    deletion = ask(customer, "DELETE", f"{A}/tr1")
    place = deletion.headers["location"].removeprefix(f"https://{MANAGER}")
    assert deletion.status == customer.ask("GET", MANAGER, place).status == 202
    deleted = (
        f"{S}/providers/Microsoft.CognitiveServices/locations/westeurope/resourceGroups/apps"
        "/deletedAccounts/tr1"
    )
    assert problem(ask(customer, "DELETE", deleted)) == (409, "RequestConflict")
    time.sleep(DELAY)
    assert customer.ask("GET", MANAGER, place).status == 204
    assert ask(customer, "DELETE", deleted).status == 202


def test_microsofts_client_waits_as_long_as_an_operation_takes(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = serve(provisioning=DELAY)
    server = customer.wire.server
    monkeypatch.setenv("HTTPS_PROXY", server.proxy)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.authority_file))
    credential = ClientSecretCredential(customer.tenant, str(uuid4()), "a secret")
    manager: Any = CognitiveServicesManagementClient(credential, customer.subscription)
    with closing(manager):
        started = time.monotonic()
        made = manager.accounts.begin_create("apps", "tr1", Account.deserialize(ACCOUNT)).result()
        assert time.monotonic() - started >= DELAY
        assert made.properties.provisioning_state == "Succeeded"
        manager.accounts.begin_delete("apps", "tr1").result()
        manager.deleted_accounts.begin_purge("westeurope", "apps", "tr1").result()
        assert list(manager.deleted_accounts.list()) == []


# Free accounts


def test_a_subscription_has_one_free_account_of_a_kind(serve: Serve) -> None:
    customer = serve(strict=True)
    free = ACCOUNT | {"sku": {"name": "F0"}}
    assert ask(customer, "PUT", f"{A}/tr1", free).status == 201
    assert problem(ask(customer, "PUT", f"{A}/tr2", free)) == (
        400,
        "CanNotCreateMultipleFreeAccounts",
    )
    assert ask(customer, "PUT", f"{A}/tr2", ACCOUNT).status == 201
    assert ask(customer, "PUT", f"{A}/ai1", free | {"kind": "AIServices"}).status == 201
    ask(customer, "DELETE", f"{A}/tr1")
    assert ask(customer, "PUT", f"{A}/tr3", free).status == 201


# Reads that see what is new later


def test_the_first_reads_of_something_new_don_t_find_it(serve: Serve) -> None:
    customer = serve(eventual_reads=2)
    made = ask(customer, "PUT", f"{A}/tr1", ACCOUNT)
    assert made.status == 201
    statuses = [ask(customer, "GET", f"{A}/tr1").status for _ in range(4)]
    assert statuses == [404, 404, 200, 200]
    assert new_vault(customer, accessPolicies=[]).status == 201
    assert [ask(customer, "GET", f"{V}/kv-1").status for _ in range(3)] == [404, 404, 200]


# The command


class CustomerFromOutside(Customer):
    """A customer of a server in another process, whose worlds can't be looked at."""

    @property
    def world(self) -> World:
        return begun(self.tenant)


@pytest.mark.slow
def test_the_options_of_the_command_turn_the_rules_on() -> None:
    command = [sys.executable, "-m", "translator_cmk.cli", "serve", "--azure", "127.0.0.1:0"]
    rules = ["--strict", "--grants-after", "60", "--provisioning", "60", "--eventual-reads", "1"]
    with subprocess.Popen([*command, *rules], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            proxy, _, authority = (process.stdout.readline().split()[-1] for _ in range(3))
            port = int(proxy.rpartition(":")[2])
            server: Any = SimpleNamespace(host="127.0.0.1", port=port, authority_file=authority)
            with closing(Wire(server)) as wire:
                customer = CustomerFromOutside(wire)
                ask(customer, "PUT", G, GROUP)
                made = ask(customer, "PUT", f"{A}/tr1", ACCOUNT)
                assert made.body["properties"]["provisioningState"] == "Creating"
                assert ask(customer, "GET", f"{A}/tr1").status == 404
                assert new_vault(customer, enableSoftDelete=False).status == 400
                assert new_vault(customer, enableRbacAuthorization=True).status == 201
                ask(
                    customer,
                    "PUT",
                    f"{V}/kv-1{ASSIGNMENTS}/{uuid4()}",
                    role(caller_of(customer), OFFICER),
                )
                assert key(customer).status == 403
        finally:
            process.terminate()


def test_a_document_shows_once_its_import_is_over(serve: Serve) -> None:
    customer = serve(provisioning=DELAY)
    assert ask(customer, "PUT", f"{A}/tr1", ACCOUNT).status == 201

    def custom(method: str, path: str, body: Any = None) -> Answer:
        return customer.ask(method, TRANSLATOR, f"{CUSTOM}{path}", body)

    paid = {"subscriptionKey": customer.world.account_keys("tr1")["key1"]}
    wanted = {"name": "ws", "subscription": paid | {"billingRegionCode": "WESTEUROPE"}}
    assert custom("POST", "/workspaces", wanted).status == 201
    workspace = custom("GET", "/workspaces").body["workspaces"][0]["id"]
    job = custom("POST", f"/documents/import?workspaceId={workspace}", FILES).body["jobId"]

    def shown() -> tuple[int, str]:
        documents = custom("GET", f"/documents?workspaceId={workspace}").body
        [file] = custom("GET", f"/documents/import/jobs/{job}").body["fileProcessingStatus"]
        count = len(documents["paginatedDocuments"]["documents"])
        return count, file["status"]["displayName"]

    assert shown() == (0, "In progress")
    time.sleep(DELAY)
    assert shown() == (1, "Succeeded")
