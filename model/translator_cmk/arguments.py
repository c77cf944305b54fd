"""Types of command-line arguments, for `argparse`."""

import re
from argparse import ArgumentTypeError
from collections.abc import Callable

from .escaping import shortened

LONGEST_SECONDS = 86_400
"""A day: nothing that waits is meant to wait longer."""


LONGEST_TIMEOUT = 360_000
"""100 hours: an adapter may train a model twice before it answers."""


def seconds(text: str, longest: int = LONGEST_SECONDS) -> float:
    """Return a number of seconds, such as 0.5; raises `argparse.ArgumentTypeError`."""
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", text) or float(text) > longest:
        remedy = f"write a number such as 2 or 0.5, up to {longest}"
        raise ArgumentTypeError(f"{shortened(text)} is no number of seconds; {remedy}")
    return float(text)


def some_seconds(text: str, longest: int = LONGEST_SECONDS) -> float:
    """Return a number of seconds above zero; raises `argparse.ArgumentTypeError`."""
    found = seconds(text, longest)
    if not found:
        raise ArgumentTypeError("0 is no time; write a number of seconds above it")
    return found


def timeout(text: str) -> float:
    """Return how many seconds a system has for an answer; raises `argparse.ArgumentTypeError`."""
    return some_seconds(text, LONGEST_TIMEOUT)


def whole_number_from(least: int, digits: int = 19) -> Callable[[str], int]:
    """Return a function that reads a whole number from ``least`` on, or raises
    `argparse.ArgumentTypeError`."""

    def read(text: str) -> int:
        if not re.fullmatch(f"[0-9]{{1,{digits}}}", text) or int(text) < least:
            remedy = f"write a whole number from {least} on, of up to {digits} digits"
            raise ArgumentTypeError(f"{shortened(text)} is no such number; {remedy}")
        return int(text)

    return read
