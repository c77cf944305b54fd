"""What a plan costs, case by case, and beside each a harmless twin that differs in one attribute
and is silent."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.plans import builder as b
from translator_cmk.oracle.profiles import machine_of, silent_in
from translator_cmk.plans.advice import AFTER_THE_REST, advised
from translator_cmk.plans.consequences import LATER, Consequence
from translator_cmk.plans.demands import all_demands
from translator_cmk.plans.estate import OTHERS
from translator_cmk.plans.finding import Finding, Report
from translator_cmk.plans.findings import Judge
from translator_cmk.plans.reading import read_plan
from translator_cmk.plans.words import (
    consequence_in_words,
    does_in_words,
    foundry_on,
    texts_of_advice,
    why_in_words,
)
from translator_cmk.requirements import load_register

AZAPI_ACCOUNT = "Microsoft.CognitiveServices/accounts@2025-06-01"
T = "azurerm_cognitive_account.t"
V = "azurerm_key_vault.v"
K = "azurerm_key_vault_key.k"
P = "azurerm_key_vault_access_policy.p"
C = "azurerm_cognitive_account_customer_managed_key.c"
R = "azurerm_role_assignment.r"

TO_ACCOUNT = f"{T}.identity[0].principal_id"
TO_VAULT = f"{V}.id"
TO_KEY = f"{K}.id"

LOSSES = {"revocation.data-inaccessible", "revocation.deletes-uploads", "revocation.undeploys"}


@cache
def judge(profile: str, holds: str = "models") -> Judge:
    register = load_register()
    machine = machine_of(silent_in(profile, register))
    return Judge(machine, register, profile, {OTHERS: holds})


def report(plan: Any, folder: Path, profile: str = "article", holds: str = "models") -> Report:
    value = plan.as_dict() if isinstance(plan, b.TerraformPlan) else plan
    file = folder / "plan.json"
    file.write_text(json.dumps(value), "utf-8")
    return judge(profile, holds).judge(read_plan(str(file)))


def consequences_of(finding: Finding) -> list[Consequence]:
    """Return the consequences of all parts of a finding."""
    return [each for part in finding.parts for each in part.consequences]


def verdicts(plan: Any, folder: Path, profile: str = "article") -> dict[str, str]:
    found = report(plan, folder, profile).findings
    return {each.address: each.verdict for each in found if each.verdict != "not-judged"}


def requirements(plan: Any, folder: Path, profile: str = "article") -> set[str]:
    found: set[str] = set()
    for finding in report(plan, folder, profile).findings:
        found.update(finding.requirements)
    return found


def plan_with(without: str = "", policies: Any = (), features: Any = None) -> b.TerraformPlan:
    """Return a plan that keeps an account, its key in a vault, and the policy beside it."""
    plan = b.TerraformPlan()
    plan.features = features or {}
    entries = [b.policy_entry(each) for each in policies]
    if T not in without:
        plan.keep(T, b.account(key=b.key_id()))
    if V not in without:
        plan.keep(V, b.vault(policies=entries))
    if K not in without:
        plan.keep(K, b.key(), refers={"key_vault_id": TO_VAULT})
    if P not in without:
        plan.keep(P, b.policy(), refers={"object_id": TO_ACCOUNT, "key_vault_id": TO_VAULT})
    return plan


# What one change hides of another


def vault_goes(actions: list[str]) -> b.TerraformPlan:
    """Return a plan that deletes a vault after its policy, for good or to make both again."""
    plan = b.TerraformPlan()
    plan.keep(T, b.account(key=b.key_id()))
    again = "create" in actions
    vault = b.vault(id=b.UNKNOWN, resource_group_name="other") if again else None
    policy = b.policy(id=b.UNKNOWN, key_vault_id=b.UNKNOWN) if again else None
    refers = {"object_id": TO_ACCOUNT, "key_vault_id": TO_VAULT}
    plan.change(V, actions, b.vault(), vault)
    plan.change(P, actions, b.policy(), policy, refers=refers, depends=(V, T))
    return plan


@pytest.mark.parametrize("actions", [["delete"], ["delete", "create"]])
def test_a_vault_that_is_deleted_loses_also_when_its_policy_goes_before_it(
    actions: list[str], tmp_path: Path
) -> None:
    assert verdicts(vault_goes(actions), tmp_path) == {V: "loses", P: "loses"}


def advice(plan: b.TerraformPlan, folder: Path, address: str) -> str:
    for finding in report(plan, folder).findings:
        if finding.address == address:
            return next(iter(texts_of_advice(finding, "instead")))
    raise AssertionError(f"no finding on {address}")


def test_what_goes_with_an_account_is_told_in_one_line_in_the_order_of_the_plan(
    tmp_path: Path,
) -> None:
    plan = plan_with(without=f"{T} {P}")
    plan.delete(T, b.account(key=b.key_id()))
    plan.delete(P, b.policy(), depends=(T,))
    plan.delete(C, b.cmk(), depends=(P, T))
    found = report(plan, tmp_path, "full").findings
    assert [(each.address, each.goes_with) for each in found] == [(P, T), (T, "")]
    assert report(plan, tmp_path).findings[0].address == T
    alone = plan_with(without=P)
    alone.delete(P, b.policy())
    alone.delete(C, b.cmk(), depends=(P,))
    assert {each.address: each.goes_with for each in report(alone, tmp_path).findings} == {
        P: "",
        C: "",
    }


@pytest.mark.parametrize("purges", [None, True, False])
def test_whether_a_deleted_account_can_be_recovered_depends_on_the_provider(
    purges: bool | None, tmp_path: Path
) -> None:
    plan = b.TerraformPlan()
    if purges is not None:
        plan.features = {"cognitive_account": {"purge_soft_delete_on_destroy": purges}}
    plan.delete(T, b.account())
    [said] = sentences(plan, tmp_path)
    assert ("purges" in said) is (purges is not False)


def account_goes(actions: list[str]) -> b.TerraformPlan:
    plan = plan_with(without=T)
    after = b.account(key=b.key_id(), id=b.UNKNOWN) if "create" in actions else None
    plan.change(T, actions, b.account(key=b.key_id()), after)
    return plan


@pytest.mark.parametrize(("address", "goes"), [(V, vault_goes), (T, account_goes)])
def test_advice_speaks_of_a_replacement_only_where_something_is_made_again(
    address: str, goes: Callable[[list[str]], b.TerraformPlan], tmp_path: Path
) -> None:
    assert "replacement" in advice(goes(["delete", "create"]), tmp_path, address)
    assert "replacement" not in advice(goes(["delete"]), tmp_path, address)


def test_a_replacement_names_the_attribute_that_forces_it(tmp_path: Path) -> None:
    plan = account_goes(["delete", "create"])
    plan.changes[-1]["change"]["replace_paths"] = [["identity", 0, "type"], ["location"]]
    found = report(plan, tmp_path).findings[0]
    assert "identity.0.type, location" in why_in_words(found)


def test_a_replacement_names_what_forces_it_in_the_end(tmp_path: Path) -> None:
    group = "azurerm_resource_group.g"
    values = {"id": b.GROUP, "name": "rg", "location": "westeurope"}
    plan = vault_goes(["delete", "create"])
    plan.replace(group, values, {**values, "id": b.UNKNOWN, "name": "other"})
    plan.changes[-1]["change"]["replace_paths"] = [["name"]]
    for resource in plan.configured[""]:
        if resource["address"] == V:
            names = b.forms_of(f"{group}.name")
            resource["expressions"] = {"resource_group_name": {"references": names}}
    for change in plan.changes:
        forced = {V: "resource_group_name", P: "key_vault_id"}.get(change["address"])
        if forced:
            change["change"]["replace_paths"] = [[forced]]
    for finding in report(plan, tmp_path).findings:
        assert f"{group} is replaced" in why_in_words(finding) or finding.address == group


def test_what_makes_an_identity_unknown_is_named_with_the_target_of_an_apply(
    tmp_path: Path,
) -> None:
    plan = vault_redeployed([])
    plan.changes[-1]["change"]["after_unknown"] = {"access_policy": True}
    identity = "azurerm_user_assigned_identity.i"
    assert identity not in advice(plan, tmp_path, V)
    plan.create(identity, {"name": "i", "principal_id": b.UNKNOWN})
    assert f"-target='{identity}'" in advice(plan, tmp_path, V)


def test_a_vault_that_is_deleted_after_a_policy_of_another_identity_is_named_once(
    tmp_path: Path,
) -> None:
    plan = plan_with(without=f"{V} {P}", policies=[])
    plan.delete(P, b.policy(b.OTHER), depends=(V,))
    plan.delete(V, b.vault(policies=[b.policy_entry()]))
    assert verdicts(plan, tmp_path) == {V: "loses"}


# Access policies


def vault_redeployed(after: list[b.Values]) -> b.TerraformPlan:
    plan = plan_with(without=f"{V} {P}")
    plan.update(V, b.vault(policies=[b.policy_entry()]), b.vault(policies=after))
    return plan


def test_a_vault_that_is_deployed_without_its_policies_loses(tmp_path: Path) -> None:
    assert verdicts(vault_redeployed([]), tmp_path) == {V: "loses"}
    assert requirements(vault_redeployed([]), tmp_path) >= LOSSES
    assert verdicts(vault_redeployed([b.policy_entry()]), tmp_path) == {}


def test_order_and_case_of_permissions_say_nothing(tmp_path: Path) -> None:
    same = b.policy_entry(permissions=["unwrapkey", "WRAPKEY", "get"])
    assert verdicts(vault_redeployed([same]), tmp_path) == {}


def test_another_identity_in_the_list_of_a_vault_does_not_count(tmp_path: Path) -> None:
    assert verdicts(vault_redeployed([b.policy_entry(b.OTHER)]), tmp_path) == {V: "loses"}
    both = [b.policy_entry(b.OTHER), b.policy_entry()]
    assert verdicts(vault_redeployed(both), tmp_path) == {}


@pytest.mark.parametrize(
    ("permissions", "verdict"),
    [
        (["Get", "List", "WrapKey", "UnwrapKey"], None),
        (["Get", "WrapKey"], "may-lose"),
        (["List"], "loses"),
        ([], "loses"),
    ],
)
def test_narrowed_permissions_may_lose_and_none_left_lose(
    permissions: list[str], verdict: str | None, tmp_path: Path
) -> None:
    expected = {V: verdict} if verdict else {}
    after = [b.policy_entry(permissions=permissions)]
    assert verdicts(vault_redeployed(after), tmp_path) == expected
    plan = plan_with(without=P)
    plan.update(P, b.policy(), b.policy(key_permissions=permissions))
    assert verdicts(plan, tmp_path) == ({P: verdict} if verdict else {})


def sentences(plan: b.TerraformPlan, folder: Path) -> list[str]:
    """Return what each change that has a finding does."""
    said: list[str] = []
    for finding in report(plan, folder).findings:
        said += [advice.does for _, advice in advised(finding)]
    return said


def test_the_permissions_that_go_are_named(tmp_path: Path) -> None:
    plan = plan_with(without=P)
    plan.update(P, b.policy(), b.policy(key_permissions=["Get", "List"]))
    (narrowed,) = sentences(plan, tmp_path)
    assert "wrapKey and unwrapKey" in narrowed
    assert "get" not in narrowed.split()
    plan = plan_with(without=P)
    plan.update(P, b.policy(), b.policy(key_permissions=["List"]))
    (emptied,) = sentences(plan, tmp_path)
    assert "all of get" in emptied


DATE = "2027-12-31T00:00:00Z"


def test_what_is_said_of_a_key_is_said_once_for_all_accounts_that_use_it(tmp_path: Path) -> None:
    plan = plan_with(without=K)
    plan.keep("azurerm_cognitive_account.o", b.account("other", key=b.key_id(), principal=b.OTHER))
    plan.update(K, b.key(), b.key(expiration_date="2027-12-31T00:00:00Z"))
    [finding] = report(plan, tmp_path).findings
    assert len(finding.accounts) == 2
    assert len(advised(finding)) == 1


def test_a_first_date_of_expiry_is_not_another_one(tmp_path: Path) -> None:
    def expiry(before: str | None) -> str:
        plan = plan_with(without=K)
        after = b.key(expiration_date="2027-12-31T00:00:00Z")
        plan.update(K, b.key(expiration_date=before), after)
        (sentence,) = sentences(plan, tmp_path)
        return sentence

    assert "another" not in expiry(None)
    assert "another" in expiry("2027-01-01T00:00:00Z")


def test_a_policy_that_is_destroyed_loses_also_while_its_vault_still_lists_it(
    tmp_path: Path,
) -> None:
    plan = plan_with(without=P, policies=[b.PRINCIPAL])
    plan.delete(P, b.policy())
    assert verdicts(plan, tmp_path) == {P: "loses"}
    twin = plan_with(without=P, policies=[b.PRINCIPAL, b.OTHER])
    twin.delete(P, b.policy(b.OTHER))
    assert verdicts(twin, tmp_path) == {}


def policy_replaced(actions: list[str], **values: Any) -> b.TerraformPlan:
    plan = plan_with(without=P)
    plan.change(
        P,
        actions,
        b.policy(),
        b.policy(**values),
        refers={"object_id": TO_ACCOUNT, "key_vault_id": TO_VAULT},
        action_reason="replace_because_tainted",
    )
    return plan


@pytest.mark.parametrize("actions", [["delete", "create"], ["create", "delete"]])
def test_a_policy_that_is_replaced_loses_in_both_orders(actions: list[str], tmp_path: Path) -> None:
    for values in ({}, {"object_id": b.UNKNOWN}, {"key_vault_id": b.UNKNOWN}):
        assert verdicts(policy_replaced(actions, **values), tmp_path) == {P: "loses"}
    assert verdicts(policy_replaced(["no-op"]), tmp_path) == {}


def test_what_comes_back_with_a_new_policy_is_told_apart(tmp_path: Path) -> None:
    [finding] = report(policy_replaced(["delete", "create"]), tmp_path).findings
    becomes = [(each.what, each.becomes) for each in consequences_of(finding)]
    assert ("documents", "stays lost") in becomes
    assert ("data", "may be back") in becomes
    assumed = {each.what: each.assumed for each in consequences_of(finding)}
    assert assumed["data"] == "back"
    assert assumed["models"] == "stays lost"
    [full] = report(policy_replaced(["delete", "create"]), tmp_path, "full").findings
    assert ("data", "back") in [(each.what, each.becomes) for each in consequences_of(full)]


def test_the_way_back_has_the_order_of_the_losses_and_says_what_was_given_back(
    tmp_path: Path,
) -> None:
    [finding] = report(policy_replaced(["delete", "create"]), tmp_path).findings
    lost, back = finding.parts
    things = [each.what for each in lost.consequences]
    assert [each.what for each in back.consequences] == things
    [documents] = [each for each in back.consequences if each.what == "documents"]
    assert "access given back" in consequence_in_words(documents)


def test_an_unknown_identity_may_lose_unless_it_is_that_of_the_account(tmp_path: Path) -> None:
    unknown = plan_with(without=f"{V} {P}")
    after = b.vault(policies=b.UNKNOWN)
    unknown.update(V, b.vault(policies=[b.policy_entry()]), after)
    assert verdicts(unknown, tmp_path) == {V: "may-lose"}
    known = plan_with(without=f"{V} {P}")
    refers = {"access_policy.object_id": TO_ACCOUNT}
    known.update(V, b.vault(policies=[b.policy_entry()]), after, refers=refers)
    assert verdicts(known, tmp_path) == {}


def test_an_unknown_object_id_in_the_list_of_a_vault_may_lose(tmp_path: Path) -> None:
    assert verdicts(vault_redeployed([b.policy_entry(b.UNKNOWN)]), tmp_path) == {V: "may-lose"}


def test_a_policy_that_was_added_outside_and_is_in_no_list_is_revoked(tmp_path: Path) -> None:
    plan = vault_redeployed([])
    plan.drifted(V, b.vault(), b.vault(policies=[b.policy_entry()]))
    assert verdicts(plan, tmp_path) == {V: "loses"}


def test_a_policy_that_is_gone_already_is_no_loss_of_this_plan(tmp_path: Path) -> None:
    plan = plan_with(without=P)
    plan.create(P, b.policy())
    found = report(plan, tmp_path)
    assert found.findings == ()
    assert [note.kind for note in found.notes] == ["lacked-access"]


def test_of_two_accounts_on_one_key_only_the_one_that_lost_access_is_named(
    tmp_path: Path,
) -> None:
    plan = plan_with(without=f"{V} {P}")
    other = b.account("translator-test", key=b.key_id(), principal=b.OTHER)
    plan.keep("azurerm_cognitive_account.o", other)
    both = [b.policy_entry(), b.policy_entry(b.OTHER)]
    plan.update(V, b.vault(policies=both), b.vault(policies=[b.policy_entry()]))
    [finding] = report(plan, tmp_path).findings
    assert list(finding.accounts) == ["translator-test"]


def test_a_vault_that_no_account_uses_is_silent(tmp_path: Path) -> None:
    plan = plan_with()
    plan.update(
        "azurerm_key_vault.o",
        b.vault("kv-other", policies=[b.policy_entry()]),
        b.vault("kv-other", policies=[]),
    )
    assert report(plan, tmp_path).findings == ()


def test_of_an_account_outside_the_plan_any_policy_may_be_the_one_that_goes(
    tmp_path: Path,
) -> None:
    """Its identity is not known, so what stays in the list may be somebody else's."""
    one, other = b.policy_entry(b.OTHER), b.policy_entry(b.TENANT)
    secrets = b.policy_entry(b.PRINCIPAL, [])
    for before, after, expected in (
        ([one, other], [other], {V: "may-lose"}),
        ([one, other], [b.policy_entry(b.OTHER, ["Get"]), other], {V: "may-lose"}),
        ([one, other], [other, one, secrets], {}),
        ([one, secrets], [one], {}),
    ):
        plan = plan_with(without=f"{T} {V} {P}")
        plan.keep(C, b.cmk())
        plan.update(V, b.vault(policies=before), b.vault(policies=after))
        assert verdicts(plan, tmp_path) == expected


