"""Azure's requests for the commands that move something."""

from typing import Any

from ...machine import commands
from .estate import NOBODY, Estate

TENANT_CHANGE = (
    "/providers/Microsoft.Subscription/changeTenantRequest/default?api-version=2024-08-01-preview"
)


def move_resource(estate: Estate, command: commands.MoveResource) -> None:
    subscription, group = estate.place(command.resource)
    account = estate.ask("accounts", command.resource, "get")
    place = (command.subscription, estate.group(command.subscription, command.group))
    move(estate, [account], (subscription, group), place)


def move_resource_group(estate: Estate, command: commands.MoveResourceGroup) -> None:
    """Move all that a group holds; what is empty has nothing to move."""
    group = estate.group(command.subscription, command.group)
    resources = estate.all("resources", command.subscription)
    held = list(resources.list_by_resource_group(group))
    if held:
        place = (command.to, estate.group(command.to, command.group))
        move(estate, held, (command.subscription, group), place)


def move(estate: Estate, held: list[Any], here: tuple[str, str], there: tuple[str, str]) -> None:
    """Move resources from one group into another, and wait."""
    subscription, group = there
    target = f"/subscriptions/{estate.id_of(subscription)}/resourceGroups/{group}"
    body = {"resources": [each.id for each in held], "targetResourceGroup": target}
    from_subscription, from_group = here
    resources = estate.all("resources", from_subscription)
    operation = resources.begin_move_resources(from_group, body)
    operation.result()
    for each in held:
        estate.places[str(each.name)] = there


def move_subscription(estate: Estate, command: commands.MoveSubscription) -> None:
    guid = estate.id_of(command.subscription)
    wanted = {
        "destinationTenantId": estate.tenant_ids.get(command.tenant, NOBODY),
        "destinationOwnerId": estate.caller(guid),
    }
    path = f"/subscriptions/{guid}{TENANT_CHANGE}"
    estate.ask_manager(guid, "PUT", path, json={"properties": wanted})
    estate.find_subscriptions()
