"""The rows as they are written: file and line of each, and its code, for pages and diagnostics.

A topic's table has entries: calls of `refuse`, `effect`, `means`, `whenever` or `silent`, calls of
a helper that returns such a call, and loops over either.  The entries are read in the order of the
rows that they make, so the nth row is made by the nth entry, a loop counted as often as it makes
rows.
"""

import ast
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from .machine import topics
from .machine.rows import Row

ROOT = "model/translator_cmk/machine/topics"
"""The folder of the rows, from the root of the source."""


class RowSource(NamedTuple):
    """A row, its entry in the table of a topic, and the call that makes it.

    ``counter``: whether it is the row of a mistake, which the article's machine does not have.
    """

    row: Row
    module: ModuleType
    entry: ast.expr
    call: ast.Call
    counter: bool

    @property
    def line(self) -> int:
        """Return the line on which the entry begins."""
        return self.entry.lineno

    @property
    def path(self) -> str:
        """Return the file, from the root of the source."""
        return path_of(self.module)

    @property
    def place(self) -> str:
        """Return file and line of the call, as editors understand them."""
        return f"{self.path}:{self.call.lineno}"

    @property
    def code(self) -> str:
        """Return the entry as it is written, and the functions of the module that it calls."""
        names = {node.id for node in ast.walk(self.entry) if isinstance(node, ast.Name)}
        parts = [text(self.module, self.entry)]
        for name, helper in helpers_of(self.module).items():
            if name in names:
                parts.append(text(self.module, helper))
        return "\n\n".join(parts)


@cache
def row_sources() -> tuple[RowSource, ...]:
    """Return the article's rows, in their order."""
    return tuple(sources_in("ROWS"))


@cache
def counter_row_sources() -> tuple[RowSource, ...]:
    """Return the rows of mistakes, in their order."""
    return tuple(sources_in("COUNTER_ROWS"))


def sources_in(table: str) -> Iterator[RowSource]:
    """Yield the rows of one of the two tables of each topic."""
    for topic in topics.TOPICS:
        rows = iter(getattr(topic, table))
        for entry in entries(topic, table):
            call = row_call(entry, helpers_of(topic))
            for _ in range(rows_made(entry, topic)):
                yield RowSource(next(rows), topic, entry, call, table == "COUNTER_ROWS")


def path_of(module: ModuleType) -> str:
    """Return the file of a topic, from the root of the source."""
    return f"{ROOT}/{Path(str(module.__file__)).name}"


@cache
def tree_of(module: ModuleType) -> ast.Module:
    """Return the syntax tree of a topic."""
    return ast.parse(Path(str(module.__file__)).read_text("utf-8"))


def helpers_of(module: ModuleType) -> dict[str, ast.FunctionDef]:
    """Return the functions of a topic by name."""
    return {node.name: node for node in tree_of(module).body if isinstance(node, ast.FunctionDef)}


def text(module: ModuleType, node: ast.expr | ast.stmt) -> str:
    """Return a node of a topic as it is written, moved to the left edge."""
    source = Path(str(module.__file__)).read_text("utf-8")
    line = source.splitlines()[node.lineno - 1]
    begins_its_line = not line[: node.col_offset].strip()
    segment = ast.get_source_segment(source, node, padded=begins_its_line)
    return textwrap.dedent(segment or "")


def entries(module: ModuleType, table: str) -> list[ast.expr]:
    """Return the entries of the table."""
    for node in tree_of(module).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Tuple(elts=found)) if (
                name == table
            ):
                return found
    raise ValueError(
        f"{path_of(module)} has no table {table}, which is written with its rows in brackets"
    )


def row_call(entry: ast.expr, helpers: Mapping[str, ast.FunctionDef]) -> ast.Call:
    """Return the call of refuse, effect, means, whenever or silent that makes the rows of an
    entry.
    """
    match entry:
        case ast.Starred(value=inner) | ast.GeneratorExp(elt=inner):
            return row_call(inner, helpers)
        case ast.Call(func=ast.Name(id=name)) if name in helpers:
            # a helper calls no other
            return row_call(returned_by(helpers[name]), {})
        case ast.Call():
            return entry
    raise ValueError(f"line {entry.lineno} is no row: {ast.unparse(entry)}")


def returned_by(helper: ast.FunctionDef) -> ast.expr:
    """Return the expression that a helper returns."""
    for node in helper.body:
        if isinstance(node, ast.Return) and node.value is not None:
            return node.value
    raise ValueError(f"line {helper.lineno}: {helper.name} returns no row")


def rows_made(entry: ast.expr, module: ModuleType) -> int:
    """Return the number of rows that an entry makes: a loop has to be run to know."""
    if not isinstance(entry, ast.Starred):
        return 1
    all_rows = ast.fix_missing_locations(ast.Expression(ast.Tuple([entry], ast.Load())))
    return len(eval(compile(all_rows, path_of(module), "eval"), dict(vars(module))))
