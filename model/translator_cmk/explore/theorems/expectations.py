"""Expectations: what theorems demand of a step, and whether that is met.

Most are facts that a customer sees.  The others are about the outcome, its audit trail and the
requirements that it names, and about records.
"""

from typing import Any

from ...language.facts import ABSENT, Fact
from ...machine import Accepted, KeyUse, Outcome, Refused, Unspecified
from ...machine.observation import OBSERVED_KINDS
from ...machine.values import Value
from ...machine.world import World
from .steps import KIND_OF_FIELD, MachineStep, look_up


class Uses(Value):
    """The audit trail of the step has these uses of keys and no others."""

    uses: tuple[KeyUse, ...] = ()


class Named(Value):
    """The acceptance names this requirement among those by which something changed, or does not."""

    requirement: str
    given: bool


class Unchanged(Value):
    """The step changes nothing."""


class Readable(Value):
    """The step leaves records that can be read: none lacks what others lead to."""


Expectation = Fact | Outcome | Uses | Named | Unchanged | Readable

VIEWS = {observed.kind: observed for observed in OBSERVED_KINDS}
"""The kinds that a customer sees: which of their entities, and what of them."""


def view_of(entity: Any) -> dict[str, Any] | None:
    """Return all that a customer sees of an entity; None if the customer does not see it, or it is
    None.
    """
    observed = VIEWS.get(type(entity))
    if observed is None or not observed.shows(entity):
        return None
    return observed.view(entity)


def is_shown(fact: Fact, world: World) -> bool:
    """Return whether a customer sees the fact; of an entity that is not there only its absence is
    seen.
    """
    fields = view_of(look_up(world, KIND_OF_FIELD[fact.kind], fact.name))
    exists = fields is not None
    if fact.field == "exists":
        return exists is fact.value
    if fields is None:
        return False
    seen = fields.get(fact.field)
    if seen is None:
        return bool(fact.value == ABSENT)
    return type(seen) is type(fact.value) and bool(seen == fact.value)


def is_met(expectation: Expectation, step: MachineStep) -> bool:
    """Return whether the expectation is met after the step."""
    match expectation:
        case Fact():
            return is_shown(expectation, step.after)
        case Accepted():
            return step.accepted
        case Refused() | Unspecified():
            return step.outcome == expectation
        case Uses(uses=uses):
            return isinstance(step.outcome, Accepted) and step.outcome.audit == uses
        case Named(requirement=requirement, given=given):
            return isinstance(step.outcome, Accepted) and (requirement in step.outcome.by) is given
        case Unchanged():
            return not step.changed
        case Readable():
            return False  # said only where reading has failed
