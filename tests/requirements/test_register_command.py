"""The command `register` prints every requirement, as text and as JSON, for a revision."""

import json
from pathlib import Path

import pytest

from tests.command_line import one_error
from tests.command_line import run_cli as run
from translator_cmk.requirements import load_register
from translator_cmk.requirements.loading import REGISTERED
from translator_cmk.shapes import read_message


def test_register_prints_every_requirement_under_its_topic() -> None:
    code, out, error = run("register")
    assert (code, error) == (0, "")
    printed: dict[str, list[str]] = {}
    topic = ""
    for line in out.splitlines():
        first_word = line.partition(" ")[0]
        if line in load_register().topics:
            topic = line
        elif "." in first_word:
            printed.setdefault(topic, []).append(first_word)
    expected = {}
    for name, requirements in load_register().topics.items():
        expected[name] = [requirement.id for requirement in requirements]
    assert printed == expected


def test_register_prints_json_of_the_declared_shape() -> None:
    values = json.loads(run("register", "--json").out)
    for each in values:
        read_message(REGISTERED, each)
    assert [each["id"] for each in values] == list(load_register())


def test_register_of_a_revision_says_what_is_silent_in_it() -> None:
    done = run("register", "--revision", "2025-11-18")
    assert done.code == 0
    silent = [line.split()[0] for line in done.out.splitlines() if line.split()[1:2] == ["silent"]]
    assert silent == ["resource.cognitive-services"]
    assert "revision of 2025-11-18" in done.out.splitlines()[-1]


@pytest.mark.parametrize(
    "command",
    [
        ["register"],
        ["run", "-"],
        ["check-trace", "-"],
        ["verify", "--stdio", "true"],
        ["source", "check", "-"],
    ],
    ids=lambda command: command[0],
)
def test_an_unknown_revision_is_one_line_and_exit_2(command: list[str], tmp_path: Path) -> None:
    more = ["--report", str(tmp_path / "report")] if command[0] == "verify" else []
    error = one_error(run(*command, *more, "--revision", "2024-12-31"))
    assert "'2024-12-31'" in error
    assert error.endswith("choose 2025-01-28 (the default) or 2025-11-18")
    assert not (tmp_path / "report").exists()
