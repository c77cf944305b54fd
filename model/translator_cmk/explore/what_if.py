"""The scope to ask "what if" in: one of each, right or wrong, and nearly every command of the model."""

from typing import Any

from ..machine import Command, State
from ..machine.commands import (
    CreateKey,
    CreateVault,
    CreateWorkspace,
    DeleteResource,
    EnableCustomerManagedKeys,
    EnablePurgeProtection,
    EnableSoftDelete,
    EndVaultRetention,
    ImportKey,
    MoveResource,
    MoveSubscription,
    PurgeVault,
    RotateKey,
)
from ..machine.entities import CUSTOMER, Key, Resource, Vault
from .scopes import (
    TRANSLATOR,
    Commands,
    Scope,
    access,
    creates_resource,
    creates_vault,
    deletes_and_recovers,
    each,
    identity,
    key_life,
    work,
)
from .scopes import key_source as key_sources


def field(state: State, kind: Any, name: str, field: str) -> Any:
    """Return the value of a field; None where there is no such entity."""
    record = state.tables[kind].get(name)
    return record and record[kind.position[field]]


def under_customer_managed_keys(state: State) -> bool:
    """Return whether customer-managed keys are on, with a key or without."""
    return bool(field(state, Resource, "translator", "key_source") == CUSTOMER)


def works(_: CreateWorkspace, state: State) -> bool:
    """Allow workspaces of a resource that can have customer-managed keys."""
    return bool(field(state, Resource, "translator", "tier") != "basic-tier")


def at_home(state: State) -> bool:
    """Return whether the resource is in the tenant that it was created in."""
    return bool(field(state, Resource, "translator", "tenant") == "home")


def purged(state: State) -> bool:
    """Return whether the vault is gone for good."""
    return bool(field(state, Vault, "vault", "state") == "purged")


def rotates(_: RotateKey, state: State) -> bool:
    """Allow rotations under customer-managed keys, before the resource moves."""
    return under_customer_managed_keys(state) and at_home(state)


def moves(_: Command, state: State) -> bool:
    """Allow moves under customer-managed keys, with a key that exists and was not rotated."""
    not_rotated = field(state, Key, "vault/key", "version") == 1
    return under_customer_managed_keys(state) and not_rotated and not purged(state)


def uses(command: Any, state: State) -> bool:
    """Allow another vault where the first, which held the customer's key, is purged, and nothing has moved."""
    another = command.vault == "other-vault"
    return not another or (under_customer_managed_keys(state) and at_home(state) and purged(state))


RESOURCE: Commands = (
    *creates_resource("translator"),
    *creates_resource("translator", location="global", tier="basic-tier"),
    *creates_resource("translator", keys="customer-managed"),
    DeleteResource("translator"),
)
VAULT: Commands = (
    *creates_vault("vault"),
    *creates_vault("vault", region="eastus", permission_model="rbac"),
    *creates_vault("vault", soft_delete=False, purge_protection=False),
    *(EnableSoftDelete("vault"), EnablePurgeProtection("vault")),
    *(*deletes_and_recovers("vault"), PurgeVault("vault"), EndVaultRetention("vault")),
)
KEY: Commands = (
    *(CreateKey("vault", "key"), ImportKey("vault", "key", "RSA-HSM", 3072)),
    *key_life("vault", "key"),
)
ENABLING: Commands = (
    *(*identity("translator"), *access("translator", "vault")),
    *key_sources("translator", "vault", "key"),
    EnableCustomerManagedKeys("translator", store="managed-hsm"),
)
MOVES: Commands = (
    *each(MoveResource, resource="translator", subscription=("foreign", "production"), group="apps"),
    *each(MoveSubscription, subscription="production", tenant=("abroad", "home")),
)
ANOTHER_VAULT: Commands = (
    *creates_vault("other-vault"),
    CreateKey("other-vault", "key"),
    EnableCustomerManagedKeys("translator", "other-vault", "key"),
)

WHAT_IF = Scope(
    "what-if",
    "One of each, right or wrong, from nothing to the end, with moves to another tenant and a second vault.",
    None,
    (*RESOURCE, *VAULT, *KEY, *ENABLING, *work(*TRANSLATOR), *MOVES, *ANOTHER_VAULT),
    states=8_902,
    bounds=(
        (CreateWorkspace, works),
        (RotateKey, rotates),
        *((kind, moves) for kind in (MoveResource, MoveSubscription)),
        *((kind, uses) for kind in (CreateVault, CreateKey, EnableCustomerManagedKeys)),
    ),
)
"""Each bound keeps apart what would only multiply: wrong things and work, moves and rotations, two vaults at once."""
