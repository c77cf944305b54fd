"""Errors that end a command: one exception, the exit codes, and one line on standard error."""

import os
import sys

from .escaping import plain

OK = 0
DEVIATIONS = 1
USAGE = 2
HARNESS = 3
INCOMPLETE = 4

EXIT_CODES = """exit codes:
  0  in order: conformant, no drift
  1  deviations, or drift from the article
  2  wrong usage or configuration, or input that can't be read
  3  the adapter or the harness failed
  4  incomplete: interrupted, output cut off, or not everything that counts was decided
"""

ERROR = "translator-cmk: error: "
"""How the line begins that says why a command ended."""


class CommandError(Exception):
    """An error that ends a command with one line for the user and an exit code."""

    def __init__(self, message: str, exit_code: int = USAGE) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class InvalidFile(CommandError):
    """A file that cannot be used; its message is one line that begins with file and line."""


def print_error(error: object) -> None:
    """Print an error as one line on standard error, if anybody still reads it."""
    try:
        print(f"{ERROR}{plain(str(error))}", file=sys.stderr, flush=True)
    except OSError:
        silence_streams()


def silence_streams() -> None:
    """Discard unwritten output whose reader has gone.

    Python would fail again when it flushes at exit.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())


def reason(error: Exception) -> str:
    """Return what went wrong, without the error number and path that an OSError repeats."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error)
