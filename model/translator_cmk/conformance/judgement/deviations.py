"""Known deviations: the YAML file that lists them, and which of them a run no longer shows."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import yaml

from ...bdd.feature_files import pickles
from ...machine import COMMANDS
from ...requirements import load_register
from ...shapes import DAY, TEXT, record
from ...strict_yaml import read_yaml
from ...verdict import FAILING, Status
from .cases import FUZZ, TOUR, Case, Envelope
from .verdicts import Result

BY_CHANCE = f"{FUZZ}/"
"""How cases begin that come out otherwise with another seed: what did not fail there may do so the
next time.
"""


class Deviation(NamedTuple):
    """One entry; it is about a requirement or about one case, of any lane."""

    reason: str
    issue: str
    expires: str
    line: int
    requirement: str = ""
    case: str = ""

    @property
    def about(self) -> str:
        """The requirement or the case."""
        return self.case or self.requirement

    def covers(self, case: Case, result: Result | None) -> bool:
        """Return whether the entry is about this case, or about a failure that is attributed to its
        requirement.
        """
        if self.case:
            return case.id == self.case
        if result is not None and result.attributed_to:
            return self.requirement in result.attributed_to
        return self.requirement in case.requirements


class Deviations:
    """The entries of a file, or none."""

    def __init__(self, entries: Iterable[Deviation] = (), today: date | None = None) -> None:
        self.entries = tuple(entries)
        # that on which the report says that the run began
        today = today or datetime.now(UTC).date()
        self.valid = [entry for entry in self.entries if date.fromisoformat(entry.expires) >= today]

    def known(self, cases: Iterable[Case], result: Mapping[str, Result]) -> dict[str, str]:
        """Return the reason of each case that is covered by an entry that has not expired: one
        about the case itself, or else the first of its requirements'.
        """
        found = {}
        for case in cases:
            covering = [entry for entry in self.valid if entry.covers(case, result.get(case.id))]
            covering.sort(key=lambda entry: not entry.case)
            if covering:
                found[case.id] = f"{covering[0].reason} ({covering[0].issue})"
        return found

    def requirements(self) -> frozenset[str]:
        """Return the requirements that are known not to hold."""
        return frozenset(entry.requirement for entry in self.valid if entry.requirement)

    def stale(self, cases: Iterable[Case], result: Mapping[str, Result]) -> Iterator[str]:
        """Yield the entries that are stale after a run: they have expired, or what they cover
        passed, and none failed.

        Of what was not run or not decided nothing is known.
        """
        decided = [case for case in cases if case.id in result]
        for entry in self.entries:
            where = f"line {entry.line}: the deviation of {entry.about}"
            covered = {
                result[case.id].status for case in decided if entry.covers(case, result[case.id])
            }
            nothing_failed = Status.PASSED in covered and covered.isdisjoint(FAILING)
            if entry not in self.valid:
                yield f"{where} expired on {entry.expires}"
            # what fuzzing did not meet this time may still fail
            elif nothing_failed and not entry.case.startswith(BY_CHANCE):
                yield f"{where} is stale: nothing of it failed; take it out"


MONTHS = timedelta(days=90)
"""How long a deviation is known, unless its entry is changed."""

UNWRITTEN = {"reason": "to be written", "issue": "https://example.invalid/"}
"""The fields of a new entry that somebody has to write."""

HEAD = """\
# What failed.  To list it as known, copy this out of the folder, which the next run replaces, and
# give each entry a reason and the URL of the issue that tracks it.
"""


ENTRY = record(
    "an entry", {"reason": TEXT, "issue": TEXT, "expires": DAY}, {"requirement": TEXT, "case": TEXT}
)


def load_deviations(path: Path) -> tuple[Deviation, ...]:
    """Return the entries of a file; raises `InvalidFile`."""
    cases = known_cases()
    found: dict[str, Deviation] = {}
    remedy = "; write [] where nothing is known, or leave --deviations out"
    for entry in read_yaml(path, str(path), remedy).items():
        deviation = Deviation(**entry.read(ENTRY), line=entry.line)
        problem = problem_with(deviation, cases)
        if problem:
            raise entry.error(problem)
        if deviation.about in found:
            where = found[deviation.about].line
            raise entry.error(
                f"{deviation.about} has an entry already, in line {where}; remove one"
            )
        found[deviation.about] = deviation
    return tuple(found.values())


def known_cases() -> frozenset[str]:
    """Return the cases that a deviation can be about: scenarios, and the commands of the other
    lanes.
    """
    found = {pickle.id for pickle in pickles()}
    for lane in (TOUR, FUZZ):
        found.update(f"{lane}/{name}" for name in COMMANDS)
        found.add(f"{lane}/reset")
    return frozenset(found)


def problem_with(entry: Deviation, cases: frozenset[str]) -> str:
    """Return the first problem with an entry; empty without any."""
    if bool(entry.requirement) == bool(entry.case):
        return "an entry is about one thing; name either a requirement or a case"
    if entry.requirement and entry.requirement not in load_register():
        return f"{entry.requirement!r} is no requirement; translator-cmk register lists them all"
    if entry.case and entry.case not in cases:
        return f"{entry.case!r} is no case; the report of a run lists them all"
    for field, text in UNWRITTEN.items():
        if getattr(entry, field) == text:
            return f"the {field} of {entry.about} is still {text!r}; write one"
    if not entry.issue.startswith(("http://", "https://")) or " " in entry.issue:
        return "the issue is no URL; write where the deviation is tracked"
    return ""


def deviations_yaml(envelope: Envelope) -> str:
    """Return a file that lists what failed; each entry is refused until its reason and issue are
    written.
    """
    expires = str(date.fromisoformat(envelope["finished"][:10]) + MONTHS)
    failed = [case["id"] for case in envelope["cases"] if case["status"] in FAILING]
    entries = [{"case": case, **UNWRITTEN, "expires": expires} for case in failed]
    body: str = yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=1000)
    return HEAD + body
