"""Who uses a key, and what takes it from them: a user-assigned identity, a group, somebody whom the
plan doesn't show.  Beside each plan there is a harmless one that differs little."""

from pathlib import Path
from typing import Any

import pytest

from tests.plans import builder as b
from tests.plans.test_cases import C, K, P, R, T, V, verdicts

UAI = "azurerm_user_assigned_identity.i"
MINE = "33333333-3333-3333-3333-333333333333"
CLIENT = "44444444-4444-4444-4444-444444444444"
IDENTITY_ID = f"{b.GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-cmk"

Plan = b.TerraformPlan


# The usual Terraform: a user-assigned identity uses the key


def identity(**values: Any) -> b.Values:
    return {
        "id": IDENTITY_ID,
        "name": "id-cmk",
        "principal_id": MINE,
        "client_id": CLIENT,
        **values,
    }


def account(kind: str = "UserAssigned", ids: Any = (IDENTITY_ID,), **values: Any) -> b.Values:
    """Return an account with a user-assigned identity, beside its own if it has one."""
    principal = b.PRINCIPAL if "System" in kind else ""
    block = {"type": kind, "identity_ids": list(ids), "principal_id": principal}
    return b.account(identity=[block] if kind else [], **values)


def usual(without: str = "", client: Any = CLIENT, kind: str = "UserAssigned") -> Plan:
    """Return the plan of a module that enables a key by a user-assigned identity."""
    plan = Plan()
    for address, values in (
        (UAI, identity()),
        (V, b.vault()),
        (K, b.key()),
        (P, b.policy(MINE)),
        (T, account(kind)),
        (C, b.cmk(identity_client_id=client)),
    ):
        if address not in without.split():
            plan.keep(address, values)
    return plan


def goes(address: str, values: b.Values, **options: Any) -> Plan:
    plan = usual(without=address, **options)
    plan.delete(address, values)
    return plan


@pytest.mark.parametrize("client", [CLIENT, ""])
def test_a_vault_and_an_access_policy_count_whichever_identity_uses_the_key(
    client: str, tmp_path: Path
) -> None:
    assert verdicts(goes(V, b.vault(), client=client), tmp_path) == {V: "loses"}
    assert verdicts(goes(P, b.policy(MINE), client=client), tmp_path) == {P: "loses"}
    assert verdicts(goes(K, b.key(), client=client), tmp_path) == {K: "may-lose"}
    assert verdicts(usual(client=client), tmp_path) == {}


def test_a_role_of_a_user_assigned_identity_is_the_accounts(tmp_path: Path) -> None:
    plan = usual(without=f"{V} {P}")
    plan.keep(V, b.vault(rbac_authorization_enabled=True))
    plan.delete(R, b.role(MINE))
    assert verdicts(plan, tmp_path) == {R: "loses"}


def on_roles(without: str = "") -> Plan:
    """Return the plan of a module that gives the identity a role in place of a policy."""
    plan = usual(without=f"{V} {P} {without}")
    plan.keep(V, b.vault(rbac_authorization_enabled=True))
    return plan


@pytest.mark.parametrize(
    ("made", "verdict"),
    [({}, "loses"), ({"scope": b.GROUP}, "may-lose")],
    ids=["the same role", "a wider one"],
)
def test_a_role_that_the_plan_makes_is_no_role_that_stays(
    made: b.Values, verdict: str, tmp_path: Path
) -> None:
    plan = on_roles()
    plan.delete(f"module.role.{R}", b.role(MINE))
    plan.create(f"module.roles.{R}", b.role(MINE, **made))
    found = verdicts(plan, tmp_path)
    assert found[f"module.role.{R}"] == verdict
    before_the_old_one_goes = on_roles()
    before_the_old_one_goes.change(
        R, ["create", "delete"], b.role(MINE), b.role(MINE, **made, id=b.UNKNOWN)
    )
    expected = {"loses": {R: "loses"}, "may-lose": {}}
    assert verdicts(before_the_old_one_goes, tmp_path) == expected[verdict]


