"""Implementations are run or their reports checked; the matrix says what reports say, and stale
ones are not green.

A requirement is observed on Azure where a checked report about Azure itself has decided a
scenario of it.
"""

import json
import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import each_refused
from tests.conformance.conftest import MODEL, WELL, verify
from tests.conformance.forgeries import Forgery
from tests.site.conftest import (
    A_CASE,
    ALL_FEATURES,
    MARKED,
    REGISTER,
    a_run,
    content_of,
    implementation,
    page,
)
from translator_cmk.conformance.report.by_requirement import cells
from translator_cmk.errors import InvalidFile
from translator_cmk.site import implementations
from translator_cmk.site.implementations import (
    CHECKED,
    REFUSED,
    STALE,
    UNPROVEN,
    Implementation,
    badge,
    load,
    load_implementations,
)
from translator_cmk.verdict import OF_REQUIREMENTS, Status


def a_page(*found: Implementation) -> str:
    """The page with these implementations."""
    return page(content_of(a_run())._replace(implementations=found), "evidence/implementations.md")


CASE = {"id": "a", "lane": "features", "status": "passed", "requirements": ["keys.enable"]}
TOUR: dict[str, Any] = {"lane": "tour", "requirements": []}


@pytest.mark.parametrize(
    ("cases", "status", "passed", "applicable"),
    [
        ([], "not-run", 0, 0),
        ([CASE], "passed", 1, 1),
        ([CASE, CASE | {"status": "failed"}], "partly", 1, 2),
        ([CASE | {"status": "failed"}], "failed", 0, 1),
        ([CASE | {"status": "known"}], "failed", 0, 1),
        ([CASE | {"status": "not-applicable"}], "not-applicable", 0, 0),
        ([CASE, CASE | {"status": "differs", "rests_on": ["keys.rotate"]}], "passed", 1, 1),
        ([CASE | {"status": "differs", "rests_on": ["keys.enable"]}], "differs", 0, 1),
        ([CASE | {"status": "blocked", "reason": "blocked by keys.rotate"}], "blocked", 0, 1),
        ([CASE | {"status": "failed", "attributed_to": ["keys.rotate"]}], "inconclusive", 0, 1),
        (
            [
                CASE
                | {
                    "lane": "tour",
                    "requirements": [],
                    "status": "failed",
                    "attributed_to": ["keys.enable"],
                }
            ],
            "failed",
            0,
            1,
        ),
        ([CASE | {"lane": "tour"}], "not-run", 0, 0),
    ],
)
def test_cell_follows_from_the_cases_that_are_about_it(
    cases: list[Mapping[str, Any]], status: str, passed: int, applicable: int
) -> None:
    found = cells({"cases": cases}, REGISTER)["keys.enable"]
    assert (found.status, found.passed, found.applicable) == (status, passed, applicable)
    assert found.status in OF_REQUIREMENTS


def test_attestation_can_only_be_declared() -> None:
    found = cells({"cases": [CASE]}, REGISTER)
    assert {name for name, cell in found.items() if cell.status is Status.DECLARED} == {
        name for name, each in REGISTER.items() if each.kind == "attestation"
    }


def test_matrix_has_a_line_for_each_requirement_and_a_note_for_what_did_not_pass(
    project: Path,
) -> None:
    wrong = project / "wrong" / "report"
    page = a_page(implementation(wrong, "wrong"))
    assert all(page.count(f"\n| [`{name}`](") == 1 for name in REGISTER)
    report = json.loads((wrong / "report.json").read_text("utf-8"))
    assert "[only in part](#partial)" in page
    assert "only requirement revocation.data-inaccessible" in unescape(page)
    for name, cell in cells(report, REGISTER).items():
        (line,) = (line for line in page.splitlines() if line.startswith(f"| [`{name}`]("))
        assert f"{cell.status.glyph} {cell.status.short}</span>" in line
        assert line.count('<sup class="note">') == len(cell.notes)


