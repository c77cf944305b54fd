"""Spin and Rumur as this project runs them: made from the text of a model, run, and their counts read.

What each counts is put in the terms of this project.  Both see each state once, and start in the first one.  Spin
counts as a transition each state that it comes upon, new or not, and so the first one too, to which no step leads: it
has one transition more than there are steps.  Rumur counts the rules that it fires: these are the steps.
"""

import platform
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

TOOLS = ("gcc", "spin", "rumur")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]


class Found(NamedTuple):
    """The states and steps that a checker found, and the steps to the farthest state, if it searched breadth first."""

    states: int
    transitions: int
    depth: int | None


class Verifier(NamedTuple):
    """A program that checks one model: where it runs, and how to read what it prints."""

    folder: Path
    command: tuple[str, ...]
    read: Callable[[str], Found]

    def run(self) -> Found:
        """Check the model; raises `CheckFailed`."""
        return self.read(output(*self.command, within=self.folder))


class CheckFailed(Exception):
    """A checker did not do what it was asked."""


def spin(text: str, folder: Path, *flags: str, breadth_first: bool = True, states: int = 1_000_000) -> Verifier:
    """Return the verifier that Spin makes of a model in Promela, with room for so many states.

    Raises `CheckFailed` where Spin or the compiler does not accept it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.pml").write_text(text, "utf-8")
    output("spin", "-a", "model.pml", within=folder)
    search = ["-DBFS"] if breadth_first else []
    output("gcc", *(flags or ("-O0",)), "-DSAFETY", "-DNOREDUCE", *search, "-o", "pan", "pan.c", within=folder)
    slots = max(16, states.bit_length() + 2)
    return Verifier(folder, ("./pan", "-n", f"-m{states + 10}", f"-w{slots}"), read_bfs if breadth_first else read_dfs)


def read_bfs(said: str) -> Found:
    """Return what Spin found breadth first: the depth it reached is that of the farthest state."""
    return read_dfs(said)._replace(depth=number(r"depth reached (\d+)", said))


def read_dfs(said: str) -> Found:
    """Return what Spin found, in any order; raises `CheckFailed`."""
    if "not completed" in said or "errors: 0" not in said:
        raise CheckFailed(f"Spin did not search all of it: {said}")
    return Found(number(r"^\s*(\S+) states, stored", said), number(r"^\s*(\S+) transitions", said) - 1, None)


def rumur(text: str, folder: Path, *flags: str, threads: int = 1) -> Verifier:
    """Return the verifier that Rumur makes of a model in Murphi; raises `CheckFailed` where it does not accept it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.m").write_text(text, "utf-8")
    usual = ("--deadlock-detection", "off", "--threads", str(threads))
    output("rumur", *usual, "--output", "verifier.c", "model.m", within=folder)
    wide = ("-mcx16",) if platform.machine() == "x86_64" else ()  # what Rumur's set of states is made with there
    output("gcc", *(flags or ("-O0",)), *wide, "-w", "-o", "verifier", "verifier.c", "-lpthread", within=folder)
    return Verifier(folder, ("./verifier",), read_rumur)


def read_rumur(said: str) -> Found:
    """Return what Rumur found; raises `CheckFailed`."""
    if "No error found" not in said:
        raise CheckFailed(f"Rumur did not come to an end: {said}")
    return Found(number(r"^\s*(\d+) states, ", said), number(r" states, (\d+) rules fired in", said), None)


def number(pattern: str, said: str) -> int:
    """Return the whole number that the pattern finds; raises `CheckFailed` for none, or one that was rounded."""
    found = re.search(pattern, said, re.MULTILINE)
    if found is None or not found[1].isdigit():
        raise CheckFailed(f"no whole number for {pattern!r} in: {said}")
    return int(found[1])


def output(*command: str, within: Path | None = None) -> str:
    """Return what a program prints; raises `CheckFailed` with all that it said where it fails."""
    done = subprocess.run(command, cwd=within, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CheckFailed(f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def first_line(*command: str) -> str:
    """Return the first line that a program prints: its version, where it is asked for that."""
    return output(*command).splitlines()[0].strip()