# Azure RBAC


def switched(role: Callable[[b.TerraformPlan], None], **values: Any) -> b.TerraformPlan:
    plan = plan_with(without=f"{V} {P}")
    entries = [b.policy_entry()]
    after = {"rbac_authorization_enabled": True, **values}
    plan.update(V, b.vault(policies=entries), b.vault(policies=entries, **after))
    role(plan)
    return plan


SWITCH_ALONE = "revocation.vault-switched"
ROLE = "vault.permission-model"


def test_a_vault_that_changes_to_rbac_may_lose_and_the_assumption_is_named(tmp_path: Path) -> None:
    alone = switched(lambda _: None)
    assert verdicts(alone, tmp_path) == {V: "may-lose"}
    assert SWITCH_ALONE in requirements(alone, tmp_path)
    assert ROLE not in requirements(alone, tmp_path)
    assert verdicts(alone, tmp_path, "full") == {V: "loses"}
    [found] = report(alone, tmp_path).findings
    [part] = found.parts
    assert {each.basis for each in part.consequences} == {"assumed"}
    assert "Azure's documents" in does_in_words(found)


def test_a_vault_that_changes_to_rbac_loses_by_all_that_is_assumed_but_with_a_role(
    tmp_path: Path,
) -> None:
    there = switched(lambda plan: plan.keep(R, b.role()))
    assert verdicts(there, tmp_path, "full") == {V: "may-lose"}
    assert ROLE in requirements(there, tmp_path)
    of_another = switched(lambda plan: plan.keep(R, b.role(b.OTHER)))
    assert verdicts(of_another, tmp_path, "full") == {V: "loses"}
    elsewhere = switched(lambda plan: plan.keep(R, b.role(scope=b.vault_id("kv-other"))))
    assert verdicts(elsewhere, tmp_path, "full") == {V: "loses"}
    other_role = b.role(role_definition_name="Key Vault Reader")
    reader = switched(lambda plan: plan.keep(R, other_role))
    assert verdicts(reader, tmp_path, "full") == {V: "loses"}
    twin = switched(lambda _: None, rbac_authorization_enabled=False)
    assert verdicts(twin, tmp_path, "full") == {}


