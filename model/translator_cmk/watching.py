"""A process that a system under test may end is watched by one that it can't.

With ``--in-process`` the system runs inside the command.  It may call `os._exit(0)`, and the
command would seem to have found everything in order.  So the command goes on in a child process,
and hands the exit code that it has come to over to its parent.  Without that, the parent fails.
"""

import os
import signal
from collections.abc import Callable
from contextlib import suppress

from .errors import HARNESS, OK, print_error

IN_PROCESS = "--in-process"
"""The option by which the system runs inside the command."""

KILLED = 128
"""What a shell adds to the number of the signal that a process was killed by."""


def go_on_in_a_child() -> Callable[[int], None]:
    """Go on in a child process; return there what hands the exit code over.

    The parent never returns: it ends as the child does.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        wait_for(child, reading)
    os.close(reading)

    def hand_over(exit_code: int) -> None:
        with suppress(OSError):  # the system may have closed it, which the parent takes for an end
            os.write(writing, bytes([exit_code]))

    return hand_over


def wait_for(child: int, reading: int) -> None:
    """Wait for the end of a process, and end as it did."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # from a terminal the child has it too
    signal.signal(signal.SIGTERM, lambda number, _: os.kill(child, number))
    _, status = os.waitpid(child, 0)
    ended_with = os.waitstatus_to_exitcode(status)
    if ended_with < 0:
        os._exit(KILLED - ended_with)
    handed_over = read_code(reading)
    if handed_over is None and ended_with == OK:
        print_error("the system under test ended the process, so nothing was decided")
        os._exit(HARNESS)
    os._exit(ended_with if handed_over is None else handed_over)


def read_code(reading: int) -> int | None:
    """Return the exit code that was handed over, None if there is none."""
    os.set_blocking(reading, False)  # a process that the system left behind may hold the other end
    try:
        handed_over = os.read(reading, 1)
    except BlockingIOError:
        return None
    return handed_over[0] if handed_over else None
