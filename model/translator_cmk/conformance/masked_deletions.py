"""Deletions that a system can't show at once, since it shows no document while the data is
inaccessible.

Such a document is seen to be deleted only once the key is back.  The scenarios that look then
become the positive controls of those that look at once.
"""

from functools import cache

from ..bdd.feature_records import Pickle
from ..bdd.vocabulary import asserts, commands_of, facts_of
from ..machine import DEFAULT_STAGE
from ..machine.entities import Document
from ..system import ModelSystem
from .cases import ScenarioCase


@cache
def with_later_looks(scenarios: tuple[ScenarioCase, ...]) -> tuple[ScenarioCase, ...]:
    """Return the scenarios as they count for a system that shows no document while data is
    inaccessible.

    The scenarios that look once the key is back, after the same commands if there are such, are
    controls of those that look at once.
    """
    looks_later = {}
    for scenario in scenarios:
        if readable_after_deletion(scenario.pickle) is True:
            looks_later[scenario.case.id] = tuple(commands_of(scenario.pickle))

    found = []
    for scenario in scenarios:
        if readable_after_deletion(scenario.pickle) is False and not is_a_refusal(scenario):
            begun = tuple(commands_of(scenario.pickle))
            after_the_same = [
                name for name, commands in looks_later.items() if commands[: len(begun)] == begun
            ]
            controls = tuple(after_the_same or looks_later)
            found.append(
                scenario._replace(case=scenario.case._replace(controls=controls, masked=True))
            )
        else:
            found.append(scenario)
    return tuple(found)


def is_a_refusal(scenario: ScenarioCase) -> bool:
    return asserts(scenario.pickle, "refused")


@cache
def readable_after_deletion(pickle: Pickle) -> bool | None:
    """Return whether the data can be read once a scenario says that a document is deleted; None
    where it says no such.

    The document has to have been uploaded, and its resource to be there.
    """
    deleted = []
    for fact in facts_of(pickle):
        if (fact.kind, fact.field, fact.value) == ("document", "exists", False):
            deleted.append(fact.name)
    if not deleted:
        return None
    model = ModelSystem()
    model.reset(DEFAULT_STAGE)
    for command in commands_of(pickle):
        model.submit(command)
    world = model.machine.world(model.state)
    uploaded = [world.entity(Document, name) for name in deleted if world.has(Document, name)]
    if not uploaded or uploaded[0].workspace.state != "active":
        return None
    readable: bool = uploaded[0].workspace.readable
    return readable
