"""What has nothing to do with keys is kept as a client sets it, and shown again."""

from contextlib import closing
from typing import Any
from uuid import uuid4

import pytest

from tests.azure.server.asking import A, G, S, V, ask, problem
from tests.azure.server.corpus import ACCOUNT, GROUP, VAULT, policies, vault, versioned
from tests.azure.server.wire import Customer, Wire
from translator_cmk.azure.server import azure_server
from translator_cmk.machine import ROWS, Machine
from translator_cmk.machine.commands import RevokeKeyAccess
from translator_cmk.machine.entities import Grant, Resource
from translator_cmk.machine.rows import refuse
from translator_cmk.system import MACHINE

RULES = {"bypass": "None", "defaultAction": "Deny", "ipRules": [{"value": "203.0.113.0/24"}]}
GUARD = (
    "/subscriptions/x/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"
)


def member(body: Any, path: str) -> Any:
    """Return a member of a body."""
    for name in path.split("."):
        body = body[name]
    return body


def setting(path: str, value: Any) -> dict[str, Any]:
    """Return a body with this member only."""
    *above, last = path.split(".")
    body: dict[str, Any] = {last: value}
    for name in reversed(above):
        body = {name: body}
    return body


# Vaults, accounts and groups


@pytest.mark.parametrize(
    ("place", "path", "value"),
    [
        (f"{V}/kv-1", "tags", {"cost": "1"}),
        (f"{V}/kv-1", "properties.sku", {"family": "A", "name": "premium"}),
        (f"{V}/kv-1", "properties.publicNetworkAccess", "Disabled"),
        (f"{V}/kv-1", "properties.enabledForDeployment", True),
        (f"{V}/kv-1", "properties.enabledForDiskEncryption", True),
        (f"{V}/kv-1", "properties.enabledForTemplateDeployment", True),
        (f"{V}/kv-1", "properties.networkAcls", {**RULES, "virtualNetworkRules": []}),
        (f"{A}/tr1", "tags", {"cost": "1", "Owner": "a team"}),
        (f"{A}/tr1", "properties.publicNetworkAccess", "Disabled"),
        (f"{A}/tr1", "properties.disableLocalAuth", True),
        (f"{A}/tr1", "properties.restrictOutboundNetworkAccess", True),
        (f"{A}/tr1", "properties.allowedFqdnList", ["example.com"]),
        (f"{A}/tr1", "properties.networkAcls", {"defaultAction": "Deny"}),
        (G, "tags", {"cost": "1"}),
    ],
)
def test_it_is_shown_again_and_a_change_of_something_else_leaves_it(
    at_work: Customer, place: str, path: str, value: Any
) -> None:
    state = at_work.world.state
    changed = ask(at_work, "PATCH", place, setting(path, value))
    assert changed.status < 300, changed
    assert member(changed.body, path) == value
    assert ask(at_work, "PATCH", place, {}).status < 300
    assert member(ask(at_work, "GET", place).body, path) == value
    assert at_work.world.state == state


@pytest.mark.parametrize(
    ("place", "path", "value"),
    [
        (f"{V}/kv-1", "tags", {"cost": 1}),
        (f"{V}/kv-1", "tags", ["cost"]),
        (f"{V}/kv-1", "properties.sku.name", "gold"),
        (f"{V}/kv-1", "properties.softDeleteRetentionInDays", 6),
        (f"{V}/kv-1", "properties.softDeleteRetentionInDays", 91),
        (f"{V}/kv-1", "properties.networkAcls.defaultAction", "Maybe"),
        (f"{A}/tr1", "properties.disableLocalAuth", "yes"),
        (f"{A}/tr1", "properties.allowedFqdnList", "example.com"),
        (f"{A}/tr1", "identity.type", "UserAssigned"),
        (f"{A}/tr1", "identity.type", "Borrowed"),
        (G, "tags", "cost"),
    ],
)
def test_a_value_that_azure_does_not_have_is_refused(
    at_work: Customer, place: str, path: str, value: Any
) -> None:
    before = at_work.world
    assert ask(at_work, "PATCH", place, setting(path, value)).status == 400
    assert at_work.world == before


