"""The matrix of implementations says what checked reports say, and nothing else."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from jsonschema import Draft202012Validator

from tests.site.building import REGISTER, a_run, content_of
from tests.site.kept import A_CASE, FEATURES, MARKED, MARKUP, OTHERWISE, RIGHT, WRONG, edit, keep, pack
from translator_cmk.cli import main
from translator_cmk.conformance import recheck
from translator_cmk.site import command
from translator_cmk.site.cells import MARKS, Cell, cell, cells
from translator_cmk.site.content import Content
from translator_cmk.site.implementation_files import badge, implementations_data, report_files
from translator_cmk.site.implementations import implementations_page, matrix
from translator_cmk.site.kept_reports import CONFIRMED, REFUSED, STALE, KeptReport, Memory, kept, load_reports
from translator_cmk.site.matrix_notes import Notes, report
from translator_cmk.site.reading_reports import Case, Report, Subject
from translator_cmk.site.schemas import site_schemas

EMPTY = content_of(a_run())
SOME = ("--requirement", "revocation.access-revoked", "--lane", "tour", "--scope", "losing-the-key", "--steps", "150")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of kept reports: one of each kind."""
    folder = tmp_path_factory.mktemp("reports")
    keep(folder, "model", *RIGHT, *FEATURES, "--topic", "vault", kind="model")
    keep(folder, "wrong", *WRONG, *FEATURES, *SOME)
    keep(folder, "otherwise", *OTHERWISE, *FEATURES)
    keep(folder, "marked", *MARKUP, *A_CASE)
    return folder


@pytest.fixture(scope="module")
def loaded(folder: Path) -> dict[str, KeptReport]:
    """The reports in it, checked."""
    return {each.name: each for each in load_reports(folder)}


@pytest.fixture(scope="module")
def content(loaded: dict[str, KeptReport]) -> Content:
    """All that pages are made from, with these reports."""
    return EMPTY._replace(reports=tuple(loaded.values()))


@pytest.fixture
def copied(folder: Path, tmp_path: Path) -> Path:
    """The folder of a kept report, to be changed."""
    return Path(shutil.copytree(folder / "marked", tmp_path / "marked")) / "report"


def row(content: Content, requirement: str, *shown: KeptReport) -> list[str]:
    """The cells of a requirement."""
    table = matrix(shown, {each.name: Notes(each, content) for each in shown}, content)
    (line,) = (each for each in table.splitlines() if f"<br>`{requirement}`" in each)
    return [each.strip() for each in line.strip("| ").split(" | ")]


# What is checked


def test_reports_that_follow_from_their_logs_are_confirmed(loaded: dict[str, KeptReport]) -> None:
    assert {name: (each.standing, each.problems) for name, each in loaded.items()} == dict.fromkeys(
        loaded, (CONFIRMED, ())
    )


def failed_passes(envelope: dict[str, Any]) -> None:
    """Turn a verdict around."""
    envelope["cases"][0]["status"] = "failed"


def counts_more(envelope: dict[str, Any]) -> None:
    """Count one more."""
    envelope["counts"]["scored"]["passed"] += 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (failed_passes, "environment.create-vault/a-new-vault: was failed, is passed"),
        (counts_more, "counts in report.json is not what follows from the verdicts"),
        (lambda envelope: envelope.update(complete=False), "summary.md does not say what report.json says"),
        (lambda envelope: envelope.update(exit_code=1), "exit_code in report.json is not what follows"),
    ],
)
def test_changed_report_is_refused(copied: Path, change: Callable[[dict[str, Any]], object], told: str) -> None:
    edit(copied, change)
    found = kept(copied.parent)
    assert found.standing == REFUSED
    assert told in "; ".join(found.problems)
    assert main(["report", "check", str(copied)]) == 1


def test_report_of_another_specification_is_stale(copied: Path) -> None:
    edit(copied, lambda envelope: envelope.update(digest="0" * 64))
    found = kept(copied.parent)
    assert (found.standing, found.problems) == (STALE, ())
    stale = EMPTY._replace(reports=(found,))
    assert "mark-passed" not in "".join(row(stale, "environment.create-vault", found))
    assert row(stale, "environment.create-vault", found)[1].startswith(
        '<span class="mark mark-stale">↻ was passed</span> <small>1 of 1</small>'
    )
    assert badge(found).message.startswith("↻ stale, was ✔ 1/1")
    assert "↻ stale" in implementations_page(stale)


