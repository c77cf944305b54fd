"""Measure the search by sets of states beside Spin and Rumur, on the scope of 950,113 states.

Spin and Rumur are not charged with making and compiling their models.  Our search is charged with all that it derives.
"""

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

from tests.bench.checkers import MISSING, CheckFailed, Verifier, first_line, rumur, spin
from tests.bench.models import murphi, promela
from translator_cmk import __version__
from translator_cmk.explore.scopes import NAMED

SCOPE = NAMED["six-resources"]
ROOT = Path(__file__).resolve().parents[2]
SETS, SPIN = "sets", "Spin, every step"


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

    def once() -> Sample:
        found: list[Any] = []

        def read(said: str) -> tuple[int, int]:
            found.extend(json.loads(said))
            return found[0], found[1]

        return measured((sys.executable, "-c", code), ROOT, read)._replace(seconds=found[2], cpu=found[3])

    return Contender(SETS, f"translator-cmk {__version__}, Python {sys.version.split()[0]}", once)


def compiled(name: str, version: str, made: Verifier) -> Contender:
    """Return the contender with this verifier."""

    def read(said: str) -> tuple[int, int]:
        found = made.read(said)
        return found.states, found.transitions

    return Contender(name, version, lambda: measured(made.command, made.folder, read))


def contenders(folder: Path) -> list[Contender]:
    """Return all that are on this machine; raises `CheckFailed`."""
    if MISSING:
        return [ours()]
    by_spin = spin(promela(SCOPE), folder / "spin", "-O3", breadth_first=False, states=SCOPE.states or 0)
    by_rumur = rumur(murphi(SCOPE), folder / "rumur", "-O3", "-march=native", threads=2)
    return [
        ours(),
        compiled(SPIN, first_line("spin", "-V"), by_spin),
        compiled("Rumur with 2 threads, every step", first_line("rumur", "--version"), by_rumur),
    ]


def contest(rounds: int) -> list[dict[str, Any]]:
    """Let all take turns, and return their medians, ours first; raises `CheckFailed` where counts differ."""
    with tempfile.TemporaryDirectory() as folder:
        taking_part = contenders(Path(folder))
        samples: dict[str, list[Sample]] = {each.name: [] for each in taking_part}
        for _ in range(rounds):
            for each in taking_part:
                samples[each.name].append(each.once())
    if len({sample.counts for found in samples.values() for sample in found}) > 1:
        raise CheckFailed(f"they find other states or steps, so nothing is compared: {samples}")
    return [
        {
            "name": each.name,
            "version": each.version,
            "states": samples[each.name][0].counts[0],
            **{
                field: median(getattr(sample, field) for sample in samples[each.name])
                for field in ("seconds", "cpu", "kilobytes")
            },
        }
        for each in taking_part
    ]
