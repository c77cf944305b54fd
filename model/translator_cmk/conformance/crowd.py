"""A crowded world: three of what scopes have one or two of, in two regions, and each vault with a key `key`.

What a system does right for the first and the second of a kind may be wrong for the third, or for the second that asks.
"""

from collections.abc import Iterator

from ..explore.alphabets import Commands, access, creates_vault, each, identity, key_life
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
    EnableCustomerManagedKeys,
    EnableIdentity,
    EnablePurgeProtection,
    GrantKeyAccess,
    ImportKey,
    ReadData,
    RecoverVault,
    ReturnToMicrosoftManagedKeys,
    RevokeKeyAccess,
    RotateKey,
    TrainModel,
    TranslateWithModel,
    UploadDocument,
)
from .life import HOME

THREE = ("", "other-", "third-")
RESOURCES = tuple(f"{word}translator" for word in THREE)
VAULTS = tuple(f"{word}vault" for word in THREE)
WORKSPACES = tuple(f"{word}workspace" for word in THREE)
DOCUMENTS = tuple(f"{word}document" for word in THREE)
MODELS = tuple(f"{word}model" for word in THREE)
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

CROWDED: Commands = (
    CreateVault("vault", *HOME),
    CreateVault("other-vault", "eastus", "production", "apps"),
    CreateVault("third-vault", *HOME),
    *each(CreateKey, vault=VAULTS, key="key"),
    *each(RotateKey, vault=("vault",) * 3, key="key"),
    CreateResource("translator", "Translator", "westeurope", "cmk-tier", "production", "apps"),
    CreateResource("other-translator", "AIServices", "eastus", "cmk-tier", "production", "apps"),
    CreateResource("third-translator", "CognitiveServices", "westeurope", "cmk-tier", "production", "apps"),
    EnableIdentity("other-translator"),
    *(GrantKeyAccess(vault, "other-translator") for vault in VAULTS),
    *UNFIT_KEYS,
    ImportKey("other-vault", "brought-key"),
    EnableCustomerManagedKeys("translator", "vault", "key"),
    EnableCustomerManagedKeys("third-translator", "third-vault", "key"),
    *each(CreateWorkspace, workspace=WORKSPACES, resource="translator"),
    *each(UploadDocument, document=DOCUMENTS, workspace="workspace"),
    *each(TrainModel, model=MODELS, workspace="workspace"),
    *each(DeployModel, model=MODELS),
    CreateWorkspace("fourth-workspace", "third-translator"),
    *(UploadDocument("fourth-document", "fourth-workspace"), TrainModel("fourth-model", "fourth-workspace")),
    DeployModel("fourth-model"),
    *(TranslateWithModel("model"), ReadData("workspace")) * OFTEN,
)
"""What each sequence of it begins with: two resources have keys of their own, and the other one can get any."""


AT_WORK: Commands = (
    *(ReadData("workspace"), TranslateWithModel("model"), ReadData("third-workspace")),
    *(TranslateWithModel("third-model"), TranslateWithModel("fourth-model")),
)

LIVES: tuple[Commands, ...] = tuple(
    (*CROWDED, *more)
    for more in (
        (RevokeKeyAccess("vault", "translator"), *AT_WORK, GrantKeyAccess("vault", "translator"), *AT_WORK),
        (DeleteVault("vault"), *AT_WORK, RecoverVault("vault"), *AT_WORK),
        (DisableIdentity("translator"), *AT_WORK, *each(DeployModel, model=MODELS)),
        (DisableIdentity("third-translator"), *AT_WORK, DeleteVault("third-vault"), DeleteResource("translator")),
        (
            *each(EnableCustomerManagedKeys, resource="other-translator", vault="third-vault", key="key"),
            *each(
                EnableCustomerManagedKeys,
                resource="other-translator",
                vault="other-vault",
                key=(*(command.key for command in UNFIT_KEYS), "brought-key"),
                through="api",
            ),
            RotateKey("third-vault", "key"),
            RevokeKeyAccess("other-vault", "other-translator"),
            *AT_WORK,
        ),
        (
            CreateVault("fourth-vault", *HOME),
            CreateKey("fourth-vault", "key"),
            EnableIdentity("translator"),
            EnableIdentity("third-translator"),
            *each(GrantKeyAccess, vault="fourth-vault", resource=RESOURCES),
            RevokeKeyAccess("fourth-vault", "other-translator"),
            DeleteVault("fourth-vault"),
            RecoverVault("fourth-vault"),
            DeleteKey("fourth-vault", "key"),
            *AT_WORK,
        ),
    )
)
"""What befalls it: each loss that the article states, and what must not be one."""


def crowd() -> Iterator[Command]:
    """What is done there."""
    yield from each(EnableCustomerManagedKeys, resource=RESOURCES, vault=VAULTS, key="key", through=("api", "portal"))
    keys = (*(command.key for command in UNFIT_KEYS), "brought-key")
    yield from each(
        EnableCustomerManagedKeys, resource="other-translator", vault="other-vault", key=keys, through="api"
    )
    for vault in VAULTS:
        yield from (DeleteVault(vault), RecoverVault(vault), *key_life(vault, "key"))
        yield from (GrantKeyAccess(vault, resource) for resource in RESOURCES)
        yield from (RevokeKeyAccess(vault, resource) for resource in RESOURCES)
    for resource in RESOURCES:
        yield from (*identity(resource), ReturnToMicrosoftManagedKeys(resource), DeleteResource(resource))
    for region in ("westeurope", "eastus"):
        for protected in (True, False):
            yield from creates_vault("fourth-vault", region=region, purge_protection=protected)
    yield from (CreateKey("fourth-vault", "key"), EnablePurgeProtection("fourth-vault"))
    for resource in RESOURCES:
        yield from access(resource, "fourth-vault")
        yield EnableCustomerManagedKeys(resource, "fourth-vault", "key", through="api")
    yield from each(ReadData, workspace=(*WORKSPACES, "fourth-workspace"))
    for model in (*MODELS, "fourth-model"):
        yield from (DeployModel(model), TranslateWithModel(model))
    yield from each(CreateWorkspace, workspace="fifth-workspace", resource=RESOURCES)
    yield from each(UploadDocument, document="fifth-document", workspace=("workspace", "fifth-workspace"))
    yield from each(TrainModel, model="fifth-model", workspace=("workspace", "fifth-workspace"))
