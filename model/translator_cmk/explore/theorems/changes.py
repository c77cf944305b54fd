"""Theorems about changes: nothing but this changes that, and the acceptance names the requirement."""

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
    Subscription,
    Vault,
    Workspace,
)
from .requests import GIVES_A_NAME
from .states import CAUSES, has_lost_its_key, home
from .theorem import Change, Expectation, Named, Step, Theorem, change, collected, entity_name, named, stays

Test = Callable[[Change], Any]


def only(
    about: type[Entity], requirements: str, sentence: str, happened: Test, unless: Test, names: str = ""
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

    name = f"only-{about.__name__}-{requirements.split()[0]}"
    return Theorem("change", (about,), name, f"{sentence}.", tuple(requirements.split()), check)


def by(*commands: type[Command]) -> Test:
    """Return the test that the step is one of these commands about the entity itself."""
    return lambda change: change.by(*commands)


def goes(field: str, *values: Any) -> Test:
    """Return the test that a field of an entity turned into one of these values, or, without values, into another."""

    def test(change: Change) -> bool:
        if change.was is None or change.now is None:
            return False
        if field != "state" and change.now.state in ("deleted", "purged"):
            return False  # an entity deleted in the same step no longer counts
        was, now = getattr(change.was, field), getattr(change.now, field)
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


def about_the_grant(*commands: type[Command]) -> Test:
    """Return the test that the step is one of these commands, on the vault and the resource of the grant."""

    def test(change: Change) -> bool:
        command: Any = change.step.command
        return type(command) in commands and change.name == f"{command.vault}/{command.resource}"

    return test


def through_the_portal(change: Change) -> bool:
    command: Any = change.step.command
    return type(command) is cmd.EnableCustomerManagedKeys and command.through == "portal"


def in_the_moved_group(change: Change) -> bool:
    """Return whether the step moves the resource group that the entity was in."""
    command: Any = change.step.command
    was = change.was
    return type(command) is cmd.MoveResourceGroup and (was.group, was.subscription.name) == command[:2]


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


@change(*ENTITY_KINDS, by="revocation.only-that-resource")
def a_request_changes_only_what_depends_on_what_it_names(c: Change) -> Iterator[Expectation]:
    """A request changes nothing of what does not depend on the thing that it is about."""
    entities = [entity for entity in (c.was, c.now) if entity is not None]
    if not any(depends(entity, subject) for entity in entities for subject in subjects(c.step)):
        yield from stays(c)


@lru_cache(maxsize=1)  # every entity that a step changed asks for it
def subjects(step: Step) -> set[tuple[str, str]]:
    """Return kind and name of the things that the command is about; where it puts them is no such thing."""
    command: Any = step.command
    match command:
        case cmd.MoveResourceGroup(group=group, subscription=subscription):
            things = [thing for kind in (Resource, Vault) for thing in step.before.every(kind)]
            held = [thing for thing in things if (thing.group, thing.subscription.name) == (group, subscription)]
            return {(type(thing).word, thing.name) for thing in held}
        case cmd.GrantKeyAccess() | cmd.RevokeKeyAccess() | cmd.EnableCustomerManagedKeys():
            return {("resource", command.resource)}
    field = "key" if "key" in command.fields else command.fields[0]
    return {(field, entity_name(command, field))}


def depends(entity: Entity, subject: tuple[str, str]) -> bool:
    """Return whether the entity is the subject, or leads to it."""
    if (type(entity).word, entity.name) == subject:
        return True
    linked = [getattr(entity, link) for link in type(entity).links]
    return any(depends(other, subject) for other in linked if other is not None)


@change(
    *MADE,
    by="environment.create-resource environment.create-vault keys.create keys.import environment.create-workspace "
    "environment.upload environment.train",
)
def things_come_from_the_customer(c: Change) -> Iterator[Expectation]:
    """A thing is there only because the customer created, uploaded, trained or imported it."""
    if c.was is None and not c.by(*GIVES_A_NAME):
        yield from stays(c)


@change(*MADE, by="restoration.uploads-stay-deleted environment.purge-vault environment.purge-key")
def nothing_comes_back_that_is_gone_for_good(c: Change) -> Iterator[Expectation]:
    """A purged vault or key never comes back, nor a deleted upload or anything else deleted, by any recovery."""
    if from_state(LAST_STATES.get(type(c.was), "deleted"))(c):
        yield from stays(c)


@change(Vault, Key, by="environment.recover-vault environment.recover-key")
def a_deleted_vault_or_key_comes_back_only_by_recovery(c: Change) -> Iterator[Expectation]:
    """A deleted key vault or key comes back only by being recovered."""
    if from_state("deleted", "active")(c) and not c.by(cmd.RecoverVault, cmd.RecoverKey):
        yield from stays(c)


@change(
    *(Vault, Key),
    by="environment.delete-vault environment.no-vault-purge environment.delete-key environment.no-key-purge",
)
def a_vault_or_key_goes_only_by_deletion(c: Change) -> Iterator[Expectation]:
    """A key vault or key goes only by being deleted, and for good only by a purge or at the end of its retention."""
    ends: tuple[type[Command], ...] = (cmd.PurgeVault, cmd.EndVaultRetention, cmd.PurgeKey)
    if c.was and c.was.state == "active":
        ends = (cmd.DeleteVault, cmd.DeleteKey)
    if goes("state", "deleted", "purged")(c) and not c.by(*ends):
        yield from stays(c)


@change(*FIXED, by="environment.create-resource environment.create-vault keys.create keys.import")
def fixed_properties_stay(c: Change) -> Iterator[Expectation]:
    """Kind, location and tier of a resource stay as they were, region of a vault, type of a key, and the like."""
    if any(goes(field)(c) for field in FIXED[type(c.was or c.now)]):
        yield from stays(c)


@change(
    Grant,
    by="revocation.only-that-resource identity.access-removed tenant.not-transferred environment.vault-moved",
)
def access_is_lost_only_by_itself(c: Change) -> Iterator[Expectation]:
    """Access is lost only where it was revoked, a side changed tenant or its identity went off; one is named."""
    if c.now is None:
        vault, resource = (
            c.step.after.entity(Vault, c.was.vault.name),
            c.step.after.entity(Resource, c.was.resource.name),
        )
        vault_left, resource_left = home(vault) != home(c.was.vault), home(resource) != home(c.was.resource)
        cause = "tenant.not-transferred" if resource_left else "identity.access-removed"
        cause = "environment.vault-moved" if vault_left else cause
        if not vault_left and about_the_grant(cmd.RevokeKeyAccess)(c):
            return
        if not vault_left and resource.identity:
            yield from stays(c)
        elif cause not in c.step.by:
            yield Named(cause, True)


@change(
    Workspace,
    by="revocation.data-inaccessible revocation.earlier-workspaces " + " ".join(cause.requirement for cause in CAUSES),
)
def lost_data_names_its_cause(c: Change) -> Iterator[Expectation]:
    """Data that becomes inaccessible by one cause alone names it, and names the earlier workspace that it is in."""
    if goes("readable", False)(c):
        causes = [cause.requirement for cause in CAUSES if cause.holds(c.now.resource)]
        of = "revocation.data-inaccessible" if c.now.covered else "revocation.earlier-workspaces"
        behind = (of, *causes) if len(causes) == 1 else (of,)
        yield from (Named(requirement, True) for requirement in behind if requirement not in c.step.by)


SETTINGS: dict[type[Entity], dict[str, Any]] = {
    Resource: {
        "keys.opt-in": (
            "Customer-managed keys are on only because the customer enabled them",
            lambda c: c.now.key_source == CUSTOMER and (c.was is None or c.was.key_source != CUSTOMER),
            by(cmd.EnableCustomerManagedKeys),
        ),
        "keys.return tenant.stays-customer-managed": (
            "Customer-managed keys are given up only by the customer: no loss and no move ends them",
            goes("key_source", MICROSOFT),
            by(cmd.ReturnToMicrosoftManagedKeys),
        ),
        "keys.enable tenant.key-left-behind": (
            "A key is in use only because the customer enabled it; one that was left behind comes back by no other way",
            lambda c: c.now.key is not None and (c.was is None or named(c.was.key) != named(c.now.key)),
            by(cmd.EnableCustomerManagedKeys),
        ),
        "tenant.not-transferred keys.return": (
            "A resource is without its key only after going back or moving to another tenant",
            goes("key", None),
            either(by(cmd.ReturnToMicrosoftManagedKeys), changed_tenant),
            "keys.return tenant.not-transferred",
        ),
        "identity.enable identity.enabled-with-keys": (
            "An identity is on only because the customer enabled it, or customer-managed keys through the portal",
            lambda c: c.now.identity and (c.was is None or not c.was.identity),
            lambda c: c.by(cmd.EnableIdentity) or (c.by(cmd.EnableCustomerManagedKeys) and through_the_portal(c)),
        ),
        "identity.disable tenant.identity-off tenant.same-tenant-move": (
            "An identity goes off only by the customer's request or in a move to another tenant",
            goes("identity", False),
            either(by(cmd.DisableIdentity, cmd.DeleteResource), changed_tenant),
        ),
        "environment.create-resource environment.delete-resource": (
            "A resource comes and goes only by the customer's request, and a deleted one never comes back",
            lambda c: c.was is None or goes("state")(c),
            lambda c: (
                c.by(cmd.CreateResource) if c.was is None else c.now.state == "deleted" and c.by(cmd.DeleteResource)
            ),
        ),
        "environment.move": (
            "A resource is in another subscription or group only because it, or its group, was moved",
            either(goes("subscription"), goes("group")),
            either(by(cmd.MoveResource), in_the_moved_group),
            "environment.move",
        ),
    },
    Vault: {
        "environment.vault-protections": (
            "The protections of a key vault are turned on by the customer and never off",
            either(goes("soft_delete"), goes("purge_protection")),
            lambda c: c.by(cmd.EnablePurgeProtection if goes("purge_protection")(c) else cmd.EnableSoftDelete),
        ),
        "environment.move": (
            "A key vault is in another subscription only because its group was moved",
            goes("subscription"),
            in_the_moved_group,
            "environment.move",
        ),
    },
    Key: {
        "keys.disable environment.enable-key": (
            "A key is enabled or disabled only by the customer's request",
            goes("enabled"),
            lambda c: c.by(cmd.EnableKey if c.now.enabled else cmd.DisableKey),
        ),
        "keys.rotate": (
            "A key has another version only because it was rotated",
            goes("version"),
            by(cmd.RotateKey),
        ),
    },
    Subscription: {
        "environment.move": (
            "A subscription is in another tenant only because it was moved",
            goes("tenant"),
            by(cmd.MoveSubscription),
        ),
    },
    Document: {
        "revocation.deletes-uploads": (
            "An upload is deleted only when its key is inaccessible or its resource is deleted",
            from_state("uploaded"),
            either(key_lost, resource_deleted),
            "revocation.deletes-uploads environment.delete-resource",
        ),
    },
    Model: {
        "restoration.no-redeploy restoration.no-redeploy-otherwise": (
            "No model is deployed but by the customer's own request, by no recovery either",
            lambda c: c.now is not None and c.now.state == "deployed",
            by(cmd.DeployModel),
        ),
        "revocation.undeploys environment.deploy": (
            "A deployed model is undeployed only by the customer or when its key is inaccessible",
            from_state("deployed"),
            either(by(cmd.UndeployModel), key_lost, resource_deleted),
            "revocation.undeploys environment.deploy environment.delete-resource",
        ),
        "environment.delete-resource": (
            "A model is gone only with its resource",
            goes("state", "deleted"),
            resource_deleted,
            "environment.delete-resource",
        ),
    },
    Workspace: {
        "environment.delete-resource": (
            "A workspace is gone only with its resource",
            goes("state", "deleted"),
            resource_deleted,
            "environment.delete-resource",
        ),
        "workspace.earlier-uncovered": (
            "No workspace comes under the customer's key after it was made",
            goes("covered", True),
            lambda _: False,
        ),
        "workspace.covered keys.return": (
            "A workspace leaves the customer's key only when its resource returns to Microsoft-managed keys",
            goes("covered", False),
            lambda c: c.step.command == cmd.ReturnToMicrosoftManagedKeys(c.was.resource.name),
            "keys.return",
        ),
        "revocation.data-inaccessible keys.rotation-keeps-data": (
            "Data becomes inaccessible only when its key does",
            goes("readable", False),
            lambda c: has_lost_its_key(c.now.resource),
            "revocation.data-inaccessible",
        ),
        "restoration.data-readable tenant.key-left-behind": (
            "Data comes back only when the customer grants access, recovers the vault or the key, or enables a key",
            goes("readable", True),
            lambda c: isinstance(
                c.step.command,
                cmd.GrantKeyAccess | cmd.RecoverVault | cmd.RecoverKey | cmd.EnableKey | cmd.EnableCustomerManagedKeys,
            ),
            "restoration.data-readable",
        ),
    },
    Grant: {
        "identity.no-return-of-access vault.access-policy vault.granted-with-keys": (
            "Access is there only because the customer granted it, or enabled customer-managed keys through the portal",
            lambda c: c.was is None,
            lambda c: (
                about_the_grant(cmd.GrantKeyAccess)(c)
                or (about_the_grant(cmd.EnableCustomerManagedKeys)(c) and through_the_portal(c))
            ),
        ),
    },
}
"""By kind and requirements: a sentence, what happens, the only reason for it, and the requirements that it names."""

THEOREMS = (
    *collected(globals()),
    *(only(kind, requirements, *row) for kind, rows in SETTINGS.items() for requirements, row in rows.items()),
)
