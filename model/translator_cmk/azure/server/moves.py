"""Moves between resource groups and subscriptions."""

import re
from typing import Any

from ...machine import commands
from ...machine.entities import Resource, Subscription
from .calls import Call, Reply
from .operations import begun, refuse_busy
from .places import HELD, inside
from .problems import found, missing, outside
from .worlds import Group

GROUP_ID = re.compile(r"/subscriptions/([^/]+)/resourceGroups/([^/]+)/?", re.IGNORECASE)


def move_resources(call: Call, group: Group) -> Reply:
    """Move one account, or all that a group holds to a group of the same name."""
    target = requested_target(call)
    held = held_by_id(call)
    asked = [str(identifier).lower() for identifier in call.asked.required("resources", list)]
    for identifier in asked:
        if identifier not in held:
            message = f"'{identifier}' was not found in resource group '{group.name}'."
            raise missing("ResourceNotFound", message)
        if isinstance(held[identifier], Resource):
            refuse_busy(call, held[identifier].name)

    is_whole_group = set(asked) == held.keys() and target.name.lower() == group.name.lower()
    if len(asked) == 1 and isinstance(held[asked[0]], Resource):
        account = held[asked[0]].name
        call.submit(commands.MoveResource(account, target.subscription, target.name))
    elif is_whole_group:
        call.submit(commands.MoveResourceGroup(group.name, group.subscription, target.subscription))
    else:
        raise outside(
            "a move of anything but one account, or of a whole resource group to one of the "
            "same name"
        )
    return begun(call, group)


def requested_target(call: Call) -> Group:
    """Return the resource group into which a request moves; raises `Problem`."""
    target = call.asked.required("targetResourceGroup")
    match = GROUP_ID.fullmatch(target)
    subscription_name, group_name = match.groups() if match else ("", "")
    subscription = found(
        call.entity(Subscription, subscription_name),
        "SubscriptionNotFound",
        f"'{target}' is in no subscription.",
    )
    group: Group = call.find("group", subscription, group_name)
    return group


def held_by_id(call: Call) -> dict[str, Any]:
    """Return what the group of the path holds, by ids in lower case."""
    held = {}
    for kind, form in HELD:
        for entity in inside(call, kind).values():
            identifier = call.show(form, entity)["id"].lower()
            held[identifier] = entity
    return held
