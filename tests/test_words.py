"""Words in a sentence are a list with a conjunction before the last."""

import pytest

from translator_cmk.words import listed


@pytest.mark.parametrize(
    ("words", "written"),
    [((), ""), (("a",), "a"), (("a", "b"), "a or b"), (("a", "b", "c"), "a, b or c")],
)
def test_the_last_word_comes_after_the_conjunction(words: tuple[str, ...], written: str) -> None:
    assert listed(words, "or") == written
