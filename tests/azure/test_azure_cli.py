"""What `make azure-cli` installs, unmodified, works with the model: the Azure CLI, Microsoft's
libraries, Amber.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.azure.clouds import SCRIPT as HOUR
from tests.azure.clouds import judged
from translator_cmk.digest import kit_digest
from translator_cmk.site.azure_cli import RUN, last_run
from translator_cmk.site.implementations import CHECKED, LIST, badge, load
from translator_cmk.verdict import Status

pytestmark = pytest.mark.azure

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = ROOT / ".venv-azure-cli"
"""What `make azure-cli` installs: a virtual environment, and Node's packages in the folder node."""

AZURE_ENV = (sys.executable, "-m", "translator_cmk", "azure-env")


RAN = "ran"
"""The outcome of a script that succeeded."""

LOSSES = "losses"
"""The name under which the script of the hour is recorded, which revokes access."""


def record_run(version: str, outcomes: Mapping[str, str], path: Path = ROOT / RUN) -> None:
    """Add what was just seen to the record of this version of the CLI and of the specification."""
    earlier = last_run(path)
    known = earlier.outcomes if earlier and earlier.version == version else {}
    found = {
        "digest": kit_digest(),
        "version": version,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "outcomes": {**known, **outcomes},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def needs(path: Path | str, name: str) -> Path:
    """Return where a tool is, or skip the test."""
    found = shutil.which(path) or (str(path) if Path(path).exists() else None)
    if found is None:
        pytest.skip(f"missing tool: {name}, which `make azure-cli` installs")
    return Path(found)


def azure_env(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command with `azure-env`, or skip the test without the Azure CLI."""
    needs(INSTALLED / "bin" / "az", "the Azure CLI")
    return run_as_user(*AZURE_ENV, "--", *map(str, command))


def run_as_user(*command: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command with the Azure CLI, Python and this kit on its path."""
    path = os.pathsep.join(
        [str(INSTALLED / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
    )
    variables = {**os.environ, "PATH": path}
    return subprocess.run(
        command, env=variables, cwd=folder, capture_output=True, text=True, check=False
    )


def cli_version() -> str:
    """Return the version of the Azure CLI."""
    code = "from importlib.metadata import version; print(version('azure-cli'))"
    python = [str(INSTALLED / "bin" / "python"), "-c", code]
    return subprocess.run(python, capture_output=True, text=True, check=True).stdout.strip()


# Every command of the guides about Azure does what the guide says, in order, in an empty folder

BLOCK = re.compile(r"(?:<!-- exit: (\d) -->\n\n)?```sh\n(.*?)```", re.DOTALL)
INSIDE = (*AZURE_ENV, "--")
GUIDES = {"azure-cli": "", "azure-emulator": 'trap "kill %1" EXIT\n'}
"""For each guide what a reader does after its commands."""


@pytest.mark.parametrize("guide", GUIDES)
def test_every_command_of_the_guide_does_what_it_says(tmp_path: Path, guide: str) -> None:
    needs(INSTALLED / "bin" / "az", "the Azure CLI")
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    blocks = BLOCK.findall((ROOT / "docs" / f"{guide}.md").read_text("utf-8"))
    # the test of that script runs more of it
    wanted = [with_exit_code(*block) for block in blocks if "azure_hour.py" not in block[1]]
    assert wanted
    script = GUIDES[guide] + "".join(wanted)
    found = run_as_user("bash", "-euo", "pipefail", "-c", script, folder=tmp_path)
    assert found.returncode == 0, f"{found.stdout}\n{found.stderr}"


def with_exit_code(exit_code: str, block: str) -> str:
    """Return the block, which ends the script unless its exit code is the one that the guide
    names.
    """
    return f"code=0; (\n{block}) || code=$?; [[ $code == {exit_code} ]]\n" if exit_code else block


# The script of the hour runs on the model as it would on Azure

SIGN_IN = (
    'az login --service-principal --username "$AZURE_CLIENT_ID" --password "$AZURE_CLIENT_SECRET" '
    '--tenant "$AZURE_TENANT_ID" --output none && exec "$@"'
)
SECONDS = ("--spread", "0", "--pause", "0.1", "--watch", "0")


def test_the_script_of_the_hour_runs_with_the_azure_cli(tmp_path: Path) -> None:
    command = (sys.executable, HOUR, "--yes", "--folder", tmp_path / "logs", *SECONDS)
    found = azure_env("bash", "-c", SIGN_IN, "bash", *command)
    assert (found.returncode, found.stderr) == (0, "")
    logs = sorted(tmp_path.glob("logs/*.jsonl"))
    assert [log.stem[0] for log in logs] == ["1", "2", "3", "4", "5"]
    assert [judged(log).exit_code for log in logs] == [0, 0, 0, 0, 0]
    record_run(cli_version(), {LOSSES: RAN})


# Programs with Microsoft's libraries, written after their documentation, enable and revoke

EXAMPLES = ROOT / "docs" / "examples" / "azure-sdk"
REFUSED = {"refused": True, "status": 400}


def steps_of(*command: str | Path) -> dict[str, Any]:
    """Return what a program shows of each of its steps."""
    subscription = 'exec "$@" "$AZURE_SUBSCRIPTION_ID" rg-cmk westeurope 4711'
    found = run_as_user(*AZURE_ENV, "--", "bash", "-c", subscription, "bash", *map(str, command))
    assert found.returncode == 0, found.stderr
    steps = [json.loads(line) for line in found.stdout.splitlines()]
    return {step.pop("step"): step for step in steps}


def test_python_program_enables_and_revokes_and_restores() -> None:
    assert steps_of(sys.executable, EXAMPLES / "cmk.py") == {
        "created": {"key_source": None},
        "identity": {"type": "SystemAssigned"},
        "vault": {"soft_delete": True, "purge_protection": True},
        "key": {"type": "RSA", "enabled": True},
        "without access": REFUSED,
        "enabled": {"key_source": "Microsoft.KeyVault", "key": "cmk"},
        "revoked": {"policies": 0},
        "restored": {"policies": 1},
    }


def test_node_program_enables_and_revokes(tmp_path: Path) -> None:
    modules = needs(INSTALLED / "node" / "node_modules", "Node's packages")
    (tmp_path / "cmk.mjs").write_bytes((EXAMPLES / "cmk.mjs").read_bytes())
    (tmp_path / "node_modules").symlink_to(modules)
    assert steps_of(needs("node", "node"), tmp_path / "cmk.mjs") == {
        "created": {"keySource": None},
        "identity": {"type": "SystemAssigned"},
        "vault": {"softDelete": True, "purgeProtection": True},
        "key": {"type": "RSA", "enabled": True},
        "without access": REFUSED,
        "enabled": {"keySource": "Microsoft.KeyVault", "key": "cmk"},
        "revoked": {"policies": 0},
    }


# Amber, an emulator by others, is tested through our adapter, and the site shows where it deviates


def test_amber_cloud_deviates_where_it_has_no_soft_delete(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = yaml.safe_load((ROOT / "docs" / LIST).read_text("utf-8"))
    (entry,) = (each for each in entries if each["name"] == "amber-cloud")
    if not Path(ROOT, entry["run"].split()[0]).is_file():
        pytest.skip("missing tool: amber-cloud, which `make azure-cli` installs")
    monkeypatch.chdir(ROOT)
    found = load(entry, ROOT / "docs")
    assert (found.standing, found.problems) == (CHECKED, ())
    assert badge(found).status is Status.FAILED
    assert found.report is not None
    assert found.report["subject"]["product"] == "amber-cloud"
    assert found.report["subject"]["levels"] == ["vault-and-key"]
    attributed = {name for case in found.report["cases"] for name in case.get("attributed_to", ())}
    assert {"environment.delete-vault", "environment.delete-key"} <= attributed
