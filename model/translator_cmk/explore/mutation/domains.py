"""The values that a field can have, gathered from the commands and from the rows themselves."""

import ast
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any, Literal, get_args, get_origin

from ...machine import DEFAULT_STAGE, initial
from ...machine.entities import Entity
from ..row_sources import row_sources
from .meaning import Field, Names, leads_to, meaning, names_of

SIZES = (2048, 3072, 4096)
"""The sizes that RSA keys have in Azure Key Vault, in bits."""


def constant(node: ast.expr, names: Names, module: ModuleType) -> Any:
    """The string, number or truth value that the expression is, or names; None for all else."""
    match node:
        case ast.Constant(value=str() | int() as value):
            return value
        case ast.Name(id=name) if name not in names:
            named = vars(module).get(name)
            return named if isinstance(named, str) else None
    return None


def others(value: Any, field: Field | None) -> list[Any]:
    """The other values that the field can have; a number that is no field's is compared with its neighbours."""
    if isinstance(value, bool):
        return [not value]
    known = values_of(field) if field else (value - 1, value + 1)
    return [other for other in known if other != value]


def values_of(field: Field) -> tuple[Any, ...]:
    """The values that the field can have, where they are few."""
    if field.hint is bool:
        return (False, True)
    return SIZES if field.name == "size" else domains().get(field) or tuple(declared(field))


@cache
def domains() -> dict[Field, tuple[str, ...]]:
    """Every field of strings that a row compares or writes, with the values that it is known to have."""
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
    """The values that a field is declared with."""
    yield from get_args(field.hint) if get_origin(field.hint) is Literal else ()
    default = field.of.defaults.get(field.name)
    if isinstance(default, str) and default not in ("absent", "unknown"):
        yield default


def staged(field: Field) -> Iterator[str]:
    """The values that the field has in what the stage gives."""
    if issubclass(field.of, Entity):
        for record in initial(DEFAULT_STAGE).tables[field.of].values():
            value = record[field.of.position[field.name]]
            if isinstance(value, str):
                yield value


def given(tree: ast.Lambda, names: Names) -> Iterator[tuple[Field, ast.expr]]:
    """Each field that the function compares or writes, with what it is compared with or becomes."""
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
    """The values that an expression may come to, as far as they are written in it."""
    match node:
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*leaves(body), *leaves(orelse))
        case ast.Tuple(elts=elements):
            yield from elements
        case _:
            yield node
