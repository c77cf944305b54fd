"""Chart the scope of the page What if, and return its tables."""

from functools import cache
from typing import Any

from ...explore.what_if import WHAT_IF
from ...machine import ROWS, Machine, RowsContradict
from ...requirements import load_register
from .charted import Charted, charted
from .tables import Tables


@cache
def chart() -> Charted | None:
    """Return everything that can happen in the scope; None for a model whose rows contradict each other."""
    try:
        return charted(WHAT_IF, Machine(ROWS))
    except RowsContradict:
        return None


@cache
def what_if_tables() -> dict[str, Any] | None:
    """Return the tables in which the page looks its answers up; None as for `chart`."""
    found = chart()
    return Tables(found, load_register()).as_json() if found else None


def what_if_size() -> tuple[int, int]:
    """Return the numbers of states and steps of the scope."""
    found = what_if_tables()
    return (found["scope"]["states"], found["scope"]["steps"]) if found else (0, 0)
