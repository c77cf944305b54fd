"""The commands of the page *Enable* run against the model, and the Bicep text says the same as they do."""

import base64
import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest

from tests.azure.azure_cli import INSTALLED, ROOT, azure_env, cli_version
from translator_cmk.site.decide import OUTSIDE, RAN, RUN, commands, record_run

pytestmark = [pytest.mark.azure, pytest.mark.xdist_group("azure-cli")]

SIGN_IN = """set -euo pipefail
az login --service-principal --username "$AZURE_CLIENT_ID" --password any --tenant "$AZURE_TENANT_ID" --output none
operator=4ad7b0c1-6f4e-4d35-8c2b-90a1f3e5d7c6 workspace=/subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/rg-cmk
workspace+=/providers/Microsoft.OperationalInsights/workspaces/logs
"""
"""What a reader has done or has to fill in before the first step."""

SENT = """if said=$( ({command}) 2>&1 >/dev/null); then echo "@@ answered {step}"
elif grep -q "outside the subset of Azure that this server has" <<<"$said"; then echo "@@ {outside} {step}"
else echo "@@ failed {step}: $said"; fi
"""

DEFAULTS = """
az keyvault create --name "$vault-2" --resource-group "$group" --location "$region" --no-self-perms true --output none
if said=$(az keyvault set-policy --name "$vault-2" --object-id "$principal" --key-permissions get 2>&1)
then echo "@@ policy taken"; else echo "@@ policy refused $said"; fi
"""
"""What the CLI's own defaults lead to."""

SHOWN = {
    "translator": 'az cognitiveservices account show --name "$translator" --resource-group "$group"',
    "vault": 'az keyvault show --name "$vault"',
    "key": 'az keyvault key show --vault-name "$vault" --name "$key"',
}
"""For each resource of the Bicep text: the command that shows what the commands have made."""


class Seen(NamedTuple):
    """What came of a run: the outcomes of each step, and what was there after it."""

    outcomes: Mapping[str, set[str]]
    made: Mapping[str, Any]
    defaults: str


def script() -> Iterator[str]:
    """Yield all steps in order: those outside the subset command by command, since each fails."""
    yield SIGN_IN
    for step in commands():
        if step["outside"]:
            for command in re.split(r"(?<!\\)\n", step["az"].strip()):
                yield SENT.format(command=command, step=step["id"], outside=OUTSIDE)
        else:
            yield f"{{\n{step['az']}\n}} >/dev/null\necho '@@ {RAN} {step['id']}'\n"
    yield DEFAULTS
    for name, command in SHOWN.items():
        yield f"echo '@@ made {name} '$({command} | tr -d '\\n')\n"


@pytest.fixture(scope="module")
def seen() -> Seen:
    """What came of a run of all steps."""
    run = azure_env("bash", "-c", "".join(script()))
    assert run.returncode == 0, run.stderr
    outcomes: dict[str, set[str]] = {}
    made, defaults = {}, ""
    for outcome, name, rest in re.findall(r"^@@ (\w+) (\w+)(.*)$", run.stdout, re.MULTILINE):
        if outcome == "made":
            made[name] = json.loads(rest)
        elif outcome == "policy":
            defaults = name + rest
        else:
            assert outcome in (RAN, OUTSIDE), (name, outcome, rest)
            outcomes.setdefault(name, set()).add(outcome)
    return Seen(outcomes, made, defaults)


def test_each_command_succeeds_or_is_marked_as_outside_the_servers_subset(seen: Seen) -> None:
    assert seen.outcomes == {step["id"]: {OUTSIDE if step["outside"] else RAN} for step in commands()}
    record_run(cli_version(), {name: min(found) for name, found in seen.outcomes.items()}, ROOT / RUN)


def test_access_policies_are_refused_for_a_key_vault_that_the_cli_made_by_its_defaults(seen: Seen) -> None:
    assert re.match("refused .*--enable-rbac-authorization", seen.defaults), seen.defaults


def test_each_value_in_the_bicep_text_is_what_the_commands_have_made(seen: Seen) -> None:
    resources = bicep()["resources"]
    assert set(SHOWN) == set(resources) - {"vaultLock", "translatorLock"}
    compared = [
        (name, path, value, at(seen.made[name], RENAMED.get(path, path)))
        for name in SHOWN
        for path, value in literals(resources[name]["config"])
    ]
    assert len(compared) > 15
    assert [each for each in compared if each[2] != each[3]] == []


RENAMED = {"properties.kty": "key.kty", "properties.keySize": "key.size", "name": "name"}
"""What Resource Manager and the data plane of Key Vault call differently."""


def bicep() -> Any:
    """Return the Bicep text as data: parameters, resources and expressions."""
    code = "import json, pathlib, pycep, sys; print(json.dumps(pycep.BicepParser().parse(text=sys.stdin.read())))"
    text = (ROOT / "docs" / "examples" / "bicep" / "translator.bicep").read_text("utf-8")
    python = [str(INSTALLED / "bin" / "python"), "-c", code]
    return json.loads(subprocess.run(python, input=text, capture_output=True, text=True, check=True).stdout)


VARIABLE = re.compile(r"\$\{|^(translatorName|vaultName|keyVersion|location|vault|translator)$")


def literals(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each value that the text fixes with its path; of a conditional, those of the case with a key."""
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
