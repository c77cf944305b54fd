"""How a signal ends a run: where the kit waits for the system, and nowhere else.

A signal handler may run between any two lines.  So it only notes the signal, and raises
`Interrupted` at once in those blocks alone that leave nothing half done wherever they end.  Other
code goes on until it enters such a block, or checks.  A second signal doesn't wait for that.  Once
`Interrupted` was raised, the report is being written, and further signals are ignored.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, get_ident, main_thread
from types import FrameType

HANGUP = getattr(signal, "SIGHUP", None)
"""What the end of a terminal or of a connection sends; Windows has none."""


def ending_signals() -> list[int]:
    """Return the signals that end a run.  `nohup` has the end of a terminal ignored, so it stays
    ignored.
    """
    found: list[int] = [signal.SIGINT, signal.SIGTERM]
    if HANGUP is not None and signal.getsignal(HANGUP) != signal.SIG_IGN:
        found.append(HANGUP)
    return found


class Interrupted(KeyboardInterrupt):
    """The run was interrupted; the text names the signal."""


class Interruption:
    """Whether a run was interrupted, and ``by`` which signal.

    As a context it is a block that a signal may end: it leaves nothing half done wherever it ends.
    """

    def __init__(self) -> None:
        self.by = ""
        self.raised = False
        self.in_block = False
        self.thread = get_ident()  # signals reach no other

    def check(self) -> None:
        """Raise `Interrupted` if the run was interrupted."""
        if self.by:
            self.raised = True
            raise Interrupted(f"interrupted by {self.by}")

    def __enter__(self) -> None:
        """Begin a block that a signal may end; raises `Interrupted`."""
        if get_ident() == self.thread:
            self.in_block = True
        self.check()

    def __exit__(self, *_: object) -> None:
        if get_ident() == self.thread:
            self.in_block = False

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Handle signals in the block, and as before after it."""
        if current_thread() is not main_thread():  # no other can say what is done about signals
            yield
            return
        before = {number: signal.signal(number, self._handle) for number in ending_signals()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _handle(self, number: int, _: FrameType | None) -> None:
        is_second = bool(self.by)
        self.by = signal.Signals(number).name
        if (self.in_block or is_second) and not self.raised:
            self.check()
