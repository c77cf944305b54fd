"""The failures of a report by cause, as every form of it begins: the count, the simplest failure,
and the others.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ...bdd.failures import format_cause, format_count
from ...escaping import plain
from ...verdict import Status
from ..judgement.cases import CaseEntry, Envelope


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


def cause_blocks(envelope: Envelope) -> Iterator[CauseBlock]:
    """Yield the causes, that of most failures first."""
    by_id = {case["id"]: case for case in envelope["cases"]}
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
        )
