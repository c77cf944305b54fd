"""The time that a session goes by: that of this machine; a recorded run has a clock of its own."""

from time import monotonic, sleep


class Clock:
    """The time of this machine."""

    def now(self) -> float:
        """Return the seconds since some moment."""
        return monotonic()

    def sleep(self, seconds: float) -> None:
        """Let so much time pass."""
        sleep(seconds)

    def allows(self, case: str, until: float) -> bool:  # noqa: ARG002  # a recorded run looks the case up
        """Return whether there is time for one more sequence of this case."""
        return monotonic() < until
