"""A system that runs inside a command can't choose its exit code."""

import subprocess
from pathlib import Path

import pytest

from tests.command_line import CLI, ROOT

MODEL = "translator_cmk.system:ModelSystem"
ODD = "tests.systems.odd"
WRONG = "tests.systems.mistaken:LosesNothing"
LOSES = "revocation.undeploys"


def verify(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `verify` with an object in its process, in a process of its own."""
    command = [*CLI, "verify", "--in-process", "--report", str(folder / "report"), *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("system", ["EndsTheProcess", "ClosesEverything"])
def test_command_whose_process_the_system_ends_fails(tmp_path: Path, system: str) -> None:
    ended = verify(tmp_path, "--python", f"{ODD}:{system}", "--topic", "vault")
    assert ended.returncode == 3
    assert "passed" not in ended.stdout


def test_reason_is_one_line(tmp_path: Path) -> None:
    ended = verify(tmp_path, "--python", f"{ODD}:EndsTheProcess", "--topic", "vault")
    assert (ended.stdout, ended.stderr.count("\n")) == ("", 1)
    assert "the system under test ended the process, so nothing was decided" in ended.stderr


def test_command_that_is_killed_ends_as_a_shell_says_it(tmp_path: Path) -> None:
    assert verify(tmp_path, "--python", f"{ODD}:KillsItself", "--topic", "vault").returncode == 137


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--python", MODEL, "--requirement", LOSES), 0),
        (("--python", WRONG, "--requirement", LOSES), 1),
        (("--python", MODEL, "--requirement", "no.such"), 2),
        (("--no-such-option",), 2),
        (("--help",), 0),
    ],
)
def test_command_that_comes_to_its_end_has_its_own_exit_code(
    tmp_path: Path, options: tuple[str, ...], code: int
) -> None:
    ended = verify(tmp_path, *options)
    assert ended.returncode == code, ended
    assert ended.stdout or ended.stderr
