"""Search the model for what can't be undone, and for the states that a vault, a key and a custom model can be in.

The things, and the states of a life, are data: `data/causes.yaml`.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from ..bdd.features import slug
from ..explore.graph import Graph, Pair, Predecessors, attainable, predecessors, state_graph
from ..explore.scopes import NAMED
from ..language.sentences import COMMAND_PHRASES
from ..machine import Accepted, Outcome, RowsContradict
from ..machine.entities import KINDS, Entity
from ..machine.world import World
from ..requirements import load_register
from .effects import WEAKEST_FIRST, basis, lacking, model
from .sourced import data

SEARCHED = ("ways-back", "vaults-and-keys")
OF_WORD = {kind.word: kind for kind in KINDS}


def found(world: World, kind: type[Entity], name: str, fields: Mapping[str, Any]) -> bool:
    """Tell whether an entity is there and fits."""
    return world.has(kind, name) and fits(world.entity(kind, name), fields)


def fits(entity: Any, fields: Mapping[str, Any]) -> bool:
    """Tell whether each field of an entity has one of its values, or leads to an entity that fits in turn."""
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
    """A thing of the data file, with the commands that end it, bring it back, or close the last way back."""

    thing: Mapping[str, Any]
    for_good: Ways
    for_a_time: Ways
    back: Ways
    last_chance: Ways
    usual: list[str]
    """The requirements behind most ways to lose it, or behind all if no two have one in common."""


class Search(NamedTuple):
    """The graph of a scope, and of each of its states the world, and the states before and after it."""

    graph: Graph[Outcome]
    worlds: list[World]
    before: Predecessors
    after: Predecessors


@cache
def search(scope: str) -> Search | None:
    """Return all of a scope; None for a model whose rows contradict each other."""
    try:
        graph = state_graph(NAMED[scope], model())
    except RowsContradict:
        return None
    states = range(graph.states)
    worlds = [model().world(graph.state(state)) for state in states]
    return Search(graph, worlds, predecessors(graph), [{pair.after for pair in graph.of(state)} for state in states])


def sizes() -> list[str]:
    """Return how much was searched, in words."""
    there = [each.graph for each in map(search, SEARCHED) if each]
    return [f"{graph.pairs:,} steps between {graph.states:,} states" for graph in there]


@cache
def fates() -> list[Fate]:
    """Return what ends and restores each thing; nothing for a model whose rows contradict each other."""
    if not all(map(search, SEARCHED)):
        return []
    return [fate(thing) for thing in data("causes")["things"]]


def fate(thing: Mapping[str, Any]) -> Fate:
    """Return what ends and restores one thing, over all entities of its kind in all scopes that are searched."""
    fate = Fate(thing, {}, {}, {}, {}, [])
    for searched in filter(None, map(search, SEARCHED)):
        for name in {name for world in searched.worlds for name in world.tables[OF_WORD[thing["kind"]]]}:
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
        for pair in graph.of(state):
            if so[state] and not so[pair.after]:
                ways = fate.for_a_time if possible[pair.after] else fate.for_good
                note(ways, graph, pair, behind(graph, pair, holds))
            elif was[state] and not so[state] and so[pair.after]:
                note(fate.back, graph, pair, behind(graph, pair, holds))
            elif was[state] and possible[state] and not possible[pair.after]:
                note(fate.last_chance, graph, pair, named(graph, pair))


def named(graph: Graph[Outcome], pair: Pair) -> frozenset[str]:
    """Return the requirements that an acceptance names; empty for anything else."""
    outcome = graph.labels[pair.label]
    return outcome.by if isinstance(outcome, Accepted) else frozenset()


def behind(graph: Graph[Outcome], pair: Pair, view: Callable[[World], Any]) -> frozenset[str]:
    """Return the requirements that an acceptance names and without whose rows the view of the state after differs."""
    command, after = graph.scope.alphabet[pair.command], view(model().world(graph.state(pair.after)))

    def differs(requirement: str) -> bool:
        machine = lacking(requirement)
        try:
            return bool(view(machine.world(machine.step(graph.state(pair.state), command)[0])) != after)
        except RowsContradict:
            return True

    return frozenset(filter(differs, named(graph, pair)))


def note(ways: Ways, graph: Graph[Outcome], pair: Pair, by: frozenset[str]) -> None:
    """Add a command with the requirements that it rests on here."""
    name = type(graph.scope.alphabet[pair.command]).__name__
    way = ways.get(name, Way(by, ""))
    ways[name] = Way(way.by & by, max(way.basis, basis(by, load_register()), key=("", *WEAKEST_FIRST).index))


def own_reason(by: Collection[str], usual: Collection[str]) -> str:
    """Return a requirement that makes a command do so, rather one of its own than a usual one; empty without any."""
    known = [name for name in load_register() if name in by]
    return next((name for name in known if name not in usual), next(iter(known), ""))


@cache
def label(command: str) -> str:
    """Return a command in a few words without the names of things: `deletes the vault`."""
    phrase = next(each for each in COMMAND_PHRASES if each.command.__name__ == command)
    text = re.sub(r"\[[^]]*]| with (?:the|a) key .*| of the subscription \{\w+}", "", phrase.pattern)
    text = re.sub(r"to the (\w+) \{\w+}", r"to another \1", text)
    return re.sub(r"(?: (?:of|to|for|in|into))? \{\w+}", "", text).removeprefix("the customer ")


# The life of one thing


class Transition(NamedTuple):
    """Commands that lead from one state to another."""

    before: str
    after: str
    ways: Ways


def state_of(life: Mapping[str, Any], world: World) -> str:
    """Return the state of the thing in a few words; a broken model may have states that the picture lacks."""
    kind, (not_yet, *states) = OF_WORD[life["kind"]], life["states"].items()
    if not world.has(kind, life["name"]):
        return str(not_yet[0])
    fitting = (state for state, each in states if found(world, kind, life["name"], each["fits"]))
    return next(fitting, "another state")


def transitions(life: Mapping[str, Any]) -> tuple[Transition, ...]:
    """Return every way from one state to another, in the order of the picture."""
    searched = search(life["scope"])
    if searched is None:
        return ()
    graph, states = searched.graph, [state_of(life, world) for world in searched.worlds]
    ways: dict[tuple[str, str], Ways] = {}
    for state in range(graph.states):
        for pair in graph.of(state):
            if states[state] != states[pair.after]:
                by = behind(graph, pair, lambda world: state_of(life, world))
                note(ways.setdefault((states[state], states[pair.after]), {}), graph, pair, by)
    places = [*life["states"], "another state"]
    ends = sorted(ways, key=lambda pair: (places.index(pair[0]), places.index(pair[1])))
    return tuple(Transition(*each, dict(sorted(ways[each].items()))) for each in ends)


@cache
def lives() -> list[Mapping[str, Any]]:
    """Return each life with its picture and its transitions, as a page shows them."""
    return [one_life(life) for life in data("causes")["lives"]]


def one_life(life: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return one life."""
    ways = transitions(life)
    states = dict.fromkeys([*life["states"], *(state for each in ways for state in (each.before, each.after))])
    places = {state: life["states"].get(state, {"at": (3, 4)}) for state in states}
    boxes = {state: box(state, place["at"], place.get("end", False)) for state, place in places.items()}
    arrows = [Arrow(each.before, each.after, number) for number, each in enumerate(ways, 1)]
    title = f"{life['life']}: {len(boxes)} states and {len(arrows)} ways between them, as in the table"
    return {
        "title": life["life"],
        "picture": picture(slug(life["life"]), title, boxes, arrows),
        "transitions": [
            {
                "before": each.before,
                "after": each.after,
                "commands": {label(name): way.basis for name, way in each.ways.items()},
                "because": [name for name in load_register() if any(name in way.by for way in each.ways.values())],
            }
            for each in ways
        ],
    }


