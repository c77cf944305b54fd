"""Our search beside Spin and Rumur, in turns.

What each counts is put in the terms of this project. Both see each state once, and start in the
first one. Spin counts as a transition each state that it comes upon, new or not, and so the first
one too, to which no step leads: it has one transition more than there are steps. Rumur counts the
rules that it fires: these are the steps.

The others are not charged with making and compiling their models. Our search is charged with taking
every step, and not with the start of its process.
"""

import json
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.bench.translation import murphi, promela
from translator_cmk import __version__
from translator_cmk.explore.scopes import SCOPE_NAMED

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("gcc", "spin", "rumur")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
SCOPE = SCOPE_NAMED["one-of-each"]


class Counts(NamedTuple):
    """The states and steps that a checker found."""

    states: int
    steps: int


class Sample(NamedTuple):
    """One run of a checker: what it found and the seconds that it took by the clock."""

    counts: Counts
    seconds: float


class Checker(NamedTuple):
    """A model checker: its name and version, and how to run it once."""

    name: str
    version: str
    run: Callable[[], Sample]


class Result(NamedTuple):
    """The states that a checker found, and the median of its seconds."""

    name: str
    version: str
    states: int
    seconds: float


class CheckFailed(Exception):
    """A checker did not do what it was asked."""


def contest(rounds: int) -> list[Result]:
    """Let all checkers take turns, and return their results, ours first; raises `CheckFailed` if
    counts differ.
    """
    samples: dict[Checker, list[Sample]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for checker in checkers(Path(folder)):
            samples[checker] = []
        for _ in range(rounds):
            for checker, found in samples.items():
                found.append(checker.run())
    results = []
    counts: set[Counts] = set()
    for checker, found in samples.items():
        counts.update(sample.counts for sample in found)
        seconds = median(sample.seconds for sample in found)
        results.append(Result(checker.name, checker.version, found[0].counts.states, seconds))
    if len(counts) > 1:
        raise CheckFailed(f"they find other states or steps, so nothing is compared: {samples}")
    return results


def checkers(folder: Path) -> list[Checker]:
    """Return those that are on this machine, ours first; raises `CheckFailed`."""
    if MISSING:
        return [ours()]
    return [ours(), spin(folder / "spin"), rumur(folder / "rumur", threads=2)]


# Our search

SEARCH = """
import json
from tests.bench.checkers import SCOPE
from translator_cmk.explore.search import explore
found = explore(SCOPE)
print(json.dumps([found.states, found.transitions, found.seconds]))
"""


def ours() -> Checker:
    """Return our search, in a process of its own."""
    version = f"translator-cmk {__version__}, Python {platform.python_version()}"
    return Checker("our search", version, search_once)


def search_once() -> Sample:
    """Search the scope in a new process."""
    states, steps, seconds = json.loads(output(sys.executable, "-c", SEARCH, within=ROOT))
    return Sample(Counts(states, steps), seconds)


# Spin and Rumur


def spin(folder: Path) -> Checker:
    """Return the verifier that Spin makes of the scope; raises `CheckFailed` if Spin or gcc does
    not accept it.
    """
    folder.mkdir()
    (folder / "model.pml").write_text(promela(SCOPE), "utf-8")
    output("spin", "-a", "model.pml", within=folder)
    output("gcc", "-O3", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c", within=folder)
    room = (f"-m{SCOPE.states + 10}", f"-w{SCOPE.states.bit_length() + 2}")
    command = ("./pan", "-n", *room)
    version = first_line("spin", "-V")
    return Checker("Spin, every step", version, lambda: timed(command, folder, read_spin))


def read_spin(said: str) -> Counts:
    """Return what Spin found; raises `CheckFailed`."""
    if "not completed" in said or "errors: 0" not in said:
        raise CheckFailed(f"Spin did not search all of it: {said}")
    states = number(r"^\s*(\S+) states, stored", said)
    transitions = number(r"^\s*(\S+) transitions", said)
    return Counts(states, transitions - 1)


def rumur(folder: Path, threads: int) -> Checker:
    """Return the verifier that Rumur makes of the scope; raises `CheckFailed` if Rumur or gcc does
    not accept it.
    """
    folder.mkdir()
    (folder / "model.m").write_text(murphi(SCOPE), "utf-8")
    options = ("--deadlock-detection", "off", "--threads", str(threads))
    output("rumur", *options, "--output", "verifier.c", "model.m", within=folder)
    flags = ["-O3", "-march=native", "-w"]
    if platform.machine() == "x86_64":
        flags.append("-mcx16")  # what Rumur's set of states is made with there
    output("gcc", *flags, "-o", "verifier", "verifier.c", "-lpthread", within=folder)
    name = f"Rumur with {threads} threads, every step"
    version = first_line("rumur", "--version")
    return Checker(name, version, lambda: timed(("./verifier",), folder, read_rumur))


def read_rumur(said: str) -> Counts:
    """Return what Rumur found; raises `CheckFailed`."""
    if "No error found" not in said:
        raise CheckFailed(f"Rumur did not come to an end: {said}")
    states = number(r"^\s*(\d+) states, ", said)
    return Counts(states, number(r" states, (\d+) rules fired in", said))


def number(pattern: str, said: str) -> int:
    """Return the whole number that the pattern finds; raises `CheckFailed` for none, or one that
    was rounded.
    """
    found = re.search(pattern, said, re.MULTILINE)
    if found is None or not found[1].isdigit():
        raise CheckFailed(f"no whole number for {pattern!r} in: {said}")
    return int(found[1])


# Programs


def timed(command: Sequence[str], folder: Path, read: Callable[[str], Counts]) -> Sample:
    """Run a verifier; raises `CheckFailed`."""
    started = time.perf_counter()
    said = output(*command, within=folder)
    return Sample(read(said), time.perf_counter() - started)


def output(*command: str, within: Path | None = None) -> str:
    """Return what a program prints; raises `CheckFailed` with all that it said if it fails."""
    done = subprocess.run(command, cwd=within, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CheckFailed(f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def first_line(*command: str) -> str:
    """Return the first line that a program prints: its version, if it is asked for that."""
    return output(*command).splitlines()[0].strip()
