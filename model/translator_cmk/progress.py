"""Progress of a long command, on standard error.

A terminal has one line that is written over, ten times a second at most.  Anything else, such as
the log of a pipeline, gets a line now and then: after each tenth of the work, or after half a
minute where a tenth takes longer.  What takes no longer than a few seconds has none.
"""

import sys
from contextlib import suppress
from time import monotonic

SECONDS_BETWEEN_TEXTS = 0.1
"""On a terminal."""

SECONDS_BETWEEN_LINES = 5.0
"""At least, where a tenth of the work takes less."""

LONGEST_SILENCE = 30.0
"""Seconds after which there is a line, however little was done."""

TENTHS = 10


class ProgressBar:
    """Says how far a command is, once a part of the work has begun.

    Under pytest none begins, since pytest says itself how far it is.
    """

    def __init__(self, label: str = "") -> None:
        self.on_terminal = sys.stderr.isatty()
        self.begin(label)

    def begin(self, label: str) -> None:
        """Begin another part of the work."""
        self.label = label
        self.began = monotonic()
        self.shown = 0.0 if self.on_terminal else self.began
        """When a text was last shown; of what is no terminal, at first the beginning."""
        self.tenths = 0
        """How many tenths of the work were done when a count was last shown."""

    def show(self, text: str) -> None:
        """Show a text after the label, if it is time for one."""
        if self.is_due():
            self.announce(text)

    def is_due(self) -> bool:
        """Return whether it is time for a text."""
        pause = SECONDS_BETWEEN_TEXTS if self.on_terminal else LONGEST_SILENCE
        return self._is_silent_for(pause)

    def show_count(
        self, done: int, total: int, unit: str = "cases", failed: int | None = None
    ) -> None:
        """Show how many of how many are done, how fast, the time left and the failures."""
        if not (self.is_due() or self._has_another_tenth(done, total)):
            return
        if total:
            self.tenths = TENTHS * done // total
        seconds = monotonic() - self.began
        self.announce(format_count(done, total, unit, seconds, failed))

    def announce(self, text: str) -> None:
        """Show a text at once: the next may take long to come."""
        # nothing has begun, as under pytest
        if not self.label:
            return
        self.shown = monotonic()
        line = f"{self.label}: {text}"
        if self.on_terminal:
            self._write_over(line)
        else:
            self._write(f"{line}\n")

    def clear(self) -> None:
        """Remove the line from the terminal."""
        if self.on_terminal:
            self._write_over("")

    def _has_another_tenth(self, done: int, total: int) -> bool:
        """Return whether a line is worth it since a tenth more is done."""
        if self.on_terminal or not total:
            return False
        return TENTHS * done // total > self.tenths and self._is_silent_for(SECONDS_BETWEEN_LINES)

    def _is_silent_for(self, seconds: float) -> bool:
        """Return whether nothing was shown for so long."""
        return monotonic() - self.shown >= seconds

    def _write_over(self, line: str) -> None:
        self._write(f"\r\x1b[K{line}")

    def _write(self, text: str) -> None:
        with suppress(OSError, ValueError):  # nobody reads it any more, and the work goes on
            sys.stderr.write(text)
            sys.stderr.flush()


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
