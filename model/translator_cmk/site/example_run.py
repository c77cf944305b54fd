"""The page of a run against the model, as an example of the page that anybody can make of a report.

The smallest run is put to the model, and the page is made of its report, both by the commands that
a reader would use.  The report is kept in `.results/`, and made again when the kit has changed.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from ..digest import kit_digest

FOLDER = Path(".results/example-run")

RUN = (
    *("--in-process", "--python", "translator_cmk.system:ModelSystem"),
    *("--lane", "tour", "--scope", "smallest", "--seed", "1"),
)
"""How the model is asked."""


def example_page() -> str:
    """Return the page; empty if a broken model leaves nothing to show."""
    if not is_current():
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.parent.mkdir(parents=True, exist_ok=True)
        run_kit("verify", *RUN, "--report", str(FOLDER))
    return run_kit("report", "page", str(FOLDER))


def is_current() -> bool:
    """Return whether the report that is kept is of this kit, and came to its end."""
    try:
        report = json.loads((FOLDER / "report.json").read_bytes())
    except (OSError, ValueError):
        return False
    return bool(report.get("digest") == kit_digest() and report.get("complete"))


def run_kit(*arguments: str) -> str:
    """Return what a command of the kit prints."""
    words = [sys.executable, "-m", "translator_cmk.cli", *arguments]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout
