"""What the configuration in a plan says is named: which key an account is to have, what sets a list,
where a plan can be stopped."""

from pathlib import Path
from typing import Any

from tests.plans import builder as b
from tests.plans.test_cases import (
    TO_VAULT,
    K,
    P,
    T,
    V,
    azapi,
    plan_with,
    report,
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
