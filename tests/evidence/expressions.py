"""What an expression in a function of a row stands for.

The functions of rows name a command or an entity, and follow links from there, as in
`c.workspace.resource.identity`. So every expression of names and attributes stands for a command,
an entity of a known kind, or a field with a known type. The type says which other values the field
can have.
"""

import ast
from collections.abc import Iterator, Mapping
from types import ModuleType, UnionType
from typing import Any, NamedTuple

from translator_cmk.machine import Command
from translator_cmk.machine.commands import choices
from translator_cmk.machine.entities import KEY_SIZES, Entity
from translator_cmk.machine.rows import Means, Row, Whenever

Names = Mapping[str, type[Any]]
"""The parameters of a function, each with its command or its kind of entity."""

NOTHING_YET = ("absent", "unknown")
"""Values of fields that no row writes."""


class Field(NamedTuple):
    """A field of an entity or of a command that leads to no other entity."""

    of: type[Any]
    name: str

    @property
    def hint(self) -> Any:
        """Return its type."""
        return self.of.hints[self.name]


class Path(NamedTuple):
    """An expression for an entity; ``optional``: the expressions on its way that may be None."""

    code: str
    kind: type[Entity]
    optional: frozenset[str]


# From expressions to what they stand for


def subject_of(row: Row) -> Any:
    """Return the command or kind of entity that the row is about."""
    if isinstance(row, Means):
        return row.meaning.about
    if isinstance(row, Whenever):
        return row.about
    return row.on


def names_of(row: Row, function: ast.Lambda) -> Names:
    """Return the command or kind that each parameter of a row's function stands for."""
    parameters = [parameter.arg for parameter in function.args.args]
    subjects = [subject_of(row), getattr(row, "each", None)]
    stands_for = zip(parameters, subjects, strict=False)
    return {parameter: subject for parameter, subject in stands_for if subject}


def links_of(of: type[Any]) -> dict[str, type[Entity]]:
    """Return each field that leads to an entity, with the kind of that entity."""
    if issubclass(of, Command):
        return {of.fields[reference[0]]: reference[1] for reference in of.references}
    links: dict[str, type[Entity]] = of.links
    return links


def meaning(node: ast.expr, names: Names) -> type[Any] | Field | None:
    """Return the command, kind of entity or field that the expression stands for, or None."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if not isinstance(node, ast.Attribute):
        return None
    of = meaning(node.value, names)
    if not isinstance(of, type):
        return None
    if node.attr != "name" and node.attr not in of.fields:
        return None
    return links_of(of).get(node.attr) or Field(of, node.attr)


def expressions(function: ast.Lambda, names: Names) -> Iterator[ast.expr]:
    """Yield every expression of names and attributes that stands for something."""
    for node in ast.walk(function.body):
        if (
            isinstance(node, ast.Attribute | ast.Name)
            and isinstance(node.ctx, ast.Load)
            and meaning(node, names)
        ):
            yield node


# All entities that the parameters lead to


def paths(names: Names) -> Iterator[Path]:
    """Yield a path to every entity that the parameters lead to."""
    for name, of in names.items():
        if issubclass(of, Entity):
            yield Path(name, of, frozenset())
        yield from paths_beyond(name, of, frozenset())


def paths_beyond(code: str, of: type[Any], optional: frozenset[str]) -> Iterator[Path]:
    """Yield a path to every entity that an expression leads to, itself not among them."""
    for field, kind in links_of(of).items():
        path = f"{code}.{field}"
        on_the_way = optional
        if isinstance(of.hints[field], UnionType):
            on_the_way = optional | {path}
        yield Path(path, kind, on_the_way)
        if not makes(of, field):
            yield from paths_beyond(path, kind, on_the_way)


def makes(of: type[Any], field: str) -> bool:
    """Return whether the command makes what the field names, which leads no further."""
    if not issubclass(of, Command) or of.gives is None:
        return False
    return bool(of.fields[of.gives] == field)


# Values of fields


def constant(node: ast.expr, names: Names, module: ModuleType) -> Any:
    """Return the string, number or truth value that the expression is or names, or None."""
    match node:
        case ast.Constant(value=str() | int() as value):
            return value
        case ast.Name(id=name) if name not in names:
            named = vars(module).get(name)
            return named if isinstance(named, str) else None
    return None


def other_values(value: Any, field: Field | None) -> list[Any]:
    """Return the other values of the field, or the neighbours of a number that is no field's."""
    if isinstance(value, bool):
        return [not value]
    if field is None:
        return [value - 1, value + 1]
    return [other for other in values_of(field) if other != value]


def values_of(field: Field) -> tuple[Any, ...]:
    """Return the values that a row can write into the field, if they are few."""
    if field.hint is bool:
        return (False, True)
    if field.name == "size":
        return KEY_SIZES
    return tuple(word for word in choices(field.hint) if word not in NOTHING_YET)


def values_with_fields(
    function: ast.Lambda, names: Names
) -> Iterator[tuple[Field | None, ast.expr]]:
    """Yield each value that is compared with a field, written to one or added, with that field."""
    for field, node in compared_or_written(function, names):
        if isinstance(node, ast.Tuple):
            yield field, node
            continue
        for value in outcomes(node):
            yield field, value
    for part in ast.walk(function):
        if isinstance(part, ast.BinOp):
            yield None, part.right


def compared_or_written(function: ast.Lambda, names: Names) -> Iterator[tuple[Field, ast.expr]]:
    """Yield each field that the function compares or writes, with the other side of it."""
    for node in ast.walk(function):
        if isinstance(node, ast.Compare) and len(node.comparators) == 1:
            yield from compared(node.left, node.comparators[0], names)
            yield from compared(node.comparators[0], node.left, names)
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "sets"
        ):
            yield from written(node, names)


def compared(node: ast.expr, other: ast.expr, names: Names) -> Iterator[tuple[Field, ast.expr]]:
    """Yield the field, if the node stands for one, with what it is compared with; no names."""
    field = meaning(node, names)
    if isinstance(field, Field) and field.name != "name":
        yield field, other


def written(call: ast.Call, names: Names) -> Iterator[tuple[Field, ast.expr]]:
    """Yield each field that a call of `sets` writes, links apart, with what it becomes."""
    if len(call.args) != 1:
        return
    kind = meaning(call.args[0], names)
    if not isinstance(kind, type):
        return
    for keyword in call.keywords:
        if keyword.arg and keyword.arg not in links_of(kind):
            yield Field(kind, keyword.arg), keyword.value


def outcomes(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the values that an expression may have, as far as they are written in it."""
    match node:
        case ast.IfExp(body=body, orelse=orelse):
            yield from outcomes(body)
            yield from outcomes(orelse)
        case ast.Tuple(elts=elements):
            yield from elements
        case _:
            yield node
