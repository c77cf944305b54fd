"""Commands that show what no scenario shows: the third of a kind, the second time, and so on."""

from typing import Any

from translator_cmk.language.situations import situations
from translator_cmk.machine import Command
from translator_cmk.machine.commands import (
    CreateKey,
    CreateResource,
    CreateVault,
    CreateWorkspace,
    DeleteKey,
    DeleteVault,
    DeployModel,
    DisableIdentity,
    DisableKey,
    EnableCustomerManagedKeys,
    EnableIdentity,
    EnableKey,
    GrantKeyAccess,
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
    UploadDocument,
)

Commands = tuple[Command, ...]

HERE = ("westeurope", "production", "apps")
KEY = ("kv-prod", "cmk-2048")
RESOURCE: tuple[Any, ...] = (
    "translator-prod",
    "Translator",
    "westeurope",
    "cmk-tier",
    "production",
    "apps",
)
SECOND: tuple[Any, ...] = (
    "translator-test",
    "Translator",
    "westeurope",
    "cmk-tier",
    "production",
    "apps",
)
ENABLE = EnableCustomerManagedKeys("translator-prod", *KEY)


def after(situation: str, *commands: Command) -> Commands:
    """Return the commands of a situation, and these."""
    return (*situations()[situation].commands, *commands)


def work(workspace: str) -> Commands:
    """Return the commands by which a workspace holds three documents, and three deployed models."""
    commands: list[Command] = []
    for number in (1, 2, 3):
        commands += [
            UploadDocument(f"document-{number}", workspace),
            TrainModel(f"model-{number}", workspace),
            DeployModel(f"model-{number}"),
        ]
    return tuple(commands)


DEPLOYED = "a deployed model under customer-managed keys"

