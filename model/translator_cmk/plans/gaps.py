"""How long it lasts what a plan takes away: what gives it back, and what comes in between."""

from collections.abc import Iterator, Sequence

from ..machine import Unspecified
from ..machine.entities import Workspace
from ..words import listed
from .changes import Operation
from .context import Change
from .finding import Finding
from .plan import CREATE, DELETE, Plan
from .verdicts import LOSES, MAY_LOSE
from .walk import Effect, Walk

FOR_GOOD = (
    "no change in this plan restores the access to the key: it stays away until you restore it."
)
SECONDS = "How soon the service notices is not stated; a gap of seconds may do no harm."
AT_ONCE = f"The plan gives the access to the key back at once. {SECONDS}"
MOST_NAMED = 4
"""So many resources that come in between are named."""


def how_long(
    plan: Plan,
    walk: Walk,
    operations: Sequence[Operation],
    number: int,
    findings: Sequence[Finding],
) -> str:
    """Return how long it lasts what an operation takes away; empty if it takes nothing away.

    ``findings`` has what is found on each operation.
    """
    finding = findings[number]
    if not takes_away(finding):
        return ""
    others = range(len(operations))
    givers = [other for other in others if gives_back(walk, other)]
    if givers:
        return after_what(plan, walk, operations[number], [operations[each] for each in givers])
    perhaps: list[str] = []
    for other in others:
        is_finding = other != number and findings[other].verdict
        is_deletion = operations[other].verb == DELETE
        if is_finding and not is_deletion and may_give_back(walk, other):
            perhaps.append(operations[other].address)
    if perhaps:
        return f"Whether {listed_in_part(perhaps)} restores the access to the key is not specified."
    if finding.verdict == LOSES:
        return f"{FOR_GOOD[0].upper()}{FOR_GOOD[1:]}"
    return f"If so, {FOR_GOOD}"


def after_what(plan: Plan, walk: Walk, taking: Operation, giving: Sequence[Operation]) -> str:
    """Return what the plan does before it gives back what it takes."""
    between = in_between(plan, taking, giving)
    if between:
        changes = "this change" if len(between) == 1 else "these changes"
        return (
            f"The plan gives the access to the key back only after {changes}: "
            f"{listed_in_part(between)}. If the apply stops before, it stays away."
        )
    addresses = {operation.address: None for operation in giving}
    if walk.lost_at_an_end and taking.address not in addresses:
        givers = listed_in_part(list(addresses))
        return (
            f"If {givers} comes after it, that gives the access to the key back; if it comes "
            f"before, the access stays away. {SECONDS}"
        )
    return AT_ONCE


def takes_away(finding: Finding) -> bool:
    """Return whether a finding is that data can't be read any more, and a key could help."""
    if finding.verdict not in (LOSES, MAY_LOSE) or takes_the_account(finding):
        return False
    for part in finding.parts:
        for consequence in part.consequences:
            if consequence.what == "data" and consequence.becomes in ("lost", "may be lost"):
                return True
    return False


def takes_the_account(finding: Finding) -> bool:
    """Return whether a finding is that the account itself is deleted."""
    for part in finding.parts:
        for consequence in part.consequences:
            if (consequence.what, consequence.becomes) == ("account", "lost"):
                return True
    return False


def gives_back(walk: Walk, number: int) -> bool:
    """Return whether data can be read again by an operation, in some order of the full model."""
    for effect, change in effects_of(walk, number):
        if change.is_certain and effect.restores:
            return True
    return False


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


def in_between(plan: Plan, taking: Operation, giving: Sequence[Operation]) -> list[str]:
    """Return the addresses of what the plan changes before it gives back what it takes."""
    needed: set[str] = set()
    for operation in giving:
        needed |= plan.dependencies.get(operation.resource.name_in_configuration, frozenset())
    found: dict[str, None] = {}
    for resource in plan.changes():
        is_needed = resource.name_in_configuration in needed
        is_only_deleted = DELETE in resource.actions and CREATE not in resource.actions
        if is_needed and not is_only_deleted and resource.address != taking.address:
            found[resource.address] = None
    if found:
        for operation in giving:
            if operation.address != taking.address:
                found[operation.address] = None
    return list(found)


def listed_in_part(names: Sequence[str]) -> str:
    """Return names in a sentence, of many some: `a, b, c, d and 3 more`."""
    shown = list(names[:MOST_NAMED])
    more = len(names) - len(shown)
    if more:
        shown.append(f"{more} more")
    return listed(shown)
