"""Measures what is promised to be fast, and prints each figure beside its goal.

Run as `make bench`.  Each measure runs several rounds, interleaved with the others, and the median is quoted: machines
are noisy.  `--write` writes the same to docs/measurements.json.  The exit code is 1 where a goal is missed.
"""

import argparse
import gzip
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

from tests.bench import kit, what_if
from tests.evidence.writing import stamp, write_measurement
from tests.machine.worlds import TWO_AT_WORK, build, values
from translator_cmk import __version__
from translator_cmk.explore.scopes import NAMED, chosen
from translator_cmk.explore.search import explore
from translator_cmk.explore.theorems import THEOREMS
from translator_cmk.explore.tours.sequences import suite
from translator_cmk.machine import COMMANDS, DEFAULT_STAGE, ROWS, Accepted, Command, Machine, State, initial

ROOT = Path(__file__).resolve().parents[2]


class Measure(NamedTuple):
    """One figure: how to measure it once, its unit, its goal if it has one, and whether less is better."""

    name: str
    once: Callable[[], float]
    unit: str
    goal: float | None
    less_is_better: bool = True
    rounds: int = 5


def random_walks(number: int, length: int) -> list[list[Command]]:
    """Random commands, each kind as likely as any other, over a world with two of each entity."""
    random = Random(1)
    kinds = list(COMMANDS.values())

    def command() -> Command:
        kind = random.choice(kinds)
        return build(kind, {field: random.choice(values(kind, field)) for field in kind.fields})

    return [[command() for _ in range(length)] for _ in range(number)]


MACHINE = Machine(ROWS)
NOTHING = initial(DEFAULT_STAGE)
AT_WORK = NOTHING
for _command in TWO_AT_WORK:
    AT_WORK, _ = MACHINE.step(AT_WORK, _command)

FROM_NOTHING = random_walks(100, 300)
FROM_WORK = random_walks(600, 50)


def stepper(start: State, walks: list[list[Command]]) -> Callable[[], float]:
    """Commands a second along the walks, each from the same start."""

    def once() -> float:
        started = time.perf_counter()
        for walk in walks:
            state = start
            for command in walk:
                state, _ = MACHINE.step(state, command)
        return sum(map(len, walks)) / (time.perf_counter() - started)

    return once


def theorem_seconds() -> float:
    """Search all default scopes with all theorems."""
    started = time.perf_counter()
    assert all(explore(scope, theorems=THEOREMS).complete for scope in chosen(None))
    return time.perf_counter() - started


def tour_seconds() -> float:
    """Making the shortest tour of a scope with 65,406 commands in states, its graph included."""
    started = time.perf_counter()
    made = suite(NAMED["demands"])
    assert made.pairs > 60_000
    return time.perf_counter() - started


def share_accepted(start: State, walks: list[list[Command]]) -> str:
    """How many of the commands are accepted, in per cent rounded down."""
    accepted = 0
    for walk in walks:
        state = start
        for command in walk:
            state, outcome = MACHINE.step(state, command)
            accepted += isinstance(outcome, Accepted)
    return f"{100 * accepted // sum(map(len, walks))} %"


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
    return seconds(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/features")


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
    Measure("step, from nothing", stepper(NOTHING, FROM_NOTHING), "/s", 300_000, less_is_better=False),
    Measure("step, from two resources at work", stepper(AT_WORK, FROM_WORK), "/s", None, less_is_better=False),
    Measure("all theorems in the default scopes", theorem_seconds, "s", None, rounds=3),
    Measure("the tour of 65,406 commands in states", tour_seconds, "s", 2, rounds=3),
    Measure("what the kit adds to a command, in its process", kit.in_process, "µs", 40, rounds=3),
    Measure("what the kit adds to a command, over stdio", kit.over_stdio, "µs", 120, rounds=3),
    Measure("verifying the model, with nothing else said", kit.verify_seconds, "s", 60, rounds=1),
    Measure("importing the machine", import_milliseconds, "ms", 50),
    Measure("the BDD suite", suite_seconds, "s", 20, rounds=3),
    Measure("make pages", pages_seconds, "s", 15, rounds=3),
    Measure("the heaviest topic page", topic_page_kilobytes, "kB", 300, rounds=1),
    Measure("what if: usable after", what_if.usable_milliseconds, "ms", 150),
    Measure("what if: its data", what_if.data_kilobytes, "kB", 200, rounds=1),
)


def main() -> int:
    """Measure, print, and write; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the figures to docs/measurements.json")
    arguments = parser.parse_args()
    figures: dict[str, list[float]] = {measure.name: [] for measure in MEASURES}
    for turn in range(max(measure.rounds for measure in MEASURES)):
        for measure in MEASURES:
            if turn < measure.rounds:
                figures[measure.name].append(measure.once())
    rows = []
    for measure in MEASURES:
        median = statistics.median(figures[measure.name])
        met = measure.goal is None or (median <= measure.goal if measure.less_is_better else median >= measure.goal)
        rows.append(
            {
                "name": measure.name,
                "median": round(median, 4),
                "unit": measure.unit,
                "goal": measure.goal,
                "less_is_better": measure.less_is_better,
                "met": met,
            }
        )
        sign = "<=" if measure.less_is_better else ">="
        verdict = "      " if measure.goal is None else "met   " if met else "missed"
        goal = "no goal" if measure.goal is None else f"goal {sign} {measure.goal:,}"
        print(f"{verdict}  {measure.name}: {median:,.1f} {measure.unit}  ({goal})")
    shares = {"nothing": share_accepted(NOTHING, FROM_NOTHING), "two at work": share_accepted(AT_WORK, FROM_WORK)}
    print("commands accepted in the walks: " + ", ".join(f"{share} from {start}" for start, share in shares.items()))
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "processor": processor()}
    print(f"translator-cmk {__version__}, Python {machine['python']}, {machine['cores']} cores, {machine['processor']}")
    if arguments.write:
        write_measurement("bench", {**stamp(), "machine": machine, "figures": rows})
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
