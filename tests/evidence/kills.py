"""How many steps each lane of the kit takes to catch each broken implementation: the kill table.

Run as `python -m tests.evidence.run kills`, and by `make evidence`.  A step is a reset or a command.  Hypothesis alone
is the lane fuzz, stopped at its first failure.  The exit code is 1 where one gets away.
"""

import sys
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import hypothesis

from tests.conformance.broken import FAMILY, FILES, HELD_OUT, Broken
from tests.evidence.run import MEASUREMENTS, write
from translator_cmk.conformance.cases import scenarios
from translator_cmk.conformance.channels import Channel, Fault
from translator_cmk.conformance.channels.stdio import Process
from translator_cmk.conformance.features import play
from translator_cmk.conformance.following import applicable, follow, oracle_for
from translator_cmk.conformance.fuzz import Fuzzing
from translator_cmk.conformance.session import Session
from translator_cmk.conformance.subject import Subject
from translator_cmk.conformance.tour import SMALL, STEPS, suites
from translator_cmk.digest import digest
from translator_cmk.explore.oracle.profiles import machine_of, silent_in
from translator_cmk.machine import Command
from translator_cmk.requirements import load_register

HYPOTHESIS_STEPS = 4_200
"""How many steps Hypothesis alone has: as many as the features and the tour together."""

PROGRAMS = {"node": "node", "perl": "perl", "python": f"{sys.executable} -S"}
REGISTER = load_register()
MACHINE = machine_of(silent_in("article", REGISTER))
Commands = tuple[Command, ...]

FUZZ_STEPS = 20_000
"""How many steps the lane fuzz has at least in its default time, in this process; only what is left is put to it."""

FIRST_RUN = {"held_out": 28, "by_features_or_tour": 26, "by_any_lane": 28}
"""What the first run caught of what was held out."""


class Spent(Exception):
    """The budget of steps is used up."""


class Counting:
    """A channel that counts steps."""

    def __init__(self, channel: Channel, budget: float = float("inf")) -> None:
        self.channel = channel
        self.budget = budget
        self.steps = 0
        self.caught = 0

    def ask(self, request: dict[str, Any], patience: float) -> Any:
        self.steps += request["verb"] in ("reset", "submit")
        if self.steps > self.budget:
            raise Spent
        return self.channel.ask(request, patience)

    def restart(self) -> None:
        self.channel.restart()

    def close(self) -> None:
        self.channel.close()

    def told(self) -> str:
        return ""


class InProcess:
    """Asks the example in Python in this process, which takes a tenth of the time."""

    def __init__(self, source: str) -> None:
        self.code = compile(source, "emulator.py", "exec")
        self.module: dict[str, Any] = {}
        self.emulator: Any = None
        self.restart()

    def ask(self, request: dict[str, Any], patience: float) -> Any:  # noqa: ARG002  # as the other channels have it
        try:
            self.emulator, answer = self.module["answer"](self.emulator, request)
        except Exception as error:  # noqa: BLE001  # a broken implementation may raise anything
            raise Fault("crash", repr(error)) from None
        return {"id": request["id"], **answer}

    def restart(self) -> None:
        self.module = {"__name__": "emulator"}
        exec(self.code, self.module)
        self.emulator = None

    def close(self) -> None:
        self.module = {}

    def told(self) -> str:
        return ""


def channel_to(broken: Broken, folder: Path) -> Channel:
    """A way to the broken implementation."""
    if broken.language == "python":
        return InProcess(broken.source)
    file = folder / FILES[broken.language]
    file.write_text(broken.source, "utf-8")
    return Process(f"{PROGRAMS[broken.language]} {file}")


Lane = Callable[[Subject], bool]


def steps(broken: Broken, folder: Path, lane: Lane, budget: float = float("inf")) -> int | None:
    """How many steps the lane takes to catch it; None where it does not."""
    counting = Counting(channel_to(broken, folder), budget)
    session = Session(counting)
    try:
        subject = Subject(session, session.hello(), frozenset(REGISTER), seed=1)
        return (counting.caught or counting.steps) if lane(subject) else None
    except Spent:
        return None
    finally:
        counting.budget = float("inf")
        session.bye()


def features(subject: Subject) -> bool:
    """Whether a scenario that counts does not pass."""
    return any(
        play(subject, each, REGISTER).status not in ("passed", "not-applicable")
        for each in scenarios("article")
        if each.case.scored
    )


def parts(subject: Subject, sequences: Iterable[Commands]) -> bool:
    """Whether the system parts from the oracle in one of the sequences."""
    oracle = oracle_for(MACHINE, subject.declaration)
    found = (follow(subject, applicable(commands, subject.declaration), oracle) for commands in sequences)
    return any(each.failed or bool(each.fault) for each in found)


def hypothesis_alone(subject: Subject) -> bool:
    """Whether Hypothesis finds a sequence in which they part."""
    oracle = oracle_for(MACHINE, subject.declaration)
    lane: Any = SimpleNamespace(worker=SimpleNamespace(session=subject.session), subject=subject)
    fuzzing = Fuzzing(lane, 3600.0, 1, None)
    counting: Any = subject.session.channel
    caught = False

    def example(data: Any) -> None:
        nonlocal caught
        followed = follow(subject, applicable(fuzzing.sequence(data.draw), subject.declaration), oracle)
        if (followed.failed or bool(followed.fault)) and not caught:
            caught, counting.caught = True, counting.steps  # Hypothesis runs it once more
        if caught:
            raise Spent

    settings = hypothesis.settings(
        max_examples=1_000_000,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
        report_multiple_bugs=False,
    )
    test = hypothesis.given(hypothesis.strategies.data())(example)
    with suppress(Spent, hypothesis.errors.Flaky):
        hypothesis.seed(1)(settings(test))()
    return caught


def main() -> int:
    """Measure and write; returns the exit code."""
    tour: list[Commands] = [each.commands for suite in suites(SMALL, STEPS) for each in suite.sequences]
    held_out = {broken.mistake for broken in HELD_OUT}
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        for number, broken in enumerate(FAMILY, start=1):
            by: dict[str, int | None] = {
                "features": steps(broken, Path(folder), features),
                "tour": steps(broken, Path(folder), lambda subject: parts(subject, tour)),
                "hypothesis": steps(broken, Path(folder), hypothesis_alone, HYPOTHESIS_STEPS),
            }
            left = by["features"] is None and by["tour"] is None
            by["fuzz"] = steps(broken, Path(folder), hypothesis_alone, FUZZ_STEPS) if left else None
            about = {"mistake": broken.mistake, "topic": broken.topic, "language": broken.language}
            rows.append(about | {"held_out": broken.mistake in held_out, "steps": by})
            print(f"\r{number}/{len(FAMILY)} implementations", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    budgets = {"tour": STEPS, "fuzz": FUZZ_STEPS, "hypothesis": HYPOTHESIS_STEPS}
    found = {"digest": digest(), "budgets": budgets, "first_run": FIRST_RUN, "implementations": rows}
    write(MEASUREMENTS / "kills.json", found)
    for name in ("features", "tour", "fuzz", "hypothesis"):
        caught = [row for row in rows if row["steps"][name] is not None]
        held = [row for row in caught if row["held_out"]]
        print(f"{name}: {len(caught)} of {len(rows)} caught, {len(held)} of {len(held_out)} held out")
    away = [row["mistake"] for row in rows if all(row["steps"][name] is None for name in ("features", "tour", "fuzz"))]
    for mistake in away:
        print(f"got away: {mistake}")
    return 1 if away else 0


if __name__ == "__main__":
    sys.exit(main())
