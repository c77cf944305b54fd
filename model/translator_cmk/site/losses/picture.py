"""The picture of a life: boxes on a grid, and arrows with numbers that a table beside it explains.

The macro `diagram` draws it; its colours come from the style sheet of the site, light and dark.
A point is a complex number: pixels to the right, and pixels down.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

WIDTH, HEIGHT = 112, 66  # pixels, of a box
COLUMN, ROW, MARGIN = 158, 136, 12  # pixels, from box to box; it is as wide as a phone
BEND = 18  # pixels that an arrow leaves the straight line by where another comes the other way
AROUND = 80  # pixels that it leaves it by to get around a box


def middle(column: float, row: float) -> complex:
    """Return the middle of the box at a place of the grid."""
    return complex(MARGIN + WIDTH / 2 + column * COLUMN, MARGIN + HEIGHT / 2 + row * ROW)


def picture(
    name: str,
    title: str,
    boxes: Mapping[str, complex],
    ends: Collection[str],
    arrows: Sequence[tuple[str, str]],
) -> Mapping[str, Any]:
    """Return the picture as points and words for the template; ``name`` is part of the ids in
    it.
    """
    return {
        "name": name,
        "title": title,
        "width": max(each.real for each in boxes.values()) + WIDTH / 2 + MARGIN,
        "height": max(each.imag for each in boxes.values()) + HEIGHT / 2 + MARGIN,
        "box_width": WIDTH,
        "box_height": HEIGHT,
        "boxes": [{"words": words, "at": at, "end": words in ends} for words, at in boxes.items()],
        "arrows": [curve(*each, boxes, returns=each[::-1] in arrows) for each in arrows],
    }


def curve(
    tail: str, head: str, boxes: Mapping[str, complex], returns: bool
) -> Mapping[str, complex]:
    """Return where an arrow starts, bends and ends, and its middle; ``returns`` if another comes
    the other way.
    """
    bend = bent(boxes[tail], boxes[head], boxes.values(), returns)
    start, end = edge(boxes[tail], bend), edge(boxes[head], bend)
    return {"start": start, "bend": bend, "end": end, "middle": (start + 2 * bend + end) / 4}


def bent(tail: complex, head: complex, boxes: Iterable[complex], returns: bool) -> complex:
    """Return the point that an arrow bends towards: away from the arrow that comes back, and around
    boxes between.
    """
    along, halfway = head - tail, (tail + head) / 2
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
