"""`translator-cmk site` reads its input, refuses what it cannot read, and publishes a broken model as red."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.site.building import ROOT, copy_pages, files_in, green, sha256
from translator_cmk.cli import main
from translator_cmk.site import pages

pytestmark = pytest.mark.xdist_group("site")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the pages, in which nothing has been generated."""
    copy_pages(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_was_generated_is_replaced_and_hand_written_pages_stay(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pages, "generate", lambda content: {f"{folder}/new.md": "" for folder in pages.FOLDERS})
    written = files_in(project / "docs")
    for stale in ("badges/scenarios/old.svg", "specification/old.md"):
        (project / "docs" / stale).parent.mkdir(parents=True, exist_ok=True)
        (project / "docs" / stale).write_text("", "utf-8")
    assert main(["site"]) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("docs: 5 files generated; model: not run\n", "")
    assert files_in(project / "docs") == written | {f"{folder}/new.md": b"" for folder in pages.FOLDERS}


DIGESTS = """
from tests.site.building import green, sha256
print("\\n".join(f"{name} {sha256(text)}" for name, text in green().items()))
"""


def test_every_process_generates_the_same_bytes() -> None:
    """Whatever its hash seed."""
    command, seeded = [sys.executable, "-c", DIGESTS], os.environ | {"PYTHONHASHSEED": "1"}
    done = subprocess.run(command, cwd=ROOT, env=seeded, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [f"{name} {sha256(text)}" for name, text in green().items()]


LATIN = "# Größe\n".encode("latin-1")
REPORT = ".results/run/report.json"


@pytest.mark.parametrize(
    ("options", "spoilt", "content", "message"),
    [
        ([], REPORT, b"", "not JSON"),
        ([], REPORT, b"\xff\xfe", "not JSON"),
        ([], REPORT, b"[]", "no envelope of a report"),
        ([], REPORT, b'{"format": 2}', "no envelope of a report in format 1"),
        ([], REPORT, b'{"format": 1}', "lacks the field"),
        (["--results", "nowhere"], "", b"", "nowhere/report.json: can't be read: No such file or directory"),
        (["--docs", "nowhere"], "", b"", "nowhere: no such folder; run this in the root of the project, or use --docs"),
        (["--docs", "mkdocs.yml"], "", b"", "mkdocs.yml: no such folder"),
        ([], "docs/decisions/0099-latin.md", LATIN, "not UTF-8 at byte 4; save the file as UTF-8"),
        ([], "docs/measurements.json", LATIN, "not JSON: "),
    ],
)
def test_bad_input_is_refused_by_name_and_leaves_no_badge_of_an_earlier_run(
    project: Path,
    options: list[str],
    spoilt: str,
    content: bytes,
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for path, kept in {"docs/badges/all.svg": b"of an earlier run", spoilt or "spoilt": content}.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_bytes(kept)
    assert main(["site", *options]) == 2
    line = capsys.readouterr().err
    assert line.startswith("translator-cmk: error: " + (spoilt.removesuffix("/report.json") or options[1]))
    assert message in line
    assert line.count("\n") == 1
    assert (project / "docs" / "badges").exists() == ("--docs" in options)


def test_without_jinja_the_command_names_the_extra(project: Path) -> None:
    (project / "jinja2.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'jinja2'\", name='jinja2')", "utf-8"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(project), *sys.path])}
    command = [sys.executable, "-m", "translator_cmk.cli", "site"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "site" in done.stderr
    assert done.stderr.count("\n") == 1


DROP = "\nROWS = tuple(row for row in ROWS if row.requirement != 'keys.enable')\n"
RUN_AND_PUBLISH = """
import sys, pytest
from translator_cmk.cli import main
from translator_cmk.site import pages
assert pytest.main(sys.argv[1:]) == 1
sys.exit(main(["site", "--results", "results"]))
"""


def test_broken_row_is_published_red(project: Path) -> None:
    """Although nearly every situation of the other pages begins with this row."""
    for folder in ("features", "model", "tests"):
        shutil.copytree(ROOT / folder, project / folder, ignore=shutil.ignore_patterns("*.pyc.*"))
    topics = project / "model" / "translator_cmk" / "machine" / "topics" / "__init__.py"
    topics.write_text(topics.read_text("utf-8") + DROP, "utf-8")
    suite = ("-q", "-c", os.devnull, "--rootdir", ".", "-p", "no:cacheprovider", "--results", "results")
    chosen = ("-m", "keys.enable or encryption.no-section", "tests/features")
    model = os.environ | {"PYTHONPATH": str(project / "model")}
    command = [sys.executable, "-c", RUN_AND_PUBLISH, *suite, *chosen]
    done = subprocess.run(command, env=model, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    shown = {"requirements/keys.enable": "failed", "all": "failed", "requirements/encryption.no-section": "✔"}
    for badge, word in shown.items():
        assert word in json.loads((project / "docs" / "badges" / f"{badge}.json").read_text("utf-8"))["message"]
