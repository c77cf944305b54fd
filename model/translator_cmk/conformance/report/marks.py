"""Roll the cases of a report up by requirement: one mark each, with the numbers and the reasons behind it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ...badges import LOOKS, Status
from ...requirements import Register, Requirement
from ..cases import FEATURES

FAILURES = {"failed", "known"}


class Mark(NamedTuple):
    """The glyph and word of a result, what they mean, and what a case with it is in Cucumber Messages and in JUnit."""

    glyph: str
    word: str
    means: str
    cucumber: str = "SKIPPED"
    junit: str = "skipped"
    """The element inside the test case; empty for none."""


GLYPHS = {status: look.glyph for status, look in LOOKS.items()}

MARKS: Mapping[str, Mark] = {
    "passed": Mark(GLYPHS[Status.PASSED], "passed", "everything that applies was run and passed", "PASSED", ""),
    "failed": Mark(GLYPHS[Status.FAILED], "failed", "something failed, and nothing passed", "FAILED", "failure"),
    "partly": Mark("◐", "partly", "some of it passed and some did not; the number says how many, a note says why"),
    "blocked": Mark(
        "⊘", "blocked", "it could not be tried: another requirement failed on the way to it", "FAILED", "error"
    ),
    "differs": Mark("≠", "differs", "it differs from what we assume where the article is silent, which is no failure"),
    "not-applicable": Mark(GLYPHS[Status.NOT_APPLICABLE], "n/a", "it demands nothing of this implementation"),
    "inconclusive": Mark(
        GLYPHS[Status.INCONCLUSIVE], "inconclusive", "something broke, so nothing was learned", "UNKNOWN", "error"
    ),
    "not-run": Mark(GLYPHS[Status.NOT_RUN], "not run", "it was not selected, not reached, or is not supported"),
    "declared": Mark(GLYPHS[Status.DECLARED], "declared only", "no run can show it"),
    "stale": Mark(GLYPHS[Status.STALE], "stale", "the specification has changed since; the cell says what it was"),
}


def word_of(status: str) -> str:
    """Return the word for the status of a case."""
    return MARKS[status].word if status in MARKS else status


def mark_of(status: str) -> Mark:
    """Return the mark for the status of a case; one that is known to fail has failed."""
    return MARKS["failed" if status == "known" else status]


class Note(NamedTuple):
    """Why something did not pass; ``records`` are the decisions behind an assumption that it differs from."""

    status: str
    reason: str
    known: str = ""
    rests_on: tuple[str, ...] = ()


class Cell(NamedTuple):
    """The result of a requirement: a word of `MARKS`, how many of the cases that apply passed, and why not all."""

    word: str
    passed: int = 0
    applicable: int = 0
    notes: Mapping[Note, tuple[str, ...]] = {}
    """Each reason with the cases that it is about."""


def cells(report: Mapping[str, Any], register: Register) -> dict[str, Cell]:
    """Return the cell of each requirement."""
    return {name: cell(requirement, report["cases"]) for name, requirement in register.items()}


def cell(requirement: Requirement, cases: Sequence[Mapping[str, Any]]) -> Cell:
    """Return the cell of one requirement."""
    if requirement.kind == "attestation":
        return Cell("declared")
    counts: Counter[str] = Counter()
    notes: dict[Note, tuple[str, ...]] = {}
    for case in cases:
        if (result := result_for(requirement.id, case)) is None:
            continue
        status, reason = result
        counts[status] += 1
        if status != "passed":
            note = Note(status, reason, case.get("known", ""), tuple(case.get("rests_on", ())))
            notes[note] = (*notes.get(note, ()), case["id"])
    if requirement.kind == "silence" and not counts:
        return Cell("not-applicable")
    return Cell(word(counts), counts["passed"], counts.total() - counts["not-applicable"], notes)


def result_for(requirement: str, case: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the status that a case has for a requirement, and the reason; None if it says nothing of it.

    A scenario says something of all that it carries, except what differs from an assumption: that says something of the
    assumption only.  In other lanes only a failure does, of what it is attributed to.  A scenario that fails for
    another requirement is inconclusive for this one.
    """
    status, attributed = case["status"], case.get("attributed_to", ())
    if status == "differs":
        about = case.get("rests_on", ())
    elif case["lane"] == FEATURES:
        about = case["requirements"]
    else:
        about = attributed if status in FAILURES else ()
    if requirement not in about:
        return None
    if status in {*FAILURES, "differs"} and attributed and requirement not in attributed:
        return "inconclusive", f"the scenario fails for {', '.join(attributed)}"
    return status, case.get("reason", "")


def word(counts: Mapping[str, int]) -> str:
    """Return the word for so many cases of each status."""
    failed = sum(counts[status] for status in FAILURES)
    if counts["passed"]:
        rest = failed + counts["blocked"] + counts["inconclusive"] + counts["not-run"]
        return "partly" if rest else "differs" if counts["differs"] else "passed"
    order = ("differs", "blocked", "inconclusive", "not-run", "not-applicable")
    return "failed" if failed else next((status for status in order if counts[status]), "not-run")