def test_a_role_under_another_address_may_be_made_after_the_old_one_goes(tmp_path: Path) -> None:
    plan = on_roles()
    plan.change(R, ["create", "delete"], b.role(MINE), b.role(b.OTHER, id=b.UNKNOWN))
    plan.create(f"{R}2", b.role(MINE, scope=b.GROUP, id=b.UNKNOWN))
    assert verdicts(plan, tmp_path) == {R: "may-lose", f"{R}2": "not-specified"}


def identity_renamed() -> Plan:
    plan = on_roles(without=UAI)
    new = {**identity(), "id": b.UNKNOWN, "principal_id": b.UNKNOWN, "client_id": b.UNKNOWN}
    plan.replace(UAI, identity(), {**new, "name": "new"})
    refers = {"principal_id": f"{UAI}.principal_id"}
    plan.replace(R, b.role(MINE), b.role(b.UNKNOWN, id=b.UNKNOWN), refers=refers)
    for change, forced in zip(plan.changes[-2:], ("name", "principal_id"), strict=True):
        change["change"]["replace_paths"] = [[forced]]
    return plan


def test_the_identity_that_uses_a_key_is_deleted_or_detached(tmp_path: Path) -> None:
    assert verdicts(goes(UAI, identity()), tmp_path) == {UAI: "may-lose"}
    roles = usual(without=f"{UAI} {V} {P}")
    roles.delete(UAI, identity())
    roles.keep(V, b.vault(rbac_authorization_enabled=True))
    roles.keep(R, b.role(MINE))
    assert verdicts(roles, tmp_path) == {UAI: "may-lose"}
    plan = usual(without=T)
    plan.update(T, account(ids=[IDENTITY_ID, "/other"]), account(ids=["/other"]))
    assert verdicts(plan, tmp_path) == {T: "may-lose"}
    plan = usual(without=T)
    plan.update(T, account(), b.account(identity=b.UNKNOWN))
    assert verdicts(plan, tmp_path) == {T: "may-lose"}
    plan = usual(without=T)
    plan.update(T, account(ids=[IDENTITY_ID, "/other"]), account())
    assert verdicts(plan, tmp_path) == {}


def test_the_account_s_own_identity_beside_another_is_not_the_one_that_uses_the_key(
    tmp_path: Path,
) -> None:
    both = "SystemAssigned, UserAssigned"
    own = f"{P}own"
    plan = usual(kind=both)
    plan.delete(own, b.policy(b.PRINCIPAL))
    assert verdicts(plan, tmp_path) == {}
    plan = usual(without=T)
    plan.update(T, account(both), account())
    assert verdicts(plan, tmp_path) == {T: "may-lose"}
    named = usual(kind=both, client="")
    named.delete(own, b.policy(b.PRINCIPAL))
    assert verdicts(named, tmp_path) == {own: "loses"}


def test_another_identity_than_before_is_to_use_the_key(tmp_path: Path) -> None:
    plan = usual(without=f"{C} {T}")
    plan.keep(T, account(ids=[IDENTITY_ID, "/other"]))
    plan.update(C, b.cmk(identity_client_id=CLIENT), b.cmk(identity_client_id="other"))
    assert verdicts(plan, tmp_path) == {C: "not-specified"}


def test_of_several_identities_any_may_use_the_key_where_none_is_named(tmp_path: Path) -> None:
    plan = usual(without=f"{C} {T} {P}")
    plan.keep(T, account(ids=[IDENTITY_ID, "/other"]))
    plan.keep(C, b.cmk(identity_client_id=None))
    plan.delete(P, b.policy(MINE))
    assert verdicts(plan, tmp_path) == {P: "may-lose"}


def test_an_account_that_is_created_has_the_identity_that_gets_access(tmp_path: Path) -> None:
    plan = usual(without=f"{T} {P} {C}")
    plan.create(T, account(id=b.UNKNOWN))
    plan.create(P, b.policy(MINE, id=b.UNKNOWN))
    used = b.cmk(id=b.UNKNOWN, identity_client_id=CLIENT, cognitive_account_id=b.UNKNOWN)
    plan.create(C, used, refers={"cognitive_account_id": f"{T}.id"}, depends=(P,))
    assert verdicts(plan, tmp_path) == {}


def test_an_account_is_created_with_a_key_that_another_identity_uses(tmp_path: Path) -> None:
    plan = usual(without=f"{T} {C}")
    plan.create(T, account(id=b.UNKNOWN, key=b.key_id()))
    assert verdicts(plan, tmp_path) == {T: "refused"}


