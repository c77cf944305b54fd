"""Subscriptions: their resource providers, their resources, and their move to another tenant."""

import re
from typing import Any, NamedTuple

from ...machine import commands
from ...machine.entities import Subscription, Tenant
from .calls import Call
from .fixed import FIXED
from .forms import Body
from .places import HELD, inside
from .problems import found, outside
from .values import Values, value

CONDITION = re.compile(r"(resourceType|name) eq '([^']*)'", re.IGNORECASE)
"""One of the conditions that the filter of a list may have, joined by `and`."""


# Resource providers, which are all registered

TYPES: dict[str, list[str]] = FIXED["resource_types"]
"""By namespace, the types of resources that the server has."""


class Provider(NamedTuple):
    """A resource provider, as one subscription sees it."""

    subscription: str
    namespace: str


def providers(_: Call, subscription: Subscription) -> dict[str, Any]:
    return {name: Provider(subscription.name, name) for name in TYPES}


@value
def resource_types(shown: Values) -> list[Body]:
    """The types of a provider, each with its regions."""
    locations = list(FIXED["regions"].values())
    types = TYPES[shown.entity.namespace]
    return [{"resourceType": name, "locations": locations} for name in types]


# Lists of resources


def requested_conditions(call: Call) -> dict[str, str]:
    """Return the values, in lower case, that a list is of, by what they are of; raises `Problem`
    for an unknown filter.
    """
    written = call.query.get("$filter", "").strip()
    conditions: dict[str, str] = {}
    if not written:
        return conditions
    for part in re.split(r"\s+and\s+", written, flags=re.IGNORECASE):
        match = CONDITION.fullmatch(part.strip())
        if match is None:
            raise outside(f"$filter {written}")
        conditions[match[1].lower()] = match[2].lower()
    return conditions


def meets(conditions: dict[str, str], resource: Body) -> bool:
    """Return whether a resource is what all conditions say."""
    known = {
        "resourcetype": resource["type"],
        "name": resource["name"],
    }
    for of_what, wanted in conditions.items():
        if known[of_what].lower() != wanted:
            return False
    return True


def list_resources(call: Call, _: Any) -> Body:
    """List accounts and vaults, without their properties."""
    conditions = requested_conditions(call)
    listed = []
    for kind, form in HELD:
        for entity in inside(call, kind).values():
            resource = call.show(form, entity)
            if meets(conditions, resource):
                del resource["properties"]
                listed.append(resource)
    return call.page(listed)


# The caller


def list_permissions(call: Call, subscription: Subscription) -> Body:
    return call.page([call.show("permissions", subscription)])


def list_locks(call: Call, _: Subscription) -> Body:
    return call.page([])


# Tenants


def change_tenant(call: Call, subscription: Subscription) -> Body:
    """Move a subscription to another tenant, at once."""
    destination = "properties.destinationTenantId"
    new_owner = "properties.destinationOwnerId"
    identifier = call.asked.required(destination).lower()
    call.asked.honoured({}, destination, new_owner)
    message = f"The tenant '{identifier}' was not found."
    tenant = found(call.entity(Tenant, identifier), "TenantNotFound", message)
    call.submit(commands.MoveSubscription(subscription.name, tenant.name))
    owner = call.asked.required(new_owner)
    return call.show("tenant_change", subscription, destination=identifier, owner=owner)
