"""The observation of a state by a customer: kind -> name -> field -> value.  What is absent is gone."""

from collections.abc import Callable, Iterator
from typing import Any

from .entities import CUSTOMER, MICROSOFT, Document, Entity, Grant, Key, Model, Resource, Subscription, Vault, Workspace
from .rows import registered, shows_encryption_section
from .world import World

Observation = dict[str, dict[str, dict[str, Any]]]


def subscription(s: Subscription) -> dict[str, Any]:
    return {"tenant": s.tenant.name}


def resource(r: Resource) -> dict[str, Any]:
    return {
        "kind": r.kind,
        "location": r.location.name,
        "subscription": r.subscription.name,
        "group": r.group,
        "key_source": r.key_source,
        "key": r.key.name if r.key else None,
        "encryption_section": shows_encryption_section(r),
        "identity": r.identity,
        "registered": registered(r),
    }


def vault(v: Vault) -> dict[str, Any]:
    return {
        "state": v.state,
        "region": v.region.name,
        "subscription": v.subscription.name,
        "group": v.group,
        "soft_delete": v.soft_delete,
        "purge_protection": v.purge_protection,
        "permission_model": v.permission_model,
    }


def key(k: Key) -> dict[str, Any]:
    return {"state": k.state, "type": k.type, "size": k.size, "version": k.version, "enabled": k.enabled}


def grant(g: Grant) -> dict[str, Any]:
    return {"vault": g.vault.name, "resource": g.resource.name}


def workspace(w: Workspace) -> dict[str, Any]:
    return {
        "resource": w.resource.name,
        "key_source": CUSTOMER if w.covered else MICROSOFT,
        "readable": w.readable,
    }


def document(d: Document) -> dict[str, Any]:
    return {"workspace": d.workspace.name}


def model(m: Model) -> dict[str, Any]:
    return {"workspace": m.workspace.name, "state": m.state}


OBSERVED_KINDS: tuple[tuple[type[Entity], Callable[[Any], bool], Callable[[Any], dict[str, Any]]], ...] = (
    (Subscription, lambda s: True, subscription),
    (Resource, lambda r: r.state == "active", resource),
    (Vault, lambda v: v.state in ("active", "deleted"), vault),
    (Key, lambda k: k.vault.state == "active" and k.state in ("active", "deleted"), key),
    (Grant, lambda g: g.vault.state == "active", grant),
    (Workspace, lambda w: w.state == "active", workspace),
    (Document, lambda d: d.state == "uploaded", document),
    (Model, lambda m: m.state in ("undeployed", "deployed"), model),
)
"""For each kind that a customer can see: which of its entities, and what of them."""


def observe(world: World) -> Observation:
    """Return everything a customer can see of the world, entities in order of their names."""
    return {kind.word: dict(seen(world, kind, shows, view)) for kind, shows, view in OBSERVED_KINDS}


def seen(
    world: World, kind: type[Entity], shows: Callable[[Any], bool], view: Callable[[Any], dict[str, Any]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the entities of one kind that a customer can see, with what is seen of them."""
    for entity in sorted(world.every(kind), key=lambda each: each.name):
        if shows(entity):
            yield entity.name, {field: value for field, value in view(entity).items() if value is not None}
