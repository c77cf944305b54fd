"""Badges: a small picture that names its subject, the result and how many cases; the same as JSON.

The picture is readable without colour (a glyph and words), by a screen reader (role, title) and on
any background.
"""

import math
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from .verdict import Status

LABEL_COLOUR = "#2f3a4d"
TEXT_COLOUR = "#ffffff"

# in pixels
HEIGHT = 22
PADDING = 8
FONT_SIZE = 11

FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif"

USUAL_WIDTH = 0.62
"""Advance of most characters as a part of the font size, in a common sans serif."""

WIDTHS = {
    **dict.fromkeys("ijl.,:;'|! ", 0.28),
    **dict.fromkeys("frt()[]/-", 0.36),
    **dict.fromkeys("mwMW✔✘○↻", 0.86),
}
"""Advance of the characters for which it is far from that."""


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
        """The whole badge in words, with the status even where the words show only numbers."""
        if self.status.word in self.words:
            return f"{self.label}: {self.words}"
        return f"{self.label}: {self.status.word}, {self.words}"

    @property
    def widths(self) -> tuple[int, int]:
        """The widths of the two halves in pixels."""
        return width_of(self.label) + 2 * PADDING, width_of(self.message) + 2 * PADDING


def width_of(text: str) -> int:
    """Return the approximate width of the text in pixels.

    The picture makes the text exactly as wide in any font.
    """
    characters = sum(WIDTHS.get(character, USUAL_WIDTH) for character in text)
    return math.ceil(characters * FONT_SIZE)


def svg(badge: Badge) -> str:
    """Return the badge as a picture."""
    left, right = badge.widths
    width = left + right
    edge = width - 4
    lower = HEIGHT - 8
    label_width = left - 2 * PADDING
    message_width = right - 2 * PADDING
    right_half = f"M{left} 0H{edge}a4 4 0 0 1 4 4v{lower}a4 4 0 0 1-4 4H{left}z"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT}" '
        f'viewBox="0 0 {width} {HEIGHT}" role="img" aria-label={quoteattr(badge.spoken)}>',
        f"<title>{escape(badge.spoken)}</title>",
        f'<rect width="{width}" height="{HEIGHT}" rx="4" fill="{LABEL_COLOUR}"/>',
        f'<path d="{right_half}" fill="{badge.status.colour}"/>',
        f'<g fill="{TEXT_COLOUR}" font-family="{FONT}" font-size="{FONT_SIZE}">',
        f'<text x="{PADDING}" y="15" textLength="{label_width}">{escape(badge.label)}</text>',
        f'<text x="{left + PADDING}" y="15" textLength="{message_width}" font-weight="600">'
        f"{escape(badge.message)}</text>",
        "</g>",
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


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
