"""Who may use a key: access policies, roles, and the identities of an account."""

from contextlib import closing
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.azure.server.asking import (
    ACCOUNT,
    ASSIGNMENTS,
    ENCRYPTION_USER,
    GROUP,
    READER,
    WITH_IDENTITY,
    A,
    G,
    Translating,
    V,
    ask,
    custom,
    encrypted,
    policies,
    principal_of,
    problem,
    role,
    succeeded,
    vault,
)
from tests.azure.server.wire import Customer, Wire
from translator_cmk.azure.server.listening import azure_server
from translator_cmk.machine import ROWS, Machine
from translator_cmk.machine.commands import RevokeKeyAccess
from translator_cmk.machine.entities import Grant, Resource
from translator_cmk.machine.rows import refuse
from translator_cmk.system import MACHINE

GUARD = (
    "/subscriptions/x/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"
)


# Identities that a client assigns


def test_an_assigned_identity_is_kept_beside_the_one_of_the_account(at_work: Customer) -> None:
    both = {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {GUARD: {}}}
    shown = ask(at_work, "PATCH", f"{A}/tr2", {"identity": both}).body["identity"]
    assert shown["type"] == both["type"]
    assert list(shown["userAssignedIdentities"]) == [GUARD]
    assert at_work.world.principal(account_of(at_work, "tr2")) == shown["principalId"]

    without = {"type": both["type"], "userAssignedIdentities": {GUARD: None, "/another": {}}}
    shown = ask(at_work, "PATCH", f"{A}/tr2", {"identity": without}).body["identity"]
    assert list(shown["userAssignedIdentities"]) == ["/another"]

    own = ask(at_work, "PATCH", f"{A}/tr2", WITH_IDENTITY).body
    assert "userAssignedIdentities" not in own["identity"]


def test_an_account_with_only_assigned_identities_has_none_of_its_own(at_work: Customer) -> None:
    only = {"type": "UserAssigned", "userAssignedIdentities": {GUARD: {}}}
    shown = ask(at_work, "PATCH", f"{A}/tr1", {"identity": only}).body["identity"]
    assert (shown["type"], "principalId" in shown) == ("UserAssigned", False)
    assert account_of(at_work, "tr1").identity is False
    none_named = {"identity": {"type": "UserAssigned"}}
    assert ask(at_work, "PATCH", f"{A}/tr2", none_named).status == 400


def test_an_identity_that_may_use_the_key_beforehand_gets_no_account_created_with_it(
    at_work: Customer,
) -> None:
    identity = f"{G}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/guard"
    made = succeeded(ask(at_work, "PUT", identity, GROUP))
    let_in = policies(at_work.tenant, made["properties"]["principalId"])
    succeeded(ask(at_work, "PUT", f"{V}/kv-1/accessPolicies/add", let_in))

    uses = {"identity": {"type": "UserAssigned", "userAssignedIdentities": {made["id"]: {}}}}
    assert problem(ask(at_work, "PUT", f"{A}/tr3", ACCOUNT | uses | encrypted())) == (
        400,
        "BadRequest",
    )
    shown = succeeded(ask(at_work, "PUT", f"{A}/tr3", ACCOUNT | uses))
    who = shown["identity"]["userAssignedIdentities"][made["id"]]
    assert who.items() <= made["properties"].items()

    assert ask(at_work, "GET", identity).body == made
    succeeded(ask(at_work, "DELETE", identity))
    assert ask(at_work, "GET", identity).status == 404


def account_of(customer: Customer, name: str) -> Any:
    """Return an account as the model has it."""
    return MACHINE.world(customer.world.state).entity(Resource, name)


# Access policies


def shown_policies(customer: Customer) -> dict[str, list[str]]:
    """Return the permissions on keys of each principal of a vault."""
    shown = ask(customer, "GET", f"{V}/kv-1").body["properties"]["accessPolicies"]
    return {policy["objectId"]: policy["permissions"]["keys"] for policy in shown}


