"""Azure's requests for the commands on key vaults."""

from typing import Any

from ...machine import commands
from .bodies import ACCESS_POLICIES, vault_properties
from .estate import Estate
from .resource_calls import must_not_be_there
from .target import HELD

OF_THE_CALLER = [
    "get",
    "list",
    "create",
    "import",
    "update",
    "delete",
    "recover",
    "purge",
    "rotate",
]
"""The permissions on keys of whoever makes a vault."""


def create_vault(estate: Estate, command: commands.CreateVault) -> None:
    tenant = estate.tenant_of(command.subscription)
    properties = vault_properties(tenant, command.permission_model)
    properties["accessPolicies"] = policies_at_first(estate, command.subscription)
    properties["enableSoftDelete"] = command.soft_delete
    if command.soft_delete:
        properties["softDeleteRetentionInDays"] = HELD
    # Azure refuses to be asked for false
    if command.purge_protection:
        properties["enablePurgeProtection"] = True
    group = estate.group(command.subscription, command.group)
    place = (command.subscription, group)
    must_not_be_there(estate, "vaults", command.vault, command.region, place)
    body = {"location": estate.target.location(command.region), "properties": properties}
    vaults = estate.all("vaults", command.subscription)
    operation = vaults.begin_create_or_update(group, command.vault, body)
    operation.result()
    estate.places[command.vault] = place


def policies_at_first(estate: Estate, subscription: str) -> list[dict[str, Any]]:
    """Return the access policies of a new vault: that of the caller, if a token names one."""
    caller = estate.caller(estate.id_of(subscription))
    if not caller:
        return []
    return [access_policy(estate, subscription, caller, OF_THE_CALLER)]


def access_policy(
    estate: Estate, subscription: str, principal: str, permissions: list[str]
) -> dict[str, Any]:
    """Return an access policy for keys."""
    return {
        "tenantId": estate.tenant_of(subscription),
        "objectId": principal,
        "permissions": {"keys": permissions},
    }


def enable_soft_delete(estate: Estate, command: commands.EnableSoftDelete) -> None:
    update(estate, command.vault, enableSoftDelete=True)


def enable_purge_protection(estate: Estate, command: commands.EnablePurgeProtection) -> None:
    update(estate, command.vault, enablePurgeProtection=True)


def set_permission_model(estate: Estate, command: commands.SetPermissionModel) -> None:
    update(estate, command.vault, enableRbacAuthorization=command.permission_model == "rbac")


def update(estate: Estate, vault: str, **properties: bool) -> None:
    """PATCH of a vault."""
    estate.ask("vaults", vault, "update", {"properties": properties})


def delete_vault(estate: Estate, command: commands.DeleteVault) -> None:
    """Delete a vault that is there, since to delete any other would be accepted."""
    estate.ask("vaults", command.vault, "get")
    estate.ask("vaults", command.vault, "delete")


def recover_vault(estate: Estate, command: commands.RecoverVault) -> None:
    subscription, _ = estate.place(command.vault)
    last_seen = estate.vault_fields.get(command.vault, {})
    permission_model = last_seen.get("permission_model", ACCESS_POLICIES)
    properties = vault_properties(estate.tenant_of(subscription), permission_model)
    properties["createMode"] = "recover"
    body = {"location": location_of_deleted(estate, command.vault), "properties": properties}
    operation = estate.ask("vaults", command.vault, "begin_create_or_update", body)
    operation.result()


def purge_vault(estate: Estate, command: commands.PurgeVault) -> None:
    subscription, _ = estate.place(command.vault)
    location = location_of_deleted(estate, command.vault)
    vaults = estate.all("vaults", subscription)
    operation = vaults.begin_purge_deleted(command.vault, location)
    operation.result()


def location_of_deleted(estate: Estate, vault: str) -> str:
    """Return where a deleted vault is; raises `HttpResponseError` where there is none."""
    subscription, _ = estate.place(vault)
    last_seen = estate.vault_fields.get(vault, {})
    region = last_seen.get("region", estate.stage.regions[0])
    vaults = estate.all("vaults", subscription)
    deleted = vaults.get_deleted(vault, estate.target.location(region))
    return str(deleted.properties.location)
