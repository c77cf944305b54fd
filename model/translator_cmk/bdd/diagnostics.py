"""Diagnostics: what is wrong in a file, where, and what to do about it."""

from pathlib import Path
from typing import NamedTuple

from ..errors import InvalidFile
from ..escaping import visible


class Diagnostic(NamedTuple):
    """One thing that is wrong at a line (from 1) of a file."""

    file: Path
    line: int
    text: str
    remedy: str

    def __str__(self) -> str:
        place = f"{format_path(self.file)}:{self.line}"
        return visible(f"{place}: {self.text}; {self.remedy}")


class FeatureError(InvalidFile):
    """A feature file can't be read; the message names file, line and remedy."""

    def __init__(self, path: Path, line: int, text: str, remedy: str) -> None:
        self.diagnostic = Diagnostic(path, line, text, remedy)
        super().__init__(str(self.diagnostic))


def format_path(file: Path) -> str:
    """Return the path from the current folder if the file lies below it, else the whole path."""
    file = file.absolute()
    here = Path.cwd()
    if file.is_relative_to(here):
        return str(file.relative_to(here))
    return str(file)
