"""Runs commands as a user of the model does, with what `make azure-cli` has installed; skips where it is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = ROOT / ".venv-azure-cli"
"""What `make azure-cli` installs: a virtual environment, and Node's packages in the folder node."""

AZURE_ENV = (sys.executable, "-m", "translator_cmk.cli", "azure-env")


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
    path = os.pathsep.join([str(INSTALLED / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
    variables = {**os.environ, "PATH": path}
    return subprocess.run(command, env=variables, cwd=folder, capture_output=True, text=True, check=False)


def cli_version() -> str:
    """Return the version of the Azure CLI."""
    code = "from importlib.metadata import version; print(version('azure-cli'))"
    python = [str(INSTALLED / "bin" / "python"), "-c", code]
    return subprocess.run(python, capture_output=True, text=True, check=True).stdout.strip()
