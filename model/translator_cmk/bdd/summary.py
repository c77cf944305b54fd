"""The summary of a run: failures by their cause, and test cases of JUnit as `verify` names them.

It also keeps a run from passing in which no scenario was decided.

PYTEST_DONT_REWRITE
"""

from collections.abc import Generator, Mapping
from typing import Any

import pytest

# pytest has no public way to the file it writes, and no other way than these attributes to name a
# test case in it.
from _pytest.junitxml import xml_key

from ..escaping import plain
from ..verdict import Status
from .causes import Causes, by_cause
from .failures import format_causes

Reported = Mapping[str, Any]
"""What a report says of one phase of a scenario; `plugin` adds it."""


class Summary:
    """The plugin that sums up what was reported of scenarios."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.reported: list[Reported] = []
        """Each scenario that was decided, and each phase that broke one off."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None]:
        """Note the status of one phase of a scenario, and describe its test case in JUnit."""
        scenario: Reported | None = getattr(report, "scenario", None)
        if scenario is None:
            return (yield)
        if report.when == "call" or scenario["status"] != Status.PASSED:
            self.reported.append(scenario)
        xml = self.config.stash.get(xml_key, None)
        reporter = xml.node_reporter(report) if xml is not None else None
        yield
        if reporter is not None and report.when == "teardown":
            # it is complete, and what is written in the end
            self.describe(reporter.to_xml(), scenario)

    def describe(self, test_case: Any, scenario: Reported) -> None:
        """Describe a test case of JUnit as `verify` does."""
        for name in ("name", "classname", "file", "line"):
            test_case.set(name, str(scenario[name]))
        reasons = [
            other["reason"]
            for other in self.reported
            if other["id"] == scenario["id"] and other["reason"]
        ]
        for element in (*test_case.iter("failure"), *test_case.iter("error")):
            element.set("message", plain(reasons[-1]))

    @property
    def is_undecided(self) -> bool:
        """Whether scenarios were run and none of them was decided."""
        statuses = {scenario["status"] for scenario in self.reported}
        decided = {Status.PASSED, Status.FAILED, Status.FLAKY}
        return bool(statuses) and statuses.isdisjoint(decided)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Set the exit code of a run in which nothing was decided."""
        if self.is_undecided and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Generator[None]:
        """Print failures by their cause, before pytest lists the tests and after it has.

        Without -v only the first failure of each cause is shown in full.
        """
        # a failed Then says more than what it blocks, so it comes first
        in_order = sorted(self.reported, key=lambda it: it["status"] != Status.FAILED)
        failures: dict[str, Causes] = {}
        titles: dict[str, str] = {}
        for scenario in in_order:
            titles[scenario["id"]] = scenario["name"]
            if scenario["causes"]:
                failures[scenario["id"]] = scenario["causes"]

        if self.config.get_verbosity() <= 0:
            shorten(terminalreporter, failures, titles)
        list_causes(terminalreporter, failures, titles)
        yield
        if self.is_undecided:
            terminalreporter.write_line("no scenario was decided")
        list_causes(terminalreporter, failures, titles)


def list_causes(
    reporter: pytest.TerminalReporter, failures: Mapping[str, Causes], titles: Mapping[str, str]
) -> None:
    """Print failures by their cause, if there are any."""
    if not failures:
        return
    reporter.section("failed and blocked scenarios by cause", sep="=", bold=True)
    for line in format_causes(failures, titles):
        reporter.write_line(line)


def shorten(
    reporter: pytest.TerminalReporter, failures: Mapping[str, Causes], titles: Mapping[str, str]
) -> None:
    """Let all failures of a cause but the first name the cause alone."""
    cause_of: dict[str, str] = {}
    for cause, (_, *others) in by_cause(failures):
        if cause:
            cause_of.update(dict.fromkeys(others, cause))
    for word in ("failed", "error"):
        for report in reporter.stats.get(word, ()):
            scenario = getattr(report, "scenario", None)
            if scenario is None or scenario["id"] not in cause_of:
                continue
            title = titles[scenario["id"]]
            cause = cause_of[scenario["id"]]
            report.longrepr = (
                f"{title}: attributed to the same: {cause} (-v shows all of it)\n"
                f"  again        {scenario['again']}"
            )