WAYS: tuple[Commands, ...] = (
    # of another kind, in another place
    after(
        "a vault with a key",
        CreateResource("global-prod", "AIServices", "global", "cmk-tier", "production", "apps"),
        EnableCustomerManagedKeys("global-prod", *KEY),
    ),
    (
        CreateVault("kv-far", "eastus", "security", "apps"),
        CreateKey("kv-far", "cmk"),
        CreateResource(*RESOURCE),
        EnableCustomerManagedKeys("translator-prod", "kv-far", "cmk"),
    ),
    after(
        "a resource and a vault with a key",
        ENABLE,
        CreateResource("translator-far", "Translator", "eastus", "cmk-tier", "production", "apps"),
        EnableCustomerManagedKeys("translator-far", *KEY),
    ),
    (
        CreateResource(
            "translator-prod", "Translator", "westeurope", "cmk-tier", "security", "apps"
        ),
    ),
    after(
        "a vault with a key",
        CreateResource("ai-prod", "AIServices", "westeurope", "cmk-tier", "production", "apps"),
        EnableCustomerManagedKeys("ai-prod", *KEY),
    ),
    after(
        "a Translator resource",
        CreateVault("kv-prod", "westeurope", "security", "apps"),
        CreateKey(*KEY),
        ENABLE,
        CreateWorkspace("ws-prod", "translator-prod"),
    ),
    # beside another
    after("a Translator resource", CreateResource(*SECOND), EnableIdentity("translator-test")),
    after(
        "a resource and a vault with a key",
        ENABLE,
        CreateResource(*SECOND),
        CreateWorkspace("ws-prod", "translator-prod"),
    ),
    after(
        "a resource and a vault with a key",
        CreateResource("translator-prod-2", *RESOURCE[1:]),
        ENABLE,
        EnableCustomerManagedKeys("translator-prod-2", *KEY),
        RevokeKeyAccess("kv-prod", "translator-prod"),
    ),
    after(
        "two vaults, each with a key of the same name",
        CreateResource(*RESOURCE),
        EnableCustomerManagedKeys("translator-prod", "kv-test", "cmk-2048"),
    ),
    after("a vault with a key", CreateKey("kv-prod", "cmk-next"), DisableKey(*KEY)),
    after("two resources that share a vault and a key", ReadData("ws-test")),
    # the third of a kind
    after(
        "a workspace under customer-managed keys",
        *work("ws-prod"),
        RevokeKeyAccess("kv-prod", "translator-prod"),
    ),
    after(
        DEPLOYED,
        *[TranslateWithModel("legal-en-de")] * 3,
        RevokeKeyAccess("kv-prod", "translator-prod"),
        TranslateWithModel("legal-en-de"),
    ),
    # the second time
    after(
        "customer-managed keys are on",
        ReturnToMicrosoftManagedKeys("translator-prod"),
        ENABLE,
        CreateWorkspace("ws-prod", "translator-prod"),
    ),
    after(DEPLOYED, DeleteVault("kv-prod"), RecoverVault("kv-prod"), DeleteVault("kv-prod")),
    after(
        DEPLOYED,
        DeleteVault("kv-prod"),
        RecoverVault("kv-prod"),
        RevokeKeyAccess("kv-prod", "translator-prod"),
    ),
    after(
        "a resource with an identity",
        MoveSubscription("production", "abroad"),
        EnableIdentity("translator-prod"),
        MoveSubscription("production", "home"),
    ),
    # without a look in between
    after(DEPLOYED, RevokeKeyAccess("kv-prod", "translator-prod"), ReadData("ws-prod")),
    # while a key is in use, and once it is lost
    after("customer-managed keys are on", DisableKey(*KEY)),
    after("customer-managed keys are on", DisableIdentity("translator-prod")),
    after("customer-managed keys are on", MoveResourceGroup("apps", "production", "security")),
    after(
        "customer-managed keys are on",
        RevokeKeyAccess("kv-prod", "translator-prod"),
        CreateWorkspace("ws-prod", "translator-prod"),
    ),
    after(
        "customer-managed keys are on",
        RevokeKeyAccess("kv-prod", "translator-prod"),
        GrantKeyAccess("kv-prod", "translator-prod"),
    ),
    # what a key or a key vault was before
    after("a trained model under Microsoft-managed keys", EnableIdentity("translator-prod")),
    after("a vault with a key", RotateKey(*KEY), EnableKey(*KEY)),
    after("a vault with a key", RotateKey(*KEY), DeleteKey(*KEY), RecoverKey(*KEY)),
    after(
        "two vaults without purge protection have keys",
        DeleteKey(*KEY),
        DeleteKey("kv-test", "cmk-2048"),
        PurgeKey(*KEY),
    ),
    (CreateVault("kv-prod", *HERE), DeleteVault("kv-prod"), PurgeVault("kv-prod")),
    (
        CreateVault("kv-prod", *HERE, soft_delete=False),
        DeleteVault("kv-prod"),
        RecoverVault("kv-prod"),
    ),
    # moves of a key vault
    after(
        "a resource with an identity",
        CreateVault("kv-prod", "westeurope", "production", "vaults"),
        GrantKeyAccess("kv-prod", "translator-prod"),
        MoveResourceGroup("vaults", "production", "foreign"),
    ),
    after(
        "a resource with an identity",
        CreateVault("kv-prod", "westeurope", "security", "vaults"),
        GrantKeyAccess("kv-prod", "translator-prod"),
        DeleteVault("kv-prod"),
        MoveSubscription("security", "abroad"),
        RecoverVault("kv-prod"),
    ),
    # another key, and an identity that was off
    after(
        "two vaults, each with a key of the same name",
        CreateResource(*RESOURCE),
        EnableIdentity("translator-prod"),
        GrantKeyAccess("kv-prod", "translator-prod"),
        GrantKeyAccess("kv-test", "translator-prod"),
        EnableCustomerManagedKeys("translator-prod", *KEY, through="api"),
        EnableCustomerManagedKeys("translator-prod", "kv-test", "cmk-2048", through="api"),
    ),
    after(
        "two vaults, each with a key of the same name",
        CreateResource(*RESOURCE),
        EnableIdentity("translator-prod"),
        GrantKeyAccess("kv-test", "translator-prod"),
        EnableCustomerManagedKeys("translator-prod", "kv-test", "cmk-2048", through="api"),
    ),
    after(
        "a deployed model in a workspace made before customer-managed keys",
        ReturnToMicrosoftManagedKeys("translator-prod"),
    ),
    after(
        "a deployed model under a rotated key",
        CreateKey("kv-prod", "cmk-next"),
        DisableKey("kv-prod", "cmk-next"),
    ),
    after(
        DEPLOYED,
        CreateKey("kv-prod", "cmk-next"),
        EnableCustomerManagedKeys("translator-prod", "kv-prod", "cmk-next"),
    ),
    after(
        DEPLOYED,
        CreateVault("kv-next", "westeurope", "security", "apps"),
        CreateKey("kv-next", "cmk-next"),
        EnableCustomerManagedKeys("translator-prod", "kv-next", "cmk-next"),
        DeleteVault("kv-prod"),
    ),
    after(
        "an identity with access to the vault",
        DeleteVault("kv-prod"),
        DisableIdentity("translator-prod"),
        EnableIdentity("translator-prod"),
        RecoverVault("kv-prod"),
    ),
    # of what is not there
    (DeleteVault("kv-prod"),),
    # moved, before a reset
    (MoveSubscription("production", "abroad"),),
)
