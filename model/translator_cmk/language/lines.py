"""The lines of a file or of standard input, read one at a time: however large the file, memory stays flat."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from .shapes import WireError
from .text import LONGEST

STANDARD_INPUT = "-"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class SourceLine(NamedTuple):
    """One line: the name of its source, its number from 1 on, its text, and whether a line break ends it."""

    source: str
    number: int
    text: bytes
    ended: bool

    @property
    def where(self) -> str:
        """The line as messages name it."""
        return f"{self.source}:{self.number}"


def read_lines(file: str) -> Iterator[SourceLine]:
    """The lines of a file, or of standard input where the file is `-`; raises `WireError`."""
    try:
        if file != STANDARD_INPUT:
            with Path(file).open("rb") as stream:
                yield from numbered(file, stream)
        elif sys.stdin is None:
            raise WireError("standard input", "closed", "name a file, or open it")
        else:
            yield from numbered("standard input", sys.stdin.buffer)
    except OSError as error:
        raise WireError(file, f"can't be read: {error.strerror}", "name a file of JSON lines, or -") from None


def numbered(source: str, stream: BinaryIO) -> Iterator[SourceLine]:
    """The lines of a stream without white space around them; of one that is too long no more than it takes to tell."""
    number = 0
    while line := stream.readline(LONGEST + 2):
        number += 1
        text = line.rstrip(b"\r\n")
        text = text.removeprefix(BYTE_ORDER_MARK) if number == 1 else text
        yield SourceLine(source, number, text.strip() if len(text) <= LONGEST else text, line.endswith(b"\n"))
