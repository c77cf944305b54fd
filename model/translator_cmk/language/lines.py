"""Lines of a file of messages, read one at a time: however large the file is, memory stays flat."""

import sys
from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ..shapes import WireError
from .strict_json import LONGEST

STANDARD_INPUT = "-"


class SourceLine(NamedTuple):
    """One line: the name of its source, its number from 1 on, its text, and whether a line break
    ends it."""

    source: str
    number: int
    text: bytes
    ended: bool

    @property
    def where(self) -> str:
        """Return the line as messages name it."""
        return f"{self.source}:{self.number}"


def read_lines(file: str) -> Iterator[SourceLine]:
    """Yield the lines of a file, or of standard input where the file is `-`; raises `WireError`."""
    try:
        if file != STANDARD_INPUT:
            with Path(file).open("rb") as stream:
                yield from lines_of(file, stream)
        elif sys.stdin is None:
            raise WireError("standard input", "closed", "name a file, or open it")
        else:
            yield from lines_of("standard input", sys.stdin.buffer)
    except OSError as error:
        raise WireError(
            file, f"can't be read: {error.strerror}", "name a file of JSON lines, or -"
        ) from None


def lines_of(source: str, stream: BinaryIO) -> Iterator[SourceLine]:
    """Yield the lines of a stream without white space around them.

    One that is too long comes in pieces, the first of which is too long as well.
    """
    number = 0
    while True:
        # with its line break
        line = stream.readline(LONGEST + 2)
        if not line:
            return
        number += 1
        text = line.rstrip(b"\r\n")
        if number == 1:
            text = text.removeprefix(BOM_UTF8)
        # without its white space, one that is too long might pass
        if len(text) <= LONGEST:
            text = text.strip()
        yield SourceLine(source, number, text, ended=line.endswith(b"\n"))
