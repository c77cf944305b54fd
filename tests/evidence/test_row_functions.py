"""The functions of rows are written in the small part of Python that readers of their trees
know.
"""

import ast
from collections.abc import Iterator
from typing import Any

import pytest

from tests.evidence.row_functions import PARTS, function_of, parts_of
from translator_cmk.machine.topics import TOPICS
from translator_cmk.row_sources import RowSource, counter_row_sources, path_of, row_sources, tree_of

SOURCES = (*row_sources(), *counter_row_sources())


FORMS = (
    ast.BoolOp, ast.UnaryOp, ast.Compare,
    ast.BinOp, ast.Attribute, ast.Name, ast.Constant, ast.Tuple,
    ast.IfExp, ast.Call,
)  # fmt: skip  # conditions, then values, then choices and named helpers

OPERATORS = (ast.And, ast.Or, ast.Not, ast.cmpop, ast.Add)
"""What the functions of rows are written with."""


def outside(tree: ast.Lambda) -> Iterator[ast.expr]:
    """Yield expressions that are no form of rows: also a call of an expression, and a chain of
    comparisons.
    """
    for node in ast.walk(tree.body):
        if isinstance(node, ast.expr) and not in_form(node):
            yield node


def in_form(node: ast.expr) -> bool:
    """Return whether the expression is a form of rows; its parts are not checked."""
    match node:
        case ast.BoolOp(op=operator) | ast.UnaryOp(op=operator) | ast.BinOp(op=operator):
            return isinstance(operator, OPERATORS)
        case ast.Compare(ops=operators):
            return len(operators) == 1
        case ast.Call(func=called):
            return isinstance(called, ast.Name)
    return isinstance(node, FORMS)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: str(source.place))
def test_the_trees_of_a_row_are_those_of_its_functions(source: RowSource) -> None:
    named = {keyword.arg for keyword in source.call.keywords}
    given = {part for part in PARTS if part in named and getattr(source.row, part, None)}
    assert parts_of(source).keys() == given
    assert len(source.call.args) <= 2, "name the functions of a row"
    for part, tree in parts_of(source).items():
        made = function_of(source, tree)
        written = getattr(source.row, part)
        assert shape(made) == shape(written)


def shape(function: Any) -> tuple[Any, ...]:
    """What a function is but for the place where it stands."""
    code = function.__code__
    return code.co_code, code.co_names, code.co_consts, code.co_varnames, function.__defaults__


def test_functions_of_rows_keep_to_the_forms_of_rows() -> None:
    found = []
    for topic in TOPICS:
        for function in ast.walk(tree_of(topic)):
            if isinstance(function, ast.Lambda):
                for node in outside(function):
                    found.append(f"{path_of(topic)}:{node.lineno}: {ast.unparse(node)}")
    assert found == [], (
        "write it with and, or, not, comparisons, in, attributes, constants, if else and named "
        "helpers"
    )


@pytest.mark.parametrize(
    "code",
    [
        "lambda c: [d for d in c.documents]",
        "lambda c: c.key.size - 1",
        "lambda c: c.vault.name.startswith('v')",
        "lambda c: 1024 < c.key.size < 4096",
        "lambda c: (lambda: c)()",
        "lambda c: c.kind[0]",
        "lambda c: -c.key.size",
        "lambda c: f'{c.kind}'",
    ],
)
def test_what_is_outside_the_forms_of_rows_is_found(code: str) -> None:
    (statement,) = ast.parse(code).body
    assert isinstance(statement, ast.Expr)
    assert isinstance(statement.value, ast.Lambda)
    assert list(outside(statement.value))
