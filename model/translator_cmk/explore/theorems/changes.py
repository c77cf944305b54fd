"""Theorems about changes: nothing but this changes that, and the acceptance names the
requirement.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from ...machine import Command
from ...machine import commands as cmd
from ...machine.entities import (
    CUSTOMER,
    ENTITY_KINDS,
    MICROSOFT,
    Document,
    Entity,
    Grant,
    Key,
    Model,
    Resource,
    Role,
    Subscription,
    Vault,
    Workspace,
)
from .expectations import Expectation, Named
from .premises import GIVES_A_NAME
from .states import CAUSES, has_lost_its_key, home, workspace_of
from .steps import EntityChange, MachineStep, entity_name
from .theorem import Theorem, collected, named, on_change, stays

Test = Callable[[EntityChange], Any]
"""A test of a change."""

# What happened to an entity


def is_new(change: EntityChange) -> bool:
    return change.was is None


def goes(field: str, *values: Any) -> Test:
    """Return the test that a field of an entity turned into one of these values, or, without
    values, into another.
    """

    def test(change: EntityChange) -> bool:
        if change.was is None or change.now is None:
            return False
        if field != "state" and change.now.state in ("deleted", "purged"):
            return False  # an entity deleted in the same step no longer counts
        was = getattr(change.was, field)
        now = getattr(change.now, field)
        if named(was) == named(now):
            return False
        return not values or now in values

    return test


def from_state(state: str, *to: str) -> Test:
    """Return the test that an entity in this state got into one of these, or, without any, into
    another.
    """
    leaves = goes("state", *to)
    return lambda change: change.was is not None and change.was.state == state and leaves(change)


def becomes(field: str, value: Any) -> Test:
    """Return the test that a field has this value, and had another, or the entity is new."""

    def test(change: EntityChange) -> bool:
        if getattr(change.now, field) != value:
            return False
        return change.was is None or getattr(change.was, field) != value

    return test


def gets_a_key(change: EntityChange) -> bool:
    """Return whether a resource has a key, and had none, or another."""
    if change.now.key is None:
        return False
    return change.was is None or named(change.was.key) != named(change.now.key)


def is_deployed(change: EntityChange) -> bool:
    return change.now is not None and change.now.state == "deployed"


# The only reasons for it


def by(*commands: type[Command]) -> Test:
    """Return the test that the step is one of these commands about the entity itself."""
    return lambda change: change.by(*commands)


def is_a_command(*commands: type[Command]) -> Test:
    """Return the test that the step is one of these commands, about anything."""
    return lambda change: isinstance(change.step.command, commands)


def either(*tests: Test) -> Test:
    return lambda change: any(test(change) for test in tests)


def never(_: EntityChange) -> bool:
    return False


def changed_tenant(change: EntityChange) -> bool:
    return home(change.was) != home(change.now)


def key_lost(change: EntityChange) -> bool:
    return has_lost_its_key(change.now.workspace.resource)


def resource_lost_its_key(change: EntityChange) -> bool:
    return has_lost_its_key(change.now.resource)


def resource_deleted(change: EntityChange) -> bool:
    """Return whether the entity and its resource are deleted after the step."""
    resource = workspace_of(change.now).resource
    return bool(change.now.state == "deleted" and resource.state == "deleted")


def created_or_deleted(change: EntityChange) -> bool:
    """Return whether a resource is new because it was created, or deleted because the customer
    asked for it.
    """
    if change.was is None:
        return change.by(cmd.CreateResource)
    return change.now.state == "deleted" and change.by(cmd.DeleteResource)


def protection_turned_on(change: EntityChange) -> bool:
    """Return whether the step turns on the protection of a vault that changed."""
    if goes("purge_protection")(change):
        return change.by(cmd.EnablePurgeProtection)
    return change.by(cmd.EnableSoftDelete)


def key_switched(change: EntityChange) -> bool:
    """Return whether the step enables a key that is now enabled, or disables one that is not."""
    return change.by(cmd.EnableKey if change.now.enabled else cmd.DisableKey)


def its_resource_gives_up_its_key(change: EntityChange) -> bool:
    """Return whether the resource of a workspace returns to Microsoft-managed keys."""
    return bool(change.step.command == cmd.ReturnToMicrosoftManagedKeys(change.was.resource.name))


def in_the_moved_group(change: EntityChange) -> bool:
    """Return whether the step moves the resource group that the entity was in."""
    command: Any = change.step.command
    if not isinstance(command, cmd.MoveResourceGroup):
        return False
    was = change.was
    return bool((was.group, was.subscription.name) == (command.group, command.subscription))


def through_the_portal(change: EntityChange) -> bool:
    command: Any = change.step.command
    return isinstance(command, cmd.EnableCustomerManagedKeys) and command.through == "portal"


def enabled_through_the_portal(change: EntityChange) -> bool:
    return change.by(cmd.EnableCustomerManagedKeys) and through_the_portal(change)


def about_the_grant(*commands: type[Command]) -> Test:
    """Return the test that the step is one of these commands, on the vault and the resource of the
    grant or the role.
    """

    def test(change: EntityChange) -> bool:
        command: Any = change.step.command
        return type(command) in commands and change.name == f"{command.vault}/{command.resource}"

    return test


def access_was_given(change: EntityChange) -> bool:
    """Return whether the step grants access, or enables customer-managed keys through the portal,
    which grants it.
    """
    if about_the_grant(cmd.GrantKeyAccess)(change):
        return True
    return about_the_grant(cmd.EnableCustomerManagedKeys)(change) and through_the_portal(change)


# Whatever a request is about

MADE = (Resource, Vault, Key, Workspace, Document, Model)
"""Kinds of things that a request gives a name to."""

LAST_STATES = {Vault: "purged", Key: "purged"}
"""The state in which a thing is gone for good; of all other kinds: deleted."""

FIXED: dict[type[Entity], tuple[str, ...]] = {
    Resource: ("kind", "location", "tier"),
    Vault: ("region", "group"),
    Key: ("type", "size", "origin", "vault"),
    Workspace: ("resource",),
    Document: ("workspace",),
    Model: ("workspace",),
    Grant: ("vault", "resource"),
    Role: ("vault", "resource"),
}
"""The fields of each kind that nothing changes."""

Subject = tuple[str, str]
"""Kind and name of a thing that a command is about."""


@on_change(*ENTITY_KINDS, by="revocation.only-that-resource")
def a_request_changes_only_what_depends_on_what_it_names(
    change: EntityChange,
) -> Iterator[Expectation]:
    """A request changes nothing of what does not depend on the thing that it is about."""
    for entity in (change.was, change.now):
        if entity is not None and depends_on_any(entity, subjects(change.step)):
            return
    yield from stays(change)


@lru_cache(maxsize=1)  # every entity that a step changed asks for it
def subjects(step: MachineStep) -> frozenset[Subject]:
    """Return the things that the command is about; where it puts them is no such thing."""
    command: Any = step.command
    match command:
        case cmd.MoveResourceGroup():
            return frozenset(held_by_group(step, command.subscription, command.group))
        case cmd.GrantKeyAccess() | cmd.RevokeKeyAccess() | cmd.EnableCustomerManagedKeys():
            return frozenset({("resource", command.resource)})
        case cmd.AssignKeyRole() | cmd.RemoveKeyRole():
            return frozenset({("resource", command.resource)})
    kind = "key" if "key" in command.fields else command.fields[0]
    return frozenset({(kind, entity_name(command, kind))})


def held_by_group(step: MachineStep, subscription: str, group: str) -> Iterator[Subject]:
    """Yield the resources and key vaults in a resource group before the step."""
    for kind in (Resource, Vault):
        for thing in step.before.every(kind):
            if (thing.subscription.name, thing.group) == (subscription, group):
                yield kind.word, thing.name


def depends_on_any(entity: Entity, subjects: frozenset[Subject]) -> bool:
    """Return whether the entity is one of the subjects, or leads to one."""
    if (type(entity).word, entity.name) in subjects:
        return True
    for link in type(entity).links:
        linked = getattr(entity, link)
        if linked is not None and depends_on_any(linked, subjects):
            return True
    return False


@on_change(
    *MADE,
    by="environment.create-resource environment.create-vault keys.create keys.import "
    "environment.create-workspace "
    "environment.upload environment.train",
)
def things_come_from_the_customer(change: EntityChange) -> Iterator[Expectation]:
    """A thing is there only because the customer created, uploaded, trained or imported it."""
    if change.was is None and not change.by(*GIVES_A_NAME):
        yield from stays(change)


@on_change(
    *MADE, by="restoration.uploads-stay-deleted environment.purge-vault environment.purge-key"
)
def nothing_comes_back_that_is_gone_for_good(change: EntityChange) -> Iterator[Expectation]:
    """A purged vault or key never comes back, nor a deleted upload or anything else deleted, by any
    recovery.
    """
    last_state = LAST_STATES.get(type(change.was), "deleted")
    if from_state(last_state)(change):
        yield from stays(change)


@on_change(Vault, Key, by="environment.recover-vault environment.recover-key")
def a_deleted_vault_or_key_comes_back_only_by_recovery(
    change: EntityChange,
) -> Iterator[Expectation]:
    """A deleted key vault or key comes back only by being recovered."""
    if from_state("deleted", "active")(change) and not change.by(cmd.RecoverVault, cmd.RecoverKey):
        yield from stays(change)


@on_change(
    *(Vault, Key),
    by="environment.delete-vault environment.no-vault-purge environment.delete-key "
    "environment.no-key-purge",
)
def a_vault_or_key_goes_only_by_deletion(change: EntityChange) -> Iterator[Expectation]:
    """A key vault or key goes only by being deleted, and for good only by a purge or at the end of
    its retention.
    """
    if not goes("state", "deleted", "purged")(change):
        return
    if change.was.state == "active":
        asked_for = change.by(cmd.DeleteVault, cmd.DeleteKey)
    else:
        asked_for = change.by(cmd.PurgeVault, cmd.EndVaultRetention, cmd.PurgeKey)
    if not asked_for:
        yield from stays(change)


@on_change(
    *FIXED, by="environment.create-resource environment.create-vault keys.create keys.import"
)
def fixed_properties_stay(change: EntityChange) -> Iterator[Expectation]:
    """Kind, location and tier of a resource stay as they were, region of a vault, type of a key,
    and the like.
    """
    fields = FIXED[type(change.was or change.now)]
    if any(goes(field)(change) for field in fields):
        yield from stays(change)


@on_change(
    Grant,
    by="revocation.only-that-resource identity.access-removed identity.access-removed-elsewhere "
    "tenant.not-transferred tenant.vault-moved",
)
def access_is_lost_only_by_itself(change: EntityChange) -> Iterator[Expectation]:
    """Access is lost only where it was revoked, a side changed tenant or its identity went off; one
    is named.
    """
    if change.now is not None:
        return
    was = change.was
    vault = change.step.after.entity(Vault, was.vault.name)
    resource = change.step.after.entity(Resource, was.resource.name)
    if home(vault) != home(was.vault):
        cause = "tenant.vault-moved"
    elif about_the_grant(cmd.RevokeKeyAccess)(change):
        return
    elif resource.identity:
        yield from stays(change)
        return
    elif home(resource) != home(was.resource):
        cause = "tenant.not-transferred"
    elif resource.state == "active" and is_to_the_key(was):
        cause = "identity.access-removed"
    else:
        cause = "identity.access-removed-elsewhere"
    if cause not in change.step.by:
        yield Named(cause, True)


def is_to_the_key(grant: Any) -> bool:
    """Return whether the key of a grant's resource is in the vault of the grant."""
    key = grant.resource.key
    return key is not None and key.vault.name == grant.vault.name


