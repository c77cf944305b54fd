"""Measure what is promised to be fast, print each figure beside its goal, and try the lowest versions.

Run as `make bench`. Each measure runs several rounds, interleaved with the others, and the median
counts: machines are noisy.  At the end the package is tried with the lowest version of each library that it
allows.  The exit code is 1 if a goal is missed, or if it does not work with those.
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
from typing import NamedTuple

from tests.bench import azure, kit, lowest
from tests.browser.conftest import chromium
from tests.machine.worlds import TWO_AT_WORK, build, values
from translator_cmk import __version__
from translator_cmk.machine import COMMANDS, DEFAULT_STAGE, ROWS, Command, Machine, State, initial

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "site"


class Measure(NamedTuple):
    """One figure: how to measure it once, its unit, and its goal, if it has one."""

    name: str
    once: Callable[[], float]
    unit: str
    goal: float | None
    less_is_better: bool = True
    rounds: int = 5

    def meets_goal(self, figure: float) -> bool:
        """Return whether the figure is as good as the goal, which is so if there is none."""
        if self.goal is None:
            return True
        if self.less_is_better:
            return figure <= self.goal
        return figure >= self.goal


# Steps of the machine

Walk = list[Command]
MACHINE = Machine(ROWS)
NOTHING = initial(DEFAULT_STAGE)


def two_at_work() -> State:
    """Return a state with two resources at work."""
    state = NOTHING
    for command in TWO_AT_WORK:
        state, _ = MACHINE.step(state, command)
    return state


def random_walks(number: int, length: int) -> list[Walk]:
    """Return random commands of all kinds, over a world with two of each entity."""
    random = Random(1)
    kinds = list(COMMANDS.values())
    walks = []
    for _ in range(number):
        walk = []
        for _ in range(length):
            kind = random.choice(kinds)
            chosen = {field: random.choice(values(kind, field)) for field in kind.fields}
            walk.append(build(kind, chosen))
        walks.append(walk)
    return walks


def stepper(start: State, walks: list[Walk]) -> Callable[[], float]:
    """Return a function that measures the commands that the machine takes a second."""
    commands = sum(len(walk) for walk in walks)

    def once() -> float:
        started = time.perf_counter()
        for walk in walks:
            state = start
            for command in walk:
                state, _ = MACHINE.step(state, command)
        return commands / (time.perf_counter() - started)

    return once


# Programs


def seconds(*command: str) -> float:
    """Return the wall seconds of a process; raises `CalledProcessError` if it fails."""
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - started


def suite_seconds() -> float:
    """Return the seconds of the BDD suite against the model."""
    return seconds(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/features")


def pages_seconds() -> float:
    """Return the seconds in which MkDocs builds the site."""
    return seconds(sys.executable, "-m", "mkdocs", "build", "--strict")


def usable_milliseconds() -> float:
    """Return the time until the what-if page, asked for in a fresh window, can be used."""
    with chromium() as browser:
        page = browser.new_page()
        page.goto("about:blank")
        page.goto((SITE / "decide" / "what-if.html").as_uri())
        found: float = page.evaluate("performance.getEntriesByName('what-if-usable')[0].startTime")
        return found


FROM_NOTHING = stepper(NOTHING, random_walks(100, 300))
FROM_WORK = stepper(two_at_work(), random_walks(600, 50))
MEASURES = (
    Measure("step, from nothing", FROM_NOTHING, "/s", 300_000, less_is_better=False),
    Measure("step, from two resources at work", FROM_WORK, "/s", None, less_is_better=False),
    Measure("what the kit adds to a command, in its process", kit.in_process, "µs", 40, rounds=3),
    Measure("what the kit adds to a command, over stdio", kit.over_stdio, "µs", 120, rounds=3),
    Measure("verify the model, with default options", kit.verify_seconds, "s", 60, rounds=1),
    Measure("the BDD suite", suite_seconds, "s", 20, rounds=3),
    Measure("mkdocs build", pages_seconds, "s", 15, rounds=3),
    Measure("what if: usable after", usable_milliseconds, "ms", 150),
    Measure("serve --azure: ready after", azure.ready_seconds, "s", 2),
    Measure("serve --azure: requests", azure.requests_a_second, "/s", 1_000, less_is_better=False),
    Measure(
        "serve --azure: memory that 80,000 more requests add",
        azure.growth_in_megabytes,
        "MB",
        5,
        rounds=1,
    ),
)


def main() -> int:
    """Measure and print; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=5, help="no measure runs more often than this (default: 5)"
    )
    rounds = parser.parse_args().rounds
    python = platform.python_version()
    print(f"translator-cmk {__version__}, Python {python}, {os.cpu_count()} cores, {processor()}")
    met = [report(measure, figures) for measure, figures in measure_in_turns(rounds).items()]
    met.append(report_lowest_versions())
    return 0 if all(met) else 1


def measure_in_turns(rounds: int) -> dict[Measure, list[float]]:
    """Return the figures of each measure; in each round every measure takes its turn."""
    figures: dict[Measure, list[float]] = {measure: [] for measure in MEASURES}
    for turn in range(rounds):
        for measure in MEASURES:
            if turn < measure.rounds:
                figures[measure].append(measure.once())
    return figures


def report(measure: Measure, figures: list[float]) -> bool:
    """Print the median of the figures beside the goal; return whether that is met."""
    median = statistics.median(figures)
    met = measure.meets_goal(median)
    if measure.goal is None:
        verdict = ""
        goal = "no goal"
    else:
        verdict = "met" if met else "missed"
        goal = f"goal {'<=' if measure.less_is_better else '>='} {measure.goal:,}"
    print(f"{verdict:6}  {measure.name}: {median:,.1f} {measure.unit}  ({goal})", flush=True)
    return met


def report_lowest_versions() -> bool:
    """Print whether the package works with the lowest versions of its libraries; return that."""
    wrong = lowest.check()
    if wrong:
        print(f"missed  lowest versions of libraries: {wrong}")
        return False
    print("met     lowest versions of libraries")
    return True


def processor() -> str:
    """Return the processor's name, where Linux tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    for line in lines:
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown"


if __name__ == "__main__":
    sys.exit(main())
