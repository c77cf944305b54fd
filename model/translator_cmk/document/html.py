"""A document as one HTML file, which runs and fetches nothing."""

from collections.abc import Iterable
from html import escape
from pathlib import Path
from string import Template

from ..escaping import html, visible
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

HERE = Path(__file__).parent
FRAME = Template((HERE / "frame.html").read_text("utf-8"))
STYLE = (HERE / "style.css").read_text("utf-8")


def document_html(document: Document, title: str) -> str:
    """Return the document; the window has the title."""
    return FRAME.substitute(title=html(title), style=STYLE, blocks=blocks_of(document))


def blocks_of(blocks: Iterable[Block]) -> str:
    return "\n".join(map(element_of, blocks))


def element_of(block: Block) -> str:
    """Return one block."""
    match block:
        case Heading(level, words, anchor):
            return f"<h{level}{at(anchor)}>{html(words)}</h{level}>"
        case Paragraph(text, look):
            css_class = f' class="{look}"' if look else ""
            return f"<p{css_class}>{line_of(text)}</p>"
        case Items(items):
            lines = "".join(f"<li>{line_of(item)}</li>" for item in items)
            return f"<ul>{lines}</ul>"
        case Table((), rows):
            return table_of_facts(rows)
        case Table(head, rows):
            return table_of(head, rows)
        case Lines(lines):
            # html() would make one blank of several
            escaped = "\n".join(escape(visible(line)) for line in lines)
            return f"<pre>{escaped}</pre>"
        case Box(blocks, anchor):
            return f'<section class="box"{at(anchor)}>{blocks_of(blocks)}</section>'
        case Folded(summary, blocks, anchor):
            opened = f"<summary>{line_of(summary)}</summary>"
            return f"<details{at(anchor)}>{opened}\n{blocks_of(blocks)}\n</details>"


def at(anchor: str) -> str:
    """Return the attribute of an element to which an address can lead."""
    return f' id="{html(anchor)}"' if anchor else ""


def table_of_facts(rows: Iterable[tuple[Text, ...]]) -> str:
    """Return a table in which the first cell of each row heads it."""
    lines = []
    for name, *cells in rows:
        others = "".join(f"<td>{line_of(cell)}</td>" for cell in cells)
        lines.append(f"<tr><th>{line_of(name)}</th>{others}</tr>")
    body = "\n".join(lines)
    return f'<table class="facts"><tbody>{body}</tbody></table>'


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
        case Mark(words, kind):
            return f'<span class="mark {kind}">{html(words)}</span>'
    # html() would drop the blanks between it and its neighbours
    return escape(visible(part), quote=True)
