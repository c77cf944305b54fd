"""The page of a run against the model, as an example of the page that anybody can make of a report.

The smallest run is put to the model, and the page is made of its report, both by the commands that
a reader would use.  The report is kept in `.results/`, and made again when the kit has changed.
"""

import shutil
from pathlib import Path

from .kit_runs import CommandFailed, is_current, last_lines, run_kit

FOLDER = Path(".results/example-run")

RUN = (
    *("--python", "translator_cmk.system:ModelSystem"),
    *("--lane", "tour", "--scope", "smallest", "--seed", "1"),
)
"""How the model is asked."""


def example_page() -> str:
    """Return the page; raises `CommandFailed`."""
    if not is_current(FOLDER):
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.parent.mkdir(parents=True, exist_ok=True)
        run = run_kit("verify", *RUN, "--report", str(FOLDER))
        # whatever came of it, there is a report, unless the kit itself has failed
        if not (FOLDER / "report.json").is_file():
            raise CommandFailed(f"verify has failed: {' '.join(last_lines(run))}")
    page = run_kit("report", "page", str(FOLDER))
    if page.returncode:
        raise CommandFailed(f"report page has failed: {' '.join(last_lines(page))}")
    return page.stdout