@on_change(
    Workspace,
    by="revocation.data-inaccessible revocation.earlier-workspaces "
    "revocation.earlier-workspaces-closed environment.policies-ignored "
    + " ".join(cause.requirement for cause in CAUSES),
)
def lost_data_names_its_cause(change: EntityChange) -> Iterator[Expectation]:
    """Data that becomes inaccessible by one cause alone names it, and names the earlier workspace
    that it is in.
    """
    if not goes("readable", False)(change):
        return
    workspace = change.now
    rests_on = ["revocation.data-inaccessible"]
    if not workspace.covered:
        rests_on = ["revocation.earlier-workspaces"]
        if not workspace.resource.identity:
            rests_on.append("revocation.earlier-workspaces-closed")
    causes = [cause.requirement for cause in CAUSES if cause.holds(workspace.resource)]
    if len(causes) == 1:
        rests_on += causes
        if "revocation.vault-switched" in causes:
            rests_on.append("environment.policies-ignored")
    for requirement in rests_on:
        if requirement not in change.step.by:
            yield Named(requirement, True)


@on_change(
    Role,
    by="environment.remove-role environment.role-ends-with-identity "
    "environment.role-ends-with-vault environment.role-stays-behind",
)
def a_role_ends_only_with_what_it_is_about(change: EntityChange) -> Iterator[Expectation]:
    """A role ends only where it was removed, with its identity or its vault, or where a side
    moved away.
    """
    if change.now is not None or about_the_grant(cmd.RemoveKeyRole)(change):
        return
    was = change.was
    vault = change.step.after.entity(Vault, was.vault.name)
    resource = change.step.after.entity(Resource, was.resource.name)
    is_out_of_place = (
        vault.subscription.name != was.vault.subscription.name
        or home(vault) != home(was.vault)
        or home(resource) != home(was.resource)
    )
    if resource.identity and vault.state == "active" and not is_out_of_place:
        yield from stays(change)


