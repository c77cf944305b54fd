"""`mkdocs build` and `mkdocs serve`: a hook makes the pages from the last record, again only when
something has changed, and says in a line what keeps it from that.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mkdocs.structure.files import Files

from docs.theme import generated
from tests.command_line import ROOT, as_bytes, copy_checkout, each_refused
from tests.conformance.conftest import MODEL, WELL, verify
from translator_cmk.errors import CommandError
from translator_cmk.site import build
from translator_cmk.site.build import LAST_RUN, Made, make
from translator_cmk.site.content import Content


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the pages and no record."""
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def mkdocs(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `mkdocs build` in a folder that has a copy of the model or none."""
    environment = os.environ | {"PYTHONPATH": str(folder / "model")} | variables
    command = [sys.executable, "-m", "mkdocs", "build"]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@each_refused("site")
def test_record_that_can_not_be_read_is_refused_by_name(
    clone: Path, spoilt: str, text: str, says: str
) -> None:
    file = clone / spoilt
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(as_bytes(text))
    with pytest.raises(CommandError) as refused:
        make(LAST_RUN, Path("docs"))
    assert str(refused.value).startswith(spoilt.removesuffix("/report.json"))
    assert says in str(refused.value)


def test_mkdocs_names_a_record_that_is_not_there_and_leaves_no_page_of_an_earlier_build(
    clone: Path,
) -> None:
    shutil.copy(ROOT / "mkdocs.yml", clone)
    (clone / "site").mkdir()
    (clone / "site" / "index.html").write_text("All is green.")
    done = mkdocs(clone, RECORD="nowhere")
    assert done.returncode == 1
    assert "nowhere/report.json: can't be read: No such file or directory" in done.stderr
    assert "Traceback" not in done.stderr
    assert list((clone / "site").iterdir()) == []


def test_mkdocs_names_the_line_of_a_row_that_is_wrong(tmp_path: Path) -> None:
    copy_checkout(tmp_path, "docs", "features", "mkdocs.yml")
    shutil.copytree(ROOT / "model", tmp_path / "model")  # compiled, but for the wrong row
    rows = tmp_path / "model/translator_cmk/machine/topics/environment.py"
    before, wrong, after = rows.read_text("utf-8").partition("sets(\n            c.vault,")
    assert wrong
    rows.write_text(f"{before}{wrong} colour=1,{after}", "utf-8")
    done = mkdocs(tmp_path)
    assert done.returncode == 1
    number = before.count("\n") + 1
    says = f"environment.py:{number}: a row of environment.create-vault ends in KeyError: 'colour'"
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_pages_are_made_again_only_when_something_has_changed_that_they_are_made_from(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    def once_more(*_: Path) -> Made:
        made.append(len(made))
        return Made({"badges/all.svg": f"<svg>{len(made)}</svg>"}, ())

    monkeypatch.setattr(generated, "made_elsewhere", once_more)
    config: Any = SimpleNamespace(
        docs_dir=str(clone / "docs"),
        extra={"record": ""},
        plugins=SimpleNamespace(_current_plugin="generated"),
        site_dir=str(clone / "site"),
        use_directory_urls=False,
        watch=[],
    )

    def shown() -> str:
        files = Files([])
        generated.on_files(files, config)
        [file] = files
        return file.content_string

    assert shown() == "<svg>1</svg>"
    (clone / "docs" / "index.md").write_text("# Edited by hand", "utf-8")
    assert shown() == "<svg>1</svg>"
    (clone / "docs" / "decisions" / "0001-packaging.md").write_text("# Another title", "utf-8")
    assert shown() == "<svg>2</svg>"
    LAST_RUN.mkdir(parents=True)
    (LAST_RUN / "report.json").write_text("{}", "utf-8")
    assert shown() == "<svg>3</svg>"
    generated.on_config(config)
    assert str(LAST_RUN) in config.watch


def test_pages_are_stale_with_what_is_not_committed(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Content] = []

    def generate(content: Content) -> dict[str, str | bytes]:
        shown.append(content)
        return {}

    monkeypatch.setattr(build, "generate", generate)
    monkeypatch.setattr(build, "uncommitted", lambda _: "a.feature is not committed")
    monkeypatch.setattr(build, "load_laws", lambda _: ())
    (clone / "docs" / "implementations.yaml").unlink()
    record = verify(clone, "--python", MODEL, *WELL).folder
    assert make(record, Path("docs")).said == [
        "simulation: stale",
        "a.feature is not committed, so everything is stale",
    ]
    assert [each.evidence.stale for each in shown] == ["a.feature is not committed"]
