"""What a path of Azure Resource Manager names: subscriptions, groups, and what these hold."""

from typing import Any

from ...machine.entities import Resource, Subscription, Tenant, Vault
from .calls import Call, Collection
from .fixed import FIXED
from .problems import missing
from .worlds import Group

HELD = ((Resource, "account"), (Vault, "vault"))
"""What a resource group holds, with the names of the bodies."""


def location_of(entity: Any) -> str:
    """Return the region of a vault, or the location of an account."""
    place = entity.region if isinstance(entity, Vault) else entity.location
    return str(place.name)


def inside(call: Call, kind: Any, state: str = "active") -> dict[str, Any]:
    """Return the accounts or vaults in the subscription, the group and the location that the path
    names.
    """
    subscription = call.at["subscription"].name
    group = call.at.get("group")
    # where a deleted account was; the group may be gone too
    group_name = group.name if group else call.at.get("former_group")
    location = call.at.get("location")
    found = {}
    for entity in call.every(kind, state):
        if entity.subscription.name != subscription:
            continue
        if group_name is not None and entity.group.lower() != group_name.lower():
            continue
        if location is not None and location_of(entity) != location.lower():
            continue
        found[entity.name] = entity
    return found


def requested_location(call: Call, *others: str) -> str:
    """Return the location of a request by its name; raises `Problem` if Azure has no such location.

    ``others`` are allowed too.
    """
    asked = call.asked.required("location")
    name: str = asked.replace(" ", "").lower()
    if name not in (*FIXED["regions"], *others):
        code = "LocationNotAvailableForResourceType"
        raise missing(code, f"The location '{asked}' is not available.", 400)
    return name


def tenants(call: Call, _: Any) -> dict[str, Any]:
    return {tenant.name: tenant for tenant in call.every(Tenant)}


def subscriptions(call: Call, _: Any) -> dict[str, Any]:
    """Return those of the login's tenant, in the order of the stage: clients take the first one."""
    found = {}
    for subscription in call.view.every(Subscription):
        if subscription.tenant.name == call.claims["tid"]:
            found[subscription.name] = subscription
    return found


def groups(call: Call, subscription: Subscription) -> dict[str, Group]:
    found = {}
    for group in sorted(call.world.groups):
        if group.subscription == subscription.name:
            found[group.name] = group
    return found


def accounts(call: Call, _: Any) -> dict[str, Any]:
    return inside(call, Resource)


def deleted_accounts(call: Call, _: Any) -> dict[str, Any]:
    return inside(call, Resource, "deleted")


def vaults(call: Call, _: Any) -> dict[str, Any]:
    return inside(call, Vault)


def deleted_vaults(call: Call, _: Any) -> dict[str, Any]:
    return inside(call, Vault, "deleted")


COLLECTIONS: dict[str, Collection] = {
    "tenant": tenants,
    "subscription": subscriptions,
    "group": groups,
    "account": accounts,
    "deleted_account": deleted_accounts,
    "vault": vaults,
    "deleted_vault": deleted_vaults,
}
