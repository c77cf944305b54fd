"""What keeps a command from doing its work: told in one line, with the exit code that scripts rely on."""

import argparse
import sys
from collections.abc import Callable
from functools import wraps

from .escaping import plain

OK, DEVIATIONS, USAGE, HARNESS, INCOMPLETE = range(5)

Run = Callable[[argparse.Namespace], int]


class Trouble(Exception):
    """Something to tell the user in one line before leaving with an exit code."""

    def __init__(self, message: str, exit_code: int = USAGE) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def tells_trouble(run: Run) -> Run:
    """The command, which prints its trouble on standard error."""

    @wraps(run)
    def telling(args: argparse.Namespace) -> int:
        try:
            return run(args)
        except Trouble as trouble:
            print(f"translator-cmk: error: {plain(str(trouble))}", file=sys.stderr)
            return trouble.exit_code

    return telling
