"""How long Azure is asked again, with pauses that grow."""

from collections.abc import Callable
from time import monotonic, sleep

from .target import WORK, Target

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
"""Seconds between two attempts; the pause doubles."""

ATTEMPTS = 20
"""In how many first pauses a short wait is divided, so that there are several attempts in it."""


def wait_for(target: Target, command: str) -> float:
    """Return the seconds for which a command is asked again: none on this machine, unless they were
    given.
    """
    if target.wait is not None:
        return target.wait
    if target.cloud.local:
        return 0.0
    return float(WORK[command]["wait"])


class Patience:
    """The time from a first attempt on."""

    def __init__(
        self,
        wait: float,
        now: Callable[[], float] = monotonic,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        self.planned = wait
        self.wait = wait
        self.now = now
        self.pause = pause
        self.began = now()
        self.attempts = 1
        self.next_pause = min(FIRST_PAUSE, wait / ATTEMPTS)

    @property
    def seconds(self) -> float:
        """The seconds since the first attempt."""
        return self.now() - self.began

    def end_after(self, seconds: float) -> None:
        """End no later than so many seconds after the first attempt."""
        self.wait = min(self.wait, seconds)

    def ends(self) -> bool:
        """Return whether the time is up."""
        return self.seconds >= self.wait

    def go_on(self) -> None:
        """Pause before another attempt, at most until the time is up."""
        left = self.wait - self.seconds
        self.pause(max(0.0, min(self.next_pause, left)))
        self.next_pause = min(2 * self.next_pause, LONGEST_PAUSE)
        self.attempts += 1
