"""The scopes in which mutants are judged: the small ones, and a few in which one thing can be taken for another.

A mutant that confuses two things of a kind shows only where there are two that differ.  These scopes have them, with
few commands, so all mutants together can be searched in each of them.
"""

from ...machine.commands import (
    CreateKey,
    DeleteKey,
    DeleteResource,
    DeployModel,
    DisableKey,
    EnableCustomerManagedKeys,
    EnableIdentity,
    EnablePurgeProtection,
    EnableSoftDelete,
    EndVaultRetention,
    GrantKeyAccess,
    ImportKey,
    MoveResource,
    MoveResourceGroup,
    MoveSubscription,
    PurgeVault,
    ReadData,
    RecoverKey,
    ReturnToMicrosoftManagedKeys,
    RevokeKeyAccess,
    TrainModel,
    TranslateWithModel,
    UndeployModel,
    UploadDocument,
)
from ..commands import chosen
from ..scopes import (
    RESOURCES,
    Commands,
    Scope,
    access,
    creates_resource,
    creates_vault,
    deletes_and_recovers,
    each,
    key_life,
    of_both,
    switches,
)

VAULTS = ("vault", "other-vault")
WORKSPACES = ("workspace", "other-workspace")
MODELS = ("model", "other-model")


def vault_life(vault: str) -> Commands:
    """Return a vault from creation to the end."""
    ends = (PurgeVault(vault), EndVaultRetention(vault))
    return (EnableSoftDelete(vault), EnablePurgeProtection(vault), *deletes_and_recovers(vault), *ends)


TWO_OF_A_KIND = (
    Scope(
        "two-vaults",
        "Two key vaults, each with other protections, from creation to the end.",
        None,
        (
            *(*creates_vault("vault"), *creates_vault("other-vault", soft_delete=False, purge_protection=False)),
            *(*vault_life("vault"), *vault_life("other-vault")),
        ),
        states=36,
    ),
    Scope(
        "two-keys",
        "Keys in two key vaults, one of them without protections, from creation to the end.",
        None,
        (
            *(
                *creates_vault("vault"),
                *creates_vault("other-vault", soft_delete=(True, False), purge_protection=False),
            ),
            *(CreateKey("vault", "key"), *key_life("vault", "key")),
            *(ImportKey("other-vault", "key", "EC", 3072), *key_life("other-vault", "key")),
        ),
        states=230,
    ),
    Scope(
        "two-choices",
        "Two resources, vaults and keys, one of each fit for customer-managed keys and the other not.",
        None,
        (
            *creates_resource("translator"),
            *creates_resource("other-translator", location="eastus", tier="basic-tier", subscription="foreign"),
            *creates_resource("other-translator", location="global", subscription="foreign"),
            *creates_vault("vault"),
            *creates_vault("other-vault", region="eastus", subscription="foreign"),
            *creates_vault("other-vault", soft_delete=False, purge_protection=False, permission_model="rbac"),
            *each(CreateKey, vault=VAULTS, key="key"),
            *each(CreateKey, vault="vault", key="other-key", type=("EC", "oct", "RSA-HSM"), size=2048),
            CreateKey("vault", "other-key", "RSA", 1024),
            DisableKey("vault", "other-key"),
            EnableIdentity("translator"),
            GrantKeyAccess("vault", "translator"),
            *each(EnableCustomerManagedKeys, resource=RESOURCES, vault=VAULTS, key="key", through=("portal", "api")),
            *each(EnableCustomerManagedKeys, resource=RESOURCES, vault="vault", key="other-key", through="api"),
        ),
        states=1_260,
    ),
    Scope(
        "two-at-work",
        "Two resources at work, each with workspaces of its own, as one or both of them lose their key.",
        "two resources that share a vault and a key",
        (
            *of_both(access, "vault"),
            *each(UploadDocument, document="third-document", workspace=WORKSPACES),
            *each(TrainModel, model="third-model", workspace=WORKSPACES),
            *(*each(ReadData, workspace=WORKSPACES), *each(TranslateWithModel, model=MODELS)),
            *(*each(DeployModel, model=MODELS), *each(UndeployModel, model=MODELS)),
        ),
        states=285,
    ),
    Scope(
        "two-losses",
        "Two resources at work on one of two vaults and one of two keys, as the one or the other vault or key is lost.",
        "two resources that share a vault and a key",
        (
            *(*creates_vault("other-vault"), *deletes_and_recovers("vault"), *deletes_and_recovers("other-vault")),
            *(CreateKey("vault", "other-key"), *switches("vault", "key"), *switches("vault", "other-key")),
            *(DeleteKey("vault", "key"), RecoverKey("vault", "key"), DeleteKey("vault", "other-key")),
            CreateKey("other-vault", "key"),
            *(GrantKeyAccess("other-vault", "translator"), RevokeKeyAccess("vault", "translator")),
            *(DeleteResource("translator"), ReturnToMicrosoftManagedKeys("translator")),
        ),
        states=2_790,
    ),
    Scope(
        "two-moves",
        "Two resources and two vaults in groups of their own, moved between subscriptions and tenants.",
        "a vault in a resource group of its own",
        (
            *creates_resource("other-translator", subscription=("production", "foreign"), group="others"),
            *creates_vault("other-vault", subscription=("production", "foreign"), group="others"),
            *each(MoveResource, resource=RESOURCES, subscription=("production", "foreign"), group="apps"),
            *each(MoveResourceGroup, group=("apps", "others", "vaults"), subscription="production", to="foreign"),
            *each(MoveSubscription, subscription="production", tenant=("home", "abroad")),
            *each(EnableIdentity, resource=RESOURCES),
            *each(GrantKeyAccess, vault=VAULTS, resource=RESOURCES),
            RevokeKeyAccess("other-vault", "translator"),
        ),
        states=1_578,
    ),
)

WORLDS = tuple(sorted((*chosen(None), *TWO_OF_A_KIND), key=lambda scope: scope.states or 0))
"""The smallest first, since a difference that any scope shows is found soonest there."""
