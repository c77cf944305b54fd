"""Ctrl-C and SIGTERM end a run while it waits, or before its next request, so that what it has kept fits together."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, get_ident, main_thread
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """The run was told to end; the text names the signal."""


class Interruption:
    """Whether a run was told to end, and ``by`` what."""

    def __init__(self) -> None:
        self.by = ""
        self.told = False
        self.thread = get_ident()  # signals reach no other
        self.waits = False

    def wait(self) -> None:
        """Until `go_on` this thread may be interrupted anywhere; raises `Interrupted` if it has been told to end."""
        if get_ident() == self.thread:
            self.waits = True
        if self.by:
            self.check()

    def go_on(self) -> None:
        """The wait is over."""
        if get_ident() == self.thread:
            self.waits = False

    def check(self) -> None:
        """Raises `Interrupted` if the run was told to end."""
        if self.by:
            self.told = True
            raise Interrupted(f"interrupted by {self.by}")

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """What is done in here leaves nothing half done wherever it ends."""
        self.wait()
        try:
            yield
        finally:
            self.go_on()

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """The signals are heeded.  Once `Interrupted` was raised, more of them are not: the report is being written."""
        here = current_thread() is main_thread()  # no other can say what is done about signals
        before = [(each, signal.signal(each, self._on)) for each in SIGNALS] if here else []
        try:
            yield
        finally:
            for each, handler in before:
                signal.signal(each, handler)

    def _on(self, number: int, _: FrameType | None) -> None:
        again, self.by = bool(self.by), signal.Signals(number).name
        if (self.waits or again) and not self.told:
            self.check()
