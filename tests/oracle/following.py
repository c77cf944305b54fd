"""What the tests of the oracle share: profiles, sequences of commands, a system that is followed, and logs."""

import json
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from tests.command_line import VALID
from tests.machine.worlds import TWO_AT_WORK, random_command
from translator_cmk.check_trace import Checker, read_trace
from translator_cmk.check_trace.trace_command import format_verdict
from translator_cmk.language.messages import command_to_wire
from translator_cmk.language.situations import situations
from translator_cmk.machine import (
    COMMANDS,
    COUNTER_ROWS,
    ROWS,
    Command,
    Machine,
    Outcome,
    State,
)
from translator_cmk.machine import commands as cmd
from translator_cmk.machine.rows import Row, Silent
from translator_cmk.oracle import Differs, Follower, Oracle
from translator_cmk.oracle.profiles import machine_of, silent_in
from translator_cmk.requirements import load_register
from translator_cmk.system import ModelSystem

FULL = machine_of(silent_in("full", load_register()))
ARTICLE = machine_of(silent_in("article", load_register()))
REQUIREMENTS = sorted({row.requirement for row in (*ROWS, *COUNTER_ROWS)})


class PicksAtRandom(Machine):
    """Lets silent rows hold or not, at random in each step and each look."""

    def __init__(self, machine: Machine, random: Random) -> None:
        super().__init__(machine.rows, machine.silent)
        self.random = random

    def step(self, state: State, command: Command, choose: Any = None) -> tuple[State, Outcome]:
        return super().step(state, command, choose or self.picks())

    def world(self, state: State, choose: Any = None) -> Any:
        return super().world(state, choose or self.picks())

    def picks(self) -> Any:
        picked: dict[tuple[Row, str], bool] = {}

        def choose(row: Row, name: str) -> bool:
            if not isinstance(row, Silent) and row.requirement not in self.silent:
                return True
            return picked.setdefault((row, name), self.random.random() < 0.5)

        return choose


def without(silent: frozenset[str]) -> Machine:
    return Machine([row for row in ROWS if row.requirement not in silent])


def commands(seed: int, number: int = 40) -> list[Command]:
    random = Random(seed)
    return [*TWO_AT_WORK, *(random_command(random) for _ in range(number))]


def follow(oracle: Oracle, system: ModelSystem, *sequence: Command) -> Differs | None:
    """Put the commands to a system, and follow it from where the oracle is; return the first difference, if any."""
    follower = Follower(oracle)
    for command in sequence:
        outcome = system.submit(command)
        follower.submit(command)
        comparison = follower.answer(outcome, system.observe())
        if isinstance(comparison, Differs):
            return comparison
        assert follower.has_track
    return None


def submit(oracle: Oracle, *sequence: Command) -> Outcome:
    """Submit the commands to the oracle; what is demanded of the last."""
    return [oracle.submit(command) for command in sequence][-1]


THREE_AT_WORK = (
    *TWO_AT_WORK,
    cmd.CreateResource("r3", "Translator", "westeurope", "cmk-tier", "production", "g1"),
    cmd.EnableCustomerManagedKeys("r3", "v2", "k1"),
    cmd.CreateWorkspace("w3", "r3"),
    cmd.UploadDocument("d3", "w3"),
)


# Logs, which are judged by the oracle


def lines(*messages: dict[str, Any]) -> bytes:
    return b"".join(map(line, map(json.dumps, messages)))


@cache
def line(text: str) -> bytes:
    """Return the line, which has to follow the published schema."""
    VALID["trace-line"].validate(json.loads(text))
    return text.encode() + b"\n"


def when_accepted(*sequence: Command) -> list[dict[str, Any]]:
    return [{"command": command_to_wire(command), "outcome": {"outcome": "accepted"}} for command in sequence]


def lines_of(entry: Any) -> bytes:
    """Return the lines of an entry of a log, as the head of `tests/check_trace/traces.yaml` says."""
    if isinstance(entry, list):
        return b"".join(map(lines_of, entry))
    if isinstance(entry, str):
        return lines(*when_accepted(*situations()[entry].commands))
    asked, outcome = next(iter(entry.items()))
    name, *values = asked.split(" ")
    if name not in COMMANDS:
        return lines(entry)
    named = dict(zip(COMMANDS[name].fields, (int(each) if each.isdigit() else each for each in values), strict=False))
    known = {"outcome": {"outcome": outcome} if isinstance(outcome, str) else outcome} if outcome != "unknown" else {}
    return lines({"command": {"command": name, **named}, **known, **dict(list(entry.items())[1:])})


@cache
def machine_for(profile: str, waived: frozenset[str]) -> Machine:
    """Return the machine of a profile without what is waived; what was found out about it is kept from row to row."""
    return machine_of(silent_in(profile, load_register()) | waived)


def is_judged_as_written(row: dict[str, Any], folder: Path) -> None:
    """Judge the log of a row, and compare the verdict."""
    entries = [lines_of(entry) for entry in row["log"]]
    file, profile = folder / "log.jsonl", row.get("profile", "article")
    file.write_bytes(b"".join(entries))
    checker = Checker(machine_for(profile, frozenset(row.get("waive", ()))))
    checker.read(read_trace(str(file)))
    numbers = list(accumulate(entry.count(b"\n") for entry in entries))
    impossible = [numbers[entry - 1] for entry in row.get("impossible", ())]
    assert [each.at for each in checker.verdict.deviations] == impossible
    assert len(checker.verdict.uncompared_from) <= checker.verdict.worlds
    said = "".join(f"{each}\n" for each in format_verdict(checker.verdict, "log", profile))
    assert [text for text in row.get("says", ()) if text not in said] == []
