"""Gives a resource its key back, where a run ended while the key was lost.

Without its key nobody may be able to delete a workspace of the resource.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.mgmt.cognitiveservices.models import Account

from .bodies import ACCESS_POLICIES, IDENTITY_ON, PERMISSIONS, key_in_use, vault_properties
from .clients import Clients
from .operations import result_of
from .refusals import NotLearned

Entry = Mapping[str, Any]
"""What the list of leftovers says of an object."""


def give_key_back(clients: Clients, workspace: Entry, listed: Iterable[Entry]) -> Entry | None:
    """Give the resource of a workspace its key back, if its key vault is ``listed``; return what
    the list says of that vault.

    What can't be given back is left: the deletion of the workspace says why.
    """
    found: Entry | None = None
    with suppress(AzureError, NotLearned):
        accounts = clients.of("accounts", workspace["subscription"])
        account = accounts.get(workspace["group"], workspace["resource"])
        used, version = key_in_use(account)
        vault, _, key = used.partition("/")
        for entry in listed:
            if used and (entry["kind"], entry["name"]) == ("vault", vault):
                found = entry
                recover_vault(clients, entry)
                principal = turn_identity_on(clients, workspace, account)
                grant_access(clients, entry, principal)
                give_version_back(clients, vault, key, version)
                break
    return found


def recover_vault(clients: Clients, vault: Entry) -> None:
    """Recover a key vault, if it is deleted."""
    vaults = clients.of("vaults", vault["subscription"])
    try:
        vaults.get(vault["group"], vault["name"])
    except ResourceNotFoundError:
        properties = vault_properties(vault["tenant"], ACCESS_POLICIES)
        properties["createMode"] = "recover"
        body = {"location": vault["location"], "properties": properties}
        operation = vaults.begin_create_or_update(vault["group"], vault["name"], body)
        result_of(operation, "RecoverVault")


def turn_identity_on(clients: Clients, workspace: Entry, account: Any) -> str:
    """Turn the identity of a resource on, if it is off; return its object id: that
    of the update, since a read may be behind it.
    """
    if account.identity and account.identity.principal_id:
        return str(account.identity.principal_id)
    accounts = clients.of("accounts", workspace["subscription"])
    where = workspace["group"], workspace["resource"]
    fields: dict[str, Any] = {"identity": IDENTITY_ON}
    operation = accounts.begin_update(*where, Account(**fields))
    updated = result_of(operation, "EnableIdentity")
    if not updated.identity or not updated.identity.principal_id:
        raise NotLearned(f"{workspace['resource']} does not show the object id of its identity")
    return str(updated.identity.principal_id)


def grant_access(clients: Clients, vault: Entry, principal: str) -> None:
    """Grant an identity access to the keys of a vault; that it has it already does no harm."""
    policy = {
        "tenantId": vault["tenant"],
        "objectId": principal,
        "permissions": {"keys": PERMISSIONS},
    }
    body = {"properties": {"accessPolicies": [policy]}}
    vaults = clients.of("vaults", vault["subscription"])
    vaults.update_access_policy(vault["group"], vault["name"], "add", body)


def give_version_back(clients: Clients, vault: str, key: str, version: str) -> None:
    """Recover a key, if it is deleted, and enable a version of it, if that is disabled."""
    keys = clients.keys(vault)
    try:
        found = keys.get_key(key, version)
    except ResourceNotFoundError:
        operation = keys.begin_recover_deleted_key(key, _polling_interval=clients.poll)
        result_of(operation, "RecoverKey")
        found = keys.get_key(key, version)
    if not found.properties.enabled:
        keys.update_key_properties(key, version, enabled=True)
