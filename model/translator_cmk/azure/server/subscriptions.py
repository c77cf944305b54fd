"""Subscriptions: their locations, their resources, and their move to another tenant."""

import re
from typing import Any, NamedTuple

from ...machine import commands
from ...machine.entities import Subscription, Tenant
from .calls import Call
from .forms import Body
from .places import HELD, inside
from .problems import found, outside
from .worlds import FIXED

FILTER = re.compile(r"resourceType eq '([^']*)'(?: and name eq '([^']*)')?")
"""The filter of a list by type, and by name perhaps."""


def list_locations(call: Call, subscription: Subscription) -> Body:
    locations = []
    for name, display_name in FIXED["regions"].items():
        locations.append(call.show("location", subscription, region=name, shown=display_name))
    return {"value": locations}


# Lists of resources


class Filter(NamedTuple):
    """The type, in lower case, and the name that a list is of; None for any."""

    type: str | None = None
    name: str | None = None

    def admits(self, resource: Body) -> bool:
        if self.type is not None and self.type != resource["type"].lower():
            return False
        return self.name is None or self.name == resource["name"]


def requested_filter(call: Call) -> Filter:
    """Return the filter of a request; raises `Problem` for any that is not of type and name."""
    written = call.query.get("$filter")
    if not written:
        return Filter()
    match = FILTER.fullmatch(written.strip())
    if match is None:
        raise outside(f"$filter {written}")
    return Filter(match[1].lower(), match[2])


def list_resources(call: Call, _: Any) -> Body:
    """List accounts and vaults, without their properties."""
    wanted = requested_filter(call)
    listed = []
    for kind, form in HELD:
        for entity in inside(call, kind).values():
            resource = call.show(form, entity)
            if wanted.admits(resource):
                del resource["properties"]
                listed.append(resource)
    return call.page(listed)


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
