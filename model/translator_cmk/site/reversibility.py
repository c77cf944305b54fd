"""Search the model for what can't be undone, and for the states that a vault, a key and a custom
model can be in.

The things, and the states of a life, are data: `data/causes.yaml`.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from ..bdd.feature_records import slug
from ..explore.graph import Edge, Graph, state_graph
from ..explore.reachability import Predecessors, attainable, predecessors
from ..explore.scopes import SCOPE_NAMED
from ..language.phrases import COMMAND_PHRASES
from ..machine import Accepted, Outcome, RowDefect
from ..machine.entities import ENTITY_KINDS, Entity
from ..machine.world import World
from ..requirements import load_register
from ..system import MACHINE
from .effects import WEAKEST_FIRST, basis, lacking
from .sourced import data

SEARCHED = ("ways-back", "vaults-and-keys")
OF_WORD = {kind.word: kind for kind in ENTITY_KINDS}


def found(world: World, kind: type[Entity], name: str, fields: Mapping[str, Any]) -> bool:
    """Tell whether an entity is there and fits."""
    return world.has(kind, name) and fits(world.entity(kind, name), fields)


def fits(entity: Any, fields: Mapping[str, Any]) -> bool:
    """Tell whether each field of an entity has one of its values, or leads to an entity that fits
    in turn.
    """
    return entity is not None and all(
        fits(getattr(entity, name), of) if isinstance(of, Mapping) else getattr(entity, name) in of
        for name, of in fields.items()
    )


class Way(NamedTuple):
    """The requirements that a change always rests on, and its basis where that is strongest."""

    by: frozenset[str]
    basis: str


Ways = dict[str, Way]
"""Commands by name."""


class Fate(NamedTuple):
    """A thing of the data file, with the commands that end it, bring it back, or close the last way
    back.
    """

    thing: Mapping[str, Any]
    for_good: Ways
    for_a_time: Ways
    back: Ways
    last_chance: Ways
    usual: list[str]
    """The requirements behind most ways to lose it, or behind all if no two have one in common."""


class Search(NamedTuple):
    """The graph of a scope, and of each of its states the world, and the states before and after
    it.
    """

    graph: Graph[Outcome]
    worlds: list[World]
    before: Predecessors
    after: Predecessors


@cache
def search(scope: str) -> Search:
    """Return all of a scope; raises `StartNotReached` and `RowDefect`."""
    graph = state_graph(SCOPE_NAMED[scope], MACHINE)
    states = range(graph.states)
    worlds = [MACHINE.world(graph.state(state)) for state in states]
    return Search(
        graph,
        worlds,
        predecessors(graph),
        [{pair.after for pair in graph.edges_from(state)} for state in states],
    )


def sizes() -> list[str]:
    """Return how much was searched, in words."""
    graphs = [search(scope).graph for scope in SEARCHED]
    return [f"{graph.edge_count:,} steps between {graph.states:,} states" for graph in graphs]


@cache
def fates() -> list[Fate]:
    """Return what ends and restores each thing."""
    return [fate(thing) for thing in data("causes")["things"]]


def fate(thing: Mapping[str, Any]) -> Fate:
    """Return what ends and restores one thing, over all entities of its kind in all scopes that are
    searched.
    """
    fate = Fate(thing, {}, {}, {}, {}, [])
    for searched in map(search, SEARCHED):
        for name in {
            name for world in searched.worlds for name in world.tables[OF_WORD[thing["kind"]]]
        }:
            add_entity(fate, searched, name)
    ends = [*fate.for_good.values(), *fate.for_a_time.values()]
    counts = Counter(name for way in ends for name in way.by)
    common = {name for name, count in counts.items() if count > len(ends) / 2}
    fate.usual.extend(name for name in load_register() if name in (common or counts))
    return fate


def add_entity(fate: Fate, searched: Search, name: str) -> None:
    """Add what ends and restores the thing in one entity."""
    graph, kind = searched.graph, OF_WORD[fate.thing["kind"]]

    def holds(world: World) -> bool:
        return found(world, kind, name, fate.thing["fits"])

    so = [int(holds(world)) for world in searched.worlds]
    possible, was = attainable(searched.before, so), attainable(searched.after, so)
    for state in range(graph.states):
        for pair in graph.edges_from(state):
            if so[state] and not so[pair.after]:
                ways = fate.for_a_time if possible[pair.after] else fate.for_good
                note(ways, graph, pair, behind(graph, pair, holds))
            elif was[state] and not so[state] and so[pair.after]:
                note(fate.back, graph, pair, behind(graph, pair, holds))
            elif was[state] and possible[state] and not possible[pair.after]:
                note(fate.last_chance, graph, pair, named(graph, pair))


def named(graph: Graph[Outcome], pair: Edge) -> frozenset[str]:
    """Return the requirements that an acceptance names; empty for anything else."""
    outcome = graph.labels[pair.label]
    return outcome.by if isinstance(outcome, Accepted) else frozenset()


def behind(graph: Graph[Outcome], pair: Edge, view: Callable[[World], Any]) -> frozenset[str]:
    """Return the requirements that an acceptance names and without whose rows the view of the state
    after differs.
    """
    command, after = (
        graph.scope.alphabet[pair.command],
        view(MACHINE.world(graph.state(pair.after))),
    )

    def differs(requirement: str) -> bool:
        machine = lacking(requirement)
        try:
            return bool(
                view(machine.world(machine.step(graph.state(pair.state), command)[0])) != after
            )
        except RowDefect:
            return True

    return frozenset(filter(differs, named(graph, pair)))


def note(ways: Ways, graph: Graph[Outcome], pair: Edge, by: frozenset[str]) -> None:
    """Add a command with the requirements that it rests on here.

    Those that it rests on everywhere are kept, and if there is none, all of them: two requirements
    may each be enough, as where a resource is deleted, and its key is lost with it.
    """
    name = type(graph.scope.alphabet[pair.command]).__name__
    way = ways.get(name, Way(by, ""))
    everywhere = way.by & by
    ways[name] = Way(
        everywhere or way.by | by, max(way.basis, basis(by), key=("", *WEAKEST_FIRST).index)
    )


def own_reason(by: Collection[str], usual: Collection[str]) -> str:
    """Return a requirement that makes a command do so, rather one of its own than a usual one;
    empty without any.
    """
    known = [name for name in load_register() if name in by]
    return next((name for name in known if name not in usual), next(iter(known), ""))


@cache
def label(command: str) -> str:
    """Return a command in a few words without the names of things: `deletes the vault`."""
    phrase = next(each for each in COMMAND_PHRASES if each.command.__name__ == command)
    text = re.sub(
        r"\[[^]]*]| with (?:the|a) key .*| of the subscription \{\w+}", "", phrase.pattern
    )
    text = re.sub(r"to the (\w+) \{\w+}", r"to another \1", text)
    return re.sub(r"(?: (?:of|to|for|in|into))? \{\w+}", "", text).removeprefix("the customer ")


# The life of one thing


def state_of(life: Mapping[str, Any], world: World) -> str:
    """Return the state of the thing in a few words; a broken model may have states that the picture
    lacks.
    """
    kind, (not_yet, *states) = OF_WORD[life["kind"]], life["states"].items()
    if not world.has(kind, life["name"]):
        return str(not_yet[0])
    fitting = (state for state, each in states if found(world, kind, life["name"], each["fits"]))
    return next(fitting, "another state")


def transitions(life: Mapping[str, Any]) -> dict[tuple[str, str], Ways]:
    """Return the commands that lead from one state to another, for each such pair in the order of
    the picture.
    """
    searched = search(life["scope"])
    graph, states = searched.graph, [state_of(life, world) for world in searched.worlds]
    ways: dict[tuple[str, str], Ways] = {}
    for state in range(graph.states):
        for pair in graph.edges_from(state):
            if states[state] != states[pair.after]:
                by = behind(graph, pair, lambda world: state_of(life, world))
                note(ways.setdefault((states[state], states[pair.after]), {}), graph, pair, by)
    places = [*life["states"], "another state"]
    return {
        ends: dict(sorted(ways[ends].items()))
        for ends in sorted(ways, key=lambda ends: [*map(places.index, ends)])
    }


@cache
def lives() -> list[Mapping[str, Any]]:
    """Return each life with its picture and its transitions, as a page shows them."""
    return [one_life(life) for life in data("causes")["lives"]]


def one_life(life: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return one life."""
    found = transitions(life)
    places = {state: {"at": (3, 4)} for ends in found for state in ends} | life["states"]
    boxes = {state: middle(*places[state]["at"]) for state in [*life["states"], *places]}
    title = (
        f"{life['life']}: {len(boxes)} states and {len(found)} ways between them, as in the table"
    )
    ends = [state for state, place in places.items() if "end" in place]
    return {
        "title": life["life"],
        "picture": picture(slug(life["life"]), title, boxes, ends, list(found)),
        "transitions": [
            {
                "before": before,
                "after": after,
                "ways": ways,
                "because": [
                    name for name in load_register() if any(name in way.by for way in ways.values())
                ],
            }
            for (before, after), ways in found.items()
        ],
    }


