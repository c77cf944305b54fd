"""A decision diagram answers as the function it was made from, for every row that it was made from."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from translator_cmk.site.diagrams import Diagrams, answer

ROWS = [(a, b, c) for a in range(4) for b in range(3) for c in range(5)]


@given(
    some.lists(some.integers(0, 3), min_size=len(ROWS), max_size=len(ROWS)),
    some.sets(some.sampled_from(ROWS), min_size=1),
)
def test_diagram_answers_as_its_function(answers: list[int], known: set[tuple[int, int, int]]) -> None:
    rows = sorted(known)
    expected = answers[: len(rows)]
    diagrams = Diagrams(rows)
    reference = diagrams.add(expected)
    assert [answer(diagrams.nodes, reference, row) for row in rows] == expected


def test_function_that_is_always_the_same_needs_no_node() -> None:
    diagrams = Diagrams(ROWS)
    assert diagrams.add([7] * len(ROWS)) == 7
    assert diagrams.nodes == []


def test_function_of_one_number_asks_for_no_other() -> None:
    diagrams = Diagrams(ROWS)
    diagrams.add([int(b == 1) for _, b, _ in ROWS])
    assert diagrams.nodes == [(1, 0, 1, 1)]


def test_functions_share_their_nodes() -> None:
    diagrams = Diagrams(ROWS)
    one = diagrams.add([int(b == 1 and c == 2) for _, b, c in ROWS])
    assert diagrams.add([int(b == 1 and c == 2) for _, b, c in ROWS]) == one
    assert len(diagrams.nodes) == 2


def test_number_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 255"):
        Diagrams([(0, 256)])
