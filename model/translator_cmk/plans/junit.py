"""Findings as JUnit XML: a test case for each, which fails where the exit code counts it."""

from collections.abc import Collection
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ..escaping import plain
from .finding import Finding
from .findings import Report
from .wording import actions_in_words, finding_in_words, summary


def format_junit(report: Report, counting: Collection[str]) -> str:
    """Return the report as one suite; the verdicts that count fail, the others are skipped."""
    cases = [case_of(finding, counting) for finding in report.findings]
    cases += [case_of_undecided(reason) for reason in report.undecided]
    if not cases:
        cases = [Element("testcase", name=plain(summary(report)), classname="check-plan")]
    failures = sum(1 for case in cases if case.find("failure") is not None)
    skipped = sum(1 for case in cases if case.find("skipped") is not None)
    suite = Element(
        "testsuite",
        name=plain(report.plan.source),
        tests=str(len(cases)),
        failures=str(failures),
        errors=str(len(report.undecided)),
        skipped=str(skipped),
    )
    suite.extend(cases)
    root = Element("testsuites", name="translator-cmk check-plan")
    root.append(suite)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def case_of_undecided(reason: str) -> Element:
    """Return what was not judged as a test case that breaks."""
    case = Element("testcase", name=plain(reason), classname="check-plan")
    ElementTree.SubElement(case, "error", message=plain(reason))
    return case


def case_of(finding: Finding, counting: Collection[str]) -> Element:
    """Return one finding as a test case."""
    case = Element("testcase", name=plain(finding.address), classname=finding.verdict)
    if finding.place is not None:
        case.attrib |= {"file": finding.place.file, "line": str(finding.place.line)}
    kind = "failure" if finding.verdict in counting else "skipped"
    message = f"{finding.verdict}: {actions_in_words(finding)}"
    inner = ElementTree.SubElement(case, kind, message=plain(message))
    inner.text = "\n".join(plain(line) for line in finding_in_words(finding))
    return case
