"""Compare two reports: which requirements and tests came out otherwise, and which of these are
worse.

Worse is what fails and did not, or what passed and does not any more.  A difference from an
assumption is no failure, so it is never worse.  A test that is not there any more, and passed, is
worse if both runs were judged by the same kit: then the later run has left it out.  What
random sequences reach is chance, so of them only a failure is worse.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ...requirements import load_register
from ...verdict import HAS_FAILED, Status
from ..cases import FUZZ, CaseEntry, Envelope
from .by_requirement import cells, shown_once, verdict
from .essentials import title_of
from .wording import kit_of, product, whole_scope_of

ABSENT = "absent"
"""Stands for the status of what one of the reports does not have."""

RED = frozenset({*HAS_FAILED, Status.BLOCKED})
"""The statuses of what failed, or could not be tried because of another failure."""

BETTER = "better"
WORSE = "worse"
OTHERWISE = "otherwise"
DIRECTIONS = (WORSE, BETTER, OTHERWISE)


class Change(NamedTuple):
    """A requirement or a test that came out otherwise."""

    id: str
    title: str
    was: str
    now: str
    direction: str
    reason: str = ""
    """Why it came out so now, if it did not pass."""


class Fact(NamedTuple):
    """Something that is to be known of both runs, such as their kits."""

    about: str
    was: str
    now: str


class Difference(NamedTuple):
    """Everything that changed from one report to another."""

    facts: tuple[Fact, ...]
    requirements: tuple[Change, ...]
    tests: tuple[Change, ...]

    @property
    def is_worse(self) -> bool:
        """Return whether anything got worse."""
        return any(change.direction == WORSE for change in (*self.requirements, *self.tests))


def difference(before: Envelope, after: Envelope) -> Difference:
    """Return what changed from one report to another."""
    return Difference(
        tuple(facts(before, after)),
        failures_first(changed_requirements(before, after)),
        failures_first(changed_tests(before, after)),
    )


def failures_first(changes: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=lambda change: change.now not in RED))


def facts(before: Envelope, after: Envelope) -> Iterator[Fact]:
    """Yield what is to be known of both runs."""
    then = known_of_run(before)
    now = known_of_run(after)
    for about, was in then.items():
        yield Fact(about, was, now[about])


def known_of_run(envelope: Envelope) -> dict[str, str]:
    """Return what is to be known of a run."""
    register = envelope["register"]
    return {
        "system": product(envelope),
        "kit": kit_of(envelope),
        "register": f"{register['requirements']} requirements, article of {register['article']}",
        "profile": envelope["profile"],
        "narrowed to": "; ".join(whole_scope_of(envelope)) or "nothing: all was run",
        "complete": "yes" if envelope["complete"] else "no",
        "begun": envelope["started"],
    }


# Requirements


def changed_requirements(before: Envelope, after: Envelope) -> Iterator[Change]:
    """Yield the requirements that came out otherwise, as this kit's register has them."""
    then = statuses_of_requirements(before)
    now = statuses_of_requirements(after)
    register = load_register()
    for name in register:
        was = then[name]
        status = now[name]
        if was != status:
            yield Change(name, register[name].title, was, status, direction(was, status))


def statuses_of_requirements(envelope: Envelope) -> dict[str, Status]:
    """Return the status of each requirement in a report."""
    found = cells(envelope, load_register())
    statuses = {name: verdict(cell) for name, cell in found.items()}
    for name, holds in shown_once(envelope).items():
        if statuses.get(name) is Status.NOT_RUN:
            statuses[name] = Status.PASSED if holds else Status.DIFFERS
    return statuses


# Tests


def changed_tests(before: Envelope, after: Envelope) -> Iterator[Change]:
    """Yield the tests that came out otherwise, are new, or are gone."""
    then = by_id(before)
    now = by_id(after)
    same_kit = before["digest"] == after["digest"]
    for name in then | now:
        was = status_in(then, name)
        status = status_in(now, name)
        if was == status:
            continue
        case = now.get(name) or then[name]
        changed = direction(was, status)
        left_out = status == ABSENT and was == Status.PASSED
        if left_out and same_kit:
            changed = WORSE
        if changed == WORSE and case["lane"] == FUZZ and status not in RED:
            changed = OTHERWISE
        reason = "" if status == ABSENT else str(case.get("reason", ""))
        yield Change(name, title_of(case), was, status, changed, reason)


def by_id(envelope: Envelope) -> dict[str, CaseEntry]:
    """Return the tests of a report by their ids."""
    return {case["id"]: case for case in envelope["cases"]}


def status_in(cases: Mapping[str, CaseEntry], name: str) -> str:
    return str(cases[name]["status"]) if name in cases else ABSENT


def direction(was: str, now: str) -> str:
    """Return whether this is worse, better, or only otherwise."""
    if now == Status.DIFFERS or ABSENT in (was, now):
        return WORSE if now in RED else OTHERWISE
    if now in RED and was not in RED:
        return WORSE
    if was == Status.PASSED:
        return WORSE
    if was in RED and now not in RED:
        return BETTER
    if now == Status.PASSED:
        return BETTER
    return OTHERWISE


# As JSON


def difference_to_json(found: Difference) -> dict[str, Any]:
    """Return a difference as `report-diff.schema.json` has it."""
    return {
        "format": 1,
        "worse": found.is_worse,
        "runs": [fact._asdict() for fact in found.facts],
        "requirements": [change._asdict() for change in found.requirements],
        "tests": [change._asdict() for change in found.tests],
    }