def test_a_role_that_comes_after_the_switch_does_not_help(tmp_path: Path) -> None:
    values = b.role(b.UNKNOWN, scope=b.UNKNOWN)
    late = switched(lambda plan: plan.create(R, values, refers={"scope": TO_VAULT}))
    assert verdicts(late, tmp_path, "full") == {V: "loses", R: "not-specified"}
    free = switched(lambda plan: plan.create(R, b.role()))
    assert verdicts(free, tmp_path, "full") == {V: "may-lose", R: "not-specified"}


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({}, "the role Key Vault Crypto Service Encryption User"),
        ({"role_definition_name": "key vault crypto USER"}, "the role Key Vault Crypto User"),
        (
            {
                "role_definition_name": None,
                "role_definition_id": "/x/14b46e9e-c2b7-41b4-b07b-48a6ebf60603",
            },
            "the role Key Vault Crypto Officer",
        ),
        ({"role_definition_name": b.UNKNOWN, "role_definition_id": b.UNKNOWN}, "a role"),
    ],
)
def test_a_role_is_named_as_azure_names_it(values: b.Values, named: str, tmp_path: Path) -> None:
    plan = switched(lambda plan: plan.create(R, b.role(**values)))
    by_address = {finding.address: finding for finding in report(plan, tmp_path).findings}
    assert f" {named}" in does_in_words(by_address[R])


def test_the_older_name_of_the_switch_counts_too(tmp_path: Path) -> None:
    plan = plan_with(without=f"{V} {P}")
    older: dict[str, Any] = {"policies": [b.policy_entry()], "rbac_authorization_enabled": None}
    before = b.vault(enable_rbac_authorization=False, **older)
    plan.update(V, before, b.vault(enable_rbac_authorization=True, **older))
    assert verdicts(plan, tmp_path) == {V: "may-lose"}


def test_the_only_role_that_goes_on_a_vault_with_rbac_loses(tmp_path: Path) -> None:
    for rbac, expected in ((True, {R: "loses"}), (False, {})):
        plan = plan_with(without=f"{V} {P}")
        policies = [] if rbac else [b.policy_entry()]
        plan.keep(V, b.vault(policies=policies, rbac_authorization_enabled=rbac))
        plan.delete(R, b.role())
        assert verdicts(plan, tmp_path) == expected


def test_the_only_role_that_goes_beside_an_ignored_policy_may_lose(tmp_path: Path) -> None:
    plan = plan_with(without=f"{V} {P}")
    plan.keep(V, b.vault(policies=[b.policy_entry()], rbac_authorization_enabled=True))
    plan.delete(R, b.role())
    assert verdicts(plan, tmp_path) == {R: "may-lose"}
    assert verdicts(plan, tmp_path, "full") == {R: "loses"}


def test_where_a_role_works_nothing_else_shows_that_it_is_worth_nothing(tmp_path: Path) -> None:
    for going, values, expected in (
        (f"{K}old", b.key("old"), {}),
        (C, b.cmk(), {C: "not-specified"}),
        (K, b.key(), {K: "may-lose"}),
    ):
        plan = plan_with(without=f"{V} {P} {going}")
        plan.keep(V, b.vault(rbac_authorization_enabled=True))
        plan.keep(R, b.role())
        plan.delete(going, values)
        assert verdicts(plan, tmp_path) == expected