def test_a_put_describes_the_whole_of_it(at_work: Customer) -> None:
    tagged = ACCOUNT | {"tags": {"cost": "1"}}
    assert ask(at_work, "PUT", f"{A}/tr1", tagged).body["tags"] == {"cost": "1"}
    assert "tags" not in ask(at_work, "PUT", f"{A}/tr1", ACCOUNT).body


def test_it_follows_a_move_and_ends_with_its_resource_group(at_work: Customer) -> None:
    ask(at_work, "PATCH", f"{A}/tr1", {"tags": {"cost": "1"}})
    account = f"{A}/tr1".format(subscription=at_work.subscription)
    target = f"{S}/resourceGroups/other".format(subscription=at_work.subscription)
    move = {"resources": [account], "targetResourceGroup": target}
    assert ask(at_work, "POST", f"{G}/moveResources", move).status == 202
    assert ask(at_work, "GET", account.replace("/apps/", "/other/")).body["tags"] == {"cost": "1"}

    ask(at_work, "PATCH", G, {"tags": {"cost": "1"}})
    ask(at_work, "DELETE", G)
    assert ask(at_work, "PUT", G, GROUP).body["tags"] == {}


def test_names_and_ids_are_found_in_any_case(at_work: Customer) -> None:
    shown = ask(at_work, "GET", f"{V}/kv-1").body
    for path in (f"{V}/KV-1", f"{V}/kv-1".replace("resourceGroups/apps", "RESOURCEGROUPS/Apps")):
        assert ask(at_work, "GET", path).body == shown
        assert ask(at_work, "PUT", path, shown).status == 200
    account = f"{A}/TR1".format(subscription=at_work.subscription.upper())
    target = f"{S}/resourcegroups/OTHER".format(subscription=at_work.subscription)
    move = {"resources": [account], "targetResourceGroup": target}
    assert ask(at_work, "POST", f"{G}/moveResources", move).status == 202


# How long a vault keeps what is deleted


def test_the_days_of_retention_are_said_once_and_hold_for_keys_too(at_work: Customer) -> None:
    new = vault(at_work.tenant, softDeleteRetentionInDays=7, accessPolicies=[])
    made = ask(at_work, "PUT", f"{V}/kv-7", new)
    assert (made.status, made.body["properties"]["softDeleteRetentionInDays"]) == (201, 7)
    again = {"properties": {"softDeleteRetentionInDays": 8}}
    assert problem(ask(at_work, "PATCH", f"{V}/kv-7", again)) == (400, "BadRequest")
    host = "kv-7.vault.azure.net"
    key = at_work.ask("POST", host, versioned("/keys/k/create"), {"kty": "RSA"}).body
    assert key["attributes"]["recoverableDays"] == 7

    ask(at_work, "DELETE", f"{V}/kv-7")
    recovered = vault(at_work.tenant, createMode="recover")
    shown = ask(at_work, "PUT", f"{V}/kv-7", recovered).body
    assert shown["properties"]["softDeleteRetentionInDays"] == 7


# Keys


def test_tags_and_dates_of_a_key_are_shown_again(at_work: Customer) -> None:
    made = {"kty": "RSA", "tags": {"use": "cmk"}, "attributes": {"exp": 2_000_000_000}}
    key = at_work.ask("POST", VAULT, versioned("/keys/cmk/create"), made).body
    assert (key["tags"], key["attributes"]["exp"]) == ({"use": "cmk"}, 2_000_000_000)
    tags = {"tags": {"use": "none"}}
    assert at_work.ask("PATCH", VAULT, versioned("/keys/cmk"), tags).body["tags"] == tags["tags"]
    (item,) = at_work.ask("GET", VAULT, versioned("/keys")).body["value"]
    assert (item["tags"], item["attributes"]["exp"]) == ({"use": "none"}, 2_000_000_000)


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

    own = ask(at_work, "PATCH", f"{A}/tr2", {"identity": {"type": "SystemAssigned"}}).body
    assert "userAssignedIdentities" not in own["identity"]