# What-if: ids have no case, and an expression names a resource by its id


def vault_changed(before: Any, after: Any, account: Any = None) -> b.Values:
    used = account or b.arm_account(key="cmk")
    return b.what_if(b.arm_change("Ignore", used, None), b.arm_change("Modify", before, after))


@pytest.mark.parametrize(("gone", "verdict"), [(["get"], "may-lose"), (b.PERMISSIONS, "loses")])
def test_a_request_removes_some_permissions_or_all(
    gone: list[str], verdict: str, tmp_path: Path
) -> None:
    account = b.arm_change("Ignore", b.arm_account(key="cmk"), None)
    removed = b.arm_vault(policies=[b.PRINCIPAL])
    removed["properties"]["accessPolicies"][0]["permissions"]["keys"] = gone
    request = {**removed, "id": f"{b.vault_id()}/accessPolicies/remove", "name": "remove"}
    plan = b.what_if(account, b.arm_change("Create", None, request))
    assert verdicts(plan, tmp_path) == {request["id"]: verdict}


def test_ids_of_azure_have_no_case(tmp_path: Path) -> None:
    plan = vault_changed(b.arm_vault(policies=[b.PRINCIPAL]), b.arm_vault(policies=[b.OTHER]))
    for change in plan["changes"]:
        change["resourceId"] = change["resourceId"].upper()
    assert list(verdicts(plan, tmp_path).values()) == ["loses"]
    plan = b.what_if(
        b.arm_change("Ignore", b.arm_account(key="cmk"), None),
        b.arm_change("Delete", b.arm_vault(policies=[b.PRINCIPAL]), None),
    )
    for change in plan["changes"]:
        change["resourceId"] = change["resourceId"].replace("/providers/", "/PROVIDERS/")
    assert list(verdicts(plan, tmp_path).values()) == ["loses"]


def test_an_expression_that_names_the_account_is_the_account(tmp_path: Path) -> None:
    before = b.arm_vault(policies=[b.PRINCIPAL])

    def named(name: str) -> str:
        return f"[reference('{b.account_id(name)}', '2024-10-01', 'full').identity.principalId]"

    mine = b.arm_vault(policies=[named("translator-PROD")])
    assert verdicts(vault_changed(before, mine), tmp_path) == {}
    others = b.arm_vault(policies=[named("another")])
    assert list(verdicts(vault_changed(before, others), tmp_path).values()) == ["loses"]


def test_a_user_assigned_identity_in_a_body_of_azure_is_known_by_its_id(tmp_path: Path) -> None:
    account = b.arm_account(key="cmk", identity={"type": "UserAssigned"})
    facts = {"clientId": CLIENT, "principalId": MINE}
    account["identity"]["userAssignedIdentities"] = {IDENTITY_ID: facts}
    used = account["properties"]["encryption"]["keyVaultProperties"]
    used["identityClientId"] = CLIENT
    expression = f"[reference('{IDENTITY_ID}', '2023-01-31').principalId]"
    before = b.arm_vault(policies=[expression])
    assert verdicts(vault_changed(before, before, account), tmp_path) == {}
    by_object_id = b.arm_vault(policies=[MINE])
    assert verdicts(vault_changed(by_object_id, before, account), tmp_path) == {}
    for policies in (before, by_object_id):
        after = b.arm_vault(policies=[b.OTHER])
        found = verdicts(vault_changed(policies, after, account), tmp_path)
        assert list(found.values()) == ["loses"]


# Access by somebody whom the plan doesn't show

GROUP_ID = "55555555-5555-5555-5555-555555555555"


def shared(mine: bool, roles: bool) -> Plan:
    """Return a plan with an account on a vault, on which it has access of its own or not."""
    plan = Plan()
    plan.keep(T, b.account(key=b.key_id()))
    plan.keep(V, b.vault(rbac_authorization_enabled=roles))
    if mine:
        plan.keep(R if roles else P, b.role() if roles else b.policy())
    return plan


def people(kind: str) -> b.Values:
    return {"object_id": GROUP_ID, "display_name": kind}


