"""Scopes: bounded worlds, as data.  Each has a start, commands over a few names, and a bound on the versions of keys.

A name is given once and never again, so that with that bound every scope is finite.
"""

from ..machine.commands import (
    CreateKey,
    CreateWorkspace,
    DeleteKey,
    DeleteResource,
    DeployModel,
    EnableCustomerManagedKeys,
    EnableIdentity,
    EnablePurgeProtection,
    EnableSoftDelete,
    EndVaultRetention,
    ImportKey,
    PurgeVault,
    ReadData,
    RecoverKey,
    RotateKey,
    TrainModel,
    UploadDocument,
)
from .alphabets import (
    RESOURCES,
    TRANSLATOR,
    access,
    creates_resource,
    creates_vault,
    deletes_and_recovers,
    demanded,
    each,
    identity,
    key_life,
    key_source,
    moves,
    of_both,
    one_vault_for_all,
    switches,
    two_lives,
    two_of_each,
    work,
)
from .scope import Scope

__all__ = ["SCOPES", "Scope"]

SCOPES = (
    Scope(
        "losing-the-key",
        "A deployed model under a customer's key, four ways to lose the key and what gets it back.",
        "a deployed model under customer-managed keys",
        (
            *identity("translator"),
            *access("translator", "vault"),
            *deletes_and_recovers("vault"),
            *switches("vault", "key"),
            *(DeployModel("model"), ReadData("workspace")),
        ),
        states=14,
    ),
    Scope(
        "vaults-and-keys",
        "A key vault, with its protections and without, and its key, from creation to the end.",
        None,
        (
            *creates_vault("vault", soft_delete=(True, False), purge_protection=False),
            *creates_vault("vault"),
            *(EnableSoftDelete("vault"), EnablePurgeProtection("vault")),
            *(*deletes_and_recovers("vault"), PurgeVault("vault"), EndVaultRetention("vault")),
            *(CreateKey("vault", "key"), ImportKey("vault", "key"), *key_life("vault", "key")),
        ),
        versions=3,
        states=273,
    ),
    Scope(
        "demands",
        "Right and wrong resources, vaults and keys, and the enabling of customer-managed keys with each.",
        None,
        tuple(demanded()),
        states=1_982,
    ),
    Scope(
        "directories",
        "Resource and vault move between subscriptions and directories, alone and together.",
        "a vault in a resource group of its own",
        (
            *(UploadDocument("document", "workspace"), TrainModel("model", "workspace"), DeployModel("model")),
            *moves("translator", "apps", "vaults"),
            *(EnableIdentity("translator"), *access("translator", "vault")),
            *key_source("translator", "vault", "key"),
            *creates_resource("other-translator", keys="customer-managed"),
            CreateWorkspace("other-workspace", "translator"),
        ),
        states=2_584,
    ),
    Scope(
        "one-of-each",
        "One resource, vault, key, workspace, document and model, through all that can be done with them.",
        None,
        (
            *(*creates_resource("translator"), DeleteResource("translator")),
            *creates_resource("other-translator", keys=("microsoft-managed", "customer-managed")),
            *(*creates_vault("vault"), *deletes_and_recovers("vault")),
            *(CreateKey("vault", "key"), *key_life("vault", "key")),
            *(*identity("translator"), *access("translator", "vault"), *key_source("translator", "vault", "key")),
            *work(*TRANSLATOR),
        ),
        versions=3,
        states=2_894,
    ),
    Scope(
        "two-resources",
        "Two resources at work on one vault and key, each losing the key, deleted or going back by itself.",
        "two resources that share a vault and a key",
        (
            *(*of_both(identity), *of_both(access, "vault"), *of_both(key_source, "vault", "key")),
            *(*each(DeleteResource, resource=RESOURCES), *each(DeployModel, model=("model", "other-model"))),
            *(CreateKey("vault", "other-key"), EnableCustomerManagedKeys("other-translator", "vault", "other-key")),
            *deletes_and_recovers("vault"),
        ),
        states=1_820,
    ),
    Scope(
        "two-of-each",
        "Two resources from nothing, each with its work, that share a key or have one each.",
        None,
        (
            *two_of_each(),
            *(*switches("vault", "key"), *switches("vault", "other-key")),
            *(DeleteKey("vault", "key"), RecoverKey("vault", "key"), RotateKey("vault", "key")),
        ),
        states=144_729,
    ),
    Scope(
        "two-lives",
        "Two resources from nothing to deletion, each with its work, and two keys with all that can be done to them.",
        None,
        tuple(two_lives()),
        states=1_079_777,
    ),
    Scope(
        "six-resources",
        "Six resources that share a key vault and its key: whatever befalls one, in every state of all the others.",
        None,
        tuple(one_vault_for_all(6, keys=1)),
        states=950_113,
    ),
    Scope(
        "six-resources-two-keys",
        "The same with a second key, which each of them may have instead.",
        None,
        tuple(one_vault_for_all(6, keys=2)),
        states=33_891_305,
    ),
    Scope(
        "eight-resources",
        "Eight resources that share a key vault and its key.",
        None,
        tuple(one_vault_for_all(8, keys=1)),
        states=46_256_041,
    ),
)
