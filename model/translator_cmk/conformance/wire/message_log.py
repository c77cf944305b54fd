"""The message log: a compressed file with a line for each request and its answer."""

from gzip import GzipFile
from pathlib import Path
from threading import Lock
from typing import Any

from ...language.strict_json import ENCODE
from .clock import Clock

COMPRESSION = 1
"""The fastest level, by which a log has a tenth of its size."""

BATCH = 100
"""How many entries are compressed at once."""


class NoLog:
    """Discard each entry; the base of the logs that keep them."""

    is_kept = False
    """Whether somebody can read it afterwards."""

    lines = 0
    """How many entries it has."""

    faults = 0
    """How many of these are faults of the system."""

    def write(self, entry: dict[str, Any]) -> None:
        """Add one entry."""

    def flush(self) -> None:
        """Write all entries to the file."""

    def close(self) -> None:
        """Write the last entries."""


class Log(NoLog):
    """Write each entry as a line of a file.  A run that is killed leaves what was flushed."""

    is_kept = True

    def __init__(self, path: Path) -> None:
        self.file = GzipFile(path, "wb", compresslevel=COMPRESSION)
        self.lock = Lock()
        self.clock = Clock()
        self.began = self.clock.now()
        self.waiting: list[str] = []

    def write(self, entry: dict[str, Any]) -> None:
        """Add one entry, with its time in seconds since the beginning."""
        line = ENCODE({"at": round(self.clock.now() - self.began, 6), **entry})
        with self.lock:
            self.waiting.append(line)
            self.lines += 1
            if "fault" in entry:
                self.faults += 1
            if len(self.waiting) >= BATCH:
                self._compress()

    def _compress(self) -> None:
        text = "".join(f"{line}\n" for line in self.waiting)
        self.waiting = []
        self.file.write(text.encode())

    def flush(self) -> None:
        """Write all entries to the file."""
        with self.lock:
            if self.lines and not self.file.closed:
                self._compress()
                self.file.flush()

    def close(self) -> None:
        """Write the last entries."""
        self.flush()
        self.file.close()
