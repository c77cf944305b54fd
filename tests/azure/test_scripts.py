"""The scripts of the pages *Enable* and *Protect* do what they say, and the texts in Bicep and for
Terraform set the same.

They run with the Azure CLI against a server of the model.  What it lacks goes to a stand-in, which
lets the CLI read the arguments.
"""

import base64
import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.azure.az_stand_in import OPERATOR
from tests.azure.test_alerts import TEXTS, option, read_watch
from tests.azure.test_azure_cli import INSTALLED, RAN, azure_env, cli_version, record_run
from tests.command_line import ROOT
from tests.recorded import recorded

pytestmark = pytest.mark.azure

EXAMPLES = ROOT / "docs" / "examples"

SIGN_IN = """set -euo pipefail
az login --service-principal --username "$AZURE_CLIENT_ID" --password any --tenant "$AZURE_TENANT_ID" --output none
export GROUP=rg-cmk REGION=westeurope SUFFIX=4711 MAIL=on-call@contoso.com PAUSE=0 ATTEMPTS=2 AZ_REAL=$(command -v az)
export PATH=$FOLDER:$PATH
run() { # PHASE COMMAND...
    export AZ_RECORD=$FOLDER/$1.jsonl
    local code=0
    "${@:2}" >"$FOLDER/$1.out" 2>"$FOLDER/$1.err" || code=$?
    echo "@@ $1 $code"
}
"""
"""What a reader has done or set before, and how each phase is run and recorded."""

SHOWN = {
    "translator": "az cognitiveservices account show --name translator-4711 --resource-group rg-cmk",
    "vault": "az keyvault show --name kv-4711",
    "key": "az keyvault key show --vault-name kv-4711 --name cmk",
}
"""For each resource of the Bicep text: the command that shows what the script has made."""

PHASES = (
    "run group az group create --name rg-cmk --location northeurope",
    "run stopped env KEY=not_a_name AZ_REFUSED='lock create' bash az/set-up.sh",
    "run set-up env AZ_REFUSED='lock create' bash az/set-up.sh",
    *(f"run {name} {command}" for name, command in SHOWN.items()),
    "run rotate env AZ_OPERATOR_MAY='get list' bash az/rotate.sh",
    "run again bash az/set-up.sh",
    "run another-region env REGION=eastus bash az/set-up.sh",
    "run another-key env KEY=other bash az/set-up.sh",
    "run rotate-another-key env KEY=other bash az/rotate.sh",
    "mkdir $FOLDER/kql; cp kql/key-deleted.kql $FOLDER/kql",
    "run watch env QUERIES=$FOLDER/kql TRANSLATOR_SUBSCRIPTION=another bash az/watch.sh",
    "run default-vault az keyvault create --name kv-4713 --resource-group rg-cmk --location westeurope --no-self-perms true",
    "run default-policy az keyvault set-policy --name kv-4713 --object-id 135dbeb9-9916-5ebe-948a-491af8efa959 --key-permissions get",
    "run on-default-vault env SUFFIX=4713 bash az/set-up.sh",
)
"""What is run, in order."""


class Phase(NamedTuple):
    """What came of a phase."""

    code: int
    out: str
    error: str
    commands: Sequence[Sequence[str]]

    @property
    def shown(self) -> Any:
        """The first JSON value that it printed."""
        return json.JSONDecoder().raw_decode(self.out)[0]

    def named(self, *words: str) -> list[Sequence[str]]:
        """Return the commands that begin with these words."""
        return [each for each in self.commands if tuple(each[: len(words)]) == words]


@pytest.fixture(scope="session")
def phases(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Phase]:
    """Every phase, by name."""
    folder = recorded(tmp_path_factory, "scripts", run_the_scripts)
    found = {}
    for name, code in re.findall(r"^@@ (\S+) (\d+)$", (folder / "codes").read_text(), re.MULTILINE):
        record = (folder / f"{name}.jsonl").read_text("utf-8").splitlines()
        found[name] = Phase(
            int(code),
            (folder / f"{name}.out").read_text("utf-8"),
            (folder / f"{name}.err").read_text("utf-8"),
            [json.loads(line) for line in record],
        )
    return found


