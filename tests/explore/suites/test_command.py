"""Claims about `translator-cmk suite`: what it writes, what it says of it, and one line for whatever is wrong."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOUND = shutil.which("translator-cmk", path=str(Path(sys.executable).parent))
assert FOUND, "the package is not installed beside this Python"
BINARY = FOUND


def suite(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([BINARY, "suite", *arguments], capture_output=True, text=True, timeout=120, check=False)


def test_it_says_how_long_a_suite_is_and_what_it_certifies() -> None:
    done = suite("--scope", "losing-the-key", "--seen", "outcomes")
    assert (done.returncode, done.stderr) == (0, "")
    first, *others = done.stdout.splitlines()
    assert first.startswith(
        "losing-the-key, no extra states: 12 states told apart by outcomes, 380 sequences, 5,190 steps, "
    )
    assert [line.partition(":")[0] for line in others] == ["  Guarantee", "  Fault domain", "  Assumed"]


def test_json_has_the_same_and_the_commands_that_are_left_out() -> None:
    (said,) = json.loads(suite("--scope", "vaults-and-keys", "--extra-states", "1", "--json").stdout)
    assert said["seconds"] >= 0
    assert all(said[each] for each in ("guarantee", "fault_domain", "assumes"))
    kept = {"scope", "seen", "extra_states", "states", "commands", "left_out", "sequences"}
    assert {key: said[key] for key in kept} == {
        "scope": "vaults-and-keys",
        "seen": "observations",
        "extra_states": 1,
        "states": 30,
        "commands": 16,
        "left_out": [{"command": "RotateKey", "vault": "vault", "key": "key"}],
        "sequences": 10_990,
    }


def test_sequences_go_to_a_file_that_run_reads(tmp_path: Path) -> None:
    file = tmp_path / "suite.jsonl"
    (said,) = json.loads(suite("--scope", "losing-the-key", "--json", "--output", str(file)).stdout)
    assert len(file.read_text("utf-8").splitlines()) == said["steps"]
    ran = subprocess.run([BINARY, "run", str(file)], capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert len(ran.stdout.splitlines()) == said["steps"] - said["sequences"]
    assert list(tmp_path.iterdir()) == [file]


def test_sequences_go_to_standard_output_alone() -> None:
    done = suite("--scope", "losing-the-key", "--output", "-")
    assert all(json.loads(line).keys() & {"stage", "command"} for line in done.stdout.splitlines())
    assert done.stderr.startswith("losing-the-key, no extra states: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--scope", "demands", "--extra-states", "1"], "make more than 1,000,000 sequences; allow for fewer, or take"),
        (["--scope", "eight-resources"], "invalid choice: 'eight-resources'"),
        (["--seen", "everything"], "invalid choice: 'everything'"),
        (["--extra-states", "2"], "argument --extra-states: invalid choice: "),
        (
            ["--scope", "losing-the-key", "--output", "nowhere/suite.jsonl"],
            "can't be written: No such file or directory",
        ),
    ],
)
def test_what_can_not_be_made_is_one_line_and_exit_code_2(arguments: list[str], said: str) -> None:
    done = suite(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr.splitlines()[-1]
