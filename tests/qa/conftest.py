"""A QA engineer's folder outside the checkout, with the wheel in an environment of her own."""

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.command_line import ROOT
from tests.qa.page import block

INSTALLED = ROOT / ".venv-qa-tools"
"""What `make qa-tools` installs: a virtual environment, and Node's packages in the folder node."""

REQUIREMENT = "vault.same-region-refused"
"""The requirement that the systems in her folder break."""

OPTIONS = """\
[pytest]
addopts = --strict-markers --profile full -m vault.same-region-refused -p no:allure_pytest_bdd
filterwarnings = error
"""
"""Her pytest.ini.  She would install one of Allure's two plugins, since they have the same options."""

OF_THIS_RUN = ("PYTEST_", "PYTHON", "TRANSLATOR_CMK_", "COV_")
"""How the names of variables begin that belong to the run of our own tests."""


def needs(path: Path, tool: str) -> Path:
    """Return where a tool is, or skip the test."""
    if not path.exists():
        pytest.skip(f"missing tool: {tool}, which `make qa-tools` installs")
    return path


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def her_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python in her environment, which has the wheel, and what `make qa-tools` has installed."""
    needs(INSTALLED / ".installed", "plugins of pytest")
    environment = tmp_path_factory.mktemp("hers") / ".venv"
    venv.create(environment, symlinks=True)
    [packages] = environment.glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    [tools] = INSTALLED.glob("lib/python*/site-packages")
    (packages / "tools.pth").write_text(f"{tools}\n")
    return environment / "bin" / "python"


class Case(NamedTuple):
    """A scenario in a report: its status, and how each attempt came out."""

    status: str
    attempts: tuple[str, ...]


class Folder:
    """Her folder, and what she runs in it."""

    def __init__(self, path: Path, python: Path) -> None:
        self.path = path
        self.python = python

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command in her environment."""
        variables = {
            name: value for name, value in os.environ.items() if not name.startswith(OF_THIS_RUN)
        }
        variables["PATH"] = f"{self.python.parent}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            command, cwd=self.path, env=variables, capture_output=True, text=True, check=False
        )

    def pytest(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run pytest."""
        return self.run(self.python, "-m", "pytest", *options)

    def read_json(self, name: str) -> Any:
        """Return the content of a file in JSON."""
        return json.loads((self.path / name).read_text("utf-8"))

    def cases(self) -> Mapping[str, Case]:
        """Return the scenarios of her report by their ids."""
        found = {}
        for case in self.read_json("report/report.json")["cases"]:
            found[case["id"]] = Case(case["status"], tuple(case.get("attempts", ())))
        return found

    def check_report(self) -> None:
        """Let the kit derive the verdicts of her report from its log again."""
        check = (self.python, "-m", "translator_cmk", "report", "check", "report")
        checked = self.run(*check)
        assert checked.returncode == 0, checked


@pytest.fixture
def folder(her_python: Path, tmp_path: Path) -> Folder:
    """Her folder."""
    return her_folder(tmp_path, her_python)


def her_folder(path: Path, python: Path) -> Folder:
    """Make her folder, with the files that docs/qa.md shows, options of her own and her systems."""
    made = Folder(path, python)
    written = made.run("/bin/sh", "-ec", block("sh", "cat > conftest.py"))
    assert written.returncode == 0, written
    (path / "pytest.ini").write_text(OPTIONS)
    shutil.copy(Path(__file__).with_name("adapters.py"), path / "my_adapter.py")
    return made


@pytest.fixture
def folder_with_node(folder: Folder) -> Folder:
    """Her folder, in which Node finds the packages that `make qa-tools` has installed."""
    packages = needs(INSTALLED / "node" / "node_modules", "packages of Node")
    (folder.path / "node_modules").symlink_to(packages)
    return folder
