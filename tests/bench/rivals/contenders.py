"""Who takes part: our engines, and those that they are held against, each ready to search a scope once.

The rivals get the tightened system, derived beforehand: neither that nor their compilation is charged to them.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench.rivals.in_python import for_minicheck, for_musil
from tests.bench.rivals.measuring import Run, run
from tests.explore.foreign.checkers import Verifier, first_line, rumur, spin
from translator_cmk import __version__
from translator_cmk.explore.foreign.murphi import murphi
from translator_cmk.explore.foreign.promela import promela
from translator_cmk.explore.foreign.tightened import tightened
from translator_cmk.explore.foreign.transition_system import TransitionSystem
from translator_cmk.explore.scopes import SCOPES

ROOT = Path(__file__).resolve().parents[3]
RIVALS = Path(__file__).parent
FOLDER = ROOT / ".bench"
"""What is made for a benchmark, and can be thrown away."""

OPTIMISED = ("-O3", "-march=native")

Sample = dict[str, Any]
"""Of one run: ``states``, ``transitions`` (None where not told), ``seconds``, ``cpu``, ``kilobytes``, and more."""


class Absent(Exception):
    """A rival is not on this machine."""


class Contender(NamedTuple):
    """An engine with a scope: what it is called, its version, how to run it once, and the seconds it took to make."""

    name: str
    version: str
    once: Callable[[], Sample]
    made: float = 0.0


@cache
def system(scope: str, every_step: bool) -> TransitionSystem:
    """What the rivals get."""
    return tightened(next(each for each in SCOPES if each.name == scope), every_step=every_step)


def ours(engine: str, scope: str, *more: str) -> Contender:
    """One of our engines, in a process of its own; the seconds are those of the search, with all that it derives."""

    def once() -> Sample:
        done = run([sys.executable, "-m", "tests.bench.rivals.run_ours", engine, scope, *more], ROOT)
        return told(done, {"process_seconds": done.seconds})

    return Contender(engine, f"translator-cmk {__version__}, Python {sys.version.split()[0]}", once)


def told(done: Run, more: Sample) -> Sample:
    """What a program printed as JSON, with its memory."""
    return {"transitions": None, "kilobytes": done.kilobytes, **more, **json.loads(done.output.splitlines()[-1])}


def by_spin(scope: str, every_step: bool) -> Contender:
    """Spin, depth first, which is its faster way."""
    need("spin", "gcc")
    steps = "every step" if every_step else "moves only"
    text = promela(system(scope, every_step))
    states = next(each.states for each in SCOPES if each.name == scope) or 1_000_000
    made = spin(text, FOLDER / f"spin-{scope}-{steps[0]}", "-O3", breadth_first=False, states=states)
    return compiled(f"Spin, {steps}", spin_version(), made)


def toy() -> Contender:
    """Spin on the small stand-in that its speed is held against."""
    need("spin", "gcc")
    text = (RIVALS / "toy.pml").read_text("utf-8")
    made = spin(text, FOLDER / "spin-toy", "-O3", breadth_first=False, states=907_578)
    return compiled("Spin, the toy", spin_version(), made)


def by_rumur(scope: str, every_step: bool) -> Contender:
    """Rumur with two threads."""
    need("rumur", "gcc")
    steps = "every step" if every_step else "moves only"
    text = murphi(system(scope, every_step))
    flags = (*OPTIMISED, "-fwhole-program")
    made = rumur(text, FOLDER / f"rumur-{scope}-{steps[0]}", *flags, threads=2, options=("--pack-state", "off"))
    return compiled(f"Rumur with 2 threads, {steps}", f"{first_line('rumur', '--version')}, {gcc()}", made)


def compiled(name: str, version: str, made: Verifier) -> Contender:
    """A verifier that is a program."""

    def once() -> Sample:
        done = run(made.command, made.folder)
        found = made.read(done.output)
        counts = {"states": found.states, "transitions": found.transitions, "state_bytes": found.state_bytes}
        return {**counts, "seconds": done.seconds, "cpu": done.cpu, "kilobytes": done.kilobytes}

    return Contender(name, version, once, made.seconds)


def by_minicheck(scope: str) -> Contender:
    """The package minicheck."""
    return packaged("minicheck", scope, for_minicheck(system(scope, every_step=False)))


def by_musil(scope: str) -> Contender:
    """The package musil."""
    return packaged("musil", scope, for_musil(system(scope, every_step=False)))


def packaged(package: str, scope: str, text: str) -> Contender:
    """A package for Python, with a model written out for it."""
    python = python_of_rivals()
    model = FOLDER / f"{package}-{scope}.py"
    model.write_text(text, "utf-8")
    code = f"import platform, importlib.metadata as m; print(m.version({package!r}), platform.python_version())"
    version, of_python = run([python, "-c", code], FOLDER).output.split()

    def once() -> Sample:
        return told(run([python, "-I", str(RIVALS / f"run_{package}.py"), str(model)], FOLDER), {})

    return Contender(package, f"{package} {version}, Python {of_python}", once)


def at_random(scope: str, examples: int) -> Contender:
    """Hypothesis, and at what rate its commands can be judged."""

    def once() -> Sample:
        done = run([sys.executable, "-m", "tests.bench.rivals.run_random", scope, str(examples)], ROOT)
        return told(done, {"process_seconds": done.seconds})

    return Contender(
        "Hypothesis", first_line(sys.executable, "-c", "import hypothesis as h; print(h.__version__)"), once
    )


@cache
def python_of_rivals() -> str:
    """A Python with the rivals that are packages; raises `Absent`."""
    python = FOLDER / "venv" / "bin" / "python"
    wanted = RIVALS / "requirements.txt"
    installed = FOLDER / "venv" / "requirements.txt"
    if not installed.is_file() or installed.read_text("utf-8") != wanted.read_text("utf-8"):
        FOLDER.mkdir(exist_ok=True)
        try:
            run([newer_python(), "-m", "venv", "--clear", str(FOLDER / "venv")], FOLDER)
            run([str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(wanted)], FOLDER)
        except Exception as error:  # noqa: BLE001  # whatever keeps rivals from being installed is told and no more
            raise Absent(f"minicheck and musil can't be installed: {' '.join(str(error).split())[-200:]}") from None
        shutil.copy(wanted, installed)
    return str(python)


def newer_python() -> str:
    """A Python that musil runs on; raises `Absent`."""
    check = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))"
    for python in (sys.executable, "python3.14", "python3.13", "python3.12", "python3"):
        if (
            shutil.which(python)
            and not subprocess.run([python, "-c", check], capture_output=True, check=False).returncode
        ):
            return python
    raise Absent("musil needs Python 3.12 or later, with the module venv")


def need(*tools: str) -> None:
    """Raises `Absent` where one of these is not there."""
    for tool in tools:
        if shutil.which(tool) is None:
            raise Absent(f"{tool} is not installed; on Debian and Ubuntu: apt-get install {tool}")


def spin_version() -> str:
    """The versions of Spin and of the compiler."""
    found = re.search(r"Version (\S+)", first_line("spin", "-V"))
    return f"Spin {found[1] if found else '?'}, {gcc()}"


def gcc() -> str:
    """The version of the compiler."""
    return f"gcc {first_line('gcc', '-dumpfullversion')}"
