"""Theorems about what is reached: states of interest, each of which a search of the named scopes must reach."""

from collections.abc import Callable
from functools import partial
from typing import Any

from ...machine.entities import CUSTOMER, Document, Entity, Grant, Key, Model, Resource, Vault, Workspace
from .states import CAUSES, has_lost_its_key, home
from .theorem import Theorem


def reached(
    about: type[Entity], name: str, requirements: str, within: str, sentence: str, so: Callable[[Any], Any]
) -> Theorem:
    """Return the theorem that such an entity of this kind is reached in each of these scopes."""
    return Theorem(
        "sometimes", (about,), f"reached-{name}", f"{sentence}.", tuple(requirements.split()), so, tuple(within.split())
    )


def at_work(resource: Any) -> bool:
    """Return whether the resource is under a customer's key that is within reach."""
    return resource.state == "active" and resource.key_source == CUSTOMER and not has_lost_its_key(resource)


def on_the_key_of(resource: Any) -> list[Any]:
    """Return the other resources that have the same key."""
    others = [r for r in resource.world.every(Resource) if r.name != resource.name and r.key is not None]
    return [r for r in others if resource.key is not None and r.key.name == resource.key.name]


def active_and(holds: Callable[[Any], bool], resource: Any) -> bool:
    return bool(resource.state == "active" and holds(resource))


WITHIN = {
    "revoked": "losing-the-key demands tenants one-of-each two-resources",
    "vault-deleted": "losing-the-key one-of-each two-resources",
    "key-deleted": "one-of-each",
    "key-disabled": "losing-the-key demands one-of-each",
    "left-behind": "tenants",
}

"""For each cause, the scopes in which it makes a key inaccessible."""

THEOREMS = (
    *(
        reached(
            Resource,
            f"key-lost-{name}",
            requirement,
            WITHIN[name],
            f"A state is reached in which a resource at work has lost its key, as {clause}",
            partial(active_and, holds),
        )
        for name, clause, requirement, holds in CAUSES
        if name in WITHIN
    ),
    reached(
        Resource,
        "customer-managed",
        "keys.enable encryption.double",
        "losing-the-key demands tenants one-of-each two-resources",
        "A resource gets under a customer's key",
        at_work,
    ),
    reached(
        Resource,
        "multi-service-customer-managed",
        "resource.kinds",
        "demands",
        "A multi-service resource gets under a customer's key",
        lambda r: at_work(r) and r.kind != "Translator",
    ),
    reached(
        Resource,
        "imported-key-in-use",
        "keys.any-origin",
        "demands",
        "An imported key is put in use",
        lambda r: at_work(r) and r.key.origin == "imported",
    ),
    reached(
        Resource,
        "vault-of-another-subscription-in-use",
        "vault.other-subscription",
        "demands tenants",
        "A key is put in use whose vault is in another subscription",
        lambda r: at_work(r) and r.key.vault.subscription.name != r.subscription.name,
    ),
    reached(
        Resource,
        "enabled-again-after-a-move",
        "tenant.key-left-behind",
        "tenants",
        "A resource that changed tenant gets under a customer's key again",
        lambda r: at_work(r) and home(r) == "abroad",
    ),
    reached(
        Resource,
        "one-of-two-lost",
        "revocation.only-that-resource",
        "two-resources",
        "Of two resources on one key, one has lost access and the other is at work",
        lambda r: at_work(r) and any(has_lost_its_key(other) for other in on_the_key_of(r)),
    ),
    reached(
        Resource,
        "global",
        "resource.regional",
        "demands",
        "A global resource is created",
        lambda r: r.location.name == "global",
    ),
    reached(
        Resource,
        "tier-without-keys",
        "encryption.tier encryption.no-section",
        "demands",
        "A resource is created on a tier with Microsoft-managed keys only",
        lambda r: not r.tier.supports_customer_managed_keys,
    ),
    reached(
        Workspace,
        "covered",
        "workspace.covered",
        "losing-the-key tenants one-of-each two-resources",
        "A workspace is made under the customer's key",
        lambda w: w.covered and at_work(w.resource),
    ),
    reached(
        Workspace,
        "earlier-uncovered",
        "workspace.earlier-uncovered",
        "tenants one-of-each two-resources",
        "A workspace was there before its resource got under a customer's key",
        lambda w: not w.covered and at_work(w.resource),
    ),
    reached(
        Document,
        "upload-under-the-key",
        "environment.upload workspace.covered",
        "losing-the-key tenants one-of-each two-resources",
        "A document is kept under the customer's key",
        lambda d: d.state == "uploaded" and d.workspace.covered,
    ),
    reached(
        Document,
        "upload-lost-with-the-key-back",
        "restoration.uploads-stay-deleted restoration.data-readable",
        "losing-the-key tenants one-of-each two-resources",
        "An upload is gone though its key is back and what is left can be read",
        lambda d: d.state == "deleted" and at_work(d.workspace.resource) and d.workspace.readable,
    ),
    reached(
        Model,
        "deployed-under-the-key",
        "environment.deploy workspace.covered",
        "losing-the-key tenants one-of-each two-resources",
        "A model is deployed under the customer's key",
        lambda m: m.state == "deployed" and m.workspace.covered,
    ),
    reached(
        Model,
        "deployed-again-by-hand",
        "restoration.no-redeploy",
        "losing-the-key tenants one-of-each two-resources",
        "A model is deployed again by hand after its uploads were lost",
        lambda m: m.state == "deployed" and m.workspace.covered and lost_uploads(m.workspace),
    ),
    reached(
        Key,
        "rotated-key-in-use",
        "keys.rotate keys.rotation-keeps-data",
        "one-of-each",
        "A key that is in use has been rotated",
        lambda k: k.version > 1 and any(at_work(r) and r.key.name == k.name for r in k.world.every(Resource)),
    ),
    reached(
        Key,
        "key-purged",
        "environment.purge-key",
        "vaults-and-keys",
        "A key is purged",
        lambda k: k.state == "purged" and k.vault.soft_delete,
    ),
    reached(
        Vault,
        "vault-purged",
        "environment.purge-vault environment.end-of-retention",
        "vaults-and-keys",
        "A vault with soft delete is gone for good",
        lambda v: v.state == "purged" and v.soft_delete,
    ),
    reached(
        Grant,
        "access-kept-while-deleted",
        "environment.delete-vault environment.recover-vault",
        "losing-the-key one-of-each two-resources",
        "A deleted vault keeps its access policies, for when it is recovered",
        lambda g: g.vault.state == "deleted",
    ),
)


def lost_uploads(workspace: Any) -> bool:
    """Return whether uploads of the workspace were deleted and none is kept."""
    states = {d.state for d in workspace.world.every(Document) if d.workspace.name == workspace.name}
    return states == {"deleted"}
