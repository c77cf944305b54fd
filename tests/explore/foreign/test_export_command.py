"""Claims about `translator-cmk export`: what it writes, always the same, and one line for whatever is wrong."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOUND = shutil.which("translator-cmk", path=str(Path(sys.executable).parent))
assert FOUND, "the package is not installed beside this Python"
BINARY = FOUND


def export(*arguments: str, seed: str = "0") -> "subprocess.CompletedProcess[str]":
    command = [BINARY, "export", *arguments]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)


@pytest.mark.parametrize(("language", "a_step"), [("promela", ":: d_step"), ("murphi", "\nrule ")])
def test_it_writes_a_step_for_each_command_told_in_words(language: str, a_step: str) -> None:
    done = export("--scope", "losing-the-key", "--to", language)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count(a_step) == 10
    assert done.stdout.count("the customer deletes the vault 'vault'") == 1
    assert "vault_vault: vault vault (region westeurope" in done.stdout
    assert "  1: state deleted" in done.stdout
    assert max(map(len, done.stdout.splitlines())) < 200


def test_it_writes_the_same_whatever_the_order_of_sets(tmp_path: Path) -> None:
    file = tmp_path / "model.pml"
    assert export("--scope", "losing-the-key", "--to", "promela", "--output", str(file), seed="1").stdout == ""
    assert file.read_text("utf-8") == export("--scope", "losing-the-key", "--to", "promela", seed="2").stdout
    assert list(tmp_path.iterdir()) == [file]


def test_moves_only_leaves_out_what_changes_nothing() -> None:
    text = export("--scope", "losing-the-key", "--to", "murphi", "--moves-only").stdout
    assert text.count("\nrule ") == 9
    assert "reads the data" not in text
    assert "while" not in text


def test_theorem_is_something_to_look_for() -> None:
    arguments = ("--scope", "losing-the-key", "--theorem", "no-access-without-identity")
    assert re.search(
        r'\ninvariant "broken: A resource has access .*"\n  !\(', export(*arguments, "--to", "murphi").stdout
    )
    assert "-> assert(false) }" in export(*arguments, "--to", "promela").stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--theorem", "no-such"), "no-such is no theorem about states; `translator-cmk theorems` names them"),
        (("--theorem", "no-access-without-identity", "--moves-only"), "leave out --moves-only, or --theorem"),
        (("--output", "/no/such/folder/file"), "/no/such/folder/file: can't be written: No such file or directory"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(arguments: tuple[str, ...], says: str) -> None:
    done = export("--scope", "losing-the-key", "--to", "murphi", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("translator-cmk: error: ")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
