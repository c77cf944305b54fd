"""A kit that contradicts itself asks nothing, and one that is of no release says so."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conformance.verifying import MODEL, ROOT, verify
from translator_cmk.conformance import cases

ROW = "revocation.undeploys"
ONLY = ("--lane", "features", "--topic", "vault")
STDIO = f"{sys.executable} -m translator_cmk.cli serve --stdio"


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package without the row of one requirement."""
    folder = tmp_path_factory.mktemp("kit")
    shutil.copytree(ROOT / "model", folder / "model", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "features", folder / "features")
    topics = folder / "model" / "translator_cmk" / "machine" / "topics" / "__init__.py"
    with topics.open("a", encoding="utf-8") as file:
        file.write(f"\nROWS = tuple(row for row in ROWS if row.requirement != {ROW!r})\n")
    return folder


@pytest.mark.parametrize("system", [("--python", MODEL), ("--stdio", STDIO)])
def test_kit_without_one_of_its_rows_asks_nothing(broken: Path, tmp_path: Path, system: tuple[str, str]) -> None:
    report = tmp_path / "report"
    command = [sys.executable, "-m", "translator_cmk.cli", "verify", *system, "--report", str(report)]
    ran = subprocess.run(
        command, check=False, env={"PYTHONPATH": str(broken / "model")}, capture_output=True, text=True
    )
    assert (ran.returncode, ran.stdout, report.exists()) == (3, "", False)
    assert "the kit contradicts itself: its model does not demand" in ran.stderr


def badge(folder: Path) -> str:
    message: str = json.loads((folder / "badge.json").read_text("utf-8"))["message"]
    return message


def test_kit_of_no_release_says_so_in_headline_and_badge(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = verify(tmp_path, "--python", MODEL, *ONLY)
    assert "conformant (unreleased kit)" in capsys.readouterr().out
    assert badge(found.folder).startswith("◇ ")
    assert badge(found.folder).endswith(", unreleased kit")
    assert "(unreleased kit)</h1>" in (found.folder / "report.html").read_text("utf-8")


def test_kit_of_a_release_is_green(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    releases = tmp_path / "releases.yaml"
    releases.write_text(yaml.safe_dump({"9.9.9": cases.specification_digest()}), "utf-8")
    monkeypatch.setattr(cases, "RELEASES", releases)
    found = verify(tmp_path, "--python", MODEL, *ONLY)
    assert found.report["release"] == "9.9.9"
    assert "unreleased" not in capsys.readouterr().out
    assert badge(found.folder).startswith("✔ ")
