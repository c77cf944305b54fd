"""Which meanings the rows that fired rest on: those without which they would not have fired.

What one row rests on follows from the records that it reads.  So it is kept by these (`memoised`):
the choices of silent rows lead to thousands of states in which the same rows have fired.
"""

from collections.abc import Iterable, Sequence

from .memoised import Memoised
from .rows import Means, Whenever
from .state import State
from .world import Meanings, World

Fired = tuple[Whenever, str]
"""A row that fired, and the name of the entity that it fired for."""

MOST_KEPT = 2**14


class Counterfactuals:
    """The meanings of a machine, with those of each requirement left out."""

    def __init__(self, meanings: Meanings) -> None:
        self._meanings = meanings
        self._requirements: set[str] = set()
        for rows in meanings.values():
            for row in rows:
                self._requirements.add(row.requirement)
        self._memo: dict[str, Meanings] = {}
        self._needed_by: Memoised[Fired, frozenset[str]] = Memoised(self._find_needed, MOST_KEPT)

    def needed(self, fired: Sequence[Fired], world: World, known: Iterable[str]) -> set[str]:
        """Return each requirement not known yet without whose meanings a row would not fire."""
        state = State(world.tables)
        found: set[str] = set()
        for row_and_name in fired:
            _, needed = self._needed_by.step(state, row_and_name)
            found |= needed
        return found.difference(known)

    def _find_needed(self, state: State, fired: Fired) -> tuple[State, frozenset[str]]:
        """Return each requirement without whose meanings this row would not fire."""
        found = set()
        for requirement in self._suspected(state, fired):
            if not fires(fired, World(state.tables, self._without(requirement), None)):
                found.add(requirement)
        return state, frozenset(found)

    def _suspected(self, state: State, fired: Fired) -> set[str]:
        """Return the requirements to try: those whose meanings were found to hold.

        Where choices left meanings out, the row may have fired because one of them does not hold.
        It does not fire with all meanings then, and all requirements are tried.
        """
        everything = World(state.tables, self._meanings, None)
        return everything.found if fires(fired, everything) else self._requirements

    def _without(self, requirement: str) -> Meanings:
        """Return the meanings without the rows of this requirement; memoised."""
        found = self._memo.get(requirement)
        if found is None:
            found = {meaning: others(rows, requirement) for meaning, rows in self._meanings.items()}
            self._memo[requirement] = found
        return found


def fires(fired: Fired, world: World) -> bool:
    """Return whether the row applies in the world to the entity for which it fired."""
    row, name = fired
    return row.when(world.entity(row.about, name))


def others(rows: Iterable[Means], requirement: str) -> tuple[Means, ...]:
    """Return the rows that are not of this requirement."""
    return tuple(row for row in rows if row.requirement != requirement)