# The picture of a life: boxes on a grid, and arrows with numbers that the table beside it explains.
# The macro `diagram` draws it; its colours come from the style sheet of the site, light and dark.

WIDTH, HEIGHT = 112, 66  # pixels, of a box
COLUMN, ROW, MARGIN = 158, 136, 12  # pixels, from box to box; it is as wide as a phone
BEND = 18  # pixels that an arrow leaves the straight line by where another comes the other way
AROUND = 80  # pixels that it leaves it by to get around a box
LETTERS = 13  # of a line in a box


class Box(NamedTuple):
    """A box: its words and where its middle is, in pixels; ``end`` marks one that no arrow leaves."""

    words: str
    x: float
    y: float
    end: bool = False


class Arrow(NamedTuple):
    """An arrow between two boxes, by their names, with its number."""

    tail: str
    head: str
    number: int


def box(words: str, at: tuple[float, float], end: bool = False) -> Box:
    """Return a box at a place of the grid, given by its column and row."""
    column, row = at
    return Box(words, MARGIN + WIDTH / 2 + column * COLUMN, MARGIN + HEIGHT / 2 + row * ROW, end)


def picture(name: str, title: str, boxes: Mapping[str, Box], arrows: Sequence[Arrow]) -> Mapping[str, Any]:
    """Return the picture as numbers and words for the template; ``name`` is part of the ids in it."""
    return {
        "name": name,
        "title": title,
        "width": max(each.x for each in boxes.values()) + WIDTH / 2 + MARGIN,
        "height": max(each.y for each in boxes.values()) + HEIGHT / 2 + MARGIN,
        "box_width": WIDTH,
        "box_height": HEIGHT,
        "boxes": [
            {"x": each.x, "y": each.y, "end": each.end, "lines": list(wrapped(each.words))} for each in boxes.values()
        ],
        "arrows": [curve(each, boxes, arrows) for each in arrows],
    }


