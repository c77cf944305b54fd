"""The message log: every request and every answer of a run, one JSON object on each line, in the order of time."""

import json
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, NamedTuple, Protocol

ENCODE = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


class Mark(NamedTuple):
    """A place in the log: after so many lines, bytes, and faults of the system."""

    lines: int = 0
    size: int = 0
    faults: int = 0


class Writes(Protocol):
    """Anything that takes entries."""

    def write(self, entry: dict[str, Any]) -> None:
        """Add one entry."""


class Keeps(Writes, Protocol):
    """The log of a run: one that is written, none, or one that is repeated."""

    @property
    def place(self) -> Mark:
        """The end of it."""

    def flush(self) -> Mark:
        """Leave nothing unwritten up to a place."""

    def forget(self, mark: Mark) -> None:
        """Take back what was written since then."""

    def close(self) -> None:
        """Write the last of it."""


class Log:
    """Writes each entry as soon as there is one, so that a run that is cut off leaves all that it saw."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("wb")
        self.lock = Lock()
        self.began = monotonic()
        self.lines = self.size = self.faults = 0

    @property
    def place(self) -> Mark:
        """The end of it."""
        return Mark(self.lines, self.size, self.faults)

    def write(self, entry: dict[str, Any]) -> None:
        """Add one entry, with its time in seconds since the beginning."""
        entry = {"at": round(monotonic() - self.began, 6), **entry}
        line = ENCODE(entry).encode() + b"\n"
        with self.lock:
            self.file.write(line)
            self.lines += 1
            self.size += len(line)
            self.faults += "fault" in entry

    def flush(self) -> Mark:
        """Leave nothing unwritten up to a place."""
        with self.lock:
            self.file.flush()
            return self.place

    def forget(self, mark: Mark) -> None:
        """Take back what was written since then."""
        with self.lock:
            self.file.seek(mark.size)
            self.file.truncate()
            self.lines, self.size, self.faults = mark

    def close(self) -> None:
        """Write the last of it."""
        self.file.close()


class NoLog:
    """Keeps nothing."""

    @property
    def place(self) -> Mark:
        """The beginning."""
        return Mark()

    def write(self, entry: dict[str, Any]) -> None:
        """Forget it."""

    def flush(self) -> Mark:
        """There is nothing to write."""
        return self.place

    def forget(self, mark: Mark) -> None:
        """There is nothing to take back."""

    def close(self) -> None:
        """There is nothing to close."""
