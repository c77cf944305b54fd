"""First-order changes of the article's rows: a row dropped, a condition negated, a row of a mistake added."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from translator_cmk.machine import COUNTER_ROWS, ROWS
from translator_cmk.machine.rows import Row, always


class Mutant(NamedTuple):
    """A changed set of rows; ``requirement`` is the one whose row was changed."""

    name: str
    requirement: str
    rows: tuple[Row, ...]


def called(row: Row) -> str:
    """The row by kind, subject and requirement."""
    subject = row[0]
    return f"{type(row).__name__.lower()}:{getattr(subject, '__name__', subject)}:{row.requirement}"


def negated(condition: Callable[..., bool]) -> Callable[..., bool]:
    return lambda *seen: not condition(*seen)


def replaced(row: Row, by: tuple[Row, ...]) -> tuple[Row, ...]:
    return tuple(new for old in ROWS for new in (by if old is row else (old,)))


def mutants() -> Iterator[Mutant]:
    """All of them, in the order of the rows; names are unique."""
    for number, row in enumerate(ROWS):
        yield Mutant(f"drop:{called(row)}:{number}", row.requirement, replaced(row, ()))
        for part in ("when", "unless"):
            condition: Any = getattr(row, part, always)
            if condition is not always:
                changed: Any = row._replace(**{part: negated(condition)})
                yield Mutant(f"negate-{part}:{called(row)}:{number}", row.requirement, replaced(row, (changed,)))
    for number, row in enumerate(COUNTER_ROWS):
        yield Mutant(f"add:{called(row)}:{number}", row.requirement, (*ROWS, row))
