"""Findings as JUnit XML: a test case for each, which fails where the exit code counts it."""

from ..escaping import plain
from ..junit import JUnitCase, JUnitSuite, junit_xml
from .finding import Finding, Report
from .verdicts import NOT_JUDGED
from .words import actions_in_words, finding_in_words, summary


def format_junit(report: Report) -> str:
    """Return the report as one suite; what is known, or no reason to fail, is skipped."""
    cases = [case_of(report, finding) for finding in report.findings]
    if not cases:
        cases.append(JUnitCase(summary(report), "check-plan"))
    suite = JUnitSuite(report.plan.source, cases)
    return junit_xml("translator-cmk check-plan", [suite])


def case_of(report: Report, finding: Finding) -> JUnitCase:
    """Return one finding as a test case."""
    kind = "skipped"
    if finding.verdict == NOT_JUDGED and finding.known is None:
        kind = "error"
    elif report.is_red(finding):
        kind = "failure"
    place = finding.place
    reason = f" ({finding.known.reason})" if finding.known else ""
    return JUnitCase(
        name=finding.address,
        group=finding.verdict,
        kind=kind,
        message=plain(f"{finding.verdict}: {actions_in_words(finding)}{reason}"),
        text="\n".join(plain(line) for line in finding_in_words(finding)),
        place=(place.file, place.line) if place is not None else None,
    )