def test_difference_from_an_assumption_names_the_decision_behind_it(tmp_path: Path) -> None:
    system = "tests.systems.mistaken:KeepsDataOfDisabledKeys"
    chosen = (*ALL_FEATURES, "--requirement", "revocation.key-disabled")
    page = a_page(implementation(verify(tmp_path, "--python", system, *chosen).folder, "otherwise"))
    assert "≠ differs" in page
    assert f"(../decisions/{REGISTER['revocation.key-disabled'].decision})" in page


def test_text_of_others_is_no_markup(eventful_pages: Mapping[str, str]) -> None:
    page = eventful_pages["evidence/implementations.md"]
    assert MARKED not in page
    assert "&#60;script&#62;" in page


def test_report_that_does_not_follow_from_its_log_is_refused(report: Path, tmp_path: Path) -> None:
    forged = shutil.copytree(report, tmp_path / "report") / "report.json"
    forged.write_text(
        forged.read_text("utf-8").replace('"status": "failed"', '"status": "passed"', 1), "utf-8"
    )
    found = load({"name": "wrong", "kind": "product", "report": "report"}, tmp_path)
    assert (found.standing, found.report) == (REFUSED, None)
    assert found.problems
    page = a_page(found)
    assert "There is no report." in page
    assert "- **wrong**: " in page


