"""Badges: a small picture that names its subject, what came out and in how many cases, and the same as JSON.

The picture is readable without colour (a glyph and words), by a screen reader (role, title) and on any background.
"""

import math
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from .verdict import Status

LABEL_COLOUR = "#2f3a4d"
TEXT_COLOUR = "#ffffff"

HEIGHT, PADDING, SIZE = 22, 8, 11  # pixels
WIDTHS = {**dict.fromkeys("ijl.,:;'|! ", 0.28), **dict.fromkeys("frt()[]/-", 0.36), **dict.fromkeys("mwMW✔✘○↻", 0.86)}
"""Advance of a character as a part of the font size, where it is far from that of most: a common sans serif's."""


class Badge(NamedTuple):
    """One badge: who was run, and what came of it."""

    label: str
    status: Status
    words: str

    @property
    def message(self) -> str:
        """Glyph and words, as the right half shows them."""
        return f"{self.status.glyph} {self.words}"

    @property
    def spoken(self) -> str:
        """Return the whole badge in words, with the status named even where the words show only numbers."""
        named = self.status.word in self.words
        return f"{self.label}: {self.words if named else f'{self.status.word}, {self.words}'}"

    @property
    def widths(self) -> tuple[int, int]:
        """Return the widths of the two halves in pixels."""
        return wide(self.label) + 2 * PADDING, wide(self.message) + 2 * PADDING


def wide(text: str) -> int:
    """Return the approximate width of the text in pixels; the picture makes it exactly as wide in any font."""
    return math.ceil(sum(WIDTHS.get(character, 0.62) for character in text) * SIZE)


def svg(badge: Badge) -> str:
    """Return the badge as a picture."""
    left, right = badge.widths
    total = left + right
    colour = badge.status.colour
    label, message = escape(badge.label), escape(badge.message)
    font = "system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="{HEIGHT}" viewBox="0 0 {total} {HEIGHT}" '
        f'role="img" aria-label={quoteattr(badge.spoken)}>\n'
        f"<title>{escape(badge.spoken)}</title>\n"
        f'<rect width="{total}" height="{HEIGHT}" rx="4" fill="{LABEL_COLOUR}"/>\n'
        f'<path d="M{left} 0H{total - 4}a4 4 0 0 1 4 4v{HEIGHT - 8}a4 4 0 0 1-4 4H{left}z" fill="{colour}"/>\n'
        f'<g fill="{TEXT_COLOUR}" font-family="{font}" font-size="{SIZE}">\n'
        f'<text x="{PADDING}" y="15" textLength="{left - 2 * PADDING}">{label}</text>\n'
        f'<text x="{left + PADDING}" y="15" textLength="{right - 2 * PADDING}" font-weight="600">{message}</text>\n'
        "</g>\n</svg>\n"
    )


def endpoint(badge: Badge) -> dict[str, Any]:
    """Return the badge for shields.io's endpoint, whose schema this is."""
    return {
        "schemaVersion": 1,
        "label": badge.label,
        "message": badge.message,
        "color": badge.status.colour.removeprefix("#"),
        "labelColor": LABEL_COLOUR.removeprefix("#"),
        "isError": badge.status is Status.FAILED,
    }
