"""The chain that the data hangs on: its parts, and where each can be cut.

The parts are data: `data/causes.yaml`.  How sure a cut is, the causes say, each tried on the model.
"""

from collections.abc import Iterable
from typing import NamedTuple

from ...requirements.register import WEAKEST_FIRST
from ..sourced import data
from .events import Case


class Cut(NamedTuple):
    """A way to cut a part, with the line that it is drawn with."""

    says: str
    line: str


class Part(NamedTuple):
    """A part of the chain."""

    name: str
    cuts: list[Cut]


def line_of(basis: str) -> str:
    """Return how a picture draws what has this basis: `dashed` where we assumed it, or `solid`."""
    return "dashed" if basis == "assumed" else "solid"


def chain(causes: Iterable[Case]) -> list[Part]:
    """Return the chain from the tenant to the data."""
    lines: dict[str, str] = {}
    for cause in causes:
        bases = [finding.basis for finding in cause.lost]
        lines[cause.event.event] = line_of(min(bases, key=WEAKEST_FIRST.index))
    parts = []
    for each in data("causes")["chain"]:
        cuts = [Cut(says, lines[event]) for event, says in each["cut"].items()]
        parts.append(Part(each["part"], cuts))
    return parts
