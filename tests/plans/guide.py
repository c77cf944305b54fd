"""The plans of the guide, and what the command prints of them.

`python -m tests.plans.guide` writes them again into docs/examples/plans/.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.command_line import ROOT, run_cli
from tests.plans import builder as b
from tests.plans.test_cases import P, T, V, key_replaced, plan_with

FOLDER = ROOT / "docs" / "examples" / "plans"


def policy_replaced() -> b.TerraformPlan:
    """Return the plan of somebody who moved the policy into a loop: its address is another one."""
    plan = plan_with(without=P)
    refers = {"object_id": f"{T}.identity[0].principal_id", "key_vault_id": f"{V}.id"}
    plan.delete(
        "azurerm_key_vault_access_policy.translator",
        b.policy(),
        depends=(T, V),
        action_reason="delete_because_no_resource_config",
    )
    address = 'azurerm_key_vault_access_policy.apps["translator"]'
    plan.create(address, b.policy(id=b.UNKNOWN), refers=refers)
    return plan


def vault_redeployed() -> b.Values:
    """Return the what-if of a template that knows one of two access policies."""
    account = b.arm_account(key="cmk")
    return b.what_if(
        b.arm_change("Ignore", account, None),
        b.arm_change(
            "Modify", b.arm_vault(policies=[b.OTHER, b.PRINCIPAL]), b.arm_vault(policies=[b.OTHER])
        ),
    )


PLANS: Mapping[str, Any] = {
    "policy-moved": lambda: policy_replaced().as_dict(),
    "key-replaced": lambda: key_replaced(["delete", "create"]).as_dict(),
    "vault-redeployed": vault_redeployed,
}
"""The plan of each name."""


def written(name: str) -> dict[str, str]:
    """Return the files of one plan, by their names: the plan, and what is printed of it."""
    plan = json.dumps(PLANS[name](), indent=1) + "\n"
    return {f"{name}.json": plan}


def printed(name: str) -> str:
    """Return what the command prints of the plan in a file, run in its folder."""
    here = Path.cwd()
    os.chdir(FOLDER)
    try:
        return run_cli("check-plan", f"{name}.json").out
    finally:
        os.chdir(here)


if __name__ == "__main__":
    for each in PLANS:
        for file, text in written(each).items():
            (FOLDER / file).write_text(text, "utf-8")
        (FOLDER / f"{each}.txt").write_text(printed(each), "utf-8")
    sys.exit(0)