def test_an_account_with_only_assigned_identities_has_none_of_its_own(at_work: Customer) -> None:
    only = {"type": "UserAssigned", "userAssignedIdentities": {GUARD: {}}}
    shown = ask(at_work, "PATCH", f"{A}/tr1", {"identity": only}).body["identity"]
    assert (shown["type"], "principalId" in shown) == ("UserAssigned", False)
    assert account_of(at_work, "tr1").identity is False


def account_of(customer: Customer, name: str) -> Any:
    """Return an account as the model has it."""
    return MACHINE.world(customer.world.state).entity(Resource, name)


# Access policies


def shown_policies(customer: Customer) -> dict[str, Any]:
    """Return the permissions of each principal of a vault, without those that are empty."""
    found = {}
    for policy in ask(customer, "GET", f"{V}/kv-1").body["properties"]["accessPolicies"]:
        permissions = policy["permissions"]
        found[policy["objectId"]] = {
            kind: permissions[kind] for kind in permissions if permissions[kind]
        }
    return found


def policy(customer: Customer, principal: str, **permissions: list[str]) -> dict[str, Any]:
    entry = {"tenantId": customer.tenant, "objectId": principal, "permissions": permissions}
    return {"properties": {"accessPolicies": [entry]}}


def test_a_policy_of_somebody_else_is_kept_and_grants_no_account_anything(
    at_work: Customer,
) -> None:
    me = str(uuid4())
    before = shown_policies(at_work)
    state = at_work.world.state
    mine = policy(at_work, me, keys=["Get", "list", "CREATE"], secrets=["all"])
    assert ask(at_work, "PUT", f"{V}/kv-1/accessPolicies/add", mine).status == 200
    more = policy(at_work, me, keys=["delete"], certificates=["get"])
    assert ask(at_work, "PUT", f"{V}/kv-1/accessPolicies/add", more).status == 200
    assert shown_policies(at_work) == before | {
        me: {
            "keys": ["get", "list", "create", "delete"],
            "secrets": ["all"],
            "certificates": ["get"],
        }
    }
    less = policy(at_work, me, keys=["get", "list", "create", "delete"], secrets=["all"])
    ask(at_work, "PUT", f"{V}/kv-1/accessPolicies/remove", less)
    assert shown_policies(at_work)[me] == {"certificates": ["get"]}
    assert at_work.world.state == state

    whole = ask(at_work, "GET", f"{V}/kv-1").body
    assert ask(at_work, "PUT", f"{V}/kv-1", whole).body["properties"] == whole["properties"]
    assert ask(at_work, "PUT", f"{V}/kv-1", vault(at_work.tenant, accessPolicies=[])).status == 200
    assert shown_policies(at_work) == {}


@pytest.mark.parametrize(
    ("keys", "is_grant"),
    [
        (["get", "wrapKey", "unwrapKey"], True),
        (["get", "list", "wrapKey", "unwrapKey"], True),
        (["all"], True),
        (["get", "wrapKey"], False),
        ([], False),
    ],
)
def test_the_identity_of_an_account_has_access_with_get_wrap_and_unwrap(
    at_work: Customer, keys: list[str], is_grant: bool
) -> None:
    principal = ask(at_work, "GET", f"{A}/tr1").body["identity"]["principalId"]
    change = policies(at_work.tenant, principal, keys=tuple(keys))
    assert ask(at_work, "PUT", f"{V}/kv-1/accessPolicies/replace", change).status == 200
    assert ("kv-1/tr1" in at_work.world.state.tables[Grant]) is is_grant
    assert shown_policies(at_work).get(principal, {}).get("keys", []) == keys


def test_the_model_is_asked_to_revoke_what_is_not_there_too() -> None:
    refuses = refuse(RevokeKeyAccess, "vault.access-policy", unless=lambda _: False)
    with azure_server(Machine([*ROWS, refuses])) as server, closing(Wire(server)) as wire:
        customer = Customer(wire)
        ask(customer, "PUT", G, GROUP)
        ask(customer, "PUT", f"{A}/tr1", ACCOUNT | {"identity": {"type": "SystemAssigned"}})
        ask(customer, "PUT", f"{V}/kv-1", vault(customer.tenant, accessPolicies=[]))
        change = policies(customer.tenant, customer.world.principal(account_of(customer, "tr1")))
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
