"""The result of a case, and the verdict on it among those of all others: `verdict` weighs it."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from ...bdd.causes import explaining_none, refusals_of_others, refusals_ruled_out_by
from ...machine import Command
from ...machine.rows import Row
from ...oracle import Why
from ...requirements import load_register
from ...verdict import (
    DECIDED,
    FAILING,
    CaseAsRun,
    RunAsWhole,
    Status,
    format_attempts,
    of_attempts,
    weigh,
)
from ...verdict import exit_code as exit_code_of
from .cases import FEATURES, Case, Ids, is_scored, pickles_by_id


class Failure(NamedTuple):
    """A failure in brief: what was sent last, what was demanded of it, and what came."""

    sent: str
    """The command and its sentence."""
    expected: Ids
    observed: Ids
    own_words: str = ""
    """How the system explains its last answer."""
    said: Ids = ()
    """What it says of how it carried out the last step, one attempt or remark a text."""
    counterexample: str = ""
    """The file of the report that replays it, if it is of a sequence."""


class Result(NamedTuple):
    """The result of one case: as it was run, or, with ``known``, the verdict once it was weighed.

    ``attributed_to``: the requirements that a failure is attributed to.  ``fault``: its kind, if
    the system broke.
    ``shown``: the rest of a failure, from its steps to the messages; of a sequence, from its
    requirement.
    """

    status: Status
    reason: str = ""
    seconds: float = 0.0
    attributed_to: Ids = ()
    why: Why = Why()
    """Of a failed scenario."""
    fault: str = ""
    shown: str = ""
    step: int = -1
    """Of a scenario: the step, from 0, that it got to."""
    undelivered: str = ""
    """The capability that was declared, and is not supported."""
    behind: Ids = ()
    """The cases whose failures keep this one from being reached."""
    known: str = ""
    """Of a verdict: the reason that the file of deviations gives."""
    durations: tuple[float, ...] = ()
    """Of a scenario: the seconds that each step took, as far as it got."""
    attempts: tuple[Status, ...] = ()
    """Of a scenario that was tried more than once: how each attempt came out."""
    failure: Failure | None = None
    counts: bool | None = None
    """Of a scenario: whether it is demanded of this system; None if that is as it was planned."""
    size: tuple[int, ...] = ()
    """Of a failure: how much there is to look at, the simplest first."""


NOT_REACHED = Result(Status.NOT_RUN, "not reached")


def once_more(earlier: Result, later: Result) -> Result:
    """Return the result of a scenario that was tried again: the first that did not pass stands."""
    attempts = (*(earlier.attempts or (earlier.status,)), later.status)
    standing = later if earlier.status is Status.PASSED else earlier
    return standing._replace(
        status=of_attempts(attempts),
        seconds=earlier.seconds + later.seconds,
        attempts=attempts,
    )


def format_reason(result: Result) -> str:
    """Return why a case came out so, with its attempts if there was more than one."""
    if not result.attempts:
        return result.reason
    return format_attempts(result.attempts, result.reason)


def verdict_on(case: Case, results: Mapping[str, Result], known: Mapping[str, str]) -> Result:
    """Return the verdict on a case; ``known``: for a case the reason that the file of deviations
    gives.
    """
    result = results.get(case.id, NOT_REACHED)
    as_run = CaseAsRun(
        status=result.status,
        reason=format_reason(result),
        counts=does_count(case, result),
        is_left_open=case.scored and result.counts is False,
        is_listed=case.id in known,
        lacks_capability=bool(result.undelivered),
        is_masked=case.masked,
        controls={name: results.get(name, NOT_REACHED).status for name in case.controls},
        controls_known_to_fail=known_to_fail(case.controls, results, known),
        controls_not_demanded=not_demanded(case, results),
        behind=result.behind,
        behind_known_to_fail=known_to_fail(result.behind, results, known),
        describe_assumptions=lambda: format_assumptions(case),
    )
    status, reason = weigh(as_run)
    return result._replace(status=status, reason=reason, known=known.get(case.id, ""))


def without_causes_ruled_out(
    cases: Iterable[Case], results: Mapping[str, Result]
) -> dict[str, Result]:
    """Return the results, each failed scenario without the causes that others rule out.

    - A system that refuses for such a cause would have refused in a scenario that passed, too.
    - If a system has accepted no command of a type, its refusals of that type tell nothing apart.
      Then such a cause counts in scenarios about it alone.

    If no cause is left, a failure is attributed to what the demanded answer rests on.
    """
    scenarios = [case for case in cases if case.lane == FEATURES and case.id in results]
    accepted: dict[type[Command], set[Row]] = {}
    if any(results[case.id].attributed_to for case in scenarios):
        for case in scenarios:
            if results[case.id].status is Status.PASSED and case.pickle is not None:
                for command, refusals in refusals_ruled_out_by(case.pickle).items():
                    accepted.setdefault(command, set()).update(refusals)
    ruled_out = frozenset().union(*accepted.values())
    explain_none = explaining_none(ruled_out)
    explain_only_their_own = explaining_none(ruled_out | refusals_of_others(accepted))

    found = dict(results)
    for case in scenarios:
        result = results[case.id]
        left = []
        for name in result.attributed_to:
            own = name in case.requirements
            if name not in explain_none and (own or name not in explain_only_their_own):
                left.append(name)
        without = tuple(name for name in result.why.without if name not in explain_none)
        found[case.id] = result._replace(
            attributed_to=tuple(left) or result.why.rests_on or result.attributed_to,
            why=result.why._replace(without=without),
        )
    return found


def does_count(case: Case, result: Result) -> bool:
    """Return whether what the case says is demanded of the system with this result."""
    return case.scored if result.counts is None else result.counts


def known_to_fail(cases: Ids, results: Mapping[str, Result], known: Mapping[str, str]) -> Ids:
    """Return those of the cases that failed, as the file of deviations says."""
    return tuple(
        name for name in cases if name in known and results.get(name, NOT_REACHED).status in FAILING
    )


def not_demanded(case: Case, results: Mapping[str, Result]) -> Ids:
    """Return the positive controls of a case that came out otherwise than in the model, as they may
    do.
    """
    found = []
    for name in case.controls:
        result = results.get(name, NOT_REACHED)
        if result.status not in FAILING:
            continue  # to find out whether it counts takes its time
        counts = result.counts
        if counts is None:
            counts = is_scored(pickles_by_id()[name], case.silent)
        if not counts:
            found.append(name)
    return tuple(found)


def format_assumptions(case: Case) -> str:
    """Format the silent requirements that a case rests on: assumptions and what is said in another
    revision, with their records, and waivers."""
    register = load_register(revision=case.revision)
    assumed = []
    of_another_revision = []
    waived = []
    for name in case.rests_on:
        requirement = register[name]
        if not requirement.is_in(register.revision):
            of_another_revision.append(f"{name}, {requirement.decision}")
        elif requirement.basis == "assumed" or requirement.kind == "silence":
            assumed.append(f"{name}, {requirement.decision}")
        else:
            waived.append(name)
    parts = []
    if assumed:
        parts.append(f"our assumption ({'; '.join(assumed)})")
    if of_another_revision:
        parts.append(
            f"what another revision of the article says ({'; '.join(of_another_revision)})"
        )
    if waived:
        parts.append(f"what is waived ({', '.join(waived)})")
    return " and ".join(parts)


def counts(cases: Iterable[Case], verdicts: Mapping[str, Result]) -> Counter[Status]:
    """Return how many of the cases have which status."""
    return Counter(verdicts[case.id].status for case in cases)


def exit_code(
    cases: Iterable[Case],
    verdicts: Mapping[str, Result],
    finished: bool,
    lanes: Collection[str],
    faults: int,
    stale: Collection[str],
) -> int:
    """Return the exit code of a run; ``stale``: what is wrong with the file of deviations."""
    scored = [case for case in cases if does_count(case, verdicts[case.id])]
    decided = {case.lane for case in scored if verdicts[case.id].status in DECIDED}
    run = RunAsWhole(
        broke=faults > 0 or any(verdict.fault for verdict in verdicts.values()),
        finished=finished,
        idle=not lanes or not decided.issuperset(lanes),
        stale=bool(stale),
        found={verdicts[case.id].status for case in scored},
    )
    return exit_code_of(run)
