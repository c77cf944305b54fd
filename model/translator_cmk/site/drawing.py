"""Lay out a state diagram: boxes on a grid, and arrows with numbers that a table beside the picture explains.

The macro `diagram` draws it; its colours come from the style sheet of the site, light and dark.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

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


def box(words: str, at: tuple[float, float], end: bool = False) -> Box:
    """Return a box at a place of the grid, given by its column and row."""
    column, row = at
    return Box(words, MARGIN + WIDTH / 2 + column * COLUMN, MARGIN + HEIGHT / 2 + row * ROW, end)


def picture(name: str, title: str, boxes: Mapping[str, Box], arrows: Sequence[Arrow]) -> Mapping[str, Any]:
    """Return the picture as numbers and words for the template; ``name`` is part of the ids in it."""
    return {
        "name": name,
        "title": title,
        "width": max(each.x for each in boxes.values()) + WIDTH / 2 + MARGIN,
        "height": max(each.y for each in boxes.values()) + HEIGHT / 2 + MARGIN,
        "box_width": WIDTH,
        "box_height": HEIGHT,
        "boxes": [
            {"x": each.x, "y": each.y, "end": each.end, "lines": list(wrapped(each.words))} for each in boxes.values()
        ],
        "arrows": [curve(each, boxes, arrows) for each in arrows],
    }


def curve(arrow: Arrow, boxes: Mapping[str, Box], arrows: Sequence[Arrow]) -> Mapping[str, Any]:
    """Return the curve of an arrow: where it starts, bends and ends, and its number with its place on the middle."""
    bend = bent(arrow, boxes, arrows)
    start, end = edge(boxes[arrow.tail], bend), edge(boxes[arrow.head], bend)
    middle = [(start[at] + 2 * bend[at] + end[at]) / 4 for at in (0, 1)]
    return {"number": arrow.number, "start": start, "bend": bend, "end": end, "middle": middle}


def wrapped(words: str) -> Iterator[str]:
    """Yield the words in lines that fit into a box."""
    line = ""
    for word in words.split():
        if line and len(line) + 1 + len(word) > LETTERS:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    yield line


def bent(each: Arrow, boxes: Mapping[str, Box], arrows: Sequence[Arrow]) -> tuple[float, float]:
    """Return the point that an arrow bends towards: away from the arrow that comes back, and around boxes between."""
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
    """Tell whether a box lies on the straight line from one to another."""
    dx, dy = head.x - tail.x, head.y - tail.y
    along = ((other.x - tail.x) * dx + (other.y - tail.y) * dy) / (dx * dx + dy * dy)
    if not 0 < along < 1:
        return False
    return abs(tail.x + along * dx - other.x) < WIDTH * 0.6 and abs(tail.y + along * dy - other.y) < HEIGHT * 0.8


def edge(of: Box, towards: tuple[float, float]) -> tuple[float, float]:
    """Return where the line from the middle of a box towards a point leaves the box."""
    dx, dy = towards[0] - of.x, towards[1] - of.y
    scale = min(
        (WIDTH / 2 + 3) / abs(dx) if dx else math.inf,
        (HEIGHT / 2 + 3) / abs(dy) if dy else math.inf,
    )
    return of.x + dx * scale, of.y + dy * scale
