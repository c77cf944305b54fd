"""The lanes of the kit as functions up to the first failure of a system, with the steps counted that they need.

A step is a reset or a command.  An example in Python is asked in this process, which takes a tenth of the time.
"""

import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from translator_cmk.conformance.cases import SCOPES, STEPS, Scenario, scenarios
from translator_cmk.conformance.channels import Channel, Fault, Process
from translator_cmk.conformance.lanes.features import play
from translator_cmk.conformance.lanes.fuzz import Fuzzer
from translator_cmk.conformance.lanes.sequence_run import SequenceResult, run_sequence
from translator_cmk.conformance.lanes.shrinking import Commands
from translator_cmk.conformance.lanes.tour import sequences_for, sequences_of
from translator_cmk.conformance.session import Session
from translator_cmk.conformance.subject import Subject
from translator_cmk.oracle import oracle_for
from translator_cmk.oracle.profiles import machine_of, silent_in
from translator_cmk.requirements import load_register

PROGRAMS = {"node": "node", "python": f"{shlex.quote(sys.executable)} -S"}
REGISTER = load_register()
MACHINES = {profile: machine_of(silent_in(profile, REGISTER)) for profile in ("article", "full")}
PATIENCE = 5.0
"""Seconds that an example has for one answer in this process."""

Lane = Callable[[Subject], str | None]
"""Puts a system through a lane up to its first failure, and returns the requirement named first; empty for none."""


class Spent(Exception):
    """The budget of steps is used up."""


class Counting:
    """A channel that counts steps, and ends when there are no more."""

    def __init__(self, channel: Channel, budget: float) -> None:
        self.channel = channel
        self.budget = budget
        self.steps = 0

    def ask(self, request: dict[str, Any], patience: float) -> Any:
        if request["verb"] in ("reset", "submit"):
            if self.steps >= self.budget:
                raise Spent
            self.steps += 1
        return self.channel.ask(request, patience)

    def restart(self) -> None:
        self.channel.restart()

    def close(self) -> None:
        self.channel.close()

    def stderr_tail(self) -> str:
        return ""


class InProcess:
    """Asks the example in Python in this process."""

    def __init__(self, source: str) -> None:
        self.code = compile(source, "emulator.py", "exec")
        self.module: dict[str, Any] = {}
        self.emulator: Any = None
        self.restart()

    def ask(self, request: dict[str, Any], patience: float) -> Any:
        try:
            with at_most(min(patience, PATIENCE)):
                self.emulator, answer = self.module["answer"](self.emulator, request)
                return {"id": request["id"], **answer}
        except Exception as error:  # noqa: BLE001  # a broken implementation may raise anything
            raise Fault("crash", repr(error)) from None

    def restart(self) -> None:
        self.module = {"__name__": "emulator"}
        exec(self.code, self.module)
        self.emulator = None

    def close(self) -> None:
        self.module = {}

    def stderr_tail(self) -> str:
        return ""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Let the block take so long; raises `TimeoutError`."""

    def late(*_: object) -> None:
        raise TimeoutError(f"no answer within {seconds:g} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def channel_to(language: str, source: str, file: Path) -> Channel:
    """Return a way to an implementation, whose source is put into the file where a program of its own runs it."""
    if language == "python":
        return InProcess(source)
    file.write_text(source, "utf-8")
    return Process(f"{PROGRAMS[language]} {shlex.quote(str(file))}")


def put_to(channel: Channel, lane: Lane, budget: float = float("inf"), seed: int = 1) -> tuple[int, str | None]:
    """Return how many steps the lane takes, up to where it catches the system, and what it names first if it does."""
    counting = Counting(channel, budget)
    session = Session(counting)
    named = None
    try:
        named = lane(Subject(session, seed=seed))
    except Fault:
        named = ""  # it does not even say hello
    except Spent:
        pass
    taken, counting.budget = counting.steps, float("inf")
    session.bye()
    return taken, named


def features(
    subject: Subject, profile: str = "article", topic: str = "", before: list[Scenario] | None = None
) -> str | None:
    """Play every scenario that counts, or those of a topic; those that failed ``before`` first.

    A scenario that fails is put there.
    """
    before = [] if before is None else before
    for each in (*before, *scenarios(profile, ())):
        if each.case.scored and each.case.id.startswith(topic):
            result = play(subject, each)
            if result.status not in ("passed", "not-applicable"):
                before[:] = [each]
                return next(iter(result.attributed_to or each.case.requirements))
    return None


def default_sequences() -> tuple[Commands, ...]:
    """Return what the default tour is made of."""
    return sequences_of(SCOPES, STEPS)


def tour(subject: Subject, profile: str = "article", before: list[Commands] | None = None) -> str | None:
    """Follow the sequences of the default tour; those that failed ``before`` first.  One that fails is put there."""
    oracle = oracle_for(MACHINES[profile], subject.declaration)
    before = [] if before is None else before
    for each in (*before, *sequences_for(default_sequences(), subject.declaration)):
        result = run_sequence(subject, each, oracle)
        if result.failed or result.fault:
            before[:] = [each]
            return named_first(result)
    return None


def fuzz(subject: Subject, profile: str = "article", seed: int = 1) -> str | None:
    """Follow random sequences, as the lane fuzz makes them up, without end; it shrinks nothing."""
    oracle = oracle_for(MACHINES[profile], subject.declaration)
    fuzzer = Fuzzer(subject.declaration, seed)
    drawn = (fuzzer.draw() for _ in count())
    results = (run_sequence(subject, commands, oracle, blind) for commands, blind in drawn)
    return named_first(next(each for each in results if each.failed or each.fault))


def named_first(failed: SequenceResult) -> str:
    """Return what is named first for a sequence that fails."""
    return next(iter(failed.why.attributed_to), "" if failed.asked else "reset")
