"""docs/qa.md names the tools that are tried here, in the versions that are locked."""

import re
from pathlib import Path

import pytest

from tests.command_line import ROOT
from tests.qa.page import FILE, locked, tools, with_versions

TRIED = [*Path(__file__).parent.glob("test_*.py"), ROOT / "tests/bdd/test_navigation.py"]


def test_page_names_the_locked_versions() -> None:
    assert FILE.read_text("utf-8") == with_versions(), "run `python -m tests.qa.page`"


@pytest.mark.parametrize("tool", tools())
def test_each_tool_on_the_page_is_tried(tool: str) -> None:
    assert tool in locked()
    named = re.compile(f'options_of."{tool}".|/{tool}/')
    assert any(named.search(file.read_text("utf-8")) for file in TRIED)


def test_page_names_each_package_of_node_that_is_installed_for_it() -> None:
    assert {name for name in locked() if "/" in name} <= set(tools())
