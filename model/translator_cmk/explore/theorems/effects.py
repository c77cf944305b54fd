"""What an accepted request does, command by command, as a customer sees it afterwards."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ...language.facts import ABSENT, Fact
from ...machine import Command
from ...machine.commands import (
    CreateKey,
    CreateResource,
    CreateVault,
    CreateWorkspace,
    DeleteResource,
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
    MoveSubscription,
    PurgeKey,
    PurgeVault,
    RecoverKey,
    RecoverVault,
    ReturnToMicrosoftManagedKeys,
    RevokeKeyAccess,
    TrainModel,
    UndeployModel,
    UploadDocument,
)
from ...machine.entities import CUSTOMER, MICROSOFT
from .theorem import Expectation, Step, Theorem

Facts = list[Fact]


class Done(NamedTuple):
    """What a command has done once it is accepted: facts, told from the names that it has."""

    on: type[Command]
    requirement: str
    sentence: str
    facts: Callable[[Any], Facts]


def seen(kind: str, name: str, /, **fields: Any) -> Facts:
    """The facts that this entity is seen with these fields."""
    return [Fact(kind, name, "exists", True), *(Fact(kind, name, field, value) for field, value in fields.items())]


def gone(kind: str, name: str) -> Facts:
    """The fact that this entity is not there."""
    return [Fact(kind, name, "exists", False)]


def key_of(c: Any) -> str:
    return f"{c.vault}/{c.key}"


def new_key(c: Any) -> Facts:
    return seen("key", key_of(c), state="active", enabled=True, type=c.type, size=c.size, version=1)


EFFECTS = (
    # Resources
    Done(
        CreateResource,
        "environment.create-resource",
        "A new resource is there, as it was asked for, with its managed identity off",
        lambda c: seen(
            "resource",
            c.resource,
            kind=c.kind,
            location=c.location,
            subscription=c.subscription,
            group=c.group,
            identity=False,
        ),
    ),
    Done(
        CreateResource,
        "encryption.default-key",
        "A new resource uses Microsoft-managed keys",
        lambda c: seen("resource", c.resource, key_source=MICROSOFT, key=ABSENT),
    ),
    Done(
        DeleteResource,
        "environment.delete-resource",
        "A deleted resource is gone",
        lambda c: gone("resource", c.resource),
    ),
    Done(
        EnableIdentity,
        "identity.enable",
        "The managed identity can be enabled",
        lambda c: seen("resource", c.resource, identity=True),
    ),
    Done(
        DisableIdentity,
        "identity.disable",
        "The managed identity can be disabled",
        lambda c: seen("resource", c.resource, identity=False),
    ),
    Done(
        EnableCustomerManagedKeys,
        "keys.enable",
        "Enabling customer-managed keys puts the chosen key in use",
        lambda c: seen("resource", c.resource, key_source=CUSTOMER, key=key_of(c)),
    ),
    Done(
        EnableCustomerManagedKeys,
        "identity.assigned-by-portal",
        "Enabling customer-managed keys through the portal also turns the managed identity on",
        lambda c: seen("resource", c.resource, identity=True) if c.through == "portal" else [],
    ),
    Done(
        EnableCustomerManagedKeys,
        "vault.granted-by-portal",
        "Enabling customer-managed keys through the portal gives the identity access to the key vault",
        lambda c: seen("grant", f"{c.vault}/{c.resource}") if c.through == "portal" else [],
    ),
    Done(
        ReturnToMicrosoftManagedKeys,
        "keys.return",
        "A resource that went back uses Microsoft-managed keys and has no key of its own",
        lambda c: seen("resource", c.resource, key_source=MICROSOFT, key=ABSENT),
    ),
    # Vaults and access
    Done(
        CreateVault,
        "environment.create-vault",
        "A new key vault is there, with the protections that were asked for",
        lambda c: seen(
            "vault",
            c.vault,
            state="active",
            region=c.region,
            subscription=c.subscription,
            group=c.group,
            soft_delete=c.soft_delete,
            purge_protection=c.purge_protection,
            permission_model=c.permission_model,
        ),
    ),
    Done(
        EnableSoftDelete,
        "environment.vault-protections",
        "Soft delete can be turned on",
        lambda c: seen("vault", c.vault, soft_delete=True),
    ),
    Done(
        EnablePurgeProtection,
        "environment.vault-protections",
        "Purge protection can be turned on",
        lambda c: seen("vault", c.vault, purge_protection=True),
    ),
    Done(
        RecoverVault,
        "environment.recover-vault",
        "A deleted key vault can be recovered",
        lambda c: seen("vault", c.vault, state="active"),
    ),
    Done(PurgeVault, "environment.purge-vault", "A purged key vault is gone", lambda c: gone("vault", c.vault)),
    Done(
        EndVaultRetention,
        "environment.end-of-retention",
        "At the end of its retention a deleted key vault is gone",
        lambda c: gone("vault", c.vault),
    ),
    Done(
        GrantKeyAccess,
        "vault.access-policy",
        "An access policy gives the identity access to the keys of the vault",
        lambda c: seen("grant", f"{c.vault}/{c.resource}"),
    ),
    Done(
        RevokeKeyAccess,
        "revocation.revoke",
        "Revoked access is gone",
        lambda c: gone("grant", f"{c.vault}/{c.resource}"),
    ),
    # Keys
    Done(CreateKey, "keys.create", "A key generated in the vault is there and enabled", new_key),
    Done(ImportKey, "keys.import", "A key made elsewhere and imported is there and enabled", new_key),
    Done(DisableKey, "keys.disable", "A key can be disabled", lambda c: seen("key", key_of(c), enabled=False)),
    Done(EnableKey, "environment.enable-key", "A key can be enabled", lambda c: seen("key", key_of(c), enabled=True)),
    Done(
        RecoverKey,
        "environment.recover-key",
        "A deleted key can be recovered",
        lambda c: seen("key", key_of(c), state="active"),
    ),
    Done(PurgeKey, "environment.purge-key", "A purged key is gone", lambda c: gone("key", key_of(c))),
    # Custom Translator
    Done(
        CreateWorkspace,
        "environment.create-workspace",
        "A new workspace is there and belongs to its resource",
        lambda c: seen("workspace", c.workspace, resource=c.resource),
    ),
    Done(
        UploadDocument,
        "environment.upload",
        "An uploaded document is kept in its workspace",
        lambda c: seen("document", c.document, workspace=c.workspace),
    ),
    Done(
        TrainModel,
        "environment.train",
        "A trained model is there, and not deployed",
        lambda c: seen("model", c.model, workspace=c.workspace, state="undeployed"),
    ),
    Done(
        DeployModel,
        "environment.deploy",
        "A model can be deployed",
        lambda c: seen("model", c.model, state="deployed"),
    ),
    Done(
        UndeployModel,
        "environment.deploy",
        "A model can be undeployed",
        lambda c: seen("model", c.model, state="undeployed"),
    ),
    # Moves
    Done(
        MoveResource,
        "environment.move",
        "A moved resource is where it was moved to",
        lambda c: seen("resource", c.resource, subscription=c.subscription, group=c.group),
    ),
    Done(
        MoveSubscription,
        "environment.move",
        "A moved subscription is in its new directory",
        lambda c: seen("subscription", c.subscription, directory=c.directory),
    ),
)


def of_accepted(facts: Callable[[Any], Facts]) -> Callable[[Step], Iterator[Expectation]]:
    """The check that the facts hold after a step that was accepted."""
    return lambda step: iter(facts(step.command) if step.accepted else ())


def effect_theorem(effect: Done) -> Theorem:
    name = f"done-{effect.on.__name__}-{effect.requirement}"
    return Theorem(
        "request", (effect.on,), name, f"{effect.sentence}.", (effect.requirement,), of_accepted(effect.facts)
    )


THEOREMS = tuple(effect_theorem(effect) for effect in EFFECTS)
