"""Types of command-line arguments, for `argparse`."""

import re
from argparse import ArgumentTypeError
from collections.abc import Callable

from .escaping import shortened


def whole_number_from(least: int, digits: int = 19) -> Callable[[str], int]:
    """Return a function that reads a whole number from ``least`` on, or raises
    `argparse.ArgumentTypeError`."""

    def read(text: str) -> int:
        if not re.fullmatch(f"[0-9]{{1,{digits}}}", text) or int(text) < least:
            remedy = f"write a whole number from {least} on, of up to {digits} digits"
            raise ArgumentTypeError(f"{shortened(text)} is no such number; {remedy}")
        return int(text)

    return read
