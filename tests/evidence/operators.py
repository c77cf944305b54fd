"""Mutation operators: changes of a condition or a value in a function of a row.

Each operator takes the syntax tree of a function, and yields edits: one expression, and what takes
its place. The tree itself stays as it is.
"""

import ast
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any, NamedTuple, TypeVar

from tests.evidence.expressions import (
    Field,
    Names,
    constant,
    expressions,
    links_of,
    meaning,
    other_values,
    paths,
    values_of,
    values_with_fields,
)
from translator_cmk.machine.entities import ENTITY_KINDS, Entity

Node = TypeVar("Node", bound=ast.AST)


class Edit(NamedTuple):
    """One expression and what takes its place; ``was``, on that line, and ``now`` show both."""

    kind: str
    old: ast.expr
    new: ast.expr
    was: str
    now: str
    line: int


def edits_of(function: ast.Lambda, part: str, names: Names, module: ModuleType) -> Iterator[Edit]:
    """Yield every change of a function of a row; ``part`` is `when`, `unless` or another."""
    if part in ("when", "unless"):
        yield from guard_edits(function, part)
    yield from condition_edits(function)
    yield from constant_edits(function, names, module)
    yield from entity_edits(function, names)
    yield from field_edits(function, names)


# Edits of a tree


def edit(kind: str, function: ast.expr, old: ast.expr, new: ast.expr) -> Edit:
    """Return the edit, shown by the smallest part of the function that makes sense by itself."""
    shown = smallest_part_around(function, old)
    return Edit(
        kind, old, new, ast.unparse(shown), ast.unparse(replaced(shown, old, new)), shown.lineno
    )


def smallest_part_around(tree: ast.expr, node: ast.expr) -> ast.expr | ast.keyword:
    """Return the smallest part around the node that makes sense by itself."""
    shown: Any = tree
    current: ast.AST = tree
    while current is not node:
        parent = current
        current = next(child for child in ast.iter_child_nodes(parent) if node in ast.walk(child))
        is_part_of_condition = isinstance(parent, ast.BoolOp | ast.UnaryOp | ast.Lambda)
        if is_part_of_condition or isinstance(
            current, ast.Compare | ast.BinOp | ast.IfExp | ast.Call | ast.keyword
        ):
            shown = current
    found: ast.expr | ast.keyword = shown
    return found


def replaced(part: Any, old: ast.AST, new: ast.AST) -> Any:
    """Return the tree with one node, found by identity, replaced by another."""
    if part is old:
        return new
    if isinstance(part, list):
        return [replaced(element, old, new) for element in part]
    if not isinstance(part, ast.AST):
        return part
    fields = {name: replaced(value, old, new) for name, value in ast.iter_fields(part)}
    return ast.copy_location(type(part)(**fields), part)


def expression(code: str) -> ast.expr:
    """Return the tree of an expression."""
    return ast.parse(code, mode="eval").body


# Guards: when a row applies, and what it demands


def guard_edits(function: ast.Lambda, part: str) -> Iterator[Edit]:
    """Yield the guard negated, and dropped: the row applies always, or the demand is never met.

    A row that never applies and a demand that is always met are the row dropped.
    """
    guard = function.body
    yield edit("guard negated", function, guard, negation(guard))
    always = ast.copy_location(ast.Constant(part == "when"), guard)
    was = f"{part} {ast.unparse(guard)}"
    now = "when always" if part == "when" else "unless never"
    yield Edit("guard dropped", guard, always, was, now, guard.lineno)


OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


def negation(node: ast.expr) -> ast.expr:
    """Return the expression that is true where this one is false, without double negation."""
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return inner
        case ast.Compare(left=left, ops=[operator], comparators=[right]) if (
            type(operator) in OPPOSITE
        ):
            return ast.Compare(left, [OPPOSITE[type(operator)]()], [right])
    return ast.UnaryOp(ast.Not(), node)


# Conditions


def condition_edits(function: ast.Lambda) -> Iterator[Edit]:
    """Yield changes of the conditions and comparisons that the function consists of."""
    for node in ast.walk(function.body):
        match node:
            case ast.BoolOp():
                yield from connective_edits(function, node)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield edit("condition negated", function, node, operand)
            case ast.IfExp(test=test):
                yield edit("condition negated", function, test, negation(test))
                yield edit("condition dropped", function, test, ast.Constant(True))
                yield edit("condition dropped", function, test, ast.Constant(False))
            case ast.Compare(comparators=[_]):
                yield from comparison_edits(function, node)


def connective_edits(function: ast.Lambda, node: ast.BoolOp) -> Iterator[Edit]:
    """Yield each of the conditions dropped and negated, and `and` for `or`, or the reverse."""
    for value in node.values:
        rest = without(node.values, value)
        shorter = rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
        yield edit("condition dropped", function, node, shorter)
        yield edit("condition negated", function, value, negation(value))
    other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield edit("connective changed", function, node, ast.BoolOp(other, node.values))


