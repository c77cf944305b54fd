"""Why a resource is replaced, or a value unknown: what else the plan changes."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from .inventory import instance_of
from .plan import NO_CHANGE, READ, UNKNOWN, Attributes, Plan, PlannedResource

MOST_NAMED = 3
"""So many causes that are only possible are named."""

WITH_AN_IDENTITY_OF_OTHERS = frozenset(
    {"azurerm_key_vault_access_policy", "azurerm_role_assignment"}
)
"""Types whose identity is that of something else."""


class Cause(NamedTuple):
    """What else the plan changes that brings a change about."""

    address: str
    actions: tuple[str, ...]
    reads: str = ""
    """The reference that leads there."""


def root_cause(plan: Plan, resource: PlannedResource) -> Cause | None:
    """Return what forces a replacement in the end: nothing if it is forced by itself."""
    found: Cause | None = None
    seen = {resource.address}
    while True:
        nearest = next(causes(plan, resource), None)
        if nearest is None or nearest.address in seen:
            return found
        found = nearest
        seen.add(nearest.address)
        resource = resource_at(plan, nearest.address)


def causes(plan: Plan, resource: PlannedResource) -> Iterator[Cause]:
    """Yield the changed resources that the attributes refer to which force a replacement."""
    for attribute in resource.forced_by:
        name = re.sub(r"\.\d+", "", attribute)
        for reference in resource.references.get(name, ()):
            address = instance_of(plan, resource, reference)
            if address is None:
                continue
            other = resource_at(plan, address)
            if not set(other.actions) <= {NO_CHANGE, READ}:
                yield Cause(address, other.actions, reference)


def resource_at(plan: Plan, address: str) -> PlannedResource:
    """Return the resource of an address."""
    return next(resource for resource in plan.resources if resource.address == address)


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
    return attributes.at("identity", "principal_id") is UNKNOWN


def targets(addresses: list[str]) -> str:
    """Return the options by which Terraform applies these alone: `-target='a.b'`."""
    return " ".join(f"`-target='{address}'`" for address in addresses)
