"""Make all mutants of the article's rows, from the syntax trees of the rows and of the helpers that rows call."""

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from ...machine import ROWS, rows
from ...machine.entities import KINDS, Document, Resource, Vault, Workspace
from ...machine.rows import Row
from ...oracle.profiles import NAMES_ARE_RESOLVED_FIRST, silent_in
from ...requirements import load_register
from ..row_sources import RowSource, counter_row_sources, row_sources
from .meaning import Names, names_of
from .mutant import Mutant, called, concerned, exchanged, with_functions
from .operators import Edit, another, condition_edits, part_edits, replaced, value_edits

WORDS: dict[str, Any] = {"another": another, **{kind.__name__: kind for kind in KINDS}}
"""What changed functions may name beyond what the topic's own do."""


@cache
def mutants() -> tuple[Mutant, ...]:
    """Return all of them, in the order of the rows; names are unique."""
    count: Counter[str] = Counter()
    named = []
    for mutant in unnumbered():
        count[mutant.name] += 1
        named.append(mutant._replace(name=f"{mutant.name}/{count[mutant.name]}"))
    return tuple(named)


def unnumbered() -> Iterator[Mutant]:
    """Yield all of them, named by requirement, row and kind of change alone."""
    for source in row_sources():
        yield changed(source, "row dropped", (), str(ast.unparse(source.call)), "no such row")
        yield from of_functions(source)
        yield miscited(source)
    for source in counter_row_sources():
        row = source.row
        name = f"{row.requirement}/{called(row)}/mistake-added"
        text = ast.unparse(source.call)
        rows = (*ROWS, row)
        yield Mutant(
            name, "mistake added", (row.requirement,), rows, source.place, "no such row", text, concerned([row])
        )
    yield from helper_mutants()


def of_functions(source: RowSource) -> Iterator[Mutant]:
    """Yield the row with each change of each of its functions, each change once however it arises."""
    for part, tree in source.parts.items():
        seen = {ast.unparse(tree)}
        for edit in edits(source, part, tree, names_of(source.row, tree)):
            new = replaced(tree, edit.old, edit.new)
            text = ast.unparse(new)
            if text not in seen:
                seen.add(text)
                row = with_functions(source.row, {part: source.function(new, WORDS)})
                yield changed(source, edit.kind, (row,), edit.was, edit.now, edit.line)


def edits(source: RowSource, part: str, tree: ast.Lambda, names: Names) -> Iterator[Edit]:
    """Yield every change of one function of the row."""
    yield from condition_edits(tree, part) if part in ("when", "unless") else part_edits(tree)
    yield from value_edits(tree, names, source.module)


def changed(source: RowSource, kind: str, new: tuple[Any, ...], was: str, now: str, line: int | None = None) -> Mutant:
    """Return the article's rows with others in place of the row."""
    row = source.row
    return Mutant(
        f"{row.requirement}/{called(row)}/{kind.replace(' ', '-')}",
        kind,
        (row.requirement,),
        exchanged(row, new),
        f"{source.path}:{line or source.line}",
        was,
        now,
        concerned([row]),
    )


def miscited(source: RowSource) -> Mutant:
    """Return the row under another requirement, which is silent where this one is not, or the other way round."""
    mine = source.row.requirement
    other = other_side(mine)
    return changed(source, "citation changed", (source.row._replace(requirement=other),), mine, other)


@cache
def other_side(requirement: str) -> str:
    """Return a requirement that the profile `article` treats otherwise, of the same topic if there is one."""
    silent = silent_in("article", register())
    others = [
        each
        for each in register()
        if (each in silent) != (requirement in silent) and each not in NAMES_ARE_RESOLVED_FIRST
    ]
    topic = requirement.partition(".")[0]
    return next((each for each in others if each.partition(".")[0] == topic), others[0])


register = cache(load_register)


HELPERS: dict[str, Names] = {
    "gives_access": {"vault": Vault, "resource": Resource},
    "key_use": {"resource": Resource},
    "has_document": {"workspace": Workspace, "d": Document},
}
"""Helpers by name, with what the names in them stand for.  All others only name what Python does with a record."""

PATH = "model/translator_cmk/machine/rows.py"


def helper_mutants() -> Iterator[Mutant]:
    """Yield each helper with each change of an expression in it."""
    module = ast.parse(Path(rows.__file__).read_text("utf-8"))
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name in HELPERS:
            callers = [source for source in row_sources() if calls(source, node.name)]
            seen = {ast.unparse(node)}
            for edit in helper_edits(node, HELPERS[node.name]):
                new = replaced(node, edit.old, edit.new)
                if ast.unparse(new) not in seen:
                    seen.add(ast.unparse(new))
                    yield of_helper(node.name, callers, edit, helper_function(new))


def calls(source: RowSource, helper: str) -> bool:
    """Return whether a function of the row names the helper."""
    names = (node for tree in source.parts.values() for node in ast.walk(tree))
    return any(isinstance(node, ast.Name) and node.id == helper for node in names)


def helper_edits(node: ast.FunctionDef, names: Names) -> Iterator[Edit]:
    """Yield every change of what the helper returns."""
    for statement in node.body:
        if isinstance(statement, ast.Return) and statement.value:
            tree = ast.Lambda(node.args, statement.value)  # to read as a row's function does
            yield from part_edits(tree)
            yield from value_edits(tree, names, rows)


def helper_function(node: ast.FunctionDef) -> Callable[..., Any]:
    """Return the helper that the tree defines."""
    names = {**vars(rows), **{kind.__name__: kind for kind in KINDS}, "another": another}
    exec(compile(ast.fix_missing_locations(ast.Module([node], [])), PATH, "exec"), names)
    made: Callable[..., Any] = names[node.name]
    return made


def of_helper(name: str, callers: list[RowSource], edit: Edit, helper: Callable[..., Any]) -> Mutant:
    """Return the article's rows in which all that call the helper call another in its place."""
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
    """Return the row with its functions made again, in which the helper's name means another."""
    parts = {part: source.function(tree, {name: helper}) for part, tree in source.parts.items()}
    return with_functions(source.row, parts)
