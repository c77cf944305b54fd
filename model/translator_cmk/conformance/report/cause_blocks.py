"""The failures of a report by cause, as every form of it begins: the count, the simplest failure,
where the rule fails and holds, and the others.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ...bdd.contrast import Outcome, contrast_of
from ...bdd.failures import format_cause, format_count
from ...escaping import plain
from ...verdict import Status
from ..cases import FEATURES, CaseEntry, Envelope, pickles_by_id


class CauseBlock(NamedTuple):
    """What the failures of one cause have in common."""

    cause: str
    """The requirement or the capability; empty for none."""
    about: str
    """The cause with its title."""
    how_many: str
    """How many failed, and how many were blocked."""
    first: CaseEntry
    """The simplest of them."""
    others: Sequence[CaseEntry]
    contrast: Sequence[tuple[str, str]]
    """Where the rule fails and where it holds, each with its label."""


def cause_blocks(envelope: Envelope) -> Iterator[CauseBlock]:
    """Yield the causes, that of most failures first."""
    by_id = {case["id"]: case for case in envelope["cases"]}
    outcomes = list(outcomes_in(envelope))
    for group in envelope["groups"]:
        cause = group["cause"]
        cases = [by_id[name] for name in group["cases"]]
        first, *others = cases
        yield CauseBlock(
            cause=cause,
            about=plain(format_cause(cause)),
            how_many=format_count(Counter(Status(case["status"]) for case in cases)),
            first=first,
            others=others,
            contrast=list(contrast_of(cause, outcomes)),
        )


def outcomes_in(envelope: Envelope) -> Iterator[Outcome]:
    """Yield how the scenarios came out that count and are still in the features.

    A blocked one did not get to what the rule is about.
    """
    causes = cause_of_each(envelope)
    known = pickles_by_id()
    for case in envelope["cases"]:
        pickle = known.get(case["id"])
        if case["lane"] != FEATURES or not case["scored"] or pickle is None:
            continue
        if case["status"] == Status.BLOCKED:
            continue
        if case["id"] in causes or case["status"] == Status.PASSED:
            cause = causes.get(case["id"], "")
            yield Outcome(pickle.name, tuple(case["requirements"]), dict(pickle.cells), cause)


def cause_of_each(envelope: Envelope) -> Mapping[str, str]:
    """Return the cause of each failure; what has none failed for something unknown."""
    found = {}
    for group in envelope["groups"]:
        for name in group["cases"]:
            found[name] = group["cause"] or "?"
    return found
