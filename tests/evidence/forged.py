"""Reports that were edited, with all that follows from each edit made to fit: `report check` finds out every one.

Run as `python -m tests.evidence.run forged`, and by `make evidence`.  The exit code is 1 if one is confirmed.
"""

import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.conformance import forgeries
from tests.conformance.verifying import SOME, TOUR, WRONG, decides_in_fuzzing, fuzz, verify


def main() -> int:
    """Forge each report and check it; returns the exit code."""
    missed = []
    with TemporaryDirectory() as folder, redirect_stdout(StringIO()) as out, redirect_stderr(out):
        reports = {
            "wrong": fuzz(Path(folder, "wrong"), decides_in_fuzzing, "--python", WRONG, *SOME, *TOUR).folder,
            "wrong_in_features": verify(Path(folder, "features"), "--python", WRONG, *SOME).folder,
        }
        for report, code, name in forgeries.FORGERIES:
            out.seek(0)
            out.truncate()
            found = forgeries.check(reports[report], Path(folder, name), name, out.getvalue)
            missed += [] if found == (code, True) else [name]
    print(f"{len(forgeries.FORGERIES) - len(missed)} of {len(forgeries.FORGERIES)} forged reports are found out")
    print("\n".join(f"not found out: {name}" for name in missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
