"""The guide holds: in a clean environment with the wheel alone, every command of it does what it says."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conformance.verifying import ROOT
from translator_cmk.cli import COMMANDS

GUIDE = ROOT / "docs" / "validate.md"
BLOCK = re.compile(r"(?:<!-- exit: (\d) -->\n\n)?```sh\n(.*?)```", re.DOTALL)
INSTALL = "pip wheel --no-deps --wheel-dir wheels .\npip install wheels/translator_cmk-*.whl\n"


class Block(NamedTuple):
    """A block of commands, and the exit code that the last of them has to have."""

    text: str
    exit_code: int


def blocks() -> Iterator[Block]:
    for exit_code, text in BLOCK.findall(GUIDE.read_text("utf-8")):
        yield Block(text, int(exit_code or 0))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that has the wheel without extras, and nothing else."""
    folder = tmp_path_factory.mktemp("clean")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    wheel = str(next(folder.glob("*.whl")))
    python = folder / "venv" / "bin" / "python"
    if uv := shutil.which("uv"):
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(folder / "venv")], check=True)
        install = [uv, "pip", "install", "--quiet", "--python", str(python)]
        if subprocess.run([*install, "--offline", wheel], check=False, capture_output=True).returncode:
            subprocess.run([*install, wheel], check=True)
    else:
        subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", wheel], check=True)
    return folder / "venv" / "bin"


def test_guide_begins_with_the_installation_that_is_tried_here() -> None:
    first, *others = blocks()
    assert first == Block(INSTALL, 0)
    assert len(others) > 10


def test_every_command_of_the_guide_does_what_it_says(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    environment = {"PATH": f"{installed}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    for block in blocks():
        if block.text == INSTALL:
            continue
        run = subprocess.run(
            ["bash", "-uo", "pipefail", "-c", block.text],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == block.exit_code, f"{block.text}{run.stdout}{run.stderr}"


def test_kit_pulls_no_site_and_no_test_tools(installed: Path) -> None:
    listed = "import importlib.metadata as m; print(*sorted(d.name.lower() for d in m.distributions()))"
    run = subprocess.run([installed / "python", "-c", listed], check=True, capture_output=True, text=True)
    names = set(run.stdout.split())
    assert names.isdisjoint({"mkdocs", "mkdocs-material", "pytest", "pytest-bdd", "playwright", "waitress"})
    assert {"translator-cmk", "gherkin-official", "hypothesis", "pyyaml"} <= names


def test_missing_extra_is_one_line_that_names_it(installed: Path) -> None:
    run = subprocess.run(
        [installed / "translator-cmk", "serve", "--http", "0"], capture_output=True, text=True, check=False
    )
    told = "translator-cmk: error: this needs the package waitress: pip install 'translator-cmk[http]'\n"
    assert (run.returncode, run.stderr) == (2, told)


STARTS = """
import contextlib, io, sys
from translator_cmk.cli import main
for command in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()) as text, contextlib.suppress(SystemExit):
        main([command, "--help"])
    if not text.getvalue().startswith(f"usage: translator-cmk {command} "):
        sys.exit(f"{command} does not start")
"""


def test_every_command_but_the_site_starts_without_extras(installed: Path) -> None:
    commands = [each.name for each in COMMANDS if each.name != "site"]
    run = subprocess.run([installed / "python", "-c", STARTS, *commands], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
