"""Mutation operators: changes of a condition or of a value in a function of a row."""

import ast
from collections.abc import Iterator
from types import ModuleType
from typing import Any, NamedTuple, TypeVar

from ...machine.entities import Entity
from .meaning import Field, Names, constant, given, is_entity, leads_to, leaves, meaning, others, reached, values_of

Tree = TypeVar("Tree", bound=ast.AST)


class Edit(NamedTuple):
    """One expression of a tree and what takes its place; ``was``, on that line, and ``now`` show the difference."""

    kind: str
    old: ast.expr
    new: ast.expr
    was: str
    now: str
    line: int


def edit(kind: str, tree: ast.expr, old: ast.expr, new: ast.expr) -> Edit:
    """Return the change, shown by the texts of the smallest part of the tree that makes sense by itself."""
    shown = around(tree, old)
    return Edit(kind, old, new, ast.unparse(shown), ast.unparse(replaced(shown, old, new)), shown.lineno)


def around(tree: ast.expr, node: ast.expr) -> ast.expr | ast.keyword:
    """Return the smallest comparison, sum, choice, call, written field or part of a condition around the node."""
    shown: Any = tree
    at: ast.AST = tree
    while at is not node:
        parent, at = at, next(child for child in ast.iter_child_nodes(at) if node in ast.walk(child))
        if isinstance(parent, ast.BoolOp | ast.UnaryOp | ast.Lambda) or isinstance(at, SHOWN):
            shown = at
    found: ast.expr | ast.keyword = shown
    return found


SHOWN = (ast.Compare, ast.BinOp, ast.IfExp, ast.Call, ast.keyword)


def replaced(tree: Tree, old: ast.AST, new: ast.AST) -> Tree:
    """Return the tree with one node, found by identity, replaced by another; the tree itself stays as it is."""
    made: Tree = _replaced(tree, old, new)
    return made


def _replaced(part: Any, old: ast.AST, new: ast.AST) -> Any:
    if part is old:
        return new
    if isinstance(part, list):
        return [_replaced(each, old, new) for each in part]
    if not isinstance(part, ast.AST):
        return part
    fields = {name: _replaced(value, old, new) for name, value in ast.iter_fields(part)}
    return ast.copy_location(type(part)(**fields), part)


def expression(code: str) -> ast.expr:
    """Return the tree of an expression."""
    return ast.parse(code, mode="eval").body


def negation(node: ast.expr) -> ast.expr:
    """Return the expression that is true where this one is false; what is negated already is so no more."""
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return inner
        case ast.Compare(left=left, ops=[operator], comparators=[right]) if type(operator) in OPPOSITE:
            return ast.Compare(left, [OPPOSITE[type(operator)]()], [right])
    return ast.UnaryOp(ast.Not(), node)


OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
}


def condition_edits(tree: ast.Lambda, part: str) -> Iterator[Edit]:
    """Yield every change of the condition as such; ``part`` says whether a row waits for it or demands it."""
    condition = tree.body
    yield edit("guard negated", tree, condition, negation(condition))
    # a demand that is always met, and a row that waits for ever, are rows dropped
    yield Edit(
        "guard dropped",
        condition,
        ast.copy_location(ast.Constant(part == "when"), condition),
        f"{part} {ast.unparse(condition)}",
        f"{part} {'always' if part == 'when' else 'never'}",
        condition.lineno,
    )
    yield from part_edits(tree)


def part_edits(tree: ast.Lambda) -> Iterator[Edit]:
    """Yield changes of the conditions that the function is put together from."""
    for node in ast.walk(tree.body):
        match node:
            case ast.BoolOp(op=connective, values=values):
                for value in values:
                    rest = [other for other in values if other is not value]
                    without = rest[0] if len(rest) == 1 else ast.BoolOp(connective, rest)
                    yield edit("condition dropped", tree, node, without)
                    yield edit("condition negated", tree, value, negation(value))
                other = ast.Or() if isinstance(connective, ast.And) else ast.And()
                yield edit("connective changed", tree, node, ast.BoolOp(other, values))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield edit("condition negated", tree, node, operand)
            case ast.IfExp(test=test):
                yield edit("condition negated", tree, test, negation(test))
                for always in (True, False):
                    yield edit("condition dropped", tree, test, ast.Constant(always))
    yield from comparison_edits(tree)


