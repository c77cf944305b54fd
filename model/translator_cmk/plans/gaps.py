"""How long it lasts what a plan takes away: what gives it back."""

from collections.abc import Iterator, Sequence

from ..machine import Unspecified
from ..machine.entities import Workspace
from .changes import Operation
from .context import PlannedChange
from .finding import Finding, Gap
from .plan import DELETE
from .verdicts import LOSES, MAY_LOSE
from .walk import CommandEffect, Walk


def how_long(
    walk: Walk, operations: Sequence[Operation], number: int, findings: Sequence[Finding]
) -> tuple[Gap, ...]:
    """Return how long it lasts what an operation takes away; nothing if it takes nothing away.

    ``findings`` has what is found on each operation.
    """
    if not takes_away(findings[number]):
        return ()
    giving: dict[str, None] = {}
    perhaps: dict[str, None] = {}
    for other, operation in enumerate(operations):
        may_help = other != number and operation.verb != DELETE
        if gives_back(walk, other):
            giving[operation.address] = None
        # Where only an unknown value leaves that open, the other one has no finding.
        elif may_help and findings[other].verdict and may_give_back(walk, other):
            perhaps[operation.address] = None
    if giving:
        # A resource that is replaced gives back what it took.  Others may do so before it goes.
        is_ordered = operations[number].address in giving or not walk.lost_at_an_end
        return (Gap("back" if is_ordered else "back if later", tuple(giving)),)
    return (Gap("perhaps" if perhaps else "never", tuple(perhaps)),)


def takes_away(finding: Finding) -> bool:
    """Return whether a finding is that data can't be read any more, and a key could help."""
    if finding.verdict not in (LOSES, MAY_LOSE):
        return False
    for part in finding.parts:
        lost = {each.what for each in part.consequences if each.becomes in ("lost", "may be lost")}
        # No key helps where the account is gone.
        if "data" in lost and "account" not in lost:
            return True
    return False


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


def effects_of(walk: Walk, number: int) -> Iterator[tuple[CommandEffect, PlannedChange]]:
    """Yield each effect of an operation, with the change that has it."""
    for (operation, _), traced in walk.traced.items():
        if operation == number:
            for effect in traced.all_effects():
                yield effect, traced.change
