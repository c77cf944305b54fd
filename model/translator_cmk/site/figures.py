"""Compute the pictures: where the chain to the data is cut, the loss over time, and where nobody has looked.

Each comes from the model or the register, as plain data that a macro draws; a table beside it says the same.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ..explore.graph import attainable, predecessors
from ..explore.theorems import THEOREMS
from ..language.sentences import read_command
from .content import Content
from .effects import CAUSES, carried_out, commands_of, model, start
from .reversibility import OF_WORD, found, search
from .sourced import by_requirement, data, load_seen

SEARCHED = "ways-back"
TIMED = ("An uploaded document", "A deployed model", "Data that can be read", "A key", "A key vault")
"""The things on the picture of the loss over time, by their names in the data file."""


def chain() -> list[Mapping[str, Any]]:
    """Return each part that the data depends on with the commands that cut it there, of causes alone."""
    cutting = {type(commands_of(cause)[-1]).__name__ for cause in CAUSES}
    return [
        {"part": each["part"], "cuts": [words for command, words in each["cut"].items() if command in cutting]}
        for each in data("causes")["chain"]
    ]


def timeline() -> Mapping[str, Any] | None:
    """Return the moments and what each thing is then: `there`, `back` if it can come back, or `lost`.

    Returns None for a model whose rows contradict each other.
    """
    searched, state, moments = search(SEARCHED), None, []
    if searched is None:
        return None
    for moment in data("causes")["timeline"]:
        state = carried_out(model(), state or start(model(), CAUSES[0].start), map(read_command, moment["commands"]))
        moments.append(searched.graph.number(state))
    lines = []
    for name in TIMED:
        (thing,) = (each for each in data("causes")["things"] if each["thing"] == name)
        kind = OF_WORD[thing["kind"]]
        so = [any(found(world, kind, each, thing["fits"]) for each in world.tables[kind]) for world in searched.worlds]
        possible = attainable(predecessors(searched.graph), [int(each) for each in so])
        fates = ["there" if so[at] else "back" if possible[at] else "lost" for at in moments if at is not None]
        lines.append({"thing": name, "fates": fates})
    return {"moments": data("causes")["timeline"], "lines": lines}


def evidence_map(content: Content) -> list[Mapping[str, Any]]:
    """Return for each topic its requirements with their kinds of evidence and what was seen of Azure in public."""
    evidence = content.evidence
    seen, theorems = by_requirement(load_seen(evidence.register)), theorems_by_requirement()
    return [
        {
            "name": feature.name,
            "topic": feature.topic,
            "cells": [
                {
                    "requirement": each,
                    "kinds": len(evidence.requirement(each).counts) + bool(theorems[each.id]),
                    "seen": public(each.id, seen),
                }
                for each in evidence.register.topics[feature.topic]
            ],
        }
        for feature in evidence.features
    ]


def public(name: str, seen: Mapping[str, Any]) -> str:
    """Return whether what was seen of Azure `contradicts` or `supports` a requirement; `nobody` if nothing was."""
    if name not in seen:
        return "nobody"
    return "contradicts" if any(name in each.contradicts for each in seen[name]) else "supports"


def theorems_by_requirement() -> Counter[str]:
    """Return how many theorems are about each requirement."""
    return Counter(name for theorem in THEOREMS for name in theorem.requirements)
