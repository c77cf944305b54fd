"""A document as one HTML file, which runs and fetches nothing."""

from collections.abc import Iterable
from html import escape
from pathlib import Path
from string import Template

from ...escaping import html, visible
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

HERE = Path(__file__).parent
FRAME = Template((HERE / "document.html").read_text("utf-8"))
STYLE = (HERE / "report.css").read_text("utf-8")


def document_html(document: Document) -> str:
    """Return the document; the title of the file is its first heading."""
    title = next(block.words for block in document if isinstance(block, Heading))
    blocks = "\n".join(map(element_of, document))
    return FRAME.substitute(title=html(title), style=STYLE, blocks=blocks)


def element_of(block: Block) -> str:
    """Return one block."""
    match block:
        case Heading(level, words):
            return f"<h{level}>{html(words)}</h{level}>"
        case Paragraph(text):
            return f"<p>{line_of(text)}</p>"
        case Items(items, numbered):
            tag = "ol" if numbered else "ul"
            lines = "".join(f"<li>{line_of(item)}</li>" for item in items)
            return f"<{tag}>{lines}</{tag}>"
        case Table(head, rows):
            return table_of(head, rows)
        case Commands(lines):
            escaped = "\n".join(escape(visible(line)) for line in lines)
            return f"<pre>{escaped}</pre>"
        case Folded(summary, blocks):
            inner = "\n".join(map(element_of, blocks))
            return f"<details><summary>{html(summary)}</summary>\n{inner}\n</details>"


def table_of(head: Iterable[str], rows: Iterable[tuple[Text, ...]]) -> str:
    """Return a table, each cell of which names its column for narrow screens."""
    names = [html(word) for word in head]
    headings = "".join(f"<th>{name}</th>" for name in names)
    lines = []
    for row in rows:
        cells = ""
        for name, cell in zip(names, row, strict=True):
            cells += f'<td data-name="{name}">{line_of(cell)}</td>'
        lines.append(f"<tr>{cells}</tr>")
    body = "\n".join(lines)
    return f'<table class="named"><thead><tr>{headings}</tr></thead><tbody>{body}</tbody></table>'


def line_of(text: Text) -> str:
    """Return a line of text."""
    return "".join(map(inline, text))


def inline(part: Inline) -> str:
    """Return a part of a line."""
    match part:
        case Link(words, url):
            return f'<a href="{html(url)}">{html(words)}</a>'
        case Code(words):
            return f"<code>{html(words)}</code>"
        case Strong(words):
            return f"<b>{html(words)}</b>"
    return escape(visible(part), quote=True)
