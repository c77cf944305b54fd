"""What can come about: states of interest, each of which a search must reach in some scope."""

from collections.abc import Callable
from typing import Any

from ...machine.entities import Entity
from .theorem import Theorem


def reached(
    about: type[Entity], name: str, requirements: str, sentence: str, so: Callable[[Any], Any], within: str
) -> Theorem:
    """A theorem: an entity of this kind that is so comes about in each of these scopes."""
    return Theorem("sometimes", (about,), name, f"{sentence}.", tuple(requirements.split()), so, tuple(within.split()))


THEOREMS: tuple[Theorem, ...] = ()