# The picture of a life: boxes on a grid, and arrows with numbers that the table beside it explains.
# The macro `diagram` draws it; its colours come from the style sheet of the site, light and dark.
# A point is a complex number: pixels to the right, and pixels down.

WIDTH, HEIGHT = 112, 66  # pixels, of a box
COLUMN, ROW, MARGIN = 158, 136, 12  # pixels, from box to box; it is as wide as a phone
BEND = 18  # pixels that an arrow leaves the straight line by where another comes the other way
AROUND = 80  # pixels that it leaves it by to get around a box


def middle(column: float, row: float) -> complex:
    """Return the middle of the box at a place of the grid."""
    return complex(MARGIN + WIDTH / 2 + column * COLUMN, MARGIN + HEIGHT / 2 + row * ROW)


def picture(
    name: str,
    title: str,
    boxes: Mapping[str, complex],
    ends: Collection[str],
    arrows: Sequence[tuple[str, str]],
) -> Mapping[str, Any]:
    """Return the picture as points and words for the template; ``name`` is part of the ids in
    it.
    """
    return {
        "name": name,
        "title": title,
        "width": max(each.real for each in boxes.values()) + WIDTH / 2 + MARGIN,
        "height": max(each.imag for each in boxes.values()) + HEIGHT / 2 + MARGIN,
        "box_width": WIDTH,
        "box_height": HEIGHT,
        "boxes": [{"words": words, "at": at, "end": words in ends} for words, at in boxes.items()],
        "arrows": [curve(*each, boxes, returns=each[::-1] in arrows) for each in arrows],
    }


