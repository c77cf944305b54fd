"""Puts the examples and the model to the test, and keeps their reports in docs/reports/, where the site shows them."""

import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from tests.evidence.writing import ROOT
from translator_cmk.site.kept_reports import CONFIRMED, kept

REPORTS = ROOT / "docs" / "reports"
OPTIONS = ("--lane", "features", "--lane", "tour", "--steps", "300", "--seed", "1")

SYSTEMS = {
    "example-node": ("example", "node docs/examples/node/emulator.mjs"),
    "example-perl": ("example", "perl docs/examples/perl/emulator.pl"),
    "example-python": ("example", "python3 docs/examples/python/emulator.py"),
    "model": ("model", "translator-cmk serve --stdio"),
}
"""By the name of the report: what the system is, and what starts it."""


def main() -> int:
    """Verify each, and keep what came of it; returns the worst exit code."""
    worst = 0
    for name, (kind, command) in SYSTEMS.items():
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "conformance-report"
            started = command.replace("translator-cmk ", f"{shlex.quote(sys.executable)} -m translator_cmk.cli ")
            verify = [sys.executable, "-m", "translator_cmk.cli", "verify", "--stdio", started, *OPTIONS]
            code = subprocess.run([*verify, "--report", str(report)], cwd=ROOT, check=False).returncode
            if code == 0:
                keep(report, REPORTS / name, kind, f"translator-cmk verify --stdio {command!r} {shlex.join(OPTIONS)}")
                found = kept(REPORTS / name)
                print(f"{name}: {found.standing}", *found.problems)
                code = int(found.standing != CONFIRMED)
        worst = max(worst, code)
    return worst


def keep(report: Path, folder: Path, kind: str, reproduce: str) -> None:
    """Pack a report into a folder, with what is said of it beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / ".report.zip"
    with ZipFile(draft, "w", ZIP_DEFLATED) as archive:
        for path in sorted(report.rglob("*")):
            archive.write(path, path.relative_to(report).as_posix())
    (folder / "about.yaml").write_text(f'kind: {kind}\nreproduce: "{reproduce}"\n', "utf-8")
    draft.replace(folder / "report.zip")


if __name__ == "__main__":
    sys.exit(main())
