"""What a search says: on its way, and at its end."""

from collections.abc import Mapping
from typing import NamedTuple

from .alphabets import Commands
from .theorems.theorem import Expectation


class Progress(NamedTuple):
    """How far a search has come: states, steps taken, states found of the next depth, the depth it is at, seconds."""

    states: int
    transitions: int
    frontier: int
    depth: int
    seconds: float

    @property
    def rate(self) -> float:
        """Steps a second."""
        return self.transitions / self.seconds if self.seconds else 0.0


class Broken(NamedTuple):
    """A theorem that does not hold: the shortest way there from nothing, and what should be so after it."""

    commands: Commands
    expected: Expectation


class Exploration(NamedTuple):
    """What a search found.

    ``transitions`` counts every offered command in every state, refused ones and those that change nothing included.
    ``depth`` is the number of commands to the farthest state.  ``refusals`` counts each set of reasons, ``silences``
    each set of silent requirements.  ``asked`` names the theorems that had anything to demand; ``broken`` has the
    broken ones by name, and ``reached`` the shortest way to a state that a theorem says comes about.  Where the search
    is not ``complete``, it was interrupted or stopped at a broken theorem, and says nothing of the scope as a whole.
    """

    scope: str
    engine: str
    states: int
    transitions: int
    depth: int
    accepted: int
    refusals: Mapping[frozenset[str], int]
    silences: Mapping[frozenset[str], int]
    seconds: float
    complete: bool
    asked: frozenset[str]
    broken: Mapping[str, Broken]
    reached: Mapping[str, Commands]
