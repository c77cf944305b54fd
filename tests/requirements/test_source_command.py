"""The commands of the register and the article: output, exit codes, errors of one line."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import CLI, as_bytes, each_refused, one_error
from tests.command_line import run_cli as run
from tests.requirements.test_drift import COPY, LOCKERS, LOCKERS_FILE, needs_copy
from translator_cmk.requirements import load_register
from translator_cmk.requirements.loading import FOLDER


@pytest.fixture
def prints(tmp_path: Path) -> Path:
    """The invented article's fingerprints, as the command prints them."""
    done = run("source", "fingerprint", LOCKERS_FILE)
    assert done.code == 0
    (tmp_path / "lockers.yaml").write_text(done.out, "utf-8")
    return tmp_path / "lockers.yaml"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "copy.md"


def test_check_finds_no_drift_in_a_copy_of_another_date(prints: Path, copy: Path) -> None:
    copy.write_text(LOCKERS.replace("03/09/2024", "12/31/2030"), "utf-8")
    counts = "14 unchanged, 0 moved, 0 reworded, 0 gone, 0 new"
    done = run("source", "check", copy, "--against", prints)
    assert done == (0, f"no drift from the revision of 2024-03-09: {counts}\n", "")


def test_check_names_what_differs_and_exits_1(prints: Path, copy: Path) -> None:
    text = LOCKERS.replace("40 coins", "55 coins").replace(" Cards are accepted at the gate.", "")
    text = text.replace("Sign the form.", "Sign the form. Dogs \x1bwait.").replace(
        "Lose a key", "Lose \x1bit"
    )
    copy.write_text(text, "utf-8")
    code, said, _ = run("source", "check", copy, "--against", prints)
    assert code == 1
    assert f"reworded: Rent a locker, sentence 1, {copy}:12\n  new in it: 55\n" in said
    assert f"gone: Rent a locker, sentence 2, after {copy}:12\n" in said
    unknown = "  not covered by the specification yet\n  reads: Dogs \\x1bwait.\n"
    assert f"heading new: Lose \\x1bit, {copy}:26\n" in said
    assert f"new: Rent a locker, {copy}:20\n{unknown}" in said
    assert "\nto do: compare each with the wording of the requirements it touches" in said
    assert ": 12 unchanged, 0 moved, 1 reworded, 1 gone, 1 new\n" in said


def test_check_names_the_requirements_that_a_reworded_sentence_touches(
    prints: Path, copy: Path
) -> None:
    claimed = prints.read_text("utf-8").replace("statements: []", "statements: [S19, S39]", 1)
    prints.write_text(claimed, "utf-8")
    copy.write_text(LOCKERS.replace("is lit", "was lit"), "utf-8")
    done = run("source", "check", copy, "--against", prints)
    named = [
        name for name, each in load_register().items() if {"S19", "S39"} & set(each.statements)
    ]
    assert f"  touches {', '.join(named)}\n" in done.out


@each_refused("article")
def test_check_refuses_what_is_no_copy_of_the_article(copy: Path, text: str, says: str) -> None:
    copy.write_bytes(as_bytes(text))
    error = one_error(run("source", "check", copy))
    assert says in error
    assert str(copy) in error


def test_check_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.md", tmp_path / "two\nlines.md", tmp_path):
        assert str(path).replace("\n", " ") in one_error(run("source", "check", path))
    done = run("source", "check", LOCKERS_FILE, "--against", tmp_path / "missing.yaml")
    assert "missing.yaml: can't be read" in one_error(done)


@pytest.mark.parametrize(
    "arguments", [[], ["nonsense"], ["source"], ["source", "check"], ["register", "--js"]]
)
def test_wrong_usage_exits_2(arguments: list[str]) -> None:
    code, out, error = run(*arguments)
    assert (code, out) == (2, "")
    assert "error: " in error


@pytest.mark.parametrize(
    "arguments", [["--help"], ["register", "--help"], ["source", "check", "--help"]]
)
def test_help_lists_the_exit_codes(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.code == 0
    assert "exit codes:" in done.out


@pytest.mark.parametrize(
    ("words", "modules", "imported"),
    [
        (
            ["--help"],
            ("yaml", "translator_cmk."),
            [f"translator_cmk.{name}" for name in ("cli", "errors", "escaping")],
        ),
        (["source", "check", "nowhere.md"], "translator_cmk.conformance", []),
    ],
)
def test_a_command_imports_no_more_than_it_needs(
    words: list[str], modules: Any, imported: list[str]
) -> None:
    code = (
        f"import sys; from translator_cmk import cli\ntry: cli.main({words})\n"
        f"finally: print(sorted(name for name in sys.modules if name.startswith({modules!r})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == str(imported)


def test_a_letter_that_the_terminal_lacks_is_no_error(prints: Path, copy: Path) -> None:
    copy.write_text(LOCKERS.replace("Sign the form.", "Sign the form. Café fermé."), "utf-8")
    command = [*CLI, "source", "check", str(copy), "--against", str(prints)]
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, check=False, timeout=60, env=environment)
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"Caf\\xe9 ferm\\xe9." in done.stdout


@needs_copy
def test_the_register_knows_the_article_as_it_is() -> None:
    code, out, error = run("source", "check", COPY)
    assert (code, error) == (0, "")
    assert out.endswith(": 52 unchanged, 0 moved, 0 reworded, 0 gone, 0 new\n")
    assert run("source", "fingerprint", COPY).out == (FOLDER / "article.yaml").read_text("utf-8")


LATER_NAMES = (
    ("01/28/2025", "11/18/2025"),
    ("# Azure AI Translator", "# Foundry Tools"),
    ("regional Azure AI services", "regional Microsoft Foundry"),
    ("Azure AI services resource", "Foundry resource"),
    ("Azure AI services", "Foundry Tools"),
    ("Azure AI Custom", "Azure Translator Custom"),
    ("that is associated", "associated"),
    ("won't", "don't"),
)
"""What the revision of 2025-11-18 says in other words."""


@needs_copy
def test_the_later_revision_is_recognised_and_judged_by_its_own_sentences(copy: Path) -> None:
    text = COPY.read_text("utf-8")
    for was, becomes in LATER_NAMES:
        text = text.replace(was, becomes)
    copy.write_text(text, "utf-8")
    code, out, _ = run("source", "check", copy)
    assert code == 0
    assert "no drift from the revision of 2025-11-18: 52 unchanged" in out
    assert "--revision 2025-11-18" in out
    fingerprints = FOLDER / "article-2025-11-18.yaml"
    assert run("source", "fingerprint", copy).out == fingerprints.read_text("utf-8")

    code, out, _ = run("source", "check", copy, "--revision", "2025-01-28")
    assert code == 1
    assert "drift from the revision of 2025-01-28: 42 unchanged, 0 moved, 10 reworded" in out


@needs_copy
def test_a_changed_key_size_in_the_article_touches_the_demand_on_keys(copy: Path) -> None:
    copy.write_text(COPY.read_text("utf-8").replace("2048", "3072"), "utf-8")
    code, out, _ = run("source", "check", copy)
    assert code == 1
    assert f"sentence 3 (S39), {copy}:62\n  new in it: 3072\n  touches keys.rsa-2048" in out
    assert ": 51 unchanged, 0 moved, 1 reworded, 0 gone, 0 new\n" in out
