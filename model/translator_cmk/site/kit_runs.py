"""Run commands of the kit as a reader would, and keep the reports of runs until the kit changes."""

import json
import subprocess
import sys
from pathlib import Path

from ..digest import kit_digest


def run_kit(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the kit in a process of its own."""
    words = [sys.executable, "-m", "translator_cmk.cli", *arguments]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def last_lines(done: subprocess.CompletedProcess[str]) -> tuple[str, ...]:
    """Return the last lines that a command printed."""
    lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return tuple(lines[-3:])


def is_current(folder: Path) -> bool:
    """Return whether the report that is kept in a folder is of this kit, and of a run that came to
    its end.
    """
    try:
        report = json.loads((folder / "report.json").read_bytes())
    except (OSError, ValueError):
        return False
    return bool(report.get("digest") == kit_digest() and report.get("complete"))
