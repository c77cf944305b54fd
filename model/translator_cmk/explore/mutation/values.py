"""Changes of a value: a constant made another, a field left unwritten, one entity taken for another of its kind."""

import ast
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from ...machine.entities import Entity
from .domains import constant, given, leaves, others, values_of
from .edits import Edit, edit, expression
from .meaning import Field, Names, is_entity, leads_to, meaning, reached


def another(kind: type[Entity], entity: Any) -> Any:
    """The next entity of the kind by name, the first after the last; the same one where there is no other."""
    if entity is None:
        return None
    names = sorted(each.name for each in entity.world.every(kind))
    following = [name for name in names if name > entity.name]
    chosen = (following or names or [entity.name])[0]
    return entity if chosen == entity.name else entity.world.entity(kind, chosen)


def value_edits(tree: ast.Lambda, names: Names, module: ModuleType) -> Iterator[Edit]:
    """Every change of a value in a function of a row."""
    yield from constant_edits(tree, names, module)
    yield from entity_edits(tree, names)
    yield from field_edits(tree, names)


def constant_edits(tree: ast.Lambda, names: Names, module: ModuleType) -> Iterator[Edit]:
    """Each constant made each other value of the field that it is compared with or written to."""
    for field, node in places(tree, names):
        value = constant(node, names, module)
        for other in others(value, field) if value is not None else ():
            yield edit("constant changed", tree, node, ast.Constant(other))
        if isinstance(node, ast.Tuple) and field:
            yield from choice_edits(tree, node, field)


def choice_edits(tree: ast.Lambda, node: ast.Tuple, field: Field) -> Iterator[Edit]:
    """A list of values with one left out, one more, or one in place of another."""
    held = [ast.unparse(element) for element in node.elts]
    more = [new for value in values_of(field) if ast.unparse(new := ast.Constant(value)) not in held]
    shorter = [[other for other in node.elts if other is not element] for element in node.elts]
    for values in (*shorter, node.elts):
        for new in more:
            yield edit("constant changed", tree, node, ast.Tuple([*values, new], ast.Load()))
    for values in shorter:
        yield edit("constant changed", tree, node, ast.Tuple([*values], ast.Load()))


def places(tree: ast.Lambda, names: Names) -> Iterator[tuple[Field | None, ast.expr]]:
    """Where values stand, each with the field that it is a value of."""
    for field, node in given(tree, names):
        if isinstance(node, ast.Tuple):
            yield field, node
        else:
            yield from ((field, leaf) for leaf in leaves(node))
    for each in ast.walk(tree):
        if isinstance(each, ast.BinOp):
            yield None, each.right


def entity_edits(tree: ast.Lambda, names: Names) -> Iterator[Edit]:
    """Each entity taken for another: one that the parameters lead to by another way, or the next of its kind."""
    known = list(reached(names))
    mentioned = {ast.unparse(node) for node in ast.walk(tree)}
    for node in chains(tree, names):
        found = meaning(node, names)
        if isinstance(found, Field):
            for code in namesakes(found, names, ast.unparse(node)):
                yield edit("wrong entity", tree, node, expression(code))
        elif is_entity(found):
            code = ast.unparse(node)
            for other in known:
                if other.kind is found and other.code != code and other.missing <= mentioned:
                    yield edit("wrong entity", tree, node, expression(other.code))
            if not compared_with_none(tree, node):
                yield edit("another entity", tree, node, expression(f"another({found.__name__}, {code})"))


def namesakes(field: Field, names: Names, code: str) -> Iterator[str]:
    """The field of the same name of each parameter that has one; of names, which every entity has, none."""
    if field.name != "name":
        owners = [name for name, of in names.items() if field.name in of.fields and not leads_to(of, field.name)]
        yield from (other for name in owners if (other := f"{name}.{field.name}") != code)


def chains(tree: ast.Lambda, names: Names) -> Iterator[ast.expr]:
    """Every expression of names and attributes that stands for something."""
    for node in ast.walk(tree.body):
        if isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Load) and meaning(node, names):
            yield node


def compared_with_none(tree: ast.Lambda, node: ast.expr) -> bool:
    """Whether the expression is merely asked whether it is there."""
    return any(
        isinstance(each, ast.Compare) and each.left is node and isinstance(each.ops[0], ast.Is | ast.IsNot)
        for each in ast.walk(tree)
    )


def field_edits(tree: ast.Lambda, names: Names) -> Iterator[Edit]:
    """Each written field left out, and written with another field's value or with one value whatever is asked."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        for word in call.keywords:
            if len(call.keywords) > 1:  # a row that writes nothing is a row dropped
                rest = [other for other in call.keywords if other is not word]
                without = ast.Call(call.func, call.args, rest)
                yield Edit("field dropped", call, without, ast.unparse(word), f"no {word.arg}", word.lineno)
            came = meaning(word.value, names)
            if isinstance(came, Field):
                yield from (edit("value changed", tree, word.value, new) for new in instead(came, word.value))


def instead(field: Field, node: ast.expr) -> Iterator[ast.expr]:
    """What could be written in place of a field's value."""
    if isinstance(node, ast.Attribute):
        for other in field.of.fields:
            if other != field.name and field.of.hints[other] is field.hint and not leads_to(field.of, other):
                yield ast.Attribute(node.value, other, ast.Load())
    yield from map(ast.Constant, values_of(field))
