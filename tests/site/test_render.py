"""Templates write Markdown in which nothing that others wrote acts as markup, and wide columns are marked."""

import pytest

from tests.site.building import REGISTER
from translator_cmk.site.render import cells, foreign, letters, linked, listed, marked_tables, number, plain


def test_columns_of_many_words_are_marked_and_those_of_numbers_are_not() -> None:
    long, prose = "x" * 40, "y" * 120
    found = marked_tables(f"| A | B | C |\n|---|---|---|\n| 1 | {long} | {prose} |\n").splitlines()
    assert found[0] == "| A | B { .long } | C { .long .prose } |"
    assert found[2] == f"| 1 | {long} | {prose} |"


def test_table_without_lines_keeps_its_header() -> None:
    assert marked_tables("| A | B |\n|---|---|\n") == "| A | B |\n|---|---|\n"


def test_escaped_bar_is_part_of_its_cell() -> None:
    assert cells("| a \\| b | c |") == ["a \\| b", "c"]


@pytest.mark.parametrize(
    ("cell", "count"),
    [("[abc](x.md)", 3), ("![abc](x.svg){ .badge }", 0), ("<ul><li>ab</li><li>abcd</li></ul>", 4), ("**ab** `c`", 4)],
)
def test_letters_are_those_that_are_shown(cell: str, count: int) -> None:
    assert letters(cell) == count


@pytest.mark.parametrize("text", ["<script>", "a | b", "[x](y)", "*z*", "`c`", "{ .class }", "# head"])
def test_text_of_others_is_no_markup(text: str) -> None:
    assert not set(foreign(text)) & set("<>|[]()*`{}")
    assert "<" not in plain(text)
    assert "|" not in plain(text).replace("\\|", "")


def test_words_are_counted_and_listed() -> None:
    assert (number(1, "property"), number(2, "property"), number(2_000, "row")) == (
        "1 property",
        "2 properties",
        "2,000 rows",
    )
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert (listed(["a"], "or"), listed([])) == ("a", "")


def test_id_of_a_requirement_is_a_link_and_a_link_to_it_leads_to_its_page() -> None:
    assert linked("see vault.same-region.", REGISTER) == (
        "see [`vault.same-region`](../specification/vault.md#vault.same-region)."
    )
    assert linked("[so](keys.enable)", REGISTER) == "[so](../specification/keys.md#keys.enable)"
    assert linked("no.such-id", REGISTER) == "no.such-id"
