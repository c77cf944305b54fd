"""Decision diagrams: a function of many small numbers, written down as few questions about one
number each.

A diagram is asked with a row of numbers.  A reference of 0 or more is its answer.  A negative one,
`~n`, leads to node `n`, which names a place in the row, the reference for most numbers there, and
the other numbers with theirs.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property

from ..render import Numbered

Row = tuple[int, ...]
"""The numbers that a diagram is asked with."""

Node = tuple[int, ...]
"""`(place, reference for any other number, number, reference, number, reference, ...)`."""


class Part:
    """Sorted rows that agree on every place before one: they lie side by side.

    How rows divide is the same for every function, so it is found once.
    """

    def __init__(self, rows: Sequence[Row], begin: int, end: int, place: int) -> None:
        self.rows = rows
        self.begin = begin
        self.end = end
        self.place = place

    @cached_property
    def divided(self) -> list[tuple[int, "Part"]]:
        """Return for each number at the place the rows that have it there."""
        found: list[tuple[int, Part]] = []
        begin = self.begin
        for at in range(self.begin + 1, self.end + 1):
            number = self.rows[begin][self.place]
            if at == self.end or self.rows[at][self.place] != number:
                found.append((number, Part(self.rows, begin, at, self.place + 1)))
                begin = at
        return found


class Diagrams:
    """Diagrams of functions that are known for the same rows, with every node that they share
    written once.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self.order = sorted(range(len(rows)), key=rows.__getitem__)
        self.all_rows = Part([rows[at] for at in self.order], 0, len(rows), 0)
        self.nodes = Numbered()

    def add(self, answers: Iterable[int]) -> int:
        """Return the reference to the diagram of a function, given its answer, 0 or more, for each
        of the rows.

        For other rows the diagram answers anything.
        """
        known = list(answers)
        return self._build([known[at] for at in self.order], self.all_rows)

    def _build(self, known: Sequence[int], part: Part) -> int:
        """Return the reference to the diagram of a part of the rows, by their answers."""
        answers = set(known[part.begin : part.end])
        if len(answers) == 1:
            return answers.pop()
        references: dict[int, int] = {}
        for number, smaller in part.divided:
            references[number] = self._build(known, smaller)
        ((other, _),) = Counter(references.values()).most_common(1)
        exceptions: list[int] = []
        for number, reference in references.items():
            if reference != other:
                exceptions += [number, reference]
        if not exceptions:
            return other
        return ~self.nodes((part.place, other, *exceptions))
