"""What all tests share: plugins, Ctrl-C, and failing for want of a tool that is required."""

import gc
import os
import signal
import sys
from collections.abc import Generator
from importlib.util import find_spec

import pytest

# The features run without Hypothesis.
if find_spec("hypothesis"):
    from hypothesis import settings

    # How long an example takes says something of the machine that it ran on, nothing of the code.
    settings.register_profile("suite", deadline=None)
    settings.load_profile("suite")

# With it jsonschema would compile grammars for a second and a half, of formats that no schema here
# has.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # as Python has what can't be imported

# States and outcomes live long and make no cycles.  To look for some among all of them, as often as
# Python does, takes a fifth of the time.
gc.set_threshold(100_000, 50, 100)

pytest_plugins = ["pytester", "translator_cmk.conformance.pytest_plugin"]

# Who starts the tests in the background may have them ignore Ctrl-C, and what they start would
# inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


FIRST = (
    "tests/conformance/judgement/test_verdicts.py",
    "tests/site/test_site.py",
    "tests/systems/",
    "tests/site/test_decide.py",
)
"""What two workers begin with, in this order: the longest file and one that builds the site, then
one that is as long and one that asks what was searched for the site.
"""

LAST = ("tests/site/", "tests/browser/")
"""What reads that site, so no worker waits for it."""


def place_of(item: pytest.Item) -> int:
    """Return where a test comes: a lower number goes first."""
    for place, name in enumerate(FIRST):
        if item.nodeid.startswith(name):
            return place
    return len(FIRST) + item.nodeid.startswith(LAST)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep both workers busy from beginning to end."""
    items.sort(key=place_of)


def pytest_sessionfinish() -> None:
    """Have nobody look once more through all that was kept, as pytest does twice and Python once:
    that takes seconds.
    """
    gc.freeze()


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
