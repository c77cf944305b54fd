"""What each finding says to do instead helps: a plan that does so is silent, and what helps only in
part does no more than it is said to."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.plans import builder as b
from tests.plans import test_principals as principals
from tests.plans.test_cases import (
    TO_ACCOUNT,
    TO_VAULT,
    C,
    K,
    P,
    R,
    T,
    V,
    azapi,
    enabled,
    key_replaced,
    plan_with,
    report,
    switched,
    vault_redeployed,
    verdicts,
)
from translator_cmk.plans import findings, undecided
from translator_cmk.plans.advice import all_advice

AZAPI = "azapi_resource.t"
AZAPI_ACCOUNT = "Microsoft.CognitiveServices/accounts@2025-06-01"

Build = Callable[[], Any]


class Remedy(NamedTuple):
    """A plan with a finding of a kind of change, and a plan that does what its advice says."""

    harms: Build
    helps: Build


# Plans


def with_change(address: str, actions: list[str], before: Any, after: Any, **more: Any) -> Build:
    """Return how to build the usual plan with another change of one resource."""

    def build() -> b.TerraformPlan:
        plan = plan_with(without=address)
        plan.change(address, actions, before, after, **more)
        return plan

    return build


def policy(*values: Any, actions: list[str], after: Any = None) -> Build:
    return with_change(P, actions, b.policy(*values), after)


def account(after: b.Values) -> Build:
    return with_change(T, ["update"], b.account(key=b.key_id()), after)


def account_with_identity(kind: Any) -> Build:
    after = b.account(key=b.key_id())
    after["identity"] = [{**after["identity"][0], "type": kind}]
    return account(after)


def used_by_another_identity(kind: str) -> Build:
    """Return how to build a plan by which a user-assigned identity is to use the key."""
    after = b.account(key=b.key_id())
    after["identity"] = [{**after["identity"][0], "type": kind}]
    after["customer_managed_key"] = [{"key_vault_key_id": b.key_id(), "identity_client_id": "i"}]
    return account(after)


def policy_replaced_after(address: str, reference: str) -> Build:
    """Return how to build a plan that replaces a policy, as a change makes its identity unknown."""

    def build() -> b.TerraformPlan:
        plan = plan_with(without=f"{T} {P}")
        if address == AZAPI:
            account = azapi(b.arm_account(key="cmk"), AZAPI_ACCOUNT)
            plan.update(AZAPI, account, {**account, "output": b.UNKNOWN})
        else:
            plan.update(T, b.account(key=b.key_id()), b.account(key=b.key_id(), tags={"a": "b"}))
        after = b.policy(b.UNKNOWN, id=b.UNKNOWN)
        plan.replace(P, b.policy(), after, refers={"object_id": reference})
        plan.changes[-1]["change"]["replace_paths"] = [["object_id"]]
        return plan

    return build


def entry_adopted() -> b.TerraformPlan:
    """Return a plan in which one resource leaves its entry, and another one imports it."""
    plan = plan_with(without=P)
    plan.change(f"{P}old", ["forget"], b.policy(), None)
    plan.keep(P, b.policy())
    plan.changes[-1]["change"]["importing"] = {"id": b.policy()["id"]}
    return plan


def policy_moves() -> b.TerraformPlan:
    plan = plan_with(without=P)
    plan.delete(P, b.policy())
    plan.create(f"{P}new", b.policy())
    return plan


def entry_moved() -> b.TerraformPlan:
    plan = plan_with(without=P)
    plan.keep(f"{P}new", b.policy(), previous_address=P)
    return plan


def with_object_id(refers: Mapping[str, str]) -> Build:
    def build() -> b.TerraformPlan:
        plan = plan_with(without=f"{V} {P}")
        after = b.vault(policies=b.UNKNOWN)
        plan.update(V, b.vault(policies=[b.policy_entry()]), after, refers=refers)
        return plan

    return build


def vault_of_the_tenant(tenant: str) -> Build:
    before = b.vault(policies=[b.policy_entry()])
    return with_change(V, ["update"], before, {**before, "tenant_id": tenant})


def vault_on_rbac(policies: list[b.Values]) -> Build:
    def build() -> b.TerraformPlan:
        plan = plan_with(without=f"{V} {P}")
        plan.update(V, b.vault(rbac_authorization_enabled=True), b.vault(policies=policies))
        return plan

    return build


def another_key_in_use_before() -> b.TerraformPlan:
    """Return the second of two applies: the account uses a key of another vault by now."""
    plan = b.TerraformPlan()
    plan.keep(T, b.account(key=b.key_id("kv-new")))
    plan.keep(f"{V}new", b.vault("kv-new", policies=[b.policy_entry()]))
    again = b.vault(id=b.UNKNOWN, resource_group_name="other")
    plan.replace(V, b.vault(policies=[b.policy_entry()]), again)
    return plan


def azapi_group(action: str) -> Build:
    def build() -> b.TerraformPlan:
        kind = "Microsoft.Resources/resourceGroups@2025-04-01"
        group = {"id": b.GROUP, "type": kind, "name": "rg", "parent_id": b.SUBSCRIPTION}
        plan = plan_with()
        plan.change("azapi_resource.g", [action], group, None if action == "delete" else group)
        return plan

    return build


def group_goes(keeps: bool) -> Build:
    def build() -> b.TerraformPlan:
        plan = plan_with()
        plan.features = {"resource_group": {"prevent_deletion_if_contains_resources": keeps}}
        group = {"id": b.GROUP, "name": "rg", "location": "westeurope"}
        plan.delete("azurerm_resource_group.g", group)
        return plan

    return build


def expiry(date: str | None, before: str | None = None, **values: Any) -> Build:
    """Return how to build a plan about a key that gets a date of expiry, or none."""

    def build() -> b.TerraformPlan:
        plan = plan_with(without=K)
        after = b.key(expiration_date=date, tags={"a": "b"}, **values)
        plan.update(K, b.key(expiration_date=before), after)
        return plan

    return build


BOTH = "SystemAssigned, UserAssigned"


def identities(before: str, after: str) -> b.TerraformPlan:
    """Return a plan that changes the identities of an account whose key another one uses."""
    plan = principals.usual(without=T)
    ids = [principals.IDENTITY_ID] if "User" in after else []
    plan.update(T, principals.account(before), principals.account(after, ids, tags={"a": "b"}))
    return plan


def another_user_while_own_goes() -> b.TerraformPlan:
    """Return a plan by which another user-assigned identity is to use the key, and the account's
    own, which never did, is turned off.
    """

    def using(client: str, kind: str) -> b.Values:
        block = {"key_vault_key_id": b.key_id(), "identity_client_id": client}
        ids = [principals.IDENTITY_ID, "/other"]
        return principals.account(kind, ids, customer_managed_key=[block])

    plan = principals.usual(without=f"{T} {C}")
    before = using(principals.CLIENT, "SystemAssigned, UserAssigned")
    plan.update(T, before, using("other", "UserAssigned"))
    return plan


def group_loses_its_entry(mine: bool) -> b.TerraformPlan:
    plan = principals.shared(mine, roles=False)
    plan.delete(f"{P}2", b.policy(principals.GROUP_ID))
    return plan


def subscription(action: str, prevents: bool) -> b.TerraformPlan:
    plan = plan_with()
    plan.features = {"subscription": {"prevent_cancellation_on_destroy": prevents}}
    mine = b.SUBSCRIPTION.rpartition("/")[2]
    plan.change("azurerm_subscription.s", [action], {"subscription_id": mine}, None)
    return plan


def key_to_be(known: bool) -> Build:
    key = b.key_id(version="v2") if known else b.UNKNOWN
    block = [{"key_vault_key_id": key, "identity_client_id": None}]
    return account(b.account(customer_managed_key=block))


def account_made(key: str | None) -> Build:
    def build() -> b.TerraformPlan:
        plan = plan_with(without=f"{T} {P}")
        plan.create(T, b.account(key=key, id=b.UNKNOWN, principal=b.UNKNOWN))
        return plan

    return build


def role_elsewhere(action: str, shown: bool = False) -> Build:
    """Return how to build a plan about a role on a vault that has no resource there."""

    def build() -> b.TerraformPlan:
        plan = plan_with(without=f"{V} {K} {P}")
        plan.change(R, [action], b.role(), None if action == "delete" else b.role())
        if shown:
            plan.keep("data.azurerm_key_vault.v", b.vault(policies=[b.policy_entry()]))
        return plan

    return build


def role_on_rbac(actions: list[str]) -> Build:
    def build() -> b.TerraformPlan:
        plan = plan_with(without=V)
        plan.keep(V, b.vault(rbac_authorization_enabled=True))
        plan.change(R, actions, b.role(), None if "delete" in actions else b.role())
        return plan

    return build


def second_account() -> b.TerraformPlan:
    plan = plan_with()
    new = b.account("translator-new", id=b.UNKNOWN, principal=b.UNKNOWN)
    plan.create("azurerm_cognitive_account.new", new)
    return plan


def evaluated(change: str) -> Build:
    account = b.arm_change("NoChange", b.arm_account(key="cmk"), b.arm_account(key="cmk"))
    vault = b.arm_vault(policies=[b.PRINCIPAL])
    after = None if change == "Unsupported" else vault
    return lambda: b.what_if(account, b.arm_change(change, vault, after))


def azapi_account(key: str | None, owner: str = "") -> Build:
    """Return how to build a plan about an account whose body names a key, or none."""

    def build() -> b.TerraformPlan:
        plan = b.TerraformPlan()
        before = azapi(b.arm_account(key="cmk"), AZAPI_ACCOUNT)
        after = azapi(b.arm_account(key=key), AZAPI_ACCOUNT)
        plan.update("azapi_resource.t", before, {**after, "tags": {"a": "b"}})
        return plan

    return with_owner(build, owner) if owner else build


def with_owner(build: Build, action: str) -> Build:
    """Return how to build a plan in which another resource names the key of the account too."""

    def build_more() -> b.TerraformPlan:
        plan: b.TerraformPlan = build()
        plan.change(C, [action], b.cmk(), None if action == "forget" else b.cmk())
        return plan

    return build_more


ACCOUNT_TAGGED = account(b.account(key=b.key_id(), tags={"a": "b"}))


def policy_beside_the_identity() -> b.TerraformPlan:
    """Return a plan whose policy doesn't refer to the identity that is turned on, and may come
    first.
    """
    plan = plan_with(without=f"{T} {P}")
    plan.update(T, b.account(principal=None), b.account(principal=b.UNKNOWN))
    plan.create(P, b.policy(b.UNKNOWN, id=b.UNKNOWN))
    plan.create(C, b.cmk(id=b.UNKNOWN), depends=(P,))
    return plan


def key_made(name: str) -> Build:
    """Return how to build a plan that makes a key beside the one that is there."""

    def build() -> b.TerraformPlan:
        plan = plan_with()
        plan.features = {"key_vault": {"recover_soft_deleted_keys": False}}
        plan.create("azurerm_key_vault_key.new", b.key(name, id=b.UNKNOWN))
        return plan

    return build


def vault_made(name: str) -> Build:
    """Return how to build a plan that makes a vault beside the one that is there."""

    def build() -> b.TerraformPlan:
        plan = plan_with()
        plan.features = {"key_vault": {"recover_soft_deleted_key_vaults": False}}
        plan.create("azurerm_key_vault.new", b.vault(name, id=b.UNKNOWN, vault_uri=b.UNKNOWN))
        return plan

    return build


DATE = "2027-12-31T00:00:00Z"
DATING_POLICY = [
    {
        "expire_after": "P1Y",
        "notify_before_expiry": "P29D",
        "automatic": [{"time_before_expiry": "P30D"}],
    }
]


def role_on_the_vault(plan: b.TerraformPlan) -> None:
    plan.create(R, b.role(scope=b.UNKNOWN), refers={"scope": TO_VAULT})


def role_alone(plan: b.TerraformPlan) -> b.TerraformPlan:
    """Return a plan that makes the role and leaves the vault as it is, as a targeted apply does."""
    plan.create(R, b.role())
    return plan


HSM = "https://hsm.managedhsm.azure.net/keys/cmk/v1"

REMEDIES: Mapping[str, list[Remedy]] = {
    "access-deleted": [
        Remedy(policy(actions=["delete"]), entry_moved),
        Remedy(policy(actions=["delete"]), entry_adopted),
        Remedy(role_on_rbac(["delete"]), role_on_rbac(["no-op"])),
    ],
    "access-moved": [Remedy(policy_moves, entry_moved)],
    "access-replaced": [
        Remedy(policy_replaced_after(T, TO_ACCOUNT), plan_with),
        Remedy(policy_replaced_after(AZAPI, f"{AZAPI}.output.identity.principalId"), plan_with),
    ],
    "access-replaced-with-its-identity": [
        Remedy(principals.identity_renamed, principals.usual),
    ],
    "policy-dropped": [
        Remedy(
            lambda: vault_redeployed([]),
            lambda: vault_redeployed([b.policy_entry(b.OTHER), b.policy_entry()]),
        )
    ],
    "policy-narrowed": [
        Remedy(
            policy(actions=["update"], after=b.policy(key_permissions=["Get"])),
            policy(actions=["update"], after=b.policy(key_permissions=b.PERMISSIONS)),
        )
    ],
    "policy-emptied": [
        Remedy(
            policy(actions=["update"], after=b.policy(key_permissions=["List"])),
            policy(actions=["update"], after=b.policy(key_permissions=b.PERMISSIONS)),
        )
    ],
    "policies-unknown": [
        Remedy(with_object_id({}), with_object_id({"access_policy.object_id": TO_ACCOUNT}))
    ],
    "policy-created": [Remedy(policy_beside_the_identity, enabled)],
    "vault-to-rbac": [
        Remedy(
            lambda: switched(lambda _: None),
            lambda: switched(lambda _: None, rbac_authorization_enabled=False),
        ),
        Remedy(
            lambda: switched(lambda plan: plan.create(R, b.role())),
            lambda: role_alone(plan_with()),
        ),
        Remedy(
            lambda: switched(role_on_the_vault),
            lambda: switched(role_on_the_vault, rbac_authorization_enabled=False),
        ),
    ],
    "vault-to-rbac-with-role": [
        Remedy(
            lambda: switched(lambda plan: plan.keep(R, b.role())),
            lambda: switched(lambda plan: plan.keep(R, b.role()), rbac_authorization_enabled=False),
        )
    ],
    "vault-to-policies": [Remedy(vault_on_rbac([]), vault_on_rbac([b.policy_entry()]))],
    "vault-tenant": [Remedy(vault_of_the_tenant("another"), vault_of_the_tenant(b.TENANT))],
    "vault-deleted": [
        Remedy(with_change(V, ["delete"], b.vault(), None), plan_with),
        Remedy(
            with_change(V, ["delete"], b.vault(), None),
            with_change(V, ["forget"], b.vault(), None),
        ),
    ],
    "vault-replaced": [
        Remedy(
            with_change(V, ["delete", "create"], b.vault(), b.vault(id=b.UNKNOWN)),
            another_key_in_use_before,
        )
    ],
    "vault-created": [Remedy(vault_made("kv-apps"), vault_made("kv-more"))],
    "group-deleted": [
        Remedy(group_goes(keeps=False), group_goes(keeps=True)),
        Remedy(azapi_group("delete"), azapi_group("no-op")),
    ],
    "key-deleted": [
        Remedy(with_change(K, ["delete"], b.key(), None), plan_with),
        Remedy(lambda: key_replaced(["delete", "create"]), key_to_be(known=True)),
    ],
    "key-created": [Remedy(key_made("cmk"), key_made("more"))],
    "key-unusable": [
        Remedy(lambda: principals.key_updated(key_opts=["sign"]), principals.key_updated)
    ],
    "key-dated": [
        Remedy(expiry(DATE), expiry(None)),
        Remedy(expiry(DATE, before="2027-01-01T00:00:00Z"), expiry(DATE, before=DATE)),
        Remedy(
            expiry(DATE, rotation_policy=DATING_POLICY),
            expiry(None, rotation_policy=[{"automatic": [{"time_after_creation": "P9M"}]}]),
        ),
        Remedy(
            expiry(DATE, rotation_policy=DATING_POLICY),
            expiry(DATE, before=DATE, rotation_policy=DATING_POLICY),
        ),
    ],
    "key-enabled": [
        Remedy(lambda: enabled(depends=()), enabled),
        Remedy(lambda: enabled(key=b.key(key_size=4096)), enabled),
        Remedy(lambda: enabled(vault=b.vault(location="eastus")), enabled),
        Remedy(lambda: enabled(vault=b.vault(purge_protection_enabled=False)), enabled),
    ],
    "key-changed": [
        Remedy(
            account(b.account(key=b.key_id(key="other"))),
            account(b.account(key=b.key_id(version="v2"))),
        )
    ],
    "key-in-hsm": [Remedy(lambda: enabled(key_vault_key_id=HSM), enabled)],
    "key-unknown": [Remedy(key_to_be(known=False), key_to_be(known=True))],
    "key-given-up": [
        Remedy(
            account(b.account()),
            account(b.account(key=b.key_id(), tags={"a": "b"})),
        )
    ],
    "key-left-out": [Remedy(azapi_account(None), azapi_account("cmk"))],
    "key-left-out-beside": [
        Remedy(azapi_account(None, owner="no-op"), azapi_account("cmk", owner="no-op")),
        Remedy(azapi_account(None, owner="no-op"), azapi_account("cmk", owner="forget")),
    ],
    "key-given-up-beside": [
        Remedy(with_owner(account(b.account()), "no-op"), with_owner(ACCOUNT_TAGGED, "no-op")),
        Remedy(with_owner(account(b.account()), "no-op"), with_owner(ACCOUNT_TAGGED, "forget")),
    ],
    "identity-off": [
        Remedy(
            account_with_identity("UserAssigned"),
            account_with_identity("SystemAssigned, UserAssigned"),
        )
    ],
    "identity-off-beside-another": [
        Remedy(lambda: identities(BOTH, "UserAssigned"), lambda: identities(BOTH, BOTH))
    ],
    "identity-detached": [
        Remedy(lambda: identities("UserAssigned", "SystemAssigned"), principals.usual)
    ],
    "identity-deleted": [
        Remedy(lambda: principals.goes(principals.UAI, principals.identity()), principals.usual)
    ],
    "key-used-by-another": [
        Remedy(
            used_by_another_identity("SystemAssigned, UserAssigned"),
            account_with_identity("SystemAssigned, UserAssigned"),
        ),
        Remedy(another_user_while_own_goes, principals.usual),
    ],
    "access-of-others-gone": [
        Remedy(lambda: group_loses_its_entry(mine=False), lambda: group_loses_its_entry(mine=True))
    ],
    "group-left": [
        Remedy(
            lambda: principals.member_leaves(mine=False),
            lambda: principals.member_leaves(mine=True),
        )
    ],
    "custom-role-narrowed": [
        Remedy(
            lambda: principals.custom_role(other=False), lambda: principals.custom_role(other=True)
        )
    ],
    "vault-unprotected": [
        Remedy(
            with_change(V, ["update"], b.vault(), b.vault(purge_protection_enabled=False)),
            plan_with,
        )
    ],
    "subscription-cancelled": [
        Remedy(lambda: subscription("delete", False), lambda: subscription("delete", True)),
        Remedy(lambda: subscription("delete", False), lambda: subscription("forget", False)),
    ],
    "identity-unknown": [
        Remedy(account_with_identity(b.UNKNOWN), account_with_identity("SystemAssigned"))
    ],
    "account-deleted": [
        Remedy(with_change(T, ["delete"], b.account(key=b.key_id()), None), plan_with)
    ],
    "account-replaced": [
        Remedy(
            with_change(
                T,
                ["delete", "create"],
                b.account(key=b.key_id()),
                b.account(key=b.key_id(), id=b.UNKNOWN),
            ),
            second_account,
        )
    ],
    "account-created-with-key": [Remedy(account_made(b.key_id()), account_made(None))],
    "role-deleted-from-a-vault-not-shown": [
        Remedy(role_elsewhere("delete"), role_elsewhere("no-op")),
        Remedy(role_elsewhere("delete"), role_elsewhere("delete", shown=True)),
    ],
    "not-evaluated": [Remedy(evaluated("Unsupported"), evaluated("Modify"))],
}
"""By kind of change: what its advice says, as plans."""

CASES = [
    pytest.param(kind, remedy, id=f"{kind}-{number}")
    for kind, remedies in REMEDIES.items()
    for number, remedy in enumerate(remedies)
]


def test_every_advice_on_a_change_is_checked() -> None:
    source = Path(undecided.__file__).read_text("utf-8")
    findings_source = Path(findings.__file__).read_text("utf-8")
    not_judged = set(re.findall(r'NotJudged\(\s*"([a-z-]+)"', source + findings_source))
    advised = {kind for kind, advice in all_advice().items() if advice.instead}
    assert set(REMEDIES) == advised - not_judged


@pytest.mark.parametrize(("kind", "remedy"), CASES)
def test_a_plan_that_does_what_is_advised_has_no_finding(
    kind: str, remedy: Remedy, tmp_path: Path
) -> None:
    kinds = {
        part.change.kind
        for finding in report(remedy.harms(), tmp_path).findings
        for part in finding.parts
        if part.verdict
    }
    assert kind in kinds
    assert verdicts(remedy.helps(), tmp_path) == {}
