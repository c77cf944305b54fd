"""Why a resource goes or is replaced is told as far as the plan shows it, and so is the way back."""

from pathlib import Path
from typing import Any

from tests.plans import builder as b
from tests.plans.test_cases import K, T, advice, plan_with, report
from translator_cmk.plans.finding import Finding
from translator_cmk.plans.words import why_in_words


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


def test_what_a_loop_reads_that_an_instance_has_left_is_named(tmp_path: Path) -> None:
    one = {"references": ["var.names"]}
    plan = instance_gone("delete_because_each_key", for_each_expression=one)
    assert "var.names" in why_in_words(only_finding(plan, tmp_path))
    unclear = instance_gone("delete_because_each_key")
    assert "var.names" not in why_in_words(only_finding(unclear, tmp_path))


def test_a_reason_that_is_not_known_is_not_told(tmp_path: Path) -> None:
    assert why_in_words(only_finding(instance_gone("delete_because_of_the_moon"), tmp_path)) == ""
    assert why_in_words(only_finding(instance_gone(""), tmp_path)) == ""


def renamed(masked: Any = None) -> b.TerraformPlan:
    plan = b.TerraformPlan()
    before = b.account(custom_subdomain_name="first-name")
    after = b.account(custom_subdomain_name="second-name", id=b.UNKNOWN)
    plan.replace(T, before, after, masked=masked)
    plan.changes[-1]["change"]["replace_paths"] = [["custom_subdomain_name"]]
    return plan


def test_what_forces_a_replacement_is_to_be_set_back_to_its_value(tmp_path: Path) -> None:
    assert "from first-name to second-name" in why_in_words(only_finding(renamed(), tmp_path))
    said = advice(renamed(), tmp_path, T)
    assert f"Set custom_subdomain_name of {T} back to first-name." in said


def test_a_masked_value_is_not_told_as_a_reason(tmp_path: Path) -> None:
    plan = renamed(masked={"custom_subdomain_name": True})
    finding = only_finding(plan, tmp_path)
    assert "custom_subdomain_name" in why_in_words(finding)
    for text in (why_in_words(finding), advice(plan, tmp_path, T)):
        assert "first-name" not in text
        assert "second-name" not in text
