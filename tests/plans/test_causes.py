"""Why a resource goes or is replaced is told as far as the plan shows it, and so is the way back."""

from pathlib import Path
from typing import Any

from tests.plans import builder as b
from tests.plans.test_cases import K, T, advice, key_replaced, plan_with, report
from translator_cmk.plans.finding import Finding


def instance_gone(reason: str, **expression: Any) -> b.TerraformPlan:
    """Return a plan that destroys one instance of the key in use."""
    plan = plan_with(without=K)
    plan.delete(f'{K}["old"]', b.key(), action_reason=reason)
    plan.create(f'{K}["new"]', b.key("new", id=b.UNKNOWN))
    for resource in plan.configured[""]:
        if resource["address"] == K:
            resource.update(expression)
    return plan


def only_finding(plan: b.TerraformPlan, folder: Path) -> Finding:
    [finding] = report(plan, folder).findings
    return finding


def test_an_instance_that_left_its_loop_is_to_be_put_back_where_the_loop_reads_it(
    tmp_path: Path,
) -> None:
    one = {"references": ["var.names"]}
    plan = instance_gone("delete_because_each_key", for_each_expression=one)
    address = f'{K}["old"]'
    assert "var.names" in only_finding(plan, tmp_path).why
    assert '(put "old" back into var.names)' in advice(plan, tmp_path, address)
    two = {"references": ["var.names", "local.more"]}
    for unclear in (
        instance_gone("delete_because_each_key", for_each_expression=two),
        instance_gone("delete_because_no_resource_config", for_each_expression=one),
        instance_gone("delete_because_each_key"),
    ):
        assert "back into" not in advice(unclear, tmp_path, address)
        assert only_finding(unclear, tmp_path).why


def test_what_a_loop_in_a_module_reads_is_that_of_the_module(tmp_path: Path) -> None:
    plan = plan_with(without=K)
    address = f'module.keys.{K}["old"]'
    plan.delete(address, b.key(), action_reason="delete_because_each_key")
    plan.create(f'module.keys.{K}["new"]', b.key("new", id=b.UNKNOWN))
    [resource] = plan.configured["module.keys"]
    resource["for_each_expression"] = {"references": ["var.names"]}
    assert "var.names of module.keys" in advice(plan, tmp_path, address)


def test_what_a_key_that_is_made_again_comes_to_is_told_only_where_it_is_made_again(
    tmp_path: Path,
) -> None:
    assert "brings back" in advice(key_replaced(["delete", "create"]), tmp_path, K)
    anew = key_replaced(["delete", "create"])
    anew.features = {"key_vault": {"recover_soft_deleted_keys": False}}
    assert "brings back" not in advice(anew, tmp_path, K)
    gone = plan_with(without=K)
    gone.delete(K, b.key())
    assert "brings back" not in advice(gone, tmp_path, K)


def test_a_reason_that_is_not_known_is_not_told(tmp_path: Path) -> None:
    assert only_finding(instance_gone("delete_because_of_the_moon"), tmp_path).why == ""
    assert only_finding(instance_gone(""), tmp_path).why == ""


def renamed(masked: Any = None) -> b.TerraformPlan:
    plan = b.TerraformPlan()
    before = b.account(custom_subdomain_name="first-name")
    after = b.account(custom_subdomain_name="second-name", id=b.UNKNOWN)
    plan.replace(T, before, after, masked=masked)
    plan.changes[-1]["change"]["replace_paths"] = [["custom_subdomain_name"]]
    return plan


def test_what_forces_a_replacement_is_to_be_set_back_to_its_value(tmp_path: Path) -> None:
    assert "from first-name to second-name" in only_finding(renamed(), tmp_path).why
    said = advice(renamed(), tmp_path, T)
    assert f"Set custom_subdomain_name of {T} back to first-name." in said


def test_a_masked_value_is_not_told_as_a_reason(tmp_path: Path) -> None:
    plan = renamed(masked={"custom_subdomain_name": True})
    finding = only_finding(plan, tmp_path)
    assert finding.forced_by == ("custom_subdomain_name",)
    for text in (finding.why, advice(plan, tmp_path, T)):
        assert "first-name" not in text
        assert "second-name" not in text