def test_a_role_that_goes_in_a_scope_that_is_none_is_not_on_the_vault_that_is_made(
    tmp_path: Path,
) -> None:
    plan = b.TerraformPlan()
    replaced: b.Values = {"id": b.UNKNOWN, "key_vault_id": b.UNKNOWN, "version": b.UNKNOWN}
    new = b.vault("kv-new", id=b.UNKNOWN, vault_uri=b.UNKNOWN)
    block = [{"key_vault_key_id": b.UNKNOWN, "identity_client_id": None}]
    after = b.account(customer_managed_key=block)
    plan.replace(V, b.vault(policies=[b.policy_entry()]), new)
    plan.replace(K, b.key(), b.key(**replaced), refers={"key_vault_id": TO_VAULT})
    refers = {"customer_managed_key.key_vault_key_id": TO_KEY}
    plan.update(T, b.account(key=b.key_id()), after, refers=refers)
    role = b.role(scope=b.key_id())
    plan.replace(R, role, {**role, "scope": b.UNKNOWN}, refers={"scope": TO_KEY})
    assert verdicts(plan, tmp_path)[V] == "loses"


def test_a_role_that_goes_or_comes_beside_another_one_is_silent(tmp_path: Path) -> None:
    plan = plan_with(without=V)
    plan.keep(V, b.vault(rbac_authorization_enabled=True))
    plan.keep(R, b.role())
    plan.delete("azurerm_role_assignment.old", b.role())
    plan.create("azurerm_role_assignment.new", b.role(scope=b.key_id()))
    assert verdicts(plan, tmp_path) == {}


def test_policies_that_go_on_a_vault_with_rbac_are_silent(tmp_path: Path) -> None:
    plan = plan_with(without=f"{V} {P}")
    before = b.vault(policies=[b.policy_entry()], rbac_authorization_enabled=True)
    plan.update(V, before, {**before, "access_policy": []})
    plan.delete(P, b.policy())
    plan.create(f"{P}[1]", b.policy())
    assert verdicts(plan, tmp_path) == {}


def test_a_vault_that_returns_to_policies_loses_without_one(tmp_path: Path) -> None:
    for policies, expected in (([], {V: "loses"}), ([b.policy_entry()], {})):
        plan = plan_with(without=f"{V} {P}")
        before = b.vault(rbac_authorization_enabled=True)
        plan.update(V, before, b.vault(policies=policies))
        assert verdicts(plan, tmp_path) == expected


# Keys


def key_replaced(actions: list[str]) -> b.TerraformPlan:
    plan = plan_with(without=f"{T} {K}")
    plan.change(K, actions, b.key(), b.key(id=b.UNKNOWN, key_size=3072, version=b.UNKNOWN))
    block = [{"key_vault_key_id": b.UNKNOWN, "identity_client_id": None}]
    after = b.account(customer_managed_key=block)
    refers = {"customer_managed_key.key_vault_key_id": TO_KEY}
    plan.update(T, b.account(key=b.key_id()), after, refers=refers)
    return plan


def test_a_key_that_is_replaced_may_lose_by_the_article_and_loses_by_all_that_is_assumed(
    tmp_path: Path,
) -> None:
    plan = key_replaced(["delete", "create"])
    assert verdicts(plan, tmp_path) == {K: "may-lose"}
    assert "revocation.key-deleted" in requirements(plan, tmp_path)
    assert verdicts(plan, tmp_path, "full") == {K: "loses"}
    assert verdicts(key_replaced(["update"]), tmp_path) == {}


def test_another_key_in_place_of_one_that_goes_may_lose_twice(tmp_path: Path) -> None:
    plan = plan_with(without=f"{T} {K}")
    plan.delete("azurerm_key_vault_key.old", b.key())
    plan.create(K, b.key("new", id=b.UNKNOWN))
    block = [{"key_vault_key_id": b.UNKNOWN, "identity_client_id": None}]
    plan.update(
        T,
        b.account(key=b.key_id()),
        b.account(customer_managed_key=block),
        refers={"customer_managed_key.key_vault_key_id": TO_KEY},
    )
    expected = {"azurerm_key_vault_key.old": "may-lose", T: "may-lose"}
    assert verdicts(plan, tmp_path) == expected
    assert "keys.change" in requirements(plan, tmp_path)


def test_a_key_named_by_a_resource_that_is_no_key_may_be_another_one(tmp_path: Path) -> None:
    plan = plan_with(without=T)
    plan.create("terraform_data.key", {"output": b.UNKNOWN})
    block = [{"key_vault_key_id": b.UNKNOWN, "identity_client_id": None}]
    plan.update(
        T,
        b.account(key=b.key_id()),
        b.account(customer_managed_key=block),
        refers={"customer_managed_key.key_vault_key_id": "terraform_data.key.output"},
    )
    assert verdicts(plan, tmp_path) == {T: "may-lose"}


def test_what_puts_a_key_in_use_is_not_beside_itself_when_it_is_made_again(tmp_path: Path) -> None:
    plan = plan_with(without=T)
    plan.keep(T, b.account())
    plan.replace(C, b.cmk(), b.cmk(id=b.UNKNOWN))
    [finding] = report(plan, tmp_path).findings
    assert [part.change.kind for part in finding.parts] == ["key-given-up", "key-version"]


def test_a_loss_that_depends_on_the_order_says_so(tmp_path: Path) -> None:
    plan = plan_with(without=f"{T} {K}")
    plan.delete(K, b.key())
    plan.create("azurerm_key_vault_key.new", b.key("new", id=b.UNKNOWN))
    plan.update(T, b.account(key=b.key_id()), b.account(key=b.key_id(key="new")))
    by_address = {each.address: each for each in report(plan, tmp_path, "full").findings}
    assert by_address[K].verdict == "may-lose"
    assert by_address[K].parts[0].only_in_some_orders
    alone = plan_with(without=K)
    alone.delete(K, b.key())
    [finding] = report(alone, tmp_path, "full").findings
    assert finding.verdict == "loses"
    assert not finding.parts[0].only_in_some_orders
    # it depends on whose role this is
    perhaps = switched(lambda plan: plan.keep(R, b.role("a" * 36, principal_type="Group")))
    [finding] = report(perhaps, tmp_path, "full").findings
    assert finding.verdict == "may-lose"
    assert not finding.parts[0].only_in_some_orders


def test_a_new_version_of_the_key_is_silent_and_another_key_is_not(tmp_path: Path) -> None:
    for key_id, expected in (
        (b.key_id(version="v2"), {}),
        (b.key_id(version=""), {}),
        (b.key_id(key="other"), {T: "may-lose"}),
    ):
        plan = plan_with(without=T)
        plan.update(T, b.account(key=b.key_id()), b.account(key=key_id))
        assert verdicts(plan, tmp_path) == expected


def test_a_new_version_of_a_key_that_is_used_by_a_role_is_silent(tmp_path: Path) -> None:
    for key_id, expected in ((b.key_id(version="v2"), {}), (b.key_id(key="o"), {T: "may-lose"})):
        plan = plan_with(without=f"{T} {V} {P}")
        plan.keep(V, b.vault(rbac_authorization_enabled=True))
        plan.keep(R, b.role())
        plan.update(T, b.account(key=b.key_id()), b.account(key=key_id))
        assert verdicts(plan, tmp_path) == expected


def test_a_move_to_another_version_of_the_key_is_told_without_a_finding(tmp_path: Path) -> None:
    def told(key_id: str) -> list[str]:
        plan = plan_with(without=T)
        plan.update(T, b.account(key=b.key_id()), b.account(key=key_id, tags={"a": "b"}))
        quiet = report(plan, tmp_path).quiet
        return [part.change.kind for change in quiet for part in change.parts]

    assert told(b.key_id(version="v2")) == ["key-version"]
    assert told(b.key_id()) == []
    assert told(b.key_id(key="other")) == []


def test_each_change_is_a_finding_or_named_without_one(tmp_path: Path) -> None:
    group = {"id": b.GROUP, "name": "rg", "location": "westeurope"}
    plan = everything_of_the_vault(["delete", "create"])
    plan.replace("azurerm_resource_group.g", group, {**group, "id": b.UNKNOWN, "name": "other"})
    plan.create("azurerm_user_assigned_identity.i", {"name": "i", "principal_id": b.UNKNOWN})
    found = report(plan, tmp_path)
    named = [each.address for each in (*found.findings, *found.quiet)]
    assert len(named) == len(set(named)) == found.changes