# What changes a setting


def only(
    about: type[Entity],
    requirements: str,
    sentence: str,
    happened: Test,
    unless: Test,
    names: str = "",
) -> Theorem:
    """Return the theorem that this happens to no entity of the kind, unless so, and that ``names``
    is named if it does.

    Of several requirements in ``names`` one is enough.
    """
    by = requirements.split()
    one_of = names.split()

    def check(change: EntityChange) -> Iterator[Expectation]:
        if not happened(change):
            return
        if not unless(change):
            yield from stays(change)
        elif one_of and change.step.by.isdisjoint(one_of):
            yield Named(one_of[0], True)

    return Theorem(
        "change", (about,), f"only-{about.__name__}-{by[0]}", f"{sentence}.", tuple(by), check
    )


SETTINGS = (
    only(
        Resource,
        "keys.opt-in",
        "Customer-managed keys are on only because the customer enabled them",
        happened=becomes("key_source", CUSTOMER),
        unless=by(cmd.EnableCustomerManagedKeys),
    ),
    only(
        Resource,
        "keys.return tenant.stays-customer-managed",
        "Customer-managed keys are given up only by the customer: no loss and no move ends them",
        happened=goes("key_source", MICROSOFT),
        unless=by(cmd.ReturnToMicrosoftManagedKeys),
    ),
    only(
        Resource,
        "keys.enable tenant.key-left-behind",
        "A key is in use only because the customer enabled it; one that was left behind comes back "
        "by no other way",
        happened=gets_a_key,
        unless=by(cmd.EnableCustomerManagedKeys),
    ),
    only(
        Resource,
        "tenant.not-transferred keys.return",
        "A resource is without its key only after going back or moving to another tenant",
        happened=goes("key", None),
        unless=either(by(cmd.ReturnToMicrosoftManagedKeys), changed_tenant),
        names="keys.return tenant.not-transferred",
    ),
    only(
        Resource,
        "identity.enable identity.enabled-with-keys",
        "An identity is on only because the customer enabled it, or customer-managed keys through "
        "the portal",
        happened=becomes("identity", True),
        unless=either(by(cmd.EnableIdentity), enabled_through_the_portal),
    ),
    only(
        Resource,
        "identity.disable tenant.identity-off tenant.same-tenant-move",
        "An identity goes off only by the customer's request or in a move to another tenant",
        happened=goes("identity", False),
        unless=either(by(cmd.DisableIdentity, cmd.DeleteResource), changed_tenant),
    ),
    only(
        Resource,
        "environment.create-resource environment.delete-resource",
        "A resource comes and goes only by the customer's request, and a deleted one never comes "
        "back",
        happened=either(is_new, goes("state")),
        unless=created_or_deleted,
    ),
    only(
        Resource,
        "environment.move",
        "A resource is in another subscription or group only because it, or its group, was moved",
        happened=either(goes("subscription"), goes("group")),
        unless=either(by(cmd.MoveResource), in_the_moved_group),
        names="environment.move",
    ),
    only(
        Vault,
        "environment.vault-protections",
        "The protections of a key vault are turned on by the customer and never off",
        happened=either(goes("soft_delete"), goes("purge_protection")),
        unless=protection_turned_on,
    ),
    only(
        Vault,
        "environment.change-permission-model",
        "A key vault has another permission model only because it was switched to it",
        happened=goes("permission_model"),
        unless=by(cmd.SetPermissionModel),
        names="environment.change-permission-model",
    ),
    only(
        Vault,
        "environment.move",
        "A key vault is in another subscription only because its group was moved",
        happened=goes("subscription"),
        unless=in_the_moved_group,
        names="environment.move",
    ),
    only(
        Key,
        "keys.disable environment.enable-key",
        "A key is enabled or disabled only by the customer's request",
        happened=goes("enabled"),
        unless=key_switched,
    ),
    only(
        Key,
        "keys.rotate",
        "A key has another version only because it was rotated",
        happened=goes("version"),
        unless=by(cmd.RotateKey),
    ),
    only(
        Subscription,
        "environment.move",
        "A subscription is in another tenant only because it was moved",
        happened=goes("tenant"),
        unless=by(cmd.MoveSubscription),
    ),
    only(
        Document,
        "revocation.deletes-uploads",
        "An upload is deleted only when its key is inaccessible or its resource is deleted",
        happened=from_state("uploaded"),
        unless=either(key_lost, resource_deleted),
        names="revocation.deletes-uploads workspace.ends-with-resource",
    ),
    only(
        Model,
        "restoration.no-redeploy restoration.no-redeploy-otherwise",
        "No model is deployed but by the customer's own request, by no recovery either",
        happened=is_deployed,
        unless=by(cmd.DeployModel),
    ),
    only(
        Model,
        "revocation.undeploys environment.deploy",
        "A deployed model is undeployed only by the customer or when its key is inaccessible",
        happened=from_state("deployed"),
        unless=either(by(cmd.UndeployModel), key_lost, resource_deleted),
        names="revocation.undeploys environment.deploy workspace.ends-with-resource",
    ),
    only(
        Model,
        "workspace.ends-with-resource",
        "A model is gone only with its resource",
        happened=goes("state", "deleted"),
        unless=resource_deleted,
        names="workspace.ends-with-resource",
    ),
    only(
        Workspace,
        "workspace.ends-with-resource",
        "A workspace is gone only with its resource",
        happened=goes("state", "deleted"),
        unless=resource_deleted,
        names="workspace.ends-with-resource",
    ),
    only(
        Workspace,
        "workspace.earlier-uncovered",
        "No workspace comes under the customer's key after it was made",
        happened=goes("covered", True),
        unless=never,
    ),
    only(
        Workspace,
        "workspace.covered keys.return",
        "A workspace leaves the customer's key only when its resource returns to Microsoft-managed "
        "keys",
        happened=goes("covered", False),
        unless=its_resource_gives_up_its_key,
        names="keys.return",
    ),
    only(
        Workspace,
        "revocation.data-inaccessible revocation.earlier-workspaces-closed "
        "keys.rotation-keeps-data",
        "Data becomes inaccessible only when its key does",
        happened=goes("readable", False),
        unless=resource_lost_its_key,
        names="revocation.data-inaccessible revocation.earlier-workspaces-closed",
    ),
    only(
        Workspace,
        "restoration.data-readable tenant.key-left-behind",
        "Data comes back only when the customer grants access, has the vault use its access "
        "policies again, recovers the vault or the key, or enables a key",
        happened=goes("readable", True),
        unless=is_a_command(
            cmd.GrantKeyAccess,
            cmd.RecoverVault,
            cmd.RecoverKey,
            cmd.EnableKey,
            cmd.EnableCustomerManagedKeys,
            cmd.SetPermissionModel,
        ),
        names="restoration.data-readable",
    ),
    only(
        Grant,
        "identity.no-return-of-access vault.access-policy vault.granted-with-keys",
        "Access is there only because the customer granted it, or enabled customer-managed keys "
        "through the portal",
        happened=is_new,
        unless=access_was_given,
    ),
    only(
        Role,
        "environment.assign-role",
        "A role is there only because the customer assigned it",
        happened=is_new,
        unless=about_the_grant(cmd.AssignKeyRole),
        names="environment.assign-role",
    ),
)

THEOREMS = (*collected(globals()), *SETTINGS)
