"""Theorems about every state: encryption, access, and for every cause of a lost key every loss."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ...language.facts import ABSENT, Fact
from ...machine.entities import (
    CUSTOMER,
    Document,
    Entity,
    Grant,
    Model,
    Resource,
    Role,
    Workspace,
)
from ...machine.meanings import key_inaccessible
from ...machine.rows import Means
from .steps import look_up
from .theorem import Theorem, always, collected, fact, rows_without_words


class KeyLossCause(NamedTuple):
    """A way to lose access to a key: a name, a clause, a requirement, and a test of the
    resource.
    """

    name: str
    clause: str
    requirement: str
    holds: Callable[[Any], Any]


def is_granted(resource: Any, vault: Any) -> bool:
    """Return whether there is a grant of the resource's identity on the vault."""
    return look_up(resource.world, Grant, f"{vault.name}/{resource.name}") is not None


def has_role(resource: Any, vault: Any) -> bool:
    """Return whether the resource's identity has a role on the vault."""
    return look_up(resource.world, Role, f"{vault.name}/{resource.name}") is not None


def is_in_vain(resource: Any, vault: Any) -> bool:
    """Return whether there is a grant of the resource's identity on a vault that goes by roles."""
    return vault.permission_model == "rbac" and is_granted(resource, vault)


def has_access(resource: Any, vault: Any) -> bool:
    """Return whether what decides about access to the vault lets the resource's identity use its
    keys, be it for what a role is worth.
    """
    if vault.permission_model == "rbac":
        return has_role(resource, vault)
    return is_granted(resource, vault)


def has_lost_its_key(resource: Any) -> bool:
    """Return whether the resource's customer-managed key is inaccessible, for any cause."""
    return any(cause.holds(resource) for cause in CAUSES)


def home(thing: Any) -> str:
    """Return the tenant that the thing's subscription is in."""
    return str(thing.subscription.tenant.name)


IN_OWN_WORDS = (
    KeyLossCause(
        "revoked",
        "its access to the key vault is gone",
        "revocation.access-revoked",
        lambda r: (
            r.key is not None
            and not has_access(r, r.key.vault)
            and not is_in_vain(r, r.key.vault)
            and not (r.identity and home(r.key.vault) != home(r))
        ),
    ),
    KeyLossCause(
        "vault-switched",
        "the key vault uses Azure RBAC, and no role gives access",
        "revocation.vault-switched",
        lambda r: (
            r.key is not None and is_in_vain(r, r.key.vault) and not has_access(r, r.key.vault)
        ),
    ),
    KeyLossCause(
        "vault-moved",
        "the key vault moved to another tenant",
        "tenant.vault-moved",
        lambda r: r.key is not None and home(r.key.vault) != home(r),
    ),
    KeyLossCause(
        "vault-deleted",
        "the key vault is deleted",
        "revocation.vault-deleted",
        lambda r: r.key is not None and r.key.vault.state in ("deleted", "purged"),
    ),
    KeyLossCause(
        "key-deleted",
        "the key is deleted",
        "revocation.key-deleted",
        lambda r: r.key is not None and r.key.state in ("deleted", "purged"),
    ),
    KeyLossCause(
        "key-disabled",
        "the key is disabled",
        "revocation.key-disabled",
        lambda r: r.key is not None and r.key.enabled is False,
    ),
    KeyLossCause(
        "left-behind",
        "the key was left behind in a move",
        "tenant.key-left-behind",
        lambda r: r.key_source == CUSTOMER and r.key is None,
    ),
)


def causes_of_rows() -> Iterator[KeyLossCause]:
    """Yield a cause for each row of this meaning that has no words of its own."""
    known = {(key_inaccessible, cause.requirement) for cause in IN_OWN_WORDS}
    for row in rows_without_words(Means, "meaning", known):
        if row.meaning is key_inaccessible:
            clause = f"{row.requirement} takes the key"
            yield KeyLossCause(row.requirement, clause, row.requirement, row.when)


CAUSES = (*IN_OWN_WORDS, *causes_of_rows())
"""Everything that makes a resource's key inaccessible."""


@always(Resource, by="encryption.section encryption.no-section")
def encryption_section_where_the_tier_has_it(resource: Any) -> Iterator[Fact]:
    """The portal shows an Encryption section exactly where the pricing tier supports
    customer-managed keys.
    """
    if resource.state == "active":
        yield fact(resource, "encryption_section", resource.tier.supports_customer_managed_keys)