def test_a_date_of_expiry_of_the_key_in_use_is_not_specified(tmp_path: Path) -> None:
    for date, expected in (("2027-12-31T00:00:00Z", {K: "not-specified"}), (None, {})):
        plan = plan_with(without=K)
        plan.update(K, b.key(), b.key(expiration_date=date, tags={"a": "b"}))
        assert verdicts(plan, tmp_path) == expected


def test_a_key_that_no_account_uses_may_go(tmp_path: Path) -> None:
    plan = plan_with()
    plan.delete("azurerm_key_vault_key.o", b.key("other"))
    assert verdicts(plan, tmp_path) == {}
    plan = plan_with(without=K)
    plan.delete(K, b.key())
    assert verdicts(plan, tmp_path) == {K: "may-lose"}


def test_the_key_that_an_account_uses_is_not_one_of_its_name_in_another_vault(
    tmp_path: Path,
) -> None:
    plan = plan_with(without=T)
    plan.keep("azurerm_key_vault.w", b.vault("kv-other"))
    larger = b.key(in_vault="kv-other", key_size=3072)
    plan.replace("azurerm_key_vault_key.o", b.key(in_vault="kv-other"), larger)
    plan.update(T, b.account(key=b.key_id()), b.account(key=b.key_id("kv-other")))
    found = report(plan, tmp_path).findings
    deletion = next(each for each in found if each.address == "azurerm_key_vault_key.o")
    assert does_in_words(deletion).startswith("It deletes the key cmk of kv-other. ")


# Identity and account


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [
        ("SystemAssigned, UserAssigned", None),
        ("UserAssigned", "loses"),
        (b.UNKNOWN, "may-lose"),
    ],
)
def test_an_identity_that_is_no_longer_system_assigned_loses(
    kind: Any, verdict: str | None, tmp_path: Path
) -> None:
    plan = plan_with(without=T)
    after = b.account(key=b.key_id())
    after["identity"] = [{**after["identity"][0], "type": kind}]
    plan.update(T, b.account(key=b.key_id()), after)
    assert verdicts(plan, tmp_path) == ({T: verdict} if verdict else {})


def test_an_identity_that_goes_under_microsofts_keys_may_lose_and_by_assumption_does_not(
    tmp_path: Path,
) -> None:
    plan = b.TerraformPlan()
    plan.update(T, b.account(), b.account(principal=None))
    assert verdicts(plan, tmp_path) == {T: "may-lose"}
    assert verdicts(plan, tmp_path, "full") == {}


def test_an_account_that_is_replaced_loses_and_one_that_is_changed_does_not(
    tmp_path: Path,
) -> None:
    for actions, expected in ((["delete", "create"], {T: "loses"}), (["update"], {})):
        plan = b.TerraformPlan()
        before = b.account()
        after = b.account(id=b.UNKNOWN) if "create" in actions else b.account(sku_name="S2")
        plan.change(T, actions, before, after)
        assert verdicts(plan, tmp_path) == expected
    plan = b.TerraformPlan()
    plan.delete(T, b.account())
    assert "environment.delete-resource" in requirements(plan, tmp_path)


def test_what_a_deleted_account_holds_is_assumed_to_go_whatever_goes_before_it(
    tmp_path: Path,
) -> None:
    alone = b.TerraformPlan()
    alone.delete(T, b.account())
    with_all = plan_with(without=f"{T} {P}")
    with_all.delete(T, b.account(key=b.key_id()))
    with_all.delete(P, b.policy(), depends=(T,))
    with_all.delete(C, b.cmk(), depends=(P,))
    contents = {"data", "documents", "models"}
    for plan in (alone, with_all):
        [finding] = [each for each in report(plan, tmp_path).findings if each.address == T]
        assert told_of(finding) == {("account", "lost"), *((what, MAY) for what in contents)}
        rests_on = {
            (each.requirement, each.basis)
            for part in finding.parts
            for each in part.consequences
            if each.what in contents
        }
        assert rests_on == {("workspace.ends-with-resource", "assumed")}
        assert finding.gaps == ()
        [full] = [each for each in report(plan, tmp_path, "full").findings if each.address == T]
        assert told_of(full) == {("account", "lost"), *((what, "lost") for what in contents)}


MAY = "may be lost"


def told_of(finding: Finding) -> set[tuple[str, str]]:
    """Return what becomes of each thing."""
    return {(each.what, each.becomes) for part in finding.parts for each in part.consequences}


def test_an_account_of_a_kind_that_has_no_cmk_for_translator_is_not_judged(tmp_path: Path) -> None:
    plan = b.TerraformPlan()
    plan.delete(T, b.account(kind="OpenAI"))
    found = report(plan, tmp_path)
    assert (found.findings, dict(found.accounts), found.not_judged) == ((), {}, {"OpenAI": 1})


def test_an_account_with_a_key_from_the_beginning_is_refused_or_has_no_key(tmp_path: Path) -> None:
    new: dict[str, Any] = {"id": b.UNKNOWN, "principal": b.UNKNOWN}
    plan = plan_with(without=f"{T} {P}")
    plan.create(T, b.account(key=b.key_id(), **new))
    assert verdicts(plan, tmp_path) == {T: "refused"}
    assert verdicts(plan, tmp_path, "full") == {T: "refused"}
    twin = plan_with(without=f"{T} {P}")
    twin.create(T, b.account(**new))
    assert verdicts(twin, tmp_path) == {}


# Giving customer-managed keys up


def test_giving_the_key_up_is_not_specified_by_the_article_and_silent_by_assumption(
    tmp_path: Path,
) -> None:
    plan = plan_with(without=T)
    plan.keep(T, b.account(key=b.key_id()))
    plan.delete(C, b.cmk())
    assert verdicts(plan, tmp_path) == {C: "not-specified"}
    assert verdicts(plan, tmp_path, "full") == {}
    inline = plan_with(without=T)
    inline.keep(C, b.cmk())
    inline.update(T, b.account(key=b.key_id()), b.account())
    assert verdicts(inline, tmp_path) == {T: "not-specified"}
    twin = plan_with(without=T)
    twin.keep(C, b.cmk())
    twin.update(T, b.account(key=b.key_id()), b.account(key=b.key_id(), tags={"a": "b"}))
    assert verdicts(twin, tmp_path) == {}


def test_an_azapi_body_without_a_key_does_not_say_that_it_is_given_up(tmp_path: Path) -> None:
    kind = "Microsoft.CognitiveServices/accounts@2025-06-01"
    microsofts = {"encryption": {"keySource": "Microsoft.CognitiveServices"}}
    says: list[str] = []
    for properties in ({}, microsofts):
        plan = b.TerraformPlan()
        after = b.arm_account(properties=properties)
        plan.update("azapi_resource.t", azapi(b.arm_account(key="cmk"), kind), azapi(after, kind))
        assert verdicts(plan, tmp_path) == {"azapi_resource.t": "not-specified"}
        says += sentences(plan, tmp_path)
    left_out, given_up = says
    assert left_out != given_up


def test_what_goes_after_the_key_was_given_up_may_still_cost_the_data(tmp_path: Path) -> None:
    plan = plan_with(without=f"{T} {P}")
    plan.keep(T, b.account(key=b.key_id()))
    plan.delete(C, b.cmk(), depends=(P,))
    plan.delete(P, b.policy())
    assert verdicts(plan, tmp_path) == {C: "not-specified", P: "may-lose"}
    alone = plan_with(without=P)
    alone.delete(P, b.policy())
    assert AFTER_THE_REST in " ".join(sentences(plan, tmp_path))
    assert AFTER_THE_REST not in " ".join(sentences(alone, tmp_path))
    assert verdicts(plan, tmp_path, "full") == {}


def test_what_is_assumed_of_documents_and_models_is_told_where_a_key_is_given_up(
    tmp_path: Path,
) -> None:
    plan = plan_with(without=T)
    plan.keep(T, b.account(key=b.key_id()))
    plan.delete(C, b.cmk())
    [finding] = report(plan, tmp_path).findings
    kept = [each for each in consequences_of(finding) if each.what]
    assert [each.what for each in kept] == ["data", "documents", "models"]
    for each in kept:
        assert (each.requirement, each.basis, each.assumed) == ("keys.return", "assumed", "kept")
    [empty] = report(plan, tmp_path, holds="nothing").findings
    assert not any(each.what for each in consequences_of(empty))


