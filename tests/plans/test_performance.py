"""A plan of 500 unrelated resources, and one in which many changes concern one account, are judged
in seconds and in little memory."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.plans import builder as b
from tests.plans.test_cases import T, V, plan_with

SCRIPT = r"""
import re, sys, time
from translator_cmk import cli
begun = time.process_time()
code = cli.main(["check-plan", sys.argv[1], "--format", "json"])
took = time.process_time() - begun
# the kernel's other figure, `ru_maxrss`, is at least that of the process that started this one
[most] = re.findall(r"^VmHWM:\s+(\d+) kB", open("/proc/self/status").read(), re.MULTILINE)
most = int(most) / 1024
print(code, took, most, file=sys.stderr)
"""


def measured(plan: b.TerraformPlan, folder: Path) -> tuple[dict[str, Any], float, float]:
    """Return the findings, the seconds and the MiB of a command of its own."""
    file = folder / "plan.json"
    file.write_bytes(plan.as_json())
    command = [sys.executable, "-c", SCRIPT, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    _, seconds, most = done.stderr.split()
    return json.loads(done.stdout), float(seconds), float(most)


@pytest.mark.slow
def test_500_unrelated_resources_take_at_most_2_seconds_and_150_mib(tmp_path: Path) -> None:
    plan = plan_with()
    for number in range(500):
        values = {"id": f"/x/{number}", "name": f"n{number}", "body": ["text"] * 50}
        plan.create(f"azurerm_storage_account.s{number}", values, refers={"name": TO_OTHER})
    found, seconds, most = measured(plan, tmp_path)
    assert found["findings"] == []
    assert seconds < 2
    assert most < 150


TO_OTHER = "azurerm_resource_group.g.name"


@pytest.mark.slow
def test_twelve_unordered_changes_of_one_account_are_bounded_and_said(tmp_path: Path) -> None:
    plan = plan_with(without=f"{T} {V}")
    plan.delete(T, b.account(key=b.key_id()))
    plan.delete(V, b.vault(policies=[b.policy_entry()]))
    for number in range(12):
        address = f"azurerm_key_vault_access_policy.p{number}"
        plan.delete(address, b.policy(b.UNKNOWN, id=str(number)))
        plan.changes[-1]["change"]["before"].update(object_id=b.PRINCIPAL)
    found, seconds, most = measured(plan, tmp_path)
    assert found["findings"]
    assert any("not every order was tried" in limit for limit in found["limits"])
    assert seconds < 15
    assert most < 300


@pytest.mark.slow
def test_a_hundred_accounts_take_at_most_10_seconds(tmp_path: Path) -> None:
    plan = b.TerraformPlan()
    for number in range(100):
        vault = f"kv-{number}"
        principal = f"11111111-0000-0000-0000-{number:012}"
        values = b.account(f"t-{number}", key=b.key_id(vault), principal=principal)
        plan.keep(f"azurerm_cognitive_account.t{number}", values)
        before = b.vault(vault, policies=[b.policy_entry(principal)])
        plan.update(f"azurerm_key_vault.v{number}", before, b.vault(vault))
    found, seconds, _ = measured(plan, tmp_path)
    assert len(found["findings"]) == 100
    assert seconds < 10
