"""Nothing but this changes that: for each thing, what alone brings it about, changes it or takes it away."""

from collections.abc import Callable, Iterator
from typing import Any

from ...machine import Command
from ...machine.commands import (
    CreateKey,
    CreateResource,
    CreateVault,
    CreateWorkspace,
    DeleteKey,
    DeleteResource,
    DeleteVault,
    DeployModel,
    DisableIdentity,
    DisableKey,
    EnableCustomerManagedKeys,
    EnableIdentity,
    EnableKey,
    EnablePurgeProtection,
    EnableSoftDelete,
    EndVaultRetention,
    GrantKeyAccess,
    ImportKey,
    MoveResource,
    MoveResourceGroup,
    MoveSubscription,
    PurgeKey,
    PurgeVault,
    RecoverKey,
    RecoverVault,
    ReturnToMicrosoftManagedKeys,
    RevokeKeyAccess,
    RotateKey,
    TrainModel,
    UndeployModel,
    UploadDocument,
)
from ...machine.entities import (
    CUSTOMER,
    MICROSOFT,
    Document,
    Entity,
    Grant,
    Key,
    Model,
    Resource,
    Subscription,
    Vault,
    Workspace,
)
from .building import has_lost_its_key, home, stays
from .theorem import Change, Expectation, Theorem

Test = Callable[[Change], Any]


def only(about: type[Entity], name: str, requirements: str, sentence: str, happened: Test, unless: Test) -> Theorem:
    """A theorem: to an entity of this kind this does not happen, unless so."""

    def check(change: Change) -> Iterator[Expectation]:
        if happened(change) and not unless(change):
            yield from stays(change)

    return Theorem("change", (about,), name, f"{sentence}.", tuple(requirements.split()), check)


def by(*commands: type[Command]) -> Test:
    """That the step is one of these commands about the entity itself."""
    return lambda change: change.by(*commands)


def never(_: Change) -> bool:
    return False


def appears(change: Change) -> bool:
    return change.was is None


def goes(field: str, *values: Any) -> Test:
    """That a field of what was and is there turned into one of these values; into any other, where there are none."""

    def test(change: Change) -> bool:
        if change.was is None or change.now is None:
            return False
        if field != "state" and change.now.state != change.was.state:
            return False  # what is deleted in the same step is no longer looked at
        was, now = (getattr(entity, field) for entity in (change.was, change.now))
        return named(was) != named(now) and (not values or now in values)

    return test


def named(value: Any) -> Any:
    """The value, or the name of the entity that it is."""
    return value.name if isinstance(value, Entity) else value


def from_state(state: str, *to: str) -> Test:
    """That an entity in this state got into one of these; into any other, where there are none."""
    return lambda change: change.was is not None and change.was.state == state and goes("state", *to)(change)


def changed_directory(change: Change) -> bool:
    return home(change.was) != home(change.now)


def key_lost_or_resource_deleted(change: Change) -> bool:
    """Whether after the step the entity's resource has lost its key, or is deleted."""
    resource = change.now.workspace.resource
    return has_lost_its_key(resource) or resource.state == "deleted"


def access_must_go(change: Change) -> bool:
    """Whether what the access rests on is gone: the identity is off, or the vault in another directory."""
    after = change.step.after
    resource, vault = after.entity(Resource, change.was.resource.name), after.entity(Vault, change.was.vault.name)
    return not resource.identity or home(vault) != home(change.was.vault)


def about_the_grant(*commands: type[Command]) -> Test:
    """That the step is one of these commands, on the vault and the resource of the grant."""

    def test(change: Change) -> bool:
        command: Any = change.step.command
        return type(command) in commands and change.name == f"{command.vault}/{command.resource}"

    return test


def through_the_portal(change: Change) -> bool:
    command: Any = change.step.command
    return type(command) is EnableCustomerManagedKeys and command.through == "portal"


def either(*tests: Test) -> Test:
    return lambda change: any(test(change) for test in tests)


def in_the_moved_group(change: Change) -> bool:
    """Whether the step moves the resource group that the entity was in."""
    command: Any = change.step.command
    was = change.was
    return type(command) is MoveResourceGroup and (was.group, was.subscription.name) == command[:2]


