"""A state diagram as SVG: boxes on a grid, and arrows with numbers that a table beside the picture explains.

Colours come from the style sheet of the site, so that the picture follows its light and its dark scheme.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 150, 56  # pixels, of a box
COLUMN, ROW, MARGIN = 240, 110, 40  # pixels, from box to box
BEND = 26  # pixels that an arrow leaves the straight line by where another comes the other way
AROUND = 80  # pixels that it leaves it by to get around a box
LETTERS = 19  # of a line in a box


class Box(NamedTuple):
    """A box: its words and where its middle is, in pixels; ``end`` marks one that no arrow leaves."""

    words: str
    x: float
    y: float
    end: bool = False


class Arrow(NamedTuple):
    """An arrow between two boxes, by their names, with its number."""

    tail: str
    head: str
    number: int


def box(words: str, column: float, row: float, end: bool = False) -> Box:
    """A box at a place of the grid."""
    return Box(words, MARGIN + WIDTH / 2 + column * COLUMN, MARGIN + HEIGHT / 2 + row * ROW, end)


def svg(name: str, title: str, boxes: Mapping[str, Box], arrows: Sequence[Arrow]) -> str:
    """The picture; ``name`` is part of the ids in it, so one picture on a page has it."""
    width = max(each.x for each in boxes.values()) + WIDTH / 2 + MARGIN
    height = max(each.y for each in boxes.values()) + HEIGHT / 2 + MARGIN
    drawn = [*(line for each in arrows for line in arrow(name, each, boxes, arrows)), *map(rectangle, boxes.values())]
    drawn += [line for each in arrows for line in marker(each, boxes, arrows)]
    content = "\n".join(drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="life" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-labelledby="{name}-title">\n'
        f'<title id="{name}-title">{escape(title)}</title>\n'
        f'<defs><marker id="{name}-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto-start-reverse"><path d="M0 0L8 4L0 8z"/></marker></defs>\n'
        f"{content}\n</svg>"
    )


def rectangle(each: Box) -> str:
    """A box with its words."""
    lines = list(wrapped(each.words))
    first = each.y - (len(lines) - 1) * 8 + 4
    spans = "".join(
        f'<tspan x="{each.x:.0f}" y="{first + 16 * at:.0f}">{escape(line)}</tspan>' for at, line in enumerate(lines)
    )
    kind = "box end" if each.end else "box"
    return (
        f'<g class="{kind}"><rect x="{each.x - WIDTH / 2:.0f}" y="{each.y - HEIGHT / 2:.0f}" width="{WIDTH}" '
        f'height="{HEIGHT}" rx="8"/><text>{spans}</text></g>'
    )


def wrapped(words: str) -> Iterator[str]:
    """The words in lines that fit into a box."""
    line = ""
    for word in words.split():
        if line and len(line) + 1 + len(word) > LETTERS:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    yield line


def arrow(name: str, each: Arrow, boxes: Mapping[str, Box], arrows: Sequence[Arrow]) -> Iterator[str]:
    """The line of an arrow."""
    tail, head = boxes[each.tail], boxes[each.head]
    bend = bent(each, boxes, arrows)
    start, stop = edge(tail, bend), edge(head, bend)
    points = "M{:.1f} {:.1f}Q{:.1f} {:.1f} {:.1f} {:.1f}".format(*start, *bend, *stop)
    yield f'<path class="arrow" d="{points}" marker-end="url(#{name}-tip)"/>'


def marker(each: Arrow, boxes: Mapping[str, Box], arrows: Sequence[Arrow]) -> Iterator[str]:
    """The number of an arrow, on its middle."""
    bend = bent(each, boxes, arrows)
    start, stop = edge(boxes[each.tail], bend), edge(boxes[each.head], bend)
    x, y = ((start[at] + 2 * bend[at] + stop[at]) / 4 for at in (0, 1))
    yield (
        f'<g class="number"><circle cx="{x:.1f}" cy="{y:.1f}" r="11"/>'
        f'<text x="{x:.1f}" y="{y + 4:.1f}">{each.number}</text></g>'
    )


def bent(each: Arrow, boxes: Mapping[str, Box], arrows: Sequence[Arrow]) -> tuple[float, float]:
    """The point towards which an arrow bends: out of the way of the arrow that comes back, and around boxes between."""
    tail, head = boxes[each.tail], boxes[each.head]
    dx, dy = head.x - tail.x, head.y - tail.y
    length = math.hypot(dx, dy)
    out = 0.0
    if any((other.tail, other.head) == (each.head, each.tail) for other in arrows):
        out = BEND
    if any(between(other, tail, head) for other in boxes.values() if other not in (tail, head)):
        out = AROUND
    return (tail.x + head.x) / 2 - dy / length * 2 * out, (tail.y + head.y) / 2 + dx / length * 2 * out


def between(other: Box, tail: Box, head: Box) -> bool:
    """Whether a box lies on the straight line from one to another."""
    dx, dy = head.x - tail.x, head.y - tail.y
    along = ((other.x - tail.x) * dx + (other.y - tail.y) * dy) / (dx * dx + dy * dy)
    if not 0 < along < 1:
        return False
    return abs(tail.x + along * dx - other.x) < WIDTH * 0.6 and abs(tail.y + along * dy - other.y) < HEIGHT * 0.8


def edge(of: Box, towards: tuple[float, float]) -> tuple[float, float]:
    """Where the line from the middle of a box towards a point leaves the box."""
    dx, dy = towards[0] - of.x, towards[1] - of.y
    scale = min(
        (WIDTH / 2 + 3) / abs(dx) if dx else math.inf,
        (HEIGHT / 2 + 3) / abs(dy) if dy else math.inf,
    )
    return of.x + dx * scale, of.y + dy * scale
