"""The picture of a life: boxes on a grid, and arrows with the words of what leads along them.

A template draws it; its colours come from the style sheet of the site, light and dark.
A point is a complex number: pixels to the right, and pixels down.

On all pictures of this site a line is dashed where somebody assumed what it shows, and solid where
Microsoft says it, or where it follows from what Microsoft says.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from textwrap import wrap
from typing import Any, NamedTuple

WIDTH, HEIGHT = 104, 56  # pixels, of a box
COLUMN, ROW, MARGIN = 144, 120, 8  # pixels, from box to box; it is as wide as a phone
BEND = 22  # pixels that an arrow leaves the straight line by where another comes the other way
AROUND = 84  # pixels that it leaves it by to get around a box
BOX_LETTERS, ARROW_LETTERS = 13, 11
LINE = 14  # pixels from one line of words to the next


class Arrow(NamedTuple):
    """An arrow from one box to another."""

    tail: str
    head: str
    words: str
    is_assumed: bool


def line_of(basis: str) -> str:
    """Return how a picture draws what has this basis: `solid` or `dashed`."""
    return "dashed" if basis == "assumed" else "solid"


def middle(column: float, row: float) -> complex:
    """Return the middle of the box at a place of the grid."""
    return complex(MARGIN + WIDTH / 2 + column * COLUMN, MARGIN + HEIGHT / 2 + row * ROW)


def picture(
    name: str,
    title: str,
    boxes: Mapping[str, complex],
    ends: Collection[str],
    arrows: Sequence[Arrow],
) -> Mapping[str, Any]:
    """Return the picture as points and words for the template; ``name`` is part of the ids in
    it.
    """
    pairs = {(arrow.tail, arrow.head) for arrow in arrows}
    drawn_boxes = []
    for words, at in boxes.items():
        corner = at - complex(WIDTH / 2, HEIGHT / 2)
        lines = placed(wrap(words, BOX_LETTERS), at)
        drawn_boxes.append({"corner": corner, "lines": lines, "is_end": words in ends})
    drawn_arrows = []
    for arrow in arrows:
        returns = (arrow.head, arrow.tail) in pairs
        path = curve(boxes[arrow.tail], boxes[arrow.head], boxes.values(), returns)
        lines = placed(wrap(arrow.words, ARROW_LETTERS), path["middle"])
        line = "dashed" if arrow.is_assumed else "solid"
        drawn_arrows.append({**path, "lines": lines, "line": line})
    return {
        "name": name,
        "title": title,
        "width": max(each.real for each in boxes.values()) + WIDTH / 2 + MARGIN,
        "height": max(each.imag for each in boxes.values()) + HEIGHT / 2 + MARGIN,
        "box_width": WIDTH,
        "box_height": HEIGHT,
        "boxes": drawn_boxes,
        "arrows": drawn_arrows,
    }


def placed(lines: Sequence[str], at: complex) -> list[tuple[str, complex]]:
    """Return lines of words, each with the point below its middle, around a point."""
    first = at - 1j * (len(lines) - 1) * LINE / 2
    letter = 4j  # from the middle of a letter down to the line that it stands on
    return [(words, first + letter + 1j * LINE * number) for number, words in enumerate(lines)]


def curve(
    tail: complex, head: complex, boxes: Collection[complex], returns: bool
) -> Mapping[str, complex]:
    """Return where an arrow starts, bends and ends, and its middle; ``returns`` if another comes
    the other way.
    """
    bend = bent(tail, head, boxes, returns)
    start, end = edge(tail, bend), edge(head, bend)
    return {"start": start, "bend": bend, "end": end, "middle": (start + 2 * bend + end) / 4}


def bent(tail: complex, head: complex, boxes: Iterable[complex], returns: bool) -> complex:
    """Return the point that an arrow bends towards: away from the arrow that comes back, and around
    boxes between.
    """
    along = head - tail
    halfway = (tail + head) / 2
    out = BEND if returns else 0
    for box in boxes:
        if box not in (tail, head) and between(box, tail, head):
            out = -AROUND if ((box - halfway) / along).imag > 0 else AROUND
    return halfway + along / abs(along) * 2j * out


def between(box: complex, tail: complex, head: complex) -> bool:
    """Tell whether a box lies on the straight line from one to another."""
    along = head - tail
    share = ((box - tail) / along).real
    off = tail + share * along - box
    return 0 < share < 1 and abs(off.real) < WIDTH * 0.6 and abs(off.imag) < HEIGHT * 0.8


def edge(box: complex, towards: complex) -> complex:
    """Return where the line from the middle of a box towards a point leaves the box."""
    line = towards - box
    reaches = ((WIDTH / 2 + 3, abs(line.real)), (HEIGHT / 2 + 3, abs(line.imag)))
    return box + line * min(reach / length for reach, length in reaches if length)
