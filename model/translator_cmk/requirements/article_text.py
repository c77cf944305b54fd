"""The sentences of a Markdown text, as the reader of its page reads them: without what is hidden or
struck through.

First, whatever stands verbatim is made harmless: front matter and comments go, and marks inside
code, escapes and addresses become entities.  Then the lines are gathered to blocks (paragraphs,
list items, headings), each block is shown (`shown_text`), and its text is cut into sentences.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from .fingerprints import words
from .shown_text import TAG, TITLE, Page

VERBATIM = re.compile(
    rf"""
      (?P<matter>\A---[ \t]*\n(?:[^\n]*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z))
    | ^[ \t>]*(?P<fence>`{{3,}}(?=[^`\n]*$)|~{{3,}})[^\n]*\n
      (?P<block>(?:[^\n]*\n)*?)(?:[ \t>]*(?P=fence)[`~]*[ \t]*$|[^\n]*\Z)
    | (?P<ticks>`+)(?P<code>(?!`)(?:(?!\n[ \t]*\n)[\s\S])+?(?<!`))(?P=ticks)(?!`)
    | (?P<comment><!--(?:-?>|[\s\S]*?(?:-->|\Z)))
    | \\(?P<escaped>[!-/:-@\[-`{{-~])
    | <(?P<address>[A-Za-z][A-Za-z0-9+.-]+:[^\s<>]*|[^\s<>@]+@[^\s<>@]+)>
    | (?P<tag>{TAG})
    | (?P<less><)
    """,
    re.VERBOSE | re.MULTILINE,
)
"""Front matter, code, comments, escapes, addresses, tags: whichever begins first, and no mark
inside it is a mark."""
DEFINITION = re.compile(
    rf"^\ {{0,3}}\[(?!\^)([^\[\]]+)\]:\s*(?:&\#60;[^<>\n]*>|\S+){TITLE}$", re.MULTILINE
)
HEADING = re.compile(r"^ {0,3}#{1,6}(?:\s+(.*?))??(?:\s+#+)?\s*$")
UNDERLINE = re.compile(r"^ {0,3}(?:=+|-+)\s*$")
LIST_ITEM = re.compile(r"^\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)+")
QUOTE = re.compile(r"^\s*(?:>\s?)+")
EXTENSION = re.compile(
    r"""^\s*(?:(?P<note>\[!(?!div|video)[a-z]+\])|\[!(?:div|video)\b[^\]]*\]
    |:::\s*(?:image|video|row|column)\b.*|(?P<zone>:::\s*(?:zone|moniker)\b(?P<over>-end)?.*)
    |([-*_])(?:\s*\4){2,})\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
"""Microsoft's extensions, whose words aren't shown, and lines across the page."""
# A full stop ends a sentence if white space and no small letter follow it; not after a lone letter,
# as in "e.g.", nor before signs alone, which belong to the sentence before them
END = re.compile(r"(?<=[.!?])(?<![\s.(][A-Za-z]\.)[\"')\]]*\s+(?=[^a-z\s])(?=.*[^\W_])")


@dataclass(frozen=True)
class Sentence:
    """A sentence of a text that somebody holds, or a heading of it."""

    section: str
    """The heading it stands under, empty before the first one."""
    ordinal: int
    """Its number in the section, from 1; 0 for a heading."""
    line: int
    """The line on which its paragraph begins, from 1."""
    text: str
    """The sentence without markup, after the mark of the note that it stands in."""


def sentences(markdown: str, headings: bool = False) -> list[Sentence]:
    """Return the sentences of a Markdown text in order; with `headings`, those too."""
    found: list[Sentence] = []
    counts = Counter[str]()
    section = ""
    for block in blocks(markdown):
        if block.context is None:
            section = block.text
            if headings and words(block.text):
                found.append(Sentence(section, 0, block.line, block.text))
            continue
        for text in END.split(block.text):
            if words(text):
                counts[section] += 1
                found.append(
                    Sentence(section, counts[section], block.line, f"{block.context}{text.strip()}")
                )
    return found


class Block(NamedTuple):
    """A paragraph, list item or heading, as it is shown.

    The context is the mark of the note or zone around it, if any, since a note that becomes a
    warning says something else; it is None for a heading.
    """

    line: int
    text: str
    context: str | None


def blocks(markdown: str) -> Iterator[Block]:
    """Yield the blocks of a Markdown text in order."""
    text = markdown.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    text = VERBATIM.sub(as_entities, text)
    labels = frozenset(words(label) for label in DEFINITION.findall(text))
    reader = BlockReader(Page(labels))
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        yield from reader.read(number, line)


def as_entities(match: re.Match[str]) -> str:
    """Return what stands in a text verbatim, its marks as entities; a tag as it is, a comment
    without its words."""
    kind = match.lastgroup or ""
    # every line keeps its number
    if kind in ("matter", "comment"):
        return "\n" * match[0].count("\n")
    if kind == "tag":
        return match[kind]
    shown = re.sub(r"[^\w\s]", lambda mark: f"&#{ord(mark[0])};", match[kind])
    return f"\n{shown}" if kind == "block" else shown


class BlockReader:
    """Gathers lines to blocks: a block ends where another one begins, and at an empty line."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.note = ""
        """The mark of the note that the line stands in, if any."""
        self.zone = ""
        """The mark of the zone that the line stands in, if any."""
        self.parts: list[str] = []
        """The lines of the block that has begun."""
        self.first_line = 0
        self.is_list_item = False

    def read(self, number: int, line: str) -> Iterator[Block]:
        """Take the next line, and yield the blocks that are complete with it."""
        content = QUOTE.sub("", line)
        is_quoted = content != line
        heading = HEADING.match(line)
        list_item = LIST_ITEM.match(content)
        extension = EXTENSION.match(content)
        if extension and extension["note"] and not is_quoted:
            extension = None  # only in a quote is it the mark of a note
        is_underline = (
            bool(self.parts) and not self.is_list_item and UNDERLINE.match(line) is not None
        )
        is_empty = not content.strip()
        is_table_row = content.lstrip().startswith("|")

        if heading or list_item or extension or is_underline or is_empty or is_table_row:
            yield from self._end_block(is_heading=is_underline)
        if heading:
            yield Block(number, self.page.show(heading[1] or ""), None)
        # a note ends with its quote
        if not self.parts and not is_quoted:
            self.note = ""
        if extension:
            self._enter(extension)
            return
        if is_empty or heading or is_underline:
            return
        if not self.parts:
            if DEFINITION.match(content):
                return
            self.first_line = number
            self.is_list_item = list_item is not None
        shown = LIST_ITEM.sub("", content).strip()
        self.parts.append(shown.removesuffix("\\"))  # which breaks the line, and isn't shown

    def _end_block(self, is_heading: bool) -> Iterator[Block]:
        """Yield the block that has begun, if there is one."""
        if not self.parts:
            return
        context = None if is_heading else self.note + self.zone
        text = self.page.show(" ".join(self.parts))
        self.parts = []
        yield Block(self.first_line, text, context)

    def _enter(self, extension: re.Match[str]) -> None:
        """Take note of a note or zone that begins, or of a zone that ends."""
        if extension["note"]:
            self.note = f"{extension['note']} "
        if extension["zone"]:
            self.zone = "" if extension["over"] else f"{extension['zone']} "
