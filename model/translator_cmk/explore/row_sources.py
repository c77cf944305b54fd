"""The rows as they are written: where each stands, and the syntax trees of its functions.

What changes a row, or says what its conditions are made of, starts here.  The functions of rows keep to a small part of
Python, so a reader of their trees knows every form there is; a test finds what does not.
"""

import ast
import textwrap
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, NamedTuple

from ..machine import topics
from ..machine.rows import Row

PARTS = ("when", "unless", "then", "uses")
"""The functions that a row may have, as its call names them."""

ROOT = "model/translator_cmk/machine/topics"
"""The folder of the rows, from the root of the source."""


class RowSource(NamedTuple):
    """A row, its entry in the table, the call that makes it, and the trees of the functions written in that call.

    A function that the call leaves out has no tree: a condition that always holds, an effect that changes nothing.
    """

    row: Row
    module: ModuleType
    entry: ast.expr
    call: ast.Call
    parts: Mapping[str, ast.Lambda]
    counter: bool  # the row of a mistake, which the article's machine does not have

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
        names = {each.id for each in ast.walk(self.entry) if isinstance(each, ast.Name)}
        helpers = [text(self.module, each) for name, each in helpers_of(self.module).items() if name in names]
        return "\n\n".join([text(self.module, self.entry), *helpers])

    def function(self, tree: ast.Lambda, names: Mapping[str, Any] = MappingProxyType({})) -> Callable[..., Any]:
        """Return the function of a tree, with the names of the row's module, of the loop around the row, and these."""
        made: Callable[..., Any] = value_of(tree, self.path, {**vars(self.module), **self._loop(), **names})
        return made

    def _loop(self) -> dict[str, Any]:
        """Return the values that the row's functions were given by name when they were made."""
        given = ((tree.args.defaults, getattr(self.row, part).__defaults__ or ()) for part, tree in self.parts.items())
        return {ast.unparse(name): value for names, values in given for name, value in zip(names, values, strict=True)}


@cache
def row_sources() -> tuple[RowSource, ...]:
    """Return the article's rows, in their order."""
    return tuple(source for topic in topics.TOPICS for source in of_table(topic, "ROWS"))


@cache
def counter_row_sources() -> tuple[RowSource, ...]:
    """Return the rows of mistakes, in their order."""
    return tuple(source for topic in topics.TOPICS for source in of_table(topic, "COUNTER_ROWS"))


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
    begins_its_line = not source.splitlines()[node.lineno - 1][: node.col_offset].strip()
    return textwrap.dedent(ast.get_source_segment(source, node, padded=begins_its_line) or "")


def of_table(module: ModuleType, table: str) -> Iterator[RowSource]:
    """Yield the rows of one of a topic's two tables, each with the call that makes it."""
    rows = iter(getattr(module, table))
    for entry in entries(module, table):
        call = row_call(entry, helpers_of(module))
        made = {word.arg: word.value for word in call.keywords if word.arg}
        parts = {name: made[name] for name in PARTS if isinstance(made.get(name), ast.Lambda)}
        for _ in range(how_many(entry, module)):
            yield RowSource(next(rows), module, entry, call, MappingProxyType(parts), table == "COUNTER_ROWS")  # type: ignore[arg-type]  # lambdas


def entries(module: ModuleType, table: str) -> list[ast.expr]:
    """Return the entries of the table: calls, and loops over them."""
    for node in tree_of(module).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Tuple(elts=found)) if name == table:
                return found
    raise ValueError(f"{path_of(module)} has no table {table}, which is written with its rows in brackets")


def row_call(entry: ast.expr, helpers: Mapping[str, ast.FunctionDef]) -> ast.Call:
    """Return the call of refuse, effect, means, whenever or silent that makes the rows of an entry."""
    match entry:
        case ast.Starred(value=inner) | ast.GeneratorExp(elt=inner):
            return row_call(inner, helpers)
        case ast.Call(func=ast.Name(id=name)) if name in helpers:
            returned = next(node.value for node in helpers[name].body if isinstance(node, ast.Return))
            return row_call(returned or entry, {})
        case ast.Call():
            return entry
    raise ValueError(f"line {entry.lineno} is no row: {ast.unparse(entry)}")


def how_many(entry: ast.expr, module: ModuleType) -> int:
    """Return the number of rows that an entry makes."""
    if not isinstance(entry, ast.Starred):
        return 1
    return len(value_of(ast.Tuple([entry], ast.Load()), path_of(module), vars(module)))


def value_of(tree: ast.expr, path: str, names: Mapping[str, Any]) -> Any:
    """Return the value of an expression of a file, with what its names mean."""
    written = ast.fix_missing_locations(ast.Expression(tree))
    return eval(compile(written, path, "eval"), dict(names))
