"""A plan is known by its content in any encoding; of every other file one line says what it is and
what to do."""

import codecs
import io
import json
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import yaml

from tests.plans import builder as b
from translator_cmk.errors import CommandError
from translator_cmk.plans.configuration import attribute_of, resource_of
from translator_cmk.plans.plan import UNKNOWN, Plan, PlannedResource, without_keys
from translator_cmk.plans.reading import read_plan

NOT_PLANS = yaml.safe_load(Path(__file__).with_name("not_plans.yaml").read_text("utf-8"))


def read(content: bytes, folder: Path) -> Plan:
    file = folder / "plan.json"
    file.write_bytes(content)
    return read_plan(str(file))


def read_dict(value: Any, folder: Path) -> Plan:
    return read(json.dumps(value).encode(), folder)


def resource(plan: Plan, address: str) -> PlannedResource:
    [found] = [each for each in plan.resources if each.address == address]
    return found


@pytest.mark.parametrize("case", NOT_PLANS, ids=[case["is"] for case in NOT_PLANS])
def test_one_line_says_what_a_file_is_and_what_to_do(case: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(CommandError) as error:
        read(case["text"].encode(), tmp_path)
    message = str(error.value)
    assert case["is"] in message
    assert case["do"] in message
    assert "\n" not in message
    assert "SECRET" not in message
    assert message.startswith(str(tmp_path / "plan.json"))
    assert error.value.exit_code == 2


def test_the_text_of_a_plan_is_known_though_it_begins_far_below(tmp_path: Path) -> None:
    refreshed = "azurerm_key_vault.v: Refreshing state...\n" + "\n" * 30_000
    with pytest.raises(CommandError, match="the text of a plan, for people"):
        read(f"{refreshed}Terraform will perform the following actions:".encode(), tmp_path)


@pytest.mark.parametrize("content", [b"\xff\xfe\xff{\xd8", b'{"a": "\xff"}', b"\0\xd8{"])
def test_a_file_that_is_no_text_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="not a text in"):
        read(content, tmp_path)


def test_a_file_that_is_nested_too_deeply_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nested too deeply"):
        read(b"[" * 200_000, tmp_path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="can't be read: No such file"):
        read_plan(str(tmp_path / "none.json"))


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
    ],
)
def test_a_plan_is_read_in_any_encoding_that_powershell_writes(
    mark: bytes, encoding: str, tmp_path: Path
) -> None:
    plan = b.TerraformPlan()
    plan.keep("azurerm_key_vault.v", b.vault(tags={"owner": "Zoë"}))
    text = json.dumps(plan.as_dict(), ensure_ascii=False)
    found = read(mark + text.encode(encoding), tmp_path)
    before = resource(found, "azurerm_key_vault.v").before
    assert before is not None
    assert before.get("tags") == {"owner": "Zoë"}


def test_a_plan_is_read_from_standard_input() -> None:
    stream = io.TextIOWrapper(io.BytesIO(b.TerraformPlan().as_json()))
    with patch.object(sys, "stdin", stream):
        assert read_plan("-").source == "standard input"


def test_a_plan_without_changes_is_a_plan(tmp_path: Path) -> None:
    value = {"format_version": "1.2", "terraform_version": "1.13.4", "planned_values": {}}
    assert read_dict(value, tmp_path).resources == ()


def test_fields_and_minor_versions_that_are_new_are_ignored(tmp_path: Path) -> None:
    plan = b.TerraformPlan(format_version="1.99", something_new=[{"a": 1}])
    plan.keep("azurerm_key_vault.v", b.vault())
    assert len(read_dict(plan.as_dict(), tmp_path).resources) == 1


def test_an_unknown_value_is_neither_set_nor_unset(tmp_path: Path) -> None:
    plan = b.TerraformPlan()
    plan.create("azurerm_key_vault.v", b.vault(id=b.UNKNOWN, contact=None))
    plan.create(
        "azurerm_cognitive_account.t",
        b.account(identity=[{"type": "SystemAssigned", "principal_id": b.UNKNOWN}]),
    )
    plan.update("azurerm_key_vault.w", b.vault("kv-w"), b.vault("kv-w", policies=b.UNKNOWN))
    found = read_dict(plan.as_dict(), tmp_path)
    vault = resource(found, "azurerm_key_vault.v").after
    account = resource(found, "azurerm_cognitive_account.t").after
    other = resource(found, "azurerm_key_vault.w").after
    assert vault is not None
    assert account is not None
    assert other is not None
    assert vault.get("id") is UNKNOWN
    assert vault.get("contact") is None
    assert account.get("identity.principal_id") is UNKNOWN
    assert account.get("identity.type") == "SystemAssigned"
    assert other.blocks("access_policy") is UNKNOWN


def test_a_plan_that_failed_or_is_partial_says_so(tmp_path: Path) -> None:
    failed = read_dict(b.TerraformPlan(errored=True).as_dict(), tmp_path)
    partial = read_dict(b.TerraformPlan(complete=False).as_dict(), tmp_path)
    whole = read_dict(b.TerraformPlan().as_dict(), tmp_path)
    assert failed.failed
    assert partial.is_partial
    assert not whole.failed
    assert not whole.is_partial


