"""A pytest plugin that records tests other than scenarios as evidence, in the same file of results.

`@pytest.mark.evidence("property", "a-name", "a.requirement", ...)` makes a test an item of that kind.  The fixture
`evidence_details` takes what else is worth keeping, as JSON-like dictionaries.  Load it after `translator_cmk.bdd`.

PYTEST_DONT_REWRITE
"""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from .results import KINDS, Item, ResultsError, load_results, merge_items, write_results

DETAILS = pytest.StashKey[list[dict[str, Any]]]()


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker."""
    config.addinivalue_line("markers", "evidence(kind, id, *requirements): this test is evidence of that kind")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(config))


@pytest.fixture
def evidence_details(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    """What to keep of the test besides its outcome."""
    details: list[dict[str, Any]] = request.node.stash.setdefault(DETAILS, [])
    return details


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Adds to the report what it is evidence of."""
    report = yield
    marker = item.get_closest_marker("evidence")
    if marker is not None:
        kind, name, *requirements = marker.args
        if kind not in KINDS:
            raise pytest.UsageError(f"{item.nodeid}: evidence of the kind {kind!r}; choose one of {', '.join(KINDS)}")
        reason = str(call.excinfo.value).partition("\n")[0] if call.excinfo else ""
        report.evidence = {  # type: ignore[attr-defined]  # reports take any attribute, and xdist carries it
            "kind": kind,
            "id": name,
            "requirements": requirements,
            "reason": reason or "failed",
            "details": item.stash.get(DETAILS, []),
        }
    return report


class Recorder:
    """Adds the evidence of a run to its file of results."""

    def __init__(self, config: pytest.Config) -> None:
        self.items: dict[str, Item] = {}
        self.file: Path | None = config.getoption("--results")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keeps what came of one phase of a test; the first phase that did not pass decides."""
        said: dict[str, Any] | None = getattr(report, "evidence", None)
        if said is None or (report.passed and report.when != "call") or said["id"] in self.items:
            return
        status = "passed" if report.passed else "not-run" if report.skipped else "failed"
        self.items[said["id"]] = Item(
            id=said["id"],
            kind=said["kind"],
            requirements=tuple(said["requirements"]),
            status=status,
            seconds=round(report.duration, 6),
            reason=None if status == "passed" else said["reason"],
            details=tuple(said["details"]),
        )

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Adds the items to the results that the scenarios' recorder has written by now."""
        if self.file is None or not self.items or not self.file.is_file():
            return
        try:
            write_results(self.file, merge_items(load_results(self.file), self.items.values()))
        except (ResultsError, OSError) as error:
            raise pytest.UsageError(f"the evidence of properties is not in {self.file}: {error}") from None
