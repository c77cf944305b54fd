"""What is known before a plan: a file that says what each account holds, from which verdict on a
plan is red, and which findings are expected.

A finding that is known is shown with its reason, and doesn't make the plan red; nor does what only
goes with it, as that is the same loss.  In a pull request the file of the base branch counts.  What
the pull request adds is shown as new and doesn't count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from ..shapes import DAY, TEXT, Choice, ListOf, MapOf, Text, record
from ..strict_yaml import read_yaml
from .estate import HOLDS, OTHERS, address_in_words
from .finding import Finding, Known, Report
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
    known: Sequence[Known] = ()


NO_EXCEPTIONS = Exceptions()


def read_exceptions(file: str) -> Exceptions:
    """Return what a file says; raises `CommandError`."""
    empty = "; write `known: []`, or leave the option out"
    fields = read_yaml(Path(file), file, empty).read(FILE)
    holds = fields.get("holds", {})
    return Exceptions(
        red_from=fields.get("red-from", MAY_LOSE),
        holds={OTHERS: "models", **holds},
        known=[Known(**each) for each in fields.get("known", ())],
    )


def fits(known: Known, finding: Finding) -> bool:
    """Return whether an exception is about a finding; ids of Azure have no case."""
    names = (finding.address.lower(), address_in_words(finding.address).lower())
    return finding.verdict == known.verdict and known.address.lower() in names


def with_exceptions(
    report: Report, counted: Exceptions, proposed: Exceptions, today: date
) -> Report:
    """Return the report in which the findings that are expected don't count."""
    fitting: set[Known] = set()
    found: list[Finding] = []
    for finding in report.findings:
        for each in (*counted.known, *proposed.known):
            if not fits(each, finding):
                continue
            fitting.add(each)
            status = "known" if each in counted.known else "new"
            if each.until < today.isoformat():
                status = "over"
            if finding.known is None:
                finding = replace(finding, exception=each._replace(status=status))  # noqa: PLW2901  # the first that counts
        found.append(finding)
    exceptions = {each.address: each.exception for each in found if each.verdict != NOT_JUDGED}
    for place, finding in enumerate(found):
        exception = exceptions.get(finding.goes_with)
        may_go_with_it = finding.verdict != NOT_JUDGED and finding.known is None
        if exception is not None and may_go_with_it:
            found[place] = replace(finding, exception=exception)
    return replace(
        report,
        findings=tuple(found),
        unfit=tuple(each for each in counted.known if each not in fitting),
        red_from=counted.red_from,
    )