def curve(
    tail: str, head: str, boxes: Mapping[str, complex], returns: bool
) -> Mapping[str, complex]:
    """Return where an arrow starts, bends and ends, and its middle; ``returns`` if another comes
    the other way.
    """
    bend = bent(boxes[tail], boxes[head], boxes.values(), returns)
    start, end = edge(boxes[tail], bend), edge(boxes[head], bend)
    return {"start": start, "bend": bend, "end": end, "middle": (start + 2 * bend + end) / 4}


def bent(tail: complex, head: complex, boxes: Iterable[complex], returns: bool) -> complex:
    """Return the point that an arrow bends towards: away from the arrow that comes back, and around
    boxes between.
    """
    along, halfway = head - tail, (tail + head) / 2
    out = BEND if returns else 0
    for box in boxes:
        if box not in (tail, head) and between(box, tail, head):
            out = -AROUND if ((box - halfway) / along).imag > 0 else AROUND
    return halfway + along / abs(along) * 2j * out


def between(box: complex, tail: complex, head: complex) -> bool:
    """Tell whether a box lies on the straight line from one to another."""
    along = head - tail
    share = ((box - tail) / along).real
    off = tail + share * along - box
    return 0 < share < 1 and abs(off.real) < WIDTH * 0.6 and abs(off.imag) < HEIGHT * 0.8


def edge(box: complex, towards: complex) -> complex:
    """Return where the line from the middle of a box towards a point leaves the box."""
    line = towards - box
    reaches = ((WIDTH / 2 + 3, abs(line.real)), (HEIGHT / 2 + 3, abs(line.imag)))
    return box + line * min(reach / length for reach, length in reaches if length)
