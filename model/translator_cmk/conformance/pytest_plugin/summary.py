"""The summary of a run: failures by their cause, and test cases of JUnit, as `verify` has both.

It also keeps a run from passing in which no scenario was decided, or of which the records say
otherwise.

PYTEST_DONT_REWRITE
"""

from collections.abc import Generator, Iterable, Iterator, Mapping
from typing import Any

import pytest

# pytest has no public way to the file it writes, and no other way than these attributes to name a
# test case in it.
from _pytest.junitxml import xml_key

from ...bdd.causes import by_cause
from ...verdict import DECIDED, FAILING, Status
from ..report import text
from ..report.junit import whole_message_of

Reported = Mapping[str, Any]
"""What a report says of one phase of a scenario; `plugin` adds it."""

DISAGREES = "the test runner says passed, and the record of the scenario doesn't"


class Summary:
    """The plugin that sums up what was reported of scenarios."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.reported: list[Reported] = []
        """Each scenario that was decided, and each phase that broke one off."""
        self.disagreeing: list[str] = []
        """The scenarios of which the test runner says *passed*, and the record doesn't."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None]:
        """Note the status of one phase of a scenario, and describe its test case in JUnit."""
        scenario: Reported | None = getattr(report, "scenario", None)
        if scenario is None:
            return (yield)
        status = Status(scenario["status"])
        if report.when == "call" or status is not Status.PASSED:
            self.reported.append(scenario)
        # another plugin may have a test pass that its record has as failed or skipped
        if scenario["disagrees"] or (report.passed and status.junit):
            self.disagreeing.append(scenario["id"])
        xml = self.config.stash.get(xml_key, None)
        reporter = xml.node_reporter(report) if xml is not None else None
        yield
        if reporter is not None and report.when == "teardown":
            # it is complete, and what is written in the end
            self.describe(reporter.to_xml(), scenario)

    def describe(self, test_case: Any, scenario: Reported) -> None:
        """Describe a test case of JUnit as `verify` does."""
        for name, value in scenario["attributes"].items():
            test_case.set(name, value)
        message = ""
        # of its phases the last that did not pass says why
        for other in self.reported:
            if other["id"] == scenario["id"] and "entry" in other:
                message = whole_message_of(other["entry"])
        for element in (*test_case.iter("failure"), *test_case.iter("error")):
            if message:
                element.set("message", message)

    @property
    def statuses(self) -> set[str]:
        """The statuses that were reported."""
        return {scenario["status"] for scenario in self.reported}

    @property
    def is_undecided(self) -> bool:
        """Whether scenarios were run and none of them was decided."""
        return bool(self.reported) and self.statuses.isdisjoint(DECIDED)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Set the exit code that the records ask for."""
        broke = any("fault" in scenario.get("entry", ()) for scenario in self.reported)
        if self.disagreeing or broke:
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
        elif exitstatus != pytest.ExitCode.OK:
            return
        elif not self.statuses.isdisjoint(FAILING):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        elif self.is_undecided:
            session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Generator[None]:
        """Print what `verify` prints of failures, after pytest has listed the tests.

        Without -v pytest shows none of these, except where the code of others raised an error.
        """
        show_failures(terminalreporter, self.config.get_verbosity() > 0)
        yield
        for line in self.lines():
            terminalreporter.write_line(line)

    def lines(self) -> Iterator[str]:
        """Yield the failures by cause, then what was not decided."""
        found = {each["id"]: each for each in self.reported if "entry" in each}
        failed = sorted(
            (each for each in found.values() if Status(each["status"]) in FAILING),
            key=lambda each: tuple(each["size"]),
        )
        groups = []
        for cause, names in by_cause({each["id"]: tuple(each["causes"]) for each in failed}):
            groups.append({"cause": cause, "cases": names})
        envelope = {"cases": [each["entry"] for each in found.values()], "groups": groups}
        if found:
            yield ""
        yield from text.failures(envelope, elsewhere="which -v shows")
        yield from text.undecided(envelope)
        for name in self.disagreeing:
            yield f"{Status.INCONCLUSIVE.glyph} {name}: {DISAGREES}"
        if self.is_undecided:
            yield "no scenario was decided"


def show_failures(reporter: pytest.TerminalReporter, is_verbose: bool) -> None:
    """Show failures before errors; without -v not what is summed up, and each error that foreign
    code raised once.

    pytest shows errors first, and has no option for it.
    """
    if reporter.no_summary:
        return
    every = reporter.stats
    reporter.stats = dict(every)
    for word in ("failed", "error"):
        reports = every.get(word, [])
        reporter.stats[word] = reports if is_verbose else list(without_repeats(reports))
    reporter.summary_failures()
    reporter.summary_errors()
    reporter.stats = every
    for word in ("failed", "error"):
        for report in every.get(word, ()):
            report._pdbshown = True  # pytest's own mark of a report that has been shown


def without_repeats(reports: Iterable[Any]) -> Iterator[Any]:
    """Yield what is not summed up, and of scenarios with the same foreign error the first."""
    seen = set[str]()
    for report in reports:
        # a test that is no scenario
        if not hasattr(report, "scenario"):
            yield report
            continue
        # `plugin.describe` has put a text, which has none, in the place of all but foreign errors
        crash = getattr(report.longrepr, "reprcrash", None)
        if crash is not None and crash.message not in seen:
            seen.add(crash.message)
            yield report
