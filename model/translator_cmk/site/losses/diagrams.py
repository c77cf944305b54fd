"""Decision diagrams: a function of many small numbers, written down as few questions about one
number each.

A diagram is asked with a row of numbers.  A reference of 0 or more is its answer.  A negative one,
`~n`, leads to node `n`, which names a place in the row, the reference for most numbers there, and
the other numbers with theirs.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from ..render import Numbered

Row = tuple[int, ...]
"""The numbers that a diagram is asked with."""

Node = tuple[int, ...]
"""`(place, reference for any other number, number, reference, number, reference, ...)`."""


class Diagrams:
    """Diagrams of functions that are known for the same rows, with every node that they share
    written once.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.nodes = Numbered()

    def add(self, answers: Iterable[int]) -> int:
        """Return the reference to the diagram of a function, given its answer, 0 or more, for each
        of the rows.

        For other rows the diagram answers anything.
        """
        return self._build(dict(zip(self.rows, answers, strict=True)), 0)

    def _build(self, known: Mapping[Row, int], place: int) -> int:
        answers = set(known.values())
        if len(answers) == 1:
            return answers.pop()
        parts: dict[int, dict[Row, int]] = {}
        for row, answer in known.items():
            parts.setdefault(row[place], {})[row] = answer
        references = {
            number: self._build(part, place + 1) for number, part in sorted(parts.items())
        }
        ((other, _),) = Counter(references.values()).most_common(1)
        exceptions = [each for pair in references.items() if pair[1] != other for each in pair]
        return ~self.nodes((place, other, *exceptions)) if exceptions else other
