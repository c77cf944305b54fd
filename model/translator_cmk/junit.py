"""JUnit XML, as pipelines read it: one writer for reports of runs and for findings on plans."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Comment, Element

from .escaping import plain


class JUnitCase(NamedTuple):
    """A test case; ``kind`` is the element inside it, or empty if it passed."""

    name: str
    group: str
    kind: str = ""
    message: str = ""
    """One line.  Neither it nor the text has characters that can't be printed."""
    text: str = ""
    seconds: float = 0.0
    place: tuple[str, int] | None = None
    """File and line."""
    properties: tuple[tuple[str, str], ...] = ()


class JUnitSuite(NamedTuple):
    """Test cases under one name; ``started`` is a time, or empty."""

    name: str
    cases: Sequence[JUnitCase]
    started: str = ""


def junit_xml(name: str, suites: Iterable[JUnitSuite], comment: str = "") -> str:
    """Return the file."""
    root = Element("testsuites", name=plain(name))
    if comment:
        root.append(Comment(f" {comment} "))
    root.extend(map(suite_element, suites))
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def suite_element(suite: JUnitSuite) -> Element:
    """Return a suite with the counts of its cases."""
    found = Counter(case.kind for case in suite.cases)
    seconds = sum(case.seconds for case in suite.cases)
    element = Element(
        "testsuite",
        failures=str(found["failure"]),
        errors=str(found["error"]),
        skipped=str(found["skipped"]),
        name=plain(suite.name),
        tests=str(len(suite.cases)),
        time=f"{seconds:.3f}",
    )
    if suite.started:
        element.set("timestamp", suite.started)
    element.extend(map(case_element, suite.cases))
    return element


def case_element(case: JUnitCase) -> Element:
    """Return a test case."""
    element = Element(
        "testcase", name=plain(case.name), classname=case.group, time=f"{case.seconds:.3f}"
    )
    if case.place is not None:
        file, line = case.place
        element.attrib |= {"file": file, "line": str(line)}
    if case.properties:
        properties = ElementTree.SubElement(element, "properties")
        for name, value in case.properties:
            ElementTree.SubElement(properties, "property", name=name, value=plain(value))
    if case.kind:
        inside = ElementTree.SubElement(element, case.kind, message=case.message)
        inside.text = case.text or None
    return element
