"""All mutants of the article's rows, made from the syntax trees of the rows."""

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

from ...machine import ROWS
from ...machine.entities import KINDS
from ...oracle.profiles import NAMES_ARE_RESOLVED_FIRST, silent_in
from ...requirements import load_register
from ..row_sources import RowSource, counter_row_sources, row_sources
from .conditions import condition_edits, part_edits
from .edits import Edit, replaced
from .helpers import helper_mutants
from .meaning import Names, names_of
from .mutant import Mutant, called, concerned, exchanged, with_functions
from .values import another, value_edits

WORDS: dict[str, Any] = {"another": another, **{kind.__name__: kind for kind in KINDS}}
"""What changed functions may name beyond what the topic's own do."""


@cache
def mutants() -> tuple[Mutant, ...]:
    """All of them, in the order of the rows; names are unique."""
    count: Counter[str] = Counter()
    named = []
    for mutant in unnumbered():
        count[mutant.name] += 1
        named.append(mutant._replace(name=f"{mutant.name}/{count[mutant.name]}"))
    return tuple(named)


def unnumbered() -> Iterator[Mutant]:
    """All of them, named by requirement, row and kind of change alone."""
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
    """The row with each change of each of its functions, each change once however it comes about."""
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
    """Every change of one function of the row."""
    yield from condition_edits(tree, part) if part in ("when", "unless") else part_edits(tree)
    yield from value_edits(tree, names, source.module)


def changed(source: RowSource, kind: str, new: tuple[Any, ...], was: str, now: str, line: int | None = None) -> Mutant:
    """The article's rows with others in place of the row."""
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
    """The row under another requirement, which is silent where this one speaks, or speaks where it is silent."""
    mine = source.row.requirement
    other = other_side(mine)
    return changed(source, "citation changed", (source.row._replace(requirement=other),), mine, other)


@cache
def other_side(requirement: str) -> str:
    """A requirement that the profile `article` treats otherwise, of the same topic if there is one."""
    silent = silent_in("article", register())
    others = [
        each
        for each in register()
        if (each in silent) != (requirement in silent) and each not in NAMES_ARE_RESOLVED_FIRST
    ]
    topic = requirement.partition(".")[0]
    return next((each for each in others if each.partition(".")[0] == topic), others[0])


register = cache(load_register)
