"""The report as JUnit XML: a test case for each case, named after its requirement, in a suite for each lane.

So that a pipeline that reads this file agrees with the exit code, what is known to fail is skipped, with its reason,
and the run as a whole is the last test case: it fails wherever the exit code is not 0.
"""

from typing import Any
from xml.etree import ElementTree

from ...errors import DEVIATIONS, OK
from ...escaping import plain
from ..summary import SAYS, product

LONGEST = 512
"""Characters that a name has at most: Azure Pipelines cuts it there."""


def text(envelope: dict[str, Any]) -> str:
    """The file."""
    root = ElementTree.Element("testsuites", name=product(envelope))
    for lane in envelope["lanes"]:
        cases = [case for case in envelope["cases"] if case["lane"] == lane]
        kinds = [kind_of(case) for case in cases]
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=lane,
            tests=str(len(cases)),
            failures=str(kinds.count("failure")),
            errors=str(kinds.count("error")),
            skipped=str(kinds.count("skipped")),
            timestamp=envelope["started"].removesuffix("Z"),
            time=f"{sum(case['seconds'] for case in cases):.3f}",
        )
        for case, kind in zip(cases, kinds, strict=True):
            add(suite, case, kind)
    add_the_run(root, envelope)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def add(suite: ElementTree.Element, case: dict[str, Any], kind: str) -> None:
    """Add a case."""
    element = ElementTree.SubElement(
        suite, "testcase", name=title(case), classname=classname(case), time=f"{case['seconds']:.3f}"
    )
    if kind:
        told = {"known": f"known deviation: {case.get('known', '')}: "}.get(case["status"], "")
        inner = ElementTree.SubElement(element, kind, message=plain(told + case.get("reason", case["status"])))
        if shown := case.get("shown"):
            inner.text = "\n".join(plain(line) for line in shown.splitlines())


def add_the_run(root: ElementTree.Element, envelope: dict[str, Any]) -> None:
    """Add what came of the run, as its exit code says."""
    code = envelope["exit_code"]
    kind = "" if code == OK else "failure" if code == DEVIATIONS else "error"
    tally = {f"{each}s": str(int(kind == each)) for each in ("failure", "error")}
    suite = ElementTree.SubElement(root, "testsuite", {"name": "run", "tests": "1", "skipped": "0", **tally})
    case = ElementTree.SubElement(suite, "testcase", name="the whole run", classname="run")
    if kind:
        ElementTree.SubElement(case, kind, message=f"exit code {code}: {SAYS[code]}")


def kind_of(case: dict[str, Any]) -> str:
    """The element that tells what came of the case; none where it passed."""
    status = case["status"]
    if status == "failed":
        return "failure"
    if status == "inconclusive" and case["scored"]:
        return "error"
    return "" if status == "passed" else "skipped"


def title(case: dict[str, Any]) -> str:
    """The name of the case."""
    row = case["id"].split("/")[2:]
    told = f"{case.get('name', case['id'])}{f' ({row[0]})' if row else ''}"
    return plain(
        f"[{case['requirements'][0]}] {told}" if case["requirements"] else f"[{case['id']}] {told}", LONGEST - 100
    )


def classname(case: dict[str, Any]) -> str:
    """The topic of a scenario, or the lane."""
    return str(case["requirements"][0].partition(".")[0]) if case["requirements"] else str(case["lane"])