def run_the_scripts(folder: Path) -> None:
    """Run all phases, and leave in a folder what came of each."""
    stand_in = Path(__file__).with_name("az_stand_in.py")
    az = folder / "az"
    az.write_text(f'#!/bin/sh\nexec "{INSTALLED}/bin/python" "{stand_in}" "$@"\n', "utf-8")
    az.chmod(0o755)
    script = f"FOLDER={folder}\ncd {shlex.quote(str(EXAMPLES))}\n{SIGN_IN}" + "\n".join(PHASES)
    run = azure_env("bash", "-c", script)
    assert run.returncode == 0, run.stderr
    (folder / "codes").write_text(run.stdout, "utf-8")


def succeeded(phases: Mapping[str, Phase], name: str) -> Phase:
    """Return a phase that succeeded."""
    phase = phases[name]
    assert phase.code == 0, phase.error
    return phase


# Setting up, rotating, watching


def test_resource_uses_the_key_that_the_script_made_and_nobody_else_has_rights_on_it(
    phases: Mapping[str, Phase],
) -> None:
    phase = phases["set-up"]
    key = phases["key"].shown["key"]["kid"].split("/")
    used = phase.shown["keyVaultProperties"]
    assert phase.shown["keySource"] == "Microsoft.KeyVault"
    assert [used["keyName"], used["keyVersion"]] == key[-2:]
    (policy,) = phases["vault"].shown["properties"]["accessPolicies"]
    assert policy["objectId"] == phases["translator"].shown["identity"]["principalId"]
    assert policy["permissions"]["keys"] == ["get", "wrapKey", "unwrapKey"]
    record_run(cli_version(), {"set-up": RAN})


CHANGES = {"create", "update", "assign", "set-policy", "delete-policy", "rotate"}
"""Verbs of commands that change something."""


def changes(phase: Phase) -> list[Sequence[str]]:
    """Return the commands of a phase that change something."""
    return [each for each in phase.commands if CHANGES & {*each}]


def test_setting_up_goes_on_where_it_stopped_and_leaves_alone_what_is_there(
    phases: Mapping[str, Phase],
) -> None:
    assert phases["stopped"].code == 1
    made = [each[:3] for each in map(tuple, changes(phases["stopped"]))]
    assert ("cognitiveservices", "account", "create") in made
    again = [each[:3] for each in map(tuple, changes(phases["set-up"]))]
    assert ("cognitiveservices", "account", "create") not in again
    assert ("keyvault", "key", "create") in again


def test_who_may_not_lock_is_told_and_another_person_who_may_completes_it_and_changes_nothing_else(
    phases: Mapping[str, Phase],
) -> None:
    first = phases["set-up"]
    assert first.code == 1
    assert first.shown["keySource"] == "Microsoft.KeyVault"
    assert "Not locked: kv-4711 translator-4711" in first.error
    second = succeeded(phases, "again")
    assert {each[:2] for each in map(tuple, changes(second))} == {("lock", "create")}
    assert {
        option(each, "--resource"): option(each, "--lock-type") for each in changes(second)
    } == {
        "kv-4711": "CanNotDelete",
        "translator-4711": "CanNotDelete",
    }
    assert second.shown == phases["rotate"].shown


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("another-region", "translator-4711 is in westeurope"),
        ("another-key", "translator-4711 uses another key already"),
        ("rotate-another-key", "translator-4711 doesn't use the key other of kv-4711"),
        ("on-default-vault", "kv-4713 uses Azure RBAC"),
    ],
)
def test_what_is_there_and_does_not_fit_stops_a_script_before_it_changes_anything(
    phases: Mapping[str, Phase], name: str, says: str
) -> None:
    phase = phases[name]
    assert phase.code == 1
    assert says in phase.error
    assert changes(phase) == []


def rights_of_the_operator(phase: Phase) -> list[tuple[str, set[str]]]:
    """Return how the operator's permissions on keys were changed: each command, and what was set."""
    found = []
    for each in phase.named("keyvault"):
        if OPERATOR in each:
            permissions = (
                each[each.index("--key-permissions") + 1 :] if each[1] == "set-policy" else []
            )
            found.append((each[1], {*permissions} - {"--output", "none"}))
    return found


