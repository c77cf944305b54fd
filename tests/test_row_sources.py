"""Rows are found where they are written."""

import ast
from pathlib import Path

import pytest

from translator_cmk.machine import COUNTER_ROWS, ROWS
from translator_cmk.row_sources import RowSource, counter_row_sources, row_sources

REPOSITORY = Path(__file__).parents[1]
SOURCES = (*row_sources(), *counter_row_sources())


def test_every_row_has_its_source_in_the_order_of_the_rows() -> None:
    assert tuple(source.row for source in row_sources()) == ROWS
    assert tuple(source.row for source in counter_row_sources()) == COUNTER_ROWS


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: str(source.place))
def test_the_place_of_a_row_has_its_call_and_its_code_cites_its_requirement(
    source: RowSource,
) -> None:
    path, _, line = source.place.rpartition(":")
    written = (REPOSITORY / path).read_text("utf-8").splitlines()[int(line) - 1]
    assert isinstance(source.call.func, ast.Name)
    assert f"{source.call.func.id}(" in written
    is_a_loop = isinstance(source.entry, ast.Starred)
    if not is_a_loop:  # which may take the requirement from its variables
        assert f'"{source.row.requirement}"' in source.code
