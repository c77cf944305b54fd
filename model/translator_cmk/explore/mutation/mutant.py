"""A mutant: the article's rows with one change, and where and what it is."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from ...machine import ROWS, Command
from ...machine.rows import Means, Row, Whenever


class Mutant(NamedTuple):
    """The rows with one change.

    ``requirements``: those whose rows are changed.  ``place``: file and line.  ``was`` and ``now`` are what is written
    there and what takes its place.  ``commands``: those on whose steps alone it can bear (None: on any).
    """

    name: str
    kind: str
    requirements: tuple[str, ...]
    rows: tuple[Row, ...]
    place: str
    was: str
    now: str
    commands: frozenset[type[Command]] | None

    @property
    def requirement(self) -> str:
        """Return the requirement whose row is changed, or the first of those whose rows call what is changed."""
        return self.requirements[0]


def called(row: Row) -> str:
    """Return the row by kind and subject."""
    subject = row.meaning if isinstance(row, Means) else row.about if isinstance(row, Whenever) else row.on
    each = getattr(row, "each", None)
    words = [type(row).__name__.lower(), getattr(subject, "__name__", str(subject)), each.__name__ if each else ""]
    return "-".join(word for word in words if word)


def concerned(rows: Iterable[Row]) -> frozenset[type[Command]] | None:
    """Return the commands on whose steps alone rows bear: their own, but any for what follows from a state."""
    found: set[type[Command]] = set()
    for row in rows:
        if isinstance(row, Means | Whenever):
            return None
        found.add(row.on)
    return frozenset(found)


def with_functions(row: Any, functions: Mapping[str, Callable[..., Any]]) -> Row:
    """Return the row with other functions in these parts."""
    made: Row = row._replace(**functions)
    return made


def exchanged(old: Row, new: tuple[Row, ...]) -> tuple[Row, ...]:
    """Return the article's rows with others in place of one."""
    return tuple(each for row in ROWS for each in (new if row is old else (row,)))
