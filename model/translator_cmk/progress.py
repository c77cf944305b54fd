"""Progress of a long command: one line on standard error that is written over.

It is shown only where that is a terminal.
"""

import sys
from time import monotonic

SECONDS_BETWEEN = 0.1


class ProgressBar:
    """A line that says how far a command is, at most ten times a second."""

    def __init__(self, label: str = "") -> None:
        self.visible = sys.stderr.isatty()
        self.shown = 0.0
        """When a text was last shown."""
        self.begin(label)

    def begin(self, label: str) -> None:
        """Begin another part of the work."""
        self.label = label
        self.began = monotonic()

    def show(self, text: str) -> None:
        """Show a text after the label."""
        if self.is_due():
            self.shown = monotonic()
            self._write(f"{self.label}: {text}")

    def show_count(
        self, done: int, total: int, unit: str = "cases", failed: int | None = None
    ) -> None:
        """Show how many of how many are done, how fast, the time left and the failures."""
        if self.is_due():
            seconds = monotonic() - self.began
            self.show(format_count(done, total, unit, seconds, failed))

    def is_due(self) -> bool:
        """Return whether the next text would be shown."""
        return self.visible and monotonic() - self.shown >= SECONDS_BETWEEN

    def clear(self) -> None:
        """Remove the line from the terminal."""
        if self.visible:
            self._write("")

    def _write(self, line: str) -> None:
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)


def format_count(
    done: int, total: int, unit: str, seconds: float, failed: int | None = None
) -> str:
    """Return "10 of 20 cases, 5/s, 2 s left, 1 failed"."""
    rate = done / max(seconds, 0.001)
    text = f"{done:,} of {total:,} {unit}, {rate:,.0f}/s"
    if rate and total > done:
        seconds_left = (total - done) / rate
        text += f", {seconds_left:,.0f} s left"
    if failed is not None:
        text += f", {failed:,} failed"
    return text
