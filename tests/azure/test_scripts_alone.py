"""What the scripts for the Azure CLI decide by themselves, without Azure and without the CLI: whether
to try again, and which version of the key to put in use.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.command_line import ROOT

SCRIPTS = ROOT / "docs" / "examples" / "az"
VARIABLES = {"SUFFIX": "4711", "ATTEMPTS": "3", "PAUSE": "0", "OPERATOR": "somebody"}


def bash(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run bash in a folder, whose programs come first."""
    program = shutil.which("bash")
    if program is None:
        pytest.skip("missing tool: bash")
    return subprocess.run(
        [program, *arguments],
        env={"PATH": f"{folder}:/usr/bin:/bin", **VARIABLES},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


# Trying again

FAILS = """
fails() { # TIMES ERROR: and succeeds then
    echo >>tried
    if (($(wc -l <tried) <= $1)); then
        echo "$2" >&2
        return 1
    fi
    echo done
}
"""


def retried(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Run a command that waits for a grant, three times at most."""
    code = f"set -euo pipefail\n. '{SCRIPTS}/common.sh'\n{FAILS}\nretry 'the grant' Forbidden {command}"
    return bash(folder, "-c", code)


def tries(folder: Path) -> int:
    """Return how often the command was tried."""
    return len((folder / "tried").read_text("utf-8").splitlines())


def test_what_may_pass_is_tried_again_until_it_succeeds(tmp_path: Path) -> None:
    found = retried(tmp_path, 'fails 2 "ERROR: (Forbidden) not yet"')
    assert found.returncode == 0
    assert found.stdout == "done\n"
    assert found.stderr.count("waiting for the grant") == 2
    assert tries(tmp_path) == 3


def test_last_error_is_shown_when_all_attempts_are_used_up(tmp_path: Path) -> None:
    found = retried(tmp_path, 'fails 9 "ERROR: (Forbidden) not yet"')
    assert found.returncode == 1
    assert found.stderr.endswith("ERROR: (Forbidden) not yet\n")
    assert tries(tmp_path) == 3


def test_what_never_passes_is_tried_once_and_shown(tmp_path: Path) -> None:
    found = retried(tmp_path, 'fails 9 "ERROR: (NotFound) no vault"')
    assert found.returncode == 1
    assert found.stderr == "ERROR: (NotFound) no vault\n"
    assert tries(tmp_path) == 1


# Which version is put in use: a resource that uses version-1 of a key, and the key's newest version

AZ = """#!/bin/sh
echo "$*" | tr '\\n' ' ' >>commands
echo >>commands
case "$*" in
*"account show"*keyVaultProperties*) printf 'https://kv-4711.vault.azure.net/\\tcmk\\t%s\\n' "$(cat in-use)" ;;
*"account update"*) echo "$*" | sed -n 's/.*"keyVersion": "\\(.*\\)".*/\\1/p' >in-use ;;
*"key show"*) cat newest ;;
*"key rotate"*) echo https://kv-4711.vault.azure.net/keys/cmk/version-3 ;;
*"keyvault show"*length*) echo 0 ;;
esac
"""


def rotated(folder: Path, newest: str, enabled: str) -> subprocess.CompletedProcess[str]:
    """Run the script that rotates."""
    az = folder / "az"
    az.write_text(AZ, "utf-8")
    az.chmod(0o755)
    (folder / "in-use").write_text("version-1\n", "utf-8")
    address = f"https://kv-4711.vault.azure.net/keys/cmk/{newest}"
    (folder / "newest").write_text(f"{address}\t{enabled}\n", "utf-8")
    return bash(folder, str(SCRIPTS / "rotate.sh"))


def in_use(folder: Path) -> str:
    """Return the version that the resource uses."""
    return (folder / "in-use").read_text("utf-8").strip()


def versions_made(folder: Path) -> int:
    """Return how many versions were made."""
    return (folder / "commands").read_text("utf-8").count("key rotate")


def test_new_version_is_made_if_the_newest_is_in_use(tmp_path: Path) -> None:
    found = rotated(tmp_path, newest="version-1", enabled="true")
    assert found.returncode == 0, found.stderr
    assert versions_made(tmp_path) == 1
    assert in_use(tmp_path) == "version-3"


def test_version_that_is_not_in_use_yet_is_used_before_another_is_made(tmp_path: Path) -> None:
    found = rotated(tmp_path, newest="version-2", enabled="true")
    assert found.returncode == 0, found.stderr
    assert versions_made(tmp_path) == 0
    assert in_use(tmp_path) == "version-2"


def test_disabled_version_is_never_put_in_use(tmp_path: Path) -> None:
    found = rotated(tmp_path, newest="version-2", enabled="false")
    assert found.returncode == 1
    assert "disabled" in found.stderr
    assert in_use(tmp_path) == "version-1"
    assert "delete-policy" in (tmp_path / "commands").read_text("utf-8")
