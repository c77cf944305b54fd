"""Parts of a syntax tree, as the official parser of Gherkin makes one of dictionaries and lists."""

from collections.abc import Iterator
from typing import Any

Cells = tuple[str, ...]
"""The cells of a row of examples."""


def parts_of(tree: Any) -> Iterator[Any]:
    """Yield a part of a syntax tree, which is what has a location, then all parts inside it."""
    if isinstance(tree, dict):
        if "location" in tree:
            yield tree
        inside = list(tree.values())
    elif isinstance(tree, list):
        inside = tree
    else:
        return
    for part in inside:
        yield from parts_of(part)


def children(tree: Any, kind: str) -> list[Any]:
    """Return the parts of a kind that stand directly in a part of a syntax tree."""
    return [child[kind] for child in tree["children"] if kind in child]


def tags_of(tree: Any) -> list[str]:
    """Return the tags of a part of a syntax tree, without their @."""
    return [tag["name"].removeprefix("@") for tag in tree["tags"]]


def line_of(tree: Any) -> int:
    """Return the line of a part of a syntax tree, from 1."""
    line: int = tree["location"]["line"]
    return line


def cells_of(row: Any) -> Cells:
    """Return the cells of a row of examples."""
    return tuple(cell["value"] for cell in row["cells"])
