"""The command prints its findings in words, replays them, and ends with an exit code for scripts."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.command_line import one_error, run_cli
from tests.plans import builder as b
from tests.plans.test_cases import (
    K,
    P,
    T,
    V,
    enabled,
    plan_with,
    policy_replaced,
    switched,
    vault_redeployed,
)
from translator_cmk.plans import changes
from translator_cmk.plans.advice import all_advice


def checked(plan: b.TerraformPlan, *options: str) -> Any:
    return run_cli("check-plan", "-", *options, text=plan.as_json())


def test_the_text_names_verdict_address_consequences_and_what_to_do() -> None:
    done = checked(vault_redeployed([]))
    assert done.code == 1
    lines = done.out.splitlines()
    assert lines[0].startswith("Checked 1 Translator account in standard input (1 change) against")
    assert "LOSES: 1 change." in lines
    assert f"LOSES  {V}  changed" in lines
    assert re.search(r"documents are deleted +revocation.deletes-uploads +stated", done.out)
    assert "Instead: " in done.out
    assert max(len(line) for line in lines if "://" not in line) <= 100


@pytest.mark.parametrize("profile", ["article", "full"])
def test_a_requirement_stands_in_the_first_line_of_what_it_is_about(profile: str) -> None:
    plans = [enabled(key=b.key(key_size=4096)), policy_replaced(["delete", "create"])]
    plans.append(switched(lambda plan: plan.create("azurerm_role_assignment.r", b.role())))
    for plan in plans:
        lines = checked(plan, "--profile", profile).out.splitlines()
        named = [line for line in lines if re.search(r" [a-z]+\.[a-z0-9-]+ +[a-z ]+$", line)]
        assert named
        assert all(line.startswith("       - ") for line in named)
        assert max(len(line) for line in lines if "://" not in line) <= 100


def test_nothing_found_is_no_promise() -> None:
    done = checked(vault_redeployed([b.policy_entry()]))
    assert done.code == 0
    assert "NOTHING found that loses data." in done.out
    assert "does not mean safe" in done.out


def test_what_is_deleted_is_named_also_where_no_account_of_the_plan_uses_it() -> None:
    plan = b.TerraformPlan()
    plan.delete(V, b.vault())
    plan.delete(K, b.key())
    plan.delete(P, b.policy())
    done = checked(plan, "--format", "json")
    assert done.code == 4
    found = {each["address"]: each["verdict"] for each in json.loads(done.out)["findings"]}
    assert found == {V: "not-judged", K: "not-judged", P: "not-judged"}


def test_the_help_explains_each_basis() -> None:
    shown = run_cli("check-plan", "--help").out
    for basis in ("stated", "implied", "environment", "assumed"):
        assert basis in shown


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_plan_that_failed_says_so_before_anything_else(form: str) -> None:
    plan = plan_with()
    plan.top["errored"] = True
    assert "NOT JUDGED: 1 change" in checked(plan, "--format", form).out
    plan.top["errored"] = False
    assert "NOT JUDGED" not in checked(plan, "--format", form).out


def test_a_plan_that_failed_is_green_in_no_format() -> None:
    """Nothing was found in it, and changes are missing."""
    plan = vault_redeployed([b.policy_entry()])
    plan.top["errored"] = True
    for form in ("text", "json", "markdown"):
        assert checked(plan, "--format", form).code == 4
    [suite] = ElementTree.fromstring(checked(plan, "--format", "junit").out)
    assert (suite.get("errors"), len(suite.findall("testcase/error"))) == ("1", 1)
    [run] = json.loads(checked(plan, "--format", "sarif").out)["runs"]
    assert run["invocations"][0]["executionSuccessful"] is False


def test_a_plan_that_failed_and_loses_data_ends_as_one_that_loses_data() -> None:
    plan = vault_redeployed([])
    plan.top["errored"] = True
    assert checked(plan).code == 1


@pytest.mark.parametrize("profile", ["article", "full"])
@pytest.mark.parametrize(
    "plan", [vault_redeployed([]), policy_replaced(["delete", "create"])], ids=["vault", "policy"]
)
def test_the_commands_of_a_finding_replay_it(plan: b.TerraformPlan, profile: str) -> None:
    commands = checked(plan, "--commands", "--profile", profile)
    assert commands.code == 1
    replayed = run_cli("run", "--profile", profile, "-", text=commands.out.encode())
    assert replayed.code == 0
    answers = [json.loads(line) for line in replayed.out.splitlines()]
    assert answers[-2]["observation"]["document"] != {}
    assert answers[-1]["observation"]["document"] == {}
    assert "document" not in answers[-1].get("unspecified", {})
    assert answers[-1]["command"]["command"] == "RevokeKeyAccess"


@pytest.mark.parametrize(
    ("permissions", "red_from", "code"),
    [
        ([], "loses", 1),
        ([], "not-specified", 1),
        (["Get"], "loses", 0),
        (["Get"], "", 1),
        ([], "", 1),
        (b.PERMISSIONS, "", 0),
        (["Get"], "may-lose", 1),
        (["Get"], "refused", 1),
        (b.PERMISSIONS, "not-specified", 0),
    ],
)
def test_the_exit_code_follows_from_the_gravest_verdict(
    permissions: list[str], red_from: str, code: int, tmp_path: Path
) -> None:
    plan = vault_redeployed([b.policy_entry(permissions=permissions)])
    file = tmp_path / "exceptions.yaml"
    file.write_text(f"red-from: {red_from}")
    options = ("--exceptions", str(file)) if red_from else ()
    assert checked(plan, *options).code == code


@pytest.mark.parametrize("profile", ["article", "full"])
def test_a_consequence_has_one_status(profile: str) -> None:
    given_up = plan_with(without=T)
    given_up.update(T, b.account(key=b.key_id()), b.account())
    with_role = switched(lambda plan: plan.create("azurerm_role_assignment.r", b.role()))
    seen = 0
    for plan in (given_up, with_role, policy_replaced(["delete", "create"])):
        found = json.loads(checked(plan, "--profile", profile, "--format", "json").out)
        for finding in found["findings"]:
            for part in finding["parts"]:
                for consequence in part["consequences"]:
                    seen += 1
                    for status in ("not specified", "not stated", "assumed"):
                        assert status not in consequence["says"]
    assert seen


def test_of_many_changes_without_a_finding_some_are_named_and_the_rest_counted() -> None:
    plan = plan_with()
    for number in range(6):
        plan.create(f"{P}[{number}]", b.policy(b.OTHER))
    done = checked(plan)
    shown = " ".join(done.out.split())
    assert f"Nothing found on 6 other changes: {P}[0] (created)" in shown
    assert "and 2 more." in shown


def test_the_stage_of_the_commands_has_the_subscription_of_the_account() -> None:
    """The vault is made by the plan, so its own is not known."""
    plan = plan_with(without=f"{T} {V} {K} {P}")
    plan.keep(T, b.account())
    plan.create(V, b.vault(id=b.UNKNOWN, purge_protection_enabled=False))
    plan.create(K, b.key(id=b.UNKNOWN, key_vault_id=b.UNKNOWN), refers={"key_vault_id": f"{V}.id"})
    refers = {"key_vault_key_id": f"{K}.id"}
    address = "azurerm_cognitive_account_customer_managed_key.c"
    plan.create(address, b.cmk(key_vault_key_id=b.UNKNOWN), refers=refers)
    lines = checked(plan, "--commands").out.splitlines()
    [subscription] = json.loads(lines[0])["stage"]["subscriptions"]
    assert subscription in b.SUBSCRIPTION


def test_the_revision_counts_that_is_named() -> None:
    done = checked(vault_redeployed([]), "--revision", "2025-11-18")
    assert "(18 November 2025)" in " ".join(done.out.split())
    error = one_error(checked(vault_redeployed([]), "--revision", "1999-01-01"))
    assert "1999-01-01" in error


def test_a_masked_value_is_never_printed() -> None:
    plan = plan_with(without=f"{T} {V}")
    account = b.account("secret-account", key=b.key_id("secret-vault"))
    plan.update(
        T, account, {**account, "identity": []}, masked={"name": True, "primary_access_key": True}
    )
    vault = b.vault("secret-vault", policies=[b.policy_entry()])
    plan.keep(V, vault, masked={"name": True})
    for options in ((), ("--commands",)):
        done = checked(plan, *options)
        assert done.code == 1
        assert "secret-" not in done.out
        assert "SECRET" not in done.out


def test_a_file_that_is_no_plan_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    file = tmp_path / "plan.out"
    file.write_bytes(b"PK\x03\x04")
    assert "terraform show -json" in one_error(run_cli("check-plan", file))


def test_every_kind_of_change_has_advice_and_no_other_has() -> None:
    folder = Path(changes.__file__).parent
    files = [*folder.glob("*changes.py"), folder / "undecided.py", folder / "findings.py"]
    source = "".join(file.read_text("utf-8") for file in files)
    named = set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', source))
    kinds = {each for each in named if each in all_advice()}
    assert kinds == set(all_advice())
    made = set(re.findall(r'context.change\(\s*"([a-z-]+)"', source))
    assert made <= kinds


def test_a_change_that_harms_only_in_some_orders_says_so() -> None:
    plan = b.TerraformPlan()
    plan.create(T, b.account(id=b.UNKNOWN, principal=b.UNKNOWN))
    plan.keep(V, b.vault())
    plan.create(P, b.policy(b.UNKNOWN), refers={"object_id": f"{T}.identity[0].principal_id"})
    address = "azurerm_cognitive_account_customer_managed_key.c"
    values = b.cmk(cognitive_account_id=b.UNKNOWN)
    plan.create(address, values, refers={"cognitive_account_id": f"{T}.id"})
    done = checked(plan)
    assert "It depends on the order of the changes" in " ".join(done.out.split())


def test_twelve_unordered_changes_of_one_account_are_bounded_and_that_is_said() -> None:
    plan = plan_with(without=f"{T} {V}")
    plan.delete(T, b.account(key=b.key_id()))
    plan.delete(V, b.vault(policies=[b.policy_entry()]))
    for number in range(12):
        address = f"azurerm_key_vault_access_policy.p{number}"
        plan.delete(address, b.policy(b.UNKNOWN, id=str(number)))
        plan.changes[-1]["change"]["before"].update(object_id=b.PRINCIPAL)
    found = json.loads(checked(plan, "--format", "json").out)
    assert found["findings"]
    assert "not-judged" in {each["verdict"] for each in found["findings"]}
