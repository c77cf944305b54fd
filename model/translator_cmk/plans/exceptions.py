"""What is known before a plan: a file that says what each account holds, from which verdict on a
plan is red, and which findings are expected.

A finding that is known is shown with its reason, and doesn't make the plan red; nor does what only
goes with it, as that is the same loss.  In a pull request the file of the base branch counts.  What
the pull request adds is shown as new and doesn't count.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from ..shapes import DAY, TEXT, Choice, ListOf, MapOf, Text, record
from ..strict_yaml import read_yaml
from .estate import HOLDS, OTHERS, address_in_words
from .finding import Finding, KnownFinding, Report
from .verdicts import MAY_LOSE, NOT_JUDGED, VERDICTS

NAME = Text(".+", "the name of an account")
KNOWN = record(
    "a known finding",
    {"address": TEXT, "verdict": Choice(VERDICTS), "reason": TEXT, "until": DAY},
)
FILE = record(
    "exceptions",
    {},
    {
        "red-from": Choice(VERDICTS),
        "holds": MapOf(NAME, Choice(HOLDS)),
        "known": ListOf(KNOWN),
    },
)


@dataclass(frozen=True)
class Exceptions:
    """All that one file says."""

    red_from: str = MAY_LOSE
    """The mildest verdict that makes a plan red."""
    holds: Mapping[str, str] = field(default_factory=dict)
    """By name of an account what it holds; `others` is every account that has no line."""
    known: Sequence[KnownFinding] = ()


NO_EXCEPTIONS = Exceptions()


def read_exceptions(file: str) -> Exceptions:
    """Return what a file says; raises `CommandError`."""
    empty = "; write `known: []`, or leave the option out"
    fields = read_yaml(Path(file), file, empty).read(FILE)
    holds = fields.get("holds", {})
    return Exceptions(
        red_from=fields.get("red-from", MAY_LOSE),
        holds={OTHERS: "models", **holds},
        known=[KnownFinding(**each) for each in fields.get("known", ())],
    )


def fits(known: KnownFinding, finding: Finding) -> bool:
    """Return whether an exception is about a finding; ids of Azure have no case."""
    names = (finding.address.lower(), address_in_words(finding.address).lower())
    return finding.verdict == known.verdict and known.address.lower() in names


def with_exceptions(
    report: Report, counted: Exceptions, proposed: Exceptions, today: date
) -> Report:
    """Return the report in which the findings that are expected don't count.

    In a pull request ``counted`` is of the base branch, and ``proposed`` has what is added.
    """
    exceptions: list[KnownFinding] = []
    for status, listed in (("known", counted.known), ("new", proposed.known)):
        for each in listed:
            is_over = each.until < today.isoformat()
            exceptions.append(each._replace(status="over" if is_over else status))
    found: list[Finding] = []
    for finding in report.findings:
        found.append(replace(finding, exception=exception_to(finding, exceptions)))
    unfit: list[KnownFinding] = []
    for each in counted.known:
        if not any(fits(each, finding) for finding in report.findings):
            unfit.append(each)
    return replace(
        report,
        findings=tuple(known_with_others(found)),
        unfit=tuple(unfit),
        red_from=counted.red_from,
    )


def exception_to(finding: Finding, exceptions: Iterable[KnownFinding]) -> KnownFinding | None:
    """Return the first exception that fits a finding and counts, or else the last that fits it:
    one that the pull request adds comes after one that is over.
    """
    found: KnownFinding | None = None
    for each in exceptions:
        if fits(each, finding):
            found = each
            if each.status == "known":
                break
    return found


def known_with_others(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield findings; what only goes with a deletion has the exception of the deletion."""
    # What is not judged may have the address of a deletion.
    exceptions = {each.address: each.exception for each in findings if each.verdict != NOT_JUDGED}
    for finding in findings:
        exception = exceptions.get(finding.goes_with)
        if exception is not None and finding.known is None:
            yield replace(finding, exception=exception)
        else:
            yield finding
