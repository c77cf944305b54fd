"""Diagnostics: what is wrong in a file, where, and what to do about it."""

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple


class Diagnostic(NamedTuple):
    """One thing that is wrong at a line (from 1) of a file."""

    file: Path
    line: int
    text: str
    remedy: str

    def __str__(self) -> str:
        return f"{shown(self.file)}:{self.line}: {self.text}; {self.remedy}"


def shown(file: Path) -> str:
    """Return the path from the current folder, where it lies below it."""
    file = file.absolute()
    return str(file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file)


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """Return a remedy for an unknown word: the known word most like it, or another remedy where none is close."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"write {close[0]!r}" if close else otherwise
