"""Findings as JUnit XML: a test case for each, which fails where the exit code counts it."""

from collections.abc import Collection

from ..escaping import plain
from ..junit import JUnitCase, JUnitSuite, junit_xml
from .finding import Finding
from .findings import Report
from .wording import actions_in_words, finding_in_words, summary


def format_junit(report: Report, counting: Collection[str]) -> str:
    """Return the report as one suite; the verdicts that count fail, the others are skipped."""
    cases = [case_of(finding, counting) for finding in report.findings]
    for reason in report.undecided:
        cases.append(JUnitCase(reason, "check-plan", "error", plain(reason)))
    if not cases:
        cases.append(JUnitCase(summary(report), "check-plan"))
    suite = JUnitSuite(report.plan.source, cases)
    return junit_xml("translator-cmk check-plan", [suite])


def case_of(finding: Finding, counting: Collection[str]) -> JUnitCase:
    """Return one finding as a test case."""
    place = finding.place
    return JUnitCase(
        name=finding.address,
        group=finding.verdict,
        kind="failure" if finding.verdict in counting else "skipped",
        message=plain(f"{finding.verdict}: {actions_in_words(finding)}"),
        text="\n".join(plain(line) for line in finding_in_words(finding)),
        place=(place.file, place.line) if place is not None else None,
    )
