"""What a report says of each requirement: a cell of the matrix, rolled up from the cases that carry the requirement.

The page that opens a report in the browser rolls up the same way; a test holds the two against each other.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..requirements import Register, Requirement
from .badges import LOOKS, Status
from .reading_reports import Case, Report

FEATURES = "features"


class Mark(NamedTuple):
    """How a word is shown: with a glyph, and what it means."""

    glyph: str
    word: str
    means: str


MARKS: Mapping[str, Mark] = {
    "passed": Mark(LOOKS[Status.PASSED].glyph, "passed", "everything that applies was run and passed"),
    "failed": Mark(LOOKS[Status.FAILED].glyph, "failed", "something failed, and nothing passed"),
    "partly": Mark("◐", "partly", "some of it passed and some did not; the number says how many, a note says why"),
    "differs": Mark("≠", "differs", "it differs from what we assume where the article is silent, which is no failure"),
    "not-applicable": Mark(LOOKS[Status.NOT_APPLICABLE].glyph, "n/a", "it asks nothing of this implementation"),
    "inconclusive": Mark(LOOKS[Status.INCONCLUSIVE].glyph, "inconclusive", "something broke, and nothing was learned"),
    "not-run": Mark(LOOKS[Status.NOT_RUN].glyph, "not run", "it was not selected, not reached, or is not supported"),
    "declared": Mark(LOOKS[Status.DECLARED].glyph, "declared only", "no run can show it"),
    "stale": Mark(LOOKS[Status.STALE].glyph, "stale", "the specification has changed since; the cell says what it was"),
}
"""Every word that a cell may have."""

FAILURES = {"failed", "known"}


class Note(NamedTuple):
    """Why something did not pass."""

    status: str
    reason: str
    known: str = ""
    rests_on: tuple[str, ...] = ()


class Cell(NamedTuple):
    """What came of a requirement: in a word of `MARKS`, in how many cases of how many that apply, and why."""

    word: str
    passed: int = 0
    applicable: int = 0
    notes: Mapping[Note, tuple[str, ...]] = {}
    """Each reason with the cases that it is about."""


def cells(report: Report, register: Register) -> dict[str, Cell]:
    """The cell of each requirement."""
    return {name: cell(requirement, report) for name, requirement in register.items()}


def cell(requirement: Requirement, report: Report) -> Cell:
    """The cell of one requirement."""
    if requirement.kind == "attestation":
        return Cell("declared")
    told = [(case, *came(case, requirement.id)) for case in carrying(requirement.id, report)]
    counts = Counter(status for _, status, _ in told)
    notes: dict[Note, tuple[str, ...]] = {}
    for case, status, reason in told:
        if status != "passed":
            note = Note(status, reason, case.known, case.rests_on if status == "differs" else ())
            notes[note] = (*notes.get(note, ()), case.id)
    return Cell(word(counts), counts["passed"], counts.total() - counts["not-applicable"], notes)


def carrying(requirement: str, report: Report) -> Iterator[Case]:
    """The cases that say something of a requirement."""
    return (case for case in report.cases if says_something(case, requirement))


def says_something(case: Case, requirement: str) -> bool:
    """Whether a case says something of a requirement: a scenario that carries it, or a failure that is laid to it.

    What differs from an assumption says nothing of the other requirements that its scenario carries.
    """
    if case.status == "differs":
        return requirement in case.rests_on
    if case.lane == FEATURES:
        return requirement in case.requirements
    return case.status in FAILURES and requirement in case.blamed


def came(case: Case, requirement: str) -> tuple[str, str]:
    """What a case says of a requirement, and why: one that failed for another requirement leaves this one open."""
    if case.status in {*FAILURES, "differs"} and case.blamed and requirement not in case.blamed:
        return "inconclusive", f"the scenario fails for {', '.join(case.blamed)}"
    return case.status, case.reason


def word(counts: Mapping[str, int]) -> str:
    """The word for so many cases of each status."""
    failed = sum(counts[status] for status in FAILURES)
    if counts["passed"]:
        rest = failed + counts["inconclusive"] + counts["not-run"]
        return "partly" if rest else "differs" if counts["differs"] else "passed"
    if failed:
        return "failed"
    order = ("differs", "inconclusive", "not-run", "not-applicable")
    return next((status for status in order if counts[status]), "not-run")
