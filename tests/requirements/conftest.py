"""An invented article for the tests of comparison, and a run of the real command line."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from translator_cmk.requirements import Article, load_register
from translator_cmk.requirements.drift import describe

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def lockers() -> str:
    """The invented article's text."""
    return Path(__file__).with_name("lockers.md").read_text("utf-8")


@pytest.fixture
def article(lockers: str) -> Article:
    """The invented article's places."""
    return describe(lockers, load_register().article)


@pytest.fixture
def run() -> Run:
    """Runs the installed command with arguments and gives the finished process."""
    command = shutil.which("translator-cmk", path=str(Path(sys.executable).parent))
    assert command, "the package is not installed beside this Python"

    def start(*arguments: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([command, *map(str, arguments)], capture_output=True, timeout=60, check=False)

    return start