def comparison_edits(tree: ast.Lambda) -> Iterator[Edit]:
    """Yield a comparison that is turned round, or takes an order where it asks for equality with a number."""
    for node in ast.walk(tree.body):
        if not isinstance(node, ast.Compare):
            continue
        yield edit("comparison changed", tree, node, negation(node))
        right = node.comparators[0]
        if isinstance(node.ops[0], ast.Eq) and isinstance(right, ast.Constant) and type(right.value) is int:
            for order in (ast.LtE(), ast.GtE()):
                yield edit("comparison changed", tree, node, ast.Compare(node.left, [order], [right]))


def another(kind: type[Entity], entity: Any) -> Any:
    """Return the next entity of the kind by name, the first after the last; the same one where there is no other."""
    if entity is None:
        return None
    names = sorted(each.name for each in entity.world.every(kind))
    following = [name for name in names if name > entity.name]
    chosen = (following or names or [entity.name])[0]
    return entity if chosen == entity.name else entity.world.entity(kind, chosen)


def value_edits(tree: ast.Lambda, names: Names, module: ModuleType) -> Iterator[Edit]:
    """Yield every change of a value in a function of a row."""
    yield from constant_edits(tree, names, module)
    yield from entity_edits(tree, names)
    yield from field_edits(tree, names)


def constant_edits(tree: ast.Lambda, names: Names, module: ModuleType) -> Iterator[Edit]:
    """Yield each constant made each other value of the field that it is compared with or written to."""
    for field, node in places(tree, names):
        value = constant(node, names, module)
        for other in others(value, field) if value is not None else ():
            yield edit("constant changed", tree, node, ast.Constant(other))
        if isinstance(node, ast.Tuple) and field:
            yield from choice_edits(tree, node, field)


def choice_edits(tree: ast.Lambda, node: ast.Tuple, field: Field) -> Iterator[Edit]:
    """Yield a list of values with one left out, one more, or one in place of another."""
    held = [ast.unparse(element) for element in node.elts]
    more = [new for value in values_of(field) if ast.unparse(new := ast.Constant(value)) not in held]
    shorter = [[other for other in node.elts if other is not element] for element in node.elts]
    for values in (*shorter, node.elts):
        for new in more:
            yield edit("constant changed", tree, node, ast.Tuple([*values, new], ast.Load()))
    for values in shorter:
        yield edit("constant changed", tree, node, ast.Tuple([*values], ast.Load()))


def places(tree: ast.Lambda, names: Names) -> Iterator[tuple[Field | None, ast.expr]]:
    """Yield the places of values, each with the field that it is a value of."""
    for field, node in given(tree, names):
        if isinstance(node, ast.Tuple):
            yield field, node
        else:
            yield from ((field, leaf) for leaf in leaves(node))
    for each in ast.walk(tree):
        if isinstance(each, ast.BinOp):
            yield None, each.right


def entity_edits(tree: ast.Lambda, names: Names) -> Iterator[Edit]:
    """Yield each entity taken for another: one that the parameters lead to by another way, or the next of its kind."""
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
    """Yield the field of the same name of each parameter that has one; of names, which every entity has, none."""
    if field.name != "name":
        owners = [name for name, of in names.items() if field.name in of.fields and not leads_to(of, field.name)]
        yield from (other for name in owners if (other := f"{name}.{field.name}") != code)


def chains(tree: ast.Lambda, names: Names) -> Iterator[ast.expr]:
    """Yield every expression of names and attributes that stands for something."""
    for node in ast.walk(tree.body):
        if isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Load) and meaning(node, names):
            yield node


def compared_with_none(tree: ast.Lambda, node: ast.expr) -> bool:
    """Return whether the expression is merely asked whether it is there."""
    return any(
        isinstance(each, ast.Compare) and each.left is node and isinstance(each.ops[0], ast.Is | ast.IsNot)
        for each in ast.walk(tree)
    )


def field_edits(tree: ast.Lambda, names: Names) -> Iterator[Edit]:
    """Yield each written field left out, and written with another field's value or with one value in any case."""
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
    """Yield expressions that could be written in place of a field's value."""
    if isinstance(node, ast.Attribute):
        for other in field.of.fields:
            if other != field.name and field.of.hints[other] is field.hint and not leads_to(field.of, other):
                yield ast.Attribute(node.value, other, ast.Load())
    yield from map(ast.Constant, values_of(field))
