"""The commands: everything a customer can ask for, in the imperative.

A command names entities by strings.  What each name must mean is said in its annotation, and
checked before any row is read.  Rows read the same command with entities in place of the names.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self, get_args, get_origin

from .entities import Entity, KeySource, KeyType, PermissionModel, ResourceKind
from .references import (
    NEW,
    AKey,
    ALocation,
    AModel,
    AnyResource,
    AnyVault,
    ARegion,
    AResource,
    ASubscription,
    ATenant,
    ATier,
    AVault,
    AWorkspace,
    DeletedKey,
    DeletedVault,
    EntityReference,
    NewDocument,
    NewKey,
    NewModel,
    NewResource,
    NewVault,
    NewWorkspace,
)
from .values import Value

Store = Literal["key-vault", "managed-hsm", "elsewhere"]
Channel = Literal["portal", "api"]

COMMANDS: dict[str, "type[Command]"] = {}
"""Every command by name; a class that is defined adds itself."""


class FieldReference(NamedTuple):
    """What a field of a command refers to; ``field`` and ``within`` are positions."""

    field: int
    kind: type[Entity]
    states: tuple[str, ...]
    within: int | None


class Command(Value):
    """The base of all commands."""

    references: ClassVar[tuple[FieldReference, ...]]
    gives: ClassVar[int | None]  # the field that gives something a name
    # A field that is named exactly where another has a value.
    named_where: ClassVar[Mapping[str, tuple[str, Any]]] = {}

    def __new__(cls, *args: Any, **named: Any) -> Self:
        """Build the command; `ValueError` names a field that is missing or means nothing here."""
        command = super().__new__(cls, *args, **named)
        for field, (other, value) in cls.named_where.items():
            is_given = getattr(command, field) is not None
            is_due = getattr(command, other) == value
            if is_given != is_due:
                condition = f"if {other} is {value!r}, and only then"
                raise ValueError(f"{cls.__name__} takes {field} {condition}")
        return command

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.references = tuple(cls._references())
        cls.gives = None
        for reference in cls.references:
            if reference.states == NEW:
                cls.gives = reference.field
                break
        COMMANDS[cls.__name__] = cls

    @classmethod
    def _references(cls) -> Iterator[FieldReference]:
        for index, field in enumerate(cls.fields):
            reference = reference_in(cls.hints[field])
            if reference is not None:
                within = cls.fields.index(reference.within) if reference.within else None
                yield FieldReference(index, reference.kind, reference.states, within)

    def names(self) -> Iterator[tuple[type[Entity], str, bool]]:
        """Yield each entity that is named: kind, name, and whether the command makes it."""
        for index, kind, _, within in self.references:
            name = self[index]
            if name is None:
                continue
            if within is not None:
                name = f"{self[within]}/{name}"
            yield kind, name, index == self.gives


def reference_in(hint: Any) -> EntityReference | None:
    """Return the reference that a field with this annotation is, if any: also for `AKey | None`."""
    for part in (hint, *get_args(hint)):
        if get_origin(part) is Annotated:
            reference: EntityReference = part.__metadata__[0]
            return reference
    return None


def choices(hint: Any) -> tuple[str, ...]:
    """Return the words that a field with this annotation can have; empty if they are not listed."""
    for part in (hint, *get_args(hint)):
        if get_origin(part) is Literal:
            return get_args(part)
    return ()


# Resources and where they are


class CreateResource(Command):
    """Create a resource; ``keys`` says which key source is asked for in the same request."""

    resource: NewResource
    kind: ResourceKind
    location: ALocation
    tier: ATier
    subscription: ASubscription
    group: str
    keys: KeySource = "microsoft-managed"


class DeleteResource(Command):
    """Delete a resource and what Custom Translator holds for it."""

    resource: AnyResource


class MoveResource(Command):
    """Move one resource to a resource group of a subscription."""

    resource: AResource
    subscription: ASubscription
    group: str


class MoveResourceGroup(Command):
    """Move all that a resource group holds from one subscription to another."""

    group: str
    subscription: ASubscription
    to: ASubscription


class MoveSubscription(Command):
    """Move a subscription, with all it holds, to a tenant."""

    subscription: ASubscription
    tenant: ATenant


# The identity and the key source of a resource


class EnableIdentity(Command):
    """Turn the system-assigned managed identity of a resource on."""

    resource: AResource


class DisableIdentity(Command):
    """Turn the system-assigned managed identity of a resource off."""

    resource: AResource


class EnableCustomerManagedKeys(Command):
    """Encrypt a resource with a customer's key.

    ``vault`` and ``key`` are named where ``store`` is `key-vault`.
    """

    resource: AResource
    vault: AVault | None = None
    key: AKey | None = None
    store: Store = "key-vault"
    through: Channel = "portal"
    named_where: ClassVar[Mapping[str, tuple[str, Any]]] = {
        "vault": ("store", "key-vault"),
        "key": ("store", "key-vault"),
    }


class ReturnToMicrosoftManagedKeys(Command):
    """Encrypt a resource with Microsoft-managed keys again."""

    resource: AResource


# Vaults and access to their keys


class CreateVault(Command):
    """Create a key vault with or without each of its two protections."""

    vault: NewVault
    region: ARegion
    subscription: ASubscription
    group: str
    soft_delete: bool = True
    purge_protection: bool = True
    permission_model: PermissionModel = "access-policies"


class EnableSoftDelete(Command):
    """Turn soft delete on for a vault."""

    vault: AVault


class EnablePurgeProtection(Command):
    """Turn purge protection (Do Not Purge) on for a vault."""

    vault: AVault


class DeleteVault(Command):
    """Delete a whole vault."""

    vault: AnyVault


class RecoverVault(Command):
    """Recover a soft-deleted vault."""

    vault: DeletedVault


class PurgeVault(Command):
    """Purge a soft-deleted vault for good, before its retention ends."""

    vault: DeletedVault


class EndVaultRetention(Command):
    """Let the retention period of a soft-deleted vault pass (capability `clock`)."""

    vault: DeletedVault


class GrantKeyAccess(Command):
    """Give a resource's identity the key permissions of a vault by an access policy."""

    vault: AVault
    resource: AResource