@pytest.mark.parametrize("mine", [True, False])
def test_an_entry_of_a_group_goes(mine: bool, tmp_path: Path) -> None:
    address = f"{P}2"
    for owner, is_group in (("azuread_group.g", True), ("azuread_service_principal.s", False)):
        plan = shared(mine, roles=False)
        plan.keep(owner, people(owner))
        plan.delete(address, b.policy(GROUP_ID))
        assert verdicts(plan, tmp_path) == ({address: "may-lose"} if is_group and not mine else {})


def test_an_entry_that_the_plan_adds_is_none_that_stays(tmp_path: Path) -> None:
    for before, expected in (([b.policy_entry()], {}), ([], {P: "may-lose"})):
        plan = Plan()
        plan.keep(T, b.account(key=b.key_id()))
        plan.update(
            V, b.vault(policies=before, tags={"a": "b"}), b.vault(policies=[b.policy_entry()])
        )
        plan.delete(P, b.policy(GROUP_ID))
        assert verdicts(plan, tmp_path) == expected


def test_a_request_that_has_removed_an_entry_gives_none(tmp_path: Path) -> None:
    for does, expected in (("add", {}), ("remove", {P: "may-lose"})):
        entry = b.arm_vault(policies=[b.PRINCIPAL])["properties"]["accessPolicies"]
        request = {
            "id": f"{b.vault_id()}/accessPolicies/{does}",
            "type": "Microsoft.KeyVault/vaults/accessPolicies@2024-11-01",
            "name": does,
            "parent_id": b.vault_id(),
            "body": {"properties": {"accessPolicies": entry}},
        }
        plan = shared(mine=False, roles=False)
        plan.keep("azapi_resource.p", request)
        plan.delete(P, b.policy(GROUP_ID))
        assert verdicts(plan, tmp_path) == expected


@pytest.mark.parametrize("mine", [True, False])
def test_a_role_of_a_group_goes(mine: bool, tmp_path: Path) -> None:
    address = f"{R}2"
    for kind in ("Group", "ServicePrincipal", "User"):
        plan = shared(mine, roles=True)
        plan.delete(address, b.role(GROUP_ID, principal_type=kind))
        is_group = kind == "Group"
        assert verdicts(plan, tmp_path) == ({address: "may-lose"} if is_group and not mine else {})


def test_a_role_of_the_account_takes_the_place_of_a_group_s(tmp_path: Path) -> None:
    plan = shared(mine=False, roles=True)
    plan.change(R, ["create", "delete"], b.role(GROUP_ID, principal_type="Group"), b.role())
    assert verdicts(plan, tmp_path) == {}


MEMBER = "azuread_group_member.m"


def member_leaves(mine: bool, who: str = b.PRINCIPAL, group: str = GROUP_ID) -> Plan:
    """Return a plan in which somebody leaves a group that has access."""
    plan = shared(mine, roles=False)
    plan.keep(f"{P}2", b.policy(GROUP_ID))
    plan.delete(MEMBER, {"group_object_id": f"/groups/{group}", "member_object_id": who})
    return plan


def test_the_identity_leaves_a_group_or_the_group_goes(tmp_path: Path) -> None:
    assert verdicts(member_leaves(mine=False), tmp_path) == {MEMBER: "may-lose"}
    for plan in (
        member_leaves(mine=True),
        member_leaves(mine=False, who=b.OTHER),
        member_leaves(mine=False, group=b.OTHER),
    ):
        assert verdicts(plan, tmp_path) == {}
    for who, verdict in ((b.PRINCIPAL, {"azuread_group.g": "may-lose"}), (b.OTHER, {})):
        for left in (["x"], b.UNKNOWN):
            plan = shared(mine=False, roles=True)
            plan.keep(R, b.role(GROUP_ID, principal_type="Group"))
            plan.update(
                "azuread_group.g",
                {"object_id": GROUP_ID, "members": [who, "x"]},
                {"object_id": GROUP_ID, "members": left},
            )
            assert verdicts(plan, tmp_path) == verdict


CUSTOM = "azurerm_role_definition.d"


def custom(*actions: str) -> b.Values:
    return {
        "role_definition_resource_id": f"{b.SUBSCRIPTION}/roleDefinitions/custom",
        "name": "Uses keys",
        "permissions": [{"data_actions": list(actions), "not_data_actions": []}],
    }


