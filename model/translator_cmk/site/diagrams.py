"""Decision diagrams: a function of many small numbers, written down as few questions about one number each.

A diagram is asked with a row of numbers.  A reference of 0 or more is its answer.  A negative one, `~n`, leads to node
`n`, which names a place in the row, the reference for most numbers there, and the other numbers with theirs.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import eq

Row = tuple[int, ...]
Node = tuple[int, ...]
"""`(place, reference for any other number, number, reference, number, reference, ...)`."""

MOST = 255
"""The highest number in a row."""


class Diagrams:
    """Diagrams of functions that are known for the same rows, with every node that they share written once."""

    def __init__(self, rows: Sequence[Row]) -> None:
        """Raises `ValueError` for a number that is too high."""
        if any(not 0 <= number <= MOST for row in rows for number in row):
            raise ValueError(f"a row has a number that is not between 0 and {MOST}")
        # the place with the most numbers first: where it does not matter, fewer rows are left for the others
        self.places = sorted(range(len(rows[0])), key=lambda place: -len({row[place] for row in rows}))
        self._packed = [int.from_bytes(bytes(row), "little") for row in rows]
        self._nodes: dict[Node, int] = {}

    @property
    def nodes(self) -> list[Node]:
        """Return every node, in the order of their numbers."""
        return list(self._nodes)

    def add(self, answers: Sequence[int]) -> int:
        """Return the reference to the diagram of a function, given its answer, 0 or more, for each of the rows.

        For other rows the diagram answers anything.
        """
        known = dict(zip(self._packed, answers, strict=True))
        asked = []
        for place in self.places:
            fewer = without(known, place)
            if fewer is None:
                asked.append(place)
            else:
                known = fewer
        # to ask first for what settles most makes small diagrams, and one order for all of a diagram is quick to find
        asked.sort(key=lambda place: (still_possible(known, place), place))
        return self._build(known, asked)

    def _build(self, known: Mapping[int, int], places: Sequence[int]) -> int:
        answers = set(known.values())
        if len(answers) == 1:
            return answers.pop()
        place, *rest = places
        references = {number: self._build(part, rest) for number, part in sorted(parts(known, place).items())}
        ((other, _),) = Counter(references.values()).most_common(1)
        exceptions = [(number, reference) for number, reference in references.items() if reference != other]
        if not exceptions:
            return other
        node = (place, other, *(each for pair in exceptions for each in pair))
        return ~self._nodes.setdefault(node, len(self._nodes))


def without(known: Mapping[int, int], place: int) -> dict[int, int] | None:
    """Return the function of rows without the number at a place, or None if it depends on it."""
    others = ~(MOST << 8 * place)
    rows = [row & others for row in known]
    found = dict(zip(rows, known.values(), strict=True))
    return found if all(map(eq, map(found.__getitem__, rows), known.values())) else None


def parts(known: Mapping[int, int], place: int) -> dict[int, dict[int, int]]:
    """Return the function, apart for each number at a place."""
    found: dict[int, dict[int, int]] = {}
    for row, answer in known.items():
        found.setdefault(row >> 8 * place & MOST, {})[row] = answer
    return found


def still_possible(known: Mapping[int, int], place: int) -> int:
    """Count the answers that are still possible once the number at a place is known, over all numbers."""
    return len({(row >> 8 * place & MOST, answer) for row, answer in known.items()})
