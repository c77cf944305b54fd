"""Mutants of the helpers that carry something of the domain; all rows that call one get it changed."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ...machine import ROWS, rows
from ...machine.entities import KINDS, Document, Resource, Vault, Workspace
from ...machine.rows import Row
from ..row_sources import RowSource, row_sources
from .conditions import part_edits
from .edits import Edit, replaced
from .meaning import Names
from .mutant import Mutant, concerned, with_functions
from .values import another, value_edits

HELPERS: dict[str, Names] = {
    "gives_access": {"vault": Vault, "resource": Resource},
    "key_use": {"resource": Resource},
    "has_document": {"workspace": Workspace, "d": Document},
}
"""Helpers by name, with what the names in them stand for.  All others only name what Python does with a record."""

PATH = "model/translator_cmk/machine/rows.py"


def helper_mutants() -> Iterator[Mutant]:
    """Each helper with each change of an expression in it."""
    module = ast.parse(Path(rows.__file__).read_text("utf-8"))
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name in HELPERS:
            callers = [source for source in row_sources() if calls(source, node.name)]
            seen = {ast.unparse(node)}
            for edit in edits(node, HELPERS[node.name]):
                new = replaced(node, edit.old, edit.new)
                if ast.unparse(new) not in seen:
                    seen.add(ast.unparse(new))
                    yield of_helper(node.name, callers, edit, function(new))


def calls(source: RowSource, helper: str) -> bool:
    """Whether a function of the row names the helper."""
    names = (node for tree in source.parts.values() for node in ast.walk(tree))
    return any(isinstance(node, ast.Name) and node.id == helper for node in names)


def edits(node: ast.FunctionDef, names: Names) -> Iterator[Edit]:
    """Every change of what the helper returns."""
    for statement in node.body:
        if isinstance(statement, ast.Return) and statement.value:
            tree = ast.Lambda(node.args, statement.value)  # so that it reads as a row's function does
            yield from part_edits(tree)
            yield from value_edits(tree, names, rows)


def function(node: ast.FunctionDef) -> Callable[..., Any]:
    """The helper that the tree defines."""
    names = {**vars(rows), **{kind.__name__: kind for kind in KINDS}, "another": another}
    exec(compile(ast.fix_missing_locations(ast.Module([node], [])), PATH, "exec"), names)
    made: Callable[..., Any] = names[node.name]
    return made


def of_helper(name: str, callers: list[RowSource], edit: Edit, helper: Callable[..., Any]) -> Mutant:
    """The article's rows in which all that call the helper call another in its place."""
    new = {source.row: with_helper(source, name, helper) for source in callers}
    return Mutant(
        f"{callers[0].row.requirement}/{name}/{edit.kind.replace(' ', '-')}",
        edit.kind,
        tuple(dict.fromkeys(source.row.requirement for source in callers)),
        tuple(new.get(row, row) for row in ROWS),
        f"{PATH}:{edit.line}",
        edit.was,
        edit.now,
        concerned(source.row for source in callers),
    )


def with_helper(source: RowSource, name: str, helper: Callable[..., Any]) -> Row:
    """The row with its functions made anew, in which the helper's name means another."""
    parts = {part: source.function(tree, {name: helper}) for part, tree in source.parts.items()}
    return with_functions(source.row, parts)