def test_references_lead_through_modules_and_loops(tmp_path: Path) -> None:
    vault = {
        "address": "azurerm_key_vault.v",
        "mode": "managed",
        "type": "azurerm_key_vault",
        "name": "v",
        "expressions": {},
    }
    output = {"expression": {"references": ["azurerm_key_vault.v.id", "azurerm_key_vault.v"]}}
    policy = {
        "address": "azurerm_key_vault_access_policy.p",
        "expressions": {
            "key_vault_id": {"references": ["var.vault"]},
            "object_id": {"references": ["each.value.principal", "each.value"]},
        },
        "for_each_expression": {"references": ["var.accounts"]},
    }
    configuration = {
        "root_module": {
            "resources": [{"address": "azurerm_cognitive_account.t", "expressions": {}}],
            "module_calls": {
                "vault": {"module": {"resources": [vault], "outputs": {"id": output}}},
                "access": {
                    "expressions": {
                        "vault": {"references": ["module.vault.id", "module.vault"]},
                        "accounts": {
                            "references": [
                                "azurerm_cognitive_account.t.identity[0].principal_id",
                                "azurerm_cognitive_account.t.identity[0]",
                                "azurerm_cognitive_account.t.identity",
                                "azurerm_cognitive_account.t",
                            ]
                        },
                    },
                    "module": {"resources": [policy]},
                },
            },
        }
    }
    address = 'module.access.azurerm_key_vault_access_policy.p["a.b[0]"]'
    entry = {
        "address": address,
        "type": "azurerm_key_vault_access_policy",
        "change": {"actions": ["create"], "after": {}},
    }
    plan = read_dict(
        {"format_version": "1.2", "configuration": configuration, "resource_changes": [entry]},
        tmp_path,
    )
    references = resource(plan, address).references
    assert references == {
        "key_vault_id": ("module.vault.azurerm_key_vault.v.id",),
        "object_id": ("azurerm_cognitive_account.t.identity[0].principal_id",),
    }
    assert plan.dependencies[without_keys(address)] == {
        "module.vault.azurerm_key_vault.v",
        "azurerm_cognitive_account.t",
    }


def test_a_reference_is_an_address_and_an_attribute() -> None:
    reference = 'module.m["x.y"].data.azurerm_key_vault.v[0].access_policy[1].object_id'
    assert resource_of(reference) == "module.m.data.azurerm_key_vault.v"
    assert attribute_of(reference) == "access_policy.object_id"


def test_settings_of_the_provider_are_read(tmp_path: Path) -> None:
    plan = b.TerraformPlan()
    plan.features = {"key_vault": {"recover_soft_deleted_keys": False}}
    plan.keep("azurerm_key_vault.v", b.vault())
    found = read_dict(plan.as_dict(), tmp_path)
    vault = resource(found, "azurerm_key_vault.v")
    assert found.feature(vault, "key_vault.recover_soft_deleted_keys", True) is False
    assert found.feature(vault, "key_vault.recover_soft_deleted_key_vaults", True) is True


def test_what_if_is_read_as_the_cli_prints_it_as_rest_answers_and_of_a_stack(
    tmp_path: Path,
) -> None:
    change = b.arm_change("Modify", b.arm_vault(policies=[b.PRINCIPAL]), b.arm_vault())
    rest = {name: value for name, value in change.items() if value is not None}
    stack = {
        "id": b.vault_id(),
        "changeType": "modify",
        "resourceConfigurationChanges": {"before": change["before"], "after": change["after"]},
    }
    shapes = [
        b.what_if(change),
        {"status": "succeeded", "properties": {"changes": [rest]}},
        {"properties": {"changes": {"resourceChanges": [stack]}}},
    ]
    for shape in shapes:
        plan = read_dict(shape, tmp_path)
        [found] = plan.resources
        assert (found.type, found.actions) == ("Microsoft.KeyVault/vaults", ("update",))
        assert found.before is not None
        assert found.after is not None
        assert len(found.before.get("properties.accessPolicies")) == 1
        assert found.after.get("properties.accessPolicies") == []


def test_what_what_if_does_not_resolve_is_unknown(tmp_path: Path) -> None:
    after = b.arm_vault(policies=["[reference('x').identity.principalId]"])
    plan = read_dict(b.what_if(b.arm_change("Create", None, after)), tmp_path)
    [found] = plan.resources
    assert found.after is not None
    [entry] = found.after.block("properties").blocks("accessPolicies")
    assert entry.get("objectId") is UNKNOWN


def test_what_what_if_does_not_evaluate_may_change(tmp_path: Path) -> None:
    unsupported = b.arm_change("Unsupported", b.arm_vault(), None)
    plan = read_dict(b.what_if(unsupported), tmp_path)
    assert plan.resources[0].actions == ("perhaps",)
    assert plan.not_evaluated
