"""How far a run has come, on a terminal: how many of how many, how fast, how long still, and how many failed."""

import sys
from time import monotonic


class Progress:
    """One line on standard error, written over and over; nothing where that is no terminal."""

    def __init__(self) -> None:
        self.began = monotonic()
        self.shown = 0.0
        self.lane = ""
        self.visible = sys.stderr.isatty()

    def begin(self, lane: str) -> None:
        """Another lane begins."""
        self.lane, self.began = lane, monotonic()

    def show(self, done: int, of_all: int, failed: int, unit: str = "cases") -> None:
        """Say how far it is, at most ten times a second."""
        if not self.visible or monotonic() - self.shown < 0.1:
            return
        self.shown = monotonic()
        self._write(self.line(done, of_all, failed, unit))

    def show_time(self, spent: float, of_all: float, failed: int, sequences: int) -> None:
        """Likewise, where it is time that runs out."""
        if self.visible and monotonic() - self.shown >= 0.1:
            self.shown = monotonic()
            rate = sequences / max(spent, 0.001)
            told = f"{sequences:,} sequences, {rate:,.0f}/s, {max(of_all - spent, 0):,.0f} s left, {failed:,} failed"
            self._write(f"{self.lane}: {told}")

    def _write(self, line: str) -> None:
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)

    def line(self, done: int, of_all: int, failed: int, unit: str = "cases") -> str:
        """The line."""
        rate = done / max(monotonic() - self.began, 0.001)
        left = f", {(of_all - done) / rate:,.0f} s left" if rate and of_all > done else ""
        return f"{self.lane}: {done:,} of {of_all:,} {unit}, {rate:,.0f}/s{left}, {failed:,} failed"

    def clear(self) -> None:
        """Take the line away."""
        if self.visible:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
