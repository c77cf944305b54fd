"""How long it lasts what a plan takes away: what gives it back."""

from collections.abc import Iterator, Sequence

from ..machine import Unspecified
from ..machine.entities import Workspace
from ..words import listed
from .changes import Operation
from .context import Change
from .finding import Finding
from .plan import DELETE
from .verdicts import LOSES, MAY_LOSE
from .walk import Effect, Walk
from .world import address_in_words

FOR_GOOD = (
    "no change in this plan restores the access to the key: it stays away until you restore it."
)
SECONDS = (
    "How soon the service notices is not stated; a gap of seconds may do no harm. If the apply "
    "stops before, the access stays away."
)
MOST_NAMED = 4
"""So many resources that give access back are named."""


def how_long(
    walk: Walk, operations: Sequence[Operation], number: int, findings: Sequence[Finding]
) -> str:
    """Return how long it lasts what an operation takes away; empty if it takes nothing away.

    ``findings`` has what is found on each operation.
    """
    if not takes_away(findings[number]):
        return ""
    giving: dict[str, None] = {}
    perhaps: dict[str, None] = {}
    for other, operation in enumerate(operations):
        is_another = other != number and operation.verb != DELETE
        if gives_back(walk, other):
            giving[operation.address] = None
        elif is_another and findings[other].verdict and may_give_back(walk, other):
            perhaps[operation.address] = None
    if giving:
        is_ordered = operations[number].address in giving or not walk.lost_at_an_end
        order = "" if is_ordered else ", if it comes after it"
        names = listed_in_part(list(giving))
        return f"The access to the key is given back by {names}{order}. {SECONDS}"
    if perhaps:
        names = listed_in_part(list(perhaps))
        return f"Whether the access to the key is given back by {names} is not specified."
    if findings[number].verdict == LOSES:
        return f"{FOR_GOOD[0].upper()}{FOR_GOOD[1:]}"
    return f"If so, {FOR_GOOD}"


def takes_away(finding: Finding) -> bool:
    """Return whether a finding is that data can't be read any more, and a key could help."""
    if finding.verdict not in (LOSES, MAY_LOSE):
        return False
    told = {(each.what, each.becomes) for each in finding.consequences}
    if ("account", "lost") in told:
        return False
    return not told.isdisjoint({("data", "lost"), ("data", "may be lost")})


def gives_back(walk: Walk, number: int) -> bool:
    """Return whether data can be read again by an operation, in some order of the full model."""
    return any(change.is_certain and effect.restores for effect, change in effects_of(walk, number))


def may_give_back(walk: Walk, number: int) -> bool:
    """Return whether it is not specified that data can be read again by an operation."""
    for effect, _ in effects_of(walk, number):
        if isinstance(effect.outcome, Unspecified):
            return True
        stakes = [*effect.unspecified, *(loss.stake for loss in effect.regained)]
        if any(stake.kind is Workspace for stake in stakes):
            return True
    return False


def effects_of(walk: Walk, number: int) -> Iterator[tuple[Effect, Change]]:
    """Yield each effect of an operation, with the change that has it."""
    for (operation, _), traced in walk.traced.items():
        if operation == number:
            for effects in traced.effects.values():
                for effect in effects:
                    yield effect, traced.change


def listed_in_part(names: Sequence[str]) -> str:
    """Return names in a sentence, of many some: `a, b, c, d and 3 more`."""
    shown = [address_in_words(name) for name in names[:MOST_NAMED]]
    more = len(names) - len(shown)
    if more:
        shown.append(f"{more} more")
    return listed(shown)
