"""What all tests share: plugins, Ctrl-C, samples, an order, and failing for want of a tool that is
required.
"""

import os
import signal
import sys
from collections.abc import Generator, Mapping, Sequence
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it says no types

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


TOGETHER: Mapping[str, str] = {
    "tests/azure/test_azure_cli.py": "azure-cli",
    "tests/browser/": "site",
    "tests/conformance/test_counterexamples.py": "reports",
    "tests/conformance/test_forged_reports.py": "reports",
    "tests/conformance/test_model_answers.py": "reports",
    "tests/conformance/test_report": "reports",
    "tests/conformance/test_salted_names.py": "salted-names",
    "tests/conformance/test_sequences.py": "reports",
    "tests/conformance/test_verify.py": "reports",
    "tests/site/test_implementations.py": "site",
    "tests/site/test_site.py": "site",
    "tests/site/": "pages",
    "tests/test_packaging.py": "packaging",
}
"""Tests that one worker runs, by where their paths begin, the first that fits: they share what
takes long to make, or write one file.
"""


class Groups(LoadScopeScheduling):  # type: ignore[misc]  # its base says no types
    """Gives a worker tests one by one, but those that belong together all at once.

    The groups of `--dist loadgroup` itself are marks, which a worker writes into `Item._nodeid`.
    pytest 9.2 reads no such attribute any more, so xdist 3.8 groups nothing.
    """

    def _split_scope(self, nodeid: str) -> str:
        for beginning, group in TOGETHER.items():
            if nodeid.startswith(beginning):
                return group
        return nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Groups | None:
    """Return our own scheduler for `--dist loadgroup`, and that of xdist for others."""
    if config.getvalue("dist") == "loadgroup":
        return Groups(config, log)
    return None


@pytest.hookimpl(wrapper=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> Generator[None, int, int]:
    """Return one worker more than there are processors for `-n auto --dist loadgroup`.

    In the whole suite a fifth of the time is spent waiting, for a browser or for something to end.
    """
    processors = yield
    if config.getvalue("dist") == "loadgroup":
        return processors + 1
    return processors


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
