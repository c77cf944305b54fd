"""Verdicts: what came of each case, and what that means for the run, down to its exit code."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ..errors import DEVIATIONS, HARNESS, INCOMPLETE, OK
from .cases import Case

STATUSES: Mapping[str, str] = {
    "passed": "The system and the specification agree.",
    "failed": "They disagree, or the system did not get to the starting point.",
    "known": "It failed, and the file of deviations says so.",
    "differs": "It differs from what we assume; the article does not say it, and it does not count.",
    "not-applicable": "It asks nothing of this system, for the reason given; it counts for nothing.",
    "inconclusive": "The system broke, or an effect was still absent when its time was up; nothing was learned.",
    "not-run": "It was not selected, not reached, or the system has no such command.",
}


class Came(NamedTuple):
    """What came of one case as it was run, before it is weighed.

    ``status`` is one of passed, failed, blocked, not-applicable, inconclusive and not-run.  ``blamed``: the
    requirements that a failure is laid to.  ``fault``: its kind, where the system broke.  ``shown``: a failure in full.
    """

    status: str
    reason: str = ""
    seconds: float = 0.0
    blamed: tuple[str, ...] = ()
    fault: str = ""
    shown: str = ""
    step: int = -1
    """Of a scenario: the step, from 0, that it stopped at."""
    undelivered: str = ""
    """The capability that was declared, and is not supported."""
    behind: tuple[str, ...] = ()
    """The cases whose failures keep this one from being reached."""


class Verdict(NamedTuple):
    """The verdict on one case; ``known`` is the reason that the file of deviations gives."""

    status: str
    reason: str = ""
    seconds: float = 0.0
    blamed: tuple[str, ...] = ()
    fault: str = ""
    shown: str = ""
    step: int = -1
    undelivered: str = ""
    known: str = ""


NOT_REACHED = Came("not-run", "not reached")


def weighed(
    cases: Iterable[Case],
    came: Mapping[str, Came],
    known: Mapping[str, str] | None = None,
    decisions: Mapping[str, str] | None = None,
) -> dict[str, Verdict]:
    """The verdict on each case: a refusal needs an accepting twin, and what is assumed can't fail.

    Where that twin is known to fail, nothing can be learned of the refusal, and the run is not incomplete for it.

    ``known``: for a case the reason that the file of deviations gives.  ``decisions``: for a requirement that is
    assumed the record that says why.
    """
    found = {}
    for case in cases:
        each = came.get(case.id, NOT_REACHED)
        status, reason = each.status, each.reason
        if status == "blocked":
            status = "failed"
        twins = {came.get(twin, NOT_REACHED).status for twin in case.twins}
        listed = next((twin for twin in case.twins if is_known(twin, came, known or {})), "")
        if status == "passed" and twins == {"not-applicable"}:
            status = "not-applicable"
            reason = (
                f"refused, as it should be; but what shows that it is ever accepted is not applicable: {case.twins[0]}"
            )
        elif status == "passed" and listed and "passed" not in twins:
            status = "not-applicable"
            reason = f"refused, as it should be; but what shows that it is ever accepted is known to fail: {listed}"
        elif status == "passed" and twins and "passed" not in twins:
            status = "inconclusive"
            reason = f"refused, as it should be; but nothing shows yet that it is ever accepted: {case.twins[0]}"
        elif status == "not-run" and each.behind and all(is_known(other, came, known or {}) for other in each.behind):
            status, reason = "not-applicable", f"not reached: what leads to it is known to fail: {each.behind[0]}"
        if status == "failed" and not case.scored and each.undelivered:
            status = "not-run"  # it says nothing of what we assume
        if status == "failed" and not case.scored:
            status, reason = "differs", f"{assumed(case, decisions or {})}: {reason}"
        deviation = (known or {}).get(case.id, "")
        if status == "failed" and deviation:
            status = "known"
        found[case.id] = Verdict(status, reason, *each[2:-1], known=deviation)
    return found


def is_known(case: str, came: Mapping[str, Came], known: Mapping[str, str]) -> bool:
    """Whether the case failed, and the file of deviations says so."""
    return case in known and came.get(case, NOT_REACHED).status in ("failed", "blocked")


def assumed(case: Case, decisions: Mapping[str, str]) -> str:
    """What a case that does not count differs from: our assumptions, with their records, or what is waived."""
    ours = [f"{each}, {decisions[each]}" for each in case.rests_on if each in decisions]
    waived = [each for each in case.rests_on if each not in decisions]
    parts = [f"differs from our assumption ({'; '.join(ours)})"] if ours else []
    return " and ".join(parts + ([f"differs from what is waived ({', '.join(waived)})"] if waived else []))


def counts(cases: Iterable[Case], verdicts: Mapping[str, Verdict]) -> Counter[str]:
    """How many of the cases have which status."""
    return Counter(verdicts[case.id].status for case in cases)


class Run(NamedTuple):
    """What decides the exit code, beside the verdicts."""

    finished: bool  # it went to its end
    lanes: tuple[str, ...]  # each of them has to decide something
    faults: int  # how often the system broke
    stale: tuple[str, ...] = ()  # what is wrong with the file of deviations


def exit_code(cases: Iterable[Case], verdicts: Mapping[str, Verdict], run: Run) -> int:
    """0 conformant, 1 deviations, 3 the system or the kit broke, 4 incomplete: not everything that counts was decided.

    Of several the one that says most about how much to trust the run: 3, then 4 for a run that was cut off, then 1.
    """
    scored = [case for case in cases if case.scored]
    found = counts(scored, verdicts)
    if run.faults or any(verdict.fault for verdict in verdicts.values()):
        return HARNESS
    decided = {case.lane for case in scored if verdicts[case.id].status in ("passed", "failed", "known")}
    if not run.finished or not run.lanes or decided < set(run.lanes):
        return INCOMPLETE
    if found["failed"] or run.stale:
        return DEVIATIONS
    return INCOMPLETE if found["inconclusive"] or found["not-run"] else OK
