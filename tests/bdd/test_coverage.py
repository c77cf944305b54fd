"""`translator-cmk coverage` counts what scenarios, tours and given sequences reach, and says what can't be read."""

import json
from pathlib import Path

import pytest

from translator_cmk.bdd.features import pickles
from translator_cmk.bdd.vocabulary import commands_of
from translator_cmk.cli import main
from translator_cmk.language.situations import situations
from translator_cmk.machine.commands import CreateVault, DeleteKey

SMALLEST = ("--scope", "losing-the-key")


def test_commands_of_a_scenario_are_those_of_its_givens_and_its_when() -> None:
    name = "environment.delete-key/a-deleted-key-of-a-vault-with-soft-delete-is-kept"
    *given, asked = commands_of(next(pickle for pickle in pickles() if pickle.id == name))
    assert asked == DeleteKey("kv-prod", "cmk-2048")
    assert any(isinstance(command, CreateVault) for command in given)
    assert any(tuple(given[: len(each.commands)]) == each.commands for each in situations().values())


def test_it_counts_what_scenarios_and_tours_reach(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage", *SMALLEST]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["scenarios", "tours", "together"]
    (conditions,) = (line for line in lines if line.startswith("conditions that decide"))
    assert conditions.endswith("(100%)")


def test_sequences_are_counted_beside_them_and_json_names_what_they_miss(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "sequences.jsonl")
    assert main(["tour", *SMALLEST, "--steps", "20", "--output", file]) == 0
    capsys.readouterr()
    assert main(["coverage", *SMALLEST, "--sequences", file, "--json"]) == 0
    *others, given = json.loads(capsys.readouterr().out)["evidence"]
    assert [each["name"] for each in others] == ["scenarios", "tours"]
    assert (given["name"], given["sequences"], given["commands"]) == ("given", 1, 19)
    rows = given["reached"]["rows"]
    assert 0 < len(rows["missing"]) == rows["of"] - rows["reached"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("nonsense", ":1: not JSON at column 1 (Expecting value); write one JSON object"),
        ('{"stage": {}}\n\n{"command": "ReadData"}', ":3: ReadData lacks the field 'workspace'; add it"),
        (
            '{"stage": {"regions": ["north"]}}',
            ":1: another stage than the default one, on which the scopes are; leave it out",
        ),
        (None, ": can't be read: No such file or directory; name a file of JSON lines"),
    ],
)
def test_sequences_that_can_not_be_read_are_an_error_of_one_line(
    text: str | None, error: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sequences.jsonl"
    if text is not None:
        file.write_text(text, "utf-8")
    assert main(["coverage", *SMALLEST, "--sequences", str(file)]) == 2
    assert capsys.readouterr() == ("", f"translator-cmk: error: {file}{error}\n")
