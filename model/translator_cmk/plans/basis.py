"""How firmly a consequence holds: the basis of what it rests on, at its weakest part."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from ..machine import COUNTER_ROWS, REMEMBERING, Command, State
from ..machine.entities import Entity
from ..machine.rows import Effect, Whenever
from ..machine.topics import OTHER_READINGS
from ..oracle.grounds import Thing, grounds, row_without_return
from ..requirements import Requirement
from ..requirements.consequences import load_consequences
from ..requirements.register import WEAKEST_FIRST, weakest_basis
from .walk import Loss, Stake

BY_THE_ARTICLE = frozenset({"stated", "implied"})
"""The bases of what holds by the article alone."""


class Basis(NamedTuple):
    """A requirement that is shown for a consequence, and the basis of all that it rests on."""

    requirement: str
    basis: str


def basis_of(
    before: State,
    command: Command,
    loss: Loss,
    register: Mapping[str, Requirement],
    reading: str = "",
) -> Basis | None:
    """Return which requirement is shown for what a command does to a thing, and how firmly that
    holds; None if it rests on nothing.

    ``before`` is the state of the model, and ``reading`` the requirement that leaves open how the
    change is read, if one does.  `grounds` has the answer, unless a permitted system does what the
    model does not, or the thing is an account, of which the table of consequences has no row.
    """
    names = loss.deciding or loss.by
    by_grounds = basis_by_grounds(before, command, loss.stake, names)
    shown = by_grounds or weakest_of(names, loss.stake, register)
    if shown is None or not reading:
        return shown
    basis_of_reading = register[reading].basis
    if WEAKEST_FIRST.index(basis_of_reading) < WEAKEST_FIRST.index(shown.basis):
        return Basis(reading, basis_of_reading)
    return shown


def basis_by_grounds(
    before: State, command: Command, stake: Stake, names: frozenset[str]
) -> Basis | None:
    """Return what the grounds of a loss in the model say, if they have one of these names."""
    loss = load_consequences().losses.get(stake.what)
    if loss is None:
        return None
    found = grounds(before, (command,), Thing(loss, stake.name))
    named = [name for name in found.requirements if name in names]
    if not named:
        return None
    # A loss after which nothing brings the thing back has a row in the table of its own.
    row = row_without_return(command, stake.what)
    for name in named:
        if row is not None and name in row.requirements:
            return Basis(name, found.basis)
    return Basis(most_telling(named, stake), found.basis)


def weakest_of(
    names: Iterable[str], stake: Stake, register: Mapping[str, Requirement]
) -> Basis | None:
    """Return the weakest of the requirements that something rests on.

    That the cause can be brought about at all makes nothing weaker.
    """
    named = sorted(names)
    if not named:
        return None
    # An effect is how the cause is brought about.
    counting = [name for name in named if register[name].kind != "effect"] or named
    basis = weakest_basis(counting, register)
    # Of what is assumed an assumption is shown, though another requirement says more of the thing.
    if basis == "assumed":
        counting = [name for name in counting if register[name].basis == basis]
    return Basis(most_telling(counting, stake), basis)


def most_telling(names: list[str], stake: Stake) -> str:
    """Return the first requirement that is about things of this kind, or else the first of all."""
    about = requirements_about().get(stake.kind, frozenset())
    for name in names:
        if name in about:
            return name
    return names[0]


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
    return {kind: frozenset(names) for kind, names in found.items()}