def test_what_names_the_key_too_is_named_where_an_account_leaves_it_out(tmp_path: Path) -> None:
    kind = "Microsoft.CognitiveServices/accounts@2025-06-01"
    for body, before, after in (
        ("azapi_resource.t", azapi(b.arm_account(key="cmk"), kind), azapi(b.arm_account(), kind)),
        (T, b.account(key=b.key_id()), b.account()),
    ):
        for actions, named in ((["no-op"], True), (["delete"], False)):
            plan = b.TerraformPlan()
            plan.update(body, before, after)
            plan.change(C, actions, b.cmk(), b.cmk() if named else None)
            [finding] = [each for each in report(plan, tmp_path).findings if each.address == body]
            assert (C in does_in_words(finding)) is named


# Vaults and groups


def everything_of_the_vault(actions: list[str], **after: Any) -> b.TerraformPlan:
    plan = plan_with(without=f"{V} {K} {P}")
    made = "create" in actions
    plan.change(V, actions, b.vault(), b.vault(**after) if made else None)
    key = b.key(id=b.UNKNOWN, key_vault_id=b.UNKNOWN) if made else None
    plan.change(K, actions, b.key(), key, refers={"key_vault_id": TO_VAULT}, depends=(V,))
    policy = b.policy(id=b.UNKNOWN, key_vault_id=b.UNKNOWN) if made else None
    refers = {"key_vault_id": TO_VAULT}
    plan.change(P, actions, b.policy(), policy, refers=refers, depends=(V,))
    return plan


@pytest.mark.parametrize("actions", [["delete"], ["delete", "create"]])
def test_a_vault_that_goes_with_its_key_and_policy_loses(
    actions: list[str], tmp_path: Path
) -> None:
    found = verdicts(everything_of_the_vault(actions), tmp_path)
    assert found[P] == "loses"
    assert found.get(K) in (None, "may-lose")


def test_a_vault_that_goes_alone_loses_and_one_that_is_forgotten_does_not(tmp_path: Path) -> None:
    for actions, expected in ((["delete"], {V: "loses"}), (["forget"], {})):
        plan = plan_with(without=V)
        plan.change(V, actions, b.vault(), None)
        assert verdicts(plan, tmp_path) == expected


def test_a_group_takes_the_vault_with_it_only_where_the_provider_lets_it(tmp_path: Path) -> None:
    group = {"id": b.GROUP, "name": "rg", "location": "westeurope"}
    for keeps, expected in ((True, {}), (False, {"azurerm_resource_group.g": "loses"})):
        features = {"resource_group": {"prevent_deletion_if_contains_resources": keeps}}
        plan = plan_with(features=features)
        plan.delete("azurerm_resource_group.g", group)
        assert verdicts(plan, tmp_path) == expected


def test_a_group_whose_contents_the_plan_does_not_show_may_lose(tmp_path: Path) -> None:
    group = {"id": b.GROUP, "name": "rg", "location": "westeurope"}
    plan = b.TerraformPlan()
    plan.features = {"resource_group": {"prevent_deletion_if_contains_resources": False}}
    plan.keep(T, b.account(key=b.key_id(), resource_group_name="apps"))
    plan.delete("azurerm_resource_group.g", group)
    assert verdicts(plan, tmp_path) == {"azurerm_resource_group.g": "may-lose"}


def test_a_group_takes_an_account_with_it(tmp_path: Path) -> None:
    group = {"id": b.GROUP, "name": "rg", "location": "westeurope"}
    for name, expected in (("rg", {"azurerm_resource_group.g": "loses"}), ("apps", {})):
        plan = b.TerraformPlan()
        plan.features = {"resource_group": {"prevent_deletion_if_contains_resources": False}}
        plan.keep(T, b.account(resource_group_name=name))
        plan.delete("azurerm_resource_group.g", group)
        assert verdicts(plan, tmp_path) == expected


def test_a_group_that_azurerm_does_not_delete_takes_all_with_it(tmp_path: Path) -> None:
    """`prevent_deletion_if_contains_resources` is a setting of azurerm, which is on by default."""
    address = "azapi_resource.g"
    kind = "Microsoft.Resources/resourceGroups@2025-04-01"
    plan = plan_with()
    plan.delete(address, {"id": b.GROUP, "type": kind, "name": "rg", "parent_id": b.SUBSCRIPTION})
    assert verdicts(plan, tmp_path) == {address: "loses"}
    account = b.arm_change("Ignore", b.arm_account(key="cmk"), None)
    group = b.arm_change("Delete", {"id": b.GROUP, "name": "rg"}, None)
    assert verdicts(b.what_if(account, group), tmp_path) == {b.GROUP: "loses"}


def azapi_key() -> b.Values:
    return {
        "id": f"{b.vault_id()}/keys/cmk",
        "type": "Microsoft.KeyVault/vaults/keys@2024-11-01",
        "name": "cmk",
        "parent_id": b.vault_id(),
        "body": {"properties": {"kty": "RSA", "keySize": 2048}},
    }


def azapi_vault(policies: Any = (b.PRINCIPAL,), **properties: Any) -> b.Values:
    vault = b.arm_vault(policies=policies, **properties)
    return azapi(vault, "Microsoft.KeyVault/vaults@2024-11-01")


def test_what_azapi_makes_again_is_not_recovered(tmp_path: Path) -> None:
    """Only azurerm recovers a deleted vault or key of the name, so nothing gives the access back."""
    for address, of_azurerm, values in (
        ("azapi_resource.v", V, azapi_vault()),
        ("azapi_resource.k", K, azapi_key()),
    ):
        plan = plan_with(without=of_azurerm)
        plan.replace(address, values, {**values, "id": b.UNKNOWN})
        [finding] = report(plan, tmp_path).findings
        assert [gap.back for gap in finding.gaps] == ["never"]
        told = {each.becomes for part in finding.parts for each in part.consequences}
        assert told.isdisjoint(LATER)


# Enabling customer-managed keys


def enabled(
    depends: tuple[str, ...] = (P,), key: Any = None, vault: Any = None, **cmk: Any
) -> b.TerraformPlan:
    plan = b.TerraformPlan()
    plan.create(T, b.account(id=b.UNKNOWN, principal=b.UNKNOWN))
    plan.keep(V, vault or b.vault())
    plan.keep(K, key or b.key(), refers={"key_vault_id": TO_VAULT})
    values = b.policy(b.UNKNOWN, id=b.UNKNOWN)
    plan.create(P, values, refers={"object_id": TO_ACCOUNT, "key_vault_id": TO_VAULT})
    refers = {"cognitive_account_id": f"{T}.id", "key_vault_key_id": TO_KEY}
    values = b.cmk(id=b.UNKNOWN, cognitive_account_id=b.UNKNOWN, **cmk)
    plan.create(C, values, refers=refers, depends=depends)
    return plan


def test_enabling_with_all_that_it_needs_is_silent(tmp_path: Path) -> None:
    assert verdicts(enabled(), tmp_path) == {}


@pytest.mark.parametrize(
    ("plan", "requirement"),
    [
        (lambda: enabled(key=b.key(key_size=3072)), "keys.rsa-2048-refused"),
        (lambda: enabled(key=b.key(key_type="EC", key_size=None)), "keys.rsa-2048-refused"),
        (lambda: enabled(vault=b.vault(location="eastus")), "vault.same-region-refused"),
        (
            lambda: enabled(vault=b.vault(purge_protection_enabled=False)),
            "vault.purge-protection-refused",
        ),
    ],
)
def test_enabling_without_what_the_article_demands_is_refused_or_has_no_effect(
    plan: Callable[[], b.TerraformPlan], requirement: str, tmp_path: Path
) -> None:
    demanded = requirement.removesuffix("-refused")
    for profile in ("article", "full"):
        assert verdicts(plan(), tmp_path, profile) == {C: "refused"}
        assert requirements(plan(), tmp_path, profile) == {demanded, requirement}


