"""Conditions that rows ask for by name, because several rows share one or one takes several steps.

A condition reads the world and writes nothing.  Where it takes a ``command``, that is one with
entities in place of the names, as rows read it.
"""

from typing import Any

from .commands import (
    EnableCustomerManagedKeys,
    GrantKeyAccess,
    MoveResource,
    MoveResourceGroup,
    RecoverVault,
    SetPermissionModel,
)
from .entities import CUSTOMER, Document, Grant, Key, Resource, Role, Vault, Workspace
from .meanings import policies_ignored

# Customer-managed keys


def can_be_customer_managed(resource: Resource) -> bool:
    """Return whether the resource is regional, and on a tier that supports CMK."""
    return resource.location.state == "regional" and resource.tier.supports_customer_managed_keys


def can_be_put_in_use(command: Any) -> bool:
    """Return whether a request for customer-managed keys fits resource, key vault and key."""
    if command.store != "key-vault":
        return False
    resource = command.resource
    vault = command.vault
    key = command.key
    return bool(
        can_be_customer_managed(resource)
        and key.type in ("RSA", "RSA-HSM")
        and key.size == 2048
        and vault.region.name == resource.location.name
        and vault.subscription.tenant.name == resource.tenant.name
        and vault.soft_delete
        and vault.purge_protection
    )


def can_be_granted(command: Any) -> bool:
    """Return whether a grant names an identity that is on, in the tenant of the key vault."""
    resource = command.resource
    return bool(
        resource.identity and command.vault.subscription.tenant.name == resource.tenant.name
    )


def was_left_behind(resource: Resource) -> bool:
    """Return whether a resource with customer-managed keys left its key behind in a move."""
    return resource.key_source == CUSTOMER and resource.key is None


# Keys and access to them


def is_in_policies(vault: Vault, resource: Resource) -> bool:
    """Return whether the vault's access policies have an entry for the resource's identity."""
    return vault.world.has(Grant, f"{vault.name}/{resource.name}")


def has_key_in_another_tenant(resource: Resource) -> bool:
    """Return whether the vault of the resource's key has moved to another tenant, without it."""
    if resource.key is None or resource.tenant.name != resource.subscription.tenant.name:
        return False
    return resource.key.vault.subscription.tenant.name != resource.tenant.name


def granted(vault: Vault, resource: Resource) -> bool:
    """Return whether the vault's access policies give the resource's identity access to its
    keys.
    """
    return is_in_policies(vault, resource) and not policies_ignored(vault)


def is_ignored_in_policies(vault: Vault, resource: Resource) -> bool:
    """Return whether the vault's access policies have an entry for the resource's identity, and
    nothing goes by them.
    """
    return is_in_policies(vault, resource) and policies_ignored(vault)


def has_role(vault: Vault, resource: Resource) -> bool:
    """Return whether the resource's identity has a role on the vault."""
    return vault.world.has(Role, f"{vault.name}/{resource.name}")


def has_role_in_force(vault: Vault, resource: Resource) -> bool:
    """Return whether the resource's identity has a role on the vault, and roles decide there."""
    return has_role(vault, resource) and policies_ignored(vault)


def is_cut_off_by_a_switch(resource: Resource) -> bool:
    """Return whether the resource's key is in a vault whose access policies name its identity and
    count no longer, and no role that counts takes their place.
    """
    if resource.key is None:
        return False
    vault = resource.key.vault
    return is_ignored_in_policies(vault, resource) and not has_role_in_force(vault, resource)


def is_out_of_place(role: Role) -> bool:
    """Return whether the vault of a role, or its resource, was moved away from where it was
    assigned: to another subscription or, with the subscription, to another tenant.
    """
    was_vault_moved = role.vault.subscription.name != role.subscription.name
    was_subscription_moved = role.subscription.tenant.name != role.tenant.name
    was_resource_moved = role.resource.tenant.name != role.tenant.name
    return was_vault_moved or was_subscription_moved or was_resource_moved


def uses_vault(resource: Resource, vault: Vault) -> bool:
    """Return whether the resource's own key is in this vault."""
    return resource.key is not None and resource.key.vault.name == vault.name


def is_used_by_a_role(vault: Vault) -> bool:
    """Return whether a resource that uses a key of the vault has a role on it."""
    resources = vault.world.every(Resource)
    return any(uses_vault(resource, vault) and has_role(vault, resource) for resource in resources)


def lacks_the_identity_it_had(resource: Resource) -> bool:
    """Return whether the identity of a resource was disabled, and is off."""
    return resource.had_identity


def is_to_vault_in_use(grant: Grant) -> bool:
    """Return whether a grant is on the vault of the key that its resource uses."""
    resource = grant.resource
    if resource.state != "active" or resource.key is None:
        return False
    return resource.key.vault.name == grant.vault.name


def uses_key(resource: Resource, key: Key) -> bool:
    """Return whether this is the resource's own key."""
    return resource.key is not None and resource.key.name == key.name


def uses_a_rotated_key(resource: Resource) -> bool:
    """Return whether the resource's own key was rotated."""
    return resource.key is not None and resource.key.version > 1


def serves_another(vault: Vault, resource: Resource) -> bool:
    """Return whether a key of the vault is that of a resource other than this one."""
    resources = vault.world.every(Resource)
    return any(uses_vault(other, vault) and other.name != resource.name for other in resources)


