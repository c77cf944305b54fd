"""How long it lasts what a plan takes away is told by what gives it back, and what is in between."""

from pathlib import Path
from typing import Any

import pytest

from tests.plans import builder as b
from tests.plans.test_cases import (
    TO_ACCOUNT,
    C,
    K,
    P,
    T,
    V,
    everything_of_the_vault,
    plan_with,
    policy_replaced,
    report,
    switched,
    vault_redeployed,
)
from translator_cmk.plans.finding import Gap


def gap(plan: b.TerraformPlan, folder: Path, address: str) -> Gap | None:
    for finding in report(plan, folder).findings:
        if finding.address == address:
            assert len(finding.gaps) <= 1
            return finding.gaps[0] if finding.gaps else None
    raise AssertionError(f"no finding on {address}")


def stays_away(found: Gap | None) -> bool:
    return found is not None and found.back == "never"


def test_what_gives_the_access_back_is_named(tmp_path: Path) -> None:
    found = gap(policy_replaced(["delete", "create"]), tmp_path, P)
    assert found == Gap("back", (P,))


def test_what_may_be_made_before_the_other_goes_is_said_to_help_only_after_it(
    tmp_path: Path,
) -> None:
    plan = plan_with(without=P)
    plan.delete(f"{P}[0]", b.policy())
    plan.create(f"{P}[1]", b.policy(id=b.UNKNOWN))
    found = gap(plan, tmp_path, f"{P}[0]")
    assert found == Gap("back if later", (f"{P}[1]",))


@pytest.mark.parametrize(
    ("plan", "address"),
    [
        (policy_replaced(["create", "delete"]), P),
        (vault_redeployed([]), V),
        (vault_redeployed([b.policy_entry(permissions=["Get"])]), V),
        (everything_of_the_vault(["delete"]), V),
    ],
    ids=["created before", "dropped", "narrowed", "deleted"],
)
def test_what_the_plan_never_gives_back_stays_away(
    plan: b.TerraformPlan, address: str, tmp_path: Path
) -> None:
    assert stays_away(gap(plan, tmp_path, address))


def test_a_policy_of_an_unknown_identity_gives_nothing_back(tmp_path: Path) -> None:
    plan = vault_redeployed([])
    plan.create(f"{P}[1]", b.policy(b.UNKNOWN, id=b.UNKNOWN))
    assert stays_away(gap(plan, tmp_path, V))
    plan = vault_redeployed([])
    plan.create(f"{P}[1]", b.policy(b.UNKNOWN, id=b.UNKNOWN), refers={"object_id": TO_ACCOUNT})
    assert not stays_away(gap(plan, tmp_path, V))


def test_a_vault_names_all_that_has_to_be_made_again_after_it(tmp_path: Path) -> None:
    found = gap(everything_of_the_vault(["delete", "create"]), tmp_path, V)
    assert found is not None
    assert not stays_away(found)
    for address in (K, P):
        assert gap(everything_of_the_vault(["delete", "create"]), tmp_path, address) is None


def test_a_role_that_comes_after_the_switch_restores_nothing_for_certain(tmp_path: Path) -> None:
    values: dict[str, Any] = {"scope": b.UNKNOWN}
    late = switched(
        lambda plan: plan.create(
            "azurerm_role_assignment.r", b.role(**values), refers={"scope": f"{V}.id"}
        )
    )
    found = gap(late, tmp_path, V)
    assert found is not None
    assert found.by == ("azurerm_role_assignment.r",)
    assert stays_away(gap(switched(lambda _: None), tmp_path, V))


def test_what_takes_no_access_away_has_no_gap(tmp_path: Path) -> None:
    plan = plan_with(without=T)
    plan.update(T, b.account(key=b.key_id()), b.account(key=b.key_id(key="other")))
    assert gap(plan, tmp_path, T) is None
    plan = plan_with(without=T)
    plan.keep(T, b.account(key=b.key_id()))
    plan.delete(C, b.cmk())
    assert gap(plan, tmp_path, C) is None
