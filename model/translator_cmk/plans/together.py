"""Findings that one deletion explains: told once, by what takes the others with it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from .consequences import LATER, Consequence
from .finding import Explained, Finding
from .plan import DELETE, Plan, without_keys
from .verdicts import graver

DELETIONS = {
    "account-deleted": "account",
    "account-replaced": "account",
    "vault-deleted": "vault",
    "vault-replaced": "vault",
}
"""By kind of change: what it deletes, as its words name it."""

FATES = ("stays lost", "may be back", "back")
"""What may become of something that is lost, the worst first."""


def told_once(plan: Plan, findings: Iterable[Finding]) -> list[Finding]:
    """Return findings of which none repeats what the deletion of an account or a vault explains.

    What only goes with an account is no finding of its own.  The way back is told by the vault.
    """
    found = {finding.address: finding for finding in findings}
    for finding in list(found.values()):
        owner = owner_of(finding, found.values())
        if owner is None or graver(finding.verdict, owner.verdict):
            continue
        if deletes(owner, "account"):
            explained = [*owner.explains, explained_by(plan, finding, owner)]
            found[owner.address] = replace(owner, explains=in_order_of_plan(plan, explained))
            del found[finding.address]
        elif not tells_the_way_back(owner):
            found[finding.address] = replace(finding, until="")
        else:
            found[owner.address] = with_way_back(owner, way_back(finding))
            parts = tuple(part for part in finding.parts if part.verdict is not None)
            found[finding.address] = replace(finding, parts=parts, until="")
    return list(found.values())


def explained_by(plan: Plan, finding: Finding, owner: Finding) -> Explained:
    """Return what a finding is about as something that goes with another resource."""
    [kind, *_] = [part.advice.kind for part in finding.parts if part.verdict is not None]
    is_before = DELETE in finding.actions and depends(plan, finding.address, owner.address)
    return Explained(finding.address, kind, is_before)


def in_order_of_plan(plan: Plan, explained: Sequence[Explained]) -> tuple[Explained, ...]:
    """Return what is destroyed in its order: all that depends on a resource goes before it."""

    def dependents(this: Explained) -> int:
        return sum(1 for other in explained if depends(plan, other.address, this.address))

    return tuple(sorted(explained, key=dependents))


def depends(plan: Plan, address: str, other: str) -> bool:
    """Return whether a resource depends on another one."""
    needed = plan.dependencies.get(without_keys(address), frozenset())
    return without_keys(other) in needed


def owner_of(finding: Finding, others: Iterable[Finding]) -> Finding | None:
    """Return the finding of what takes all with it that a finding is about, if there is one."""
    judged = [part for part in finding.parts if part.verdict is not None]
    gone = {part.names.get("gone", "") for part in judged}
    if len(gone) != 1 or gone == {""}:
        return None
    for other in others:
        for part in other.parts:
            name = part.names.get(DELETIONS.get(part.advice.kind, ""))
            if name in gone and set(finding.accounts) <= set(other.accounts):
                return other
    return None


def deletes(finding: Finding, what: str) -> bool:
    """Return whether a finding is that an account, or a vault, is deleted."""
    return any(DELETIONS.get(part.advice.kind) == what for part in finding.parts)


def tells_the_way_back(finding: Finding) -> bool:
    """Return whether the last part of a finding gives something back."""
    return finding.parts[-1].verdict is None


def way_back(finding: Finding) -> list[Consequence]:
    """Return what a finding says of things that are lost already."""
    told: list[Consequence] = []
    for part in finding.parts:
        if part.verdict is None:
            told += [each for each in part.consequences if each.becomes in LATER]
    return told


def with_way_back(finding: Finding, told: Iterable[Consequence]) -> Finding:
    """Return a finding that tells in its last part what comes back, of each thing the worst."""
    *parts, last = finding.parts
    worst: dict[tuple[str, str], Consequence] = {}
    for each in (*last.consequences, *told):
        known = worst.get((each.account, each.what))
        if known is None or FATES.index(each.becomes) < FATES.index(known.becomes):
            worst[each.account, each.what] = each
    shown = tuple(sorted(worst.values(), key=lambda each: (each.account, each.what)))
    return replace(finding, parts=(*parts, replace(last, consequences=shown)))
