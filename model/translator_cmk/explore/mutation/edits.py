"""A change of one expression in a syntax tree, and the tree that it makes."""

import ast
from typing import Any, NamedTuple, TypeVar

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
    """The change, shown by the texts of the smallest part of the tree that makes sense by itself."""
    shown = around(tree, old)
    return Edit(kind, old, new, ast.unparse(shown), ast.unparse(replaced(shown, old, new)), shown.lineno)


def around(tree: ast.expr, node: ast.expr) -> ast.expr | ast.keyword:
    """The smallest comparison, sum, choice, call, written field or part of a condition that the node is or is in."""
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
    """The tree with one node, told by identity, replaced by another; the tree itself stays as it is."""
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
    """The tree of an expression."""
    return ast.parse(code, mode="eval").body


def negation(node: ast.expr) -> ast.expr:
    """The expression that is true where this one is false; what is negated already is so no more."""
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
