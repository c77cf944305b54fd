"""A crowded world: three of what scopes have one or two of, and one of all that customer-managed keys are not for.

What a system does right for the first and the second of a kind may be wrong for the third, or for the second that asks.
"""

from collections.abc import Iterator

from ..explore.alphabets import Commands, access, each, identity, key_life
from ..machine import Command
from ..machine.commands import (
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
    ReadData,
    RecoverKey,
    RecoverVault,
    ReturnToMicrosoftManagedKeys,
    RevokeKeyAccess,
    RotateKey,
    TrainModel,
    TranslateWithModel,
    UndeployModel,
    UploadDocument,
)
from .life import HOME

THREE = ("", "other-", "third-")
RESOURCES = tuple(f"{word}translator" for word in THREE)
UNFIT_RESOURCES = ("basic-translator", "global-translator")
VAULTS = tuple(f"{word}vault" for word in THREE)
SPARE_VAULTS = ("fourth-vault", "fifth-vault")
"""Those that come later, and have no purge protection at first."""

WORKSPACES = tuple(f"{word}workspace" for word in THREE)
OTHER_WORKSPACES = ("fourth-workspace", "basic-workspace", "global-workspace")
DOCUMENTS = tuple(f"{word}document" for word in (*THREE, "fourth-", "fifth-", "sixth-"))
MODELS = tuple(f"{word}model" for word in THREE)
OTHER_MODELS = ("seventh-model", "basic-model", "second-basic-model", "global-model")
SUBSCRIPTIONS = ("production", "security", "foreign")

OFTEN = 4
"""How often there was work with the first model and workspace."""

UNFIT_KEYS = (
    CreateKey("other-vault", "large-key", "RSA", 3072),
    ImportKey("other-vault", "huge-key", "RSA", 4096),
    CreateKey("other-vault", "hsm-key", "RSA-HSM", 2048),
    ImportKey("other-vault", "huge-hsm-key", "RSA-HSM", 4096),
    CreateKey("other-vault", "curve-key", "EC", 256),
    ImportKey("other-vault", "byte-key", "oct", 256),
)
"""Keys that are none for customer-managed keys."""

KEYS = (*(command.key for command in UNFIT_KEYS), "brought-key")


def at_work(workspace: str, resource: str, *words: str) -> Iterator[Command]:
    """A workspace with a document and a deployed model for each of these words."""
    yield CreateWorkspace(workspace, resource)
    yield from (UploadDocument(f"{word}-document", workspace) for word in words)
    yield from (TrainModel(f"{word}-model", workspace) for word in words)
    yield from (DeployModel(f"{word}-model") for word in words)


CROWDED: Commands = (
    CreateVault("vault", *HOME),
    CreateVault("other-vault", "eastus", "production", "apps"),
    CreateVault("third-vault", "westeurope", "security", "apps"),
    CreateVault("role-vault", "westeurope", "production", "vaults", permission_model="rbac"),
    *each(CreateKey, vault=VAULTS, key="key"),
    *each(RotateKey, vault=("vault",) * 3, key="key"),
    CreateResource("translator", "Translator", "westeurope", "cmk-tier", "production", "apps"),
    CreateResource("other-translator", "AIServices", "eastus", "cmk-tier", "production", "apps"),
    CreateResource("third-translator", "CognitiveServices", "westeurope", "cmk-tier", "security", "apps"),
    CreateResource("basic-translator", "Translator", "westeurope", "basic-tier", "production", "apps"),
    CreateResource("global-translator", "Translator", "global", "cmk-tier", "production", "apps"),
    *each(EnableIdentity, resource=("other-translator", *UNFIT_RESOURCES)),
    *each(GrantKeyAccess, vault=VAULTS, resource="other-translator"),
    *UNFIT_KEYS,
    ImportKey("other-vault", "brought-key"),
    EnableCustomerManagedKeys("translator", "vault", "key"),
    EnableCustomerManagedKeys("third-translator", "third-vault", "key"),
    GrantKeyAccess("third-vault", "translator"),
    *each(CreateWorkspace, workspace=WORKSPACES, resource="translator"),
    *each(UploadDocument, document=DOCUMENTS, workspace="workspace"),
    *each(TrainModel, model=MODELS, workspace="workspace"),
    *each(DeployModel, model=MODELS),
    *at_work("fourth-workspace", "third-translator", "seventh"),
    *at_work("basic-workspace", "basic-translator", "basic", "second-basic"),
    *at_work("global-workspace", "global-translator", "global"),
    *(TranslateWithModel("model"), ReadData("workspace")) * OFTEN,
)
"""What each sequence of it begins with: two resources have keys of their own, and the other one can get any."""

