"""A document as plain text for a terminal, in lines of at most 100 columns."""

from collections.abc import Iterable, Iterator, Mapping
from textwrap import wrap

from ..escaping import plain, visible
from . import (
    Block,
    Box,
    Document,
    Folded,
    Heading,
    Inline,
    Items,
    Lines,
    Link,
    Mark,
    Paragraph,
    Table,
    Text,
)

WIDTH = 100
INDENT = " " * 7
"""What is before the lines in a box, after its first one."""

NO_COLOURS: Mapping[str, str] = {}


def document_text(
    document: Document, width: int = WIDTH, colours: Mapping[str, str] = NO_COLOURS
) -> str:
    """Return the document; ``colours`` has the parameters of a terminal for each kind of mark."""
    lines: list[str] = []
    for block in document:
        lines += lines_of(block, "", width, colours)
        lines.append("")
    return "\n".join(lines[:-1])


def lines_of(block: Block, indent: str, width: int, colours: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of one block."""
    match block:
        case Heading(_, words):
            yield from wrapped(words, indent, width)
        case Paragraph(text):
            lines = wrapped(line_of(text), indent, width)
            marks = [part for part in text if isinstance(part, Mark)]
            yield from coloured(lines, marks, colours)
        case Items(items):
            for item in items:
                yield from wrapped(f"- {line_of(item)}", indent, width, "  ")
        case Table(_, rows):
            yield from rows_of([[line_of(cell) for cell in row] for row in rows], indent, width)
        case Lines(lines):
            for line in lines:
                yield f"{indent}  {visible(line)}".rstrip()
        case Box(blocks):
            first, *rest = blocks
            yield from lines_of(first, indent, width, colours)
            for each in rest:
                yield from lines_of(each, indent + INDENT, width, colours)
        case Folded(summary, blocks):
            yield from wrapped(line_of(summary), indent, width)
            for each in blocks:
                yield from lines_of(each, indent, width, colours)


def wrapped(text: str, indent: str, width: int, more: str = "") -> list[str]:
    """Return a text in lines, those after the first indented further."""
    return wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent + more,
        break_on_hyphens=False,
        break_long_words=False,
    )


def coloured(
    lines: Iterable[str], marks: Iterable[Mark], colours: Mapping[str, str]
) -> Iterator[str]:
    """Yield lines with their marks in colour."""
    for line in lines:
        for mark in marks:
            if colours and mark.kind in colours:
                shown = f"\x1b[{colours[mark.kind]}m{mark.words}\x1b[0m"
                line = line.replace(mark.words, shown, 1)  # noqa: PLW2901  # each mark in turn
        yield line


def rows_of(rows: list[list[str]], indent: str, width: int) -> Iterator[str]:
    """Yield rows in columns; the first column is as wide as the others leave it."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    others = sum(each + 2 for each in widths[1:])
    first = min(widths[0], max(20, width - len(indent) - 2 - others))
    for row in rows:
        begin, *rest = wrap(row[0], first, break_on_hyphens=False) or [""]
        cells = [f"{begin:<{first}}"]
        for cell, its_width in zip(row[1:], widths[1:], strict=True):
            cells.append(f"{cell:<{its_width}}")
        yield f"{indent}- {'  '.join(cells)}".rstrip()
        for line in rest:
            yield f"{indent}  {line}"


def line_of(text: Text) -> str:
    """Return a line of text without markup."""
    return "".join(map(inline, text))


def inline(part: Inline) -> str:
    if isinstance(part, str):
        return visible(part)
    if isinstance(part, Link):
        return f"{plain(part.words)} ({part.url})" if part.words != part.url else part.url
    return plain(part.words)
