"""Spin and Rumur as this project runs them: made from the text of a model, run, and their counts read.

What each counts is put in the terms of this project.  Both see each state once, and start in the first one.  Spin
counts as a transition each state that it comes upon, new or not, and so the first one too, to which no step leads: it
has one transition more than there are steps.  Rumur counts the rules that it fires: these are the steps.
"""

import platform
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

TOOLS = ("gcc", "spin", "rumur")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]


class Found(NamedTuple):
    """What a checker found: states, steps, and how many bytes a state takes in its memory.

    ``depth`` is the number of steps to the farthest state, where the search was breadth first and says so;
    ``counterexample`` the number of steps to where what was looked for is found, if it was.
    """

    states: int
    transitions: int
    state_bytes: int
    depth: int | None
    counterexample: int | None


class Verifier(NamedTuple):
    """A program that checks one model: where it runs, how to read what it prints, and the seconds it took to make."""

    folder: Path
    command: tuple[str, ...]
    read: Callable[[str], Found]
    seconds: float

    def run(self) -> Found:
        """Check the model; raises `CheckFailed`."""
        return self.read(output(*self.command, within=self.folder, codes=(0, 1)))


class CheckFailed(Exception):
    """A checker did not do what it was asked."""


def spin(text: str, folder: Path, *flags: str, breadth_first: bool = True, states: int = 1_000_000) -> Verifier:
    """The verifier that Spin makes of a model in Promela; ``states`` is how many it should have room for.

    Raises `CheckFailed` where Spin or the compiler does not accept it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.pml").write_text(text, "utf-8")
    started = time.perf_counter()
    output("spin", "-a", "model.pml", within=folder)
    search = ["-DBFS"] if breadth_first else []
    output("gcc", *(flags or ("-O0",)), "-DSAFETY", "-DNOREDUCE", *search, "-o", "pan", "pan.c", within=folder)
    slots = max(16, states.bit_length() + 2)
    command = ("./pan", "-n", f"-m{states + 10}", f"-w{slots}")
    return Verifier(folder, command, read_bfs if breadth_first else read_dfs, time.perf_counter() - started)


def read_bfs(said: str) -> Found:
    """What Spin found breadth first: the depth it reached is that of the farthest state.  Raises `CheckFailed`."""
    found = read_dfs(said)
    ended = re.search(r"assertion violated .*\(at depth (\d+)\)", said)
    if ended:
        return found._replace(counterexample=int(ended[1]))
    return found._replace(depth=number(r"depth reached (\d+)", said))


def read_dfs(said: str) -> Found:
    """What Spin found, in any order.  Raises `CheckFailed`."""
    if "not completed" in said and "assertion violated 0" not in said:
        raise CheckFailed(f"Spin did not search all of it: {said}")
    stored = number(r"^\s*(\S+) states, stored", said)
    transitions = number(r"^\s*(\S+) transitions", said)
    return Found(stored, transitions - 1, number(r"State-vector (\d+) byte", said), None, None)


def rumur(text: str, folder: Path, *flags: str, threads: int = 1, options: tuple[str, ...] = ()) -> Verifier:
    """The verifier that Rumur makes of a model in Murphi; raises `CheckFailed` where it does not accept it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.m").write_text(text, "utf-8")
    started = time.perf_counter()
    usual = ("--deadlock-detection", "off", "--threads", str(threads))
    output("rumur", *usual, *options, "--output", "verifier.c", "model.m", within=folder)
    wide = ("-mcx16",) if platform.machine() == "x86_64" else ()  # what Rumur's set of states is made with there
    output("gcc", *(flags or ("-O0",)), *wide, "-w", "-o", "verifier", "verifier.c", "-lpthread", within=folder)
    return Verifier(folder, ("./verifier",), read_rumur, time.perf_counter() - started)


def read_rumur(said: str) -> Found:
    """What Rumur found.  Raises `CheckFailed`."""
    explored = re.search(r"^\s*(\d+) states, (\d+) rules fired in", said, re.MULTILINE)
    if explored is None or "Status:" not in said:
        raise CheckFailed(f"Rumur did not come to an end: {said}")
    ended = said.count('\nRule "') if re.search(r"[1-9]\d* error\(s\) found", said) else None
    size = number(r"size of each state is \d+ bits \(rounded up to (\d+) bytes?\)", said)
    return Found(int(explored[1]), int(explored[2]), size, None, ended)


def number(pattern: str, said: str) -> int:
    """The whole number that the pattern finds; raises `CheckFailed` where it finds none, or one that was rounded."""
    found = re.search(pattern, said, re.MULTILINE)
    if found is None or not found[1].isdigit():
        raise CheckFailed(f"no whole number for {pattern!r} in: {said}")
    return int(found[1])


def output(*command: str, within: Path | None = None, codes: tuple[int, ...] = (0,)) -> str:
    """What a program prints; raises `CheckFailed` with all that it said where it ends with another code."""
    done = subprocess.run(command, cwd=within, capture_output=True, text=True, check=False)
    if done.returncode not in codes:
        raise CheckFailed(f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def first_line(*command: str) -> str:
    """The first line that a program prints: its version, where it is asked for that."""
    return output(*command).splitlines()[0].strip()
