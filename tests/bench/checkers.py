"""Spin and Rumur as this project runs them, a scope as both read it, and our search by sets of states beside them.

What each counts is put in the terms of this project.  Both see each state once, and start in the first one.  Spin
counts as a transition each state that it comes upon, new or not, and so the first one too, to which no step leads: it
has one transition more than there are steps.  Rumur counts the rules that it fires: these are the steps.
"""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from translator_cmk import __version__
from translator_cmk.explore.cubes import NOT_OFFERED, WIDTH, Cube, Name, Packing, StepParts, fields_of, merged
from translator_cmk.explore.scopes import NAMED, Scope, start_of
from translator_cmk.machine import ROWS, Machine

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


# A scope in Promela for Spin, and in Murphi for Rumur.  Each entity is a variable with the number of its record.  Each
# command that the scope offers is a step, also where it is refused; consequences belong to the step.  Both languages
# get the cubes of the step, as the search by sets does

Assignments = tuple[tuple[str, str], ...]
Option = tuple[str, Assignments]
"""A condition, and what is assigned if it holds."""


class Model:
    """A scope as variables, steps and consequences, with conditions in the operators of a language."""

    def __init__(self, scope: Scope, both: str, either: str, equal: str) -> None:
        self.both, self.either, self.equal = f" {both} ", f" {either} ", equal
        machine = Machine(ROWS)
        parts = StepParts(scope, machine, start_of(scope, machine))
        commands, follows = parts.all_cubes()
        self.packing: Packing = parts.packing
        self.words = {name: f"v{number}" for number, name in enumerate(self.packing.shifts)}
        self.sizes = {self.words[name]: size for name, size in self.packing.sizes().items()}
        fields = self.packing.sizes_of_fields()
        self.commands = [merged(cubes, fields) for cubes in commands]
        self.follows = [
            (self.named(fields_of(cubes)), options)
            for cubes in (merged(each, fields) for each in follows.values())
            if (options := self.options(cubes))
        ]

    def named(self, fields: int) -> set[str]:
        """Return the variables of these fields."""
        return {self.words[name] for name in self.packing.named(fields)}

    def concerned(self, options: Iterable[Option]) -> list[list[Option]]:
        """Return what can follow from these changes."""
        changed = {word for _, then in options for word, _ in then}
        found: list[int] = []
        while more := [n for n, (reads, _) in enumerate(self.follows) if n not in found and reads & changed]:
            found += more
            changed |= {word for n in more for _, then in self.follows[n][1] for word, _ in then}
        return [self.follows[n][1] for n in sorted(found)]

    def options(self, cubes: Iterable[Cube]) -> list[Option]:
        """Return each different change with the condition under which it happens."""
        conditions: dict[Assignments, list[str]] = {}
        for cube in cubes:
            if cube.move:
                conditions.setdefault(tuple(self.assignments(cube)), []).append(self.condition(cube))
        return [(self.any_of(each), assignments) for assignments, each in conditions.items()]

    def offered(self, cubes: Sequence[Cube]) -> str:
        """Return the condition under which the scope offers a command."""
        excluded = [self.condition(cube) for cube in cubes if cube.result == NOT_OFFERED]
        return f"!({self.any_of(excluded)})" if excluded else "true"

    def any_of(self, conditions: Sequence[str]) -> str:
        """Return the condition that one of these holds."""
        return self.either.join(f"({each})" for each in conditions) if len(conditions) > 1 else conditions[0]

    def condition(self, cube: Cube) -> str:
        """Return the condition that a state is in the cube."""
        tests = (
            f"{self.words[name]} {self.equal} {self.digit(cube.bits, name)}" for name in self.packing.named(cube.fields)
        )
        return self.both.join(tests) or "true"

    def assignments(self, cube: Cube) -> Iterator[tuple[str, str]]:
        """Yield each variable that changes in the cube, with its new value."""
        left = cube.move
        for name, word in self.words.items():
            change = left & (1 << WIDTH) - 1
            if change >> WIDTH - 1:
                change -= 1 << WIDTH
            left = left - change >> WIDTH
            if change:
                known = cube.fields & self.packing.field(name)
                yield word, str(self.digit(cube.bits, name) + change) if known else f"{word} + {change}"

    def digit(self, bits: int, name: Name) -> int:
        """Return the number of the record of an entity."""
        return bits >> self.packing.shifts[name] & (1 << WIDTH) - 1


