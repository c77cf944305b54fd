"""Each format has every finding: JSON by its schema, SARIF with file and line, JUnit as the exit
code counts, Markdown without markup from a plan."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.command_line import VALID, one_error, run_cli
from tests.plans import builder as b
from tests.plans.test_cases import K, P, T, V, key_replaced, plan_with, report, vault_redeployed
from translator_cmk.plans.sources import find_places, place_of
from translator_cmk.plans.words import format_markdown, format_text

NASTY = 'azurerm_key_vault.v["`<b>|x|*a*"]'


def printed(plan: b.TerraformPlan, *options: object) -> str:
    done = run_cli("check-plan", "-", *options, text=plan.as_json())
    assert done.error == ""
    return done.out


def two_findings() -> b.TerraformPlan:
    plan = plan_with(without=f"{V} {K} {P}")
    plan.update(V, b.vault(policies=[b.policy_entry()]), b.vault(policies=[]))
    plan.update(K, b.key(), b.key(expiration_date="2027-12-31T00:00:00Z"))
    return plan


PLANS = {
    "two findings": two_findings,
    "a key replaced": lambda: key_replaced(["delete", "create"]),
    "nothing found": lambda: vault_redeployed([b.policy_entry()]),
    "nothing judged": b.TerraformPlan,
}


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
@pytest.mark.parametrize("profile", ["article", "full"])
def test_json_is_as_its_schema_has_it(plan: Any, profile: str) -> None:
    value = json.loads(printed(plan(), "--format", "json", "--profile", profile))
    VALID["plan-findings"].validate(value)
    for field in value:
        less = {name: item for name, item in value.items() if name != field}
        assert not VALID["plan-findings"].is_valid(less)


def test_json_has_verdict_address_requirements_and_bases() -> None:
    value = json.loads(printed(two_findings(), "--format", "json"))
    found = [(each["verdict"], each["address"]) for each in value["findings"]]
    assert found == [("loses", V), ("not-specified", K)]
    first = value["findings"][0]
    assert first["article"] is True
    assert "revocation.deletes-uploads" in first["requirements"]
    consequences = first["parts"][0]["consequences"]
    assert {each["basis"] for each in consequences} == {"stated"}
    assert {each["becomes"] for each in consequences} == {"lost"}


def test_json_says_why_something_is_replaced() -> None:
    plan = key_replaced(["delete", "create"])
    [key] = [each for each in plan.changes if each["address"] == K]
    key["change"]["replace_paths"] = [["key_size"], ["release_policy", 0]]
    value = json.loads(printed(plan, "--format", "json"))
    by_address = {each["address"]: each["why"] for each in value["findings"]}
    assert "key_size, release_policy.0" in by_address[K]


def test_sarif_has_a_result_for_each_finding_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        '# vaults\nresource "azurerm_key_vault" "v" {\n}\nresource azurerm_key_vault_key "k" {\n}\n'
    )
    module = tmp_path / "modules" / "m"
    module.mkdir(parents=True)
    (module / "main.tf").write_text('resource "azurerm_key_vault" "v" {}\n')
    log = json.loads(printed(two_findings(), "--format", "sarif", "--source", tmp_path))
    [run] = log["runs"]
    levels = {result["ruleId"]: result["level"] for result in run["results"]}
    assert levels == {"loses": "error", "not-specified": "note"}
    known = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert set(levels) <= known
    lines = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert [line["region"]["startLine"] for line in lines] == [2, 4]
    assert lines[0]["artifactLocation"]["uri"].endswith("/main.tf")
    prints = {result["partialFingerprints"]["verdictAndAddress/v1"] for result in run["results"]}
    assert len(prints) == 2


@pytest.mark.parametrize(
    "before",
    [
        '/* was:\nresource "azurerm_key_vault" "v" {\n}\n*/\n',
        'x = "/*"\ny = "\\"*/read"\n# /*\n',
        'x = <<-EOT\n  resource "azurerm_key_vault" "v" {\n  /*\n  EOT\n',
    ],
)
def test_a_block_in_a_comment_or_in_a_text_is_no_place(before: str, tmp_path: Path) -> None:
    written = f'{before}resource "azurerm_key_vault" "v" {{\n}}\n/* */\n'
    (tmp_path / "main.tf").write_text(written)
    log = json.loads(printed(two_findings(), "--format", "sarif", "--source", tmp_path))
    [location] = log["runs"][0]["results"][0]["locations"]
    assert location["physicalLocation"]["region"]["startLine"] == before.count("\n") + 1


def test_the_place_of_a_resource_is_found_whatever_the_key_of_its_instance_is(
    tmp_path: Path,
) -> None:
    (tmp_path / "main.tf").write_text('resource "azurerm_key_vault" "v" {\n}\n')
    places = find_places(str(tmp_path))
    for address in (f'{V}["{V}"]', f"{V}[0] (deposed 1a)"):
        place = place_of(places, str(tmp_path), address, "azurerm_key_vault")
        assert place is not None
        assert place.line == 1


@pytest.mark.parametrize("source", [True, False])
def test_sarif_has_a_place_in_a_file_for_each_result(source: bool, tmp_path: Path) -> None:
    """Code scanning refuses a whole file in which one result has none."""
    (tmp_path / "main.tf").write_text('module "keys" {\n  source = "./m"\n}\n')
    plan = plan_with(without=f"{V} {P}")
    plan.delete(f"module.keys.{P}", b.policy())
    plan.update(V, b.vault(policies=[b.policy_entry()]), b.vault(policies=[]))
    file = tmp_path / "plan.json"
    file.write_bytes(plan.as_json())
    options = ("--source", tmp_path) if source else ()
    done = run_cli("check-plan", file, "--format", "sarif", *options)
    results = json.loads(done.out)["runs"][0]["results"]
    places = {}
    for result in results:
        [location] = result["locations"]
        [name] = location["logicalLocations"]
        file_of = location["physicalLocation"]["artifactLocation"]["uri"]
        places[name["fullyQualifiedName"]] = Path(file_of).name
    called = "main.tf" if source else "plan.json"
    assert places == {V: "plan.json", f"module.keys.{P}": called}


def test_a_source_that_is_no_folder_is_one_line(tmp_path: Path) -> None:
    done = run_cli("check-plan", "-", "--source", tmp_path / "no", text=two_findings().as_json())
    assert "no such folder" in one_error(done)


def test_the_lock_of_an_editor_in_the_source_is_no_configuration(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "azurerm_key_vault" "v" {}\n')
    (tmp_path / ".#main.tf").symlink_to("user@host.1234")
    log = json.loads(printed(two_findings(), "--format", "sarif", "--source", tmp_path))
    [location] = log["runs"][0]["results"][0]["locations"]
    assert location["physicalLocation"]["region"]["startLine"] == 1


def test_a_source_that_cannot_be_read_is_one_line_that_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "gone.tf").symlink_to(tmp_path / "nowhere")
    done = run_cli("check-plan", "-", "--source", tmp_path, text=two_findings().as_json())
    assert "gone.tf: can't be read: No such file" in one_error(done)


@pytest.mark.parametrize(("red_from", "failures"), [("loses", 1), ("not-specified", 2)])
def test_junit_fails_where_the_exit_code_counts(
    red_from: str, failures: int, tmp_path: Path
) -> None:
    file = tmp_path / "exceptions.yaml"
    file.write_text(f"red-from: {red_from}")
    text = printed(two_findings(), "--format", "junit", "--exceptions", file)
    root = ElementTree.fromstring(text)
    suite = root.find("testsuite")
    assert suite is not None
    assert suite.attrib["tests"] == "2"
    assert suite.attrib["failures"] == str(failures)
    assert len(suite.findall("testcase/failure")) == failures
    assert len(suite.findall("testcase/skipped")) == 2 - failures


def test_junit_of_a_plan_without_findings_has_one_case_that_passes() -> None:
    root = ElementTree.fromstring(printed(b.TerraformPlan(), "--format", "junit"))
    [case] = root.findall("testsuite/testcase")
    assert list(case) == []


def test_markdown_has_no_markup_of_a_plan() -> None:
    plan = plan_with(without=f"{V} {P}")
    plan.update(NASTY, b.vault(policies=[b.policy_entry()]), b.vault(policies=[]))
    text = printed(plan, "--format", "markdown")
    assert r"""**LOSES** `azurerm_key_vault.v["'<b>\|x\|*a*"]` changed""" in text
    assert "| uploaded documents are deleted | revocation.deletes-uploads | stated |" in text


def test_markdown_is_cut_to_what_a_comment_may_have(tmp_path: Path) -> None:
    found = report(two_findings(), tmp_path)
    many = replace(found, findings=found.findings * 200)
    comment = format_markdown(many, 1)
    assert len(comment) < 65_000
    assert "more findings, too long for a comment" in comment
    assert "LOSES: 200 changes" in comment
    assert len(format_text(many, 1, {})) > 65_000


@pytest.mark.parametrize("form", ["text", "sarif", "junit", "markdown"])
def test_what_to_do_comes_before_what_the_foundry_pages_say(form: str) -> None:
    plan = plan_with(without=T)
    before = b.account(key=b.key_id(), kind="AIServices")
    plan.update(T, before, {**before, "identity": []})
    text = printed(plan, "--format", form)
    assert text.index("Instead") < text.index("of kind AIServices")


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "markdown"])
def test_no_format_prints_what_is_masked(form: str) -> None:
    plan = plan_with(without=f"{T} {V}")
    account = b.account("secret-account", key=b.key_id("secret-vault"))
    masked = {"name": True, "primary_access_key": True}
    plan.update(T, account, {**account, "identity": []}, masked=masked)
    vault = b.vault("secret-vault", policies=[b.policy_entry()])
    plan.keep(V, vault, masked={"name": True})
    text = printed(plan, "--format", form)
    assert "deploys" in text or "undeployed" in text
    assert "secret-" not in text
    assert "SECRET" not in text
