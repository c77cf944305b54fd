"""The rules that the server has beside the model's, each of which is off unless it is asked for."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any
from uuid import uuid4

import jwt
import pytest

from tests.azure.server.asking import (
    ACCOUNT,
    ASSIGNMENTS,
    ENCRYPTION_USER,
    FILES,
    GROUP,
    MANAGER,
    OFFICER,
    READER,
    WITH_IDENTITY,
    A,
    G,
    S,
    V,
    ask,
    begin,
    custom,
    encrypted,
    key,
    make_workspace,
    policies,
    principal_of,
    problem,
    role,
    translate_under_cmk,
    vault,
)
from tests.azure.server.wire import Answer, Customer, Wire
from translator_cmk.azure.server.callers import NEEDED
from translator_cmk.azure.server.listening import azure_server
from translator_cmk.azure.server.routing import ROUTES
from translator_cmk.azure.server.serve_azure import extend, strictness_of
from translator_cmk.azure.server.strictness import Strictness

SECONDS = 60.0
"""How long what takes time takes."""


class Clock:
    """A clock that goes when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def go(self) -> None:
        """Let what takes time be over."""
        self.now += SECONDS


@pytest.fixture
def clock() -> Clock:
    """The clock of the server."""
    return Clock()


Serve = Callable[..., Customer]


@pytest.fixture
def serve(clock: Clock) -> Iterator[Serve]:
    """Start a server that is as strict as it is told, and return a customer with a group."""
    with ExitStack() as stack:

        def start(**rules: Any) -> Customer:
            serving = azure_server(strictness=Strictness(**rules), clock=clock)
            customer = Customer(stack.enter_context(closing(Wire(stack.enter_context(serving)))))
            ask(customer, "PUT", G, GROUP)
            return customer

        yield start


def caller_of(customer: Customer) -> str:
    """Return the object id of the customer's application."""
    claims = jwt.decode(customer.tokens["vault"], options={"verify_signature": False})
    return str(claims["oid"])


def new_vault(customer: Customer, **properties: Any) -> Answer:
    return ask(customer, "PUT", f"{V}/kv-1", vault(customer.tenant, **properties))


def inner_code(answer: Answer) -> str:
    """Return the code that says more of a refusal."""
    return str(answer.body["error"]["innererror"]["code"])


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
    assert inner_code(refused) == "AccessDenied"

    change = policies(customer.tenant, caller_of(customer), keys=("get",))
    ask(customer, "PUT", f"{V}/kv-1/accessPolicies/add", change)
    assert inner_code(key(customer)) == "ForbiddenByPolicy"

    change = policies(customer.tenant, caller_of(customer), keys=("create",))
    ask(customer, "PUT", f"{V}/kv-1/accessPolicies/add", change)
    assert key(customer).status == 200
    assert key(customer, "GET", "/keys/cmk").status == 200
    assert key(customer, "DELETE", "/keys/cmk").status == 403

    new_vault(customer, enableRbacAuthorization=True)
    assert inner_code(key(customer, "GET", "/keys/cmk")) == "ForbiddenByRbac"


@pytest.mark.parametrize(("definition", "creates"), [(OFFICER, 200), (READER, 403)])
def test_azure_rbac_lets_a_caller_do_what_a_role_gives(
    serve: Serve, definition: str, creates: int
) -> None:
    customer = serve(strict=True)
    new_vault(customer, enableRbacAuthorization=True)
    assert key(customer).status == 403
    place = f"{ASSIGNMENTS}/{uuid4()}"
    assert (
        ask(
            customer, "PUT", place, role(caller_of(customer), definition, "ServicePrincipal")
        ).status
        == 201
    )
    assert key(customer).status == creates
    assert key(customer, "GET", "/keys/other").status == 404
    ask(customer, "DELETE", place)
    assert key(customer).status == 403


# Access that takes effect later


