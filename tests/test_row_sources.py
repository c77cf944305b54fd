"""Rows are found where they are written."""

import ast
from pathlib import Path

from translator_cmk.machine import COUNTER_ROWS, ROWS
from translator_cmk.row_sources import counter_row_sources, row_sources

REPOSITORY = Path(__file__).parents[1]


def test_every_row_has_the_place_of_its_call() -> None:
    assert tuple(source.row for source in row_sources()) == ROWS
    assert tuple(source.row for source in counter_row_sources()) == COUNTER_ROWS
    for source in (*row_sources(), *counter_row_sources()):
        path, _, line = source.place.rpartition(":")
        written = (REPOSITORY / path).read_text("utf-8").splitlines()[int(line) - 1]
        assert isinstance(source.call.func, ast.Name)
        assert f"{source.call.func.id}(" in written
        is_a_loop = isinstance(source.entry, ast.Starred)
        if not is_a_loop:  # which may take the requirement from its variables
            assert f'"{source.row.requirement}"' in source.code
