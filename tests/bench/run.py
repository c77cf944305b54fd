"""Measures what is promised to be fast, and prints each figure beside its goal.

Run as `make bench`.  Each measure runs several rounds, interleaved with the others, and the median is quoted: machines are noisy.
`--json FILE` writes the same as data.  The exit code is 1 where a goal is missed.
"""

import argparse
import gzip
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NamedTuple

from translator_cmk import __version__
from translator_cmk.machine import COMMANDS, DEFAULT_STAGE, ROWS, Accepted, Command, Machine, initial

from tests.machine.worlds import TWO_AT_WORK, build, values

ROOT = Path(__file__).resolve().parents[2]


class Measure(NamedTuple):
    """One figure: how to measure it once, its unit, its goal, and whether less is better."""

    name: str
    once: Callable[[], float]
    unit: str
    goal: float
    less_is_better: bool = True
    rounds: int = 5


def uniform_walks(number: int, length: int) -> list[list[Command]]:
    """Random commands, each kind as likely as any other, over a world with two of each entity."""
    random = Random(1)
    kinds = list(COMMANDS.values())

    def command() -> Command:
        kind = random.choice(kinds)
        return build(kind, {field: random.choice(values(kind, field)) for field in kind.fields})

    return [[command() for _ in range(length)] for _ in range(number)]


WALKS = uniform_walks(600, 50)
MACHINE = Machine(ROWS)
START = initial(DEFAULT_STAGE)
for _command in TWO_AT_WORK:
    START, _ = MACHINE.step(START, _command)


def commands_per_second() -> float:
    started = time.perf_counter()
    for walk in WALKS:
        state = START
        for command in walk:
            state, _ = MACHINE.step(state, command)
    return sum(map(len, WALKS)) / (time.perf_counter() - started)


def share_accepted() -> float:
    accepted = 0
    for walk in WALKS:
        state = START
        for command in walk:
            state, outcome = MACHINE.step(state, command)
            accepted += isinstance(outcome, Accepted)
    return 100 * accepted / sum(map(len, WALKS))


def seconds(*command: str) -> float:
    """Wall seconds of a process; raises `CalledProcessError` where it fails."""
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - started


def import_milliseconds() -> float:
    """What importing the machine adds to a bare interpreter."""
    bare = seconds(sys.executable, "-S", "-c", "pass")
    path = f"import sys; sys.path.insert(0, {str(ROOT / 'model')!r}); import translator_cmk.machine"
    return 1000 * (seconds(sys.executable, "-S", "-c", path) - bare)


def suite_seconds() -> float:
    return seconds(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_features.py")


def pages_seconds() -> float:
    return seconds("make", "pages")


def topic_page_kilobytes() -> float:
    """The heaviest topic page with all that it loads, compressed as a server sends it; search index apart."""
    return max(transferred(page) for page in (ROOT / "site" / "specification").glob("*.html")) / 1000


def transferred(page: Path) -> int:
    """Bytes of a page and of the files of the site that it names, each compressed."""
    text = page.read_text("utf-8")
    named = {page.parent / name for name in re.findall(r'(?:src|href)="([^"#?:]+\.(?:css|js|svg|png|woff2))"', text)}
    files = [file for file in named if file.is_file() and "search" not in file.name]
    return sum(len(gzip.compress(file.read_bytes(), mtime=0)) for file in [page, *files])


MEASURES = (
    Measure("step, commands a second", commands_per_second, "/s", 300_000, less_is_better=False),
    Measure("importing the machine", import_milliseconds, "ms", 50),
    Measure("the BDD suite", suite_seconds, "s", 20, rounds=3),
    Measure("make pages", pages_seconds, "s", 15, rounds=3),
    Measure("the heaviest topic page", topic_page_kilobytes, "kB", 300, rounds=1),
)


def main() -> int:
    """Measure, print, and write; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as data")
    arguments = parser.parse_args()
    figures: dict[str, list[float]] = {measure.name: [] for measure in MEASURES}
    for turn in range(max(measure.rounds for measure in MEASURES)):
        for measure in MEASURES:
            if turn < measure.rounds:
                figures[measure.name].append(measure.once())
    rows = []
    for measure in MEASURES:
        median = statistics.median(figures[measure.name])
        met = median <= measure.goal if measure.less_is_better else median >= measure.goal
        rows.append({"name": measure.name, "median": median, "unit": measure.unit, "goal": measure.goal, "met": met})
        sign = "<=" if measure.less_is_better else ">="
        print(
            f"{'met   ' if met else 'missed'}  {measure.name}: {median:,.1f} {measure.unit}  (goal {sign} {measure.goal:,})"
        )
    print(f"share of accepted commands in the walks: {share_accepted():.0f} %")
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "processor": processor()}
    print(f"translator-cmk {__version__}, Python {machine['python']}, {machine['cores']} cores, {machine['processor']}")
    if arguments.json:
        arguments.json.write_text(json.dumps({"machine": machine, "figures": rows}, indent=1) + "\n", "utf-8")
    return 0 if all(row["met"] for row in rows) else 1


def processor() -> str:
    """The processor's name, where Linux tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


if __name__ == "__main__":
    sys.exit(main())
