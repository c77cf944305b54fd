"""Logs as rows: its entries become lines, and the verdict is compared with what the row says."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.command_line import VALID
from translator_cmk.check_trace import Checker, read_trace
from translator_cmk.check_trace.trace_command import format_verdict
from translator_cmk.language.messages import command_to_wire
from translator_cmk.language.situations import situations
from translator_cmk.machine import COMMANDS, Command, Machine
from translator_cmk.oracle.profiles import machine_of, silent_in
from translator_cmk.requirements import load_register


def lines(*messages: dict[str, Any]) -> bytes:
    """Return the messages as lines of a log."""
    return b"".join(line(json.dumps(message)) for message in messages)


@cache
def line(text: str) -> bytes:
    """Return the line, which has to follow the published schema."""
    VALID["trace-line"].validate(json.loads(text))
    return text.encode() + b"\n"


def when_accepted(*sequence: Command) -> list[dict[str, Any]]:
    """Return a message for each command, with an answer that accepts it."""
    messages: list[dict[str, Any]] = []
    for command in sequence:
        messages.append({"command": command_to_wire(command), "outcome": {"outcome": "accepted"}})
    return messages


def lines_of(entry: Any) -> bytes:
    """Return the lines of an entry of a log, as the head of `traces.yaml` says."""
    if isinstance(entry, list):
        return b"".join(lines_of(part) for part in entry)
    if isinstance(entry, str):
        return lines(*when_accepted(*situations()[entry].commands))
    (asked, outcome), *more = entry.items()
    name, *values = asked.split(" ")
    if name not in COMMANDS:
        return lines(entry)
    message = {"command": command_of(name, values)}
    if isinstance(outcome, dict):
        message["outcome"] = outcome
    elif outcome != "unknown":
        message["outcome"] = {"outcome": outcome}
    return lines({**message, **dict(more)})


def command_of(name: str, values: Sequence[str]) -> dict[str, Any]:
    """Return a command with its first fields, whose values are written as words."""
    command: dict[str, Any] = {"command": name}
    for field, value in zip(COMMANDS[name].fields, values, strict=False):
        command[field] = int(value) if value.isdigit() else value
    return command


@cache
def machine_for(profile: str, waived: frozenset[str]) -> Machine:
    """Return the machine of a profile without what is waived, one for all rows, which is faster."""
    return machine_of(silent_in(profile, load_register()) | waived)


def is_judged_as_written(row: dict[str, Any], folder: Path) -> None:
    """Judge the log of a row, and compare the verdict."""
    profile = row.get("profile", "article")
    entries = [lines_of(entry) for entry in row["log"]]
    file = folder / "log.jsonl"
    file.write_bytes(b"".join(entries))
    checker = Checker(machine_for(profile, frozenset(row.get("waive", ()))))
    checker.read(read_trace(str(file)))

    verdict = checker.verdict
    assert [deviation.at for deviation in verdict.deviations] == last_lines(
        entries, row.get("impossible", ())
    )
    assert len(verdict.uncompared_from) <= verdict.worlds
    said = "".join(
        f"{printed}\n" for printed in format_verdict(verdict, "log", f"profile {profile}")
    )
    assert [text for text in row.get("says", ()) if text not in said] == []


def last_lines(entries: Sequence[bytes], numbers: Sequence[int]) -> list[int]:
    """Return the number of the last line of each of the entries with these numbers."""
    return [b"".join(entries[:number]).count(b"\n") for number in numbers]