@pytest.mark.parametrize("name", ["set-up", "stopped"])
def test_operator_gives_the_rights_on_the_key_back_also_when_the_script_fails(
    phases: Mapping[str, Phase], name: str
) -> None:
    lent = {"create", "get", "list"}
    changed = rights_of_the_operator(phases[name])
    assert changed == [("set-policy", lent), ("delete-policy", set())]


def test_operator_who_had_rights_before_has_the_same_after(phases: Mapping[str, Phase]) -> None:
    phase = succeeded(phases, "rotate")
    assert rights_of_the_operator(phase) == [
        ("set-policy", {"get", "list", "rotate"}),
        ("set-policy", {"get", "list"}),
    ]


def test_rotation_puts_a_new_version_in_use_and_setting_up_again_leaves_it(
    phases: Mapping[str, Phase],
) -> None:
    before = phases["set-up"].shown["keyVaultProperties"]["keyVersion"]
    after = succeeded(phases, "rotate").shown["keyVaultProperties"]["keyVersion"]
    assert after != before
    assert succeeded(phases, "again").shown["keyVaultProperties"]["keyVersion"] == after
    record_run(cli_version(), {"rotate": RAN})


def test_cli_takes_every_command_of_the_script_that_watches(phases: Mapping[str, Phase]) -> None:
    phase = succeeded(phases, "watch")
    assert len(phase.named("rest")) == 1  # of one query; tests/azure/test_alerts.py has all
    settings = phase.named("monitor", "diagnostic-settings", "subscription")
    own, another = (option(each, "--subscription") for each in settings)
    assert own != another == "another"
    record_run(cli_version(), {"watch": RAN})


def test_stand_in_refuses_a_value_that_the_cli_does_not_know(tmp_path: Path) -> None:
    stand_in = str(Path(__file__).with_name("az_stand_in.py"))
    setting = "monitor diagnostic-settings subscription create --name x --workspace w --logs"
    unknown = '[{"category": "Administrative", "enabled": "perhaps"}]'
    found = subprocess.run(
        [str(INSTALLED / "bin" / "python"), stand_in, *setting.split(), unknown],
        env={**os.environ, "AZ_REAL": "az", "AZ_RECORD": str(tmp_path / "record.jsonl")},
        capture_output=True,
        check=False,
    )
    assert found.returncode != 0


def test_access_policies_are_refused_for_a_key_vault_that_the_cli_made_by_its_defaults(
    phases: Mapping[str, Phase],
) -> None:
    succeeded(phases, "default-vault")
    assert "--enable-rbac-authorization" in phases["default-policy"].error
    assert phases["default-policy"].code != 0


# The same in Bicep


def parsed(code: str, path: Path) -> Any:
    """Return what Python code makes of a text, with the parsers that `make azure-cli` installs."""
    python = [str(INSTALLED / "bin" / "python"), "-c", f"import json, sys; {code}"]
    run = subprocess.run(
        python, input=path.read_text("utf-8"), capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout)


@cache
def bicep(name: str) -> Any:
    """Return a Bicep text as data: parameters, resources and expressions."""
    code = "import pycep; print(json.dumps(pycep.BicepParser().parse(text=sys.stdin.read())))"
    return parsed(code, EXAMPLES / "bicep" / f"{name}.bicep")


RENAMED = {"properties.kty": "key.kty", "properties.keySize": "key.size", "name": "name"}
"""What Resource Manager and the data plane of Key Vault call differently."""


def test_each_value_in_the_bicep_text_is_what_the_script_has_made(
    phases: Mapping[str, Phase],
) -> None:
    resources = bicep("translator")["resources"]
    assert set(SHOWN) == set(resources) - {"vaultLock", "translatorLock"}
    compared = [
        (name, path, value, at(phases[name].shown, RENAMED.get(path, path)))
        for name in SHOWN
        for path, value in literals(resources[name]["config"])
    ]
    assert len(compared) > 15
    assert [each for each in compared if each[2] != each[3]] == []


VARIABLE = re.compile(r"\$\{|^(translatorName|vaultName|keyVersion|location|vault|translator)$")


