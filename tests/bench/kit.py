"""What the conformance kit costs beside a bare loop that gives the same commands to the same
adapter.

The bare loop does what any test of the adapter has to do: it gives each command, waits for the
answer, and reads it. The kit gives the command fresh names, checks the request and the answer, and
keeps both in the message log.  What the oracle takes to judge the answer is not part of it.  The
two take turns over each sequence of commands.  Each round has other sequences, so nothing is faster
here for having been asked before; of all rounds, the median of their difference counts.
"""

import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import Any

from translator_cmk.conformance.run.fuzz import alphabet
from translator_cmk.conformance.wire import Channel, Direct, Process
from translator_cmk.conformance.wire.message_log import Log
from translator_cmk.conformance.wire.session import Session
from translator_cmk.conformance.wire.subject import Subject
from translator_cmk.language.messages import command_to_wire, stage_to_wire
from translator_cmk.language.situations import situations
from translator_cmk.machine import DEFAULT_STAGE, Command, Stage
from translator_cmk.system import ModelSystem

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = (sys.executable, "-S", str(ROOT / "docs" / "examples" / "python" / "emulator.py"))

ROUNDS = 15

Commands = tuple[Command, ...]


def rounds() -> list[list[Commands]]:
    """Return rounds of sequences: from each situation on, any of the commands that the lane fuzz
    has.
    """
    random = Random(1)
    commands = alphabet()
    made = []
    for _ in range(ROUNDS):
        sequences = []
        for situation in situations().values():
            beyond = random.choices(commands, k=25)
            sequences.append((*situation.commands, *beyond))
        made.append(sequences)
    return made


Clock = Callable[[], float]
Loop = Callable[[Commands], float]
"""Gives the commands after a reset; the time that they took, in seconds."""


def timed(
    reset: Callable[[Stage], object],
    submit: Callable[[Any], object],
    clock: Clock,
    ready: Callable[[Command], Any] = lambda command: command,
) -> Loop:
    """Return a loop that submits commands, each made ready before the time begins."""

    def loop(commands: Commands) -> float:
        reset(DEFAULT_STAGE)
        given = [ready(command) for command in commands]
        started = clock()
        for each in given:
            submit(each)
        return clock() - started

    return loop


def bare_over_stdio(process: "subprocess.Popen[bytes]", clock: Clock) -> Loop:
    """Return a loop over a child process: each request is written, and its answer read, as JSON."""
    assert process.stdin is not None
    assert process.stdout is not None
    put, get = process.stdin, process.stdout

    def ask(request: dict[str, Any]) -> Any:
        put.write(json.dumps(request).encode() + b"\n")
        put.flush()
        return json.loads(get.readline())

    return timed(
        lambda stage: ask({"id": "reset", "verb": "reset", "stage": stage_to_wire(stage)}),
        lambda command: ask({"id": "submit", "verb": "submit", "command": command}),
        clock,
        command_to_wire,
    )


def overhead(channel: Channel, bare: Loop, clock: Clock) -> float:
    """Microseconds that the kit adds to a command."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        log = Log(Path(folder) / "messages.jsonl")
        session = Session(channel, log)
        stack.callback(log.close)
        stack.callback(session.bye)
        subject = Subject(session, seed=1)
        kit = timed(subject.reset, subject.submit, clock)
        seconds_a_command = []
        for sequences in rounds():
            added = sum(kit(commands) - bare(commands) for commands in sequences)
            seconds_a_command.append(added / sum(len(commands) for commands in sequences))
        return 1e6 * statistics.median(seconds_a_command)


def in_process() -> float:
    """Microseconds that the kit adds to a command of an object in this process, in time of the
    processor.
    """
    system = ModelSystem()
    return overhead(
        Direct(ModelSystem), timed(system.reset, system.submit, process_time), process_time
    )


@contextmanager
def on_one_core() -> Iterator[None]:
    """Keep this process, and what it starts, on one core, where that can be chosen."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def over_stdio() -> float:
    """Microseconds that the kit adds to a command of a child process.

    They share a core, since only one of them ever works: how long an idle core takes to wake is not
    the kit's.
    """
    with (
        on_one_core(),
        subprocess.Popen(EXAMPLE, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process,
    ):
        try:
            return overhead(
                Process(shlex.join(EXAMPLE)), bare_over_stdio(process, perf_counter), perf_counter
            )
        finally:
            process.terminate()


def verify_seconds() -> float:
    """Seconds that `translator-cmk verify` without other options takes with the model in a child
    process.
    """
    verify = (
        sys.executable,
        "-m",
        "translator_cmk",
        "verify",
        "--python",
        "translator_cmk.system:ModelSystem",
    )
    with tempfile.TemporaryDirectory() as folder:
        started = perf_counter()
        subprocess.run([*verify, "--report", folder], cwd=ROOT, check=True, capture_output=True)
        return perf_counter() - started