THEOREMS = (
    # Uploads, models, workspaces
    only(
        Document,
        "a-deleted-upload-never-comes-back",
        "restoration.uploads-stay-deleted",
        "An upload that was deleted never comes back, whatever is restored",
        from_state("deleted"),
        never,
    ),
    only(
        Document,
        "uploads-come-from-uploading",
        "environment.upload",
        "A document is there only because the customer uploaded it",
        appears,
        by(UploadDocument),
    ),
    only(
        Document,
        "uploads-are-deleted-only-with-the-key",
        "revocation.deletes-uploads environment.delete-resource",
        "An upload is deleted only when its key is out of reach or its resource is deleted",
        from_state("uploaded"),
        key_lost_or_resource_deleted,
    ),
    only(
        Model,
        "only-the-customer-deploys",
        "restoration.no-redeploy restoration.no-redeploy-otherwise",
        "No model is deployed but by the customer's own request, whatever is restored",
        lambda c: c.now is not None and c.now.state == "deployed",
        by(DeployModel),
    ),
    only(
        Model,
        "models-are-undeployed-only-with-the-key",
        "revocation.undeploys environment.deploy",
        "A deployed model is undeployed only by the customer or when its key is out of reach",
        from_state("deployed"),
        either(by(UndeployModel), key_lost_or_resource_deleted),
    ),
    only(
        Model,
        "models-come-from-training",
        "environment.train",
        "A model is there only because the customer trained it",
        appears,
        by(TrainModel),
    ),
    only(
        Model,
        "models-go-with-their-resource",
        "environment.delete-resource",
        "A model is gone only with its resource, and never comes back",
        either(goes("state", "deleted"), from_state("deleted")),
        lambda c: c.now.state == "deleted" and c.now.workspace.resource.state == "deleted",
    ),
    only(
        Workspace,
        "workspaces-come-from-the-customer",
        "environment.create-workspace",
        "A workspace is there only because the customer created it",
        appears,
        by(CreateWorkspace),
    ),
    only(
        Workspace,
        "no-earlier-workspace-is-covered",
        "workspace.earlier-uncovered",
        "No workspace comes under the customer's key after it was made",
        goes("covered", True),
        never,
    ),
    only(
        Workspace,
        "workspaces-leave-the-key-only-by-going-back",
        "workspace.covered keys.return",
        "A workspace leaves the customer's key only when its resource returns to Microsoft-managed keys",
        goes("covered", False),
        lambda c: c.step.command == ReturnToMicrosoftManagedKeys(c.was.resource.name),
    ),
    only(
        Workspace,
        "workspaces-go-with-their-resource",
        "environment.delete-resource",
        "A workspace is gone only with its resource, and never comes back",
        goes("state"),
        lambda c: c.now.state == "deleted" and c.now.resource.state == "deleted",
    ),
    # Resources
    only(
        Resource,
        "customer-managed-only-by-opting-in",
        "keys.opt-in",
        "Customer-managed keys are on only because the customer enabled them",
        lambda c: c.now.key_source == CUSTOMER and (c.was is None or c.was.key_source != CUSTOMER),
        by(EnableCustomerManagedKeys),
    ),
    only(
        Resource,
        "microsoft-managed-only-by-going-back",
        "keys.return directory.not-transferred",
        "Customer-managed keys are given up only by the customer: no loss and no move ends them",
        goes("key_source", MICROSOFT),
        by(ReturnToMicrosoftManagedKeys),
    ),
    only(
        Resource,
        "a-key-is-put-in-use-only-by-enabling",
        "keys.enable directory.key-left-behind",
        "A key is in use only because the customer enabled it; what was left behind comes back by no other way",
        lambda c: c.now.key is not None and (c.was is None or named(c.was.key) != named(c.now.key)),
        by(EnableCustomerManagedKeys),
    ),
    only(
        Resource,
        "a-key-leaves-only-by-going-back-or-moving",
        "keys.return directory.not-transferred",
        "A resource is without its key only after going back or moving to another directory",
        goes("key", None),
        either(by(ReturnToMicrosoftManagedKeys), changed_directory),
    ),
    only(
        Resource,
        "identity-on-only-by-the-customer",
        "identity.enable identity.assigned-by-portal",
        "An identity is on only because the customer enabled it, or customer-managed keys through the portal",
        lambda c: c.now.identity and (c.was is None or not c.was.identity),
        lambda c: c.by(EnableIdentity) or (c.by(EnableCustomerManagedKeys) and through_the_portal(c)),
    ),
    only(
        Resource,
        "identity-off-only-by-the-customer-or-a-move",
        "identity.disable directory.not-transferred directory.same-directory-move",
        "An identity goes off only by the customer's request or in a move to another directory",
        goes("identity", False),
        either(by(DisableIdentity, DeleteResource), changed_directory),
    ),
    only(
        Resource,
        "resources-come-and-go-by-the-customer",
        "environment.create-resource environment.delete-resource",
        "A resource comes and goes only by the customer's request, and a deleted one never comes back",
        either(appears, goes("state")),
        lambda c: c.by(CreateResource) if c.was is None else c.now.state == "deleted" and c.by(DeleteResource),
    ),
    only(
        Resource,
        "resources-move-only-when-moved",
        "environment.move",
        "A resource is in another subscription or group only because it, or its group, was moved",
        either(goes("subscription"), goes("group")),
        either(by(MoveResource), in_the_moved_group),
    ),
    only(
        Resource,
        "kind-location-and-tier-stay",
        "environment.create-resource",
        "The kind, location and pricing tier of a resource stay as they were",
        either(goes("kind"), goes("location"), goes("tier")),
        never,
    ),
    # Access
    only(
        Grant,
        "access-is-given-only-by-the-customer",
        "identity.no-return-of-access vault.access-policy vault.granted-by-portal",
        "Access is there only because the customer granted it, or enabled customer-managed keys through the portal",
        appears,
        lambda c: (
            about_the_grant(GrantKeyAccess)(c)
            or (about_the_grant(EnableCustomerManagedKeys)(c) and through_the_portal(c))
        ),
    ),
    only(
        Grant,
        "access-is-lost-only-by-itself",
        "revocation.only-that-resource identity.access-removed environment.vault-moved",
        "Access is lost only where it was revoked, its identity went off or its vault changed directory",
        lambda c: c.now is None,
        either(about_the_grant(RevokeKeyAccess), access_must_go),
    ),
    # Vaults
    only(
        Vault,
        "vaults-come-from-the-customer",
        "environment.create-vault",
        "A key vault is there only because the customer created it",
        appears,
        by(CreateVault),
    ),
    only(
        Vault,
        "a-deleted-vault-comes-back-only-by-recovery",
        "environment.recover-vault",
        "A deleted key vault comes back only by being recovered",
        from_state("deleted", "active"),
        by(RecoverVault),
    ),
    only(
        Vault,
        "a-purged-vault-never-returns",
        "environment.purge-vault environment.end-of-retention",
        "A purged key vault never returns",
        from_state("purged"),
        never,
    ),
    only(
        Vault,
        "vaults-go-only-by-deletion",
        "environment.delete-vault environment.no-vault-purge",
        "A key vault goes only by being deleted, and for good only by a purge or at the end of its retention",
        goes("state", "deleted", "purged"),
        lambda c: c.by(DeleteVault) if c.was.state == "active" else c.by(PurgeVault, EndVaultRetention),
    ),
    only(
        Vault,
        "protections-are-turned-on-by-the-customer-and-never-off",
        "environment.vault-protections",
        "The protections of a key vault are turned on by the customer and never off",
        either(goes("soft_delete"), goes("purge_protection")),
        lambda c: c.by(EnablePurgeProtection if goes("purge_protection")(c) else EnableSoftDelete),
    ),
    only(
        Vault,
        "vaults-move-only-with-their-group",
        "environment.move",
        "A key vault is in another subscription only because its group was moved",
        goes("subscription"),
        in_the_moved_group,
    ),
    only(
        Vault,
        "region-group-and-permission-model-stay",
        "environment.create-vault",
        "The region, group and permission model of a key vault stay as they were",
        either(goes("region"), goes("group"), goes("permission_model")),
        never,
    ),
    # Keys
    only(
        Key,
        "keys-come-from-the-customer",
        "keys.create keys.import",
        "A key is there only because the customer had it generated or imported it",
        appears,
        by(CreateKey, ImportKey),
    ),
    only(
        Key,
        "a-deleted-key-comes-back-only-by-recovery",
        "environment.recover-key",
        "A deleted key comes back only by being recovered",
        from_state("deleted", "active"),
        by(RecoverKey),
    ),
    only(
        Key,
        "a-purged-key-never-returns",
        "environment.purge-key",
        "A purged key never returns",
        from_state("purged"),
        never,
    ),
    only(
        Key,
        "keys-go-only-by-deletion",
        "environment.delete-key environment.no-key-purge",
        "A key goes only by being deleted, and for good only by a purge",
        goes("state", "deleted", "purged"),
        lambda c: c.by(DeleteKey) if c.was.state == "active" else c.by(PurgeKey),
    ),
    only(
        Key,
        "keys-are-switched-by-the-customer",
        "keys.disable environment.enable-key",
        "A key is enabled or disabled only by the customer's request",
        goes("enabled"),
        lambda c: c.by(EnableKey if c.now.enabled else DisableKey),
    ),
    only(
        Key,
        "a-version-comes-from-rotation",
        "keys.rotate",
        "A key has another version only because it was rotated",
        goes("version"),
        by(RotateKey),
    ),
    only(
        Key,
        "type-and-size-stay",
        "keys.create keys.import",
        "The type, size and origin of a key stay as they were",
        either(goes("type"), goes("size"), goes("origin")),
        never,
    ),
    # Subscriptions
    only(
        Subscription,
        "subscriptions-move-by-the-customer",
        "environment.move",
        "A subscription is in another directory only because it was moved",
        goes("directory"),
        by(MoveSubscription),
    ),
)
