"""The summary of a run: failures by their cause, and test cases of JUnit as `verify` names them.

It also keeps a run from passing in which no scenario was decided.

PYTEST_DONT_REWRITE
"""

from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any

import pytest

# pytest has no public way to the file it writes, and no other way than these attributes to name a
# test case in it.
from _pytest.junitxml import xml_key

from ..escaping import plain
from ..verdict import Status
from .causes import by_cause
from .failures import format_cause, format_count, format_message, labelled

Reported = Mapping[str, Any]
"""What a report says of one phase of a scenario; `plugin` adds it."""

Groups = Sequence[tuple[str, Sequence[Reported]]]
"""The failures of each cause, the simplest of each first."""

CAUSES_IN_FULL = 5
"""How many causes are shown, each with its simplest failure."""

MOST_OTHERS = 5
"""How many other failures of a cause are named."""


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
        reasons = []
        for other in self.reported:
            if other["id"] == scenario["id"] and other["reason"]:
                reasons.append(format_reason(other))
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

        Without -v only the simplest failure of each cause is shown in full.
        """
        found = self.failures_by_cause()
        if found:
            terminalreporter.section(TITLE, sep="=", bold=True)
            for line in format_causes(found, MOST_OTHERS):
                terminalreporter.write_line(line)
            left_out: set[str] = set()
            if self.config.get_verbosity() <= 0:
                left_out = besides_the_simplest(found)
            show_failures_first(terminalreporter, left_out)
        yield
        if self.is_undecided:
            terminalreporter.write_line("no scenario was decided")
        if found:
            terminalreporter.section(TITLE, sep="=", bold=True)
            for line in format_causes(found, 0):
                terminalreporter.write_line(line)

    def failures_by_cause(self) -> Groups:
        """Return each scenario that failed or was blocked once, what only got blocked last."""
        failures = {each["id"]: each for each in self.reported if each["causes"]}
        in_order = sorted(failures.values(), key=simplicity)
        causes = {each["id"]: each["causes"] for each in in_order}
        return [(cause, [failures[name] for name in names]) for cause, names in by_cause(causes)]


TITLE = "failed and blocked scenarios by cause"


def format_reason(scenario: Reported) -> str:
    """Return in one line why a scenario did not pass; a failed Then with what was sent."""
    if scenario["status"] != Status.FAILED:
        return str(scenario["reason"])
    return format_message(dict(scenario["difference"])["sent"], scenario["reason"])


def simplicity(scenario: Reported) -> tuple[bool, Sequence[int]]:
    """Return what the failures of a cause are ordered by; what failed says more than what it
    blocked.
    """
    return scenario["status"] == Status.BLOCKED, tuple(scenario["size"])


def format_causes(found: Groups, most_named: int) -> Iterator[str]:
    """Yield a block for each cause: how many, the simplest, and the names of some others."""
    for number, (cause, (first, *others)) in enumerate(found):
        counts = Counter(Status(scenario["status"]) for scenario in (first, *others))
        yield f"{Status.FAILED.glyph} {format_cause(cause)} ({format_count(counts)})"
        if number >= CAUSES_IN_FULL:
            continue
        yield ""
        yield f"{Status(first['status']).glyph} {first['name']}"
        for label, text in first["difference"]:
            yield from labelled(label, [text])
        yield from labelled("again", [first["again"]])
        if others and most_named:
            yield ""
            yield from same_cause(others, most_named)
        yield ""


def same_cause(others: Sequence[Reported], most_named: int) -> Iterator[str]:
    """Yield the names of other failures of a cause."""
    yield f"  for the same cause: {len(others)} more (-v shows each)"
    for scenario in others[:most_named]:
        yield f"  {Status(scenario['status']).glyph} {scenario['name']}"
    more = len(others) - most_named
    if more > 0:
        yield f"  and {more} more, which the short test summary names"


def besides_the_simplest(found: Groups) -> set[str]:
    """Return the ids of the failures that a block of a cause only names."""
    ids: set[str] = set()
    for cause, (_, *others) in found:
        if cause:
            ids.update(scenario["id"] for scenario in others)
    return ids


def show_failures_first(reporter: pytest.TerminalReporter, left_out: set[str]) -> None:
    """Show failures before errors, without the scenarios of these ids, which are still counted.

    pytest shows errors first, and has no option for it.
    """
    if reporter.no_summary:
        return
    every = reporter.stats
    shown = dict(every)
    for word in ("failed", "error"):
        shown[word] = [each for each in every.get(word, ()) if id_of(each) not in left_out]
    reporter.stats = shown
    reporter.summary_failures()
    reporter.summary_errors()
    reporter.stats = every
    for word in ("failed", "error"):
        for report in every.get(word, ()):
            report._pdbshown = True  # pytest's own mark of a report that has been shown


def id_of(report: Any) -> str:
    """Return the id of a report's scenario; empty for any other test."""
    scenario = getattr(report, "scenario", None)
    return scenario["id"] if scenario else ""
