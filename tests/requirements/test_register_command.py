"""The command `register` prints every requirement; `register diff` says what differs, and when a
revision is due."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import as_bytes, each_refused, one_error
from tests.command_line import run_cli as run
from translator_cmk.requirements import load_register
from translator_cmk.requirements.exports import register_to_json
from translator_cmk.requirements.loading import FOLDER, REGISTERED
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


def written(path: Path, content: Any) -> Path:
    """Write a register as JSON; returns its path."""
    path.write_text(json.dumps(content), "utf-8")
    return path


def test_register_does_not_differ_from_itself_as_file_or_as_folder(tmp_path: Path) -> None:
    same = written(tmp_path / "same.json", register_to_json(load_register()))
    for arguments in ([same], [FOLDER, same]):
        done = run("register", "diff", *arguments)
        assert (done.code, done.error) == (0, "")
        assert done.out == f"no difference in {len(load_register())} requirements\n"


def test_difference_names_each_requirement_with_what_it_was_and_became(tmp_path: Path) -> None:
    first, second, third, *others = register_to_json(load_register())
    gone = third | {"id": "vault.gone"}
    reworded = second | {"wording": "It was a | b.", "title": "Once"}
    revised = others[0] | {
        "basis": "assumed",
        "revision": others[0]["revision"] + 1,
        "statements": [],
    }
    before = written(tmp_path / "before.json", [reworded, third, gone, revised, *others[1:]])
    done = run("register", "diff", before)
    assert (done.code, done.error) == (1, "")
    lines = done.out.splitlines()
    assert lines[:4] == [f"Added: `{first['id']}`.", "", "Withdrawn: `vault.gone`.", ""]
    rows = [
        [cell.strip() for cell in line.replace("\\|", "/").split("|")[1:-1]]
        for line in lines
        if line[:3] == "| `"
    ]
    assert [row[:2] for row in rows] == [
        [f"`{second['id']}`", "title"],
        [f"`{second['id']}`", "wording"],
        [f"`{others[0]['id']}`", "revision"],
        [f"`{others[0]['id']}`", "basis"],
        [f"`{others[0]['id']}`", "statements"],
    ]
    assert rows[1][2] == "It was a / b."
    assert rows[3][2:] == ["assumed", others[0]["basis"]]
    assert rows[4][2] == "nothing"
    assert (
        lines[-1]
        == f"The revision is the same; if the meaning has changed, increase it: `{second['id']}`."
    )


@each_refused("release")
def test_file_that_is_no_register_is_one_line_that_says_what_is_expected(
    tmp_path: Path, text: str, says: str
) -> None:
    (tmp_path / "before.json").write_bytes(as_bytes(text))
    error = one_error(run("register", "diff", tmp_path / "before.json"))
    assert error.startswith(f"{tmp_path / 'before.json'}: ")
    assert says in error
    assert error.endswith("'translator-cmk register --json' wrote is expected")


def test_unknown_release_is_one_line_that_says_which_there_are() -> None:
    error = one_error(run("register", "diff", "0.0.0"))
    assert error.startswith("0.0.0: neither a file, nor a folder, nor a release; there are")
