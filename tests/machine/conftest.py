"""Tests of laws are recorded with the model that they were run against."""

from collections.abc import Callable
from pathlib import Path

import pytest

from translator_cmk.site.laws import identity

Record = Callable[[str, object], None]
"""Records a property of a test: its name, and its value."""


@pytest.fixture(scope="session", autouse=True)
def _identified(record_testsuite_property: Record) -> None:
    record_testsuite_property("identity", identity(Path(__file__).parents[2]))
