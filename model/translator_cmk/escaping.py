"""Text that a vendor wrote, made harmless for wherever it is shown: nothing in it acts as markup or moves a cursor."""

import re
from html import escape

MARKDOWN = re.compile(r"([\\`*_{}\[\]()#!|<>~&])")


def plain(text: str, longest: int = 2000) -> str:
    """Return the text on one line, every character of it one that can be seen; the others by their numbers."""
    shown = visible(" ".join(text.split()))
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def shortened(text: str) -> str:
    """Return the text quoted, its end cut off if it is long."""
    return repr(text if len(text) <= 40 else f"{text[:39]}…")


def visible(line: str) -> str:
    """Return a line as it is, every character of it one that can be seen; the others by their numbers."""
    return "".join(character if character.isprintable() else number(character) for character in line)


def number(character: str) -> str:
    """Return a character by its number, as in Python."""
    return character.encode("unicode_escape").decode("ascii")


def html(text: str) -> str:
    """Return the text for HTML, XML and SVG, inside elements and quoted attributes."""
    return escape(plain(text), quote=True)


def markdown(text: str) -> str:
    """Return the text for Markdown, where no letter of it means anything."""
    return MARKDOWN.sub(r"\\\1", plain(text))