@always(Resource, by="identity.registered")
def registered_with_the_identity(resource: Any) -> Iterator[Fact]:
    """A resource is registered with Microsoft Entra ID exactly while its managed identity is on."""
    if resource.state == "active":
        yield fact(resource, "registered", resource.identity)


@always(Resource, by="keys.enable keys.return")
def own_key_only_when_customer_managed(resource: Any) -> Iterator[Fact]:
    """A resource under Microsoft-managed keys has no key of its own."""
    if resource.state == "active" and resource.key_source != CUSTOMER:
        yield fact(resource, "key", ABSENT)


@always(
    Grant,
    by="identity.access-removed identity.access-removed-elsewhere identity.needed-for-access "
    "tenant.no-cross-tenant-access tenant.not-transferred tenant.vault-moved",
)
def no_access_without_identity(grant: Any) -> Iterator[Fact]:
    """A resource has access to a key vault only while it exists, has its identity, and is in the
    vault's tenant.
    """
    resource = grant.resource
    if grant.vault.state == "active":
        same_tenant = home(resource) == home(grant.vault)
        yield fact(
            grant, "exists", resource.state == "active" and resource.identity and same_tenant
        )


@always(
    Role,
    by="environment.role-needs-identity environment.role-ends-with-identity "
    "environment.role-stays-behind",
)
def no_role_without_identity(role: Any) -> Iterator[Fact]:
    """A resource has a role on a key vault only while it exists, has its identity, and is in the
    vault's tenant.
    """
    resource = role.resource
    if role.vault.state == "active":
        same_tenant = home(resource) == home(role.vault)
        has_identity = resource.state == "active" and resource.identity
        yield fact(role, "exists", has_identity and same_tenant)


@always(Workspace, by="restoration.data-readable")
def readable_with_the_key_in_reach(workspace: Any) -> Iterator[Fact]:
    """Data can be read wherever no key is inaccessible, also after one was."""
    exists = workspace.state == "active" and workspace.resource.state == "active"
    if exists and not has_lost_its_key(workspace.resource):
        yield fact(workspace, "readable", True)


@always(Workspace, Document, Model, by="workspace.ends-with-resource")
def nothing_outlives_its_resource(entity: Any) -> Iterator[Fact]:
    """With a deleted resource its workspaces, documents and models are gone."""
    resource = workspace_of(entity).resource
    if resource.state == "deleted":
        yield fact(entity, "exists", False)


def workspace_of(entity: Any) -> Any:
    """Return the workspace that an entity is, or is in."""
    return entity if isinstance(entity, Workspace) else entity.workspace


# Every cause of a lost key, and every loss


class LossWithKey(NamedTuple):
    """What is lost with the key: its kind, the requirement, a clause that no longer holds, and the
    fact that does.
    """

    kind: type[Entity]
    requirement: str
    clause: str
    field: str
    value: Any


LOSSES = (
    LossWithKey(Workspace, "revocation.data-inaccessible", "data can be read", "readable", False),
    LossWithKey(Model, "revocation.undeploys", "model is deployed", "state", "undeployed"),
    LossWithKey(Document, "revocation.deletes-uploads", "upload is kept", "exists", False),
)


def loss_theorem(cause: KeyLossCause, loss: LossWithKey, covered: bool) -> Theorem:
    """Return the theorem that while a cause holds, this is lost in workspaces made under the key,
    or in earlier ones.
    """

    def check(entity: Any) -> Iterator[Fact]:
        workspace = workspace_of(entity)
        resource = workspace.resource
        if workspace.covered is covered and resource.state == "active" and cause.holds(resource):
            yield fact(entity, loss.field, loss.value)

    _, _, word = loss.requirement.partition(".")
    name = f"{word}-when-{cause.name}"
    if covered:
        made = "made under the key"
        of_workspaces = "workspace.covered"
    else:
        name += "-earlier"
        made = "made before the key"
        of_workspaces = "revocation.earlier-workspaces"
    sentence = f"While {cause.clause}, no {loss.clause} in a workspace {made}."
    requirements = (loss.requirement, cause.requirement, of_workspaces)
    return Theorem("always", (loss.kind,), name, sentence, requirements, check)


def loss_theorems() -> Iterator[Theorem]:
    """Yield for every cause every loss, in workspaces made under the key and in earlier ones."""
    for cause in CAUSES:
        for loss in LOSSES:
            yield loss_theorem(cause, loss, covered=True)
            yield loss_theorem(cause, loss, covered=False)


THEOREMS = (*collected(globals()), *loss_theorems())