def curve(arrow: Arrow, boxes: Mapping[str, Box], arrows: Sequence[Arrow]) -> Mapping[str, Any]:
    """Return the curve of an arrow: where it starts, bends and ends, and its number with its place on the middle."""
    bend = bent(arrow, boxes, arrows)
    start, end = edge(boxes[arrow.tail], bend), edge(boxes[arrow.head], bend)
    middle = [(start[at] + 2 * bend[at] + end[at]) / 4 for at in (0, 1)]
    return {"number": arrow.number, "start": start, "bend": bend, "end": end, "middle": middle}


def wrapped(words: str) -> Iterator[str]:
    """Yield the words in lines that fit into a box."""
    line = ""
    for word in words.split():
        if line and len(line) + 1 + len(word) > LETTERS:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    yield line


def bent(each: Arrow, boxes: Mapping[str, Box], arrows: Sequence[Arrow]) -> tuple[float, float]:
    """Return the point that an arrow bends towards: away from the arrow that comes back, and around boxes between."""
    tail, head = boxes[each.tail], boxes[each.head]
    dx, dy = head.x - tail.x, head.y - tail.y
    length = math.hypot(dx, dy)
    out = 0.0
    if any((other.tail, other.head) == (each.head, each.tail) for other in arrows):
        out = BEND
    for other in boxes.values():
        if other not in (tail, head) and between(other, tail, head):
            aside = dx * (other.y - (tail.y + head.y) / 2) - dy * (other.x - (tail.x + head.x) / 2)
            out = -AROUND if aside > 0 else AROUND
    return (tail.x + head.x) / 2 - dy / length * 2 * out, (tail.y + head.y) / 2 + dx / length * 2 * out


def between(other: Box, tail: Box, head: Box) -> bool:
    """Tell whether a box lies on the straight line from one to another."""
    dx, dy = head.x - tail.x, head.y - tail.y
    along = ((other.x - tail.x) * dx + (other.y - tail.y) * dy) / (dx * dx + dy * dy)
    if not 0 < along < 1:
        return False
    return abs(tail.x + along * dx - other.x) < WIDTH * 0.6 and abs(tail.y + along * dy - other.y) < HEIGHT * 0.8


def edge(of: Box, towards: tuple[float, float]) -> tuple[float, float]:
    """Return where the line from the middle of a box towards a point leaves the box."""
    dx, dy = towards[0] - of.x, towards[1] - of.y
    scale = min(
        (WIDTH / 2 + 3) / abs(dx) if dx else math.inf,
        (HEIGHT / 2 + 3) / abs(dy) if dy else math.inf,
    )
    return of.x + dx * scale, of.y + dy * scale
