"""Which meanings the rows that fired rest on: those without which they would not have fired."""

from collections.abc import Iterable, Sequence

from .rows import Means, Whenever
from .world import Meanings, World

Fired = tuple[Whenever, str]
"""A row that fired, and the name of the entity that it fired for."""


class Counterfactuals:
    """The meanings of a machine, with those of each requirement left out."""

    def __init__(self, meanings: Meanings) -> None:
        self._meanings = meanings
        self._requirements: set[str] = set()
        for rows in meanings.values():
            for row in rows:
                self._requirements.add(row.requirement)
        self._memo: dict[str, Meanings] = {}

    def needed(self, fired: Sequence[Fired], world: World, known: Iterable[str]) -> set[str]:
        """Return each requirement not known yet without whose meanings a row would not fire."""
        found = set()
        for requirement in self._suspected(fired, world).difference(known):
            if not all_fire(fired, World(world.tables, self._without(requirement), None)):
                found.add(requirement)
        return found

    def _suspected(self, fired: Sequence[Fired], world: World) -> set[str]:
        """Return the requirements to try: those whose meanings were found to hold.

        Where choices left meanings out, a row may have fired because one of them does not hold.
        It does not fire with all meanings then, and all requirements are tried.
        """
        if world.choose is None:
            return world.found
        everything = World(world.tables, self._meanings, None)
        return everything.found if all_fire(fired, everything) else self._requirements

    def _without(self, requirement: str) -> Meanings:
        """Return the meanings without the rows of this requirement; memoised."""
        found = self._memo.get(requirement)
        if found is None:
            found = {meaning: others(rows, requirement) for meaning, rows in self._meanings.items()}
            self._memo[requirement] = found
        return found


def all_fire(fired: Iterable[Fired], world: World) -> bool:
    """Return whether all the rows apply in the world."""
    return all(row.when(world.entity(row.about, name)) for row, name in fired)


def others(rows: Iterable[Means], requirement: str) -> tuple[Means, ...]:
    """Return the rows that are not of this requirement."""
    return tuple(row for row in rows if row.requirement != requirement)
