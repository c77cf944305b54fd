"""What can't be undone: for each thing, the commands after which no further command ever brings it back."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from ..explore.alphabets import access, deletes_and_recovers, identity, key_life, key_source
from ..explore.scopes import SCOPES, Scope
from ..machine import Accepted
from ..machine.commands import DeleteResource, DeployModel, EndVaultRetention, PurgeVault, TrainModel, UndeployModel
from ..machine.entities import CUSTOMER, Document, Entity, Grant, Key, Model, Resource, Vault, Workspace
from .cascade import model
from .graph import Edge, Graph, graph

FROM_AN_UPLOAD = Scope(
    "ways-back",
    "An upload under a customer's key, all that can be done to vault, key, identity and model, and the resource's end.",
    "an upload under customer-managed keys",
    (
        *(*identity("translator"), *access("translator", "vault"), *key_source("translator", "vault", "key")),
        *(*deletes_and_recovers("vault"), PurgeVault("vault"), EndVaultRetention("vault"), *key_life("vault", "key")),
        *(TrainModel("model", "workspace"), DeployModel("model"), UndeployModel("model"), DeleteResource("translator")),
    ),
)
(VAULTS_AND_KEYS,) = (scope for scope in SCOPES if scope.name == "vaults-and-keys")
SEARCHED = (FROM_AN_UPLOAD, VAULTS_AND_KEYS)


class Thing(NamedTuple):
    """Something that is so or not of one entity, and what one can do where it is lost for good."""

    name: str
    kind: type[Entity]
    holds: Callable[[Any], bool]
    instead: str


THINGS = (
    Thing(
        "An uploaded document",
        Document,
        lambda d: d.state == "uploaded",
        "Upload it again from a copy of your own; it is another document then.",
    ),
    Thing(
        "A deployed model",
        Model,
        lambda m: m.state == "deployed",
        "Train a new model from documents uploaded again, and deploy it.",
    ),
    Thing(
        "A trained model",
        Model,
        lambda m: m.state in ("deployed", "undeployed"),
        "Train a new one from documents uploaded again.",
    ),
    Thing(
        "Data that can be read",
        Workspace,
        lambda w: w.state == "active" and w.readable,
        "Make a new workspace, under a new resource if need be, and fill it from copies of your own.",
    ),
    Thing("A resource", Resource, lambda r: r.state == "active", "Create another, under another name in the model."),
    Thing("The managed identity", Resource, lambda r: r.state == "active" and r.identity, "See the resource."),
    Thing(
        "Access of the identity to the key vault",
        Grant,
        lambda g: g.state == "active" and g.vault.state == "active",
        "Enable the identity of another resource, and grant it access.",
    ),
    Thing(
        "Customer-managed keys in use",
        Resource,
        lambda r: r.state == "active" and r.key_source == CUSTOMER and r.key is not None,
        "Enable them for another resource.",
    ),
    Thing("A key vault", Vault, lambda v: v.state == "active", "Create another under another name."),
    Thing(
        "A key",
        Key,
        lambda k: k.state == "active" and k.vault.state == "active",
        "Make another; it does not open what the lost one closed.",
    ),
    Thing(
        "The choice to have no soft delete",
        Vault,
        lambda v: v.state == "active" and not v.soft_delete,
        "There is no way back.",
    ),
    Thing(
        "The choice to have no purge protection",
        Vault,
        lambda v: v.state == "active" and not v.purge_protection,
        "There is no way back: its name stays taken until the retention after its deletion is over.",
    ),
)


class Fate(NamedTuple):
    """What the search found of a thing: the commands that end it, bring it back, or end the last chance of that.

    Each has the requirements by which something changed whenever it did so.
    """

    thing: Thing
    for_good: dict[str, frozenset[str]]
    for_a_time: dict[str, frozenset[str]]
    back: dict[str, frozenset[str]]
    last_chance: dict[str, frozenset[str]]


@cache
def fates() -> tuple[Fate, ...]:
    """What becomes of each thing."""
    found = tuple(Fate(thing, {}, {}, {}, {}) for thing in THINGS)
    for searched in map(graph, SEARCHED):
        for fate in found:
            for entity in {each for state in searched.states for each in state.tables[fate.thing.kind]}:
                follow(fate, searched, entity)
    return found


def follow(fate: Fate, searched: Graph, name: str) -> None:
    """Add what becomes of the thing in one entity to what is known of its fate."""
    kind, holds = fate.thing.kind, fate.thing.holds
    worlds = (model().world(state) for state in searched.states)
    so = [world.has(kind, name) and holds(world.entity(kind, name)) for world in worlds]
    again = searched.leading_to(so.__getitem__)
    was = ever(searched, so)
    for before, edges in enumerate(searched.edges):
        for edge in edges:
            if so[before] and not so[edge.after]:
                note(fate.for_a_time if edge.after in again else fate.for_good, edge)
            elif was[before] and not so[before] and so[edge.after]:
                note(fate.back, edge)
            elif was[before] and before in again and edge.after not in again:
                note(fate.last_chance, edge)


def ever(searched: Graph, so: list[bool]) -> list[bool]:
    """Of each state, whether a thing was so on a way there: it must have been, where it is so or was so before."""
    found = list(so)
    todo = [state for state, holds in enumerate(so) if holds]
    while todo:
        for edge in searched.edges[todo.pop()]:
            if not found[edge.after]:
                found[edge.after] = True
                todo.append(edge.after)
    return found


def note(told: dict[str, frozenset[str]], edge: Edge) -> None:
    """Remember a command with the requirements that it rests on."""
    name = type(edge.command).__name__
    by = edge.outcome.by if isinstance(edge.outcome, Accepted) else frozenset()
    told[name] = told[name] & by if name in told else by