WORK: Commands = (
    *(ReadData("workspace"), TranslateWithModel("model"), ReadData("third-workspace")),
    *(TranslateWithModel("third-model"), TranslateWithModel("seventh-model")),
)

LIVES: tuple[Commands, ...] = tuple(
    (*CROWDED, *more)
    for more in (
        (
            *(RevokeKeyAccess("vault", "translator"), *WORK, UndeployModel("model"), RotateKey("vault", "key")),
            *(MoveResource("translator", "security", "vaults"), *WORK, GrantKeyAccess("vault", "translator"), *WORK),
            TrainModel("late-model", "workspace"),
        ),
        (
            *(RevokeKeyAccess("vault", "translator"), DeleteKey("vault", "key"), RecoverKey("vault", "key"), *WORK),
            ReturnToMicrosoftManagedKeys("third-translator"),
            EnableCustomerManagedKeys("third-translator", "third-vault", "key"),
            CreateWorkspace("fifth-workspace", "third-translator"),
        ),
        (DeleteVault("vault"), *WORK, RecoverVault("vault"), *WORK),
        (
            *(EnableCustomerManagedKeys("translator", "third-vault", "key"), *WORK),
            *(UndeployModel("model"), DeployModel("model"), UploadDocument("late-document", "workspace")),
            *(TrainModel("late-model", "workspace"), RevokeKeyAccess("vault", "translator"), *WORK),
            *(RevokeKeyAccess("third-vault", "translator"), *WORK),
        ),
        (
            *(ReturnToMicrosoftManagedKeys("third-translator"), DisableKey("third-vault", "key")),
            *(EnableKey("third-vault", "key"), DeleteKey("third-vault", "key"), RecoverKey("third-vault", "key")),
            *(RotateKey("third-vault", "key"), RevokeKeyAccess("third-vault", "third-translator"), *WORK),
            *(GrantKeyAccess("third-vault", "third-translator"), DeleteVault("third-vault")),
            *(RecoverVault("third-vault"), DisableIdentity("third-translator"), EnableIdentity("third-translator")),
            *WORK,
        ),
        (
            *(DisableKey("vault", "key"), DeleteKey("vault", "key"), DeleteVault("vault"), RecoverVault("vault")),
            *(RecoverKey("vault", "key"), *WORK, EnableKey("vault", "key"), *WORK),
        ),
        (DeleteVault("vault"), EndVaultRetention("vault"), *WORK),
        (
            *(DeleteVault("vault"), DisableIdentity("translator"), EnableIdentity("translator")),
            *(RecoverVault("vault"), *WORK),
        ),
        (DisableIdentity("translator"), *WORK, *each(DeployModel, model=MODELS)),
        (
            *(DeleteResource("basic-translator"), DisableIdentity("global-translator")),
            *(DisableIdentity("third-translator"), *WORK, DeleteVault("third-vault"), DeleteResource("translator")),
        ),
        (
            EnableCustomerManagedKeys("other-translator", "third-vault", "key"),
            *each(
                EnableCustomerManagedKeys,
                resource="other-translator",
                vault="other-vault",
                key=KEYS,
                through="api",
            ),
            EnableCustomerManagedKeys("other-translator", "other-vault", "large-key"),
            EnableCustomerManagedKeys("other-translator", "other-vault", "key"),
            *(CreateWorkspace("fifth-workspace", "other-translator"), ReadData("fifth-workspace")),
            *each(RotateKey, vault="other-vault", key=KEYS),
            *(RotateKey("third-vault", "key"), RevokeKeyAccess("other-vault", "other-translator"), *WORK),
        ),
        (
            CreateVault("fourth-vault", *HOME),
            CreateKey("fourth-vault", "key"),
            *each(EnableIdentity, resource=RESOURCES),
            *each(GrantKeyAccess, vault="fourth-vault", resource=RESOURCES),
            RevokeKeyAccess("fourth-vault", "other-translator"),
            *(DeleteVault("fourth-vault"), RecoverVault("fourth-vault"), DeleteKey("fourth-vault", "key")),
            *(EnableSoftDelete("role-vault"), DeleteVault("role-vault"), RecoverVault("role-vault"), *WORK),
        ),
        (
            *each(CreateVault, vault=SPARE_VAULTS, **dict(zip(("region", "subscription", "group"), HOME, strict=True)),
                  purge_protection=False),
            *each(CreateKey, vault=SPARE_VAULTS, key="key"),
            *each(DeleteKey, vault=(*SPARE_VAULTS, "third-vault"), key="key"),
            *(PurgeKey("fourth-vault", "key"), DeleteVault("other-vault"), *each(DeleteVault, vault=SPARE_VAULTS)),
            *(PurgeVault("fourth-vault"), MoveResourceGroup("apps", "production", "security")),
            *(EndVaultRetention("other-vault"), RecoverVault("fifth-vault")),
            *(CreateVault("legacy-vault", *HOME, soft_delete=False), DeleteVault("legacy-vault")),
        ),
        (
            *(MoveResource("translator", "security", "vaults"), *WORK),
            *each(MoveResource, resource=UNFIT_RESOURCES, subscription="security", group="apps"),
            DeleteVault("third-vault"),
            *(MoveResourceGroup("apps", "security", "foreign"), RecoverVault("third-vault")),
            *(MoveSubscription("security", "abroad"), DeleteVault("vault"), MoveSubscription("production", "abroad")),
            *(RecoverVault("vault"), MoveSubscription("foreign", "home")),
            *WORK,
        ),
    )
)  # fmt: skip  # rows
"""What befalls it: each loss that the article states, and what must not be one."""


