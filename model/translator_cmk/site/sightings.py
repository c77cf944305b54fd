"""The map of what was seen of Azure in public: for each requirement, whether it agrees."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ..bdd.feature_records import Feature
from ..requirements import Register, Requirement
from .sourced import Seen

AGREES, CONTRADICTED, NOBODY = "agrees", "contradicted", "nobody"


class Square(NamedTuple):
    """A requirement, and whether what was seen agrees with it or contradicts it, or nobody has
    looked.
    """

    requirement: Requirement
    seen: str


class TopicMap(NamedTuple):
    """The squares of a topic."""

    name: str
    topic: str
    squares: list[Square]

    def count(self, seen: str) -> int:
        """Return how many squares are so."""
        return len([square for square in self.squares if square.seen == seen])


def map_of_sightings(
    features: Iterable[Feature], register: Register, seen: Mapping[str, Sequence[Seen]]
) -> list[TopicMap]:
    """Return each topic with its requirements in order."""
    found = []
    for feature in features:
        squares = []
        for requirement in register.topics[feature.topic]:
            squares.append(Square(requirement, look(requirement.id, seen)))
        found.append(TopicMap(feature.name, feature.topic, squares))
    return found


def look(name: str, seen: Mapping[str, Sequence[Seen]]) -> str:
    """Return what was seen of a requirement: one observation that contradicts it outweighs all
    others.
    """
    if name not in seen:
        return NOBODY
    for each in seen[name]:
        if name in each.contradicts:
            return CONTRADICTED
    return AGREES
