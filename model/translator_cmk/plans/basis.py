"""How firmly a consequence holds: the basis of what it rests on, at its weakest part."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ..machine import COUNTER_ROWS, REMEMBERING
from ..machine.entities import Entity
from ..machine.rows import Effect, Whenever
from ..machine.topics import OTHER_READINGS
from ..requirements import Requirement

STRENGTH = ("stated", "implied", "environment", "assumed")
"""The bases, from the firmest on."""


class Basis(NamedTuple):
    """A requirement that is shown for a consequence, and the basis of all that it rests on."""

    requirement: str
    basis: str


def basis_of(
    by: Iterable[str], kind: type[Entity], register: Mapping[str, Requirement]
) -> Basis | None:
    """Return which requirement is shown for what became of an entity of this kind, and how firmly
    that holds; None if it rests on nothing.

    Shown is the requirement that is about such entities, if there is one.  That the cause can be
    brought about at all makes nothing weaker.
    """
    named = sorted(by)
    if not named:
        return None
    counting = [name for name in named if register[name].kind != "effect"] or named
    weakest = max(counting, key=lambda name: STRENGTH.index(register[name].basis))
    about = [name for name in counting if name in requirements_about()[kind]]
    if register[weakest].basis == "assumed" or not about:
        return Basis(weakest, register[weakest].basis)
    return Basis(about[0], register[weakest].basis)


def requirements_about() -> Mapping[type[Entity], frozenset[str]]:
    """Return by kind of entity the requirements whose rows say what becomes of each of them."""
    found: dict[type[Entity], set[str]] = {}
    for row in (*REMEMBERING, *COUNTER_ROWS, *OTHER_READINGS):
        kind = None
        if isinstance(row, Whenever):
            kind = row.about
        elif isinstance(row, Effect):
            kind = row.each
        if kind is not None:
            found.setdefault(kind, set()).add(row.requirement)
    return ByKind(found)


class ByKind(dict[type[Entity], frozenset[str]]):
    """Requirements by kind of entity, none for a kind that no row is about."""

    def __init__(self, found: Mapping[type[Entity], set[str]]) -> None:
        super().__init__({kind: frozenset(names) for kind, names in found.items()})

    def __missing__(self, kind: type[Entity]) -> frozenset[str]:
        return frozenset()


def is_by_article_alone(by: Iterable[str], register: Mapping[str, Requirement]) -> bool:
    """Return whether all requirements are stated by the article or follow from it."""
    return all(register[name].basis in ("stated", "implied") for name in by)
