"""Theorems about every state: encryption, access, and for every cause of a lost key every loss."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ...language.facts import ABSENT, Fact
from ...machine.entities import CUSTOMER, Document, Grant, Model, Resource, Workspace
from ...machine.meanings import key_inaccessible
from ...machine.rows import Means
from .theorem import Theorem, always, collected, fact, look_up, rows_without_words


class Cause(NamedTuple):
    """A way to lose access to a key: a name, a clause, a requirement, and a test of the resource."""

    name: str
    clause: str
    requirement: str
    holds: Callable[[Any], Any]


def has_access(resource: Any, vault: Any) -> bool:
    """Return whether there is a grant of the resource's identity on the vault."""
    return look_up(resource.world, Grant, f"{vault.name}/{resource.name}") is not None


def has_lost_its_key(resource: Any) -> bool:
    """Return whether the resource's customer-managed key is inaccessible, for any cause."""
    return any(cause.holds(resource) for cause in CAUSES)


def home(thing: Any) -> str:
    """Return the tenant that the thing's subscription is in."""
    return str(thing.subscription.tenant.name)


IN_OWN_WORDS = (
    Cause(
        "revoked",
        "its access to the key vault is gone",
        "revocation.access-revoked",
        lambda r: r.key is not None and not has_access(r, r.key.vault),
    ),
    Cause(
        "vault-deleted",
        "the key vault is deleted",
        "revocation.vault-deleted",
        lambda r: r.key is not None and r.key.vault.state in ("deleted", "purged"),
    ),
    Cause(
        "key-deleted",
        "the key is deleted",
        "revocation.key-deleted",
        lambda r: r.key is not None and r.key.state in ("deleted", "purged"),
    ),
    Cause(
        "key-disabled",
        "the key is disabled",
        "revocation.key-disabled",
        lambda r: r.key is not None and r.key.enabled is False,
    ),
    Cause(
        "left-behind",
        "the key was left behind in a move",
        "tenant.key-left-behind",
        lambda r: r.key_source == CUSTOMER and r.key is None,
    ),
)

CAUSES = IN_OWN_WORDS + tuple(
    Cause(row.requirement, f"{row.requirement} takes the key", row.requirement, row.when)
    for row in rows_without_words(Means, "meaning", {(key_inaccessible, each.requirement) for each in IN_OWN_WORDS})
    if row.meaning is key_inaccessible
)
"""Everything that makes a resource's key inaccessible."""


@always(Resource, by="encryption.section encryption.no-section")
def encryption_section_where_the_tier_has_it(r: Any) -> Iterator[Fact]:
    """The portal shows an Encryption section exactly where the pricing tier supports customer-managed keys."""
    if r.state == "active":
        yield fact(r, "encryption_section", r.tier.supports_customer_managed_keys)


@always(Resource, by="identity.registered")
def registered_with_the_identity(r: Any) -> Iterator[Fact]:
    """A resource is registered with Microsoft Entra ID exactly while its managed identity is on."""
    if r.state == "active":
        yield fact(r, "registered", r.identity)


@always(Resource, by="keys.enable keys.return")
def own_key_only_when_customer_managed(r: Any) -> Iterator[Fact]:
    """A resource under Microsoft-managed keys has no key of its own."""
    if r.state == "active" and r.key_source != CUSTOMER:
        yield fact(r, "key", ABSENT)


@always(
    Grant,
    by="identity.access-removed identity.needed-for-access tenant.no-cross-tenant-access tenant.not-transferred "
    "environment.vault-moved environment.delete-resource",
)
def no_access_without_identity(g: Any) -> Iterator[Fact]:
    """A resource has access to a key vault only while it exists, has its identity, and is in the vault's tenant."""
    if g.vault.state == "active":
        r = g.resource
        yield fact(g, "exists", r.state == "active" and r.identity and home(r) == home(g.vault))


@always(Workspace, by="restoration.data-readable")
def readable_with_the_key_in_reach(w: Any) -> Iterator[Fact]:
    """Data can be read wherever no key is inaccessible, also after one was."""
    if w.state == "active" and w.resource.state == "active" and not has_lost_its_key(w.resource):
        yield fact(w, "readable", True)


@always(Workspace, Document, Model, by="environment.delete-resource")
def nothing_outlives_its_resource(entity: Any) -> Iterator[Fact]:
    """With a deleted resource its workspaces, documents and models are gone."""
    resource = entity.resource if isinstance(entity, Workspace) else entity.workspace.resource
    if resource.state == "deleted":
        yield fact(entity, "exists", False)


LOSSES: tuple[tuple[Any, str, str, str, Any], ...] = (
    (Workspace, "revocation.data-inaccessible", "data can be read", "readable", False),
    (Model, "revocation.undeploys", "model is deployed", "state", "undeployed"),
    (Document, "revocation.deletes-uploads", "upload is kept", "exists", False),
)
"""What is lost with the key: its kind, the requirement, a clause that no longer holds, and the fact that does."""


def loses(holds: Any, covered: bool, field: str, value: Any) -> Callable[[Any], Iterator[Fact]]:
    """Return the check that an entity has lost this while the cause holds, in workspaces of one kind."""

    def check(entity: Any) -> Iterator[Fact]:
        workspace = entity if isinstance(entity, Workspace) else entity.workspace
        resource = workspace.resource
        if workspace.covered is covered and resource.state == "active" and holds(resource):
            yield fact(entity, field, value)

    return check


def losses() -> Iterator[Theorem]:
    """Yield for every cause every loss, in workspaces made under the key and in earlier ones."""
    places = (
        (True, "", "made under the key", "workspace.covered"),
        (False, "-earlier", "made before the key", "revocation.earlier-workspaces"),
    )
    for cause in CAUSES:
        for kind, requirement, thing, field, value in LOSSES:
            for covered, suffix, made, of in places:
                name = f"{requirement.partition('.')[2]}-when-{cause.name}{suffix}"
                sentence = f"While {cause.clause}, no {thing} in a workspace {made}."
                check = loses(cause.holds, covered, field, value)
                yield Theorem("always", (kind,), name, sentence, (requirement, cause.requirement, of), check)


THEOREMS = (*collected(globals()), *losses())