@pytest.mark.parametrize("change", [counts_more, lambda envelope: envelope["files"].update({"junit.xml": "0" * 64})])
def test_stale_report_that_contradicts_itself_is_refused(
    copied: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    edit(copied, lambda envelope: envelope.update(digest="0" * 64))
    edit(copied, change)
    assert kept(copied.parent).standing == REFUSED


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("about.yaml", None, "about.yaml: can't be read"),
        ("about.yaml", "kind: [", "about.yaml: not YAML"),
        ("about.yaml", "kind: [1]\nreproduce: x", "kind is a list"),
        ("about.yaml", "kind: azure\nreproduce: x", "write one of product, example, model"),
        ("about.yaml", "kind: product", "lacks the field 'reproduce'"),
        ("report.zip", None, "report.zip: can't be read"),
        ("report.zip", "junk", "report.zip: can't be unpacked: File is not a zip file"),
        ("report/report.json", None, "report.json: can't be read"),
        ("report/report.json", "<html>", "report.json: not JSON"),
        ("report/report.json", "[]", "no envelope of a report"),
        ("report/messages.ndjson", "junk\n", "no entry of a log"),
        ("report/evil.html", "<script>", "evil.html is not of a report"),
        ("report/counterexamples/a.py", "", "counterexamples/a.py is not of a report"),
    ],
)
def test_what_is_no_report_is_refused_and_told(copied: Path, file: str, text: str | None, told: str) -> None:
    path = copied.parent / file
    if text is None:
        path.unlink()
    else:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    if file.startswith("report/"):
        pack(copied)
    found = kept(copied.parent)
    assert found.standing == REFUSED
    assert told in "; ".join(found.problems)
    assert "/tmp" not in "; ".join(found.problems)
    page = implementations_page(EMPTY._replace(reports=(found,)))
    assert "No report has been kept yet." in page
    assert "- **marked**: " in page
    assert list(report_files([found])) == []


