"""What an expression of a row stands for: an entity of a kind, or a field of an entity or of a command."""

import ast
from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Any, NamedTuple, TypeGuard, get_args

from ...machine import Command
from ...machine.entities import Entity
from ...machine.references import New
from ...machine.rows import Effect, Means, Row, Whenever

Names = Mapping[str, type[Any]]
"""The parameters of a function, each with its command or its kind of entity."""


class Field(NamedTuple):
    """A field of an entity or of a command that leads to no other entity."""

    of: type[Any]
    name: str

    @property
    def hint(self) -> Any:
        """Its type."""
        return self.of.hints[self.name]


class Reached(NamedTuple):
    """An expression, and the kind of the entity it stands for; one that passes through what may be missing says so."""

    code: str
    kind: type[Entity]
    missing: frozenset[str]  # the expressions on its way that may be None


def names_of(row: Row, tree: ast.Lambda) -> Names:
    """What the parameters of a row's function stand for."""
    match row:
        case Means(meaning=meaning):
            given: tuple[type[Any] | None, ...] = (meaning.about,)
        case Whenever(about=about):
            given = (about,)
        case Effect(on=on, each=each):
            given = (on, each)
        case _:
            given = (row.on,)
    return {each.arg: kind for each, kind in zip(tree.args.args, given, strict=False) if kind}


def leads_to(of: type[Any], field: str) -> type[Entity] | None:
    """The kind of the entity that a field leads to, if it leads to one."""
    if issubclass(of, Command):
        return next((reference.kind for at, reference, _ in of.references if of.fields[at] == field), None)
    kind: type[Entity] | None = of.links.get(field)
    return kind


def is_new(of: type[Any], field: str) -> bool:
    """Whether the field names what is not there yet, so that it leads no further."""
    return issubclass(of, Command) and any(
        isinstance(reference, New) for at, reference, _ in of.references if of.fields[at] == field
    )


def may_be_missing(of: type[Any], field: str) -> bool:
    """Whether the field may lead nowhere."""
    hint = of.hints[field]
    return isinstance(hint, UnionType) and type(None) in get_args(hint)


def meaning(node: ast.expr, names: Names) -> type[Any] | Field | None:
    """What the expression stands for: a command, a kind of entity, a field, or None for all else."""
    match node:
        case ast.Name(id=name):
            return names.get(name)
        case ast.Attribute(value=value, attr=attr):
            of = meaning(value, names)
            if not isinstance(of, type) or (attr != "name" and attr not in of.fields):
                return None
            return leads_to(of, attr) or Field(of, attr)
    return None


def is_entity(found: Any) -> TypeGuard[type[Entity]]:
    """Whether what an expression stands for is an entity."""
    return isinstance(found, type) and issubclass(found, Entity)


def reached(names: Names) -> Iterator[Reached]:
    """Every entity that the parameters lead to."""
    for name, of in names.items():
        if is_entity(of):
            yield Reached(name, of, frozenset())
        yield from beyond(name, of, frozenset())


def beyond(code: str, of: type[Any], missing: frozenset[str]) -> Iterator[Reached]:
    """Every entity that an expression leads to, itself not among them."""
    for field in of.fields:
        kind = leads_to(of, field)
        if kind:
            path = f"{code}.{field}"
            lacking = missing | ({path} if may_be_missing(of, field) else frozenset())
            yield Reached(path, kind, lacking)
            yield from () if is_new(of, field) else beyond(path, kind, lacking)
