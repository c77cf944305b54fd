"""The contrast of a cause: where its rule fails and where it holds, by the scenarios of one run."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

MOST_NAMED = 3
"""How many titles, or values of a column, are named on each side."""

FAILS = "fails"
HOLDS = "holds"


class Outcome(NamedTuple):
    """How one scenario of a run came out, if it was decided.

    ``cells``: the value of each column of its row of examples.  ``cause``: what it failed
    for; empty if it passed.
    """

    name: str
    requirements: tuple[str, ...]
    cells: Mapping[str, str]
    cause: str = ""


def contrast_of(cause: str, outcomes: Sequence[Outcome]) -> Iterator[tuple[str, str]]:
    """Yield where the rule of a requirement fails and where it holds; nothing unless scenarios of
    its own fail for it.

    Scenarios that fail for something else say nothing about it.
    """
    about = [each for each in outcomes if cause in each.requirements]
    failing = [each for each in about if each.cause == cause]
    holding = [each for each in about if not each.cause]
    if not failing:
        return

    column = telling_column(failing, holding)
    failing_names = names_of(failing, column)
    holding_names = names_of(holding, column)
    tried = Counter([*failing_names, *holding_names])
    yield FAILS, in_words(failing_names, tried, column)
    yield HOLDS, in_words(holding_names, tried, column) or "in none of its scenarios"


def telling_column(failing: Sequence[Outcome], holding: Sequence[Outcome]) -> str:
    """Return the column whose values alone tell what fails from what holds in the same outlines;
    empty if there is none.

    Of several it is the one with the fewest values, since that says most.
    """
    holding_outlines = {each.name for each in holding}
    if not {each.name for each in failing} <= holding_outlines:
        return ""
    telling: dict[str, int] = {}
    for column in failing[0].cells:
        failing_values = {each.cells.get(column, "") for each in failing}
        holding_values = {each.cells[column] for each in holding if column in each.cells}
        if "" not in failing_values and failing_values.isdisjoint(holding_values):
            telling[column] = len(failing_values | holding_values)
    return min(telling, key=telling.__getitem__, default="")


def names_of(outcomes: Sequence[Outcome], column: str) -> list[str]:
    """Return what stands for each scenario: its value in the column, or without one its title."""
    if not column:
        return [each.name for each in outcomes]
    return [each.cells[column] for each in outcomes if column in each.cells]


def in_words(names: Sequence[str], tried: Mapping[str, int], column: str) -> str:
    """Return the most frequent of the names, each with its count of all that were tried."""
    counts = Counter(names).most_common()
    parts = [f"{name} ({count} of {tried[name]})" for name, count in counts[:MOST_NAMED]]
    more = len(counts) - MOST_NAMED
    if more > 0:
        parts.append(f"and {more} more")
    text = ", ".join(parts)
    return f"where {column} is {text}" if column and text else text
