"""Measure the search by sets of states beside Spin and Rumur, on the scope of 950,113 states.

Run as `python -m tests.bench.peers`, with `--write` also into docs/measurements.json.  All take turns, and medians are
printed.  All of them have to find the same states and steps, or nothing is compared: then the exit code is 3; it is 1
if the goal is missed.
Spin and Rumur are not charged with making and compiling their models.  Our search is charged with all that it derives.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from tests.bench.checkers import MISSING, Verifier, first_line, rumur, spin
from tests.bench.models import murphi, promela
from tests.evidence.writing import stamp, write_measurement
from translator_cmk import __version__
from translator_cmk.explore.scopes import NAMED

SCOPE = NAMED["six-resources"]
FOLDER = Path(__file__).resolve().parents[2] / ".bench"
GOAL = 10
SPIN = "Spin, every step"


class Sample(NamedTuple):
    """One run: its states and steps, seconds by the clock and of processor time, and the most memory it took."""

    counts: tuple[int, int]
    seconds: float
    cpu: float
    kilobytes: int


class Contender(NamedTuple):
    """A model checker: its name and version, and how to run it once."""

    name: str
    version: str
    once: Callable[[], Sample]


def measured(command: Sequence[str], within: Path, read: Callable[[str], tuple[int, int]]) -> Sample:
    """Run a program, and return its counts with what it took."""
    with tempfile.TemporaryFile("w+") as out:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=within, stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        return Sample(read(out.read()), took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)


def ours() -> Contender:
    """Return our search by sets of states, in a process of its own, whose start is not charged to it."""
    code = (
        "import json, time; from tests.bench.peers import SCOPE; from translator_cmk.explore.search import explore;"
        "c = time.process_time();"
        "f = explore(SCOPE, engine='sets'); c = time.process_time() - c;"
        "print(json.dumps([f.states, f.transitions, f.seconds, c]))"
    )
    root = Path(__file__).resolve().parents[2]

    def once() -> Sample:
        found: list[Any] = []

        def read(said: str) -> tuple[int, int]:
            found.extend(json.loads(said))
            return found[0], found[1]

        return measured((sys.executable, "-c", code), root, read)._replace(seconds=found[2], cpu=found[3])

    return Contender("sets", f"translator-cmk {__version__}, Python {sys.version.split()[0]}", once)


def compiled(name: str, version: str, made: Verifier) -> Contender:
    """Return the contender with this verifier."""

    def read(said: str) -> tuple[int, int]:
        found = made.read(said)
        return found.states, found.transitions

    return Contender(name, version, lambda: measured(made.command, made.folder, read))


def contenders() -> list[Contender]:
    """Return all that are on this machine."""
    found = [ours()]
    if not MISSING:
        by_spin = spin(promela(SCOPE), FOLDER / "spin", "-O3", breadth_first=False, states=SCOPE.states or 0)
        by_rumur = rumur(murphi(SCOPE), FOLDER / "rumur", "-O3", "-march=native", threads=2)
        found.append(compiled(SPIN, first_line("spin", "-V"), by_spin))
        found.append(compiled("Rumur with 2 threads, every step", first_line("rumur", "--version"), by_rumur))
    return found


def main() -> int:
    """Measure, print, and write; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each takes its turn (default: 3)")
    parser.add_argument("--write", action="store_true", help="write the figures to docs/measurements.json")
    arguments = parser.parse_args()
    taking_part = contenders()
    samples: dict[str, list[Sample]] = {each.name: [] for each in taking_part}
    for _ in range(arguments.rounds):
        for each in taking_part:
            samples[each.name].append(each.once())
    counts = {name: {each.counts for each in found} for name, found in samples.items()}
    if len(set[tuple[int, int]]().union(*counts.values())) > 1:
        print(f"they differ, so nothing is compared: {counts}", file=sys.stderr)
        return 3
    contest = as_data(taking_part, samples)
    for each in contest["contenders"]:
        print(f"{each['name']}: {each['median']['seconds']:.2f} s; {each['version']}")
    for figure in contest["figures"]:
        print(f"{figure['name']}: {figure['figure']:.1f} times as fast (goal: at least {figure['goal']})")
    if MISSING:
        print(f"missing tool: {', '.join(MISSING)}; sets were measured alone")
    if arguments.write and not MISSING:
        from tests.bench.run import processor  # which prepares measures of its own as it is imported

        machine = {"cores": os.cpu_count(), "processor": processor()}
        content = {**stamp("explore"), "machine": machine, "rounds": arguments.rounds, "contests": [contest]}
        write_measurement("peers", content)
    return 0 if all(figure["met"] for figure in contest["figures"]) else 1


def as_data(taking_part: list[Contender], samples: dict[str, list[Sample]]) -> dict[str, Any]:
    """Return the contest, as the page of measurements reads it."""
    medians = {
        name: {field: median(getattr(each, field) for each in found) for field in ("seconds", "cpu", "kilobytes")}
        for name, found in samples.items()
    }
    figures = []
    if SPIN in medians:
        ratio = medians[SPIN]["seconds"] / medians["sets"]["seconds"]
        name = f"sets, with all that it derives, against {SPIN}"
        figures.append(
            {"name": name, "figure": ratio, "unit": "", "goal": GOAL, "at_most": False, "met": ratio >= GOAL}
        )
    return {
        "contest": "dense",
        "scope": SCOPE.name,
        "sentence": "Interchangeable resources: a set of states is small as a set of bits.",
        "contenders": [
            {
                "name": each.name,
                "version": each.version,
                "states": samples[each.name][0].counts[0],
                "median": medians[each.name],
            }
            for each in taking_part
        ],
        "figures": figures,
    }


if __name__ == "__main__":
    sys.exit(main())
