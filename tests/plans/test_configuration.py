"""What the configuration in a plan says is named: which key an account is to have, what sets a list,
where a plan can be stopped."""

from pathlib import Path
from typing import Any

import pytest

from tests.plans import builder as b
from tests.plans.test_cases import (
    TO_VAULT,
    K,
    P,
    T,
    V,
    advice,
    azapi,
    plan_with,
    report,
    sentences,
)

OLD = f'{K}["old"]'
NEW = f'{K}["new"]'
AZAPI = "azapi_resource.t"


def referring(plan: b.TerraformPlan, address: str, names: list[str]) -> None:
    """Let the configuration of an account name its key by these references."""
    for resource in plan.configured[""]:
        if resource["address"] == address:
            block = [{"key_vault_key_id": {"references": names}}]
            resource["expressions"]["customer_managed_key"] = block


def old_key_goes(after: b.Values, names: list[str], **variables: str) -> b.TerraformPlan:
    """Return a plan that destroys the key in use and makes another instance beside it."""
    plan = plan_with(without=f"{T} {K}")
    plan.delete(OLD, b.key("old"), depends=(V,))
    plan.create(NEW, b.key("new", id=b.UNKNOWN), refers={"key_vault_id": TO_VAULT})
    plan.change(T, ["update"], b.account(key=b.key_id(key="old")), after)
    referring(plan, T, names)
    plan.top["variables"] = {name: {"value": value} for name, value in variables.items()}
    return plan


BY_VARIABLE = [K, "var.current"]
UNMOVED = b.account(key=b.key_id(key="old"), tags={"a": "b"})


def of_the_key(plan: b.TerraformPlan, folder: Path) -> str:
    [said] = [each for each in sentences(plan, folder) if "deletes the key" in each]
    return said


def test_a_key_that_the_configuration_names_and_the_plan_does_not_use_is_named(
    tmp_path: Path,
) -> None:
    for names in (BY_VARIABLE, [f"{NEW}.id", NEW, K]):
        said = of_the_key(old_key_goes(UNMOVED, names, current="new"), tmp_path)
        assert "configuration names the key new" in said
        assert "ignore_changes" in said
    for plan in (
        old_key_goes(UNMOVED, BY_VARIABLE, current="old"),
        old_key_goes(UNMOVED, BY_VARIABLE, current="none"),
        old_key_goes(UNMOVED, BY_VARIABLE),
        old_key_goes(UNMOVED, [K, "var.current", "var.other"], current="new", other="old"),
    ):
        said = of_the_key(plan, tmp_path)
        assert "configuration names" not in said
        assert "no account here uses the new key new" in said


def test_a_key_that_the_configuration_has_left_is_kept_until_the_account_has_moved(
    tmp_path: Path,
) -> None:
    moves = old_key_goes(UNMOVED, BY_VARIABLE, current="new")
    assert "new version" not in advice(moves, tmp_path, OLD)
    assert "move to new," in advice(moves, tmp_path, OLD)
    assert "Keep old in the configuration" in advice(moves, tmp_path, OLD)
    for change in moves.changes:
        if change["address"] == OLD:
            change["action_reason"] = "delete_because_each_key"
    for resource in moves.configured[""]:
        if resource["address"] == K:
            resource["for_each_expression"] = {"references": ["var.names"]}
    assert 'Put "old" back into var.names and apply' in advice(moves, tmp_path, OLD)
    stays = old_key_goes(UNMOVED, BY_VARIABLE, current="old")
    assert "new version" in advice(stays, tmp_path, OLD)


def test_a_key_that_another_resource_has_too_is_the_one_in_use(tmp_path: Path) -> None:
    other = "azurerm_key_vault_key.other"
    plan = old_key_goes(UNMOVED, [f"{other}.id", other])
    plan.keep(other, b.key("old"))
    assert "configuration names" not in of_the_key(plan, tmp_path)


def test_a_key_that_is_not_known_yet_is_the_instance_that_a_variable_selects(
    tmp_path: Path,
) -> None:
    def kinds(**variables: str) -> set[str]:
        block = [{"key_vault_key_id": b.UNKNOWN, "identity_client_id": None}]
        plan = old_key_goes(b.account(customer_managed_key=block), BY_VARIABLE, **variables)
        found = report(plan, tmp_path).findings
        return {part.advice.kind for each in found for part in each.parts if each.address == T}

    assert kinds(current="new") == {"key-changed"}
    assert kinds() == {"key-unknown"}


# What sets a list


def vault_of_module(
    references: list[str] | None, unread: tuple[str, ...], call: dict[str, Any]
) -> Any:
    """Return a plan that narrows the list of a vault in a module with these variables."""
    plan = b.TerraformPlan()
    plan.keep(T, b.account(key=b.key_id()))
    after = b.vault(policies=[b.policy_entry(permissions=["Get"])])
    plan.update(f"module.m.{V}", b.vault(policies=[b.policy_entry()]), after)
    [vault] = plan.configured["module.m"]
    vault["expressions"] = {"name": {"references": ["var.name"]}}
    if references is not None:
        permissions = {"references": references} if references else {"constant_value": ["Get"]}
        vault["expressions"]["access_policy"] = [{"key_permissions": permissions}]
    value = plan.as_dict()
    module = value["configuration"]["root_module"]["module_calls"]["m"]
    module["module"]["variables"] = {name: {} for name in ("name", *unread)}
    module["expressions"] = call
    return value


ACCESS = {"access": {"references": ["local.access"]}}


def said_to_be_set(plan: Any, folder: Path) -> str:
    [finding] = report(plan, folder).findings
    [part] = [part for part in finding.parts if part.verdict is not None]
    return part.advice.instead


