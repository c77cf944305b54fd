"""Text that a vendor wrote, made harmless for wherever it is shown.

Nothing in it acts as markup or moves a cursor.
"""

import re
from html import escape

MARKDOWN = re.compile(r"([\\`*_{}\[\]()#!|<>~&])")

GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
"""The form of the identifiers that Azure gives to tenants, subscriptions and identities."""

LONGEST_QUOTED = 40
"""Characters of a text that is quoted in a message."""


def plain(text: str, longest: int = 2000) -> str:
    """Return the text on one line, with its unprintable characters by their numbers."""
    line = visible(" ".join(text.split()))
    if len(line) > longest:
        return f"{line[: longest - 1]}…"
    return line


def shortened(text: str) -> str:
    """Return the text quoted, its end cut off if it is long."""
    if len(text) > LONGEST_QUOTED:
        text = f"{text[: LONGEST_QUOTED - 1]}…"
    return repr(text)


def visible(line: str) -> str:
    """Return a line as it is, with its unprintable characters by their numbers."""
    if line.isprintable():  # nearly every line is, and this looks at all of it at once
        return line
    return "".join(
        character if character.isprintable() else number(character) for character in line
    )


def number(character: str) -> str:
    """Return a character by its number, as in Python."""
    return character.encode("unicode_escape").decode("ascii")


def html(text: str) -> str:
    """Return the text for HTML, XML and SVG, inside elements and quoted attributes."""
    return escape(plain(text), quote=True)


def markdown(text: str) -> str:
    """Return the text for Markdown, where no letter of it means anything."""
    return MARKDOWN.sub(r"\\\1", plain(text))


def without_identifiers(text: str) -> str:
    """Return the text without the identifiers of tenants, subscriptions and identities."""
    return GUID.sub("[id]", text)
