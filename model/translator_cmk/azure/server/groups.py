"""Resource groups."""

from ...machine import commands
from ...machine.entities import Resource, Subscription, Vault
from .assigned_identities import path_of
from .calls import Call, Reply
from .operations import begun
from .places import inside, requested_location
from .settings import put_settings
from .worlds import Group


def put_group(call: Call, subscription: Subscription) -> Reply:
    """Create a resource group, or return one that is there."""
    location = requested_location(call)
    name = call.new_name("group")
    present = call.there("group", subscription, name)
    group = present or Group(subscription.name, name, location)
    call.world = call.world._replace(groups=call.world.groups | {group})
    shown = call.asked.honoured(call.show("group", group))
    return Reply(200 if present else 201, shown)


def delete_group(call: Call, group: Group) -> Reply:
    """Delete a resource group with what it holds."""
    for name in inside(call, Vault):
        call.submit(commands.DeleteVault(name))
    for name in inside(call, Resource):
        call.submit(commands.DeleteResource(name))
    put_settings(call, "identities", path_of(group), {})
    call.world = call.world._replace(groups=call.world.groups - {group})
    return begun(call, group)
