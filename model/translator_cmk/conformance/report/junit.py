"""An envelope as JUnit has it.

A pipeline that reads the file agrees with the exit code: a known failure is skipped, with its
reason, and the run as a whole is the last test case, which fails wherever the exit code is not 0.
A case that was blocked is an error there.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Comment, Element

from ...bdd.failures import format_message
from ...bdd.feature_files import pickles
from ...escaping import plain, visible
from ...verdict import CONCLUSIONS, FAILING, UNDECIDED, Status
from ..cases import FEATURES, CaseEntry, Envelope
from .cause_blocks import cause_blocks
from .essentials import STANDING_FOR, essentials, title_of
from .wording import NO_GOODBYE, message_of, product

LONGEST_NAME = 512
"""Characters that a name has at most: Azure Pipelines cuts it there."""

LONGEST_TITLE = LONGEST_NAME - 100
"""Characters of a title, since Azure Pipelines puts the name of the suite before it."""


def junit_xml(envelope: Envelope) -> str:
    """Return the file: a suite for each lane, and one for the run as its exit code says."""
    titles = {
        pickle.id: pickle.title for pickle in pickles()
    }  # as pytest has them in its JUnit files
    started = envelope["started"].removesuffix("Z")
    blocks = list(cause_blocks(envelope))
    by_cause = [case["id"] for block in blocks for case in (block.first, *block.others)]
    root = Element("testsuites", name=product(envelope))
    if blocks:
        root.append(Comment(f" {STANDING_FOR} "))
    for lane in envelope["lanes"]:
        of_lane = [case for case in envelope["cases"] if case["lane"] == lane]
        cases = [test_case(case, titles) for case in failures_first(of_lane, by_cause)]
        root.append(test_suite(lane, cases, started))
    root.append(test_suite("run", [whole_run(envelope)], started))
    ElementTree.indent(root)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        + ElementTree.tostring(root, encoding="unicode")
        + "\n"
    )


def test_suite(name: str, cases: Sequence[Element], started: str) -> Element:
    found = Counter(part.tag for case in cases for part in case)
    seconds = sum(float(case.attrib["time"]) for case in cases)
    suite = Element(
        "testsuite",
        failures=str(found["failure"]),
        errors=str(found["error"]),
        skipped=str(found["skipped"]),
        name=name,
        tests=str(len(cases)),
        timestamp=started,
        time=f"{seconds:.3f}",
    )
    suite.extend(cases)
    return suite


def test_case(case: CaseEntry, titles: Mapping[str, str]) -> Element:
    """Return a case under its topic or lane, with its requirements as properties."""
    requirements = case["requirements"]
    first = requirements[0] if requirements else ""
    found = test_element(
        name=plain(name_of(case, titles), LONGEST_TITLE),
        group=first.partition(".")[0] or case["lane"],
        seconds=case["seconds"],
        kind=kind_of(case),
        message=whole_message_of(case),
        text=text_of(case),
    )
    if "feature" in case:
        found.attrib |= {"file": case["feature"], "line": str(case["line"])}
        found.insert(0, properties_of(case))
    return found


def whole_message_of(case: CaseEntry) -> str:
    """Return in one line why a case did not pass; of a failure with what was sent."""
    if case["status"] != Status.FAILED or "failure" not in case:
        return message_of(case)
    return format_message(plain(case["failure"]["sent"]), message_of(case))


def name_of(case: CaseEntry, titles: Mapping[str, str]) -> str:
    """Return the name of a test case, which is the same however it comes out."""
    if case["lane"] != FEATURES:
        _, _, command = case["id"].partition("/")
        return f"{case['lane']}: {command}"
    requirements = case["requirements"]
    first = requirements[0] if requirements else case["id"]
    return titles.get(case["id"]) or f"[{first}] {case.get('name', case['id'])}"


def text_of(case: CaseEntry) -> str:
    """Return what failed, and then the rest; empty unless something went wrong."""
    if Status(case["status"]) not in {*FAILING, Status.KNOWN, Status.DIFFERS}:
        return "\n".join(plain(line) for line in case.get("shown", "").splitlines())
    lines = [title_of(case), *essentials(case)]
    lines.append("")
    lines += [visible(line) for line in case.get("shown", "").splitlines()]
    return "\n".join(lines).rstrip()


def failures_first(cases: Iterable[CaseEntry], by_cause: Sequence[str]) -> list[CaseEntry]:
    """Return the cases of a suite, those first that somebody has to look at; ``by_cause``: all
    failures by cause, the simplest of each first.
    """
    first = (Status.FAILED, Status.FLAKY, Status.BLOCKED)
    places = {name: number for number, name in enumerate(by_cause)}

    def place(case: CaseEntry) -> tuple[int, int]:
        status = Status(case["status"])
        if status not in first:
            return len(first), 0
        return first.index(status), places.get(case["id"], len(places))

    return sorted(cases, key=place)


def kind_of(case: CaseEntry) -> str:
    """Return the element inside a test case; nobody waits for what does not count to be decided."""
    if case["status"] in UNDECIDED and not case["scored"]:
        return Status.NOT_RUN.junit
    return Status(case["status"]).junit


def properties_of(case: CaseEntry) -> Element:
    """Return the ids that a case has, for tools that trace tests to requirements."""
    properties = Element("properties")
    ElementTree.SubElement(properties, "property", name="scenario", value=plain(case["id"]))
    for requirement in case["requirements"]:
        ElementTree.SubElement(properties, "property", name="requirement", value=plain(requirement))
    return properties


def whole_run(envelope: Envelope) -> Element:
    """Return the run as a test case."""
    code = envelope["exit_code"]
    words, kind = CONCLUSIONS[code]
    told = plain(envelope.get("trouble", ""))
    if "no_goodbye" in envelope:
        told = plain(f"{NO_GOODBYE}: {envelope['no_goodbye']}")
    return test_element("the whole run", "run", 0.0, kind, f"exit code {code}: {words}", told)


def test_element(
    name: str, group: str, seconds: float, kind: str, message: str, text: str
) -> Element:
    """Return a test case; ``kind`` is the element inside it, or empty if it passed."""
    found = Element("testcase", name=name, classname=group, time=f"{seconds:.3f}")
    if kind:
        ElementTree.SubElement(found, kind, message=message).text = text or None
    return found