def test_report_is_checked_once_and_anew_where_it_or_the_specification_has_changed(
    copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "results" / "confirmed.json"
    assert kept(copied.parent, Memory(file)).standing == CONFIRMED
    remembered = json.loads(file.read_text("utf-8"))
    with monkeypatch.context() as patch:  # whoever asks for a check now, breaks
        patch.setattr(recheck, "problems_of", None)
        known = kept(copied.parent, Memory(file))
        assert known.standing == CONFIRMED
        assert known.report == kept(copied.parent, Memory(file)).report
        changes: list[dict[str, object]] = [{"digest": "0" * 64}, {"confirmed": []}]
        for other in changes:
            file.write_text(json.dumps(remembered | other), "utf-8")
            with pytest.raises(TypeError):
                kept(copied.parent, Memory(file))
    file.write_text(json.dumps(remembered), "utf-8")
    edit(copied, failed_passes)
    assert kept(copied.parent, Memory(file)).standing == REFUSED
    assert json.loads(file.read_text("utf-8")) == remembered


@pytest.mark.parametrize("junk", ["", "[]", '{"digest": 1', "null"])
def test_memory_that_can_not_be_read_is_written_anew(copied: Path, tmp_path: Path, junk: str) -> None:
    file = tmp_path / "confirmed.json"
    file.write_text(junk, "utf-8")
    assert kept(copied.parent, Memory(file)).standing == CONFIRMED
    assert len(json.loads(file.read_text("utf-8"))["confirmed"]) == 1


@pytest.mark.parametrize("root", ["", "conformance-report/", "a/b/"])
def test_report_may_be_packed_inside_a_folder(copied: Path, root: str) -> None:
    pack(copied, root)
    assert kept(copied.parent).standing == CONFIRMED


def test_file_that_would_leave_the_folder_is_refused(copied: Path) -> None:
    with ZipFile(copied.with_name("report.zip"), "a") as archive:
        archive.writestr("../outside.html", "x")
    assert "../outside.html is not of a report" in kept(copied.parent).problems[0]


@pytest.mark.parametrize(
    ("field", "value"),
    [("counts", []), ("finished", "today"), ("exit_code", 7), ("lanes", "features"), ("subject", {}), ("files", [])],
)
def test_envelope_in_another_form_is_refused_and_told(copied: Path, field: str, value: object) -> None:
    edit(copied, lambda envelope: envelope.update({field: value}))
    found = kept(copied.parent)
    assert found.standing == REFUSED
    assert field in found.problems[0]


def test_folder_with_an_unusual_name_is_refused(copied: Path) -> None:
    found = kept(copied.parent.rename(copied.parent.with_name('a"b')))
    assert found.problems == ("its name is not made of small letters, digits and hyphens",)


# What a cell says

REQUIREMENT = "vault.same-region"


def a_report(*cases: Case) -> Report:
    """A report with these cases."""
    counts = dict.fromkeys(("total", "passed", "failed"), 0)
    time = "2026-03-04T05:06:07Z"
    subject = Subject("something", "1")
    return Report(subject, "0" * 64, "0.1.0", 1, "article", (), ("features",), {}, time, time, True, 0, counts, cases)


def cases(*told: str) -> list[Case]:
    """Scenarios that carry the requirement, each with a status, and after a colon what it is laid to."""
    found = []
    for number, each in enumerate(told):
        status, _, blamed = each.partition(":")
        laid_to = tuple(filter(None, blamed.split(",")))
        scored = status != "differs"
        rests_on = () if scored else ("revocation.key-disabled",)
        found.append(Case(f"case-{number}", "features", scored, status, (REQUIREMENT,), rests_on, "a reason", laid_to))
    return found


@pytest.mark.parametrize(
    ("told", "word", "passed", "applicable"),
    [
        (("passed", "passed"), "passed", 2, 2),
        (("passed", "not-applicable"), "passed", 1, 1),
        (("not-applicable",), "not-applicable", 0, 0),
        (("failed", "failed"), "failed", 0, 2),
        (("known",), "failed", 0, 1),
        (("passed", "failed"), "partly", 1, 2),
        (("passed", "known"), "partly", 1, 2),
        (("passed", "not-run"), "partly", 1, 2),
        (("passed", "inconclusive"), "partly", 1, 2),
        (("failed", "not-run"), "failed", 0, 2),
        (("inconclusive", "not-run"), "inconclusive", 0, 2),
        (("not-run",), "not-run", 0, 1),
        ((), "not-run", 0, 0),
        (("failed:vault.same-region",), "failed", 0, 1),
        (("failed:vault.soft-delete",), "inconclusive", 0, 1),
        (("passed", "failed:vault.soft-delete"), "partly", 1, 2),
        (("passed", "differs:vault.same-region"), "passed", 1, 1),
    ],
)
def test_cases_roll_up_to_a_word(told: tuple[str, ...], word: str, passed: int, applicable: int) -> None:
    found = cell(REGISTER[REQUIREMENT], a_report(*cases(*told)))
    assert (found.word, found.passed, found.applicable) == (word, passed, applicable)


def test_failure_of_another_lane_is_laid_to_its_requirement() -> None:
    tour = Case("tour/CreateVault", "tour", True, "failed", (), (), "a reason", (REQUIREMENT,))
    found = cell(REGISTER[REQUIREMENT], a_report(*cases("passed"), tour))
    assert (found.word, list(found.notes.values())) == ("partly", [("tour/CreateVault",)])
    assert cell(REGISTER["vault.soft-delete"], a_report(tour)).word == "not-run"


def test_what_can_only_be_declared_is_neither_passed_nor_failed() -> None:
    assert cell(REGISTER["encryption.algorithm"], a_report()) == Cell("declared")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (["differs"], ("differs", "not-run")),
        (["differs:revocation.key-disabled"], ("differs", "not-run")),
        (["differs:vault.same-region"], ("inconclusive", "not-run")),
        (["differs", "passed"], ("differs", "passed")),
    ],
)
def test_difference_from_an_assumption_counts_for_it_alone(told: list[str], words: tuple[str, str]) -> None:
    found = cells(a_report(*cases(*told)), REGISTER)
    assert (found["revocation.key-disabled"].word, found[REQUIREMENT].word) == words


def test_every_verdict_of_the_kit_has_a_mark() -> None:
    from translator_cmk.conformance.verdicts import STATUSES

    assert STATUSES.keys() - {"known"} <= MARKS.keys()
    assert len({mark.glyph for mark in MARKS.values()}) == len(MARKS)


# What the page says


def test_counts_of_the_matrix_are_those_of_the_report(loaded: dict[str, KeptReport]) -> None:
    """Every case of a scenario is in the cells of the requirements that it carries, passed ones as passed."""
    found = report(loaded["model"])
    rolled = cells(found, REGISTER)
    for name in REGISTER:
        carrying = [case.status for case in found.cases if name in case.requirements]
        assert rolled[name].passed == carrying.count("passed"), name
        assert rolled[name].applicable == len(carrying) - carrying.count("not-applicable"), name
    assert rolled[REQUIREMENT].word == "passed"
    assert rolled["revocation.undeploys"].word == "not-run"


def test_failure_is_told_in_a_note_that_leads_to_its_scenarios(content: Content, loaded: dict[str, KeptReport]) -> None:
    found = row(content, "revocation.data-inaccessible", loaded["wrong"])[1]
    assert found.startswith('<span class="mark mark-failed">✘ failed</span> <small>0 of ')
    notes = implementations_page(content).partition("## Notes")[2].splitlines()
    (note, *_) = (each for each in notes if "mark-failed" in each and 'id="wrong-' in each)
    number = note.partition('<span id="wrong-')[2].partition('"')[0]
    assert f"](#wrong-{number})" in "".join(row(content, name, loaded["wrong"])[1] for name in REGISTER)
    assert "expected&#58; the" in note
    assert "specification/revocation.md#revocation." in note


