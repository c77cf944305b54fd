"""What several possibilities agree on, which is demanded of a system; the rest is unspecified."""

from collections.abc import Iterable, Sequence
from typing import Any

from ..language.facts import ABSENT
from ..machine import Accepted, KeyUse, Outcome, Refused, Unspecified
from . import reasons
from .projections import Projection

UNSPECIFIED = Unspecified()
"""The value of a field that may have any."""


def agreed_outcome(outcomes: Sequence[Outcome], deciding: frozenset[str]) -> Outcome:
    """Return what all the outcomes agree on; if nothing, it is unspecified due to ``deciding``."""
    accepted = [outcome for outcome in outcomes if isinstance(outcome, Accepted)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    if len(accepted) == len(outcomes):
        by = frozenset.intersection(*(outcome.by for outcome in accepted))
        return Accepted(by, uses_in_all(accepted))
    if len(refused) == len(outcomes):
        return Refused(reasons.shared_by(outcome.because for outcome in refused))
    return Unspecified(deciding)


def uses_in_all(accepted: Sequence[Accepted]) -> tuple[KeyUse, ...]:
    """Return the uses of keys that all the acceptances record."""
    uses = list(accepted[0].audit)
    for outcome in accepted[1:]:
        uses = [use for use in uses if use in outcome.audit]
    return tuple(uses)


def agreed_projection(projections: Iterable[Projection]) -> Projection:
    """Return what all the projections agree on, with `UNSPECIFIED` for what they do not."""
    possible = list(projections)
    agreed: dict[str, Any] = {}
    for projection in possible:
        for field in projection:
            if field not in agreed:
                agreed[field] = agreed_value([each.get(field, ABSENT) for each in possible])
    # of what may not be there no field is demanded
    if agreed["exists"] is not True:
        return {"exists": agreed["exists"]}
    return agreed


def agreed_value(values: Sequence[Any]) -> Any:
    """Return the value that all of these are, or `UNSPECIFIED`."""
    first = values[0]
    return first if all(alike(first, value) for value in values) else UNSPECIFIED


def alike(a: Any, b: Any) -> bool:
    """Return whether two values are the same in JSON, where 1 is not true."""
    return type(a) is type(b) and bool(a == b)


def implies(outcome: Outcome, claim: Outcome) -> bool:
    """Return whether an outcome implies a claim.

    It has to be accepted by these requirements and perhaps more, or refused because of exactly
    these, if there are any.
    """
    if isinstance(outcome, Accepted) and isinstance(claim, Accepted):
        return outcome.by >= claim.by and set(outcome.audit) >= set(claim.audit)
    if isinstance(outcome, Refused) and isinstance(claim, Refused):
        return not claim.because or reasons.are_all_of(outcome.because, claim.because)
    return False
