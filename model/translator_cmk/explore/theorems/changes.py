"""Theorems about changes: nothing but this changes that, and the acceptance names the requirement."""

from collections.abc import Callable, Iterator
from typing import Any

from ...machine import Command
from ...machine.commands import (
    CreateResource,
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
    UndeployModel,
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
from .requests import GIVES_A_NAME
from .states import has_lost_its_key, home
from .theorem import Change, Expectation, Named, Theorem, change, collected, named, stays

Test = Callable[[Change], Any]


def only(
    about: type[Entity], name: str, requirements: str, sentence: str, happened: Test, unless: Test, names: str = ""
) -> Theorem:
    """Return the theorem that this happens to no entity of the kind, unless so, and that ``names`` is named if it does.

    Of several requirements in ``names`` one is enough.
    """

    def check(change: Change) -> Iterator[Expectation]:
        if happened(change):
            if not unless(change):
                yield from stays(change)
            elif names and change.step.by.isdisjoint(names.split()):
                yield Named(names.split()[0], True)

    return Theorem("change", (about,), name, f"{sentence}.", tuple(requirements.split()), check)


def by(*commands: type[Command]) -> Test:
    """Return the test that the step is one of these commands about the entity itself."""
    return lambda change: change.by(*commands)


def never(_: Change) -> bool:
    return False


def goes(field: str, *values: Any) -> Test:
    """Return the test that a field of an entity turned into one of these values, or, without values, into another."""

    def test(change: Change) -> bool:
        if change.was is None or change.now is None:
            return False
        if field != "state" and change.now.state != change.was.state:
            return False  # an entity deleted in the same step no longer counts
        was, now = (getattr(entity, field) for entity in (change.was, change.now))
        return named(was) != named(now) and (not values or now in values)

    return test


def from_state(state: str, *to: str) -> Test:
    """Return the test that an entity in this state got into one of these, or, without any, into another."""
    return lambda change: change.was is not None and change.was.state == state and goes("state", *to)(change)


def either(*tests: Test) -> Test:
    return lambda change: any(test(change) for test in tests)


def changed_tenant(change: Change) -> bool:
    return home(change.was) != home(change.now)


def key_lost(change: Change) -> bool:
    return has_lost_its_key(change.now.workspace.resource)


def resource_deleted(change: Change) -> bool:
    """Return whether the entity and its resource are deleted after the step."""
    resource = change.now.resource if isinstance(change.now, Workspace) else change.now.workspace.resource
    return bool(change.now.state == "deleted" and resource.state == "deleted")


def access_must_go(change: Change) -> bool:
    """Return whether the access has lost its ground: the identity is off, or the vault in another tenant."""
    resource = change.step.after.entity(Resource, change.was.resource.name)
    return not resource.identity or vault_left(change)


def vault_left(change: Change) -> bool:
    """Return whether the vault of the access that was there is in another tenant."""
    return home(change.step.after.entity(Vault, change.was.vault.name)) != home(change.was.vault)


def about_the_grant(*commands: type[Command]) -> Test:
    """Return the test that the step is one of these commands, on the vault and the resource of the grant."""

    def test(change: Change) -> bool:
        command: Any = change.step.command
        return type(command) in commands and change.name == f"{command.vault}/{command.resource}"

    return test


def through_the_portal(change: Change) -> bool:
    command: Any = change.step.command
    return type(command) is EnableCustomerManagedKeys and command.through == "portal"


def in_the_moved_group(change: Change) -> bool:
    """Return whether the step moves the resource group that the entity was in."""
    command: Any = change.step.command
    was = change.was
    return type(command) is MoveResourceGroup and (was.group, was.subscription.name) == command[:2]


MADE = (Resource, Vault, Key, Workspace, Document, Model)
"""Kinds of things that a request gives a name to."""

LAST_STATES = {Vault: "purged", Key: "purged"}
"""The state in which a thing is gone for good; of all other kinds: deleted."""

FIXED: dict[type[Entity], tuple[str, ...]] = {
    Resource: ("kind", "location", "tier"),
    Vault: ("region", "group", "permission_model"),
    Key: ("type", "size", "origin", "vault"),
    Workspace: ("resource",),
    Document: ("workspace",),
    Model: ("workspace",),
    Grant: ("vault", "resource"),
}
"""The fields of each kind that nothing changes."""


@change(
    *MADE,
    by=(
        "environment.create-resource",
        "environment.create-vault",
        "keys.create",
        "keys.import",
        "environment.create-workspace",
        "environment.upload",
        "environment.train",
    ),
)
def things_come_from_the_customer(c: Change) -> Iterator[Expectation]:
    """A thing is there only because the customer created, uploaded, trained or imported it."""
    if c.was is None and not c.by(*GIVES_A_NAME):
        yield from stays(c)


@change(
    *MADE,
    by=(
        "restoration.uploads-stay-deleted",
        "environment.purge-vault",
        "environment.purge-key",
    ),
)
def nothing_comes_back_that_is_gone_for_good(c: Change) -> Iterator[Expectation]:
    """A purged vault or key never comes back, nor a deleted upload or anything else deleted, by any recovery."""
    if from_state(LAST_STATES.get(type(c.was), "deleted"))(c):
        yield from stays(c)


@change(Vault, Key, by=("environment.recover-vault", "environment.recover-key"))
def a_deleted_vault_or_key_comes_back_only_by_recovery(c: Change) -> Iterator[Expectation]:
    """A deleted key vault or key comes back only by being recovered."""
    if from_state("deleted", "active")(c) and not c.by(RecoverVault, RecoverKey):
        yield from stays(c)


@change(
    Vault,
    Key,
    by=(
        "environment.delete-vault",
        "environment.no-vault-purge",
        "environment.delete-key",
        "environment.no-key-purge",
    ),
)
def a_vault_or_key_goes_only_by_deletion(c: Change) -> Iterator[Expectation]:
    """A key vault or key goes only by being deleted, and for good only by a purge or at the end of its retention."""
    ends = (DeleteVault, DeleteKey) if c.was and c.was.state == "active" else (PurgeVault, EndVaultRetention, PurgeKey)
    if goes("state", "deleted", "purged")(c) and not c.by(*ends):
        yield from stays(c)


@change(*FIXED, by=("environment.create-resource", "environment.create-vault", "keys.create", "keys.import"))
def fixed_properties_stay(c: Change) -> Iterator[Expectation]:
    """Kind, location and tier of a resource stay as they were, region of a vault, type of a key, and the like."""
    if any(goes(field)(c) for field in FIXED[type(c.was or c.now)]):
        yield from stays(c)


SETTINGS = (
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
        "keys.return tenant.not-transferred",
        "Customer-managed keys are given up only by the customer: no loss and no move ends them",
        goes("key_source", MICROSOFT),
        by(ReturnToMicrosoftManagedKeys),
    ),
    only(
        Resource,
        "a-key-is-put-in-use-only-by-enabling",
        "keys.enable tenant.key-left-behind",
        "A key is in use only because the customer enabled it; one that was left behind comes back by no other way",
        lambda c: c.now.key is not None and (c.was is None or named(c.was.key) != named(c.now.key)),
        by(EnableCustomerManagedKeys),
    ),
    only(
        Resource,
        "a-key-leaves-only-by-going-back-or-moving",
        "keys.return tenant.not-transferred",
        "A resource is without its key only after going back or moving to another tenant",
        goes("key", None),
        either(by(ReturnToMicrosoftManagedKeys), changed_tenant),
        names="keys.return tenant.not-transferred",
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
        "identity.disable tenant.not-transferred tenant.same-tenant-move",
        "An identity goes off only by the customer's request or in a move to another tenant",
        goes("identity", False),
        either(by(DisableIdentity, DeleteResource), changed_tenant),
    ),
    only(
        Resource,
        "resources-come-and-go-by-the-customer",
        "environment.create-resource environment.delete-resource",
        "A resource comes and goes only by the customer's request, and a deleted one never comes back",
        lambda c: c.was is None or goes("state")(c),
        lambda c: c.by(CreateResource) if c.was is None else c.now.state == "deleted" and c.by(DeleteResource),
    ),
    only(
        Resource,
        "resources-move-only-when-moved",
        "environment.move",
        "A resource is in another subscription or group only because it, or its group, was moved",
        either(goes("subscription"), goes("group")),
        either(by(MoveResource), in_the_moved_group),
        names="environment.move",
    ),
    # Vaults, keys and subscriptions
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
        names="environment.move",
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
        Subscription,
        "subscriptions-move-by-the-customer",
        "environment.move",
        "A subscription is in another tenant only because it was moved",
        goes("tenant"),
        by(MoveSubscription),
    ),
    # Custom Translator
    only(
        Document,
        "uploads-are-deleted-only-with-the-key",
        "revocation.deletes-uploads",
        "An upload is deleted only when its key is inaccessible or its resource is deleted",
        from_state("uploaded"),
        either(key_lost, resource_deleted),
        names="revocation.deletes-uploads environment.delete-resource",
    ),
    only(
        Model,
        "only-the-customer-deploys",
        "restoration.no-redeploy restoration.no-redeploy-otherwise",
        "No model is deployed but by the customer's own request, by no recovery either",
        lambda c: c.now is not None and c.now.state == "deployed",
        by(DeployModel),
    ),
    only(
        Model,
        "models-are-undeployed-only-with-the-key",
        "revocation.undeploys environment.deploy",
        "A deployed model is undeployed only by the customer or when its key is inaccessible",
        from_state("deployed"),
        either(by(UndeployModel), key_lost, resource_deleted),
        names="revocation.undeploys environment.deploy environment.delete-resource",
    ),
    *(
        only(
            kind,
            f"{kind.word}s-go-with-their-resource",
            "environment.delete-resource",
            f"A {kind.word} is gone only with its resource",
            goes("state", "deleted"),
            resource_deleted,
            names="environment.delete-resource",
        )
        for kind in (Model, Workspace)
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
        names="keys.return",
    ),
    only(
        Workspace,
        "data-is-lost-only-with-the-key",
        "revocation.data-inaccessible keys.rotation-keeps-data",
        "Data becomes inaccessible only when its key does",
        goes("readable", False),
        lambda c: has_lost_its_key(c.now.resource),
        names="revocation.data-inaccessible",
    ),
    only(
        Workspace,
        "data-comes-back-only-by-the-customer",
        "restoration.data-readable tenant.key-left-behind",
        "Data comes back only when the customer grants access, recovers the vault or the key, or enables a key",
        goes("readable", True),
        lambda c: isinstance(
            c.step.command, GrantKeyAccess | RecoverVault | RecoverKey | EnableKey | EnableCustomerManagedKeys
        ),
        names="restoration.data-readable",
    ),
    # Access
    only(
        Grant,
        "access-is-given-only-by-the-customer",
        "identity.no-return-of-access vault.access-policy vault.granted-by-portal",
        "Access is there only because the customer granted it, or enabled customer-managed keys through the portal",
        lambda c: c.was is None,
        lambda c: (
            about_the_grant(GrantKeyAccess)(c)
            or (about_the_grant(EnableCustomerManagedKeys)(c) and through_the_portal(c))
        ),
    ),
    only(
        Grant,
        "access-is-lost-only-by-itself",
        "revocation.only-that-resource identity.access-removed environment.vault-moved",
        "Access is lost only where it was revoked, its identity went off or its vault changed tenant",
        lambda c: c.now is None,
        either(about_the_grant(RevokeKeyAccess), access_must_go),
    ),
    only(
        Grant,
        "access-goes-with-the-identity",
        "identity.access-removed",
        "Access to a vault that stays in its tenant is lost with the identity, unless it was revoked",
        lambda c: c.now is None and not about_the_grant(RevokeKeyAccess)(c) and not vault_left(c),
        access_must_go,
        names="identity.access-removed",
    ),
    only(
        Grant,
        "access-goes-with-the-vault",
        "environment.vault-moved",
        "Access to a vault that changes tenant is lost",
        lambda c: c.now is None and vault_left(c),
        vault_left,
        names="environment.vault-moved",
    ),
)

THEOREMS = (*collected(globals()), *SETTINGS)
