"""Defects of the rows, with which no step can be taken."""

import os
import traceback
from collections.abc import Iterator
from types import CodeType
from typing import get_args

from .rows import Row

ROW_KINDS = get_args(Row)


class RowDefect(Exception):
    """The rows are wrong: the machine gets no further with them."""


class RowsContradict(RowDefect):
    """Two rows write one field differently, or consequences have no fixpoint."""


class RowRaises(RowDefect):
    """A row can't be read: it ends in an error of Python."""

    def __init__(self, row: Row, place: str, error: Exception) -> None:
        said = f"{type(error).__name__}: {error}"
        super().__init__(f"{place}: a row of {row.requirement} ends in {said}; correct the row")


def defect_behind(error: Exception) -> RowRaises | None:
    """Return the defect of the row that was read when an error was raised.

    None if no row was, or if the error says itself that rows are wrong.
    """
    if isinstance(error, RowDefect):
        return None
    row: Row | None = None
    place = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        if row is not None and frame.f_code in codes_of(row):
            place = place_in(frame.f_code, line)
        for value in frame.f_locals.values():
            if isinstance(value, ROW_KINDS):
                row = value
                # until a frame shows which, its last function stands for it
                *_, code = codes_of(row)
                place = place_in(code, code.co_firstlineno)
    if row is None:
        return None
    return RowRaises(row, place, error)


def codes_of(row: Row) -> Iterator[CodeType]:
    """Yield the code of each function of a row."""
    for value in row:
        code = getattr(value, "__code__", None)
        if code is not None:
            yield code


def place_in(code: CodeType, line: int) -> str:
    """Return a line of the code, as a file's path from here and a number."""
    return f"{os.path.relpath(code.co_filename)}:{line}"
