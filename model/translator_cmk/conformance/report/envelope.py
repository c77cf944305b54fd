"""The envelope of a report: what was run, against what, when, and what came of it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ... import __version__
from ...language import PROTOCOL
from ...language.declaration import LEVELS, Declaration, declaration_to_wire
from ...requirements import Register
from ..cases import STATUSES, Case, Verdict, counts
from ..deviations import Deviation
from ..kit import release

FORMAT = 1

KINDS = ("property", "theorem", "sequence", "mutants")
"""What else than scenarios a run of pytest may report."""


class Made(NamedTuple):
    """How a run was made: what it can be made again from."""

    digest: str
    transport: str
    profile: str
    waived: tuple[str, ...]
    lanes: tuple[str, ...]
    selection: Mapping[str, tuple[str, ...]]
    seed: int
    budgets: Mapping[str, Any]
    deviations: tuple[Deviation, ...] = ()


class State(NamedTuple):
    """How far a run has come."""

    started: str
    finished: str
    complete: bool
    faults: int
    exit_code: int
    coverage: Mapping[str, int]
    messages: int
    """Entries of the message log that all this follows from."""
    stale: tuple[str, ...]
    notes: Mapping[str, Any]


def envelope(
    made: Made,
    declared: Declaration | None,
    state: State,
    cases: Iterable[Case],
    verdicts: Mapping[str, Verdict],
    register: Register,
) -> dict[str, Any]:
    """The envelope as a JSON value, but for the digests of the other files."""
    cases = list(cases)
    scored = [case for case in cases if case.scored]
    return {
        "format": FORMAT,
        "kit": __version__,
        "release": release(),
        "protocol": PROTOCOL,
        "register": {"article": register.article.revision, "requirements": len(register)},
        "digest": made.digest,
        "subject": None if declared is None else declaration_to_wire(declared),
        "transport": made.transport,
        "profile": made.profile,
        "waived": list(made.waived),
        "lanes": list(made.lanes),
        "selection": {name: list(values) for name, values in made.selection.items() if values},
        "seed": made.seed,
        "budgets": dict(made.budgets),
        "started": state.started,
        "finished": state.finished,
        "complete": state.complete,
        "faults": state.faults,
        "exit_code": state.exit_code,
        "coverage": dict(state.coverage),
        "messages": state.messages,
        "counts": {
            "scored": tally(scored, verdicts),
            "assumed": tally([case for case in cases if not case.scored], verdicts),
            "levels": {level: tally([case for case in scored if case.level == level], verdicts) for level in LEVELS},
            "lanes": {lane: tally([case for case in scored if case.lane == lane], verdicts) for lane in made.lanes},
        },
        "groups": groups(cases, verdicts),
        "deviations": [entry._asdict() for entry in made.deviations],
        "stale_deviations": list(state.stale),
        **state.notes,
        "cases": [case_to_json(case, verdicts[case.id]) for case in cases],
    }


def tally(cases: Iterable[Case], verdicts: Mapping[str, Verdict]) -> dict[str, int]:
    """How many there are, and how many of each status."""
    found = counts(cases, verdicts)
    return {"total": found.total(), **{status: found[status] for status in STATUSES}}


def case_to_json(case: Case, verdict: Verdict) -> dict[str, Any]:
    """One case with its verdict; what is empty is left out."""
    whole = {
        "id": case.id,
        "lane": case.lane,
        "level": case.level,
        "requirements": list(case.requirements),
        "scored": case.scored,
        "rests_on": list(case.rests_on),
        "name": case.name,
        "feature": case.feature,
        "line": case.line,
        "status": verdict.status,
        "reason": verdict.reason,
        "seconds": round(verdict.seconds, 6),
        "blamed": list(verdict.attributed_to),
        "step": verdict.step,
        "fault": verdict.fault,
        "known": verdict.known,
        "shown": verdict.shown,
    }
    always = ("scored", "seconds", "requirements")
    return {name: value for name, value in whole.items() if value not in ("", [], -1) or name in always}


def groups(cases: Iterable[Case], verdicts: Mapping[str, Verdict]) -> list[dict[str, Any]]:
    """The failures by what they are laid to: the requirement that most share, then that of the rest, and so on.

    What is laid to no requirement may be to a capability that is declared.
    """
    left = {case.id: causes(verdicts[case.id]) for case in cases if verdicts[case.id].status in ("failed", "known")}
    found = []
    while left:
        shares = Counter(cause for theirs in left.values() for cause in theirs)
        cause = min(shares, key=lambda each: (-shares[each], each)) if shares else ""
        of_it = [case for case, theirs in left.items() if cause in theirs or not cause]
        found.append({"cause": cause, "cases": of_it})
        left = {case: theirs for case, theirs in left.items() if case not in of_it}
    return found


def causes(verdict: Verdict) -> tuple[str, ...]:
    """What a failure is laid to: requirements, or a capability."""
    if verdict.undelivered and not verdict.attributed_to:
        return (f"the capability {verdict.undelivered}",)
    return verdict.attributed_to
