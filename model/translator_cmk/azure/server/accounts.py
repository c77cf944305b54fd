"""Accounts of Microsoft.CognitiveServices."""

from ...machine import commands
from ...machine.entities import (
    OF_VAULT_AND_RESOURCE,
    Entity,
    KeySource,
    Resource,
    Workspace,
)
from .calls import Call, Reply
from .encryption import KEY_SOURCE, done_by_key_source, key_source_command
from .eventually import hide
from .fixed import FIXED
from .forms import Body
from .holdings import forget, forget_workspaces
from .identities import done_by_identity, keep_assigned, turn_off_own, turn_on_own
from .operations import begun, occupy, refuse_busy
from .places import requested_location
from .problems import Problem, missing, outside
from .settings import put_settings
from .worlds import Group

ACCEPTED = "Accepted"
CREATING = "Creating"
DELETING = "Deleting"
"""Provisioning states of an account that are not final."""

FREE = "F0"


def put_account(call: Call, group: Group) -> Reply:
    """Create an account, or change one that is there."""
    present = call.there("account", group, call.at["name"])
    if present is not None:
        refuse_busy(call, present.name)
        occupy(call, present.name, ACCEPTED)
        return written(call, 200, change_to_whole(call, present))
    return written(call, 201, create_account(call, group))


def written(call: Call, status: int, body: Body) -> Reply:
    """Return an account that was put; as an operation, if operations take time."""
    if call.strictness.provisioning:
        return begun(call, None, body, status)
    return Reply(status, body)


def patch_account(call: Call, account: Resource) -> Reply:
    refuse_busy(call, account.name)
    occupy(call, account.name, ACCEPTED)
    return begun(call, account, change_account(call, account.name))


def delete_account(call: Call, account: Resource) -> Reply:
    refuse_busy(call, account.name)
    call.submit(commands.DeleteResource(account.name))
    if not call.strictness.provisioning:
        return Reply(200)
    occupy(call, account.name, DELETING)
    return begun(call, account)


def create_account(call: Call, group: Group) -> Body:
    kind = call.asked.required("kind")
    location = requested_location(call, "global")
    tier = call.asked.required("sku.name").upper()
    name = call.new_name("account")
    if kind not in FIXED["kinds"]:
        raise outside(f"kind {kind}")
    if tier not in FIXED["kinds"][kind]["skus"]:
        message = f"The SKU '{tier}' is not available for the kind '{kind}'."
        raise missing("InvalidSku", message, 400)
    refuse_deleted_name(call, name)
    if call.strictness.strict and tier == FREE:
        refuse_second_free_account(call, kind)
    command = commands.CreateResource(
        name,
        FIXED["kinds"][kind]["resource"],
        location,
        tier,
        group.subscription,
        group.name,
        requested_key_source(call),
    )
    call.submit(command)
    # an account of the name that was purged may have left some
    put_settings(call, "user_assigned", name, {})
    occupy(call, name, CREATING)
    hide(call, "account", name)
    return change_account(call, name, has_key_source=True)


def refuse_second_free_account(call: Call, kind: str) -> None:
    """Refuse another free account of a kind in the subscription; raises `Problem`."""
    subscription = call.at["subscription"].name
    for account in call.every(Resource):
        is_of_kind = account.kind == FIXED["kinds"][kind]["resource"]
        if account.subscription.name == subscription and is_of_kind and account.tier.name == FREE:
            message = f"A subscription can have one free account of the kind '{kind}'."
            raise Problem(400, "CanNotCreateMultipleFreeAccounts", message)


def refuse_deleted_name(call: Call, name: str) -> None:
    """Refuse the name of an account that was deleted; raises `Problem`."""
    if call.entity(Resource, name, "deleted"):
        if call.asked.get("properties.restore", bool):
            raise outside("restoring a deleted account")
        raise Problem(
            409,
            "FlagMustBeSetForRestore",
            f"An account '{name}' has been soft-deleted.",
            ["environment.name-used-before"],
        )


def requested_key_source(call: Call) -> KeySource:
    """Return the key source with which an account is to be created."""
    if call.asked.get(KEY_SOURCE, str, "").lower() == "microsoft.keyvault":
        return "customer-managed"
    return "microsoft-managed"


def change_to_whole(call: Call, account: Resource) -> Body:
    """Change an account to what is put in its place."""
    # a PUT says all of an account again, so the same section asks for no change
    wanted = call.asked.get("properties.encryption", dict)
    shown = call.show("account", account)["properties"].get("encryption")
    return change_account(call, account.name, has_key_source=wanted == shown)


def change_account(call: Call, name: str, *, has_key_source: bool = False) -> Body:
    """Carry out what a request says of identity and key source, and return the account; raises
    `Problem`.

    The identity is turned on first, and off last.  ``has_key_source``: it has the key source
    already.
    """
    turn_on_own(call, name)
    if call.asked.get("properties.encryption", dict) and not has_key_source:
        call.submit(key_source_command(call, name))
    turn_off_own(call, name)
    keep_assigned(call, name)
    done = done_by_key_source(call) + done_by_identity(call)
    shown = call.show("account", call.entity(Resource, name))
    honoured: Body = call.asked.honoured(shown, *done)
    return honoured


def list_account_keys(call: Call, account: Resource) -> Body:
    keys: Body = {**call.world.account_keys(account.name)}
    return keys


def purge_account(call: Call, account: Resource) -> Reply:
    """Purge a deleted account, which is no command of the specification: the model forgets the
    account and what it held, so its name is free.
    """
    refuse_busy(call, account.name)
    forgotten: list[Entity] = [account]
    for kind in OF_VAULT_AND_RESOURCE:
        for entity in call.view.every(kind):
            if entity.resource.name == account.name:
                forgotten.append(entity)
    workspaces = []
    for workspace in call.view.every(Workspace):
        if workspace.resource.name == account.name:
            workspaces.append(workspace)
    forget_workspaces(call, workspaces)
    forget(call, forgotten)
    return begun(call, account)
