"""The environment: what the article takes for granted of Azure and its services."""

from typing import Any

from ..commands import (
    AssignKeyRole,
    Command,
    CreateKey,
    CreateResource,
    CreateVault,
    CreateWorkspace,
    DeleteKey,
    DeleteResource,
    DeleteVault,
    DeployModel,
    EnableCustomerManagedKeys,
    EnableKey,
    EnablePurgeProtection,
    EnableSoftDelete,
    EndVaultRetention,
    ImportKey,
    MoveResource,
    MoveResourceGroup,
    MoveSubscription,
    PurgeKey,
    PurgeVault,
    RecoverKey,
    RecoverVault,
    RemoveKeyRole,
    RotateKey,
    SetPermissionModel,
    TrainModel,
    TranslateWithModel,
    UndeployModel,
    UploadDocument,
)
from ..conditions import (
    can_be_put_in_use,
    has_document,
    has_role,
    is_out_of_place,
    state_of_name,
)
from ..entities import CUSTOMER, Resource, Role, Vault
from ..meanings import key_inaccessible, policies_ignored, registered
from ..rows import effect, means, refuse, silent, whenever
from ..updates import assigns_role, drops, gives_access, removes_role, sets

# Names

NAME_REFUSED: dict[type[Command], tuple[str, ...]] = {
    CreateVault: ("deleted",),
    CreateKey: ("deleted",),
    ImportKey: ("deleted",),
}
"""For commands that give a name: the states of what has it in which the name is refused."""

NAME_IN_USE: dict[type[Command], tuple[str, ...]] = {
    CreateVault: ("active",),
    CreateResource: ("active",),
    CreateWorkspace: ("active",),
    UploadDocument: ("uploaded",),
    TrainModel: ("undeployed", "deployed"),
}
"""For all others but those of keys: the states of what has the name while it is in use."""

USED_BEFORE: dict[type[Command], str] = {
    CreateVault: "purged",
    CreateKey: "purged",
    ImportKey: "purged",
    CreateResource: "deleted",
    CreateWorkspace: "deleted",
    UploadDocument: "deleted",
    TrainModel: "deleted",
}
"""For each of them: the state of what had the name and is gone for good."""


def name_is_refused(command: Any) -> bool:
    """Return whether what has the name is in a state in which the command is refused."""
    return state_of_name(command) in NAME_REFUSED[type(command)]


def name_is_in_use(command: Any) -> bool:
    """Return whether something in use has the name."""
    return state_of_name(command) in NAME_IN_USE[type(command)]


def name_was_used_before(command: Any) -> bool:
    """Return whether the name was that of something that is gone for good."""
    return bool(state_of_name(command) == USED_BEFORE[type(command)])


