"""A document as Markdown, for the summary of a pipeline, a blog or an issue."""

from collections.abc import Iterable, Iterator

from ..escaping import markdown, plain, visible
from . import (
    Block,
    Box,
    Code,
    Document,
    Folded,
    Heading,
    Inline,
    Items,
    Lines,
    Link,
    Mark,
    Paragraph,
    Strong,
    Table,
    Text,
)


def document_md(document: Document) -> str:
    """Return the document."""
    return "\n".join(lines_of(document))


def lines_of(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield the lines of blocks, with an empty one after each."""
    for block in blocks:
        yield from block_lines(block)
        yield ""


def block_lines(block: Block) -> Iterator[str]:
    """Yield the lines of one block."""
    match block:
        case Heading(level, words):
            yield f"{'#' * level} {escaped(words)}"
        case Paragraph(text):
            yield line_of(text)
        case Items(items):
            for item in items:
                yield f"- {line_of(item)}"
        case Table(head, rows):
            width = len(head or rows[0])
            yield row_of(escaped(word) for word in head or [""] * width)
            yield row_of(["---"] * width)
            for row in rows:
                yield row_of(line_of(cell) for cell in row)
        case Lines(lines):
            for line in lines:
                yield f"    {visible(line)}"  # code by its indent: no line of it can end it
        case Box(blocks):
            yield from lines_of(blocks)
        case Folded(summary, blocks):
            # the attribute lets Python's Markdown read what is inside; other readers ignore it
            yield '<details markdown="1">'
            yield f"<summary>{line_of(summary)}</summary>"
            yield ""
            yield from lines_of(blocks)
            yield "</details>"


def escaped(words: str) -> str:
    """Return words in which nothing is markup; parentheses mean nothing without brackets."""
    return markdown(words).replace(r"\(", "(").replace(r"\)", ")")


def row_of(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def line_of(text: Text) -> str:
    """Return a line of text."""
    return "".join(map(inline, text))


def inline(part: Inline) -> str:
    """Return a part of a line."""
    match part:
        case Link(words, url):
            return f"[{escaped(words)}]({url})"
        case Code(words):
            return f"`{plain(words).replace('`', chr(39))}`".replace("|", r"\|")
        case Strong(words) | Mark(words):
            return f"**{escaped(words)}**"
    # escaped() drops the blanks between it and its neighbours
    leading = " " if part[:1] == " " else ""
    trailing = " " if part[-1:] == " " and part.strip() else ""
    return f"{leading}{escaped(part)}{trailing}"
