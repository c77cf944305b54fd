"""What all tests share: plugins, Ctrl-C, samples, an order, and failing for want of a tool that is
required.
"""

import os
import signal
import sys
from collections.abc import Generator, Sequence
from typing import TypeVar

import pytest
from hypothesis import settings

# How long an example takes says something of the machine that it ran on, nothing of the code.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

# With it jsonschema would compile grammars for a second and a half, of formats that no schema here
# has.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # as Python has what can't be imported

pytest_plugins = ["pytester", "translator_cmk.conformance.pytest_report"]

# Who starts the tests in the background may have them ignore Ctrl-C, and what they start would
# inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

IN_FULL = "IN_FULL" in os.environ

Each = TypeVar("Each")


def some(every: Sequence[Each], step: int, first: int = 0) -> Sequence[Each]:
    """Return every so many of them; all of them in full."""
    return every if IN_FULL else every[first::step]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with what takes long, which would leave one worker alone at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a test fail that is skipped for want of a tool where every tool is required, as in
    `.ci/run`.
    """
    report = yield
    if (
        report.skipped
        and os.environ.get("TRANSLATOR_CMK_REQUIRE_TOOLS")
        and "missing tool:" in str(report.longrepr)
    ):
        report.outcome, report.longrepr = "failed", str(report.longrepr)
    return report
