"""Make all mutants of the article's rows, from the syntax trees of the rows and of the helpers that rows call."""

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ...machine import ROWS, Command, rows
from ...machine.entities import KINDS, Document, Resource, Vault, Workspace
from ...machine.rows import Means, Row, Whenever
from ...oracle.profiles import NAMES_ARE_RESOLVED_FIRST, silent_in
from ...requirements import load_register
from ..row_sources import RowSource, counter_row_sources, row_sources
from .operators import Edit, Names, another, edits_of, names_of, replaced

WORDS: dict[str, Any] = {"another": another, **{kind.__name__: kind for kind in KINDS}}
"""What changed functions may name beyond what the topic's own do."""


class Mutant(NamedTuple):
    """The article's rows with one change.

    ``requirements``: those whose rows are changed.  ``place``: file and line.  ``was`` and ``now`` are what is written
    there and what takes its place.  ``commands``: those on whose steps alone it can bear (None: on any).
    """

    name: str
    kind: str
    requirements: tuple[str, ...]
    rows: tuple[Row, ...]
    place: str
    was: str
    now: str
    commands: frozenset[type[Command]] | None

    @property
    def requirement(self) -> str:
        """Return the requirement whose row is changed, or the first of those whose rows call what is changed."""
        return self.requirements[0]


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
        row, text = source.row, ast.unparse(source.call)
        yield changed([source], "row dropped", {row: ()}, text, "no such row")
        yield from of_functions(source)
        other = other_side(row.requirement)
        moved = {row: (row._replace(requirement=other),)}
        yield changed([source], "citation changed", moved, row.requirement, other)
    for source in counter_row_sources():
        added = {ROWS[-1]: (ROWS[-1], source.row)}
        yield changed([source], "mistake added", added, "no such row", ast.unparse(source.call))
    yield from helper_mutants()


def changed(
    sources: list[RowSource],
    kind: str,
    new: Mapping[Row, tuple[Row, ...]],
    was: str,
    now: str,
    place: str = "",
    called: str = "",
) -> Mutant:
    """Return the article's rows with others in place of some; ``sources`` are what is changed."""
    row = sources[0].row
    return Mutant(
        f"{row.requirement}/{called or subject_of(row)}/{kind.replace(' ', '-')}",
        kind,
        tuple(dict.fromkeys(source.row.requirement for source in sources)),
        tuple(each for old in ROWS for each in new.get(old, (old,))),
        place or sources[0].place,
        was,
        now,
        concerned(source.row for source in sources),
    )


def subject_of(row: Row) -> str:
    """Return the row by kind and subject."""
    subject = row.meaning if isinstance(row, Means) else row.about if isinstance(row, Whenever) else row.on
    each = getattr(row, "each", None)
    words = [type(row).__name__.lower(), getattr(subject, "__name__", str(subject)), each.__name__ if each else ""]
    return "-".join(word for word in words if word)


def concerned(rows: Iterable[Row]) -> frozenset[type[Command]] | None:
    """Return the commands on whose steps alone rows bear: their own, but any for what follows from a state."""
    found: set[type[Command]] = set()
    for row in rows:
        if isinstance(row, Means | Whenever):
            return None
        found.add(row.on)
    return frozenset(found)


def of_functions(source: RowSource) -> Iterator[Mutant]:
    """Yield the row with each change of each of its functions."""
    row: Any = source.row
    for part, tree in source.parts.items():
        names = names_of(source.row, tree)
        for edit, new in distinct(tree, edits_of(tree, part, names, source.module)):
            other: Row = row._replace(**{part: source.function(new, WORDS)})
            place = f"{source.path}:{edit.line}"
            yield changed([source], edit.kind, {row: (other,)}, edit.was, edit.now, place)


def distinct(tree: Any, edits: Iterable[Edit]) -> Iterator[tuple[Edit, Any]]:
    """Yield each edit with the changed tree, each change once however it arises."""
    seen = {ast.unparse(tree)}
    for edit in edits:
        new = replaced(tree, edit.old, edit.new)
        if (text := ast.unparse(new)) not in seen:
            seen.add(text)
            yield edit, new


@cache
def other_side(requirement: str) -> str:
    """Return a requirement that the profile `article` treats otherwise, of the same topic if there is one."""
    register = load_register()
    silent = silent_in("article", register)
    differing = [each for each in register if (each in silent) != (requirement in silent)]
    others = [each for each in differing if each not in NAMES_ARE_RESOLVED_FIRST]
    topic = requirement.partition(".")[0]
    return next((each for each in others if each.partition(".")[0] == topic), others[0])


HELPERS: dict[str, Names] = {
    "gives_access": {"vault": Vault, "resource": Resource},
    "key_use": {"resource": Resource},
    "has_document": {"workspace": Workspace, "d": Document},
}
"""Helpers by name, with what the names in them stand for.  All others only name what Python does with a record."""

PATH = "model/translator_cmk/machine/rows.py"


def helper_mutants() -> Iterator[Mutant]:
    """Yield each helper with each change of an expression in it, in all rows that call it."""
    module = ast.parse(Path(rows.__file__).read_text("utf-8"))
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name in HELPERS:
            callers = [source for source in row_sources() if calls(source, node.name)]
            for edit, new in distinct(node, helper_edits(node, HELPERS[node.name])):
                helper = {node.name: helper_function(new)}
                others = {source.row: (with_names(source, helper),) for source in callers}
                yield changed(callers, edit.kind, others, edit.was, edit.now, f"{PATH}:{edit.line}", node.name)


def calls(source: RowSource, helper: str) -> bool:
    """Return whether a function of the row names the helper."""
    names = (node for tree in source.parts.values() for node in ast.walk(tree))
    return any(isinstance(node, ast.Name) and node.id == helper for node in names)


def helper_edits(node: ast.FunctionDef, names: Names) -> Iterator[Edit]:
    """Yield every change of what the helper returns."""
    for statement in node.body:
        if isinstance(statement, ast.Return) and statement.value:
            tree = ast.Lambda(node.args, statement.value)  # to read as a row's function does
            yield from edits_of(tree, "helper", names, rows)


def helper_function(node: ast.FunctionDef) -> Callable[..., Any]:
    """Return the helper that the tree defines."""
    names = {**vars(rows), **WORDS}
    exec(compile(ast.fix_missing_locations(ast.Module([node], [])), PATH, "exec"), names)
    made: Callable[..., Any] = names[node.name]
    return made


def with_names(source: RowSource, names: dict[str, Any]) -> Row:
    """Return the row with its functions made again, in which names mean something else."""
    row: Any = source.row
    made: Row = row._replace(**{part: source.function(tree, names) for part, tree in source.parts.items()})
    return made
