"""Expressions of rows: the entity or field that each stands for, and the values that a field can have."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from types import ModuleType, UnionType
from typing import Any, Literal, NamedTuple, TypeGuard, get_args, get_origin

from ...machine import DEFAULT_STAGE, Command, initial
from ...machine.entities import Entity
from ...machine.references import New
from ...machine.rows import Effect, Means, Row, Whenever
from ..row_sources import row_sources

Names = Mapping[str, type[Any]]
"""The parameters of a function, each with its command or its kind of entity."""


class Field(NamedTuple):
    """A field of an entity or of a command that leads to no other entity."""

    of: type[Any]
    name: str

    @property
    def hint(self) -> Any:
        """Return its type."""
        return self.of.hints[self.name]


class Reached(NamedTuple):
    """An expression, and the kind of the entity it stands for; one that passes through what may be missing says so."""

    code: str
    kind: type[Entity]
    missing: frozenset[str]  # the expressions on its way that may be None


def names_of(row: Row, tree: ast.Lambda) -> Names:
    """Return the command or kind that each parameter of a row's function stands for."""
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
    """Return the kind of the entity that a field leads to, if it leads to one."""
    if issubclass(of, Command):
        return next((reference.kind for at, reference, _ in of.references if of.fields[at] == field), None)
    kind: type[Entity] | None = of.links.get(field)
    return kind


def is_new(of: type[Any], field: str) -> bool:
    """Return whether the field names what is not there yet, so it leads no further."""
    return issubclass(of, Command) and any(
        isinstance(reference, New) for at, reference, _ in of.references if of.fields[at] == field
    )


def may_be_missing(of: type[Any], field: str) -> bool:
    """Return whether the field may lead nowhere."""
    hint = of.hints[field]
    return isinstance(hint, UnionType) and type(None) in get_args(hint)


def meaning(node: ast.expr, names: Names) -> type[Any] | Field | None:
    """Return the command, the kind of entity or the field that the expression stands for, or None."""
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
    """Return whether what an expression stands for is an entity."""
    return isinstance(found, type) and issubclass(found, Entity)


def reached(names: Names) -> Iterator[Reached]:
    """Yield every entity that the parameters lead to."""
    for name, of in names.items():
        if is_entity(of):
            yield Reached(name, of, frozenset())
        yield from beyond(name, of, frozenset())


def beyond(code: str, of: type[Any], missing: frozenset[str]) -> Iterator[Reached]:
    """Yield every entity that an expression leads to, itself not among them."""
    for field in of.fields:
        kind = leads_to(of, field)
        if kind:
            path = f"{code}.{field}"
            lacking = missing | ({path} if may_be_missing(of, field) else frozenset())
            yield Reached(path, kind, lacking)
            yield from () if is_new(of, field) else beyond(path, kind, lacking)


SIZES = (2048, 3072, 4096)
"""The sizes that RSA keys have in Azure Key Vault, in bits."""


def constant(node: ast.expr, names: Names, module: ModuleType) -> Any:
    """Return the string, number or truth value that the expression is, or names; None for all else."""
    match node:
        case ast.Constant(value=str() | int() as value):
            return value
        case ast.Name(id=name) if name not in names:
            named = vars(module).get(name)
            return named if isinstance(named, str) else None
    return None


def others(value: Any, field: Field | None) -> list[Any]:
    """Return the other values that the field can have; a number that is no field's is compared with its neighbours."""
    if isinstance(value, bool):
        return [not value]
    known = values_of(field) if field else (value - 1, value + 1)
    return [other for other in known if other != value]


def values_of(field: Field) -> tuple[Any, ...]:
    """Return the values that the field can have, where they are few."""
    if field.hint is bool:
        return (False, True)
    return SIZES if field.name == "size" else domains().get(field) or tuple(declared(field))


@cache
def domains() -> dict[Field, tuple[str, ...]]:
    """Return every field of strings that a row compares or writes, with the values that it is known to have."""
    found: dict[Field, dict[str, None]] = {}
    for source in row_sources():
        for tree in source.parts.values():
            names = names_of(source.row, tree)
            for field, node in given(tree, names):
                if field.hint in (bool, int):
                    continue
                values = found.setdefault(field, dict.fromkeys((*declared(field), *staged(field))))
                came = meaning(node, names)
                if isinstance(came, Field):
                    values |= dict.fromkeys(declared(came))
                for leaf in leaves(node):
                    if isinstance(value := constant(leaf, names, source.module), str):
                        values[value] = None
    return {field: tuple(values) for field, values in found.items()}


def declared(field: Field) -> Iterator[str]:
    """Yield the values that a field is declared with."""
    yield from get_args(field.hint) if get_origin(field.hint) is Literal else ()
    default = field.of.defaults.get(field.name)
    if isinstance(default, str) and default not in ("absent", "unknown"):
        yield default


def staged(field: Field) -> Iterator[str]:
    """Yield the values that the field has in what the stage gives."""
    if issubclass(field.of, Entity):
        for record in initial(DEFAULT_STAGE).tables[field.of].values():
            value = record[field.of.position[field.name]]
            if isinstance(value, str):
                yield value


def given(tree: ast.Lambda, names: Names) -> Iterator[tuple[Field, ast.expr]]:
    """Yield each field that the function compares or writes, with what it is compared with or becomes."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare(left=left, comparators=[right]):
                for one, other in ((left, right), (right, left)):
                    if isinstance(field := meaning(one, names), Field) and field.name != "name":
                        yield field, other
            case ast.Call(func=ast.Name(id="sets"), args=[entity], keywords=written):
                kind = meaning(entity, names)
                for word in written:
                    if isinstance(kind, type) and word.arg and not leads_to(kind, word.arg):
                        yield Field(kind, word.arg), word.value


def leaves(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the values that an expression may come to, as far as they are written in it."""
    match node:
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*leaves(body), *leaves(orelse))
        case ast.Tuple(elts=elements):
            yield from elements
        case _:
            yield node
