"""A document as Markdown, for a blog or an issue."""

from collections.abc import Iterator

from ...escaping import markdown, plain, visible
from .document import (
    Block,
    Code,
    Commands,
    Document,
    Folded,
    Heading,
    Inline,
    Items,
    Link,
    Paragraph,
    Strong,
    Table,
    Text,
)


def document_md(document: Document) -> str:
    """Return the document."""
    lines: list[str] = []
    for block in document:
        lines += [*block_lines(block), ""]
    return "\n".join(lines)


def block_lines(block: Block) -> Iterator[str]:
    """Yield the lines of one block."""
    match block:
        case Heading(level, words):
            yield f"{'#' * level} {escaped(words)}"
        case Paragraph(text):
            yield line_of(text)
        case Items(items, numbered):
            for number, item in enumerate(items, start=1):
                mark = f"{number}." if numbered else "-"
                yield f"{mark} {line_of(item)}"
        case Table(head, rows):
            yield row_of(escaped(word) for word in head)
            yield row_of("---" for _ in head)
            for row in rows:
                yield row_of(line_of(cell) for cell in row)
        case Commands(lines):
            yield "```sh"
            for line in lines:
                yield visible(line)
            yield "```"
        case Folded(summary, blocks):
            # the attribute lets Python's Markdown read what is inside; other readers ignore it
            yield '<details markdown="1">'
            yield f"<summary>{escaped(summary)}</summary>"
            yield ""
            for inner in blocks:
                yield from block_lines(inner)
                yield ""
            yield "</details>"


def escaped(words: str) -> str:
    """Return words in which nothing is markup; parentheses mean nothing without brackets."""
    return markdown(words).replace(r"\(", "(").replace(r"\)", ")")


def row_of(cells: Iterator[str]) -> str:
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
        case Strong(words):
            return f"**{escaped(words)}**"
    leading = " " if part[:1] == " " else ""
    trailing = " " if part[-1:] == " " and part.strip() else ""
    return f"{leading}{escaped(part)}{trailing}"