def promela(scope: Scope) -> str:
    """Return the scope in Promela, as Spin 6.5 reads it."""
    model = Model(scope, "&&", "||", "==")

    def choice(options: Sequence[Option]) -> str:
        lines = (
            f":: {condition} -> {''.join(f'{v} = {to}; ' for v, to in then)}moved = 1" for condition, then in options
        )
        return "\n".join(["if", *lines, ":: else", "fi;"])

    text = [f"unsigned {word} : {max(1, (size - 1).bit_length())};" for word, size in model.sizes.items()]
    text += ["bool moved; /* 0 in every state */", "active proctype world() {", "end: do"]
    for cubes in model.commands:
        text.append(f":: d_step {{ {model.offered(cubes)} ->")
        if options := model.options(cubes):
            text.append(choice(options))
            text += ["do :: moved -> moved = 0;", *map(choice, model.concerned(options)), ":: else -> break od;"]
        text += ["skip /* Spin forgets where a loop at the end of a d_step leads to */", "}"]
    return "\n".join([*text, "od", "}", ""])


def murphi(scope: Scope) -> str:
    """Return the scope in Murphi, in the dialect of Rumur."""
    model = Model(scope, "&", "|", "=")

    def choice(options: Sequence[Option]) -> str:
        lines = [
            f"{'elsif' if number else 'if'} {condition} then "
            + "".join(f"{variable} := {value}; " for variable, value in then)
            + "moved := true;"
            for number, (condition, then) in enumerate(options)
        ]
        return "\n".join([*lines, "endif;"])

    text = ["var", *(f"  {word}: 0..{size - 1};" for word, size in model.sizes.items())]
    text += ['startstate "start" begin', *(f"  {word} := 0;" for word in model.sizes), "end;"]
    for number, cubes in enumerate(model.commands):
        text += [f'rule "{number}"', model.offered(cubes), "==>"]
        if options := model.options(cubes):
            text += ["var moved: boolean;", "begin", "moved := false;", choice(options)]
            text += ["while moved do", "moved := false;", *map(choice, model.concerned(options)), "endwhile;"]
        else:
            text += ["begin"]
        text += ["end;"]
    return "\n".join([*text, ""])


# Our search beside them, on the scope of 950,113 states.  They are not charged with making and compiling their models,
# and our search is charged with all that it derives

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
        "import json, time; from tests.bench.checkers import SCOPE; from translator_cmk.explore.search import explore;"
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
    by_spin = spin(promela(SCOPE), folder / "spin", "-O3", breadth_first=False, states=SCOPE.states)
    by_rumur = rumur(murphi(SCOPE), folder / "rumur", "-O3", "-march=native", threads=2)
    return [
        ours(),
        compiled(SPIN, first_line("spin", "-V"), by_spin),
        compiled("Rumur with 2 threads, every step", first_line("rumur", "--version"), by_rumur),
    ]


class Result(NamedTuple):
    """The median of the runs of a model checker."""

    name: str
    version: str
    states: int
    seconds: float
    cpu: float
    kilobytes: float


def contest(rounds: int) -> list[Result]:
    """Let all take turns, and return their medians, ours first; raises `CheckFailed` where counts differ."""
    with tempfile.TemporaryDirectory() as folder:
        taking_part = contenders(Path(folder))
        samples: dict[str, list[Sample]] = {contender.name: [] for contender in taking_part}
        for _ in range(rounds):
            for contender in taking_part:
                samples[contender.name].append(contender.once())
    counts = {sample.counts for found in samples.values() for sample in found}
    if len(counts) > 1:
        raise CheckFailed(f"they find other states or steps, so nothing is compared: {samples}")
    return [result_of(contender, samples[contender.name]) for contender in taking_part]


def result_of(contender: Contender, samples: Sequence[Sample]) -> Result:
    """Return the medians of what the runs took."""
    states, _ = samples[0].counts
    return Result(
        contender.name,
        contender.version,
        states,
        median(sample.seconds for sample in samples),
        median(sample.cpu for sample in samples),
        median(sample.kilobytes for sample in samples),
    )
