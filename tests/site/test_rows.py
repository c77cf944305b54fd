"""Each row of the machine is shown under its requirement, as it is written and where it is written."""

import ast

from tests.site.building import REGISTER, ROOT
from translator_cmk.machine import COUNTER_ROWS, ROWS
from translator_cmk.site.rows import fragments

FRAGMENTS = fragments(REGISTER)
SHOWN = [(name, fragment) for name, found in FRAGMENTS.items() for fragment in found]


def test_every_requirement_with_rows_shows_them() -> None:
    assert {name for name, fragment in SHOWN if not fragment.counter} == {row.requirement for row in ROWS}


def test_every_requirement_with_counter_rows_shows_them_as_such() -> None:
    assert {name for name, fragment in SHOWN if fragment.counter} == {row.requirement for row in COUNTER_ROWS}


def test_rows_are_shown_as_they_are_written() -> None:
    assert SHOWN
    for name, fragment in SHOWN:
        written = (ROOT / fragment.path).read_text("utf-8").splitlines()
        shown = fragment.code.splitlines()
        assert written[fragment.line - 1].removesuffix(",").endswith(shown[0]), name
        assert f'"{name}"' in fragment.code
        entry, *helpers = fragment.code.split("\n\n")
        ast.parse(f"[{entry}\n]")
        assert [helper.partition(" ")[0] for helper in helpers] in ([], ["def"]), name


def test_helper_of_a_row_is_shown_with_it() -> None:
    counter_rows = [fragment for fragment in FRAGMENTS["restoration.no-redeploy"] if fragment.counter]
    assert all("def redeploys(" in fragment.code for fragment in counter_rows)