def test_report_is_refused_if_its_check_ends_without_a_word(
    contoso_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    found = listed(contoso_folder)
    assert (found.standing, found.problems) == (REFUSED, ("report ended with exit code 1",))


def test_report_of_another_version_is_stale_and_not_green(project: Path, tmp_path: Path) -> None:
    entry = {"name": "right", "kind": "product", "report": "report"}
    fresh = load(entry, project / "marked")
    other = shutil.copytree(project / "marked" / "report", tmp_path / "report") / "report.json"
    made_by = str((fresh.report or {})["digest"])
    other.write_text(other.read_text("utf-8").replace(made_by, "0" * 64), "utf-8")
    stale = load(entry, tmp_path)
    assert (fresh.standing, stale.standing) == (CHECKED, STALE)
    assert (badge(stale).status, badge(stale).words) == (Status.STALE, "stale")
    assert stale.published == b""
    assert "✔ passed</span> <small>" in a_page(fresh)
    passed = (fresh.report or {})["counts"]["scored"]["passed"]
    # partly, since it was one case
    assert f'<span class="mark mark-partly">◐</span> {passed} of {passed} passed' in a_page(fresh)
    row = next(line for line in a_page(stale).splitlines() if '<span id="right">' in line)
    assert "↻" in row
    assert "✔" not in row
    assert f"{passed} of " not in row
    assert "✔ passed</span> <small>" not in a_page(stale)


def test_implementation_is_run_once_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(implementations, "OPTIONS", (*A_CASE, "--seed", "1"))
    code = "import sys\nfrom translator_cmk.cli import main\nsys.exit(main(['serve', '--stdio']))\n"
    program = tmp_path / "model.py"
    program.write_text(code, "utf-8")
    entry = {"name": "own", "kind": "example", "run": shlex.join([sys.executable, str(program)])}
    found = load(entry, tmp_path)
    assert (found.standing, found.problems) == (CHECKED, ())
    runs: list[tuple[str, ...]] = []

    def kit(*arguments: str) -> tuple[str, ...]:
        runs.append(arguments)
        return ("run again",)

    monkeypatch.setattr(implementations, "kit", kit)
    assert (load(entry, tmp_path), runs) == (found, [])
    program.write_text(code + "\n", "utf-8")
    assert load(entry, tmp_path).problems == ("run again",)
    assert [arguments[0] for arguments in runs] == ["verify"]


def test_report_of_a_run_that_was_edited_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(implementations, "OPTIONS", (*A_CASE, "--seed", "1"))
    command = shlex.join([sys.executable, "-m", "translator_cmk", "serve", "--stdio"])
    entry = {"name": "own", "kind": "example", "run": command}
    made = load(entry, tmp_path).report or {}
    file = implementations.CACHE / "own" / "report.json"
    file.write_text(file.read_text("utf-8").replace('"product": "model"', '"product": "Azure"'))
    again = load(entry, tmp_path).report or {}
    assert again["subject"] == made["subject"]
    assert again["subject"]["product"] == "model"


def test_program_that_is_not_installed_is_listed_with_the_reason(tmp_path: Path) -> None:
    found = load({"name": "absent", "kind": "example", "run": "no-such-program x"}, tmp_path)
    assert found.problems == (
        "it was not run: no-such-program is not installed on the machine that made this site",
    )
    assert found.name in a_page(found).partition("{ #not-shown }")[2]


@each_refused("implementations")
def test_malformed_list_is_refused_by_file_and_problem(
    tmp_path: Path, text: str, says: str
) -> None:
    (tmp_path / "implementations.yaml").write_text(text, "utf-8")
    with pytest.raises(InvalidFile, match=rf"implementations\.yaml:1: .*{re.escape(says)}"):
        load_implementations(tmp_path)


# What counts as observed on Azure

ONE = "environment.create-vault"
"""A requirement that the run below decides."""


@pytest.fixture(scope="module")
def contoso_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a report of two scenarios."""
    return verify(tmp_path_factory.mktemp("observed"), "--python", MODEL, *WELL).folder


@pytest.fixture(scope="module")
def contoso(contoso_folder: Path) -> Implementation:
    """A report of two scenarios."""
    return implementation(contoso_folder, "contoso")


def named(found: Implementation, product: str, standing: str = CHECKED) -> Implementation:
    """The same report under the name of another product."""
    envelope: dict[str, Any] = {**(found.report or {})}
    envelope["subject"] = {
        **envelope["subject"],
        "product": product,
        "version": "api-versions: 2025-09-01",
    }
    return found._replace(report=envelope, standing=standing, contact="qa@contoso.example")


# A report proves whose it is


def listed(report: Path) -> Implementation:
    """The entry of the list for this report."""
    return load({"name": "listed", "kind": "product", "report": report.name}, report.parent)


def test_report_of_the_model_under_another_name_shows_nothing(
    contoso_folder: Path, tmp_path: Path
) -> None:
    forgery = Forgery(contoso_folder, tmp_path / "forged")
    name = {"product": "AzureCloud", "version": "unstated"}
    forgery.envelope["subject"] |= name
    for entry in forgery.log:
        if entry.get("request", {}).get("verb") == "hello":
            entry["answer"] |= name
    found = listed(forgery.derive())
    assert (found.standing, found.problems, found.published) == (UNPROVEN, (), b"")
    assert badge(found).words == "unproven: every answer is the model's"
    passed = (found.report or {})["counts"]["scored"]["passed"]
    [row] = [line for line in a_page(found).splitlines() if '<span id="listed">' in line]
    assert Status.PASSED.glyph not in row
    assert f"{passed} of " not in row
    assert "✔ passed</span> <small>" not in a_page(found)


def test_report_of_the_model_is_checked_under_its_own_name(contoso_folder: Path) -> None:
    found = listed(contoso_folder)
    assert (found.standing, found.problems) == (CHECKED, ())


def test_report_of_an_interrupted_run_is_shown_as_a_part(
    contoso_folder: Path, tmp_path: Path
) -> None:
    forgery = Forgery(contoso_folder, tmp_path / "interrupted")
    forgery.log.pop()  # no farewell
    forgery.envelope |= {"complete": False, "trouble": "interrupted by SIGINT"}
    del forgery.envelope["files"]
    found = listed(forgery.derive())
    assert (found.standing, found.problems) == (CHECKED, ())
    assert "the run was interrupted" in found.partial
    assert badge(found).status is not Status.PASSED
    forgery.envelope["subject"] = None
    found = listed(forgery.sign())
    assert (found.standing, found.report) == (REFUSED, None)
    assert "did not say hello" in " ".join(found.problems)


def test_report_that_is_called_the_models_and_answers_otherwise_is_refused(
    contoso_folder: Path, tmp_path: Path
) -> None:
    forgery = Forgery(contoso_folder, tmp_path / "forged")
    forgery.envelope["subject"]["capabilities"].remove("clock")
    for entry in forgery.log:
        if entry.get("request", {}).get("verb") == "hello":
            entry["answer"]["capabilities"].remove("clock")
    found = listed(forgery.derive())
    assert (found.standing, found.report) == (REFUSED, None)
    assert "the model answers otherwise" in " ".join(found.problems)