class RevokeKeyAccess(Command):
    """Take a resource's identity out of a vault's access policies."""

    vault: AVault
    resource: AResource


class SetPermissionModel(Command):
    """Have a vault decide access by access policies or by Azure RBAC (capability `azure-rbac`)."""

    vault: AVault
    permission_model: PermissionModel


class AssignKeyRole(Command):
    """Assign a resource's identity a role on a vault that has the key permissions, such as Key
    Vault Crypto Service Encryption User (capability `azure-rbac`).
    """

    vault: AVault
    resource: AResource


class RemoveKeyRole(Command):
    """Remove the role on a vault from a resource's identity (capability `azure-rbac`)."""

    vault: AVault
    resource: AResource


# Keys


class CreateKey(Command):
    """Have the vault generate a key; ``size`` in bits."""

    vault: AVault
    key: NewKey
    type: KeyType = "RSA"
    size: int = 2048


class ImportKey(Command):
    """Store a key made elsewhere in the vault; ``size`` in bits."""

    vault: AVault
    key: NewKey
    type: KeyType = "RSA"
    size: int = 2048


class RotateKey(Command):
    """Make a new version of a key."""

    vault: AVault
    key: AKey


class DisableKey(Command):
    """Disable a key: the vault unwraps nothing with it."""

    vault: AVault
    key: AKey


class EnableKey(Command):
    """Enable a disabled key again."""

    vault: AVault
    key: AKey


class DeleteKey(Command):
    """Delete a key of a vault."""

    vault: AVault
    key: AKey


class RecoverKey(Command):
    """Recover a soft-deleted key."""

    vault: AVault
    key: DeletedKey


class PurgeKey(Command):
    """Purge a soft-deleted key for good."""

    vault: AVault
    key: DeletedKey


# Custom Translator


class CreateWorkspace(Command):
    """Create a Custom Translator workspace for a resource."""

    workspace: NewWorkspace
    resource: AResource


class UploadDocument(Command):
    """Upload a document to a workspace."""

    document: NewDocument
    workspace: AWorkspace


class TrainModel(Command):
    """Train a custom model on what the workspace holds."""

    model: NewModel
    workspace: AWorkspace


class DeployModel(Command):
    """Deploy (publish) a custom model."""

    model: AModel


class UndeployModel(Command):
    """Undeploy a custom model."""

    model: AModel


class TranslateWithModel(Command):
    """Translate with a custom model (its category), with no fallback to the general model."""

    model: AModel


class ReadData(Command):
    """Read the data kept in a workspace."""

    workspace: AWorkspace
