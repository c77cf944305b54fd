"""Every YAML file of the package is read strictly: a key that stands twice is refused by file and
line.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import translator_cmk
from translator_cmk.errors import InvalidFile
from translator_cmk.strict_yaml import read_yaml

PACKAGE = Path(translator_cmk.__file__).parent
FILES = sorted(PACKAGE.rglob("*.yaml"))
READS_YAML = {"compose", "full_load", "load", "load_all", "parse", "safe_load", "safe_load_all"}


def mappings(node: Any, depth: int = 0) -> Iterator[tuple[int, yaml.MappingNode]]:
    """Every mapping in a node that has a key, with how deep it lies."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from mappings(item, depth + 1)
    if isinstance(node, yaml.MappingNode):
        if node.value:
            yield depth, node
        for _, value in node.value:
            yield from mappings(value, depth + 1)


def with_its_first_key_twice(text: str, mapping: yaml.MappingNode) -> tuple[str, int]:
    """The text in which a mapping has its first key twice, and the line of the second."""
    key, _ = mapping.value[0]
    start, end = key.start_mark, key.end_mark
    written = text[start.index : end.index]
    line = start.line + 1
    if mapping.flow_style:
        return f"{text[: start.index]}{written}: x, {text[start.index :]}", line
    indented = " " * start.column
    return f"{text[: start.index]}{written}: x\n{indented}{text[start.index :]}", line + 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_key_that_stands_twice_is_refused_by_file_and_line(path: Path, tmp_path: Path) -> None:
    text = path.read_text("utf-8")
    found = list(mappings(yaml.compose(text, yaml.SafeLoader)))
    by_depth = sorted(found, key=lambda each: each[0])
    (_, outermost), (_, innermost) = by_depth[0], by_depth[-1]
    copy = tmp_path / path.name
    for mapping in (outermost, innermost):
        changed, line = with_its_first_key_twice(text, mapping)
        copy.write_text(changed, "utf-8")
        with pytest.raises(InvalidFile) as refused:
            read_yaml(copy)
        key = mapping.value[0][0].value
        assert (
            str(refused.value) == f"{path.name}:{line}: the key {key!r} appears twice; remove one"
        )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_every_file_of_the_package_is_read_as_any_reader_of_yaml_reads_it(path: Path) -> None:
    assert read_yaml(path).value() == yaml.safe_load(path.read_text("utf-8"))


def test_nothing_else_in_the_package_reads_yaml() -> None:
    readers: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        used: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
                continue
            if node.value.id == "yaml" and node.attr in READS_YAML:
                used.add(node.attr)
        if used:
            readers[path.relative_to(PACKAGE).as_posix()] = used
    assert readers == {"strict_yaml.py": {"compose"}}
