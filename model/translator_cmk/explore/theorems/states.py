"""What is so in every state: encryption, access, and for every cause of a lost key every loss."""

from collections.abc import Callable, Iterator
from typing import Any

from ...language.facts import ABSENT, Fact
from ...machine.entities import CUSTOMER, Document, Grant, Model, Resource, Workspace
from .building import CAUSES, always, collected, fact, has_lost_its_key, home
from .theorem import Theorem


@always(Resource, "encryption.at-rest", "encryption.double")
def encrypted_once_or_twice(r: Any) -> Iterator[Fact]:
    """Every resource is encrypted at rest, with a second layer exactly while customer-managed keys are on."""
    if r.state == "active":
        yield fact(r, "layers_of_encryption", 2 if r.key_source == CUSTOMER else 1)


@always(Resource, "encryption.section", "encryption.no-section")
def encryption_section_where_the_tier_has_it(r: Any) -> Iterator[Fact]:
    """The portal shows an Encryption section exactly where the pricing tier supports customer-managed keys."""
    if r.state == "active":
        yield fact(r, "encryption_section", r.tier.supports_customer_managed_keys)


@always(Resource, "identity.registered")
def registered_with_the_identity(r: Any) -> Iterator[Fact]:
    """A resource is registered with Microsoft Entra ID exactly while its managed identity is on."""
    if r.state == "active":
        yield fact(r, "registered", r.identity)


@always(Resource, "keys.enable", "keys.return")
def own_key_only_when_customer_managed(r: Any) -> Iterator[Fact]:
    """A resource under Microsoft-managed keys has no key of its own."""
    if r.state == "active" and r.key_source != CUSTOMER:
        yield fact(r, "key", ABSENT)


@always(Grant, "identity.access-removed", "identity.needed-for-access")
def no_access_without_identity(g: Any) -> Iterator[Fact]:
    """A resource has access to a key vault only while its managed identity is on."""
    if g.vault.state == "active":
        yield fact(g, "exists", g.resource.identity)


@always(Grant, "directory.no-cross-directory-access", "directory.not-transferred", "environment.vault-moved")
def no_access_across_directories(g: Any) -> Iterator[Fact]:
    """A resource has access to key vaults of its own directory only."""
    if g.vault.state == "active":
        yield fact(g, "exists", home(g.resource) == home(g.vault))


@always(Workspace, "restoration.data-readable")
def readable_with_the_key_in_reach(w: Any) -> Iterator[Fact]:
    """Data can be read wherever no key is out of reach, also after one was."""
    if w.state == "active" and w.resource.state == "active" and not has_lost_its_key(w.resource):
        yield fact(w, "readable", True)


def gone_with_its_resource(entity: Any) -> Iterator[Fact]:
    resource = entity.resource if isinstance(entity, Workspace) else entity.workspace.resource
    if resource.state == "deleted":
        yield fact(entity, "exists", False)


WITH_ITS_RESOURCE = tuple(
    Theorem(
        "always",
        (kind,),
        f"no-{kind.word}-without-its-resource",
        f"With a deleted resource each of its {kind.word}s is gone.",
        ("environment.delete-resource",),
        gone_with_its_resource,
    )
    for kind in (Workspace, Document, Model)
)


@always(Grant, "environment.delete-resource", "identity.access-removed")
def no_access_without_its_resource(g: Any) -> Iterator[Fact]:
    """With a deleted resource its access to every key vault is gone."""
    if g.vault.state == "active":
        yield fact(g, "exists", g.resource.state == "active")


LOSSES: tuple[tuple[Any, str, str, str, Any], ...] = (
    (Workspace, "revocation.data-inaccessible", "data can be read", "readable", False),
    (Model, "revocation.undeploys", "model is deployed", "state", "undeployed"),
    (Document, "revocation.deletes-uploads", "upload is kept", "exists", False),
)
"""What is lost with the key: of which kind, by which requirement, what no longer is, and the fact that is instead."""


def loses(holds: Any, covered: bool, field: str, value: Any) -> Callable[[Any], Iterator[Fact]]:
    """The check that an entity has lost this while the cause holds of the resource, in workspaces of one kind."""

    def check(entity: Any) -> Iterator[Fact]:
        workspace = entity if isinstance(entity, Workspace) else entity.workspace
        resource = workspace.resource
        if workspace.covered is covered and resource.state == "active" and holds(resource):
            yield fact(entity, field, value)

    return check


def losses() -> Iterator[Theorem]:
    """For every cause every loss, in workspaces made under the key and in earlier ones."""
    places = (
        (True, "", "made under the key", "workspace.covered"),
        (False, "-earlier", "made before the key", "revocation.earlier-workspaces"),
    )
    for cause, clause, why, holds in CAUSES:
        for kind, requirement, thing, field, value in LOSSES:
            for covered, suffix, made, of in places:
                name = f"{requirement.partition('.')[2]}-when-{cause}{suffix}"
                sentence = f"While {clause}, no {thing} in a workspace {made}."
                check = loses(holds, covered, field, value)
                yield Theorem("always", (kind,), name, sentence, (requirement, why, of), check)


THEOREMS = (*collected(globals()), *WITH_ITS_RESOURCE, *losses())
