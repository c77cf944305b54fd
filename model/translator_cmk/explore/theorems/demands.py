"""The demands and the silences, each told once more in words that are not those of the rows."""

from collections.abc import Callable
from typing import Any, NamedTuple

from ...machine import Command
from ...machine.commands import (
    CreateResource,
    DeployModel,
    EnableCustomerManagedKeys,
    EnablePurgeProtection,
    GrantKeyAccess,
    MoveResource,
    MoveResourceGroup,
    MoveSubscription,
    PurgeKey,
    PurgeVault,
    ReadData,
    ReturnToMicrosoftManagedKeys,
    TrainModel,
    TranslateWithModel,
    UploadDocument,
)
from ...machine.entities import CUSTOMER, Document
from .building import has_access, has_lost_its_key, home


def has_upload(workspace: Any) -> bool:
    """Whether an uploaded document is kept in the workspace."""
    documents = workspace.world.every(Document)
    return any(d.workspace.name == workspace.name for d in documents if d.state == "uploaded")


class Demand(NamedTuple):
    """A reason to refuse a command (or, for a silence, to say nothing), and when it is one."""

    on: type[Command]
    requirement: str
    sentence: str
    broken: Callable[[Any], bool]


def enabling(requirement: str, sentence: str, broken: Callable[[Any], bool], of_vault: bool = True) -> Demand:
    """A demand of enabling customer-managed keys; most are of a vault and its key, so that one must be named."""
    return Demand(
        EnableCustomerManagedKeys, requirement, sentence, lambda a: not (of_vault and a.vault is None) and broken(a)
    )


DEMANDS = (
    enabling(
        "encryption.tier",
        "Customer-managed keys are refused on a pricing tier without them, and only there",
        lambda a: not a.resource.tier.supports_customer_managed_keys,
        of_vault=False,
    ),
    enabling(
        "resource.regional",
        "Customer-managed keys are refused for a global resource, and only there",
        lambda a: a.resource.location.name == "global",
        of_vault=False,
    ),
    enabling(
        "keys.vault-only",
        "A key that is held elsewhere than in Azure Key Vault is refused",
        lambda a: a.store != "key-vault",
        of_vault=False,
    ),
    enabling(
        "keys.rsa-2048",
        "A key is refused exactly where it is not an RSA key of 2048 bits",
        lambda a: a.key.size != 2048 or not a.key.type.startswith("RSA"),
    ),
    enabling(
        "keys.no-hsm",
        "A key that a hardware module protects is refused, whatever its size",
        lambda a: a.key.type.endswith("HSM"),
    ),
    enabling(
        "environment.enabled-key",
        "A disabled key is refused until it is enabled again",
        lambda a: a.key.enabled is False,
    ),
    enabling(
        "vault.same-region",
        "A regional resource is refused a key of another region",
        lambda a: a.resource.location.name not in ("global", a.vault.region.name),
    ),
    enabling(
        "vault.same-directory",
        "A key is refused exactly where its vault is in another directory than the resource",
        lambda a: home(a.vault) != home(a.resource),
    ),
    enabling(
        "vault.access-policy",
        "Through the API, and not through the portal, access must have been granted beforehand",
        lambda a: a.through == "api" and home(a.vault) == home(a.resource) and not has_access(a.resource, a.vault),
    ),
    enabling(
        "vault.soft-delete",
        "A vault without soft delete is refused",
        lambda a: not a.vault.soft_delete,
    ),
    enabling(
        "vault.purge-protection",
        "A vault without purge protection is refused",
        lambda a: not a.vault.purge_protection,
    ),
    enabling(
        "vault.permission-model",
        "A vault that does without access policies is refused",
        lambda a: a.vault.permission_model == "rbac",
    ),
    Demand(
        CreateResource,
        "resource.not-at-creation",
        "Customer-managed keys can't be asked for while the resource is created",
        lambda a: a.keys == CUSTOMER,
    ),
    Demand(
        GrantKeyAccess,
        "identity.needed-for-access",
        "Access is granted to nobody without a managed identity",
        lambda a: not a.resource.identity,
    ),
    Demand(
        GrantKeyAccess,
        "directory.no-cross-directory-access",
        "Access is granted within one directory only",
        lambda a: home(a.vault) != home(a.resource),
    ),
    Demand(
        EnablePurgeProtection,
        "environment.protection-order",
        "Purge protection is refused to a vault without soft delete",
        lambda a: not a.vault.soft_delete,
    ),
    Demand(
        PurgeVault,
        "environment.no-vault-purge",
        "A vault under purge protection can't be purged",
        lambda a: a.vault.purge_protection,
    ),
    Demand(
        PurgeKey,
        "environment.no-key-purge",
        "A key in a vault under purge protection can't be purged",
        lambda a: a.vault.purge_protection,
    ),
    Demand(
        ReadData,
        "revocation.data-inaccessible",
        "Data can't be read while the key is out of reach, and only then",
        lambda a: has_lost_its_key(a.workspace.resource),
    ),
    Demand(
        UploadDocument,
        "revocation.no-upload",
        "Nothing is uploaded while the key is out of reach",
        lambda a: has_lost_its_key(a.workspace.resource),
    ),
    Demand(
        TrainModel,
        "revocation.features-stop",
        "No model is trained while the key is out of reach",
        lambda a: has_lost_its_key(a.workspace.resource),
    ),
    Demand(
        DeployModel,
        "revocation.features-stop",
        "No model is deployed while the key is out of reach",
        lambda a: has_lost_its_key(a.model.workspace.resource),
    ),
    Demand(
        TranslateWithModel,
        "revocation.features-stop",
        "No custom model translates while the key is out of reach",
        lambda a: has_lost_its_key(a.model.workspace.resource),
    ),
    Demand(
        TrainModel,
        "environment.train",
        "Training needs an upload that is kept",
        lambda a: not has_lost_its_key(a.workspace.resource) and not has_upload(a.workspace),
    ),
    Demand(
        TranslateWithModel,
        "environment.translate",
        "Translating with a custom model needs it deployed",
        lambda a: not has_lost_its_key(a.model.workspace.resource) and a.model.state != "deployed",
    ),
)

SILENCES = (
    enabling(
        "keys.change",
        "What comes of asking for another key than the one in use is left open, and nothing else is",
        lambda a: a.resource.key is not None and a.resource.key.name != a.key.name,
    ),
    Demand(
        ReturnToMicrosoftManagedKeys,
        "keys.return-out-of-reach",
        "What comes of giving up a key that is out of reach is left open",
        lambda a: has_lost_its_key(a.resource),
    ),
    Demand(
        MoveResource,
        "environment.move-nowhere",
        "What comes of moving a resource to its own group and subscription is left open",
        lambda a: (a.resource.subscription.name, a.resource.group) == (a.subscription.name, a.group),
    ),
    Demand(
        MoveResourceGroup,
        "environment.move-nowhere",
        "What comes of moving a resource group to its own subscription is left open",
        lambda a: a.subscription.name == a.to.name,
    ),
    Demand(
        MoveSubscription,
        "environment.move-nowhere",
        "What comes of moving a subscription to its own directory is left open",
        lambda a: home(a) == a.directory.name,
    ),
)
