"""What may cost data that nobody judges ends with exit code 4, and what only looks like it is a
note: beside each plan there is a harmless one that differs little."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.command_line import run_cli
from tests.plans import builder as b
from tests.plans.test_cases import C, K, P, R, T, V, plan_with

VAULT = "azurerm_key_vault.other"
APP = "33333333-3333-3333-3333-333333333333"
UPDATE = "azapi_update_resource.u"
ACTION = "azapi_resource_action.a"
ACCOUNT_TYPE = "Microsoft.CognitiveServices/accounts@2025-06-01"
VAULT_TYPE = "Microsoft.KeyVault/vaults@2024-11-01"

Build = Callable[[b.TerraformPlan], None]


def checked(plan: Any, *options: str) -> Any:
    value = plan.as_dict() if isinstance(plan, b.TerraformPlan) else plan
    return run_cli("check-plan", "-", *options, text=json.dumps(value).encode())


def code_of(build: Build, plan: b.TerraformPlan | None = None) -> int:
    """Return the exit code of a plan: one without any account, unless it is given."""
    made = b.TerraformPlan() if plan is None else plan
    build(made)
    code: int = checked(made).code
    return code


# Accounts elsewhere: the plan has a vault, and others have the accounts


def entry(*permissions: str) -> b.Values:
    return b.policy_entry(APP, list(permissions))


WITH_A_KEY = ("Get", "WrapKey", "UnwrapKey")


def vault_deleted(policies: Any = (), **values: Any) -> Build:
    return lambda plan: plan.delete(V, b.vault(policies=list(policies), **values))


def key_deleted(**values: Any) -> Build:
    return lambda plan: plan.delete(K, b.key(**values))


def policy_changed(actions: list[str], before: Any, after: Any = None) -> Build:
    def build(plan: b.TerraformPlan) -> None:
        there = b.policy(APP, key_permissions=list(before))
        then = None if after is None else b.policy(APP, key_permissions=list(after))
        plan.change(P, actions, there, then)

    return build


def vault_changed(before: Any, after: Any, **values: Any) -> Build:
    def build(plan: b.TerraformPlan) -> None:
        plan.update(V, b.vault(policies=list(before)), b.vault(policies=list(after), **values))

    return build


def entry_of_azapi_deleted(*permissions: str, principal: str = APP, name: str = "add") -> Build:
    """Return what deletes a request of azapi that gave a vault an entry in its policies."""
    added = {
        "objectId": principal,
        "tenantId": b.TENANT,
        "permissions": {"keys": list(permissions)},
    }
    values = {
        "id": f"{b.vault_id()}/accessPolicies/{name}",
        "type": "Microsoft.KeyVault/vaults/accessPolicies@2024-11-01",
        "name": name,
        "parent_id": b.vault_id(),
        "body": {"properties": {"accessPolicies": [added]}},
    }
    return lambda plan: plan.delete("azapi_resource.p", values)


def together(*builds: Build) -> Build:
    def build(plan: b.TerraformPlan) -> None:
        for each in builds:
            each(plan)

    return build


SAME = entry(*WITH_A_KEY)
OTHER = b.policy_entry(b.OTHER)


def role_removed(principal_type: str, role: str, **vault: Any) -> Build:
    def build(plan: b.TerraformPlan) -> None:
        plan.keep(V, b.vault(rbac_authorization_enabled=True, **vault))
        values = b.role(APP, principal_type=principal_type, role_definition_name=role)
        plan.delete(R, values)

    return build


def role_on_the_group_removed(plan: b.TerraformPlan) -> None:
    plan.delete(R, b.role(APP, scope=b.GROUP))


def account_kept(plan: b.TerraformPlan) -> None:
    plan.keep(T, b.account(key=b.key_id()))


UNDECIDED = {
    "a role on a vault elsewhere is removed": lambda plan: plan.delete(R, b.role(APP)),
    "a role on a group is removed": role_on_the_group_removed,
    "a role on a group is removed beside a vault that is made": together(
        role_on_the_group_removed,
        lambda plan: plan.create(VAULT, b.vault("kv-new", id=b.UNKNOWN)),
    ),
    "a role on a group is removed beside a vault of which only the host is known": together(
        role_on_the_group_removed, account_kept
    ),
    "a role on a group is removed beside a vault where no key can be in use": together(
        role_on_the_group_removed,
        lambda plan: plan.keep(VAULT, b.vault("kv-other", purge_protection_enabled=False)),
    ),
    "a role is removed": role_removed(
        "ServicePrincipal", "Key Vault Crypto Service Encryption User"
    ),
    "a vault whose policy gives the use of keys is deleted": vault_deleted([SAME]),
    "a vault with roles is deleted": vault_deleted(rbac_authorization_enabled=True),
    "a vault is deleted that has a key": together(vault_deleted(), key_deleted()),
    "a key is deleted": key_deleted(),
    "a policy is deleted": policy_changed(["delete"], WITH_A_KEY),
    "a policy is replaced": policy_changed(["delete", "create"], WITH_A_KEY, WITH_A_KEY),
    "a policy is narrowed": policy_changed(["update"], WITH_A_KEY, ["Get"]),
    "an entry is deleted that azapi has added": entry_of_azapi_deleted(*WITH_A_KEY),
    "a list is deleted that azapi has put there": entry_of_azapi_deleted(
        *WITH_A_KEY, name="replace"
    ),
    "one entry of two is dropped": vault_changed([SAME, OTHER], [OTHER]),
    "an entry is narrowed": vault_changed([SAME, OTHER], [entry("Get"), OTHER]),
    "a list is unknown": vault_changed([SAME], [b.policy_entry(b.UNKNOWN)]),
    "a vault is switched to roles": vault_changed([SAME], [SAME], rbac_authorization_enabled=True),
}

HARMLESS = {
    "a role is removed of an account that uses no key": together(
        lambda plan: plan.delete(R, b.role(scope=b.GROUP)),
        lambda plan: plan.keep(T, b.account()),
    ),
    "the role of a person is removed": role_removed("User", "Key Vault Administrator"),
    "a role for secrets is removed": role_removed("ServicePrincipal", "Key Vault Secrets User"),
    "a role is removed where no key can be in use": role_removed(
        "ServicePrincipal", "Key Vault Crypto User", purge_protection_enabled=False
    ),
    "a role is removed on a group with the vault of an account": together(
        role_on_the_group_removed, account_kept, lambda plan: plan.keep(V, b.vault())
    ),
    "a role is removed on a group with a vault whose policies count": together(
        role_on_the_group_removed, lambda plan: plan.keep(V, b.vault(policies=[SAME]))
    ),
    "a role of somebody else is removed on the vault of an account": together(
        lambda plan: plan.delete(R, b.role(APP)), account_kept
    ),
    "a vault for secrets is deleted": vault_deleted([entry()]),
    "a vault is deleted from which keys are only read": vault_deleted([entry("Get", "List")]),
    "a vault without purge protection is deleted": vault_deleted(
        [SAME], purge_protection_enabled=False
    ),
    "a key for signatures is deleted": key_deleted(key_type="EC", key_size=None),
    "a key of 4096 bits is deleted": key_deleted(key_size=4096),
    "a policy for secrets is deleted": policy_changed(["delete"], []),
    "an entry for secrets is deleted that azapi has added": entry_of_azapi_deleted(),
    "an entry of somebody else is deleted that azapi has added": together(
        entry_of_azapi_deleted(*WITH_A_KEY), account_kept, lambda plan: plan.keep(P, b.policy())
    ),
    "a policy is widened": policy_changed(["update"], WITH_A_KEY, [*WITH_A_KEY, "List"]),
    "an entry is widened": vault_changed([SAME], [entry(*WITH_A_KEY, "List")]),
    "an entry is added": vault_changed([SAME], [SAME, OTHER]),
    "a vault gets tags": vault_changed([SAME], [SAME], tags={"a": "b"}),
    "a vault for secrets is switched to roles": vault_changed(
        [entry()], [entry()], rbac_authorization_enabled=True
    ),
    "a vault is forgotten": lambda plan: plan.change(V, ["forget"], b.vault(policies=[SAME]), None),
    "a vault with a key is made": lambda plan: (
        plan.create(V, b.vault(id=b.UNKNOWN)),
        plan.create(K, b.key(id=b.UNKNOWN, key_vault_id=b.UNKNOWN), refers={"key_vault_id": V}),
    )[0],
    "what has nothing to do with keys is deleted": lambda plan: plan.delete(
        "azurerm_storage_account.s", {"id": "/x", "name": "s"}
    ),
}


@pytest.mark.parametrize("build", UNDECIDED.values(), ids=UNDECIDED)
def test_what_may_take_the_key_of_an_account_elsewhere_is_not_decided(build: Build) -> None:
    assert code_of(build) == 4


@pytest.mark.parametrize("build", HARMLESS.values(), ids=HARMLESS)
def test_what_takes_no_key_of_an_account_is_in_order(build: Build) -> None:
    assert code_of(build) == 0


def test_what_nobody_judged_is_green_in_no_format() -> None:
    plan = b.TerraformPlan()
    vault_deleted([SAME])(plan)
    for form in ("text", "markdown"):
        shown = checked(plan, "--format", form).out
        assert "NOT JUDGED: 1 change" in shown
        assert "Exit code 4" in shown
        assert "NOTHING" not in shown
    [suite] = ElementTree.fromstring(checked(plan, "--format", "junit").out)
    assert suite.get("errors") == "1"
    assert all(case.find("error") is not None for case in suite)
    [run] = json.loads(checked(plan, "--format", "sarif").out)["runs"]
    assert run["invocations"][0]["executionSuccessful"] is False


def test_a_policy_of_a_judged_account_on_a_vault_that_it_does_not_use_is_nobody_elses() -> None:
    for principal, code in ((b.PRINCIPAL, 0), (APP, 4)):
        entries = [b.policy_entry(principal)]
        plan = plan_with()
        plan.update(VAULT, b.vault("kv-other", policies=entries), b.vault("kv-other", policies=[]))
        assert checked(plan).code == code


# Resource groups: the plan need not show what is in them


GROUP = "azurerm_resource_group.g"
OF_THE_GROUP = {"id": b.GROUP, "name": "rg", "location": "westeurope"}


def group_goes(actions: list[str], keeps: bool) -> Build:
    """Return what makes azurerm delete a group, which it keeps or not while it holds something."""

    def build(plan: b.TerraformPlan) -> None:
        plan.features = {"resource_group": {"prevent_deletion_if_contains_resources": keeps}}
        after = {**OF_THE_GROUP, "id": b.UNKNOWN, "name": "other"} if "create" in actions else None
        plan.change(GROUP, actions, OF_THE_GROUP, after)

    return build


def group_of_azapi(action: str) -> Build:
    kind = "Microsoft.Resources/resourceGroups@2025-04-01"
    group = {"id": b.GROUP, "type": kind, "name": "rg", "parent_id": b.SUBSCRIPTION}
    return lambda plan: plan.change("azapi_resource.g", [action], group, None)


GROUPS_THAT_GO = {
    "azurerm does not keep it": group_goes(["delete"], keeps=False),
    "azurerm does not keep it and makes another": group_goes(["delete", "create"], keeps=False),
    "azapi deletes it": group_of_azapi("delete"),
    "it holds no judged account": together(
        lambda plan: plan.keep(T, b.account(resource_group_name="apps")),
        group_of_azapi("delete"),
    ),
}

GROUPS_THAT_STAY = {
    "azurerm keeps it": group_goes(["delete"], keeps=True),
    "it is forgotten": group_of_azapi("forget"),
}


@pytest.mark.parametrize("build", GROUPS_THAT_GO.values(), ids=GROUPS_THAT_GO)
def test_a_group_that_goes_with_what_the_plan_does_not_show_is_not_decided(build: Build) -> None:
    assert code_of(build) == 4


@pytest.mark.parametrize("build", GROUPS_THAT_STAY.values(), ids=GROUPS_THAT_STAY)
def test_a_group_that_stays_takes_nothing(build: Build) -> None:
    assert code_of(build) == 0


def test_an_entry_of_a_judged_account_that_azapi_has_added_may_lose() -> None:
    own = entry_of_azapi_deleted(*WITH_A_KEY, principal=b.PRINCIPAL)
    assert code_of(together(own, account_kept)) == 1


def test_an_entry_that_may_be_of_an_account_costs_nothing_before_it_uses_a_key() -> None:
    plan = b.TerraformPlan()
    plan.keep(V, b.vault())
    plan.create(C, b.cmk())
    assert code_of(entry_of_azapi_deleted(*WITH_A_KEY), plan) == 4  # others may use the vault


def test_where_nothing_is_stored_no_account_elsewhere_loses_anything(tmp_path: Path) -> None:
    file = tmp_path / "exceptions.yaml"
    file.write_text("holds: {others: nothing}")
    for build in (vault_deleted([SAME]), group_of_azapi("delete")):
        plan = b.TerraformPlan()
        build(plan)
        assert checked(plan, "--exceptions", str(file)).code == 0


# Accounts in the plan whose key is not judged


def by_an_unknown_key(**values: Any) -> b.Values:
    block = [{"key_vault_key_id": "no id of a key", "identity_client_id": None}]
    return b.account(customer_managed_key=block, **values)


def test_an_account_whose_key_is_not_judged_is_not_decided_where_that_may_go() -> None:
    account = by_an_unknown_key

    def changed(address: str, actions: list[str], before: b.Values, after: Any) -> int:
        plan = plan_with(without=f"{T} {address}")
        if address != T:
            plan.keep(T, account())
        plan.change(address, actions, before, after)
        return int(checked(plan).code)

    assert changed(V, ["delete"], b.vault(), None) == 4
    assert changed(K, ["delete"], b.key(), None) == 4
    both = [{"type": "SystemAssigned, UserAssigned", "identity_ids": ["/i"]}]
    one = [{"type": "SystemAssigned", "identity_ids": None}]
    assert changed(T, ["update"], account(identity=both), account(identity=one)) == 4
    assert changed(T, ["update"], account(), b.account(key=b.key_id(key="new"))) == 4
    assert changed(T, ["update"], account(), account(tags={"a": "b"})) == 0
    assert changed(V, ["update"], b.vault(), b.vault(tags={"a": "b"})) == 0
    assert changed("azurerm_storage_account.s", ["delete"], {"id": "/x", "name": "s"}, None) == 0


def test_a_deletion_of_which_nothing_tells_what_it_deletes_is_not_decided() -> None:
    for address, values in (
        (V, b.vault(id=None, vault_uri=None)),
        (K, b.key(key_vault_id=None)),
        (P, b.policy(key_vault_id=None)),
        (C, b.cmk(cognitive_account_id=None)),
        (T, b.account(id=None)),
    ):
        plan = b.TerraformPlan()
        plan.delete(address, values)
        assert checked(plan).code == 4


# Requests of azapi that are not followed


def request(kind: str, target: Any, **values: Any) -> b.Values:
    return {"id": "/x", "type": kind, "resource_id": target, **values}


def merged(properties: Any, kind: str = ACCOUNT_TYPE, target: Any = None) -> Build:
    target = b.account_id() if target is None else target
    body = {"properties": properties}
    return lambda plan: plan.create(UPDATE, request(kind, target, body=body))


def sent(kind: str = ACCOUNT_TYPE, target: str = "", **values: Any) -> Build:
    return lambda plan: plan.create(ACTION, request(kind, target or b.account_id(), **values))


OPENAI = b.account("openai", kind="OpenAI")
ENCRYPTION = {"encryption": {"keySource": "Microsoft.CognitiveServices"}}

NOT_FOLLOWED = {
    "another key": merged(ENCRYPTION),
    "an unknown body": merged(b.UNKNOWN),
    "another list of policies": merged({"accessPolicies": []}, VAULT_TYPE, b.vault_id()),
    "a key that is changed": merged(
        {"attributes": {"enabled": False}},
        "Microsoft.KeyVault/vaults/keys@2024-11-01",
        f"{b.vault_id()}/keys/cmk",
    ),
    "a request that deletes": sent(method="DELETE"),
    "a request that is sent later": lambda plan: plan.delete(
        ACTION, request(ACCOUNT_TYPE, b.account_id(), method="DELETE", when="destroy")
    ),
    "an account that is not in the plan": merged(ENCRYPTION, target=b.account_id("elsewhere")),
}

HARMLESS_REQUESTS = {
    "network rules": merged({"publicNetworkAccess": "Disabled"}),
    "network rules of a vault": merged({"networkAcls": {}}, VAULT_TYPE, b.vault_id()),
    "what is no longer merged": lambda plan: plan.delete(
        UPDATE, request(ACCOUNT_TYPE, b.account_id(), body={"properties": ENCRYPTION})
    ),
    "the keys for requests": sent(action="listKeys"),
    "a request that reads": sent(method="GET"),
    "a request that is not sent any more": lambda plan: plan.delete(
        ACTION, request(ACCOUNT_TYPE, b.account_id(), method="DELETE")
    ),
    "a request that is sent later": sent(method="DELETE", when="destroy"),
    "a deployment of a model": merged(
        {}, "Microsoft.CognitiveServices/accounts/deployments@2025-06-01", f"{b.account_id()}/d"
    ),
    "an account of a kind that is not judged": together(
        merged(ENCRYPTION, target=b.account_id("openai")),
        lambda plan: plan.keep("azurerm_cognitive_account.o", OPENAI),
    ),
}


@pytest.mark.parametrize("build", NOT_FOLLOWED.values(), ids=NOT_FOLLOWED)
def test_a_request_that_may_take_a_key_away_is_not_decided(build: Build) -> None:
    assert code_of(build, plan_with()) == 4


@pytest.mark.parametrize("build", HARMLESS_REQUESTS.values(), ids=HARMLESS_REQUESTS)
def test_a_request_that_takes_no_key_away_is_a_note(build: Build) -> None:
    assert code_of(build, plan_with()) == 0


def test_a_request_about_an_account_that_the_plan_makes_can_take_nothing() -> None:
    plan = b.TerraformPlan()
    plan.create(T, b.account(id=b.UNKNOWN, principal=b.UNKNOWN))
    body = {"properties": ENCRYPTION}
    refers = {"resource_id": f"{T}.id"}
    plan.create(UPDATE, request(ACCOUNT_TYPE, b.UNKNOWN, body=body), refers=refers)
    assert checked(plan).code == 0


# What-if


def only_its_id(change_type: str, resource_id: str) -> b.Values:
    return {"resourceId": resource_id, "changeType": change_type, "before": None, "after": None}


@pytest.mark.parametrize(
    ("change_type", "resource_id", "code"),
    [
        ("Deploy", b.vault_id(), 4),
        ("Delete", b.account_id(), 4),
        ("Unsupported", f"{b.vault_id()}/accessPolicies/replace", 4),
        ("Unsupported", f"{b.vault_id()}/accessPolicies/add", 0),
        ("Create", b.vault_id(), 0),
        ("Ignore", b.vault_id(), 0),
        ("Delete", f"{b.vault_id()}/providers/Microsoft.Authorization/roleAssignments/r", 4),
        ("Deploy", f"{b.vault_id()}/secrets/s", 0),
        ("Deploy", f"{b.GROUP}/providers/Microsoft.Storage/storageAccounts/s", 0),
        ("Delete", b.GROUP, 4),
        ("Deploy", f"{b.GROUP}/providers/Microsoft.Authorization/roleDefinitions/d", 4),
        ("Deploy", f"{b.GROUP}/providers/Microsoft.Authorization/roleAssignments/r", 0),
        ("Deploy", b.GROUP, 0),
        ("Detach", b.GROUP, 0),
    ],
)
@pytest.mark.parametrize("potential", [False, True])
def test_what_what_if_shows_nothing_of_is_not_decided(
    change_type: str, resource_id: str, code: int, potential: bool
) -> None:
    change = only_its_id(change_type, resource_id)
    plan = b.what_if(potential=[change]) if potential else b.what_if(change)
    assert checked(plan).code == code


def test_a_vault_that_is_made_says_nothing_of_a_role_that_goes_on_its_group() -> None:
    role_id = f"{b.GROUP}/providers/Microsoft.Authorization/roleAssignments/r"
    definition = "/x/roleDefinitions/e147488a-f6f5-4113-8e2d-b22465e65bf6"
    properties = {"principalId": APP, "roleDefinitionId": definition}
    role = b.arm_change("Delete", {"id": role_id, "name": "r", "properties": properties}, None)
    vault = b.arm_vault(policies=[APP])
    made = b.arm_change("Create", None, vault)
    kept = b.arm_change("NoChange", vault, vault)
    assert checked(b.what_if(role, made)).code == 4
    assert checked(b.what_if(role, kept)).code == 0


def test_a_group_of_which_what_if_shows_nothing_may_hold_the_account() -> None:
    account = b.arm_change("Ignore", b.arm_account(key="cmk"), None)
    assert checked(b.what_if(account, only_its_id("Delete", b.GROUP))).code == 4


def test_another_list_of_policies_that_what_if_did_not_evaluate_may_lose() -> None:
    account = b.arm_change("NoChange", b.arm_account(key="cmk"), b.arm_account(key="cmk"))
    for name, code in (("replace", 1), ("add", 0)):
        body = {"id": f"{b.vault_id()}/accessPolicies/{name}", "name": name}
        assert checked(b.what_if(account, b.arm_change("Unsupported", None, body))).code == code


def key_in_use_by_a_request() -> b.Values:
    body = {"properties": b.arm_account(key="cmk")["properties"]}
    return request(ACCOUNT_TYPE, b.account_id(), body=body)


def test_a_key_that_a_request_has_put_in_use_is_the_accounts() -> None:
    def found(change: Build) -> set[str]:
        plan = b.TerraformPlan()
        plan.keep(T, b.account())
        plan.keep(V, b.vault(rbac_authorization_enabled=True))
        change(plan)
        findings = json.loads(checked(plan, "--format", "json").out)["findings"]
        return {finding["verdict"] for finding in findings}

    def request_stays(plan: b.TerraformPlan) -> None:
        plan.keep(UPDATE, key_in_use_by_a_request())

    def role_goes(plan: b.TerraformPlan) -> None:
        plan.delete("azurerm_role_assignment.r", b.role())

    def request_goes(plan: b.TerraformPlan) -> None:
        plan.delete(UPDATE, key_in_use_by_a_request())

    assert found(together(request_stays, role_goes)) == {"loses"}
    assert found(together(request_goes, role_goes)) == {"loses"}
    for harmless in (role_goes, request_goes):
        assert found(harmless) == set()


def test_a_request_that_named_no_key_until_then_puts_one_in_use() -> None:
    plan = plan_with()
    no_key = request(ACCOUNT_TYPE, b.account_id(), body={"properties": {}})
    body = {"properties": b.arm_account(key="other")["properties"]}
    plan.update(UPDATE, no_key, request(ACCOUNT_TYPE, b.account_id(), body=body))
    assert checked(plan).code == 1
