"""Commands that lanes share: the smoke sequence, the stress fixture, and variants that make no difference."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import permutations
from typing import Any, get_args

from ..explore.scopes import Commands, access, each, identity, key_life
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
    ResourceKind,
    ReturnToMicrosoftManagedKeys,
    RevokeKeyAccess,
    RotateKey,
    TrainModel,
    TranslateWithModel,
    UndeployModel,
    UploadDocument,
)
from ..machine.stage import DEFAULT_STAGE, Stage

HOME = ("westeurope", "production", "apps")

LIFE: tuple[Command, ...] = (
    CreateVault("vault", *HOME),
    CreateKey("vault", "key"),
    CreateResource("translator", "Translator", "westeurope", "cmk-tier", "production", "apps"),
    EnableIdentity("translator"),
    GrantKeyAccess("vault", "translator"),
    EnableCustomerManagedKeys("translator", "vault", "key", through="api"),
    CreateResource("other-translator", "Translator", "westeurope", "cmk-tier", "production", "apps"),
    EnableCustomerManagedKeys("other-translator", "vault", "key", through="portal"),
    CreateWorkspace("workspace", "translator"),
    UploadDocument("document", "workspace"),
    TrainModel("model", "workspace"),
    DeployModel("model"),
    TranslateWithModel("model"),
    ReadData("workspace"),
    UndeployModel("model"),
    RotateKey("vault", "key"),
    ImportKey("vault", "other-key"),
    DisableKey("vault", "other-key"),
    EnableKey("vault", "other-key"),
    DeleteKey("vault", "other-key"),
    RecoverKey("vault", "other-key"),
    MoveResource("translator", "security", "apps"),
    MoveResourceGroup("apps", "production", "security"),
    MoveSubscription("production", "home"),
    ReturnToMicrosoftManagedKeys("translator"),
    RevokeKeyAccess("vault", "translator"),
    DisableIdentity("translator"),
    DeleteResource("translator"),
    DeleteVault("vault"),
    RecoverVault("vault"),
    CreateVault("other-vault", *HOME, purge_protection=False),
    EnableSoftDelete("other-vault"),
    CreateKey("other-vault", "key"),
    DeleteKey("other-vault", "key"),
    PurgeKey("other-vault", "key"),
    DeleteVault("other-vault"),
    PurgeVault("other-vault"),
    CreateVault("third-vault", *HOME, purge_protection=False),
    EnablePurgeProtection("third-vault"),
    DeleteVault("third-vault"),
    EndVaultRetention("third-vault"),
)


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
    """Yield a workspace with a document and a deployed model for each of these words."""
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
"""The beginning of each of its sequences: two resources have keys of their own, and the other one can get any."""

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
"""Its sequences: each loss that the article states, and commands that must not be one."""


def crowd() -> Iterator[Command]:
    """Yield the commands of the stress fixture."""
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
    yield from each(MoveSubscription, subscription=SUBSCRIPTIONS, tenant=("home", "abroad"))
    yield from each(ReadData, workspace=(*WORKSPACES, *OTHER_WORKSPACES))
    yield from each(DeployModel, model=(*MODELS, *OTHER_MODELS))
    yield from each(TranslateWithModel, model=(*MODELS, *OTHER_MODELS))
    yield from each(CreateWorkspace, workspace="fifth-workspace", resource=resources)
    yield from each(UploadDocument, document="late-document", workspace=("workspace", "fifth-workspace"))
    yield from each(TrainModel, model="late-model", workspace=("workspace", "fifth-workspace"))


KINDS: tuple[str, ...] = get_args(ResourceKind)
FIELDS = ("kind", "location", "region", "subscription", "to")

Variant = Mapping[str, str]
"""The replacement of each kind, region and subscription."""


def variants(stage: Stage) -> tuple[Variant, ...]:
    """Return every kind in the place of every other, and what the stage offers of regions and of subscriptions at home.

    The first changes nothing.
    """
    regions = [each for each in DEFAULT_STAGE.regions if each in stage.regions]
    at_home = [each for each, tenant in DEFAULT_STAGE.subscriptions.items()
               if tenant == DEFAULT_STAGE.tenants[0] == stage.subscriptions.get(each)]  # fmt: skip
    return tuple(
        dict(zip((*KINDS, *regions, *at_home), (*KINDS[turn:], *KINDS[:turn], *places, *paying), strict=True))
        for places in permutations(regions)
        for paying in permutations(at_home)
        for turn in range(len(KINDS))
    )


def in_variant(commands: Iterable[Command], variant: Variant) -> Iterator[Command]:
    """Yield the commands with what stands in them for what."""
    for command in commands:
        values: list[Any] = list(command)
        for index, field in enumerate(command.fields):
            if field in FIELDS:
                values[index] = variant.get(values[index], values[index])
        yield tuple.__new__(type(command), values)  # the fields fit together as they did before
