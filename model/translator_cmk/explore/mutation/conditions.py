"""Changes of a condition: a part of it dropped or negated, its connective or a comparison made another."""

import ast
from collections.abc import Iterator

from .edits import Edit, edit, negation


def condition_edits(tree: ast.Lambda, part: str) -> Iterator[Edit]:
    """Every change of the condition as such.  ``part`` says whether it is what a row waits for or what it demands."""
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
    """Changes of the conditions that the function is put together from."""
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
    """A comparison that is turned round, or takes an order where it asks for equality with a number."""
    for node in ast.walk(tree.body):
        if not isinstance(node, ast.Compare):
            continue
        yield edit("comparison changed", tree, node, negation(node))
        right = node.comparators[0]
        if isinstance(node.ops[0], ast.Eq) and isinstance(right, ast.Constant) and type(right.value) is int:
            for order in (ast.LtE(), ast.GtE()):
                yield edit("comparison changed", tree, node, ast.Compare(node.left, [order], [right]))
