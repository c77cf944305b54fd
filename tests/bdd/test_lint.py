"""The lint refuses each way to a green scenario that has checked nothing, and breaches of style."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.bdd.samples import OUTLINE, RIGHT, feature, rule
from tests.command_line import as_bytes, each_refused, run_cli, tables
from translator_cmk import features_dir
from translator_cmk.bdd.diagnostics import Diagnostic
from translator_cmk.bdd.lint import lint

SAMPLES = {"scenario": RIGHT, "outline": OUTLINE}
MISTAKES, _ = tables(__file__, "mistakes.yaml")


def diagnostics_of(folder: Path, text: str, name: str = "vault.feature") -> list[Diagnostic]:
    (folder / name).write_text(text, encoding="utf-8")
    return lint([folder])


@pytest.mark.parametrize("row", MISTAKES, ids=lambda row: row["mistake"])
def test_each_mistake_is_refused_at_its_line(tmp_path: Path, row: dict[str, Any]) -> None:
    right = feature(rule(SAMPLES[row.get("of", "scenario")]))
    wrong = re.sub(row["was"], row["is"], right)
    assert wrong != right
    diagnostics = diagnostics_of(tmp_path, wrong)
    assert [
        each for each in diagnostics if row["says"] in str(each) and each.line == row["line"]
    ], diagnostics
    assert all(each.remedy for each in diagnostics)


@each_refused("lint")
def test_each_mistake_of_a_whole_file_is_refused(
    tmp_path: Path, name: str, text: str, says: str
) -> None:
    if name:
        (tmp_path / f"{name}.feature").write_bytes(
            as_bytes(text.replace("RIGHT", feature(rule(RIGHT))))
        )
    assert says in str(lint([tmp_path])[0])


def test_name_is_refused_in_a_second_file(tmp_path: Path) -> None:
    (tmp_path / "keys.feature").write_text(
        feature(rule(RIGHT, requirement="keys.enable")), encoding="utf-8"
    )
    [found] = diagnostics_of(tmp_path, feature(rule(RIGHT)))
    assert (found.file.name, found.text) == (
        "vault.feature",
        "the scenario 'Vault and resource in one region' is at keys.feature:7 already",
    )


def test_name_is_refused_in_a_copy_of_the_file_in_another_folder(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "vault.feature").write_text(feature(rule(RIGHT)), encoding="utf-8")
    found = lint([tmp_path / "a", tmp_path / "b"])
    assert {each.file for each in found} == {tmp_path / "b" / "vault.feature"}
    assert all(f"is at {tmp_path / 'a' / 'vault.feature'}:" in each.text for each in found)


def test_nothing_is_wrong_with_a_right_feature_with_any_line_endings(tmp_path: Path) -> None:
    assert diagnostics_of(tmp_path, feature(rule(RIGHT, OUTLINE))) == []
    (tmp_path / "vault.feature").write_bytes(
        feature(rule(RIGHT, OUTLINE)).replace("\n", "\r\n").encode()
    )
    assert lint([tmp_path]) == []


def test_then_may_be_about_a_place_that_no_line_names(tmp_path: Path) -> None:
    claim = '\n  And the resource "translator-prod" is in "westeurope"\n'
    assert diagnostics_of(tmp_path, feature(rule(RIGHT.rstrip() + claim))) == []


def test_attested_rule_needs_no_scenario(tmp_path: Path) -> None:
    text = feature(rule(requirement="encryption.algorithm", tags="@attestation"))
    assert diagnostics_of(tmp_path, text, "encryption.feature") == []


def test_requirement_without_a_rule_is_missed_in_the_whole_specification(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in features_dir().glob("*.feature"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr("translator_cmk.bdd.lint.features_dir", lambda: tmp_path)
    assert lint([tmp_path]) == []
    (tmp_path / "vault.feature").write_text(feature(rule(RIGHT)), encoding="utf-8")
    missed = [each.text for each in lint([tmp_path])]
    assert "no rule shows vault.soft-delete-refused" in missed
    assert "no rule shows vault.same-region-refused" not in missed
    assert "no rule shows encryption.algorithm" not in missed


def test_command_lists_diagnostics_and_says_so_by_its_exit_code(tmp_path: Path) -> None:
    (tmp_path / "vault.feature").write_text(feature(rule(RIGHT)), encoding="utf-8")
    assert run_cli("lint", tmp_path) == run_cli("lint") == (0, "", "")
    found = run_cli("lint", tmp_path / "none.feature")
    assert found.code == 1
    assert (
        "none.feature:1: can't be read: No such file or directory; name a feature file" in found.out
    )
    (tmp_path / "vault.feature").write_text(
        feature(rule(RIGHT.replace("When", "When \x1b[2J\u202e"))), "utf-8"
    )
    found = run_cli("lint", tmp_path)
    assert found.code == 1
    assert "\\x1b[2J\\u202e" in found.out
    assert {"\x1b", "\u202e"}.isdisjoint(found.out)
