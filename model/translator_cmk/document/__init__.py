"""A document in blocks, which `html` and `markdown` write.

A module that has something to say makes blocks; how they look is said here alone.
"""

from typing import NamedTuple


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


class Mark(NamedTuple):
    """A result; the kind is the value of its status, by which it has a colour."""

    words: str
    kind: str


Inline = str | Link | Code | Strong | Mark
Text = tuple[Inline, ...]
"""A line of text in its parts."""


class Heading(NamedTuple):
    """A heading; the title of the document is of level 1."""

    level: int
    words: str
    anchor: str = ""


class Paragraph(NamedTuple):
    """A paragraph, which may look like a `note`, a `result`, or `muted`."""

    text: Text
    look: str = ""


class Items(NamedTuple):
    """A list."""

    items: tuple[Text, ...]


class Table(NamedTuple):
    """A table; without a head the first cell of each row heads it."""

    head: tuple[str, ...]
    rows: tuple[tuple[Text, ...], ...]


class Lines(NamedTuple):
    """Lines that stay as they are: commands to paste, or what a program has said."""

    lines: tuple[str, ...]


class Box(NamedTuple):
    """Blocks that belong together, with a border."""

    blocks: "tuple[Block, ...]"
    anchor: str = ""


class Folded(NamedTuple):
    """Blocks that are shown once their first line is opened."""

    summary: Text
    blocks: "tuple[Block, ...]"
    anchor: str = ""


Block = Heading | Paragraph | Items | Table | Lines | Box | Folded
Document = tuple[Block, ...]
