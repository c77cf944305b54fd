"""What else a plan changes that forces a replacement, or makes a value unknown."""

from collections.abc import Iterator
from typing import NamedTuple

from .inventory import instance_of
from .plan import UNKNOWN, Attributes, Plan, PlannedResource

LONGEST_VALUE = 60
"""Longer values are not shown."""

MOST_NAMED = 3
"""So many causes that are only possible are named."""

WITH_AN_IDENTITY_OF_OTHERS = frozenset(
    {"azurerm_key_vault_access_policy", "azurerm_role_assignment"}
)
"""Types whose identity is that of something else."""


class Forced(NamedTuple):
    """What forces a replacement in the end."""

    origin: PlannedResource
    """The resource itself, or what else the plan changes."""
    before: str = ""
    after: str = ""
    """The values of the attribute of the origin by which all is forced, if they can be shown."""


def root_cause(plan: Plan, resource: PlannedResource) -> PlannedResource | None:
    """Return what forces a replacement in the end: nothing if it is forced by itself."""
    found: PlannedResource | None = None
    seen = {resource}
    while True:
        nearest = next(causes(plan, found or resource), None)
        if nearest is None or nearest in seen:
            return found
        found = nearest
        seen.add(nearest)


def causes(plan: Plan, resource: PlannedResource) -> Iterator[PlannedResource]:
    """Yield the changed resources that the attributes refer to which force a replacement."""
    for attribute in resource.forced_by:
        for reference in resource.references.get(without_indices(attribute), ()):
            address = instance_of(plan, resource, reference)
            for other in plan.changes():
                if other.address == address:
                    yield other


def without_indices(path: str) -> str:
    """Return a path of attributes without the indices of blocks: `identity.type`."""
    return ".".join(step for step in path.split(".") if not step.isdigit())


def forced(plan: Plan, resource: PlannedResource) -> Forced | None:
    """Return what forces a replacement in the end; None if nothing tells.

    Values are left out if several attributes do, or if one is not known or must not be shown.
    """
    if not resource.forced_by:
        return None
    origin = root_cause(plan, resource) or resource
    if len(origin.forced_by) == 1:
        before = value_shown(plan, origin.before, origin.forced_by[0])
        after = value_shown(plan, origin.after, origin.forced_by[0])
        if before and after:
            return Forced(origin, before, after)
    return Forced(origin)


def value_shown(plan: Plan, attributes: Attributes | None, path: str) -> str:
    """Return the value of an attribute; empty if it is not known or must not be shown."""
    if attributes is None:
        return ""
    value = attributes.get(without_indices(path))
    if not isinstance(value, str) or len(value) > LONGEST_VALUE:
        return ""
    if any(text.lower() in value.lower() for text in plan.masked_texts):
        return ""
    return value


def new_identities(plan: Plan) -> list[str]:
    """Return the addresses of what has an identity that is known only after the apply."""
    found: list[str] = []
    for resource in plan.changes():
        if resource.type in WITH_AN_IDENTITY_OF_OTHERS or resource.after is None:
            continue
        if has_unknown_identity(resource.after):
            found.append(resource.address)
    return found[:MOST_NAMED]


def has_unknown_identity(attributes: Attributes) -> bool:
    """Return whether an identity is unknown, or the output in which one may stand."""
    for name in ("principal_id", "object_id", "output"):
        if attributes.get(name) is UNKNOWN:
            return True
    return attributes.get("identity.principal_id") is UNKNOWN
