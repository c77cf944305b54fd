"""Tables as Markdown: which columns are marked for the room that they need."""

from translator_cmk.site.markup import in_cell, letters, table


def test_columns_of_many_words_are_marked_and_those_of_numbers_are_not() -> None:
    header, _, line = table(["No.", "What", "Why"], [["1", "w" * 31, "w" * 101]]).split("\n")
    assert header == "| No. | What { .long } | Why { .long .prose } |"
    assert line == f"| 1 | {'w' * 31} | {'w' * 101} |"


def test_table_without_lines_has_its_header() -> None:
    assert table(["No.", "What"], []) == "| No. | What |\n| --- | --- |"


def test_letters_are_those_that_are_shown() -> None:
    assert letters("[`vault.same-region`](../specification/vault.md#vault.same-region) *stated*{ .basis }") == 24
    assert letters(in_cell("ul", ["one", "three", "two"])) == 5
    assert letters("![passed](../badges/all.svg){ .badge }") == 0
