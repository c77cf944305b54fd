"""Why a resource goes or is replaced, or a value unknown: what else the plan changes."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .inventory import instance_of
from .plan import (
    CREATE,
    DELETE,
    NO_CHANGE,
    READ,
    UNKNOWN,
    UPDATE,
    Attributes,
    Plan,
    PlannedResource,
)

REASONS: Mapping[str, str] = {
    "delete_because_no_resource_config": "no longer in the configuration",
    "delete_because_no_module": "its module is no longer in the configuration",
    "delete_because_no_move_target": "nothing is configured where it was moved to",
    "delete_because_wrong_repetition": "count or for_each was added or left out",
    "delete_because_count_index": "count{reads} no longer reaches [{instance}]",
    "delete_because_each_key": "for_each{reads} no longer has {instance}",
    "replace_because_tainted": "tainted",
    "replace_by_request": "by -replace",
    "replace_by_triggers": "by replace_triggered_by",
}
"""By Terraform's word for it: why a resource goes or is replaced."""

OUT_OF_THE_CONFIGURATION = frozenset(
    {"delete_because_no_resource_config", "delete_because_no_module"}
)
"""The reasons by which `prevent_destroy` leaves the configuration with the resource."""

DONE: Mapping[tuple[str, ...], str] = {
    (CREATE,): "created",
    (UPDATE,): "changed",
    (DELETE,): "destroyed",
}
"""What is done to the cause of a change; with more than one action it is replaced."""

LONGEST_VALUE = 60
"""Longer values are not shown."""

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


def why_in_words(plan: Plan, resource: PlannedResource) -> str:
    """Return why a resource goes or is replaced, in a few words; empty if nothing tells."""
    if resource.forced_by:
        return forced_in_words(plan, resource)
    reads = f", which reads {', '.join(resource.repeated_by)}," if resource.repeated_by else ""
    words = REASONS.get(resource.reason, "")
    return words.format(reads=reads, instance=resource.instance)


def forced_in_words(plan: Plan, resource: PlannedResource) -> str:
    """Return which attributes force a replacement, and what forces it in the end."""
    words = f"forced by {', '.join(resource.forced_by)}"
    cause = root_cause(plan, resource)
    if cause is None:
        difference = difference_in_words(plan, resource)
        return f"{words}, {difference}" if difference else words
    origin = resource_at(plan, cause.address)
    done = how_changed(origin) or DONE.get(cause.actions, "replaced")
    words += f"; {cause.address} is {done}"
    difference = difference_in_words(plan, origin)
    if difference:
        words += f", as its {origin.forced_by[0]} changes {difference}"
    return words


def how_changed(resource: PlannedResource) -> str:
    """Return that nothing is changed of a resource but its tags; empty if that can't be told."""
    before, after = resource.before, resource.after
    if resource.actions != (UPDATE,) or before is None or after is None:
        return ""
    changed: set[str] = set()
    for name in {*before.known, *after.known, *after.names_unknown()}:
        is_result = name == "output" and resource.type.startswith("azapi_")
        if not is_result and differs(before, after, name):
            changed.add(name)
    return "changed: tags only" if changed == {"tags"} else ""


def differs(before: Attributes, after: Attributes, name: str) -> bool:
    """Return whether an attribute is another one after a change, or may be."""
    return after.is_unknown_at(name) or before.known.get(name) != after.known.get(name)


def difference_in_words(plan: Plan, resource: PlannedResource) -> str:
    """Return from which value to which the attribute changes that forces a replacement.

    It is empty if several do, or if a value is not known or must not be shown.
    """
    if len(resource.forced_by) != 1:
        return ""
    before = value_in_words(plan, resource.before, resource.forced_by[0])
    after = value_in_words(plan, resource.after, resource.forced_by[0])
    return f"from {before} to {after}" if before and after else ""


def value_in_words(plan: Plan, attributes: Attributes | None, path: str) -> str:
    """Return the value of an attribute; empty if it is not known or must not be shown."""
    if attributes is None:
        return ""
    value = attributes.get(".".join(step for step in path.split(".") if not step.isdigit()))
    if not isinstance(value, str) or len(value) > LONGEST_VALUE:
        return ""
    if any(text.lower() in value.lower() for text in plan.masked_texts):
        return ""
    return value


def set_back(plan: Plan, resource: PlannedResource) -> str:
    """Return what to do so that a resource is not replaced, with the value if it is known."""
    if CREATE not in resource.actions:
        return "If only its address in the configuration changes, write a `moved` block"
    cause = root_cause(plan, resource)
    origin = resource if cause is None else resource_at(plan, cause.address)
    if difference_in_words(plan, origin):
        [attribute] = origin.forced_by
        value = value_in_words(plan, origin.before, attribute)
        return f"Set {attribute} of {origin.address} back to {value}"
    return "Find what forces the replacement and change it back"


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
    return attributes.get("identity.principal_id") is UNKNOWN


def targets(addresses: list[str]) -> str:
    """Return the options by which Terraform applies these alone: `-target='a.b'`."""
    return " ".join(f"`-target='{address}'`" for address in addresses)