def may_regain_key(command: Any, resource: Resource) -> bool:
    """Return whether a command may give this resource its key back.

    The command gives access, has a vault go by its access policies, recovers a vault or a key,
    enables a key, or puts a key in use.
    """
    asked = type(command)
    if asked in (GrantKeyAccess, EnableCustomerManagedKeys):
        return bool(command.resource.name == resource.name)
    if resource.key is None:
        return False
    if asked is RecoverVault:
        return uses_vault(resource, command.vault)
    if asked is SetPermissionModel:
        is_back = command.permission_model == "access-policies"
        return is_back and uses_vault(resource, command.vault)
    # a key is recovered or enabled
    return bool(command.key.name == resource.key.name)


def puts_another_key_in_use(command: Any) -> bool:
    """Return whether a request can put another key in use than the one that the resource's data is
    encrypted with.
    """
    data_key = command.resource.data_key
    return bool(
        can_be_put_in_use(command) and data_key is not None and data_key.name != command.key.name
    )


def lacks_earlier_key(workspace: Workspace) -> bool:
    """Return whether a workspace may still be under the key that its resource had before, and the
    resource can't use that one.
    """
    resource = workspace.resource
    key = resource.earlier_key
    if key is None or not workspace.covered:
        return False
    vault = key.vault
    is_usable = vault.state == "active" and key.state == "active" and key.enabled
    has_access = granted(vault, resource) or has_role_in_force(vault, resource)
    return not is_usable or not has_access


def has_asked_for_key(resource: Resource, vault: Vault) -> bool:
    """Return whether a key of the vault was asked for, and the resource shows that it has none."""
    key = resource.data_key
    is_asked_for = key is not None and key.vault.name == vault.name
    return is_asked_for and resource.key_source != CUSTOMER


def is_in_use(key: Key) -> bool:
    """Return whether this is the key of any resource."""
    return any(uses_key(resource, key) for resource in key.world.every(Resource))


# Requests for what is so already


def is_enabled_already(command: Any) -> bool:
    """Return whether a request for customer-managed keys asks for what is so already: the resource
    uses this key, its identity is on, and the vault's access policies give it access.
    """
    if not can_be_put_in_use(command):
        return False
    resource = command.resource
    return bool(
        resource.key_source == CUSTOMER
        and uses_key(resource, command.key)
        and resource.identity
        and granted(command.vault, resource)
    )


def can_be_enabled_again(command: Any) -> bool:
    """Return whether a request names the key that the resource's data is encrypted with, and would
    give it back what it has lost.
    """
    if not can_be_put_in_use(command) or is_enabled_already(command):
        return False
    data_key = command.resource.data_key
    return data_key is not None and data_key.name == command.key.name


# What a resource holds


def is_earlier(workspace: Workspace) -> bool:
    """Return whether a workspace of a resource with customer-managed keys was made before them."""
    return workspace.resource.key_source == CUSTOMER and not workspace.covered


def is_locked_out(workspace: Workspace) -> bool:
    """Return whether a workspace can't be read whose resource went back to Microsoft-managed keys
    unasked, and has no access to the key that its data is encrypted with.
    """
    resource = workspace.resource
    key = resource.data_key
    if workspace.readable or resource.key_source == CUSTOMER or key is None:
        return False
    has_access = granted(key.vault, resource) or has_role_in_force(key.vault, resource)
    return key.vault.state != "active" or not has_access


def is_earlier_without_identity(workspace: Workspace) -> bool:
    """Return whether it was made before them, and the identity of its resource is off."""
    return is_earlier(workspace) and not workspace.resource.identity


def has_workspace(resource: Resource) -> bool:
    """Return whether a workspace belongs to the resource."""
    workspaces = resource.world.every(Workspace)
    return any(workspace.resource.name == resource.name for workspace in workspaces)


def has_document(workspace: Workspace) -> bool:
    """Return whether an uploaded document is in the workspace."""
    documents = workspace.world.every(Document)
    return any(
        document.state == "uploaded" and document.workspace.name == workspace.name
        for document in documents
    )


def has_readable_data(resource: Resource) -> bool:
    """Return whether data of the resource can be read in a workspace."""
    workspaces = resource.world.every(Workspace)
    return any(
        workspace.readable and workspace.resource.name == resource.name for workspace in workspaces
    )


# Moves


def moves_along(move: Any, thing: Resource | Vault) -> bool:
    """Return whether a resource or a key vault is what moves, or is held by what moves."""
    asked = type(move)
    if asked is MoveResource:
        return bool(isinstance(thing, Resource) and thing.name == move.resource.name)
    # the subscription of that command is where the resource goes; in all others it is what is left
    if thing.subscription.name != move.subscription.name:
        return False
    if asked is MoveResourceGroup:
        return bool(thing.group == move.group)
    # with a subscription all that it holds moves
    return True


def moves_vault_of(move: Any, resource: Resource) -> bool:
    """Return whether the vault of the resource's key is what moves, or is held by what moves."""
    return resource.key is not None and moves_along(move, resource.key.vault)


# Names


def state_of_name(command: Any) -> Any:
    """Return the state of what has, or had, the name that the command gives, or else `absent`."""
    return command[command.gives].state
