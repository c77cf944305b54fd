"""Runs a program and says what it took: seconds by the clock, seconds of processor time, and memory."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Run(NamedTuple):
    """What a program printed, and what it took; ``cpu`` is seconds of all its threads, and ``kilobytes`` the most."""

    output: str
    seconds: float
    cpu: float
    kilobytes: int


class Failed(Exception):
    """A program ended with an error."""


def run(command: Sequence[str], within: Path, environment: Mapping[str, str] | None = None) -> Run:
    """Run a program to its end.  Raises `Failed` where it ends with an error."""
    started = time.perf_counter()
    with subprocess.Popen(
        command, cwd=within, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Failed(f"{' '.join(command)} ended with {process.returncode}: {output[-2000:]}")
    return Run(output, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
