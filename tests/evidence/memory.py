"""Fuzzes the model for an hour, and notes how much memory that takes as it goes on.

The process that is measured holds both sides: the kit and the model.  What was found is written in any case.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.evidence.writing import ROOT, stamp, write_measurement

HOUR = 3_600
"""Seconds to fuzz."""

PAUSE = 15
"""Seconds between two looks at the memory."""

SETTLED, GROWTH = 300, 1.05
"""The second from which memory is compared, and how many times as much there may be later."""


def main(seconds: int = HOUR) -> int:
    """Fuzz, look and write; returns the exit code: 1 where memory grows or the model differs from itself."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "conformance-report"
        model = "translator_cmk.system:ModelSystem"
        command = [sys.executable, "-m", "translator_cmk.cli", "verify", "--python", model, "--profile", "full"]
        options = ["--lane", "fuzz", "--seconds", str(seconds), "--seed", "1", "--report", str(report)]
        started = time.monotonic()
        looks: list[tuple[int, int]] = []
        with subprocess.Popen([*command, *options], cwd=ROOT, stdout=subprocess.PIPE, text=True) as fuzzing:
            while fuzzing.poll() is None:
                time.sleep(PAUSE)
                if kilobytes := resident(fuzzing.pid):
                    looks.append((round(time.monotonic() - started), kilobytes))
            said = fuzzing.stdout.read() if fuzzing.stdout else ""
        print(said)
        found = summary(looks)
        print(found)
        if fuzzing.returncode:
            return 1
        commands = json.loads((report / "report.json").read_text("utf-8"))["fuzz"]["commands"]
        log = (report / "messages.ndjson").stat().st_size
    content = {"seconds": seconds, "commands": commands, "log_bytes": log, **found}
    write_measurement("memory", {**stamp("conformance"), **content})
    return int(found["growth"] > GROWTH)


def resident(process: int) -> int | None:
    """Return kilobytes of memory that a process has at the moment; None once it is at its end."""
    try:
        status = Path(f"/proc/{process}/status").read_text("ascii")
    except FileNotFoundError:
        return None
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) if found else None


def summary(looks: list[tuple[int, int]]) -> dict[str, Any]:
    """Return how much there was once all had been seen, at most after that, and in the end."""
    later = [kilobytes for second, kilobytes in looks if second >= SETTLED] or [looks[-1][1]]
    return {"settled": later[0], "most": max(later), "last": later[-1], "growth": round(max(later) / later[0], 3)}


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
