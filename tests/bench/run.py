"""Measure what is promised to be fast, and print each figure beside its goal.

Run as `make bench`.  Each measure runs several rounds, interleaved with the others, and the median is quoted: machines
are noisy.  `--write` writes the same to docs/measurements.json.  The exit code is 1 where a goal is missed.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from tests.bench import azure, kit
from tests.bench.checkers import MISSING, SCOPE, contest
from tests.browser.conftest import chromium
from tests.evidence.writing import stamp, write_measurement
from tests.machine.worlds import TWO_AT_WORK, build, values
from translator_cmk import __version__
from translator_cmk.explore.scopes import select_scopes
from translator_cmk.explore.search import explore
from translator_cmk.explore.theorems import THEOREMS
from translator_cmk.machine import COMMANDS, DEFAULT_STAGE, ROWS, Command, Machine, State, initial

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "site"


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
    assert all(explore(scope, theorems=THEOREMS).complete for scope in select_scopes(None))
    return time.perf_counter() - started


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
    """Do what `make pages` does."""
    generated = seconds(sys.executable, "-m", "translator_cmk.cli", "site")
    return generated + seconds(sys.executable, "-m", "mkdocs", "build", "--strict")


def usable_milliseconds() -> float:
    """From asking for the what-if page to being able to use it, opened from a folder in a fresh window of Chromium."""
    with chromium() as browser:
        page = browser.new_page()
        page.goto("about:blank")
        page.goto((SITE / "decide" / "what-if.html").as_uri())
        found: float = page.evaluate("performance.getEntriesByName('what-if-usable')[0].startTime")
        return found


MEASURES = (
    Measure("step, from nothing", stepper(NOTHING, FROM_NOTHING), "/s", 300_000, less_is_better=False),
    Measure("step, from two resources at work", stepper(AT_WORK, FROM_WORK), "/s", None, less_is_better=False),
    Measure("all theorems in the default scopes", theorem_seconds, "s", None, rounds=3),
    Measure("what the kit adds to a command, in its process", kit.in_process, "µs", 40, rounds=3),
    Measure("what the kit adds to a command, over stdio", kit.over_stdio, "µs", 120, rounds=3),
    Measure("verifying the model, with nothing else said", kit.verify_seconds, "s", 60, rounds=1),
    Measure("importing the machine", import_milliseconds, "ms", 50),
    Measure("the BDD suite", suite_seconds, "s", 20, rounds=3),
    Measure("make pages", pages_seconds, "s", 15, rounds=3),
    Measure("what if: usable after", usable_milliseconds, "ms", 150),
    Measure("serve --azure: ready after", azure.ready_seconds, "s", 2),
    Measure("serve --azure: requests", azure.requests_a_second, "/s", 1_000, less_is_better=False),
    Measure("serve --azure: memory that 80,000 more requests add", azure.growth_in_megabytes, "MB", 5, rounds=1),
    Measure(
        "serve --azure: malformed requests not refused, of 10,000", azure.malformed_and_not_refused, "", 0, rounds=1
    ),
)
AGAINST_SPIN = Measure("sets of states, with all that they derive, against Spin", float, "", 10, less_is_better=False)


def figure(measure: Measure, found: list[float]) -> dict[str, Any]:
    """Print the median beside its goal, and return both."""
    median = statistics.median(found)
    met = measure.goal is None or (median <= measure.goal if measure.less_is_better else median >= measure.goal)
    sign = "<=" if measure.less_is_better else ">="
    verdict = "      " if measure.goal is None else "met   " if met else "missed"
    goal = "no goal" if measure.goal is None else f"goal {sign} {measure.goal:,}"
    print(f"{verdict}  {measure.name}: {median:,.1f} {measure.unit}  ({goal})", flush=True)
    return {
        "name": measure.name,
        "median": round(median, 4),
        "unit": measure.unit,
        "goal": measure.goal,
        "less_is_better": measure.less_is_better,
        "met": met,
    }


def main() -> int:
    """Measure, print, and write; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="no measure runs more often than this (default: 5)")
    parser.add_argument("--write", action="store_true", help="write the figures to docs/measurements.json")
    arguments = parser.parse_args()
    found: dict[Measure, list[float]] = {measure: [] for measure in MEASURES}
    for turn in range(arguments.rounds):
        for measure in MEASURES:
            if turn < measure.rounds:
                found[measure].append(measure.once())
    figures = [figure(measure, rounds) for measure, rounds in found.items()]
    peers = contest(min(arguments.rounds, 3))
    for each in peers:
        print(f"        {each['name']}: {each['states']:,} states in {each['seconds']:.2f} s; {each['version']}")
    ours, *others = (each["seconds"] for each in peers)
    if MISSING:
        print(f"missing tool: {', '.join(MISSING)}; the search by sets of states was measured alone", file=sys.stderr)
    else:
        figures.append(figure(AGAINST_SPIN, [others[0] / ours]))
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "processor": processor()}
    print(f"translator-cmk {__version__}, Python {machine['python']}, {machine['cores']} cores, {machine['processor']}")
    if arguments.write and not MISSING:
        write_measurement(
            "bench", {**stamp(), "machine": machine, "figures": figures, "scope": SCOPE.name, "peers": peers}
        )
    return 0 if all(each["met"] for each in figures) and not MISSING else 1


def processor() -> str:
    """The processor's name, where Linux tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


if __name__ == "__main__":
    sys.exit(main())
