"""What a search says of a theorem."""

from collections.abc import Iterable
from typing import Literal

from .exploration import Exploration
from .theorems import Theorem

Verdict = Literal["holds", "broken", "not asked", "undecided"]


def verdict(theorem: Theorem, exploration: Exploration) -> Verdict:
    """Whether the theorem holds in the scope that was searched.

    That something comes about is asked in the scopes that the theorem names; of all else, whether it is so is asked
    where the theorem had anything to demand.  A search that is not complete decides nothing but what it has seen.
    """
    if theorem.name in exploration.broken:
        return "broken"
    if theorem.form == "sometimes":
        if theorem.name in exploration.reached:
            return "holds"
        if exploration.scope not in theorem.within:
            return "not asked"
        return "broken" if exploration.complete else "undecided"
    if not exploration.complete:
        return "undecided"
    return "holds" if theorem.name in exploration.asked else "not asked"


def together(verdicts: Iterable[Verdict]) -> Verdict:
    """What several searches say of one theorem."""
    found = set(verdicts)
    order: tuple[Verdict, ...] = ("broken", "undecided", "holds")
    return next((each for each in order if each in found), "not asked")
