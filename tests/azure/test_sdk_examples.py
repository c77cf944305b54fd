"""Programs with Microsoft's libraries, written after their documentation, enable and revoke on the model."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.azure.azure_cli import AZURE_ENV, INSTALLED, ROOT, needs, run_as_user

pytestmark = pytest.mark.azure

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
