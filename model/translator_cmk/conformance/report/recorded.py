"""The message log of a report as a system: it answers in place of the system that was run, at the
times of then.

A run is repeated against the log.  Each session of the repetition has a `Stream`, which is channel,
clock and log at once: it gives the answers that were given, tells the times that it was, and
compares each entry that the repetition writes with the one that the log has at this place.  Where a
run would write something else, the log was changed.
"""

import gzip
import json
import zlib
from collections import defaultdict, deque
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from ...errors import CommandError
from ...language.strict_json import LONGEST, parse_json
from ...shapes import WireError, read_message
from ..wire import Channel, Fault
from ..wire.clock import Clock
from ..wire.message_log import NoLog
from . import envelope as shapes
from .folder import MESSAGES, must_be_a_file

SOON = 0.25
"""Seconds that may pass between an answer in the log and a look at the clock: what ends a wait is a
look, not time.
"""

VOLATILE = ("id", "session", "seconds")
"""Fields of a request that chance or time decides."""

LONGEST_ENTRY = 8 * LONGEST
"""The most bytes that an entry may have: a letter that is escaped as ASCII takes three times its
bytes in an answer, and a number can take more.
"""

LONGEST_SHOWN = 200
"""Characters of a value that a message shows."""


class NotInLog(Exception):
    """The run asks for something that the log doesn't have at this place: it was changed."""


class EndOfLog(Exception):
    """The run broke off here."""


class LogEntry(NamedTuple):
    """A line of the log: its number, and its content."""

    number: int
    content: dict[str, Any]

    @property
    def case(self) -> str:
        """The case in which it was written."""
        return str(self.content["case"])

    @property
    def verb(self) -> str:
        """The verb of a request; empty for other entries."""
        if "request" not in self.content:
            return ""
        return str(self.content["request"]["verb"])


class MessageLog(NoLog):
    """A message log, as far as the verdicts of a report rest on it: on so many ``messages``.

    It is read as far as its streams need it; raises `CommandError`.
    """

    def __init__(self, path: Path, messages: int) -> None:
        self.messages = messages
        self.read = 0
        self.more = 0
        """How many messages come after those that the verdicts rest on."""
        self.truncated = 0
        """The number of the line at which the log is cut off; 0 if it isn't."""
        self.waiting: defaultdict[int, deque[LogEntry]] = defaultdict(deque)
        """By session, the entries that are read and not repeated."""
        self.streams: list[Stream] = []
        self.entries = self._entries(path)

    def stream(self) -> "Stream":
        """Return the stream of one more session."""
        session = len(self.streams)
        stream = Stream(self, self.waiting[session])
        self.streams.append(stream)
        return stream

    def has_another_session(self) -> bool:
        """Return whether the next entry is of a session that has no stream yet."""
        session = self.read_on()
        return session is not None and session >= len(self.streams)

    def read_on(self) -> int | None:
        """Read one more entry; the number of its session, or None at the end."""
        entry = next(self.entries, None)
        if entry is None:
            return None
        session: int = entry.content.get("session", 0)
        self.waiting[session].append(entry)
        return session

    def left(self) -> list[LogEntry]:
        """Return the entries that were not repeated."""
        while self.read_on() is not None:
            pass
        return list(chain.from_iterable(self.waiting.values()))

    def _entries(self, path: Path) -> Iterator[LogEntry]:
        must_be_a_file(path)
        number = 0
        try:
            with gzip.open(path) as file:
                while line := file.readline(LONGEST_ENTRY):
                    number += 1
                    if self.read == self.messages:
                        self.more += 1
                        continue
                    self.read += 1
                    yield LogEntry(number, entry_of(line, f"{path}:{number}"))
        except EOFError:
            self.truncated = number + 1
        except (gzip.BadGzipFile, zlib.error) as error:
            raise CommandError(
                f"{path}: can't be decompressed: {error}; the log was changed"
            ) from None
        except OSError as error:
            raise CommandError(
                f"{path}: can't be read: {error.strerror}; name the folder of a report"
            ) from None


