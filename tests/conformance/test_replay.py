"""Test sequences are replayed from a file: up to the first that a system fails, or to the end."""

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.conformance import limited_systems
from tests.conformance.verifying import MODEL, TOUR, WRONG, fails_in_fuzzing, fuzz
from translator_cmk.cli import main

ONLY_VAULTS = f"{limited_systems.__name__}:OnlyVaults"


@pytest.fixture
def tour(tmp_path: Path) -> Path:
    """A budgeted tour of the smallest scope, in several sequences."""
    file = tmp_path / "tour.jsonl"
    assert main(["tour", "--steps", "187", "--scope", "losing-the-key", "--output", str(file)]) == 0
    return file


def test_model_agrees_in_every_sequence(tour: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "--in-process", "--python", MODEL, str(tour)]) == 0
    assert re.search(r"the system and the specification agree in \d+ sequences\n$", capsys.readouterr().out)


def test_first_sequence_that_a_system_fails_is_reported_with_what_was_expected(
    tour: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", "--in-process", "--python", WRONG, str(tour)]) == 1
    said = capsys.readouterr().out
    assert re.search(r"sequence 1 of \d+\n", said)
    assert 'expected  the document "contracts" is deleted\n     observed  the document "contracts" is kept' in said


def test_line_that_verify_ends_with_replays_the_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "my report"
    lane = [*TOUR, "--report", str(folder), "--timeout", "7"]
    assert main(["verify", "--in-process", "--python", WRONG, *lane]) == 1
    again = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("  again "))
    named = ["--python", WRONG, "--in-process", "--timeout", "7"]
    program, *arguments = shlex.split(again.partition("again ")[2])
    file = folder / "counterexamples" / "01-tour-DisableIdentity.json"
    assert [program, *arguments] == ["translator-cmk", "replay", *named, "--profile", "article", str(file)]
    assert main(arguments) == 1
    assert WRONG not in (folder / "report.json").read_text("utf-8")


def test_sequences_of_which_nothing_can_be_asked_are_no_agreement(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sequences.jsonl"
    file.write_text('{"stage":{}}\n{"command":"DisableIdentity","resource":"translator-prod"}\n', "utf-8")
    assert main(["replay", "--in-process", "--python", ONLY_VAULTS, str(file)]) == 4
    assert capsys.readouterr().out.startswith("left out: what the system does not declare, 1 times in all")


def test_what_is_left_out_of_sequences_is_reported(tour: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "--in-process", "--python", ONLY_VAULTS, str(tour)]) == 0
    said = capsys.readouterr().out
    assert "times in all; no guarantee covers that\n" in said
    assert re.search(r"agree in \d+ sequences\n$", said)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "no sequences; write some with translator-cmk tour --output"),
        ("{}\n", "sequences.jsonl:1"),
        ("no JSON\n", "sequences.jsonl:1"),
    ],
)
def test_file_without_sequences_is_refused_with_its_place(
    content: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sequences.jsonl"
    file.write_text(content, "utf-8")
    assert main(["replay", "--in-process", "--python", MODEL, str(file)]) == 2
    assert said in capsys.readouterr().err


def test_failure_over_names_is_seen_again_with_names_of_the_same_form(tmp_path: Path) -> None:
    system = f"{limited_systems.__name__}:EndsAlike"
    lanes = ("--lane", "features", "--topic", "environment")
    found = fuzz(tmp_path, fails_in_fuzzing, "--python", system, *lanes, "--seed", "10")
    assert found.exit_code == 1
    kept = list((found.folder / "counterexamples").glob("*.json"))
    assert [main(["replay", "--in-process", "--python", system, str(each)]) for each in kept] == [1] * len(kept)
    found_by_fuzz = [json.loads(each.read_text("utf-8")) for each in kept if "-fuzz-" in each.name]
    assert {(len(each["commands"]), each["always"]) for each in found_by_fuzz} == {(2, True)}  # and shrunk with them
    assert main(["report", "check", str(found.folder)]) == 0
    assert main(["report", "reproduce", str(found.folder), "--in-process", "--python", system]) == 0
