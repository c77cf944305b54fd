"""Claims about `translator-cmk tour`: what it writes, what it says of it, and one line for an error."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from translator_cmk.bdd.features import read_feature
from translator_cmk.explore.scopes import SCOPES
from translator_cmk.explore.tours.sequences import LARGEST, suite

FOUND = shutil.which("translator-cmk", path=str(Path(sys.executable).parent))
assert FOUND, "the package is not installed beside this Python"
BINARY = FOUND
LIVES = next(scope for scope in SCOPES if scope.name == "two-lives")


def tour(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([BINARY, "tour", *arguments], capture_output=True, text=True, timeout=120, check=False)


def test_it_says_how_long_a_tour_is_and_has_to_be_and_what_it_guarantees() -> None:
    made = suite(next(scope for scope in SCOPES if scope.name == "losing-the-key"))
    done = tour("--scope", "losing-the-key")
    assert (done.returncode, done.stderr) == (0, "")
    first, second = done.stdout.splitlines()
    assert first.startswith(
        f"losing-the-key: {made.pairs} commands in states, {len(made.sequences)} sequences, {made.steps} steps, "
        f"of at least {made.lower_bound}, "
    )
    assert second == f"  {made.guarantee}"
    (data,) = json.loads(tour("--scope", "losing-the-key", "--json").stdout)
    assert data.pop("seconds") >= 0
    assert data == {
        "scope": "losing-the-key",
        "pairs": made.pairs,
        "steps": made.steps,
        "lower_bound": made.lower_bound,
        "ratio": 1.0,
        "sequences": len(made.sequences),
        "guarantee": made.guarantee,
    }


def test_sequences_go_to_a_file_that_run_reads(tmp_path: Path) -> None:
    file = tmp_path / "tour.jsonl"
    done = tour("--scope", "losing-the-key", "--steps", "30", "--json", "--output", str(file))
    (said,) = json.loads(done.stdout)
    lines = file.read_text("utf-8").splitlines()
    assert len(lines) == said["steps"] == 30
    ran = subprocess.run([BINARY, "run", str(file)], capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert len(ran.stdout.splitlines()) == 30 - said["sequences"]
    assert list(tmp_path.iterdir()) == [file]


def test_sequences_go_to_standard_output_alone() -> None:
    done = tour("--scope", "losing-the-key", "--output", "-")
    assert all(json.loads(line).keys() & {"stage", "command"} for line in done.stdout.splitlines())
    assert done.stderr.startswith("losing-the-key: ")


def test_gherkin_goes_to_standard_output_unless_a_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "sequences.feature"
    assert tour("--scope", "losing-the-key", "--steps", "20", "--gherkin", "--output", str(file)).returncode == 0
    assert tour("--scope", "losing-the-key", "--steps", "20", "--gherkin").stdout == file.read_text("utf-8")
    assert len(list(read_feature(file).pickles)) == 11


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--scope", "two-lives"), f"two-lives has {LIVES.states:,} states, and sequences need {LARGEST:,} at most"),
        (
            ("--scope", "losing-the-key", "--steps", "9"),
            "the start of losing-the-key takes 9 steps, so at least one more is needed",
        ),
        (("--gherkin",), "a file holds one feature: name one scope with --scope"),
        (
            ("--scope", "losing-the-key", "--output", "no-such-folder/file"),
            "no-such-folder/file: can't be written: No such file or directory; name a file in a folder that is there",
        ),
    ],
)
def test_error_is_one_line(arguments: tuple[str, ...], error: str) -> None:
    done = tour(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"translator-cmk: error: {error}\n")


@pytest.mark.parametrize("steps", ["0", "-1", "many", "1.5", "9" * 10])
def test_a_number_of_steps_that_is_none_is_wrong_usage(steps: str) -> None:
    done = tour("--steps", steps)
    assert done.returncode == 2
    assert "--steps" in done.stderr