def policy(customer: Customer, principal: str, **permissions: list[Any]) -> dict[str, Any]:
    entry = {"tenantId": customer.tenant, "objectId": principal, "permissions": permissions}
    return {"properties": {"accessPolicies": [entry]}}


def test_a_policy_of_somebody_else_is_kept_and_grants_no_account_anything(
    at_work: Customer,
) -> None:
    me = str(uuid4())
    before = shown_policies(at_work)
    state = at_work.world.state
    mine = policy(at_work, me, keys=["Get", "list", "CREATE"])
    assert ask(at_work, "PUT", f"{V}/kv-1/accessPolicies/add", mine).status == 200
    more = policy(at_work, me, keys=["delete"], secrets=[])
    assert ask(at_work, "PUT", f"{V}/kv-1/accessPolicies/add", more).status == 200
    assert shown_policies(at_work) == before | {me: ["get", "list", "create", "delete"]}
    less = policy(at_work, me, keys=["get", "list", "create"])
    ask(at_work, "PUT", f"{V}/kv-1/accessPolicies/remove", less)
    assert shown_policies(at_work)[me] == ["delete"]
    others = policy(at_work, me, secrets=["get"])
    assert ask(at_work, "PUT", f"{V}/kv-1/accessPolicies/add", others).status == 501
    assert at_work.world.state == state

    whole = ask(at_work, "GET", f"{V}/kv-1").body
    assert ask(at_work, "PUT", f"{V}/kv-1", whole).body["properties"] == whole["properties"]
    assert ask(at_work, "PUT", f"{V}/kv-1", vault(at_work.tenant, accessPolicies=[])).status == 200
    assert shown_policies(at_work) == {}


@pytest.mark.parametrize(
    ("keys", "is_grant"),
    [
        (["get", "list", "wrapKey", "unwrapKey"], True),
        (["all"], True),
        (["get", "wrapKey"], False),
        ([], False),
    ],
)
def test_the_identity_of_an_account_has_access_with_get_wrap_and_unwrap(
    at_work: Customer, keys: list[str], is_grant: bool
) -> None:
    principal = principal_of(at_work)
    change = policies(at_work.tenant, principal, keys=tuple(keys))
    assert ask(at_work, "PUT", f"{V}/kv-1/accessPolicies/replace", change).status == 200
    assert ("kv-1/tr1" in at_work.world.state.tables[Grant]) is is_grant
    assert shown_policies(at_work).get(principal, []) == keys


def test_the_model_is_asked_to_revoke_what_is_not_there_too() -> None:
    refuses = refuse(RevokeKeyAccess, "vault.access-policy", unless=lambda _: False)
    with azure_server(Machine([*ROWS, refuses])) as server, closing(Wire(server)) as wire:
        customer = Customer(wire)
        ask(customer, "PUT", G, GROUP)
        ask(customer, "PUT", f"{A}/tr1", ACCOUNT | WITH_IDENTITY)
        ask(customer, "PUT", f"{V}/kv-1", vault(customer.tenant, accessPolicies=[]))
        change = policies(customer.tenant, principal_of(customer))
        refused = ask(customer, "PUT", f"{V}/kv-1/accessPolicies/remove", change)
        assert [each["code"] for each in refused.body["error"]["details"]] == [
            "vault.access-policy"
        ]


@pytest.mark.parametrize("keys", [["fly"], [1], ["get", "geT list"]])
def test_a_permission_that_key_vault_does_not_have_is_refused(
    at_work: Customer, keys: list[Any]
) -> None:
    change = policy(at_work, str(uuid4()), keys=keys)
    answer = ask(at_work, "PUT", f"{V}/kv-1/accessPolicies/add", change)
    assert problem(answer) == (400, "BadRequest")


# Roles


