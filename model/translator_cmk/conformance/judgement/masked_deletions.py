"""Deletions that a system can't show at once, since it shows no document while the data is
inaccessible.

Such a document is seen to be deleted only once the key is back.  The scenarios that look then,
after the same loss, become the positive controls of those that look at once.  A look after another
loss shows nothing of this one.
"""

from functools import cache
from typing import NamedTuple

from ...bdd.feature_records import Pickle
from ...bdd.vocabulary import asserts, commands_of, facts_of
from ...machine import DEFAULT_STAGE, Command
from ...machine.entities import Document
from ...machine.world import World
from ...system import ModelSystem
from .cases import ScenarioCase


class Deletion(NamedTuple):
    """The uploaded documents that a scenario says are deleted.

    ``loss``: its commands up to the one that deletes the last of them.  ``is_readable``: whether
    the data can be read once the scenario looks.
    """

    documents: frozenset[str]
    loss: tuple[Command, ...]
    is_readable: bool


@cache
def with_later_looks(scenarios: tuple[ScenarioCase, ...]) -> tuple[ScenarioCase, ...]:
    """Return the scenarios as they count for a system that shows no document while data is
    inaccessible.

    The scenarios that look at the same documents once the key is back, after the same loss, are
    controls of those that look at once.  Where there is none, the deletion is not seen.
    """
    later_looks = {}
    for scenario in scenarios:
        deletion = deletion_in(scenario.pickle)
        if deletion is not None and deletion.is_readable:
            later_looks[scenario.case.id] = scenario.pickle

    found = []
    for scenario in scenarios:
        deletion = deletion_in(scenario.pickle)
        # a refusal deletes nothing: what it asserts was deleted before
        if deletion is None or deletion.is_readable or is_a_refusal(scenario):
            found.append(scenario)
            continue
        controls = tuple(name for name, look in later_looks.items() if shows(look, deletion))
        case = scenario.case._replace(controls=controls, masked=True)
        found.append(scenario._replace(case=case))
    return tuple(found)


def is_a_refusal(scenario: ScenarioCase) -> bool:
    return asserts(scenario.pickle, "refused")


def shows(later_look: Pickle, deletion: Deletion) -> bool:
    """Return whether a scenario that looks once the key is back shows this deletion."""
    seen = deletion_in(later_look)
    if seen is None or not seen.documents >= deletion.documents:
        return False
    return tuple(commands_of(later_look))[: len(deletion.loss)] == deletion.loss


@cache
def deletion_in(pickle: Pickle) -> Deletion | None:
    """Return the deletion that a scenario asserts; None where it asserts none.

    The documents have to have been uploaded, and their workspaces to be there.
    """
    asserted = set()
    for fact in facts_of(pickle):
        if (fact.kind, fact.field, fact.value) == ("document", "exists", False):
            asserted.add(fact.name)
    if not asserted:
        return None
    model = ModelSystem()
    model.reset(DEFAULT_STAGE)
    commands = tuple(commands_of(pickle))
    loss: tuple[Command, ...] = ()
    is_kept = False
    for number, command in enumerate(commands, start=1):
        model.submit(command)
        was_kept = is_kept
        is_kept = has_one_kept(model.machine.world(model.state), asserted)
        # up to the command that deleted the last of them
        if was_kept and not is_kept:
            loss = commands[:number]
    world = model.machine.world(model.state)
    uploaded = [world.entity(Document, name) for name in asserted if world.has(Document, name)]
    if not uploaded or any(document.workspace.state != "active" for document in uploaded):
        return None
    names = frozenset(document.name for document in uploaded)
    return Deletion(names, loss, all(document.workspace.readable for document in uploaded))


def has_one_kept(world: World, documents: set[str]) -> bool:
    """Return whether one of the documents is still there."""
    return any(
        document.name in documents and document.state == "uploaded"
        for document in world.every(Document)
    )
