"""The results of a report by requirement: one status each, with the numbers and the reasons behind
it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ...requirements import Register, Requirement
from ...verdict import HAS_FAILED, Status, of_requirement, with_failures_first
from ..judgement.cases import FEATURES, CaseEntry, Envelope, Ids


class Note(NamedTuple):
    """Why something did not pass; ``rests_on`` are the assumptions that it differs from."""

    status: Status
    reason: str
    known: str = ""
    rests_on: Ids = ()


class Cell(NamedTuple):
    """The result of a requirement: its status, how many of the cases that apply passed, and why not
    all.
    """

    status: Status
    passed: int = 0
    applicable: int = 0
    notes: Mapping[Note, Ids] = {}
    """Each reason with the cases that it is about."""


def cells(report: Envelope, register: Register) -> dict[str, Cell]:
    """Return the cell of each requirement."""
    concerning = by_requirement(report["cases"])
    return {name: cell(register[name], concerning.get(name, ())) for name in register}


def by_requirement(cases: Iterable[CaseEntry]) -> dict[str, list[CaseEntry]]:
    """Return for each requirement the cases that say something of it."""
    found: dict[str, list[CaseEntry]] = {}
    for case in cases:
        for name in dict.fromkeys(concerned(case)):
            found.setdefault(name, []).append(case)
    return found


def cell(requirement: Requirement, concerning: Sequence[CaseEntry]) -> Cell:
    """Return the cell of one requirement, from the cases that say something of it."""
    if requirement.kind == "attestation":
        return Cell(Status.DECLARED)

    counts: Counter[Status] = Counter()
    notes: dict[Note, Ids] = {}
    for case in concerning:
        status, reason = result_for(requirement.id, case)
        counts[status] += 1
        if status is not Status.PASSED:
            note = Note(status, reason, case.get("known", ""), tuple(case.get("rests_on", ())))
            notes[note] = (*notes.get(note, ()), case["id"])

    if requirement.kind == "silence" and not counts:
        return Cell(Status.NOT_APPLICABLE)
    applicable = counts.total() - counts[Status.NOT_APPLICABLE]
    return Cell(of_requirement(counts), counts[Status.PASSED], applicable, notes)


def concerned(case: CaseEntry) -> Sequence[str]:
    """Return the requirements that a case says something of.

    What differs from an assumption says something of the assumption only.  A scenario says
    something of all that it carries.  A failure does of what it is attributed to, in every lane.
    """
    status = Status(case["status"])
    if status is Status.DIFFERS:
        assumptions: Sequence[str] = case.get("rests_on", ())
        return assumptions
    names: list[str] = []
    if case["lane"] == FEATURES:
        names += case["requirements"]
    if status in HAS_FAILED:
        names += case.get("attributed_to", ())
    return tuple(dict.fromkeys(names))


def result_for(requirement: str, case: CaseEntry) -> tuple[Status, str]:
    """Return the status that a case has for a requirement that it says something of, and the
    reason.

    A scenario that fails for another requirement is inconclusive for this one.
    """
    status = Status(case["status"])
    attributed = case.get("attributed_to", ())
    went_wrong = status is Status.DIFFERS or status in HAS_FAILED
    if went_wrong and attributed and requirement not in attributed:
        return Status.INCONCLUSIVE, f"the scenario fails for {', '.join(attributed)}"
    return status, case.get("reason", "")


def verdict(cell: Cell) -> Status:
    """Return the result of a requirement: failed as soon as anything of it fails."""
    return with_failures_first(cell.status, {note.status for note in cell.notes})