def test_an_identity_has_a_role_with_the_key_permissions_once(at_work: Customer) -> None:
    principal = principal_of(at_work)
    first, second = f"{ASSIGNMENTS}/{uuid4()}", f"{ASSIGNMENTS}/{uuid4()}"
    assert ask(at_work, "PUT", first, role(principal, ENCRYPTION_USER)).status == 201
    assert ask(at_work, "PUT", first, role(principal, ENCRYPTION_USER)).status == 200
    again = ask(at_work, "PUT", second, role(principal, ENCRYPTION_USER))
    assert problem(again) == (409, "RoleAssignmentExists")
    (listed,) = ask(at_work, "GET", ASSIGNMENTS).body["value"]
    assert listed["properties"]["scope"] == f"{V}/kv-1".format(subscription=at_work.subscription)

    assert ask(at_work, "DELETE", first).body["properties"]["principalId"] == principal
    assert ask(at_work, "GET", ASSIGNMENTS).body["value"] == []
    assert ask(at_work, "PUT", second, role(principal, ENCRYPTION_USER)).status == 201


def test_a_role_is_for_somebody(at_work: Customer) -> None:
    place = f"{ASSIGNMENTS}/{uuid4()}"
    nobody = role(str(UUID(int=0)), ENCRYPTION_USER, "ServicePrincipal")
    for asked in (role(str(uuid4()), ENCRYPTION_USER), nobody):
        assert problem(ask(at_work, "PUT", place, asked)) == (400, "PrincipalNotFound")
    principal = principal_of(at_work)
    mine = role(principal, ENCRYPTION_USER)
    assert ask(at_work, "PUT", f"{ASSIGNMENTS}/mine", mine).status == 400
    assert ask(at_work, "PUT", place, role(principal, str(uuid4()))).status == 501


def test_a_role_that_gives_an_account_no_access_to_keys_is_kept_beside_the_model(
    at_work: Customer,
) -> None:
    before = at_work.world.state
    place = f"{ASSIGNMENTS}/{uuid4()}"
    asked = role(principal_of(at_work), READER)
    assert ask(at_work, "PUT", place, asked).status == 201
    again = ask(at_work, "PUT", f"{ASSIGNMENTS}/{uuid4()}", asked)
    assert problem(again) == (409, "RoleAssignmentExists")
    assert len(ask(at_work, "GET", ASSIGNMENTS).body["value"]) == 1
    assert ask(at_work, "DELETE", place).status == 200
    assert ask(at_work, "GET", ASSIGNMENTS).body["value"] == []
    assert at_work.world.state == before


def test_the_name_of_a_role_assignment_stays_that_of_its_role_and_principal(
    at_work: Customer,
) -> None:
    principal = principal_of(at_work)
    place = f"{ASSIGNMENTS}/{uuid4()}"
    for first, second in ((READER, ENCRYPTION_USER), (ENCRYPTION_USER, READER)):
        assert ask(at_work, "PUT", place, role(principal, first)).status == 201
        other = ask(at_work, "PUT", place, role(principal, second))
        assert problem(other) == (409, "RoleAssignmentUpdateNotPermitted")
        ask(at_work, "DELETE", place)


@pytest.mark.parametrize(("has_role", "reads"), [(True, 200), (False, 403)])
def test_a_vault_that_is_switched_to_azure_rbac_gives_access_by_roles(
    at_work: Customer, translating: Translating, has_role: bool, reads: int
) -> None:
    if has_role:
        asked = role(principal_of(at_work), ENCRYPTION_USER)
        assert ask(at_work, "PUT", f"{ASSIGNMENTS}/{uuid4()}", asked).status == 201
    switch = {"properties": {"enableRbacAuthorization": True, "accessPolicies": []}}
    shown = ask(at_work, "PATCH", f"{V}/kv-1", switch).body["properties"]
    assert shown | switch["properties"] == shown
    assert ask(at_work, "GET", f"{V}/kv-1").body["properties"] == shown
    documents = f"/documents?workspaceId={translating.workspace}"
    assert custom(at_work, "GET", documents).status == reads