def test_enabling_without_what_only_an_assumption_demands_is_not_specified(tmp_path: Path) -> None:
    plan = enabled(depends=())
    assert verdicts(plan, tmp_path) == {C: "not-specified"}
    assert "vault.granted-beforehand" in requirements(plan, tmp_path)
    assert verdicts(plan, tmp_path, "full") == {C: "refused"}


def test_advice_on_enabling_names_only_what_is_broken(tmp_path: Path) -> None:
    said = advice(enabled(key=b.key(key_size=4096)), tmp_path, C)
    assert "2048" in said
    assert "purge" not in said
    both = enabled(key=b.key(key_size=4096), vault=b.vault(purge_protection_enabled=False))
    assert "purge" in advice(both, tmp_path, C)


def test_a_request_that_breaks_a_demand_says_which_key_the_account_keeps(tmp_path: Path) -> None:
    [first] = sentences(enabled(key=b.key(key_size=4096)), tmp_path)
    assert "Microsoft-managed keys" in first
    plan = plan_with(without=T)
    plan.keep(f"{K}[1]", b.key("large", key_size=4096))
    plan.update(T, b.account(key=b.key_id()), b.account(key=b.key_id(key="large")))
    [second] = [each for each in sentences(plan, tmp_path) if "does not allow" in each]
    assert "keeps the key cmk" in second


def test_each_refusal_is_told_by_what_is_lacking(tmp_path: Path) -> None:
    plan = enabled(key=b.key(key_size=4096), vault=b.vault(purge_protection_enabled=False))
    [finding] = report(plan, tmp_path).findings
    [part] = finding.parts
    told = [consequence_in_words(each) for each in part.consequences]
    assert len(told) == len(set(told))
    assert "does not allow this key or this vault" in does_in_words(finding)
    [alone] = sentences(enabled(key=b.key(key_size=4096)), tmp_path)
    assert "does not allow this key;" in alone


def test_every_demand_that_is_stated_and_refused_by_assumption_has_words() -> None:
    register = load_register()
    for requirement in register.values():
        demanded = requirement.refusal_of
        if requirement.kind == "demand" and demanded and demanded.startswith(("keys", "vault")):
            assert demanded in all_demands()
    assert set(all_demands()) <= set(register)


def test_where_a_demand_is_not_met_nothing_else_is_told_to_be_not_specified(tmp_path: Path) -> None:
    plan = plan_with(without=T)
    plan.keep(T, b.account())
    plan.create(C, b.cmk(id=b.UNKNOWN))
    assert "workspace.earlier-allowed" in requirements(plan, tmp_path)
    protected = plan.changes[0]["change"]["after"]
    assert protected["name"] == "kv-apps"
    protected["purge_protection_enabled"] = False
    plan.changes[0]["change"]["before"]["purge_protection_enabled"] = False
    told = requirements(plan, tmp_path)
    assert told == {"vault.purge-protection", "vault.purge-protection-refused"}


def test_enabling_with_a_key_in_a_managed_hsm_is_not_specified(tmp_path: Path) -> None:
    plan = enabled(key_vault_key_id="https://hsm.managedhsm.azure.net/keys/cmk/v1")
    assert verdicts(plan, tmp_path) == {C: "not-specified"}
    assert requirements(plan, tmp_path) == {"keys.managed-hsm"}


# How firmly it holds


def bases(plan: b.TerraformPlan, folder: Path, address: str) -> dict[str, tuple[str, str]]:
    """Return by what is lost the requirement that is shown for it, with its basis."""
    found: dict[str, tuple[str, str]] = {}
    for finding in report(plan, folder).findings:
        if finding.address == address:
            for part in finding.parts:
                for each in part.consequences:
                    found[each.what] = (each.requirement, each.basis)
    return found


def test_a_deleted_vault_costs_as_firmly_whether_the_plan_shows_its_group_or_not(
    tmp_path: Path,
) -> None:
    found: list[dict[str, tuple[str, str]]] = []
    for shows in (True, False):
        plan = b.TerraformPlan()
        plan.features = {"resource_group": {"prevent_deletion_if_contains_resources": False}}
        plan.keep(T, b.account(key=b.key_id(), resource_group_name="apps"))
        if shows:
            plan.keep(V, b.vault(policies=[b.policy_entry()]))
        group = {"id": b.GROUP, "name": "rg", "location": "westeurope"}
        plan.delete("azurerm_resource_group.g", group)
        expected = "loses" if shows else "may-lose"
        assert verdicts(plan, tmp_path) == {"azurerm_resource_group.g": expected}
        found.append(bases(plan, tmp_path, "azurerm_resource_group.g"))
    assert found[0]["documents"] == ("revocation.deletes-uploads", "stated")
    assert found[0] == found[1]


def test_a_loss_holds_as_firmly_whether_its_cause_is_known_or_not(tmp_path: Path) -> None:
    found: list[dict[str, tuple[str, str]]] = []
    for kind in ("UserAssigned", b.UNKNOWN):
        plan = plan_with(without=T)
        after = b.account(key=b.key_id())
        after["identity"] = [{**after["identity"][0], "type": kind}]
        plan.update(T, b.account(key=b.key_id()), after)
        found.append(bases(plan, tmp_path, T))
    assert found[0]
    assert found[0] == found[1]


# What does nothing by itself


@pytest.mark.parametrize(
    "more",
    [
        {"previous_address": "azurerm_key_vault_access_policy.old"},
        {"change": {"importing": {"id": "x"}}},
    ],
)
def test_moved_and_imported_resources_are_silent(more: dict[str, Any], tmp_path: Path) -> None:
    plan = plan_with(without=P)
    plan.keep(P, b.policy())
    entry = plan.changes[-1]
    entry.update({name: value for name, value in more.items() if name != "change"})
    entry["change"].update(more.get("change", {}))
    assert verdicts(plan, tmp_path) == {}


def test_an_import_that_changes_something_is_a_change(tmp_path: Path) -> None:
    plan = plan_with(without=P)
    plan.update(P, b.policy(), b.policy(key_permissions=[]))
    plan.changes[-1]["change"]["importing"] = {"id": "x"}
    assert verdicts(plan, tmp_path) == {P: "loses"}


def test_things_are_known_by_their_ids_whatever_case_they_are_written_in(tmp_path: Path) -> None:
    plan = plan_with(without=f"{T} {P}")
    plan.keep(T, b.account(key=b.key_id().replace("kv-apps", "KV-Apps")))
    values = b.policy(b.PRINCIPAL.upper(), key_vault_id=b.vault_id().upper())
    plan.delete(P, values)
    assert verdicts(plan, tmp_path) == {P: "loses"}


def test_a_vault_outside_the_plan_is_known_by_its_host_and_its_id(tmp_path: Path) -> None:
    for name, expected in (("kv-apps", {P: "loses"}), ("kv-other", {})):
        plan = b.TerraformPlan()
        plan.keep(T, b.account(key=b.key_id()))
        plan.delete(P, b.policy(name=name))
        assert verdicts(plan, tmp_path) == expected


def test_nothing_is_at_stake_in_an_account_that_holds_nothing(tmp_path: Path) -> None:
    plan = vault_redeployed([])
    assert report(plan, tmp_path, holds="nothing").findings == ()
    [finding] = report(plan, tmp_path, holds="documents").findings
    assert "revocation.undeploys" not in finding.requirements
    assert "revocation.deletes-uploads" in finding.requirements


def test_modules_loops_and_counts_are_followed(tmp_path: Path) -> None:
    plan = b.TerraformPlan()
    account = 'module.a.azurerm_cognitive_account.t["west"]'
    policy = 'module.a.azurerm_key_vault_access_policy.p["west"]'
    plan.keep(account, b.account(key=b.key_id()))
    plan.keep("azurerm_key_vault.v[0]", b.vault())
    plan.replace(
        policy, b.policy(), b.policy(b.UNKNOWN), refers={"object_id": f"{T}.identity.principal_id"}
    )
    assert verdicts(plan, tmp_path) == {policy: "loses"}


