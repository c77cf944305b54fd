"""The functions of rows as syntax trees, which can be changed and made again.

The functions of rows keep to a small part of Python, so a reader of their trees knows every form
there is; a test finds what does not.
"""

import ast
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from translator_cmk.row_sources import RowSource

PARTS = ("when", "unless", "then", "uses")
"""The functions that a row may have, as its call names them."""

NO_NAMES: Mapping[str, Any] = MappingProxyType({})


def parts_of(source: RowSource) -> dict[str, ast.Lambda]:
    """Return the trees of the functions that are written in the call of a row.

    A function that the call leaves out has no tree: a condition that always holds, an effect that
    changes nothing.
    """
    parts = {}
    for keyword in source.call.keywords:
        if keyword.arg in PARTS and isinstance(keyword.value, ast.Lambda):
            parts[keyword.arg] = keyword.value
    return parts


def function_of(
    source: RowSource, tree: ast.Lambda, names: Mapping[str, Any] = NO_NAMES
) -> Callable[..., Any]:
    """Return the function of a tree.

    It knows the names of the row's module, those of the loop around the row, and these.
    """
    known = {**vars(source.module), **loop_variables(source), **names}
    expression = ast.fix_missing_locations(ast.Expression(tree))
    function: Callable[..., Any] = eval(compile(expression, source.path, "eval"), known)
    return function


def loop_variables(source: RowSource) -> dict[str, Any]:
    """Return the values that the row's functions were given by name when they were made."""
    found = {}
    for part, tree in parts_of(source).items():
        values = getattr(source.row, part).__defaults__ or ()
        for name, value in zip(tree.args.defaults, values, strict=True):
            found[ast.unparse(name)] = value
    return found
