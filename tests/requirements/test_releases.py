"""Registers frozen at a release, and `register diff`: what differs by requirement, and when a revision is due."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.command_line import as_bytes, copy_checkout, each_refused, git, one_error, python
from tests.command_line import run_cli as run
from translator_cmk.bdd.features import pickles
from translator_cmk.conformance.cases import RELEASES as DIGESTS
from translator_cmk.requirements import load_register
from translator_cmk.requirements.register import FOLDER
from translator_cmk.requirements.releases import frozen, register_json


def written(path: Path, content: Any) -> Path:
    """Write a register as JSON; returns its path."""
    path.write_text(json.dumps(content), "utf-8")
    return path


def test_register_does_not_differ_from_itself_as_file_or_as_folder(tmp_path: Path) -> None:
    same = written(tmp_path / "same.json", register_json(load_register()))
    for arguments in ([same], [FOLDER, same]):
        done = run("register", "diff", *arguments)
        assert (done.code, done.error) == (0, "")
        assert done.out == f"no difference in {len(load_register())} requirements\n"


def test_difference_names_each_requirement_with_what_it_was_and_became(tmp_path: Path) -> None:
    first, second, third, *others = register_json(load_register())
    gone = third | {"id": "vault.gone"}
    reworded = second | {"wording": "It was a | b.", "title": "Once"}
    revised = others[0] | {"basis": "assumed", "revision": others[0]["revision"] + 1, "statements": []}
    before = written(tmp_path / "before.json", [reworded, third, gone, revised, *others[1:]])
    done = run("register", "diff", before)
    assert (done.code, done.error) == (1, "")
    lines = done.out.splitlines()
    assert lines[:4] == [f"Added: `{first['id']}`.", "", "Withdrawn: `vault.gone`.", ""]
    rows = [[cell.strip() for cell in line.replace("\\|", "/").split("|")[1:-1]] for line in lines if line[:3] == "| `"]
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
    assert lines[-1] == f"The revision is the same; if the meaning has changed, increase it: `{second['id']}`."


@each_refused("release")
def test_file_that_is_no_register_is_one_line_that_says_what_is_expected(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "before.json").write_bytes(as_bytes(text))
    error = one_error(run("register", "diff", tmp_path / "before.json"))
    assert error.startswith(f"{tmp_path / 'before.json'}: ")
    assert says in error
    assert error.endswith("'translator-cmk register --json' wrote is expected")


def test_unknown_release_is_one_line_that_says_which_there_are() -> None:
    error = one_error(run("register", "diff", "0.0.0"))
    assert error.startswith("0.0.0: neither a file, nor a folder, nor a release; there are")


def test_every_release_has_a_frozen_register_and_a_digest() -> None:
    assert set(frozen()) == set(yaml.safe_load(DIGESTS.read_text("utf-8")))


def test_id_that_a_release_had_and_a_later_one_withdrew_is_not_used_again() -> None:
    had: set[str] = set()
    for entries in [*frozen().values(), load_register()]:
        withdrawn = {name for name in had if name not in entries}
        assert not withdrawn & set(load_register()), withdrawn
        had |= set(entries)


VERSION = "987.0.0"
A_CASE = next(pickle.id for pickle in pickles() if pickle.requirements[0] == "vault.same-region")


@pytest.mark.slow
def test_frozen_register_makes_a_kit_of_a_release_that_counts_its_own_requirements(tmp_path: Path) -> None:
    copy_checkout(tmp_path, ".ci", "features", "model")
    (tmp_path / "pyproject.toml").write_text(f'[project]\nversion = "{VERSION}"\n')
    (tmp_path / "CHANGELOG.md").write_text("## [Unreleased]\n")
    (tmp_path / ".gitignore").write_text("__pycache__/\n/conformance-report/\n")
    git(tmp_path, "init", "--quiet")
    missing = python(tmp_path, ".ci/release.py", "check")
    assert missing.returncode == 1
    assert [line.partition(": ")[2][:20] for line in missing.stderr.splitlines()] == [
        "the specification is",
        "CHANGELOG.md has no ",
        "there are changes th",
    ]
    assert python(tmp_path, ".ci/release.py", "freeze").returncode == 0
    again = python(tmp_path, ".ci/release.py", "freeze")
    assert again.returncode == 2
    assert "a register is frozen once; increase the version in pyproject.toml" in again.stderr
    (tmp_path / "CHANGELOG.md").write_text(f"## [{VERSION}] - 2026-11-27\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "Release")
    ready = python(tmp_path, ".ci/release.py", "check")
    assert (ready.returncode, ready.stderr) == (0, "")
    verify = ("-m", "translator_cmk.cli", "verify", "--python", "translator_cmk:ModelSystem", "--lane", "features")
    found = python(tmp_path, *verify, "--case", A_CASE).stdout
    assert "unreleased kit" not in found
    assert f"\n  release {VERSION}    " in found
    assert " requirements passed\n" in found
