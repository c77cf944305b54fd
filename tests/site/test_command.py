"""`translator-cmk site` reads what there is, refuses what it cannot read, and leaves no half of anything."""

import os
import sys
from pathlib import Path

import pytest

from tests.site.building import a_record, copy_pages, files_in, generate
from translator_cmk.cli import main
from translator_cmk.site.render import replace_folders


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the pages, in which nothing has been generated."""
    copy_pages(tmp_path)
    return tmp_path


def test_without_results_everything_is_not_run(project: Path) -> None:
    done = generate(project, None)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("model: not run\n")
    assert "not run" in (project / "docs" / "badges" / "all.svg").read_text("utf-8")


def test_results_elsewhere_can_be_named_and_what_no_longer_belongs_is_removed(project: Path) -> None:
    written = files_in(project / "docs")
    for stale in ("badges/scenarios/old.svg", "specification/old.md"):
        (project / "docs" / stale).parent.mkdir(parents=True, exist_ok=True)
        (project / "docs" / stale).write_text("", "utf-8")
    done = generate(project, None, "--results", str(a_record()), "--docs", str(project / "docs"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "model: " in done.stdout
    assert "model: " in (project / "docs" / "badges" / "all.svg").read_text("utf-8")
    found = files_in(project / "docs")
    assert not [name for name in found if "/old." in name]
    assert written.items() <= found.items()
    assert not [path for path in (project / "docs").iterdir() if path.name.startswith(".")]


def refused(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """Return the one line in which the command refuses what it is given."""
    assert main(["site", *options]) == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    return line.removeprefix("translator-cmk: error: ")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not JSON"),
        (b'{"format": 1', "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "no envelope of a report"),
        (b'{"format": 2}', "no envelope of a report in format 1"),
        (b'{"format": 1}', "lacks the field"),
    ],
)
def test_malformed_results_are_refused_and_leave_what_there_is(
    project: Path, content: bytes, message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)
    for path, kept in {"docs/badges/all.svg": b"of an earlier run", ".results/run/report.json": content}.items():
        (project / path).parent.mkdir(parents=True)
        (project / path).write_bytes(kept)
    before = files_in(project / "docs")
    line = refused(capsys)
    assert line.startswith(".results/run")
    assert message in line
    assert files_in(project / "docs") == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--results", "nowhere"], "nowhere/report.json: can't be read: No such file or directory"),
        (["--docs", "nowhere"], "nowhere: no such folder; run this in the root of the project, or use --docs DIR"),
        (["--docs", "mkdocs.yml"], "mkdocs.yml: no such folder"),
        ([], "docs/decisions/0099-latin.md: not UTF-8 at byte 4; save the file as UTF-8"),
    ],
)
def test_missing_or_unreadable_file_is_refused_by_name(
    project: Path,
    options: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(project)
    (project / "docs" / "decisions" / "0099-latin.md").write_bytes("# Größe\n".encode("latin-1"))
    assert refused(capsys, *options).startswith(message)


def test_without_jinja_the_command_names_the_extra(project: Path) -> None:
    (project / "jinja2.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'jinja2'\", name='jinja2')", "utf-8"
    )
    done = generate(project, None, environment={"PYTHONPATH": os.pathsep.join([str(project), *sys.path])})
    assert done.returncode == 2
    assert "site" in done.stderr
    assert done.stderr.count("\n") == 1


def test_folders_are_replaced_together_or_not_at_all(tmp_path: Path) -> None:
    replace_folders(tmp_path, ["a", "b"], {"a/x": "old", "b/y": "old"})
    with pytest.raises(OSError, match="b"):
        replace_folders(tmp_path, ["a", "b/c/d"], {"a/x": "new", "b/c/d/y": "new"})  # b has no c that it could replace
    assert files_in(tmp_path) == {"a/x": b"old", "b/y": b"old"}
