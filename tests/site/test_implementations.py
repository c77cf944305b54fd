"""Implementations are run or their reports checked; the matrix says what reports say, and stale ones are not green."""

import html
import json
import re
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.bdd import wrong_systems
from tests.conformance.verifying import FAILS, MODEL, verify
from tests.site.building import (
    A_CASE,
    ALL_FEATURES,
    MARKED,
    REGISTER,
    WRONG,
    a_run,
    content_of,
    implementation,
    page,
)
from translator_cmk.badges import Status
from translator_cmk.conformance.report.marks import MARKS, cells
from translator_cmk.errors import InvalidFile
from translator_cmk.site import implementations
from translator_cmk.site.implementations import (
    CONFIRMED,
    REFUSED,
    STALE,
    Implementation,
    badge,
    load,
    load_implementations,
)

pytestmark = pytest.mark.xdist_group("site")


def a_page(*found: Implementation) -> str:
    """The page with these implementations."""
    return page(content_of(a_run())._replace(implementations=found), "evidence/implementations.md")


CASE = {"id": "a", "lane": "features", "status": "passed", "requirements": ["keys.enable"]}
TOUR: dict[str, Any] = {"lane": "tour", "requirements": []}


@pytest.mark.parametrize(
    ("cases", "word", "passed", "applicable"),
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
            [CASE | {"lane": "tour", "requirements": [], "status": "failed", "attributed_to": ["keys.enable"]}],
            "failed",
            0,
            1,
        ),
        ([CASE | {"lane": "tour"}], "not-run", 0, 0),
    ],
)
def test_cell_follows_from_the_cases_that_are_about_it(
    cases: list[Mapping[str, Any]], word: str, passed: int, applicable: int
) -> None:
    found = cells({"cases": cases}, REGISTER)["keys.enable"]
    assert (found.word, found.passed, found.applicable) == (word, passed, applicable)
    assert found.word in MARKS


def test_attestation_can_only_be_declared() -> None:
    found = cells({"cases": [CASE]}, REGISTER)
    assert {name for name, cell in found.items() if cell.word == "declared"} == {
        name for name, each in REGISTER.items() if each.kind == "attestation"
    }


def test_matrix_has_a_line_for_each_requirement_and_a_note_for_what_did_not_pass(project: Path) -> None:
    wrong = project / "wrong" / "report"
    page = a_page(implementation(wrong, "wrong"))
    assert all(page.count(f"\n| [`{name}`](") == 1 for name in REGISTER)
    report = json.loads((wrong / "report.json").read_text("utf-8"))
    assert "[only in part](#partial)" in page
    assert "only requirement revocation.data-inaccessible" in html.unescape(page)
    for name, cell in cells(report, REGISTER).items():
        (line,) = (line for line in page.splitlines() if line.startswith(f"| [`{name}`]("))
        assert f"{MARKS[cell.word].glyph} {MARKS[cell.word].word}</span>" in line
        assert line.count('<sup class="note">') == len(cell.notes)


def test_difference_from_an_assumption_names_the_decision_behind_it(tmp_path: Path) -> None:
    system = f"{wrong_systems.__name__}:KeepsDataOfDisabledKeys"
    chosen = (*ALL_FEATURES, "--requirement", "revocation.key-disabled")
    page = a_page(implementation(verify(tmp_path, "--python", system, *chosen).folder, "otherwise"))
    assert "≠ differs" in page
    assert f"(../decisions/{REGISTER['revocation.key-disabled'].decision})" in page


def test_text_of_others_is_no_markup(project: Path) -> None:
    page = (project / "docs" / "evidence" / "implementations.md").read_text("utf-8")
    assert MARKED not in page
    assert "&#60;script&#62;" in page


def test_report_that_does_not_follow_from_its_log_is_refused(tmp_path: Path) -> None:
    entry = {"name": "wrong", "kind": "product", "report": "report"}
    forged = verify(tmp_path, *WRONG, *ALL_FEATURES, "--case", FAILS).folder
    envelope = json.loads((forged / "report.json").read_text("utf-8"))
    failed = next(each for each in envelope["cases"] if each["status"] == "failed")
    failed["status"] = "passed"
    (forged / "report.json").write_text(json.dumps(envelope), "utf-8")
    found = load(entry, tmp_path)
    assert (found.standing, found.report) == (REFUSED, None)
    assert found.problems
    page = a_page(found)
    assert "There is no report." in page
    assert "- **wrong**: " in page


def test_report_of_another_version_is_stale_and_not_green(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    verify(tmp_path, "--python", MODEL, *A_CASE)
    entry = {"name": "right", "kind": "product", "report": "report"}
    fresh = load(entry, tmp_path)
    monkeypatch.setattr(implementations, "digest", lambda _: "0" * 64)
    monkeypatch.setattr(implementations, "check", lambda _: ())  # as it was a moment ago
    stale = load(entry, tmp_path)
    assert (fresh.standing, stale.standing) == (CONFIRMED, STALE)
    assert badge(stale).status is Status.STALE
    assert badge(stale).words.startswith("stale, was ")
    assert "✔ passed</span> <small>" in a_page(fresh)
    assert '<span class="mark mark-partly">◐</span> passed' in a_page(fresh)  # since it was one case
    assert "↻ was" in a_page(stale)
    assert "✔ passed</span> <small>" not in a_page(stale)


def test_implementation_is_run_once_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(implementations, "OPTIONS", (*A_CASE, "--seed", "1"))
    code = "import sys\nfrom translator_cmk.cli import main\nsys.exit(main(['serve', '--stdio']))\n"
    program = tmp_path / "model.py"
    program.write_text(code, "utf-8")
    entry = {"name": "own", "kind": "example", "run": shlex.join([sys.executable, str(program)])}
    found = load(entry, tmp_path)
    assert (found.standing, found.problems) == (CONFIRMED, ())
    runs: list[tuple[str, ...]] = []

    def kit(*arguments: str) -> tuple[str, ...]:
        runs.append(arguments)
        return ("run again",)

    monkeypatch.setattr(implementations, "kit", kit)
    assert (load(entry, tmp_path), runs) == (found, [])
    program.write_text(code + "\n", "utf-8")
    assert load(entry, tmp_path).problems == ("run again",)
    assert [arguments[0] for arguments in runs] == ["verify"]


def test_program_that_is_not_installed_is_listed_with_the_reason(tmp_path: Path) -> None:
    found = load({"name": "absent", "kind": "example", "run": "no-such-program x"}, tmp_path)
    assert found.problems == ("it was not run: no-such-program is not installed on the machine that made this site",)
    assert found.name in a_page(found).partition("{ #not-shown }")[2]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- name: x\n", "the key 'kind' is missing"),
        ("- {", "not YAML"),
        ("x: 1\n", "a list is expected here"),
        ("- {name: ../x, kind: product, run: x}\n", "a name of small letters"),
        ("- {name: x, kind: odd, run: x}\n", "unknown kind 'odd'"),
        ("- {name: x, kind: product}\n", "either run or report"),
    ],
)
def test_malformed_list_is_refused_by_file_and_problem(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "implementations.yaml").write_text(text, "utf-8")
    with pytest.raises(InvalidFile, match=rf"implementations\.yaml:1: .*{re.escape(problem)}"):
        load_implementations(tmp_path)
