"""Attempts: what stands of a scenario that pytest runs more than once.

Plugins such as pytest-rerunfailures run a test again that failed, and report the last attempt
alone.  A suite would be green whose system fails every other time.  So the first result that did
not pass stands: a later attempt that comes out otherwise ends as `Unsteady`, which every such
plugin takes for a failure.  pytest-repeat makes a test of each repeat, and these tests share their
attempts.

PYTEST_DONT_REWRITE
"""

from typing import NamedTuple

import pytest

from ..verdict import Status, Verdict, format_attempts, of_attempts
from .scenario_run import ScenarioRun


class Attempt(NamedTuple):
    """One attempt: its verdict, what it raised, and its run, as far as there was one."""

    verdict: Verdict
    error: BaseException | None
    run: ScenarioRun | None


class Unsteady(Exception):
    """A scenario came out otherwise than before; ``standing`` is the attempt that stands.

    Raised as such where no attempt passed, and else as `Flaky`.
    """

    def __init__(self, attempts: list[Attempt]) -> None:
        statuses = [attempt.verdict.status for attempt in attempts]
        self.standing = first_not_passed(attempts)
        self.attempts = format_attempts(statuses)
        self.verdict = Verdict(
            of_attempts(statuses), format_attempts(statuses, self.standing.verdict.reason)
        )
        super().__init__(self.verdict.reason)


class Flaky(Unsteady, AssertionError):
    """A scenario failed one time and passed another; tools such as Allure show it as failed."""


ATTEMPTS = pytest.StashKey[list[Attempt]]()
"""The attempts at a test's scenario so far; the repeats of a test have one list."""


def first_not_passed(attempts: list[Attempt]) -> Attempt:
    """Return the first attempt that did not pass; the first of all where each did."""
    for attempt in attempts:
        if attempt.verdict.status is not Status.PASSED:
            return attempt
    return attempts[0]


def add_attempt(item: pytest.Item, attempt: Attempt) -> None:
    """Note an attempt; raises `Unsteady` if another result stands than it has."""
    attempts = item.stash.setdefault(ATTEMPTS, [])
    attempts.append(attempt)
    standing = of_attempts([each.verdict.status for each in attempts])
    if standing is Status.FLAKY:
        raise Flaky(attempts) from None
    if standing is not attempt.verdict.status:
        raise Unsteady(attempts) from None
