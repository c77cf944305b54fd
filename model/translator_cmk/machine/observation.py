"""What a customer can observe of a state: kind -> name -> field -> value."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from .entities import (
    CUSTOMER,
    MICROSOFT,
    Document,
    Entity,
    Grant,
    Key,
    Model,
    Resource,
    Role,
    Subscription,
    Vault,
    Workspace,
)
from .meanings import registered, shows_encryption_section
from .world import World

Fields = dict[str, Any]
"""What a customer sees of one entity.  A field that is None is left out."""

Observation = dict[str, dict[str, Fields]]


def subscription(s: Subscription) -> Fields:
    return {"tenant": s.tenant.name}


def resource(r: Resource) -> Fields:
    return {
        "kind": r.kind,
        "location": r.location.name,
        "subscription": r.subscription.name,
        "group": r.group,
        "key_source": r.key_source,
        "key": r.key.name if r.key else None,
        "encryption_section": shows_encryption_section(r),
        "identity": r.identity,
        "registered": registered(r),  # in Microsoft Entra ID
    }


def vault(v: Vault) -> Fields:
    return {
        "state": v.state,
        "region": v.region.name,
        "subscription": v.subscription.name,
        "group": v.group,
        "soft_delete": v.soft_delete,
        "purge_protection": v.purge_protection,
        "permission_model": v.permission_model,
    }


def key(k: Key) -> Fields:
    return {
        "state": k.state,
        "type": k.type,
        "size": k.size,
        "version": k.version,
        "enabled": k.enabled,
    }


def grant(g: Grant) -> Fields:
    return {"vault": g.vault.name, "resource": g.resource.name}


def role(a: Role) -> Fields:
    return {"vault": a.vault.name, "resource": a.resource.name}


def workspace(w: Workspace) -> Fields:
    return {
        "resource": w.resource.name,
        "key_source": CUSTOMER if w.covered else MICROSOFT,
        "readable": w.readable,
    }


def document(d: Document) -> Fields:
    return {"workspace": d.workspace.name}


def model(m: Model) -> Fields:
    return {"workspace": m.workspace.name, "state": m.state}


class ObservedKind(NamedTuple):
    """A kind that a customer can see: which of its entities, and what of them.

    ``derived``: the fields that follow from others of the same entity alone, with those.
    ``displayed_by``: a field, which leads to another entity, and the field of that one which says
    whether a customer is shown it and what belongs to it.
    """

    kind: type[Entity]
    shows: Callable[[Any], bool]
    view: Callable[[Any], Fields]
    derived: Mapping[str, tuple[str, ...]] = {}
    displayed_by: tuple[str, str] | None = None


DISPLAYED_BY_WORKSPACE = ("workspace", "readable")

OBSERVED_KINDS: tuple[ObservedKind, ...] = (
    ObservedKind(Subscription, lambda s: True, subscription),
    ObservedKind(
        Resource, lambda r: r.state == "active", resource, derived={"registered": ("identity",)}
    ),
    ObservedKind(Vault, lambda v: v.state in ("active", "deleted"), vault),
    ObservedKind(
        Key, lambda k: k.vault.state == "active" and k.state in ("active", "deleted"), key
    ),
    ObservedKind(Grant, lambda g: g.vault.state == "active", grant),
    ObservedKind(Role, lambda a: a.vault.state == "active", role),
    ObservedKind(
        Workspace, lambda w: w.state == "active", workspace, displayed_by=DISPLAYED_BY_WORKSPACE
    ),
    ObservedKind(
        Document, lambda d: d.state == "uploaded", document, displayed_by=DISPLAYED_BY_WORKSPACE
    ),
    ObservedKind(
        Model,
        lambda m: m.state in ("undeployed", "deployed"),
        model,
        displayed_by=DISPLAYED_BY_WORKSPACE,
    ),
)


def observe(world: World) -> Observation:
    """Return everything a customer can see of the world, entities in order of their names."""
    return {observed.kind.word: dict(visible(world, observed)) for observed in OBSERVED_KINDS}


def visible(world: World, observed: ObservedKind) -> Iterator[tuple[str, Fields]]:
    """Yield the entities of one kind that a customer can see, with what is seen of them."""
    for entity in sorted(world.every(observed.kind), key=lambda entity: entity.name):
        if observed.shows(entity):
            fields = observed.view(entity)
            seen = {field: value for field, value in fields.items() if value is not None}
            yield entity.name, seen