def test_each_instance_of_a_module_has_its_own_key_and_vault(tmp_path: Path) -> None:
    def two_instances(size: int) -> b.TerraformPlan:
        plan = b.TerraformPlan()
        old = 'module.env["old"].'
        plan.keep(old + T, b.account("old", key=b.key_id("kv-old")))
        plan.keep(old + V, b.vault("kv-old", policies=[b.policy_entry()]))
        plan.keep(old + K, b.key(in_vault="kv-old"))
        new = 'module.env["new"].'
        plan.create(new + T, b.account("new", id=b.UNKNOWN, principal=b.UNKNOWN))
        plan.create(new + V, b.vault("kv-new", id=b.UNKNOWN, vault_uri=b.UNKNOWN))
        values = b.key(in_vault="kv-new", id=b.UNKNOWN, key_vault_id=b.UNKNOWN, key_size=size)
        plan.create(new + K, values, refers={"key_vault_id": TO_VAULT})
        refers = {"object_id": TO_ACCOUNT, "key_vault_id": TO_VAULT}
        plan.create(
            new + P, b.policy(b.UNKNOWN, id=b.UNKNOWN, key_vault_id=b.UNKNOWN), refers=refers
        )
        values = b.cmk(id=b.UNKNOWN, cognitive_account_id=b.UNKNOWN, key_vault_key_id=b.UNKNOWN)
        refers = {"cognitive_account_id": f"{T}.id", "key_vault_key_id": TO_KEY}
        plan.create(new + C, values, refers=refers, depends=(P,))
        return plan

    assert verdicts(two_instances(4096), tmp_path) == {f'module.env["new"].{C}': "refused"}
    assert verdicts(two_instances(2048), tmp_path) == {}


def test_loops_over_accounts_lead_to_the_identity_of_each(tmp_path: Path) -> None:
    plan = b.TerraformPlan()
    plan.keep(V, b.vault())
    plan.keep(K, b.key())
    for name in ("east", "west"):
        account = f'{T}["{name}"]'
        policy = f'{P}["{name}"]'
        plan.create(account, b.account(name, id=b.UNKNOWN, principal=b.UNKNOWN))
        refers = {"object_id": "each.value.identity[0].principal_id"}
        plan.create(policy, b.policy(b.UNKNOWN, id=b.UNKNOWN), refers=refers)
        values = b.cmk(name, id=b.UNKNOWN, cognitive_account_id=b.UNKNOWN)
        refers = {"cognitive_account_id": "each.value.id", "key_vault_key_id": TO_KEY}
        plan.create(f'{C}["{name}"]', values, refers=refers, depends=(P,))
    for resource in plan.configured[""]:
        if not resource["address"].startswith(T) or resource["address"].startswith(C):
            resource["for_each_expression"] = {"references": [T]}
    assert verdicts(plan, tmp_path) == {}


def test_of_two_accounts_the_one_of_kind_aiservices_is_named(tmp_path: Path) -> None:
    plan = plan_with(without=f"{V} {P}")
    other = b.account("ai-one", key=b.key_id(), principal=b.OTHER, kind="AIServices")
    plan.keep("azurerm_cognitive_account.o", other)
    entries = [b.policy_entry(), b.policy_entry(b.OTHER)]
    plan.update(V, b.vault(policies=entries), b.vault(policies=[]))
    [finding] = report(plan, tmp_path).findings
    [said] = foundry_on(finding)
    assert "ai-one" in said
    assert "translator-prod" not in said


def test_an_account_of_kind_aiservices_names_the_foundry_pages(tmp_path: Path) -> None:
    for kind, named in (("AIServices", True), ("TextTranslation", False)):
        plan = plan_with(without=T)
        before = b.account(key=b.key_id(), kind=kind)
        plan.update(T, before, {**before, "identity": []})
        [finding] = report(plan, tmp_path).findings
        assert bool(list(foundry_on(finding))) is named


# What-if


def test_what_if_with_a_policy_gone_from_a_vault_loses(tmp_path: Path) -> None:
    account = b.arm_change("Ignore", b.arm_account(key="cmk"), None)
    for after, expected in (
        ([], {b.vault_id(): "loses"}),
        ([b.PRINCIPAL], {}),
        (["[reference('x').principalId]"], {b.vault_id(): "may-lose"}),
    ):
        before = b.arm_vault(policies=[b.PRINCIPAL])
        change = b.arm_change("Modify", before, b.arm_vault(policies=after))
        assert verdicts(b.what_if(account, change), tmp_path) == expected


def test_an_identity_that_what_if_hides_is_unknown(tmp_path: Path) -> None:
    hidden = b.arm_account(key="cmk", identity="*******")
    account = b.arm_change("Modify", hidden, hidden)
    before = b.arm_vault(policies=[b.PRINCIPAL])
    vault = b.arm_change("Modify", before, b.arm_vault(policies=[]))
    assert verdicts(b.what_if(account, vault), tmp_path) == {b.vault_id(): "may-lose"}
    same = b.arm_change("Modify", before, before)
    assert verdicts(b.what_if(account, same), tmp_path) == {}


def test_what_if_that_recovers_a_vault_leaves_its_policies_alone(tmp_path: Path) -> None:
    account = b.arm_change("Ignore", b.arm_account(key="cmk"), None)
    before = b.arm_vault(policies=[b.PRINCIPAL])
    change = b.arm_change("Modify", before, b.arm_vault(createMode="recover"))
    assert verdicts(b.what_if(account, change), tmp_path) == {}


@pytest.mark.parametrize("kind", ["Unsupported", "Deploy"])
def test_what_what_if_did_not_evaluate_may_lose(kind: str, tmp_path: Path) -> None:
    account = b.arm_change("NoChange", b.arm_account(key="cmk"), b.arm_account(key="cmk"))
    change = b.arm_change(kind, b.arm_vault(policies=[b.PRINCIPAL]), None)
    assert verdicts(b.what_if(account, change), tmp_path) == {b.vault_id(): "may-lose"}
    other = b.arm_change(kind, b.arm_vault("kv-other"), None)
    assert verdicts(b.what_if(account, other), tmp_path) == {}


def test_an_identity_gone_in_what_if_loses(tmp_path: Path) -> None:
    for kind, expected in (("None", {b.account_id(): "loses"}), ("SystemAssigned", {})):
        after = b.arm_account(key="cmk")
        after["identity"] = {**after["identity"], "type": kind}
        change = b.arm_change("Modify", b.arm_account(key="cmk"), after)
        assert verdicts(b.what_if(change), tmp_path) == expected


# azapi


def azapi(values: b.Values, kind: str) -> b.Values:
    """Return a body of Azure Resource Manager as an `azapi_resource` has it."""
    body = {name: values[name] for name in ("kind", "sku", "properties") if name in values}
    resource = {
        "id": values["id"],
        "type": kind,
        "name": values["name"],
        "parent_id": b.GROUP,
        "location": values["location"],
        "body": body,
    }
    if "identity" in values:
        identity = values["identity"]
        block = {"type": identity["type"], "principal_id": identity["principalId"]}
        resource["identity"] = [block]
    return resource


@pytest.mark.parametrize("as_text", [False, True])
def test_azapi_resources_are_read_in_both_majors(as_text: bool, tmp_path: Path) -> None:
    for policies, expected in (([], {"azapi_resource.v": "loses"}), ([b.PRINCIPAL], {})):
        account = azapi(b.arm_account(key="cmk"), "Microsoft.CognitiveServices/accounts@2025-06-01")
        before = azapi(b.arm_vault(policies=[b.PRINCIPAL]), "Microsoft.KeyVault/vaults@2024-11-01")
        after = azapi(b.arm_vault(policies=policies), "Microsoft.KeyVault/vaults@2026-02-01")
        if as_text:
            for each in (account, before, after):
                each["body"] = json.dumps(each["body"])
        plan = b.TerraformPlan()
        plan.keep("azapi_resource.t", account)
        plan.update("azapi_resource.v", before, after)
        assert verdicts(plan, tmp_path) == expected
