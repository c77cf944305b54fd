"""Key vaults, as Azure Resource Manager has them."""

from typing import Any

from ...machine import commands
from ...machine.entities import PermissionModel, Vault
from .access import set_access
from .calls import Call, Reply
from .eventually import hide
from .forms import Body
from .places import requested_location
from .problems import malformed
from .settings import put_settings, settings_of
from .worlds import Group

SOFT_DELETE = "properties.enableSoftDelete"
PURGE_PROTECTION = "properties.enablePurgeProtection"
RBAC = "properties.enableRbacAuthorization"
ACCESS_POLICIES = "properties.accessPolicies"
CREATE_MODE = "properties.createMode"

RETENTION = "properties.softDeleteRetentionInDays"

SHORTEST_RETENTION = 7
LONGEST_RETENTION = 90

RBAC_BY_DEFAULT = "2026-02"
"""The first api-version in which a new vault uses Azure RBAC unless the request says otherwise."""


def put_vault(call: Call, group: Group) -> Reply:
    """Create a vault, recover a deleted one, or change one that is there."""
    if call.asked.get(CREATE_MODE, str, "default").lower() == "recover":
        return recover_vault(call, group)
    for needed in ("properties.sku.name", "properties.tenantId"):
        call.asked.required(needed)
    name = call.at["name"]
    present = call.there("vault", group, name)
    location = requested_location(call)
    # one of this name elsewhere is not changed: creating it is refused
    if present is None or location != present.region.name:
        create_vault(call, group, location)
    vault = call.entity(Vault, name)
    return Reply(200 if present else 201, change_vault(call, vault))


def recover_vault(call: Call, group: Group) -> Reply:
    deleted = call.find("deleted_vault", group, call.at["name"])
    call.submit(commands.RecoverVault(deleted.name))
    return Reply(200, call.show("vault", call.again(deleted)))


def create_vault(call: Call, group: Group, location: str) -> None:
    if call.strictness.strict and call.asked.get(SOFT_DELETE, bool) is False:
        raise malformed("A new key vault can't be without soft delete.", "BadRequest")
    is_rbac_by_default = call.query["api-version"] >= RBAC_BY_DEFAULT
    uses_rbac = call.asked.get(RBAC, bool, is_rbac_by_default)
    permission_model: PermissionModel = "rbac" if uses_rbac else "access-policies"
    command = commands.CreateVault(
        call.new_name("vault"),
        location,
        group.subscription,
        group.name,
        call.asked.get(SOFT_DELETE, bool, True),
        call.asked.get(PURGE_PROTECTION, bool, False),
        permission_model,
    )
    call.submit(command)
    hide(call, "vault", command.vault)


def change_vault(call: Call, vault: Vault) -> Any:
    """Change what a request says of protections, access and retention; return the vault."""
    set_retention(call, vault)
    turn_on_protections(call, vault)
    set_permission_model_and_access(call, vault)
    shown: Body = call.show("vault", call.again(vault))
    return call.asked.honoured(shown, ACCESS_POLICIES, SOFT_DELETE, PURGE_PROTECTION, CREATE_MODE)


def set_retention(call: Call, vault: Vault) -> None:
    """Set for how long a vault keeps what is deleted, which can't be changed; raises `Problem`."""
    days = call.asked.get(RETENTION, int)
    if days is None:
        return
    if not SHORTEST_RETENTION <= days <= LONGEST_RETENTION:
        raise malformed(
            f"'{RETENTION}' is {days}, and has to be from {SHORTEST_RETENTION} to "
            f"{LONGEST_RETENTION}.",
            "BadRequest",
        )
    present = settings_of(call.world, "retention", vault.name).get("days")
    if present not in (None, days):
        raise malformed(f"'{RETENTION}' is {present} and can't be changed.", "BadRequest")
    put_settings(call, "retention", vault.name, {"days": days})


def turn_on_protections(call: Call, vault: Vault) -> None:
    """Turn on soft delete and purge protection; raises `Problem` where one is to be turned off."""
    soft_delete = call.asked.get(SOFT_DELETE, bool)
    purge_protection = call.asked.get(PURGE_PROTECTION, bool)
    turns_off_soft_delete = soft_delete is False and vault.soft_delete
    # Azure refuses to be asked for no purge protection even where there is none
    if turns_off_soft_delete or purge_protection is False:
        raise malformed("The protections of a key vault cannot be set to false.", "BadRequest")
    if soft_delete:
        call.submit(commands.EnableSoftDelete(vault.name))
    # a vault without soft delete may have it from the start, where a repeat is not specified
    if purge_protection and not vault.purge_protection:
        call.submit(commands.EnablePurgeProtection(vault.name))


def set_permission_model_and_access(call: Call, vault: Vault) -> None:
    """Switch the permission model and set the access policies.

    Azure does both at once.  So policies are set while Azure RBAC decides, after the switch to it
    or before the switch from it: nobody loses access in between.
    """
    wants_rbac = call.asked.get(RBAC, bool)
    if wants_rbac is True and vault.permission_model != "rbac":
        call.submit(commands.SetPermissionModel(vault.name, "rbac"))
    policies = call.asked.get(ACCESS_POLICIES, list)
    if policies is not None:
        set_access(call, vault, policies)
    if wants_rbac is False and vault.permission_model == "rbac":
        call.submit(commands.SetPermissionModel(vault.name, "access-policies"))