@pytest.mark.parametrize("uses_rbac", [False, True])
def test_cmk_is_not_enabled_before_access_takes_effect(
    serve: Serve, clock: Clock, uses_rbac: bool
) -> None:
    customer = serve(grants_after=SECONDS)
    ask(customer, "PUT", f"{A}/tr1", ACCOUNT | WITH_IDENTITY)
    protected = {"enablePurgeProtection": True, "enableRbacAuthorization": uses_rbac}
    new_vault(customer, **protected, accessPolicies=[])
    assert key(customer).status == 200
    if uses_rbac:
        let_in = role(principal_of(customer), ENCRYPTION_USER)
        assert ask(customer, "PUT", f"{ASSIGNMENTS}/{uuid4()}", let_in).status == 201
    else:
        let_in = policies(customer.tenant, principal_of(customer))
        assert ask(customer, "PUT", f"{V}/kv-1/accessPolicies/add", let_in).status == 200
    assert ask(customer, "PATCH", f"{A}/tr1", encrypted()).status == 400
    clock.go()
    assert ask(customer, "PATCH", f"{A}/tr1", encrypted()).status == 202


def test_data_stays_out_of_reach_until_access_that_was_restored_takes_effect(
    serve: Serve, clock: Clock
) -> None:
    customer = serve(grants_after=SECONDS)
    begin(customer)
    clock.go()
    made = translate_under_cmk(customer)

    def documents() -> int:
        return custom(customer, "GET", f"/documents?workspaceId={made.workspace}").status

    assert documents() == 200
    change = policies(customer.tenant, principal_of(customer))
    for action in ("remove", "add"):
        ask(customer, "PUT", f"{V}/kv-1/accessPolicies/{action}", change)
    assert documents() == 403
    clock.go()
    assert documents() == 200


def test_a_policy_that_says_all_in_place_of_a_list_takes_nothing_away(
    serve: Serve, clock: Clock
) -> None:
    customer = serve(grants_after=SECONDS)
    begin(customer)
    clock.go()
    made = translate_under_cmk(customer)
    for keys in (("all",), ("get", "wrapKey", "unwrapKey")):
        change = policies(customer.tenant, principal_of(customer), keys=keys)
        ask(customer, "PUT", f"{V}/kv-1/accessPolicies/replace", change)
        assert custom(customer, "GET", f"/documents?workspaceId={made.workspace}").status == 200
        clock.go()


@pytest.mark.parametrize("uses_rbac", [False, True])
def test_a_caller_waits_for_a_new_permission_and_keeps_the_old_ones(
    serve: Serve, clock: Clock, uses_rbac: bool
) -> None:
    customer = serve(strict=True, grants_after=SECONDS)
    me = caller_of(customer)
    new_vault(customer, enableRbacAuthorization=uses_rbac, accessPolicies=[])

    def allow(definition: str, *permissions: str) -> None:
        if uses_rbac:
            ask(
                customer,
                "PUT",
                f"{ASSIGNMENTS}/{uuid4()}",
                role(me, definition, "ServicePrincipal"),
            )
        else:
            change = policies(customer.tenant, me, keys=permissions)
            ask(customer, "PUT", f"{V}/kv-1/accessPolicies/add", change)

    allow(READER, "get")
    assert key(customer, "GET", "/keys/cmk").status == 403
    clock.go()
    assert key(customer, "GET", "/keys/cmk").status == 404
    allow(OFFICER, "create")
    assert (key(customer, "GET", "/keys/cmk").status, key(customer).status) == (404, 403)
    clock.go()
    assert key(customer).status == 200


# Operations that take time


