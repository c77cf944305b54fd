"""Where Microsoft's pages on the Foundry resource say otherwise than the article."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from .sourced import data


class Point(NamedTuple):
    """Something on which the Foundry pages say otherwise than the article."""

    id: str
    about: str
    statements: Sequence[str]
    """Of the article; empty where it is silent."""
    requirements: Sequence[str]
    """Those beside which it is shown."""
    says: str
    """What the Foundry pages say."""
    since: str
    """The date of the earliest copy in which it was found."""
    source: Sequence[str]
    do: str
    """What an architect does with two answers."""


@cache
def load_points() -> list[Point]:
    """Return every point, in the order of the data file."""
    return [Point(**fields) for fields in data("foundry")]


def points_by_requirement() -> Mapping[str, list[Point]]:
    """Return the points that are shown beside each requirement."""
    found: dict[str, list[Point]] = defaultdict(list)
    for point in load_points():
        for name in point.requirements:
            found[name].append(point)
    return found
