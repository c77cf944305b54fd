"""Claims about `translator-cmk coverage`: what it counts, and one line for what can't be read."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from translator_cmk import features_dir
from translator_cmk.bdd.features import load_features
from translator_cmk.bdd.vocabulary import commands_of
from translator_cmk.language.situations import situations
from translator_cmk.machine.commands import CreateVault, DeleteKey

FOUND = shutil.which("translator-cmk", path=str(Path(sys.executable).parent))
assert FOUND, "the package is not installed beside this Python"
BINARY = FOUND

SMALLEST = ("--scope", "losing-the-key")


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=120, check=False)


def test_commands_of_a_scenario_are_those_of_its_givens_and_its_when() -> None:
    (pickle,) = (
        pickle
        for feature in load_features(features_dir())
        for pickle in feature.pickles
        if pickle.id == "environment.delete-key/deleting-a-key-of-a-vault-with-soft-delete"
    )
    *given, asked = commands_of(pickle)
    assert asked == DeleteKey("vault", "key")
    assert any(isinstance(command, CreateVault) for command in given)
    assert any(tuple(given[: len(each.commands)]) == each.commands for each in situations().values())


def test_it_counts_what_scenarios_and_tours_reach() -> None:
    done = run("coverage", *SMALLEST)
    assert (done.returncode, done.stderr) == (0, "")
    head, *lines = done.stdout.splitlines()
    assert head.split() == ["scenarios", "tours", "together"]
    (conditions,) = (line for line in lines if line.startswith("conditions that decide"))
    assert conditions.endswith("(100%)")


def test_sequences_are_counted_beside_them_and_json_names_what_they_miss(tmp_path: Path) -> None:
    file = tmp_path / "sequences.jsonl"
    assert run("tour", *SMALLEST, "--steps", "20", "--output", str(file)).returncode == 0
    done = run("coverage", *SMALLEST, "--sequences", str(file), "--json")
    assert done.returncode == 0
    data = json.loads(done.stdout)
    assert [each["name"] for each in data["evidence"]] == ["scenarios", "tours", "given"]
    given = data["evidence"][2]
    assert (given["sequences"], given["commands"]) == (1, 19)
    assert (
        len(given["reached"]["rows"]["missing"]) == given["reached"]["rows"]["of"] - given["reached"]["rows"]["reached"]
    )


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (b"nonsense", "1: not JSON at column 1 (Expecting value); write one JSON object"),
        (b'{"stage": {}}\n\n{"command": "ReadData"}', "3: ReadData lacks the field 'workspace'; add it"),
        (
            b'{"stage": {"regions": ["north"]}}',
            "1: another stage than the default one, on which the scopes are; leave it out",
        ),
    ],
)
def test_sequences_that_can_not_be_read_are_told_in_one_line(text: bytes, error: str, tmp_path: Path) -> None:
    file = tmp_path / "sequences.jsonl"
    file.write_bytes(text)
    done = run("coverage", *SMALLEST, "--sequences", str(file))
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"translator-cmk: error: {file}:{error}\n")


def test_a_file_that_is_not_there_is_told_likewise(tmp_path: Path) -> None:
    done = run("coverage", "--sequences", str(tmp_path / "none"))
    error = f"{tmp_path}/none: can't be read: No such file or directory; name a file of JSON lines"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"translator-cmk: error: {error}\n")
