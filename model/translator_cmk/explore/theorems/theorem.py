"""Theorems: sentences that hold in every state, of every step, or of every change.

Theorems read records and what a customer sees of them.  They call a row only where no theorem has
words of its own for what the row says: `rows_without_words`.
"""

from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Any, Literal, NamedTuple

from ...language.facts import ABSENT, Fact
from ...machine import ROWS
from ...machine.entities import Entity
from ...machine.rows import Row
from .expectations import Expectation, Unchanged, view_of
from .steps import EntityChange

Form = Literal["always", "request", "change"]


class Theorem(NamedTuple):
    """A sentence, the requirements that it states, and its check, in one of three forms.

    - ``always``, about a kind: for every entity, yields the facts that must hold.
    - ``request``, about commands: for every step with one, yields the outcome and the facts that
      must follow.
    - ``change``, about a kind: for every entity that a step changed, yields the facts that must
      hold nevertheless.
    """

    form: Form
    about: tuple[type[Any], ...]
    name: str
    sentence: str
    requirements: tuple[str, ...]
    check: Callable[..., Any]


def claim(form: Form, *about: type[Any], by: str) -> Callable[[Callable[..., Any]], Theorem]:
    """Make a theorem of a function: its name is the theorem's, and its docstring the sentence."""

    def made(check: Callable[..., Any]) -> Theorem:
        name = check.__name__.replace("_", "-")
        sentence = " ".join(str(check.__doc__).split())
        return Theorem(form, about, name, sentence, tuple(by.split()), check)

    return made


always = partial(claim, "always")
on_request = partial(claim, "request")
on_change = partial(claim, "change")


def collected(module: dict[str, Any]) -> tuple[Theorem, ...]:
    """Return all theorems among the names of a module."""
    return tuple(value for value in module.values() if isinstance(value, Theorem))


# Words that theorems are written with


def fact(entity: Entity, field: str, value: Any) -> Fact:
    """Return the fact that this field of the entity is seen to have this value."""
    return Fact(type(entity).word, entity.name, field, value)


def stays(change: EntityChange) -> Iterator[Expectation]:
    """Yield that all that a customer sees of the changed entity is as it was."""
    kind = type(change.was or change.now).word
    before = view_of(change.was)
    after = view_of(change.now)
    if (before is None) != (after is None):
        yield Fact(kind, change.name, "exists", before is not None)
        return

    differing = False
    if before is not None and after is not None:
        for field, value in before.items():
            if value != after[field]:
                differing = True
                yield Fact(kind, change.name, field, ABSENT if value is None else value)
    if not differing:
        yield Unchanged()  # something that no customer sees


def named(value: Any) -> Any:
    """Return the value, or the name of the entity that it is."""
    return value.name if isinstance(value, Entity) else value


def rows_without_words(
    kind: type[Any], subject: str, known: Collection[tuple[Any, str]]
) -> list[Any]:
    """Return the article's rows of a kind for which no theorem is written in words of its own.

    Those that have words are known by their subject and requirement.  So a new row of the
    register's is checked on changes of it like all others, before anybody has written it a theorem.
    """
    rows: list[Row] = [row for row in ROWS if isinstance(row, kind)]
    return [row for row in rows if (getattr(row, subject), row.requirement) not in known]