def test_an_account_can_t_be_written_while_an_operation_is_on_it(
    serve: Serve, clock: Clock
) -> None:
    customer = serve(provisioning=SECONDS)
    made = ask(customer, "PUT", f"{A}/tr1", ACCOUNT)
    assert made.status == 201
    assert made.body["properties"]["provisioningState"] == "Creating"
    assert made.headers["retry-after"] == "10"
    status = made.headers["azure-asyncoperation"].removeprefix(f"https://{MANAGER}")
    assert customer.ask("GET", MANAGER, status).body["status"] == "InProgress"
    assert new_vault(customer).status == 201
    account = f"{A}/tr1".format(subscription=customer.subscription)
    move = {"resources": [account], "targetResourceGroup": account.partition("/providers/")[0]}
    kept = f"{V}/kv-1".format(subscription=customer.subscription)
    writes = [
        ("PATCH", f"{A}/tr1", WITH_IDENTITY),
        ("PUT", f"{A}/tr1", ACCOUNT),
        ("DELETE", f"{A}/tr1", None),
        ("POST", f"{G}/moveResources", move),
        ("POST", f"{G}/moveResources", {**move, "resources": [account, kept]}),
    ]
    for method, place, body in writes:
        refused = ask(customer, method, place, body)
        assert problem(refused) == (409, "RequestConflict")
        assert "Creating" in refused.body["error"]["message"]

    clock.go()
    assert customer.ask("GET", MANAGER, status).body["status"] == "Succeeded"
    shown = ask(customer, "GET", f"{A}/tr1").body
    assert (shown["properties"]["provisioningState"], "identity" in shown) == ("Succeeded", False)
    assert ask(customer, "PATCH", f"{A}/tr1", WITH_IDENTITY).status == 202
    again = ask(customer, "PATCH", f"{A}/tr1", WITH_IDENTITY)
    assert problem(again) == (409, "RequestConflict")


def test_what_is_deleted_and_purged_takes_time_too(serve: Serve, clock: Clock) -> None:
    customer = serve(provisioning=SECONDS)
    ask(customer, "PUT", f"{A}/tr1", ACCOUNT)
    clock.go()
    deletion = ask(customer, "DELETE", f"{A}/tr1")
    place = deletion.headers["location"].removeprefix(f"https://{MANAGER}")
    assert deletion.status == customer.ask("GET", MANAGER, place).status == 202
    deleted = (
        f"{S}/providers/Microsoft.CognitiveServices/locations/westeurope/resourceGroups/apps"
        "/deletedAccounts/tr1"
    )
    assert problem(ask(customer, "DELETE", deleted)) == (409, "RequestConflict")
    clock.go()
    assert customer.ask("GET", MANAGER, place).status == 204
    assert ask(customer, "DELETE", deleted).status == 202


def test_a_document_shows_once_its_import_is_over(serve: Serve, clock: Clock) -> None:
    customer = serve(provisioning=SECONDS)
    assert ask(customer, "PUT", f"{A}/tr1", ACCOUNT).status == 201
    where = f"workspaceId={make_workspace(customer)}"
    job = custom(customer, "POST", f"/documents/import?{where}", FILES).body["jobId"]

    def shown() -> tuple[int, str]:
        documents = custom(customer, "GET", f"/documents?{where}").body
        [file] = custom(customer, "GET", f"/documents/import/jobs/{job}").body[
            "fileProcessingStatus"
        ]
        count = len(documents["paginatedDocuments"]["documents"])
        return count, file["status"]["displayName"]

    assert shown() == (0, "In progress")
    clock.go()
    assert shown() == (1, "Succeeded")


# Free accounts


def test_a_subscription_has_one_free_account_of_a_kind(serve: Serve) -> None:
    customer = serve(strict=True)
    free = ACCOUNT | {"sku": {"name": "F0"}}
    assert ask(customer, "PUT", f"{A}/tr1", free).status == 201
    refused = ask(customer, "PUT", f"{A}/tr2", free)
    assert problem(refused) == (400, "CanNotCreateMultipleFreeAccounts")
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


def test_the_options_of_the_command_turn_the_rules_on() -> None:
    parser = ArgumentParser()
    extend(parser, parser.add_mutually_exclusive_group())
    rules = "--strict --grants-after 60 --provisioning 2.5 --eventual-reads 1"
    asked = parser.parse_args(["--azure", *rules.split()])
    assert strictness_of(asked) == Strictness(
        strict=True, grants_after=60, provisioning=2.5, eventual_reads=1
    )
