"""`translator-cmk site` reads what there is, refuses what it cannot read, and leaves no half of anything."""

import os
import sys
from pathlib import Path

import pytest

from tests.site.building import a_record, copy_pages, files_in, generate
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
def test_results_that_are_not_in_order_are_refused_in_one_line(project: Path, content: bytes, message: str) -> None:
    (project / "docs" / "badges").mkdir()
    (project / "docs" / "badges" / "all.svg").write_text("of an earlier run", "utf-8")
    (project / ".results" / "run").mkdir(parents=True)
    (project / ".results" / "run" / "report.json").write_bytes(content)
    before = files_in(project / "docs")
    done = generate(project, None)
    assert done.returncode == 2
    assert done.stderr.startswith("translator-cmk: error: .results/run")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert files_in(project / "docs") == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--results", "nowhere"], "nowhere/report.json: can't be read: No such file or directory"),
        (["--docs", "nowhere"], "nowhere: no such folder; run this in the root of the project, or use --docs DIR"),
        (["--docs", "mkdocs.yml"], "mkdocs.yml: no such folder"),
    ],
)
def test_what_is_not_there_is_refused_in_one_line(project: Path, options: list[str], message: str) -> None:
    done = generate(project, None, *options)
    assert done.returncode == 2
    assert done.stderr.startswith(f"translator-cmk: error: {message}")
    assert done.stderr.count("\n") == 1


def test_decision_that_is_not_utf8_is_refused_by_name(project: Path) -> None:
    (project / "docs" / "decisions" / "0099-latin.md").write_bytes("# Größe\n".encode("latin-1"))
    done = generate(project, None)
    assert done.returncode == 2
    assert "docs/decisions/0099-latin.md: not UTF-8 at byte 4; save the file as UTF-8" in done.stderr


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
