"""How firmly a consequence holds: the basis of what it rests on, at its weakest part."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from ..machine import COUNTER_ROWS, REMEMBERING, Command, State
from ..machine.entities import Entity
from ..machine.rows import Effect, Whenever
from ..machine.topics import OTHER_READINGS
from ..oracle.grounds import Thing, grounds
from ..requirements import Requirement
from ..requirements.consequences import load_consequences
from ..requirements.register import weakest_basis
from .walk import Loss

BY_THE_ARTICLE = frozenset({"stated", "implied"})
"""The bases of what holds by the article alone."""


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
    basis = weakest_basis(counting, register)
    about = [name for name in counting if name in requirements_about()[kind]]
    if basis == "assumed" or not about:
        weakest = [name for name in counting if register[name].basis == basis]
        return Basis(weakest[0], basis)
    return Basis(about[0], basis)


def basis_of_loss(
    before: State, command: Command, loss: Loss, register: Mapping[str, Requirement]
) -> Basis | None:
    """Return what the article says of a loss by a command that is certain.

    What it says of the very consequence counts; of an account it says nothing.
    """
    known = load_consequences().losses.get(loss.stake.what)
    if known is not None:
        found = grounds(before, (command,), Thing(known, loss.stake.name))
        about = requirements_about()[loss.stake.kind]
        shown = [name for name in found.requirements if name in about] or list(found.requirements)
        if shown and found.fate in ("lost", "by-hand"):
            return Basis(shown[0], found.basis)
    return basis_of(loss.by, loss.stake.kind, register)


@cache
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
