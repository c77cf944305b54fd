"""What rows write: fields of one entity, and what rows of several topics share."""

from collections.abc import Iterator
from typing import Any

from .entities import (
    CUSTOMER,
    MICROSOFT,
    NO_RECORD,
    Document,
    Entity,
    Grant,
    Model,
    Resource,
    Role,
    Vault,
    Workspace,
)
from .outcomes import KeyUse
from .state import Changes

# One entity


def sets(entity: Entity, /, **values: Any) -> Changes:
    """Write fields of an entity; the first write creates it."""
    return {(type(entity), entity.name): as_written(values)}


def write(kind: type[Entity], name: str, /, **values: Any) -> Changes:
    """Write fields of the entity of this kind and name."""
    return {(kind, name): as_written(values)}


def as_written(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values as a record keeps them: an entity by its name."""
    written = {}
    for field, value in values.items():
        written[field] = value.name if isinstance(value, Entity) else value
    return written


def drops(entity: Entity) -> Changes:
    """Drop an entity without a trace."""
    return {(type(entity), entity.name): {"state": NO_RECORD}}


# Access to keys


def gives_access(vault: Vault, resource: Resource) -> Changes:
    """Write the grant of a resource's identity on a vault."""
    return write(
        Grant,
        f"{vault.name}/{resource.name}",
        vault=vault,
        resource=resource,
        tenant=vault.subscription.tenant,
        state="active",
    )


def takes_access(vault: Vault, resource: Resource) -> Changes:
    """Drop the grant of a resource's identity on a vault, if there is one."""
    return {(Grant, f"{vault.name}/{resource.name}"): {"state": NO_RECORD}}


def assigns_role(vault: Vault, resource: Resource) -> Changes:
    """Write the role of a resource's identity on a vault."""
    return write(
        Role,
        f"{vault.name}/{resource.name}",
        vault=vault,
        resource=resource,
        subscription=vault.subscription,
        tenant=vault.subscription.tenant,
        state="active",
    )


def removes_role(vault: Vault, resource: Resource) -> Changes:
    """Drop the role of a resource's identity on a vault, if there is one."""
    return {(Role, f"{vault.name}/{resource.name}"): {"state": NO_RECORD}}


def gives_access_in_force(vault: Vault, resource: Resource) -> Changes:
    """Write what gives a resource's identity access to a vault by the vault's permission model."""
    if vault.permission_model == "rbac":
        return assigns_role(vault, resource)
    return gives_access(vault, resource)


# The key source of a resource


def puts_key_in_use(command: Any) -> Changes:
    """Write that the resource is encrypted with the key of a request for customer-managed keys."""
    return sets(command.resource, key_source=CUSTOMER, key=command.key, data_key=command.key)


def returns_to_microsoft_keys(resource: Resource) -> Changes:
    """Write that a resource is under Microsoft-managed keys, with all its workspaces."""
    changes = {**sets(resource, key_source=MICROSOFT, key=None, data_key=None)}
    for workspace in workspaces_of(resource):
        changes |= sets(workspace, covered=False)
    return changes


def returns_to_microsoft_keys_without_data(resource: Resource) -> Changes:
    """Write that a resource is under Microsoft-managed keys, and has lost its data."""
    changes = {**sets(resource, key_source=MICROSOFT, key=None, data_key=None)}
    for workspace in workspaces_of(resource):
        changes |= sets(workspace, covered=False, readable=False)
    changes |= loses_data(resource)
    return changes


def key_use(resource: Resource) -> KeyUse | None:
    """Return the use of the resource's own key, where it has one."""
    if resource.key_source != CUSTOMER or resource.key is None:
        return None
    return KeyUse(resource.key.name, resource.name)


# The data of a resource


def makes_data_unreadable(resource: Resource) -> Changes:
    """Write that no data of the resource can be read."""
    changes: dict[Any, Any] = {}
    for workspace in workspaces_of(resource):
        changes |= sets(workspace, readable=False)
    return changes


def loses_data(resource: Resource) -> Changes:
    """Write that the uploads to the resource are deleted and its models undeployed."""
    changes: dict[Any, Any] = {}
    for document in resource.world.every(Document):
        if document.workspace.resource.name == resource.name and document.state == "uploaded":
            changes |= sets(document, state="deleted")
    for model in resource.world.every(Model):
        if model.workspace.resource.name == resource.name and model.state == "deployed":
            changes |= sets(model, state="undeployed")
    return changes


def ends_contents(resource: Resource) -> Changes:
    """Write that the workspaces of a resource are deleted, with all their documents and models."""
    changes: dict[Any, Any] = {}
    for workspace in workspaces_of(resource):
        changes |= sets(workspace, state="deleted")
    for document in resource.world.every(Document):
        if document.workspace.resource.name == resource.name:
            changes |= sets(document, state="deleted")
    for model in resource.world.every(Model):
        if model.workspace.resource.name == resource.name:
            changes |= sets(model, state="deleted")
    return changes


def how_lost(resource: Resource) -> str:
    """Return what a model is undeployed with when the key of its resource is inaccessible.

    An identity that is off after a move was not disabled.
    """
    return "with the identity" if resource.had_identity else "otherwise"


def workspaces_of(resource: Resource) -> Iterator[Workspace]:
    """Yield the workspaces that belong to the resource."""
    for workspace in resource.world.every(Workspace):
        if workspace.resource.name == resource.name:
            yield workspace
