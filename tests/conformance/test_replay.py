"""A counterexample is replayed from its file, by the command that a run prints."""

import json
import shlex
from pathlib import Path

import pytest

from tests.conformance import limited_systems
from tests.conformance.verifying import TOUR, WELL, WRONG, counterexample, fails_in_fuzzing, fuzz
from translator_cmk.cli import main

ONLY_VAULTS = f"{limited_systems.__name__}:OnlyVaults"


def test_line_that_verify_ends_with_replays_the_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "my report"
    lane = [*TOUR, "--report", str(folder), "--timeout", "7"]
    assert main(["verify", "--in-process", "--python", WRONG, *lane]) == 1
    again = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("  again "))
    named = ["--python", WRONG, "--in-process", "--timeout", "7"]
    program, *arguments = shlex.split(again.partition("again ")[2])
    file = folder / "counterexamples" / "01-tour-DisableIdentity.json"
    assert [program, *arguments] == ["translator-cmk", "replay", *named, str(file)]
    assert main(arguments) == 1
    said = capsys.readouterr().out
    assert "\n     expected  " in said
    assert "\n     observed  " in said
    assert WRONG not in (folder / "report.json").read_text("utf-8")


def test_counterexample_of_which_nothing_can_be_asked_is_no_agreement(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = counterexample(tmp_path, {"command": "DisableIdentity", "resource": "translator-prod"})
    assert main(["replay", "--in-process", "--python", ONLY_VAULTS, str(file)]) == 4
    assert capsys.readouterr().out.startswith("undecided: nothing was asked")


def test_failure_over_names_is_seen_again_with_names_of_the_same_form(tmp_path: Path) -> None:
    system = f"{limited_systems.__name__}:EndsAlike"
    found = fuzz(tmp_path, fails_in_fuzzing, "--python", system, *WELL)
    assert found.exit_code == 1
    kept = list((found.folder / "counterexamples").glob("*.json"))
    assert [main(["replay", "--in-process", "--python", system, str(each)]) for each in kept] == [1] * len(kept)
    found_by_fuzz = [json.loads(each.read_text("utf-8")) for each in kept if "-fuzz-" in each.name]
    assert {(len(each["commands"]), each["always"]) for each in found_by_fuzz} == {(2, True)}  # and shrunk with them
    assert main(["report", "check", str(found.folder)]) == 0
    assert main(["report", "reproduce", str(found.folder), "--in-process", "--python", system]) == 0
