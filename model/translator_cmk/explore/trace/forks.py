"""What a command may come to in a packed state, and what an entity may look like, each held against what was told."""

from collections.abc import Iterable

from ...language.traces import Told
from ...machine import Outcome
from ...oracle.observability import Projection, Shown, differences
from ...oracle.transitions import fits
from .events import Glance


class Fork:
    """The ways that a command opens in a state: what each adds to the packed state, and what comes of it.

    ``parting`` has the silent requirements that part them.  ``known`` keeps what fits what was told, by its identity.
    """

    __slots__ = ("known", "parting", "ways")

    def __init__(self, ways: Iterable[tuple[int, Outcome]], parting: frozenset[str]) -> None:
        self.ways = tuple(ways)
        self.parting = parting
        self.known: dict[int, tuple[tuple[int, ...], Told]] = {}

    def fitting(self, told: Told) -> tuple[int, ...]:
        """What the ways add that fit what is told of the outcome."""
        outcome, shown = told.outcome, Shown(told.reasons, told.audit)
        moves = (move for move, way in self.ways if outcome is None or fits(way, outcome, shown))
        found = tuple(dict.fromkeys(moves))
        self.known[id(told)] = (found, told)  # which is kept, so that nothing else has its identity meanwhile
        return found


class Likeness:
    """All that an entity may look like in a state.  ``known`` keeps whether it may be seen as it was at a glance."""

    __slots__ = ("known", "looks")

    def __init__(self, looks: list[Projection]) -> None:
        self.looks = looks
        self.known: dict[Glance, bool] = {}

    def agrees(self, glance: Glance) -> bool:
        """Whether it may be seen like that."""
        found = any(not any(differences(glance.name, look, glance.look, glance.shown)) for look in self.looks)
        self.known[glance] = found
        return found
