"""The message log: every request and every answer of a run, one JSON object on each line, in the order of time."""

import json
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any


class Log:
    """Writes each entry as soon as there is one, so that a run that is cut off leaves all that it saw."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("w", encoding="utf-8", newline="\n")
        self.lock = Lock()
        self.began = monotonic()

    def write(self, entry: dict[str, Any]) -> None:
        """Add one entry, with its time in seconds since the beginning."""
        entry = {"at": round(monotonic() - self.began, 6), **entry}
        line = json.dumps(entry, separators=(",", ":")) + "\n"
        with self.lock:
            self.file.write(line)

    def flush(self) -> None:
        """Leave nothing unwritten."""
        self.file.flush()

    def close(self) -> None:
        """Write the last of it."""
        self.file.close()


class NoLog:
    """Keeps nothing."""

    def write(self, entry: dict[str, Any]) -> None:
        """Forget it."""

    def flush(self) -> None:
        """There is nothing to write."""

    def close(self) -> None:
        """There is nothing to close."""