class Stream(NoLog, Clock, Channel):
    """The entries of one session: the channel that answers as it did, the clock of that time, and
    its log.
    """

    is_kept = True

    def __init__(self, log: MessageLog, waiting: deque[LogEntry]) -> None:
        self.log = log
        self.waiting = waiting
        self.time = 0.0
        self.stderr = ""

    def peek(self) -> LogEntry | None:
        """Return the next entry; None at the end."""
        while not self.waiting:
            if self.log.read_on() is None:
                return None
        return self.waiting[0]

    def due(self, what: str) -> LogEntry:
        """Return the next entry; raises `EndOfLog`."""
        entry = self.peek()
        if entry is None or "interrupted" in entry.content:
            raise EndOfLog(f"{MESSAGES}: nothing more is in the log where {what} would be")
        return entry

    def ask(self, request: dict[str, Any], patience: float) -> Any:  # noqa: ARG002  # as the other channels have it
        """Return the next answer; raises its fault, `NotInLog` and `EndOfLog`.  `write` compares
        the requests.
        """
        entry = self.due(request["verb"])
        content = entry.content
        fault = content.get("fault", {})
        self.stderr = str(fault.get("stderr", ""))
        if "request" not in content:
            raise NotInLog(format_unexpected(entry, request["verb"]))
        if "answer" not in content:
            raise Fault(fault["kind"], fault["text"])
        answer = content["answer"]
        # ids are drawn by chance, so the one of then is replaced; a wrong one stays wrong
        is_dict = isinstance(answer, dict)
        if is_dict and answer.get("id") == content["request"]["id"]:
            return answer | {"id": request["id"]}
        return answer

    def write(self, entry: dict[str, Any]) -> None:
        """Go on to the next entry, which has to be this one; raises `NotInLog` and `EndOfLog`."""
        if "request" in entry and "answer" not in entry and "fault" not in entry:
            return  # the log did not answer
        expected = reproducible_part(entry)
        recorded = self.due(shortened(expected))
        if reproducible_part(recorded.content) != expected:
            raise NotInLog(format_unexpected(recorded, shortened(expected)))
        self.waiting.popleft()
        self.time = float(recorded.content["at"])
        # counted are the entries that were repeated
        self.log.lines += 1
        self.log.faults += "fault" in recorded.content

    def restart(self) -> None:
        """Do nothing: the log has what came next."""

    def stderr_tail(self) -> str:
        """Return the standard error that the last fault came with."""
        return self.stderr

    def now(self) -> float:
        """Return the time of the last answer, or soon after where nothing more was looked at
        then.
        """
        entry = self.peek()
        is_looked_at = entry is not None and entry.verb in ("observe", "settle")
        return self.time if is_looked_at else self.time + SOON

    def sleep(self, seconds: float) -> None:
        """Let time pass as it did."""

    def allows(self, case: str, until: float) -> bool:  # noqa: ARG002  # as the other clocks have it
        """Return whether there was time for one more sequence of this case."""
        entry = self.peek()
        return entry is not None and "world" in entry.content and entry.case == case


def entry_of(line: bytes, where: str) -> dict[str, Any]:
    """Return one entry; raises `CommandError`."""
    try:
        entry: dict[str, Any]
        # an entry has two messages, so it may be longer than one may be
        if len(line) > LONGEST:
            entry = json.loads(line)
        else:
            entry = parse_json(line.strip(), where)
        read_message(shapes.ENTRY, entry, where)
    except WireError as error:
        raise CommandError(f"{error}; the log was changed") from None
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{where}: not JSON: {error}; the log was changed") from None
    return entry


def reproducible_part(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry without what chance, time and the system decide, except that the system
    broke.
    """
    part = {name: value for name, value in entry.items() if name not in ("at", "answer")}
    if "request" in entry:
        part["request"] = {
            name: value for name, value in entry["request"].items() if name not in VOLATILE
        }
    if "fault" in entry:
        part["fault"] = entry["fault"]["kind"]
    return part


def format_unexpected(entry: LogEntry, expected: str) -> str:
    """Return where the log has something else than a run would write."""
    has = shortened(reproducible_part(entry.content))
    return f"{MESSAGES}:{entry.number}: the log has {has} where {expected} would be"


def shortened(value: object) -> str:
    """Return a value as JSON, as far as it takes to see it."""
    text = json.dumps(value)
    if len(text) <= LONGEST_SHOWN:
        return text
    return f"{text[: LONGEST_SHOWN - 1]}…"
