"""The life of one thing: the states that it can be in, and the commands that lead between them.

The states are data: `data/causes.yaml`.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from ...bdd.feature_records import slug
from ...explore.graph import Edge
from ...machine.world import World
from ...oracle.grounds import Thing, is_intact
from ...requirements import load_register
from ...requirements.consequences import load_consequences
from ..sourced import data
from .fates import Ways, behind_changes, behind_losses_of, label, note
from .picture import Arrow, line_of, middle, picture
from .searched import KIND_OF_WORD, Searched, is_found, searched

NOT_DRAWN = "another state"
"""A state of a broken model that the picture lacks."""

PLACE_OF_NOT_DRAWN = (0, 4)


def state_of(life: Mapping[str, Any], world: World) -> str:
    """Return the state of the thing in a few words."""
    kind = KIND_OF_WORD[life["kind"]]
    (not_yet, _), *states = life["states"].items()
    if not world.has(kind, life["name"]):
        return str(not_yet)
    for state, told in states:
        if is_found(world, kind, life["name"], told["fits"]):
            return str(state)
    return NOT_DRAWN


def transitions(life: Mapping[str, Any]) -> dict[tuple[str, str], Ways]:
    """Return the commands that lead from one state to another, for each such pair in the order of
    the picture.
    """
    graph = searched(life["scope"])
    states = [state_of(life, world) for world in graph.worlds]
    behind = behind_changes(lambda world: state_of(life, world))
    behind_loss = behind
    if "loss" in life:
        behind_loss = behind_losses_of(life, life["name"])
    found: dict[tuple[str, str], Ways] = {}
    for edge in graph.edges():
        ends = (states[edge.state], states[edge.after])
        if ends[0] == ends[1]:
            continue
        command = graph.command(edge)
        asked = behind_loss if is_loss(life, graph, edge) else behind
        note(found.setdefault(ends, {}), command, asked(graph.states[edge.state], command))
    return in_order_of_the_picture(life, found)


def is_loss(life: Mapping[str, Any], graph: Searched, edge: Edge) -> bool:
    """Return whether an edge is the loss of which the table of consequences speaks."""
    if "loss" not in life:
        return False
    thing = Thing(load_consequences().losses[life["loss"]], life["name"])
    before, after = graph.worlds[edge.state], graph.worlds[edge.after]
    return is_intact(thing, before) and not is_intact(thing, after)


def in_order_of_the_picture(
    life: Mapping[str, Any], found: Mapping[tuple[str, str], Ways]
) -> dict[tuple[str, str], Ways]:
    """Return the transitions in the order of the states, with their commands in that of names."""
    places = [*life["states"], NOT_DRAWN]

    def order(ends: tuple[str, str]) -> tuple[int, int]:
        return places.index(ends[0]), places.index(ends[1])

    ordered: dict[tuple[str, str], Ways] = {}
    for ends in sorted(found, key=order):
        ordered[ends] = dict(sorted(found[ends].items()))
    return ordered


@cache
def lives() -> list[Mapping[str, Any]]:
    """Return each life with its picture and its transitions, as a page shows them."""
    return [one_life(life) for life in data("causes")["lives"]]


def one_life(life: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return one life."""
    found = transitions(life)
    boxes: dict[str, complex] = {}
    final: list[str] = []
    for state, told in life["states"].items():
        boxes[state] = middle(*told["at"])
        if "end" in told:
            final.append(state)
    for ends in found:
        if NOT_DRAWN in ends:
            boxes[NOT_DRAWN] = middle(*PLACE_OF_NOT_DRAWN)
    name = life["life"]
    title = f"{name}: {len(boxes)} states and {len(found)} ways between them, as in the table"
    shown = []
    arrows = []
    for (before, after), ways in found.items():
        because = reasons(ways)
        shown.append({"before": before, "after": after, "ways": ways, "because": because})
        is_assumed = all(line_of(way.basis) == "dashed" for way in ways.values())
        arrows.append(Arrow(before, after, in_words(life, ways), is_assumed))
    return {
        "title": name,
        "picture": picture(slug(name), title, boxes, final, arrows),
        "transitions": shown,
    }


def in_words(life: Mapping[str, Any], ways: Ways) -> str:
    """Return commands in the few words that an arrow has room for, each once."""
    words = [life["words"].get(command) or label(command) for command in ways]
    return " or ".join(dict.fromkeys(words))


def reasons(ways: Ways) -> list[str]:
    """Return the requirements behind commands, each once."""
    named: set[str] = set()
    for way in ways.values():
        named |= way.by
    return [name for name in load_register() if name in named]