ROWS = (
    # Names
    *(
        refuse(
            on,
            "environment.new-name",
            unless=lambda c: not name_is_refused(c),
        )
        for on in NAME_REFUSED
    ),
    *(
        silent(
            on,
            "environment.key-name-in-use",
            when=lambda c: state_of_name(c) == "active",
        )
        for on in (CreateKey, ImportKey)
    ),
    *(
        silent(
            on,
            "environment.name-in-use",
            when=lambda c: name_is_in_use(c),
        )
        for on in NAME_IN_USE
    ),
    *(
        silent(
            on,
            "environment.name-used-before",
            when=lambda c: name_was_used_before(c),
        )
        for on in USED_BEFORE
    ),
    # Resources
    effect(
        CreateResource,
        "environment.create-resource",
        then=lambda c: sets(
            c.resource,
            kind=c.kind,
            location=c.location,
            tier=c.tier,
            subscription=c.subscription,
            group=c.group,
            tenant=c.subscription.tenant,
            state="active",
        ),
    ),
    effect(
        DeleteResource,
        "environment.delete-resource",
        when=lambda c: c.resource.state == "active",
        then=lambda c: sets(c.resource, identity=False, state="deleted"),
    ),
    # Moves
    effect(
        MoveResource,
        "environment.move",
        then=lambda c: sets(c.resource, subscription=c.subscription, group=c.group),
    ),
    effect(
        MoveResourceGroup,
        "environment.move",
        each=Resource,
        when=lambda c, r: r.group == c.group and r.subscription.name == c.subscription.name,
        then=lambda c, r: sets(r, subscription=c.to),
    ),
    effect(
        MoveResourceGroup,
        "environment.move",
        each=Vault,
        when=lambda c, v: (
            v.state == "active"
            and v.group == c.group
            and v.subscription.name == c.subscription.name
        ),
        then=lambda c, v: sets(v, subscription=c.to),
    ),
    effect(
        MoveSubscription,
        "environment.move",
        then=lambda c: sets(c.subscription, tenant=c.tenant),
    ),
    silent(
        MoveResource,
        "environment.move-nowhere",
        when=lambda c: (
            c.resource.subscription.name == c.subscription.name and c.resource.group == c.group
        ),
    ),
    silent(
        MoveResourceGroup,
        "environment.move-nowhere",
        when=lambda c: c.subscription.name == c.to.name,
    ),
    silent(
        MoveSubscription,
        "environment.move-nowhere",
        when=lambda c: c.subscription.tenant.name == c.tenant.name,
    ),
    # Vaults
    effect(
        CreateVault,
        "environment.create-vault",
        then=lambda c: sets(
            c.vault,
            region=c.region,
            subscription=c.subscription,
            group=c.group,
            soft_delete=c.soft_delete,
            purge_protection=c.purge_protection,
            permission_model=c.permission_model,
            state="active",
        ),
    ),
    effect(
        EnableSoftDelete,
        "environment.vault-protections",
        then=lambda c: sets(c.vault, soft_delete=True),
    ),
    effect(
        EnablePurgeProtection,
        "environment.vault-protections",
        then=lambda c: sets(c.vault, purge_protection=True),
    ),
    silent(
        EnablePurgeProtection,
        "environment.protection-order",
        when=lambda c: not c.vault.soft_delete,
    ),
    silent(
        DeleteResource,
        "environment.delete-missing",
        when=lambda c: c.resource.state != "active",
        free=lambda c: False,
    ),
    silent(
        DeleteVault,
        "environment.delete-missing",
        when=lambda c: c.vault.state != "active",
        free=lambda c: False,
    ),
    effect(
        DeleteVault,
        "environment.delete-vault",
        when=lambda c: c.vault.state == "active",
        then=lambda c: sets(c.vault, state="deleted" if c.vault.soft_delete else "purged"),
    ),
    effect(
        RecoverVault,
        "environment.recover-vault",
        then=lambda c: sets(c.vault, state="active"),
    ),
    refuse(
        PurgeVault,
        "environment.no-vault-purge",
        unless=lambda c: not c.vault.purge_protection,
    ),
    effect(
        PurgeVault,
        "environment.purge-vault",
        then=lambda c: sets(c.vault, state="purged"),
    ),
    effect(
        EndVaultRetention,
        "environment.end-of-retention",
        then=lambda c: sets(c.vault, state="purged"),
    ),
    # The permission model of a vault, and roles
    effect(
        SetPermissionModel,
        "environment.change-permission-model",
        then=lambda c: sets(c.vault, permission_model=c.permission_model),
    ),
    means(
        policies_ignored,
        "environment.policies-ignored",
        when=lambda v: v.permission_model == "rbac",
    ),
    refuse(
        AssignKeyRole,
        "environment.role-needs-identity",
        unless=lambda c: (
            c.resource.identity and c.vault.subscription.tenant.name == c.resource.tenant.name
        ),
    ),
    silent(
        AssignKeyRole,
        "environment.role-again",
        when=lambda c: has_role(c.vault, c.resource),
        free=lambda c: False,
    ),
    effect(
        AssignKeyRole,
        "environment.assign-role",
        then=lambda c: assigns_role(c.vault, c.resource),
    ),
    effect(
        RemoveKeyRole,
        "environment.remove-role",
        then=lambda c: removes_role(c.vault, c.resource),
    ),
    whenever(
        Role,
        "environment.role-ends-with-identity",
        when=lambda a: not a.resource.identity,
        then=lambda a: drops(a),
    ),
    whenever(
        Role,
        "environment.role-ends-with-vault",
        when=lambda a: a.vault.state != "active",
        then=lambda a: drops(a),
    ),
    whenever(
        Role,
        "environment.role-stays-behind",
        when=lambda a: is_out_of_place(a),
        then=lambda a: drops(a),
    ),
    # Keys
    *(
        effect(
            on,
            "environment.new-key",
            then=lambda c: sets(c.key, type=c.type, size=c.size, version=1, enabled=True),
        )
        for on in (CreateKey, ImportKey)
    ),
    silent(
        EnableCustomerManagedKeys,
        "environment.disabled-key",
        when=lambda c: c.store == "key-vault" and not c.key.enabled,
        free=lambda c: can_be_put_in_use(c),
    ),
    silent(
        RotateKey,
        "environment.rotate-disabled-key",
        when=lambda c: not c.key.enabled,
    ),
    effect(EnableKey, "environment.enable-key", then=lambda c: sets(c.key, enabled=True)),
    effect(
        DeleteKey,
        "environment.delete-key",
        then=lambda c: sets(c.key, state="deleted" if c.vault.soft_delete else "purged"),
    ),
    effect(
        RecoverKey,
        "environment.recover-key",
        then=lambda c: sets(c.key, state="active"),
    ),
    refuse(
        PurgeKey,
        "environment.no-key-purge",
        unless=lambda c: not c.vault.purge_protection,
    ),
    effect(PurgeKey, "environment.purge-key", then=lambda c: sets(c.key, state="purged")),
    # Custom Translator
    silent(
        CreateWorkspace,
        "environment.workspace-without-key",
        when=lambda c: key_inaccessible(c.resource),
        free=lambda c: False,
    ),
    effect(
        CreateWorkspace,
        "environment.create-workspace",
        then=lambda c: sets(c.workspace, resource=c.resource, state="active"),
    ),
    effect(
        UploadDocument,
        "environment.upload",
        then=lambda c: sets(c.document, workspace=c.workspace, state="uploaded"),
    ),
    effect(
        TrainModel,
        "environment.train",
        when=lambda c: c.workspace.readable and has_document(c.workspace),
        then=lambda c: sets(c.model, workspace=c.workspace, state="undeployed"),
    ),
    effect(
        DeployModel,
        "environment.deploy",
        then=lambda c: sets(c.model, state="deployed"),
    ),
    effect(
        UndeployModel,
        "environment.deploy",
        then=lambda c: sets(c.model, state="undeployed"),
    ),
    refuse(
        TranslateWithModel,
        "environment.translate",
        when=lambda c: c.model.workspace.readable,
        unless=lambda c: c.model.state == "deployed",
    ),
)

OTHER_READINGS = (
    effect(
        CreateWorkspace,
        "environment.workspace-without-key",
        when=lambda c: c.resource.key_source == CUSTOMER and key_inaccessible(c.resource),
        then=lambda c: sets(c.workspace, covered=True),
    ),
)
"""A workspace that is made while the key is inaccessible is under it all the same."""

MEMORY = (effect(DeployModel, "environment.deploy", then=lambda c: sets(c.model, lost="no")),)

COUNTER_ROWS = (
    effect(
        DeleteVault,
        "environment.others-stay",
        each=Vault,
        when=lambda c, v: (
            v.state == "active" and v.group == c.vault.group and v.name != c.vault.name
        ),
        then=lambda c, v: sets(v, state="deleted"),
    ),
    effect(
        TrainModel,
        "environment.train",
        when=lambda c: not has_document(c.workspace),
        then=lambda c: sets(c.model, workspace=c.workspace, state="undeployed"),
    ),
    effect(
        AssignKeyRole,
        "environment.role-without-effect",
        when=lambda c: c.vault.permission_model == "access-policies",
        then=lambda c: gives_access(c.vault, c.resource),
    ),
    means(
        registered,
        "environment.unregistered",
        when=lambda r: not r.identity,
    ),
)
