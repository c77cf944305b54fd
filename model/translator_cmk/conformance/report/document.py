"""A document in blocks, as Markdown and HTML both have them."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar


class Link(NamedTuple):
    """Words that lead to an address."""

    words: str
    url: str


class Code(NamedTuple):
    """Words of a program."""

    words: str


class Strong(NamedTuple):
    """Words that stand out."""

    words: str


Inline = str | Link | Code | Strong
Text = tuple[Inline, ...]
"""A line of text in its parts."""


class Heading(NamedTuple):
    """A heading; the title of the document is of level 1."""

    level: int
    words: str


class Paragraph(NamedTuple):
    """A paragraph."""

    text: Text


class Items(NamedTuple):
    """A list, numbered or not."""

    items: tuple[Text, ...]
    numbered: bool = False


class Table(NamedTuple):
    """A table; each row has a cell for each word of the head."""

    head: tuple[str, ...]
    rows: tuple[tuple[Text, ...], ...]


class Commands(NamedTuple):
    """Lines to paste into a shell."""

    lines: tuple[str, ...]


class Folded(NamedTuple):
    """Blocks that are shown once their first line is opened."""

    summary: str
    blocks: "tuple[Block, ...]"


Block = Heading | Paragraph | Items | Table | Commands | Folded
Document = tuple[Block, ...]

Part = TypeVar("Part")


def changed_words(part: Part, change: Callable[[str], str]) -> Part:
    """Return a document, or any part of one, with every word of it as the function has it."""
    found: Any = part
    if isinstance(found, str):
        found = change(found)
    elif isinstance(found, Link):
        found = Link(change(found.words), found.url)
    elif isinstance(found, tuple):
        parts = [changed_words(each, change) for each in found]
        is_plain = type(found) is tuple
        found = tuple(parts) if is_plain else type(found)(*parts)
    return found  # type: ignore[no-any-return]  # of the type that it was
