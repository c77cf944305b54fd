"""Search the model for what can't be undone, and for the states that a vault, a key and a custom model can be in."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from ..bdd.features import slug
from ..explore.graph import Graph, Pair, attainable, predecessors, state_graph
from ..explore.scopes import NAMED, Scope
from ..language.sentences import COMMAND_PHRASES
from ..machine import Accepted, Outcome, RowsContradict
from ..machine.entities import CUSTOMER, Document, Entity, Grant, Key, Model, Resource, Vault, Workspace
from ..machine.world import World
from ..requirements import Register
from .drawing import Arrow, box, picture
from .effects import WEAKEST_FIRST, basis, lacking, model

FROM_AN_UPLOAD = NAMED["ways-back"]
VAULTS_AND_KEYS = NAMED["vaults-and-keys"]
SEARCHED = (FROM_AN_UPLOAD, VAULTS_AND_KEYS)


class Thing(NamedTuple):
    """A property of one entity, and what you can do if it is lost for good."""

    name: str
    kind: type[Entity]
    holds: Callable[[Any], bool]
    instead: str


THINGS = (
    Thing(
        "An uploaded document",
        Document,
        lambda d: d.state == "uploaded",
        "Upload it again from a copy of your own. It is a new document.",
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
        "Create a new workspace, under a new resource if necessary, and fill it from copies of your own.",
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
        "Make another. It can't decrypt data encrypted with the lost key.",
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
        "There is no way back. Its name stays taken until the retention after its deletion ends.",
    ),
)


class Way(NamedTuple):
    """The requirements that a change always rests on, and its basis where that is strongest."""

    by: frozenset[str]
    basis: str


Ways = dict[str, Way]
"""Commands by name."""


class Fate(NamedTuple):
    """The commands that end a thing, bring it back, or close the last way back."""

    thing: Thing
    for_good: Ways
    for_a_time: Ways
    back: Ways
    last_chance: Ways
    usual: list[str]
    """The requirements behind most ways to lose it, or behind all if no two have one in common."""


@cache
def searched(scope: Scope) -> Graph[Outcome] | None:
    """Return the state graph of a scope; None for a model whose rows contradict each other."""
    try:
        return state_graph(scope, model())
    except RowsContradict:
        return None


@cache
def sizes() -> list[str]:
    """Return how much was searched, in words."""
    graphs = [graph for graph in map(searched, SEARCHED) if graph]
    return [f"{graph.pairs:,} steps between {graph.states:,} states" for graph in graphs]


@cache
def worlds(scope: Scope) -> list[World]:
    """Return each state of a scope as a world."""
    graph = searched(scope)
    return [model().world(graph.state(number)) for number in range(graph.states)] if graph else []


def entities(scope: Scope, kind: type[Entity]) -> set[str]:
    """Return the name of every entity of a kind in any state of a scope."""
    graph = searched(scope)
    return {name for at in range(graph.states) for name in graph.state(at).tables[kind]} if graph else set()


def fates(register: Register) -> list[Fate]:
    """Return what ends and restores each thing; nothing for a model whose rows contradict each other."""
    if not all(map(searched, SEARCHED)):
        return []
    return [fate(thing, register) for thing in THINGS]


def fate(thing: Thing, register: Register) -> Fate:
    """Return what ends and restores one thing, over all entities of its kind in all scopes that are searched."""
    found = Fate(thing, {}, {}, {}, {}, [])
    for scope in SEARCHED:
        for name in entities(scope, thing.kind):
            add_entity(found, scope, name, register)
    ends = [*found.for_good.values(), *found.for_a_time.values()]
    counts = Counter(name for way in ends for name in way.by)
    common = {name for name, count in counts.items() if count > len(ends) / 2}
    found.usual.extend(name for name in register if name in (common or counts))
    return found


def add_entity(found: Fate, scope: Scope, name: str, register: Register) -> None:
    """Add what ends and restores the thing in one entity."""
    kind = found.thing.kind

    def holds(world: World) -> bool:
        return world.has(kind, name) and found.thing.holds(world.entity(kind, name))

    graph = searched(scope)
    assert graph
    so = [holds(world) for world in worlds(scope)]
    possible = attainable(predecessors(graph), [int(each) for each in so])
    was = ever(graph, so)
    for state in range(graph.states):
        for pair in graph.of(state):
            if so[state] and not so[pair.after]:
                ways = found.for_a_time if possible[pair.after] else found.for_good
                note(ways, graph, pair, behind(graph, state, pair, holds), register)
            elif was[state] and not so[state] and so[pair.after]:
                note(found.back, graph, pair, behind(graph, state, pair, holds), register)
            elif was[state] and possible[state] and not possible[pair.after]:
                note(found.last_chance, graph, pair, named(graph, pair), register)


def ever(graph: Graph[Outcome], so: list[bool]) -> list[bool]:
    """Return for each state whether a thing was so there or on some way there."""
    found = list(so)
    waiting = [state for state, holds in enumerate(so) if holds]
    while waiting:
        for pair in graph.of(waiting.pop()):
            if not found[pair.after]:
                found[pair.after] = True
                waiting.append(pair.after)
    return found


def named(graph: Graph[Outcome], pair: Pair) -> frozenset[str]:
    """Return the requirements that an acceptance names; empty for anything else."""
    outcome = graph.labels[pair.label]
    return outcome.by if isinstance(outcome, Accepted) else frozenset()


def behind(graph: Graph[Outcome], state: int, pair: Pair, view: Callable[[World], Any]) -> frozenset[str]:
    """Return the requirements that an acceptance names and without whose rows the view of the state after differs."""
    command, after = graph.scope.alphabet[pair.command], view(model().world(graph.state(pair.after)))

    def differs(requirement: str) -> bool:
        machine = lacking(requirement)
        try:
            return bool(view(machine.world(machine.step(graph.state(state), command)[0])) != after)
        except RowsContradict:
            return True

    return frozenset(filter(differs, named(graph, pair)))


def note(ways: Ways, graph: Graph[Outcome], pair: Pair, by: frozenset[str], register: Register) -> None:
    """Add a command with the requirements that it rests on here."""
    name = type(graph.scope.alphabet[pair.command]).__name__
    way = ways.get(name, Way(by, ""))
    ways[name] = Way(way.by & by, max(way.basis, basis(by, register), key=("", *WEAKEST_FIRST).index))


def own_reason(by: Collection[str], usual: Collection[str], register: Register) -> str:
    """Return a requirement that makes a command do so, rather one of its own than a usual one; empty without any."""
    known = [name for name in register if name in by]
    return next((name for name in known if name not in usual), next(iter(known), ""))


@cache
def label(command: str) -> str:
    """Return a command in a few words without the names of things: `deletes the vault`."""
    phrase = next(each for each in COMMAND_PHRASES if each.command.__name__ == command)
    text = re.sub(r"\[[^]]*]", "", phrase.pattern)
    return re.sub(r"(?: (?:of|to|for|in|into))? \{\w+}", "", text).removeprefix("the customer ")


# The life of one thing


class Place(NamedTuple):
    """The place of a state in the picture: column and row, from the top left; nothing leads out of an ``end``."""

    column: float
    row: float
    end: bool = False


class Life(NamedTuple):
    """One kind of thing: the scope to search, the entity, its state in a world in a few words, and the picture."""

    title: str
    scope: Scope
    name: str
    kind: type[Entity]
    state: Callable[[World, str], str]
    places: dict[str, Place]


NOT_YET = "not there yet"


def of_vault(world: World, name: str) -> str:
    """Return the state of a key vault in a few words."""
    if not world.has(Vault, name):
        return NOT_YET
    vault = world.entity(Vault, name)
    protection = "protected" if vault.purge_protection else "soft delete" if vault.soft_delete else "unprotected"
    return {"active": protection, "deleted": f"deleted, {protection}"}.get(vault.state, "purged")


def of_key(world: World, name: str) -> str:
    """Return the state of a key in a few words."""
    if not world.has(Key, name):
        return NOT_YET
    key = world.entity(Key, name)
    if "purged" in (key.state, key.vault.state):
        return "purged"
    if "deleted" in (key.state, key.vault.state):
        return "deleted, alone or with its vault"
    return "enabled" if key.enabled else "disabled"


def of_model(world: World, name: str) -> str:
    """Return the state of a custom model in a few words."""
    if not world.has(Model, name):
        return NOT_YET
    trained = world.entity(Model, name)
    if trained.state not in ("deployed", "undeployed"):
        return "deleted"
    if trained.state == "deployed":
        return "deployed"
    return "undeployed" if trained.workspace.readable else "undeployed, key inaccessible"


LIVES = (
    Life(
        "A key vault",
        VAULTS_AND_KEYS,
        "kv-prod",
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
        "kv-prod/cmk-2048",
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
        "legal-en-de",
        Model,
        of_model,
        {
            NOT_YET: Place(0, 1),
            "undeployed": Place(1, 0),
            "deployed": Place(1, 2),
            "undeployed, key inaccessible": Place(2, 1),
            "deleted": Place(3, 1, end=True),
        },
    ),
)


class Transition(NamedTuple):
    """Commands that lead from one state to another."""

    before: str
    after: str
    ways: Ways


def transitions(life: Life, register: Register) -> tuple[Transition, ...]:
    """Return every way from one state to another, in the order of the picture."""
    graph = searched(life.scope)
    states = [life.state(world, life.name) for world in worlds(life.scope)]
    found: dict[tuple[str, str], Ways] = {}
    for state in range(graph.states if graph else 0):
        for pair in graph.of(state) if graph else ():
            if states[state] != states[pair.after] and graph:
                by = behind(graph, state, pair, lambda world: life.state(world, life.name))
                note(found.setdefault((states[state], states[pair.after]), {}), graph, pair, by, register)
    return tuple(Transition(*ends, dict(sorted(found[ends].items()))) for ends in ordered(life, found))


def ordered(life: Life, ends: Collection[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the ends of transitions in the order of the places; a broken model may have states that have none."""
    places = [*life.places, *sorted({each for pair in ends for each in pair} - life.places.keys())]
    yield from sorted(ends, key=lambda pair: (places.index(pair[0]), places.index(pair[1])))


def lives(register: Register) -> list[Mapping[str, Any]]:
    """Return each life with its picture and its transitions, as a page shows them."""
    return [one_life(life, register) for life in LIVES]


def one_life(life: Life, register: Register) -> Mapping[str, Any]:
    """Return one life."""
    found = transitions(life, register)
    states = dict.fromkeys([*life.places, *(state for each in found for state in (each.before, each.after))])
    boxes = {state: box(state, *life.places.get(state, (number, 3, False))) for number, state in enumerate(states)}
    arrows = [Arrow(each.before, each.after, number) for number, each in enumerate(found, 1)]
    title = f"{life.title}: {len(boxes)} states and {len(arrows)} ways between them, as in the table"
    return {
        "title": life.title,
        "picture": picture(slug(life.title), title, boxes, arrows),
        "transitions": [
            {
                "before": each.before,
                "after": each.after,
                "commands": {label(name): way.basis for name, way in each.ways.items()},
                "because": [name for name in register if any(name in way.by for way in each.ways.values())],
            }
            for each in found
        ],
    }