def comparison_edits(function: ast.Lambda, node: ast.Compare) -> Iterator[Edit]:
    """Yield the opposite comparison, and for equality with a number a comparison by order."""
    yield edit("comparison changed", function, node, negation(node))
    [operator] = node.ops
    [right] = node.comparators
    if (
        isinstance(operator, ast.Eq)
        and isinstance(right, ast.Constant)
        and type(right.value) is int
    ):
        for order in (ast.LtE(), ast.GtE()):
            yield edit(
                "comparison changed", function, node, ast.Compare(node.left, [order], [right])
            )


# Constants


def constant_edits(function: ast.Lambda, names: Names, module: ModuleType) -> Iterator[Edit]:
    """Yield each constant replaced by each other value of its field."""
    for field, node in values_with_fields(function, names):
        value = constant(node, names, module)
        if value is not None:
            for other in other_values(value, field):
                yield edit("constant changed", function, node, ast.Constant(other))
        if isinstance(node, ast.Tuple) and field:
            yield from list_edits(function, node, field)


def list_edits(function: ast.Lambda, node: ast.Tuple, field: Field) -> Iterator[Edit]:
    """Yield a list of values with one more, one in place of another, or one left out."""
    listed = [ast.unparse(element) for element in node.elts]
    constants = [ast.Constant(value) for value in values_of(field)]
    more = [value for value in constants if ast.unparse(value) not in listed]
    shorter = [without(node.elts, element) for element in node.elts]
    for elements in (*shorter, node.elts):
        for value in more:
            longer = ast.Tuple([*elements, value], ast.Load())
            yield edit("constant changed", function, node, longer)
    for elements in shorter:
        yield edit("constant changed", function, node, ast.Tuple(elements, ast.Load()))


def without(elements: Sequence[Node], element: Node) -> list[Node]:
    """Return the elements without one of them, found by identity."""
    return [other for other in elements if other is not element]


# Entities


def entity_edits(function: ast.Lambda, names: Names) -> Iterator[Edit]:
    """Yield each entity replaced by one at the end of another path, and by the next of its kind."""
    for node in expressions(function, names):
        stands_for = meaning(node, names)
        if isinstance(stands_for, Field):
            for code in namesakes(stands_for, names, ast.unparse(node)):
                yield edit("wrong entity", function, node, expression(code))
        elif stands_for and issubclass(stands_for, Entity):
            for code in other_ways(function, names, stands_for, ast.unparse(node)):
                yield edit("wrong entity", function, node, expression(code))
            if not is_compared_with_none(function, node):
                code = f"another({stands_for.__name__}, {ast.unparse(node)})"
                yield edit("another entity", function, node, expression(code))


def other_ways(function: ast.Lambda, names: Names, kind: type[Entity], code: str) -> Iterator[str]:
    """Yield other expressions for an entity of the kind.

    What may be None on the way has to be mentioned in the function.
    """
    mentioned = {ast.unparse(node) for node in ast.walk(function)}
    for path in paths(names):
        if path.kind is kind and path.code != code and path.optional <= mentioned:
            yield path.code


def namesakes(field: Field, names: Names, code: str) -> Iterator[str]:
    """Yield the field of the same name, other than `name`, of each other parameter."""
    if field.name == "name":
        return
    for name, of in names.items():
        other = f"{name}.{field.name}"
        if field.name in of.fields and field.name not in links_of(of) and other != code:
            yield other


def is_compared_with_none(function: ast.Lambda, node: ast.expr) -> bool:
    """Return whether the function merely asks whether the expression is None."""
    for comparison in ast.walk(function):
        if isinstance(comparison, ast.Compare) and comparison.left is node:
            return isinstance(comparison.ops[0], ast.Is | ast.IsNot)
    return False


def another(kind: type[Entity], entity: Any) -> Any:
    """Return the next entity of the kind by name, the first after the last."""
    if entity is None:
        return None
    names = sorted(other.name for other in entity.world.every(kind))
    following = [name for name in names if name > entity.name]
    chosen = (following or names or [entity.name])[0]
    if chosen == entity.name:
        return entity
    return entity.world.entity(kind, chosen)


WORDS: dict[str, Any] = {"another": another, **{kind.__name__: kind for kind in ENTITY_KINDS}}
"""What changed functions may name besides what the topic's own do."""


# Written fields


def field_edits(function: ast.Lambda, names: Names) -> Iterator[Edit]:
    """Yield each written field left out, and written with another field's value or a constant."""
    for call in ast.walk(function):
        if not isinstance(call, ast.Call):
            continue
        for keyword in call.keywords:
            if len(call.keywords) > 1:  # a row that writes nothing is a row dropped
                shorter = ast.Call(call.func, call.args, without(call.keywords, keyword))
                was = ast.unparse(keyword)
                now = f"no {keyword.arg}"
                yield Edit("field dropped", call, shorter, was, now, keyword.lineno)
            field = meaning(keyword.value, names)
            if isinstance(field, Field):
                for new in values_instead(field, keyword.value):
                    yield edit("value changed", function, keyword.value, new)


def values_instead(field: Field, node: ast.expr) -> Iterator[ast.expr]:
    """Yield expressions that could be written in place of a field's value."""
    if isinstance(node, ast.Attribute):
        for other in field.of.fields:
            has_same_type = field.of.hints[other] is field.hint
            if other != field.name and has_same_type and other not in links_of(field.of):
                yield ast.Attribute(node.value, other, ast.Load())
    for value in values_of(field):
        yield ast.Constant(value)
