"""Mutants: the rows of the model with one change each.

A row is dropped, one of its conditions is negated, or the row of a mistake is added.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, NamedTuple

from translator_cmk.machine import COUNTER_ROWS, ROWS
from translator_cmk.machine.rows import Means, Row, Whenever, always
from translator_cmk.machine.topics import MEMORY


class Mutant(NamedTuple):
    """The rows of the model with one change in what a requirement says."""

    kind: Literal["row dropped", "condition negated", "mistake added"]
    requirement: str
    rows: tuple[Row, ...]
    name: str


@cache
def mutants() -> tuple[Mutant, ...]:
    """Return all of them, in the order of the rows."""
    return tuple(every_mutant())


def every_mutant() -> Iterator[Mutant]:
    """Yield each row without it and with each of its conditions negated, then each mistake."""
    for number, row in enumerate(ROWS):
        before = ROWS[:number]
        after = ROWS[number + 1 :]
        yield Mutant("row dropped", row.requirement, (*before, *after), name_of(row))
        for part in ("when", "unless"):
            condition = getattr(row, part, always)
            if condition is not always:
                negated: Any = row._replace(**{part: negation(condition)})
                rows = (*before, negated, *after)
                yield Mutant("condition negated", row.requirement, rows, name_of(row))
    for row in COUNTER_ROWS:
        # some mistakes ask for what only the rows of memory write
        yield Mutant("mistake added", row.requirement, (*ROWS, *MEMORY, row), name_of(row))


def negation(condition: Any) -> Any:
    """Return the condition that holds where this one does not."""
    return lambda *entities: not condition(*entities)


def name_of(row: Row) -> str:
    """Return the requirement of a row, its kind and what it is about."""
    about: Any = row.about if isinstance(row, Whenever) else None
    if isinstance(row, Means):
        about = row.meaning
    about = about or getattr(row, "on", None)
    return f"{row.requirement} {type(row).__name__.lower()} {getattr(about, '__name__', about)}"
