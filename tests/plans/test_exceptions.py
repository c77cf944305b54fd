"""A file says what is known beforehand: it hides nothing, and counts until its day."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.command_line import one_error, run_cli
from tests.plans import builder as b
from tests.plans.test_cases import P, T, V, plan_with, vault_redeployed

LATER, PAST = "2999-12-31", "2020-01-01"


def exception(**values: str) -> dict[str, str]:
    return {"address": V, "verdict": "loses", "reason": "it ends", "until": LATER, **values}


def checked(folder: Path, *options: str, plan: Any = None, **content: Any) -> Any:
    file = folder / "exceptions.yaml"
    file.write_text(json.dumps(content))
    plan = vault_redeployed([]) if plan is None else plan
    text = json.dumps(plan if isinstance(plan, dict) else plan.as_dict()).encode()
    return run_cli("check-plan", "-", "--exceptions", str(file), *options, text=text)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, 0),
        ({"until": PAST}, 1),
        ({"verdict": "may-lose"}, 1),
        ({"address": "azurerm_key_vault.other"}, 1),
    ],
)
def test_an_exception_counts_for_its_verdict_at_its_address_until_its_day(
    values: dict[str, str], code: int, tmp_path: Path
) -> None:
    done = checked(tmp_path, known=[exception(**values)])
    assert done.code == code
    assert "it ends" in done.out
    assert "LOSES" in done.out


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "markdown"])
def test_what_is_known_is_shown_with_its_reason_in_every_format(form: str, tmp_path: Path) -> None:
    done = checked(tmp_path, "--format", form, known=[exception()])
    assert done.code == 0
    assert "it ends" in done.out
    assert "loses" in done.out or "LOSES" in done.out
    if form == "junit":
        assert ElementTree.fromstring(done.out).find("testsuite/testcase/skipped") is not None
    if form == "sarif":
        [result] = json.loads(done.out)["runs"][0]["results"]
        assert result["suppressions"][0]["kind"] == "external"


@pytest.mark.parametrize(
    ("values", "code"),
    [({"address": T}, 0), ({"address": T, "until": PAST}, 1), ({"address": P}, 1)],
)
def test_what_goes_with_a_known_deletion_is_known(
    values: dict[str, str], code: int, tmp_path: Path
) -> None:
    plan = plan_with(without=f"{T} {P} {V}")
    plan.delete(T, b.account(key=b.key_id()))
    plan.delete(P, b.policy(), depends=(T,))
    plan.delete(V, b.vault(), depends=(P,))
    assert checked(tmp_path, plan=plan, known=[exception(**values)]).code == code


def test_an_id_of_azure_is_known_by_its_short_form_and_without_case(tmp_path: Path) -> None:
    plan = b.what_if(
        b.arm_change("Ignore", b.arm_account(key="cmk"), None),
        b.arm_change("Delete", b.arm_vault(policies=[b.PRINCIPAL]), None),
    )
    for address in (b.vault_id().upper(), "microsoft.keyvault/vaults/kv-apps in rg"):
        assert checked(tmp_path, plan=plan, known=[exception(address=address)]).code == 0


def test_a_proposed_exception_is_shown_and_does_not_count(tmp_path: Path) -> None:
    proposed = tmp_path / "proposed.yaml"
    proposed.write_text(json.dumps({"known": [exception()], "red-from": "loses"}))
    done = checked(tmp_path, "--proposed", str(proposed), known=[])
    assert done.code == 1
    assert "is new" in done.out


def test_what_was_not_judged_can_be_known(tmp_path: Path) -> None:
    plan = b.TerraformPlan()
    plan.delete(V, b.vault(policies=[b.policy_entry()]))
    assert checked(tmp_path, plan=plan).code == 4
    assert checked(tmp_path, plan=plan, known=[exception(verdict="not-judged")]).code == 0


def test_each_account_holds_what_its_line_says(tmp_path: Path) -> None:
    for holds, code in (
        ({"translator-prod": "nothing"}, 0),
        ({"others": "nothing"}, 0),
        ({"others": "nothing", "translator-prod": "documents"}, 1),
        ({"another": "nothing"}, 1),
    ):
        assert checked(tmp_path, holds=holds).code == code


def test_a_file_that_is_wrong_is_one_line(tmp_path: Path) -> None:
    wrong: list[dict[str, Any]] = [
        {"known": [exception(until="2026-99-99")]},
        {"red-from": "x"},
        {"knwon": []},
    ]
    for content in wrong:
        assert "exceptions.yaml:1" in one_error(checked(tmp_path, **content))
    assert "no.yaml" in one_error(
        run_cli("check-plan", "-", "--exceptions", "no.yaml", text=plan_with().as_json())
    )
