"""Mutants: the rows of the model with one change each.

A mutant drops a row, changes a function of a row by an operator, cites another requirement, or
adds the row of a known mistake. A helper that several rows call is changed in all of them at once.
"""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from tests.evidence.expressions import Names, names_of, subject_of
from tests.evidence.operators import WORDS, Edit, edits_of, replaced
from tests.evidence.row_functions import function_of, parts_of
from translator_cmk.machine import REMEMBERING, ROWS, Command, conditions, updates
from translator_cmk.machine.entities import Document, Resource, Vault, Workspace
from translator_cmk.machine.rows import Means, Row, Whenever
from translator_cmk.machine.topics import MEMORY
from translator_cmk.oracle.profiles import NAMES_ARE_RESOLVED_FIRST, silent_in
from translator_cmk.requirements import load_register
from translator_cmk.row_sources import RowSource, counter_row_sources, row_sources


class Mutant(NamedTuple):
    """The rows of the model with one change.

     ``requirements``: those whose rows are changed. ``place``: file and line. ``was`` and ``now``:
    what is written there and what takes its place. ``commands``: those on whose steps alone the
    change can bear (None: on any).
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
        """Return the requirement whose row is changed, or the first of several."""
        return self.requirements[0]

    @property
    def model(self) -> tuple[Row, ...]:
        """Return the rows of the model to compare it with: with memory, if it has that too."""
        return REMEMBERING if set(MEMORY) <= set(self.rows) else ROWS


@cache
def mutants() -> tuple[Mutant, ...]:
    """Return all of them, in the order of the rows; names are unique."""
    return numbered(unnumbered_mutants())


@cache
def mutants_of_whole_rows() -> tuple[Mutant, ...]:
    """Return those with a row dropped or a mistake added, found in a tenth of the time."""
    dropped = [row_dropped(source) for source in row_sources()]
    added = [mistake_added(source) for source in counter_row_sources()]
    return numbered([*dropped, *added])


def numbered(unnumbered: Iterable[Mutant]) -> tuple[Mutant, ...]:
    """Return the mutants with unique names."""
    count: Counter[str] = Counter()
    named = []
    for mutant in unnumbered:
        count[mutant.name] += 1
        named.append(mutant._replace(name=f"{mutant.name}/{count[mutant.name]}"))
    return tuple(named)


def unnumbered_mutants() -> Iterator[Mutant]:
    """Yield all of them, named by requirement, row and kind of change alone."""
    for source in row_sources():
        yield row_dropped(source)
        yield from function_mutants(source)
        yield citation_changed(source)
    for source in counter_row_sources():
        yield mistake_added(source)
    yield from helper_mutants()


def make_mutant(
    sources: list[RowSource],
    kind: str,
    replacements: Mapping[Row, tuple[Row, ...]],
    was: str,
    now: str,
    place: str = "",
    called: str = "",
) -> Mutant:
    """Return the mutant that has other rows in place of some; ``sources`` are what is changed."""
    first = sources[0]
    subject = called or row_name(first.row)
    rows: list[Row] = []
    for row in ROWS:
        rows.extend(replacements.get(row, (row,)))
    return Mutant(
        name=f"{first.row.requirement}/{subject}/{kind.replace(' ', '-')}",
        kind=kind,
        requirements=tuple(dict.fromkeys(source.row.requirement for source in sources)),
        rows=tuple(rows),
        place=place or first.place,
        was=was,
        now=now,
        commands=commands_concerned(source.row for source in sources),
    )


def row_name(row: Row) -> str:
    """Return the kind of the row and what it is about: `refuse-EnableCustomerManagedKeys`."""
    subject = row.meaning if isinstance(row, Means) else subject_of(row)
    words = [type(row).__name__.lower(), getattr(subject, "__name__", str(subject))]
    each = getattr(row, "each", None)
    if each:
        words.append(each.__name__)
    return "-".join(words)


def commands_concerned(rows: Iterable[Row]) -> frozenset[type[Command]] | None:
    """Return the commands whose steps the rows bear on; None if that is any command."""
    commands: set[type[Command]] = set()
    for row in rows:
        if isinstance(row, Means | Whenever):
            return None
        commands.add(row.on)
    return frozenset(commands)


# Rows


def row_dropped(source: RowSource) -> Mutant:
    """Return the rows without this one."""
    return make_mutant(
        [source], "row dropped", {source.row: ()}, ast.unparse(source.call), "no such row"
    )


def citation_changed(source: RowSource) -> Mutant:
    """Return the rows with this one citing another requirement."""
    was = source.row.requirement
    now = other_side(was)
    moved = source.row._replace(requirement=now)
    return make_mutant([source], "citation changed", {source.row: (moved,)}, was, now)


@cache
def other_side(requirement: str) -> str:
    """Return a requirement that the profile `article` treats otherwise, of its topic if it can."""
    register = load_register()
    silent = silent_in("article", register)
    differing = [other for other in register if (other in silent) != (requirement in silent)]
    candidates = [other for other in differing if other not in NAMES_ARE_RESOLVED_FIRST]
    topic = requirement.partition(".")[0]
    of_the_topic = [other for other in candidates if other.partition(".")[0] == topic]
    return (of_the_topic or candidates)[0]


REMEMBERED = ("lost", "had_identity", "identity_it_had")
"""Words in the code of a mistake that asks for what only the rows of `MEMORY` write."""


def mistake_added(source: RowSource) -> Mutant:
    """Return the rows and the row of a known mistake."""
    written = ast.unparse(source.call)
    asks_for_memory = any(word in written for word in REMEMBERED)
    memory = MEMORY if asks_for_memory else ()
    added = {ROWS[-1]: (ROWS[-1], *memory, source.row)}
    return make_mutant([source], "mistake added", added, "no such row", ast.unparse(source.call))


# Functions of rows


def function_mutants(source: RowSource) -> Iterator[Mutant]:
    """Yield the row with each change of each of its functions."""
    row: Any = source.row
    for part, function in parts_of(source).items():
        edits = edits_of(function, part, names_of(row, function), source.module)
        for edit, changed in distinct(function, edits):
            changed_row: Row = row._replace(**{part: function_of(source, changed, WORDS)})
            place = f"{source.path}:{edit.line}"
            yield make_mutant([source], edit.kind, {row: (changed_row,)}, edit.was, edit.now, place)


def distinct(function: Any, edits: Iterable[Edit]) -> Iterator[tuple[Edit, Any]]:
    """Yield each edit with the changed function, each change once however it comes about."""
    seen = {ast.unparse(function)}
    for edit in edits:
        changed = replaced(function, edit.old, edit.new)
        text = ast.unparse(changed)
        if text not in seen:
            seen.add(text)
            yield edit, changed


# Helpers that rows call

HELPERS: dict[str, Names] = {
    "gives_access": {"vault": Vault, "resource": Resource},
    "key_use": {"resource": Resource},
    "has_document": {"workspace": Workspace, "document": Document},
}
"""Helpers by name, with what the names in them stand for; others only rename what Python does."""


def helper_mutants() -> Iterator[Mutant]:
    """Yield each helper with each change, in all rows that call it."""
    for module in (updates, conditions):
        tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name in HELPERS:
                yield from mutants_of_helper(node, module)


def mutants_of_helper(helper: ast.FunctionDef, module: ModuleType) -> Iterator[Mutant]:
    """Yield the helper with each change of its conditions and of what it returns."""
    path = f"model/translator_cmk/machine/{Path(str(module.__file__)).name}"
    callers = [source for source in row_sources() if calls(source, helper.name)]
    edits: list[Edit] = []
    for expression in conditions_and_results(helper):
        edits.extend(
            edits_of(ast.Lambda(helper.args, expression), "helper", HELPERS[helper.name], module)
        )
    for edit, changed in distinct(helper, edits):
        words = {**vars(module), **WORDS}
        exec(compile(ast.fix_missing_locations(ast.Module([changed], [])), path, "exec"), words)
        rows = {
            source.row: (with_helper(source, helper.name, words[helper.name]),)
            for source in callers
        }
        yield make_mutant(
            callers, edit.kind, rows, edit.was, edit.now, f"{path}:{edit.line}", helper.name
        )


def conditions_and_results(helper: ast.FunctionDef) -> Iterator[ast.expr]:
    """Yield the condition of each `if` of the helper, and each expression that it returns."""
    for node in ast.walk(helper):
        if isinstance(node, ast.If):
            yield node.test
        if isinstance(node, ast.Return) and node.value:
            yield node.value


def calls(source: RowSource, helper: str) -> bool:
    """Return whether a function of the row names the helper."""
    for function in parts_of(source).values():
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and node.id == helper:
                return True
    return False


def with_helper(source: RowSource, name: str, helper: Any) -> Row:
    """Return the row, whose functions call another helper by this name."""
    row: Any = source.row
    functions = {}
    for part, tree in parts_of(source).items():
        functions[part] = function_of(source, tree, {name: helper})
    changed: Row = row._replace(**functions)
    return changed
