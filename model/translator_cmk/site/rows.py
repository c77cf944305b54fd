"""Find the rows of the machine that cite a requirement, as they are written."""

import ast
import textwrap
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from translator_cmk.machine import topics

TABLES = {"ROWS": False, "COUNTER_ROWS": True}


class Fragment(NamedTuple):
    """One entry of a table of rows; ``counter`` marks the row of a mistake, which the model does not contain."""

    path: str  # from the root of the source
    line: int
    code: str
    counter: bool


def fragments(ids: Collection[str]) -> dict[str, list[Fragment]]:
    """Return for each requirement the entries of the tables that cite it, in the order of the source."""
    found: dict[str, list[Fragment]] = defaultdict(list)
    for topic in topics.TOPICS:
        for requirement, fragment in of_topic(topic, ids):
            found[requirement].append(fragment)
    return dict(found)


def of_topic(topic: ModuleType, ids: Collection[str]) -> Iterator[tuple[str, Fragment]]:
    """Yield each entry of the topic's tables with each requirement it cites."""
    file = Path(str(topic.__file__))
    source = file.read_text("utf-8")
    tree = ast.parse(source)
    helpers = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    path = f"model/translator_cmk/machine/topics/{file.name}"
    for node in tree.body:
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        counter = TABLES.get(node.targets[0].id)
        if counter is None:
            continue
        for entry in node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]:
            inside = list(ast.walk(entry))
            names = {each.id for each in inside if isinstance(each, ast.Name)}
            code = [text(source, helper) for name, helper in helpers.items() if name in names]
            fragment = Fragment(path, entry.lineno, "\n\n".join([text(source, entry), *code]), counter)
            strings = (each.value for each in inside if isinstance(each, ast.Constant) and isinstance(each.value, str))
            for requirement in dict.fromkeys(strings):
                if requirement in ids:
                    yield requirement, fragment


def text(source: str, node: ast.expr | ast.FunctionDef) -> str:
    """Return the node as it is written, moved to the left edge."""
    begins_its_line = not source.splitlines()[node.lineno - 1][: node.col_offset].strip()
    return textwrap.dedent(ast.get_source_segment(source, node, padded=begins_its_line) or "")