def test_difference_leads_to_the_record_of_the_decision(content: Content, loaded: dict[str, KeptReport]) -> None:
    record = "0016-disabled-deleted-rotated-keys.md"
    assert "≠ differs" in row(content, "revocation.key-disabled", loaded["otherwise"])[1]
    assert f"what we assume, and why: [{record}](../decisions/{record})" in implementations_page(content)


def test_partial_reports_stand_apart(content: Content, loaded: dict[str, KeptReport]) -> None:
    whole = loaded["model"]._replace(report=report(loaded["model"])._replace(selection={}))
    page = implementations_page(content._replace(reports=(whole, loaded["wrong"])))
    matrix, _, partial = page.partition("## By requirement")[2].partition("## Partial reports")
    assert "(#model)" in matrix
    assert "(#wrong)" not in matrix
    assert "(#wrong)" in partial
    assert "only requirement revocation&#46;access&#45;revoked" in partial
    assert "[only in part](#partial)" in page.partition("## By requirement")[0]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, ()),
        ({"complete": False}, ("it was broken off",)),
        ({"complete": False, "trouble": "interrupted"}, ("it was broken off: interrupted",)),
        ({"selection": {"topic": ("vault", "keys")}}, ("only topic vault and keys",)),
        ({"lanes": ("tour",)}, ("without the lane features",)),
        ({"waived": ("keys.rotate",)}, ("waived: keys.rotate",)),
    ],
)
def test_report_says_in_what_it_is_partial(changes: dict[str, Any], told: tuple[str, ...]) -> None:
    assert a_report()._replace(**changes).partial == told


def test_page_says_who_was_run_when_and_by_which_kit(content: Content, loaded: dict[str, KeptReport]) -> None:
    page = implementations_page(content)
    found = report(loaded["model"])
    (line,) = (each for each in page.splitlines() if each.startswith('| <span id="model">'))
    assert "<br>model |" in line  # of its kind
    assert f'data-age="{found.finished}"' in line
    assert "kit 0&#46;1&#46;0&#44; protocol 1" in line
    assert "✔ confirmed" in line
    assert "[All of it](reports/model.zip)" in line


def test_nothing_that_a_system_says_of_itself_is_markup(content: Content) -> None:
    page = implementations_page(content)
    assert "&#60;script&#62;alert&#40;1&#41;" in page
    assert "alert(1)" not in page
    assert not {"\x1b", "\x07", "\u202e"} & set(page)


def test_no_kept_report_is_said_plainly() -> None:
    page = implementations_page(EMPTY)
    assert "No report has been kept yet." in page
    assert "filterable" not in page


# Files


def test_reports_are_published_as_they_are_kept(folder: Path, loaded: dict[str, KeptReport]) -> None:
    files = dict(report_files(list(loaded.values())))
    for name in loaded:
        report = folder / name / "report"
        assert files[f"evidence/reports/{name}.zip"] == report.with_name("report.zip").read_bytes()
        assert files[f"evidence/reports/{name}/report.html"] == (report / "report.html").read_bytes()
    assert len(files) == 2 * len(loaded)


def test_matrix_is_data_too_and_fits_its_schema(content: Content, loaded: dict[str, KeptReport]) -> None:
    found = json.loads(json.dumps(implementations_data(content)))
    schema = site_schemas()["implementations"]
    shared = {"format": 1, "register": "0" * 64, "observed_on_azure": "never"}
    Draft202012Validator(schema).validate({**shared, **found})
    assert [each["name"] for each in found["implementations"]] == ["marked", "otherwise", "wrong", "model"]
    (marked,) = (each for each in found["implementations"] if each["name"] == "marked")
    assert marked["product"].startswith(MARKED)  # as it was said: whoever shows it has to escape it
    (model,) = (each for each in found["implementations"] if each["name"] == "model")
    assert model["counts"] == dict(report(loaded["model"]).counts)
    words = {each["id"]: each["word"] for each in model["requirements"]}
    assert words == {name: each.word for name, each in cells(report(loaded["model"]), REGISTER).items()}


def test_command_names_what_is_not_shown(copied: Path, tmp_path: Path) -> None:
    (copied.parent / "about.yaml").write_text("kind: azure", "utf-8")
    reports = tmp_path / "docs" / "reports"
    reports.mkdir(parents=True)
    copied.parent.rename(reports / "marked")
    (warning,) = command.warnings(command.load_content(None, tmp_path / "docs"))
    assert warning.startswith(f"{reports / 'marked'}: not shown: about.yaml: ")