def test_what_sets_the_permissions_is_named_where_the_configuration_tells(tmp_path: Path) -> None:
    read = vault_of_module(["var.access"], ("access",), ACCESS)
    assert "(in local.access)" in said_to_be_set(read, tmp_path)
    dynamic = vault_of_module(None, ("access",), ACCESS)
    assert "(perhaps in local.access)" in said_to_be_set(dynamic, tmp_path)
    for unclear in (
        vault_of_module(None, ("access", "other"), ACCESS),
        vault_of_module(None, (), ACCESS),
        vault_of_module([], ("access",), ACCESS),
        vault_of_module(["var.access"], ("access",), {}),
        vault_of_module(["each.value"], ("access",), ACCESS),
    ):
        assert "local.access" not in said_to_be_set(unclear, tmp_path)


# Where a plan can be stopped


def vault_replaced(source: str, group: bool = False, **options: Any) -> Any:
    """Return a plan that replaces the vault of a module, because of its group perhaps."""
    plan = plan_with(without=f"{V} {K} {P}")
    again = b.vault(id=b.UNKNOWN, resource_group_name="other")
    refers = {"resource_group_name": "azurerm_resource_group.g.name"}
    actions = options.pop("actions", ["delete", "create"])
    after = again if "create" in actions else None
    before = b.vault(policies=[b.policy_entry()])
    plan.change(f"module.m.{V}", actions, before, after, **options)
    plan.changes[-1]["change"]["replace_paths"] = [["resource_group_name"]]
    if group:
        values = {"id": b.GROUP, "name": "rg", "location": "westeurope"}
        plan.replace("azurerm_resource_group.g", values, {**values, "id": b.UNKNOWN, "name": "o"})
        plan.changes[-1]["change"]["replace_paths"] = [["name"]]
    value = plan.as_dict()
    calls = value["configuration"]["root_module"].get("module_calls", {})
    if "m" in calls:
        calls["m"]["source"] = source
        [vault] = calls["m"]["module"]["resources"]
        vault["expressions"] = {"resource_group_name": {"references": ["var.group"]}}
        references = b.forms_of(refers["resource_group_name"])
        calls["m"]["expressions"] = {"group": {"references": references}}
    return value


def stopped_by(plan: Any, folder: Path) -> str:
    finding = report(plan, folder).findings[0]
    _, _, said = finding.parts[0].advice.instead.partition("`prevent_destroy`")
    return said


@pytest.mark.parametrize("group", [True, False])
def test_a_plan_is_to_be_stopped_where_somebody_can_edit_the_configuration(
    group: bool, tmp_path: Path
) -> None:
    own = stopped_by(vault_replaced("./modules/kv", group), tmp_path)
    assert f"on module.m.{V} stops" in own
    theirs = stopped_by(vault_replaced("git::https://host/kv?ref=v1", group), tmp_path)
    assert V not in theirs
    assert ("on azurerm_resource_group.g stops" in theirs) is group


def test_what_is_not_destroyed_stops_no_plan(tmp_path: Path) -> None:
    plan = vault_replaced("git::https://host/kv?ref=v1", group=True)
    for change in plan["resource_changes"]:
        if change["address"] == "azurerm_resource_group.g":
            change["change"]["actions"] = ["update"]
    assert "azurerm_resource_group.g" not in stopped_by(plan, tmp_path)
    before = b.arm_vault(policies=[b.PRINCIPAL])
    account = b.arm_change("NoChange", b.arm_account(key="cmk"), b.arm_account(key="cmk"))
    what_if = b.what_if(account, b.arm_change("Delete", before, None))
    assert stopped_by(what_if, tmp_path) == ""


def test_what_leaves_the_configuration_takes_its_protection_along(tmp_path: Path) -> None:
    reasons = {"delete_because_no_resource_config": True, "delete_because_count_index": False}
    for reason, is_told in reasons.items():
        plan = vault_replaced("./m", actions=["delete"], action_reason=reason)
        assert ("as long as its block stays" in stopped_by(plan, tmp_path)) is is_told


# What is changed


def test_a_change_of_tags_alone_is_told_as_such(tmp_path: Path) -> None:
    kind = "Microsoft.CognitiveServices/accounts@2025-06-01"
    before = {**azapi(b.arm_account(key="cmk"), kind), "tags": {}, "output": {}}

    def told(**after: Any) -> str:
        plan = plan_with(without=T)
        plan.update(AZAPI, before, {**before, **after})
        [change] = report(plan, tmp_path).quiet
        return change.why

    tags = {"a": "b"}
    assert "tags only" in told(tags=tags, output=b.UNKNOWN)
    assert "tags only" in told(tags=tags)
    assert told(tags=tags, location="northeurope") == ""
    assert told(tags=tags, retry=b.UNKNOWN) == ""
    assert told(tags=tags, body={**before["body"], "more": b.UNKNOWN}) == ""
    assert told(retry={"a": "b"}) == ""


def test_a_policy_that_is_forced_by_a_change_of_tags_says_so(tmp_path: Path) -> None:
    kind = "Microsoft.CognitiveServices/accounts@2025-06-01"
    before = {**azapi(b.arm_account(key="cmk"), kind), "tags": {}}
    plan = plan_with(without=f"{T} {P}")
    plan.update(AZAPI, before, {**before, "tags": {"a": "b"}, "output": b.UNKNOWN})
    refers = {"object_id": f"{AZAPI}.output.identity.principalId"}
    plan.replace(P, b.policy(), b.policy(b.UNKNOWN, id=b.UNKNOWN), refers=refers)
    plan.changes[-1]["change"]["replace_paths"] = [["object_id"]]
    [finding] = report(plan, tmp_path).findings
    assert f"{AZAPI} is changed: tags only" in finding.why
