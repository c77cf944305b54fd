"""An envelope as JUnit has it.

A pipeline that reads the file agrees with the exit code: a known failure is skipped, with its
reason, and the run as a whole is the last test case, which fails wherever the exit code is not 0.
A case that was blocked is an error there.
"""

from collections.abc import Iterable, Sequence

from ...bdd.failures import format_message
from ...escaping import plain, visible
from ...junit import JUnitCase, JUnitSuite, junit_xml
from ...verdict import CONCLUSIONS, FAILING, UNDECIDED, Status
from ..judgement.cases import FEATURES, CaseEntry, Envelope, pickles_by_id
from .cause_blocks import cause_blocks
from .essentials import STANDING_FOR, essentials, title_of
from .wording import NO_GOODBYE, message_of, product

LONGEST_NAME = 512
"""Characters that a name has at most: Azure Pipelines cuts it there."""

LONGEST_TITLE = LONGEST_NAME - 100
"""Characters of a title, since Azure Pipelines puts the name of the suite before it."""


def report_junit(envelope: Envelope) -> str:
    """Return the file: a suite for each lane, and one for the run as its exit code says."""
    started = envelope["started"].removesuffix("Z")
    blocks = list(cause_blocks(envelope))
    by_cause = [case["id"] for block in blocks for case in (block.first, *block.others)]
    suites = []
    for lane in envelope["lanes"]:
        of_lane = [case for case in envelope["cases"] if case["lane"] == lane]
        cases = [test_case(case) for case in failures_first(of_lane, by_cause)]
        suites.append(JUnitSuite(lane, cases, started))
    suites.append(JUnitSuite("run", [whole_run(envelope)], started))
    return junit_xml(product(envelope), suites, STANDING_FOR if blocks else "")


def test_case(case: CaseEntry) -> JUnitCase:
    """Return a case under its topic or lane, with its requirements as properties."""
    requirements = case["requirements"]
    group, *_ = requirements or [""]
    place = None
    properties: tuple[tuple[str, str], ...] = ()
    if "feature" in case:  # for tools that trace tests to requirements
        group = group_of(case)
        place = (case["feature"], case["line"])
        properties = (
            ("scenario", case["id"]),
            *(("requirement", requirement) for requirement in requirements),
        )
    return JUnitCase(
        name=plain(name_of(case), LONGEST_TITLE),
        group=group.partition(".")[0] or case["lane"],
        kind=kind_of(case),
        message=whole_message_of(case),
        text=text_of(case),
        seconds=case["seconds"],
        place=place,
        properties=properties,
    )


def whole_message_of(case: CaseEntry) -> str:
    """Return in one line why a case did not pass; of a failure with what was sent."""
    if case["status"] != Status.FAILED or "failure" not in case:
        return message_of(case)
    return format_message(plain(case["failure"]["sent"]), message_of(case))


def name_of(case: CaseEntry) -> str:
    """Return the name of a test case, which is the same however it comes out."""
    if case["lane"] != FEATURES:
        _, _, command = case["id"].partition("/")
        return f"{case['lane']}: {command}"
    pickle = pickles_by_id().get(case["id"])
    if pickle is not None:
        return pickle.title  # as pytest has it in its JUnit files
    return f"[{group_of(case)}] {case.get('name', case['id'])}"


def group_of(case: CaseEntry) -> str:
    """Return the requirement of a scenario's rule; of somebody's own the name of its file."""
    group, _, _ = case["id"].partition("/")
    return str(group)


def text_of(case: CaseEntry) -> str:
    """Return what failed, and then the rest; empty unless something went wrong."""
    shown = [visible(line) for line in case.get("shown", "").splitlines()]
    if Status(case["status"]) not in {*FAILING, Status.KNOWN, Status.DIFFERS}:
        return "\n".join(shown)
    return "\n".join([title_of(case), *essentials(case), "", *shown]).rstrip()


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


def whole_run(envelope: Envelope) -> JUnitCase:
    """Return the run as a test case."""
    code = envelope["exit_code"]
    words, kind = CONCLUSIONS[code]
    said = [envelope["trouble"]] if "trouble" in envelope else []
    if "no_goodbye" in envelope:
        said.append(f"{NO_GOODBYE}: {envelope['no_goodbye']}")
    text = plain("; ".join(said))
    return JUnitCase("the whole run", "run", kind, f"exit code {code}: {words}", text)
