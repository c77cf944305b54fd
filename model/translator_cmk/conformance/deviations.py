"""Known deviations: what fails, why, where that is tracked, and until when; and which of it a run no longer shows."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple

from .cases import FUZZ, Case
from .verdicts import Came

FAILING = ("failed", "blocked")

BY_CHANCE = f"{FUZZ}/"
"""How cases begin that come out otherwise with another seed: what did not fail there may do so the next time."""


class Deviation(NamedTuple):
    """One entry; it is about a requirement or about one case, of whatever lane."""

    requirement: str
    case: str
    reason: str
    issue: str
    expires: str
    line: int

    def covers(self, case: Case, came: Came | None) -> bool:
        """Whether the entry speaks of this case, or of a failure that is laid to its requirement."""
        if self.case:
            return case.id == self.case
        return self.requirement in (came.blamed if came and came.blamed else case.requirements)


def is_settled(of_it: Iterable[Came]) -> bool:
    """Whether something passed, and nothing failed: of what was not run or not decided nothing is known."""
    statuses = {each.status for each in of_it}
    return "passed" in statuses and statuses.isdisjoint(FAILING)


class Deviations:
    """The entries of a file, or none."""

    def __init__(self, entries: Iterable[Deviation] = (), today: date | None = None) -> None:
        self.entries = tuple(entries)
        self.today = today or datetime.now(UTC).date()  # that on which the report says that the run began

    def known(self, cases: Iterable[Case], came: Mapping[str, Came]) -> dict[str, str]:
        """For each case that an entry speaks of and that has not expired: its reason."""
        valid = [entry for entry in self.entries if not self._expired(entry)]
        found = {}
        for case in cases:
            for entry in valid:
                if entry.covers(case, came.get(case.id)):
                    found[case.id] = f"{entry.reason} ({entry.issue})"
        return found

    def requirements(self) -> frozenset[str]:
        """The requirements that are known not to hold."""
        return frozenset(each.requirement for each in self.entries if each.requirement and not self._expired(each))

    def stale(self, cases: Iterable[Case], came: Mapping[str, Came]) -> list[str]:
        """What is wrong with entries after a run: they have expired, or nothing that they speak of has failed."""
        cases = list(cases)
        found = []
        for entry in self.entries:
            about = entry.case or entry.requirement
            of_it = [came[case.id] for case in cases if case.id in came and entry.covers(case, came[case.id])]
            if self._expired(entry):
                found.append(f"line {entry.line}: the deviation of {about} expired on {entry.expires}")
            elif is_settled(of_it) and not entry.case.startswith(BY_CHANCE):
                found.append(f"line {entry.line}: the deviation of {about} is stale: nothing of it failed; take it out")
        return found

    def _expired(self, entry: Deviation) -> bool:
        return date.fromisoformat(entry.expires) < self.today