USES = ("Microsoft.KeyVault/vaults/keys/wrap/action", "Microsoft.KeyVault/vaults/keys/*/action")


def custom_role(other: bool) -> Plan:
    """Return a plan in which a custom role loses the use of keys, beside another role or not."""
    plan = shared(other, roles=True)
    plan.keep(f"{R}2", b.role(role_definition_name="Uses keys"))
    plan.update(CUSTOM, custom(*USES), custom(USES[0]))
    return plan


@pytest.mark.parametrize("other", [True, False])
def test_a_custom_role_goes_or_loses_the_use_of_keys(other: bool, tmp_path: Path) -> None:
    def plan_with_role(name: str) -> Plan:
        plan = shared(other, roles=True)
        if name != R:
            plan.keep(f"{R}2", b.role(role_definition_name="Uses keys"))
        return plan

    assert verdicts(custom_role(other), tmp_path) == ({} if other else {CUSTOM: "may-lose"})
    plan = plan_with_role(CUSTOM)
    plan.update(CUSTOM, custom(*USES), custom(USES[1]))
    assert verdicts(plan, tmp_path) == {}
    plan = plan_with_role(R)
    plan.keep(CUSTOM, custom(*USES))
    plan.delete(f"{R}2", b.role(role_definition_name="Uses keys"))
    assert verdicts(plan, tmp_path) == ({} if other else {f"{R}2": "may-lose"})


# A key that nobody can use, and what holds it


def key_updated(**values: Any) -> Plan:
    plan = shared(mine=True, roles=False)
    plan.update(K, b.key(), b.key(**values))
    return plan


def test_a_key_in_use_loses_what_an_account_does_with_it(tmp_path: Path) -> None:
    for operations in ([], ["sign"], ["wrapKey"], ["unwrapKey", "sign"]):
        assert verdicts(key_updated(key_opts=operations), tmp_path) == {K: "may-lose"}
    assert verdicts(key_updated(key_opts=["wrapKey", "unwrapKey", "sign"]), tmp_path) == {}
    assert verdicts(key_updated(key_opts=["sign"]), tmp_path, "full") == {K: "loses"}


def test_a_key_in_use_starts_later(tmp_path: Path) -> None:
    later, past = "2026-12-24T00:00:00Z", "2026-11-01T00:00:00Z"  # the plan is of 2026-11-29
    assert verdicts(key_updated(not_before_date=later), tmp_path) == {K: "not-specified"}
    assert verdicts(key_updated(not_before_date=past), tmp_path) == {}


def test_purge_protection_is_never_turned_off(tmp_path: Path) -> None:
    plan = Plan()
    plan.keep(T, b.account(key=b.key_id()))
    plan.update(V, b.vault(), b.vault(purge_protection_enabled=False))
    assert verdicts(plan, tmp_path) == {V: "refused"}


HSM = "azurerm_key_vault_managed_hardware_security_module.h"


def test_the_hsm_goes_that_holds_the_key(tmp_path: Path) -> None:
    for name, verdict in (("hsm", {HSM: "may-lose"}), ("other", {})):
        plan = Plan()
        plan.keep(T, b.account(key="https://hsm.managedhsm.azure.net/keys/cmk"))
        id_ = f"{b.GROUP}/providers/Microsoft.KeyVault/managedHSMs/{name}"
        uri = f"https://{name}.managedhsm.azure.net/"
        plan.delete(HSM, {"id": id_, "name": name, "hsm_uri": uri, "resource_group_name": "rg"})
        assert verdicts(plan, tmp_path) == verdict


SUBSCRIPTION = "azurerm_subscription.s"


def test_the_subscription_goes_that_holds_the_account(tmp_path: Path) -> None:
    mine = b.SUBSCRIPTION.rpartition("/")[2]
    for subscription, verdict in ((mine, {SUBSCRIPTION: "may-lose"}), ("other", {})):
        plan = shared(mine=True, roles=False)
        plan.delete(SUBSCRIPTION, {"id": "/alias", "subscription_id": subscription})
        assert verdicts(plan, tmp_path) == verdict
