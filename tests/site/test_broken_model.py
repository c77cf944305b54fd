"""A model with a broken row is published as what it is: red where it is broken, and no page stays away."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.site.building import ROOT, copy_pages

DROP = "\nROWS = tuple(row for row in ROWS if row.requirement != {requirement!r})\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of pages, features and model, to break."""
    copy_pages(tmp_path)
    shutil.copytree(ROOT / "features", tmp_path / "features")
    shutil.copytree(ROOT / "model", tmp_path / "model", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests", tmp_path / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def run(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(project / "model")}
    return subprocess.run(
        [sys.executable, *words], cwd=project, env=environment, capture_output=True, text=True, check=False
    )


def message(project: Path, badge: str) -> str:
    return str(json.loads((project / "docs" / "badges" / f"{badge}.json").read_text("utf-8"))["message"])


@pytest.mark.parametrize("requirement", ["revocation.undeploys", "keys.enable"])
def test_broken_row_is_published_red(project: Path, requirement: str) -> None:
    topics = project / "model" / "translator_cmk" / "machine" / "topics" / "__init__.py"
    topics.write_text(topics.read_text("utf-8") + DROP.format(requirement=requirement), "utf-8")
    plain = ("-q", "-c", os.devnull, "--rootdir", ".", "-p", "no:cacheprovider")
    chosen = ("-m", f"{requirement} or encryption.section")
    suite = run(project, "-m", "pytest", *plain, *chosen, "--results", "results", "tests/features")
    assert suite.returncode == 1, suite.stdout
    site = run(project, "-m", "translator_cmk.cli", "site", "--results", "results")
    assert (site.returncode, site.stderr) == (0, "")
    assert "failed" in message(project, f"requirements/{requirement}")
    assert "failed" in message(project, "all")
    assert message(project, "requirements/encryption.section").startswith("✔")
