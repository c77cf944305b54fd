"""JSON text, read strictly, and JSON lines, read one at a time: however large the file, memory stays flat."""

import json
import sys
from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from ..shapes import WireError, called

LONGEST = 2**20
"""The most bytes that one message may have: 1 MiB."""


def from_text(text: bytes, where: str = "") -> Any:
    """Return the JSON value in UTF-8 text; raises `WireError`, which begins with ``where``."""
    if len(text) > LONGEST:
        raise WireError(where, "longer than 1 MiB", "write one message on each line")
    if text.startswith(BOM_UTF8):
        raise WireError(where, "a byte order mark stands before it", "save the text as UTF-8 without one")
    try:
        return DECODE(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise WireError(where, f"not UTF-8 at byte {error.start + 1}", "save the text as UTF-8") from None
    except json.JSONDecodeError as error:
        raise WireError(where, f"not JSON at column {error.colno} ({error.msg})", "write one JSON object") from None
    except NotStrict as error:
        raise WireError(where, *error.args) from None
    except RecursionError:
        raise WireError(where, "nested too deeply", "no message has more than five levels") from None
    except ValueError:  # Python's own limit on the digits of a number
        raise WireError(where, "a number of thousands of digits", "no message needs more than six") from None


class NotStrict(Exception):
    """JSON that the standard library would let pass.  Its arguments: what is wrong, what to do."""


def refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object with these fields; raises `NotStrict` if one is there twice."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise NotStrict(f"the field {called(repeated)} appears twice", "remove one")
    return fields


def refuse_constant(word: str) -> None:
    """Refuse NaN and infinity, which are not JSON."""
    raise NotStrict(f"{word} is no JSON", "write a number, or leave the field out")


DECODE = json.JSONDecoder(object_pairs_hook=refuse_duplicates, parse_constant=refuse_constant).decode

STANDARD_INPUT = "-"


class SourceLine(NamedTuple):
    """One line: the name of its source, its number from 1 on, its text, and whether a line break ends it."""

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
                yield from numbered(file, stream)
        elif sys.stdin is None:
            raise WireError("standard input", "closed", "name a file, or open it")
        else:
            yield from numbered("standard input", sys.stdin.buffer)
    except OSError as error:
        raise WireError(file, f"can't be read: {error.strerror}", "name a file of JSON lines, or -") from None


def numbered(source: str, stream: BinaryIO) -> Iterator[SourceLine]:
    """Yield the lines of a stream without white space around them; of one that is too long, only its beginning."""
    number = 0
    while line := stream.readline(LONGEST + 2):
        number += 1
        text = line.rstrip(b"\r\n")
        text = text.removeprefix(BOM_UTF8) if number == 1 else text
        yield SourceLine(source, number, text.strip() if len(text) <= LONGEST else text, line.endswith(b"\n"))