def literals(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each value that the text fixes with its path; of a conditional, those of the case with
    a key.
    """
    if isinstance(value, dict):
        if "operator" in value:
            yield from literals(value["operator"]["operands"].get("false_value"), path)
        elif "function" not in value:
            for name, each in value.items():
                yield from literals(each, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from literals(each, f"{path}.{index}")
    elif value is not None and not (isinstance(value, str) and VARIABLE.search(value)):
        yield path, value


def at(value: Any, path: str) -> Any:
    """Return what is at a path of a JSON value; of a key, its name and size as well."""
    for part in path.split("."):
        if part == "size":
            return 8 * len(base64.b64decode(value["n"]))
        if part == "name" and isinstance(value.get("key"), dict):
            return value["key"]["kid"].split("/")[-2]
        value = value[int(part)] if isinstance(value, list) else value.get(part)
    return value


RULE = {
    "enabled": True,
    "severity": 1,
    "autoMitigate": False,
    "skipQueryValidation": True,
    "evaluationFrequency": "PT5M",
    "windowSize": "PT30M",
    "muteActionsDuration": "PT30M",
}
CRITERION = {
    "timeAggregation": "Count",
    "operator": "GreaterThan",
    "threshold": 0,
    "failingPeriods": {"numberOfEvaluationPeriods": 1, "minFailingPeriodsToAlert": 1},
}
"""What every alert has beside its query, its text and its targets."""


def test_every_alert_of_the_script_is_evaluated_in_the_same_way(
    phases: Mapping[str, Phase],
) -> None:
    for rule in read_watch(phases["watch"].commands).rules:
        (criterion,) = rule["criteria"]["allOf"]
        assert {name: rule[name] for name in RULE} == RULE
        assert {name: criterion[name] for name in CRITERION} == CRITERION


def test_bicep_watches_what_the_script_watches(phases: Mapping[str, Phase]) -> None:
    alerts, log = bicep("alerts"), bicep("vault-log")["resources"]["vaultLog"]["config"]
    texts = {}
    for each in alerts["variables"]["queries"]["value"]:
        file = each["text"]["function"]["parameters"]["file_path"]
        texts[each["name"]] = (EXAMPLES / "bicep" / file).read_text("utf-8")
    assert texts == TEXTS
    watch = read_watch(phases["watch"].commands)
    assert log["properties"]["logAnalyticsDestinationType"] == "Dedicated"
    assert {each["categoryGroup"] for each in log["properties"]["logs"]} == watch.tables[
        "AZKVAuditLogs"
    ]
    activity = bicep("watch")["resources"]["activityLog"]["config"]["properties"]["logs"]
    assert {each["category"] for each in activity} == watch.tables["AzureActivity"]
    text = json.dumps(alerts["resources"]["alerts"])
    for name, value in {**RULE, **CRITERION}.items():
        assert f'"{name}": {json.dumps(value)}' in text, name


# The same for Terraform


@cache
def terraform(name: str) -> Mapping[str, Mapping[str, Any]]:
    """Return the resources of a text for Terraform, by type and name."""
    code = (
        "import hcl2; options = hcl2.SerializationOptions("
        "strip_string_quotes=True, explicit_blocks=False, with_comments=False); "
        "print(json.dumps(hcl2.loads(sys.stdin.read(), serialization_options=options)))"
    )
    found: dict[str, dict[str, Any]] = {}
    for each in parsed(code, EXAMPLES / "terraform" / name / "main.tf")["resource"]:
        for kind, named in each.items():
            found.setdefault(kind, {}).update(named)
    return found


def test_terraform_sets_up_what_the_script_has_made(phases: Mapping[str, Phase]) -> None:
    found = terraform("set-up")
    made, vault = phases["translator"].shown, phases["vault"].shown["properties"]
    account = found["azurerm_cognitive_account"]["translator"]
    assert account["kind"] == made["kind"]
    assert account["sku_name"] == made["sku"]["name"]
    assert account["identity"] == [{"type": made["identity"]["type"]}]
    assert account["custom_subdomain_name"] == account["name"]
    text = found["azurerm_key_vault"]["vault"]
    assert text["rbac_authorization_enabled"] is vault["enableRbacAuthorization"]
    assert text["purge_protection_enabled"] is vault["enablePurgeProtection"]
    assert text["soft_delete_retention_days"] == vault["softDeleteRetentionInDays"]
    (policy,) = text["access_policy"]
    permissions = [each.lower() for each in policy["key_permissions"]]
    assert permissions == [
        each.lower() for each in vault["accessPolicies"][0]["permissions"]["keys"]
    ]
    assert policy["object_id"] == "${azurerm_cognitive_account.translator.identity[0].principal_id}"
    key = found["azapi_resource"]["key"]["body"]["properties"]
    assert key["kty"] == phases["key"].shown["key"]["kty"]
    assert key["keySize"] == at(phases["key"].shown, "key.size")
    assert {each["lock_level"] for each in found["azurerm_management_lock"].values()} == {
        "CanNotDelete"
    }


def test_terraform_never_gives_the_key_up_by_an_update_and_waits_before_it_is_put_in_use() -> None:
    found = terraform("set-up")
    (lifecycle,) = found["azurerm_cognitive_account"]["translator"]["lifecycle"]
    assert lifecycle["ignore_changes"] == ["customer_managed_key"]
    for kind, name in (
        ("azurerm_cognitive_account", "translator"),
        ("azurerm_key_vault", "vault"),
        ("azapi_resource", "key"),
        ("azurerm_cognitive_account_customer_managed_key", "cmk"),
    ):
        assert found[kind][name]["lifecycle"][0]["prevent_destroy"] is True
    cmk = found["azurerm_cognitive_account_customer_managed_key"]["cmk"]
    assert cmk["depends_on"] == ["${time_sleep.grant}"]
    assert found["time_sleep"]["grant"]["depends_on"] == ["${azurerm_key_vault.vault}"]
    assert found["time_sleep"]["grant"]["create_duration"] == f"{seconds_of_the_script() // 60}m"


def seconds_of_the_script() -> int:
    """Return how long the script waits for a grant at most."""
    text = (EXAMPLES / "az" / "common.sh").read_text("utf-8")
    attempts, pause = re.findall(r"^(?:attempts|pause)=\$\{\w+:-(\d+)\}", text, re.MULTILINE)
    return int(attempts) * int(pause)


def test_terraform_watches_what_the_script_watches(phases: Mapping[str, Phase]) -> None:
    found, watch = terraform("watch"), read_watch(phases["watch"].commands)
    settings = found["azurerm_monitor_diagnostic_setting"]
    vault, subscription = settings["vault"], settings["subscription"]
    assert vault["log_analytics_destination_type"] == "Dedicated"
    assert {each["category_group"] for each in vault["enabled_log"]} == watch.tables[
        "AZKVAuditLogs"
    ]
    assert {each["category"] for each in subscription["enabled_log"]} == watch.tables[
        "AzureActivity"
    ]
    alert = found["azurerm_monitor_scheduled_query_rules_alert_v2"]["alert"]
    folder = "${path.module}/../../kql"
    assert (EXAMPLES / "terraform" / "watch" / "../../kql").resolve() == EXAMPLES / "kql"
    assert alert["for_each"] == f'${{fileset("{folder}", "*.kql")}}'
    (criterion,) = alert["criteria"]
    assert criterion["query"] == f'${{templatefile("{folder}/${{each.key}}", local.ours)}}'
    assert alert["severity"] == RULE["severity"]
    assert alert["auto_mitigation_enabled"] is RULE["autoMitigate"]
    assert alert["skip_query_validation"] is RULE["skipQueryValidation"]
    assert alert["evaluation_frequency"] == RULE["evaluationFrequency"]
    assert alert["window_duration"] == RULE["windowSize"]
    assert alert["mute_actions_after_alert_duration"] == RULE["muteActionsDuration"]
    assert criterion["time_aggregation_method"] == CRITERION["timeAggregation"]
    assert criterion["operator"] == CRITERION["operator"]
    assert criterion["threshold"] == CRITERION["threshold"]
    assert criterion["failing_periods"] == [
        {"number_of_evaluation_periods": 1, "minimum_failing_periods_to_trigger_alert": 1}
    ]
