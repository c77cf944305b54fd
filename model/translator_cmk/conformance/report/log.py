"""Reads the message log of a report again: world by world, and as a channel that answers what was answered then."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ...errors import CommandError
from ...language import LONGEST, WireError, from_text
from ...language.shapes import Place
from ..channels import Fault
from ..keeping import LeftOut, left_out_of
from .folder import must_be_a_file
from .schemas import ENTRY

SOON = 0.25
"""Seconds that may pass between an answer in the log and a look at the clock: what ends a wait is a look, not time."""


class World(NamedTuple):
    """All that was asked between one reset and the next: in which case, with which salt, and with what silent.

    Where it has not ``ended``, the run was cut off in it, and it counts for nothing.  Nothing
    was asked in the world of a scenario that is not applicable.  ``lines``: the first and the last in the log.
    """

    case: str
    salt: str
    silent: tuple[str, ...]
    exchanges: list[dict[str, Any]]
    ended: bool = False
    lines: tuple[int, int] = (0, 0)


class OtherRequest(Exception):
    """The log does not hold what would be asked now: it was changed, or made by another version of the kit."""


class MessageLog:
    """A message log, as far as the verdicts of a report rest on it: on so many ``messages``, or on all.

    Iterating gives its worlds and the counts of what was left out, in the order of time, and raises `CommandError`.
    """

    def __init__(self, path: Path, messages: int | None = None) -> None:
        self.path = path
        self.messages = messages
        self.read = 0
        self.faults = 0
        self.more = 0  # messages beyond
        self.truncated = 0  # the number of a last line that was cut off
        self.hellos: list[tuple[int, dict[str, Any]]] = []  # by number
        self.salts: list[tuple[str, str]] = []  # with the case of each
        self.left_out = False
        self.size = 0  # bytes before the entry under way
        self.begun: dict[str, int] = {}  # where the first entry of each case is
        self.astray = 0  # the number of a first line that belongs to no world

    def __iter__(self) -> Iterator[World | LeftOut]:
        under_way: dict[str, World] = {}  # by case: several are, where several sessions were
        for number, entry in self._entries():
            case = entry["case"]
            self.begun.setdefault(case, self.size)
            if "world" in entry:
                if before := under_way.pop(case, None):
                    yield before
                self.salts.append((case, entry["world"]))
                under_way[case] = World(case, entry["world"], tuple(entry["silent"]), [], lines=(number, number))
            elif "end" in entry:
                world = under_way.pop(case, World(case, "", (), [], lines=(number, number)))
                yield world._replace(ended=True, lines=(world.lines[0], number))
            elif "left_out" in entry:
                self.left_out = True
                yield left_out_of(case, entry["left_out"], self.size - self.begun[case])
            else:
                self._take(number, entry, under_way.get(case))
        yield from under_way.values()

    def _take(self, number: int, entry: dict[str, Any], world: World | None) -> None:
        self.faults += "fault" in entry
        verb = entry["request"]["verb"]
        if verb == "hello":
            self.hellos.append((number, entry))
        elif verb != "bye" and world is not None:
            world.exchanges.append(entry)
        elif verb != "bye":
            self.astray = self.astray or number

    def _entries(self) -> Iterator[tuple[int, dict[str, Any]]]:
        must_be_a_file(self.path)
        try:
            with self.path.open("rb") as file:
                for number, line in enumerate(iter(lambda: file.readline(2 * LONGEST), b""), start=1):
                    if not line.endswith(b"\n"):
                        self.truncated = number
                    elif self.messages is not None and self.read >= self.messages:
                        self.more += 1
                    else:
                        self.read += 1
                        yield number, entry_of(line, f"{self.path}:{number}")
                        self.size += len(line)
        except OSError as error:
            raise CommandError(f"{self.path}: can't be read: {error.strerror}; name the folder of a report") from None


def entry_of(line: bytes, where: str) -> dict[str, Any]:
    """One entry; raises `CommandError`."""
    try:
        found = json.loads(line) if len(line) > LONGEST else from_text(line.strip(), where)
    except (WireError, ValueError, RecursionError) as error:
        told = str(error).removeprefix(f"{where}: ")
        raise CommandError(f"{where}: no entry of a log: {told}") from None
    try:
        entry: dict[str, Any] = ENTRY.read(found, Place(where))
    except WireError as error:
        raise CommandError(f"{error}; the log was changed") from None
    return entry


class Recorded:
    """Answers as the log has it, and is the clock of that time."""

    def __init__(self, world: World) -> None:
        self.left = list(reversed(world.exchanges))
        self.time = 0.0

    def ask(self, request: dict[str, Any], patience: float) -> Any:  # noqa: ARG002  # as the other channels have it
        """The answer that was given then; raises the fault of then, and `OtherRequest`."""
        if not self.left or "interrupted" in self.left[-1]:
            raise OtherRequest(f"nothing more is in the log where {request['verb']} would be asked")
        entry = self.left.pop()
        self.time = float(entry.get("at", 0.0))
        volatile = ("id", "session", "seconds")
        then, now = ({k: v for k, v in each.items() if k not in volatile} for each in (entry["request"], request))
        if then != now:
            raise OtherRequest(f"the log has {json.dumps(then)[:200]} where {json.dumps(now)[:200]} would be asked")
        if "fault" in entry:
            raise Fault(str(entry["fault"].get("kind")), str(entry["fault"].get("text")))
        answer = entry["answer"]
        if isinstance(answer, dict) and answer.get("id") == entry["request"].get("id"):
            return answer | {"id": request["id"]}
        return answer

    def restart(self) -> None:
        """There is nothing to begin anew."""

    def close(self) -> None:
        """Nothing is left behind."""

    def told(self) -> str:
        """What it said besides is in the log."""
        return ""

    def now(self) -> float:
        """The time of the last answer, or soon after where nothing more was looked at then."""
        following = self.left[-1]["request"].get("verb") if self.left else ""
        return self.time if following in ("observe", "settle") else self.time + SOON

    def sleep(self, seconds: float) -> None:
        """Time passes as it did."""
