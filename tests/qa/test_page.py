"""docs/qa.md names the tools that are tried here, in the versions that are locked."""

from pathlib import Path

import pytest

from tests.qa.page import FILE, locked, tools, with_versions


def test_page_names_the_locked_versions() -> None:
    assert FILE.read_text("utf-8") == with_versions(), "run `python -m tests.qa.page`"


@pytest.mark.parametrize("tool", tools())
def test_each_tool_on_the_page_is_tried(tool: str) -> None:
    assert tool in locked()
    sources = [file.read_text("utf-8") for file in Path(__file__).parent.glob("test_*.py")]
    assert any(f'options_of("{tool}")' in source for source in sources)


def test_page_names_each_package_of_node_that_is_installed_for_it() -> None:
    assert {name for name in locked() if "/" in name} <= set(tools())