def crowd() -> Iterator[Command]:
    """What is done there."""
    vaults, resources = (*VAULTS, *SPARE_VAULTS), (*RESOURCES, *UNFIT_RESOURCES)
    yield from each(EnableCustomerManagedKeys, resource=resources, vault=vaults, key="key", through=("api", "portal"))
    yield from each(
        EnableCustomerManagedKeys, resource="other-translator", vault="other-vault", key=KEYS, through="api"
    )
    yield from each(RotateKey, vault="other-vault", key=KEYS)
    for vault in (*vaults, "role-vault"):
        yield from (DeleteVault(vault), RecoverVault(vault), EnableSoftDelete(vault), EnablePurgeProtection(vault))
        yield from (PurgeVault(vault), EndVaultRetention(vault))
    for vault in SPARE_VAULTS:
        yield from each(CreateVault, vault=vault, region=("westeurope", "eastus"), subscription="production",
                        group="apps", purge_protection=(True, False))  # fmt: skip
        yield CreateKey(vault, "key")
    for vault in vaults:
        yield from key_life(vault, "key")
        yield from (command for resource in RESOURCES for command in access(resource, vault))
    for resource in resources:
        yield from (*identity(resource), ReturnToMicrosoftManagedKeys(resource), DeleteResource(resource))
    yield from each(MoveResource, resource=resources, subscription=SUBSCRIPTIONS, group=("apps", "vaults"))
    yield from each(MoveResourceGroup, group=("apps", "vaults"), subscription=SUBSCRIPTIONS, to=SUBSCRIPTIONS)
    yield from each(MoveSubscription, subscription=SUBSCRIPTIONS, directory=("home", "abroad"))
    yield from each(ReadData, workspace=(*WORKSPACES, *OTHER_WORKSPACES))
    yield from each(DeployModel, model=(*MODELS, *OTHER_MODELS))
    yield from each(TranslateWithModel, model=(*MODELS, *OTHER_MODELS))
    yield from each(CreateWorkspace, workspace="fifth-workspace", resource=resources)
    yield from each(UploadDocument, document="late-document", workspace=("workspace", "fifth-workspace"))
    yield from each(TrainModel, model="late-model", workspace=("workspace", "fifth-workspace"))
