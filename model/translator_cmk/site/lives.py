"""The lives of a vault, a key and a model: their large states, and what leads from one to another, found by search."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ..explore.scopes import Scope
from ..machine import Accepted
from ..machine.entities import Entity, Key, Model, Vault
from ..machine.world import World
from .cascade import model
from .graph import Edge, graph
from .undone import FROM_AN_UPLOAD, VAULTS_AND_KEYS


class Place(NamedTuple):
    """Where a large state is drawn: column and row, from the top left; ``end`` marks one that nothing leads out of."""

    column: float
    row: float
    end: bool = False


class Life(NamedTuple):
    """One kind of thing: the scope to search, the entity looked at, its large state in a world, and the picture."""

    title: str
    scope: Scope
    name: str
    kind: type[Entity]
    state: Callable[[World, str], str]
    places: dict[str, Place]


class Passage(NamedTuple):
    """Commands that lead from one large state to another, each with the requirements that it always rests on."""

    before: str
    after: str
    by: dict[str, frozenset[str]]


NOT_YET = "not there yet"


def of_vault(world: World, name: str) -> str:
    """The large state of a key vault."""
    if not world.has(Vault, name):
        return NOT_YET
    vault = world.entity(Vault, name)
    protection = "protected" if vault.purge_protection else "soft delete" if vault.soft_delete else "unprotected"
    return {"active": protection, "deleted": f"deleted, {protection}"}.get(vault.state, "purged")


def of_key(world: World, name: str) -> str:
    """The large state of a key."""
    if not world.has(Key, name):
        return NOT_YET
    key = world.entity(Key, name)
    if "purged" in (key.state, key.vault.state):
        return "purged"
    if "deleted" in (key.state, key.vault.state):
        return "deleted, alone or with its vault"
    return "enabled" if key.enabled else "disabled"


def of_model(world: World, name: str) -> str:
    """The large state of a custom model."""
    if not world.has(Model, name):
        return NOT_YET
    trained = world.entity(Model, name)
    if trained.state not in ("deployed", "undeployed"):
        return "deleted"
    if trained.state == "deployed":
        return "deployed"
    return "undeployed" if trained.workspace.readable else "undeployed, key out of reach"


LIVES = (
    Life(
        "A key vault",
        VAULTS_AND_KEYS,
        "vault",
        Vault,
        of_vault,
        {
            NOT_YET: Place(0, 1),
            "unprotected": Place(1, 0),
            "soft delete": Place(1, 1),
            "protected": Place(1, 2),
            "deleted, soft delete": Place(2, 1),
            "deleted, protected": Place(2, 2),
            "purged": Place(3, 1, end=True),
        },
    ),
    Life(
        "A key",
        VAULTS_AND_KEYS,
        "vault/key",
        Key,
        of_key,
        {
            NOT_YET: Place(0, 1),
            "enabled": Place(1, 0),
            "disabled": Place(1, 2),
            "deleted, alone or with its vault": Place(2, 1),
            "purged": Place(3, 1, end=True),
        },
    ),
    Life(
        "A custom model",
        FROM_AN_UPLOAD,
        "model",
        Model,
        of_model,
        {
            NOT_YET: Place(0, 1),
            "undeployed": Place(1, 0),
            "deployed": Place(1, 2),
            "undeployed, key out of reach": Place(2, 1),
            "deleted": Place(3, 1, end=True),
        },
    ),
)


def passages(life: Life) -> tuple[Passage, ...]:
    """Every way from one large state to another, in the order of the picture."""
    searched = graph(life.scope)
    states = [life.state(model().world(state), life.name) for state in searched.states]
    found: dict[tuple[str, str], dict[str, frozenset[str]]] = {}
    for before, edges in enumerate(searched.edges):
        for edge in edges:
            if states[before] != states[edge.after]:
                add(found.setdefault((states[before], states[edge.after]), {}), edge)
    return tuple(Passage(*ends, by=dict(sorted(found[ends].items()))) for ends in ordered(life, found))


def add(by: dict[str, frozenset[str]], edge: Edge) -> None:
    """Add a command to those of a passage."""
    name = type(edge.command).__name__
    rests_on = edge.outcome.by if isinstance(edge.outcome, Accepted) else frozenset()
    by[name] = by[name] & rests_on if name in by else rests_on


def ordered(life: Life, ends: dict[tuple[str, str], dict[str, frozenset[str]]]) -> Iterator[tuple[str, str]]:
    """The ends of passages in the order of the places; a broken model may have states that have none."""
    places = [*life.places, *sorted({each for pair in ends for each in pair} - life.places.keys())]
    yield from sorted(ends, key=lambda pair: (places.index(pair[0]), places.index(pair[1])))
