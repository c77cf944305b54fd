"""Projects states to what can be observed of them.

A state is observed entity by entity.  The *projection* of an entity is all that shows of it: its
fields, and the field `exists`, which says whether it is there at all.  What a field shows can
depend on silent rows, so an entity of one state may have several projections.  Those of different
entities are independent of each other.

An observation is what is exchanged with systems: it has the entities that are there, by kind and
name.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any

from ..language.facts import ABSENT, Fact
from ..machine import Machine, Observation, State
from ..machine.entities import Entity
from ..machine.memoised import Memoised
from ..machine.observation import OBSERVED_KINDS, ObservedKind
from .nondeterminism import Replay, TooManyStates, possibilities
from .shown import Name

Projection = Mapping[str, Any]
"""The fields of one entity; the field `exists` says whether it is there."""

Projections = Mapping[Name, list[Projection]]
"""For each entity of a state, every projection that it may have."""

OBSERVED_KIND = {observed.kind: observed for observed in OBSERVED_KINDS}

GONE: Projection = {"exists": False}


# From states to projections


@lru_cache(maxsize=2**14)
def projections_of(machine: Machine, state: State, limit: int) -> Projections:
    """Return every projection that each entity of the state may have."""
    memoised = projections_memoised(machine, limit)
    found: dict[Name, list[Projection]] = {}
    for observed in OBSERVED_KINDS:
        word = observed.kind.word
        for name in state.tables[observed.kind]:
            _, found[word, name] = memoised.step(state, (observed.kind, name))
    return found


MOST_KEPT = 2**14
"""How many projections are kept of each machine."""


@lru_cache(maxsize=16)
def projections_memoised(
    machine: Machine, limit: int
) -> Memoised[tuple[type[Entity], str], list[Projection]]:
    """Return the projections of an entity by a machine, which are found once for states that agree
    on all that shows of it.
    """

    def projections(
        state: State, entity: tuple[type[Entity], str]
    ) -> tuple[State, list[Projection]]:
        kind, name = entity
        return state, projections_of_one(machine, state, OBSERVED_KIND[kind], name, limit)

    return Memoised(projections, MOST_KEPT)


def projections_of_one(
    machine: Machine, state: State, observed: ObservedKind, name: str, limit: int
) -> list[Projection]:
    """Return every projection that one entity of the state may have, each once."""

    def project(replay: Replay) -> Projection:
        entity = machine.world(state, replay).entity(observed.kind, name)
        if not observed.shows(entity):
            return GONE
        view = observed.view(entity)
        fields = {field: value for field, value in view.items() if value is not None}
        return {"exists": True, **fields}

    distinct: list[Projection] = []
    for projection, _ in possibilities(project, machine.silent, limit):
        if projection not in distinct:
            distinct.append(projection)
    return distinct


def values_of(projections: Projections, fact: Fact) -> list[Any]:
    """Return every value that the field of a fact may have."""
    possible = projections.get((fact.kind, fact.name), [GONE])
    return [projection.get(fact.field, ABSENT) for projection in possible]


# Between projections and observations


def projection_in(observation: Observation, name: Name) -> Projection:
    """Return the projection of the entity in an observation."""
    kind, own_name = name
    fields = observation.get(kind, {}).get(own_name)
    if fields is None:
        return GONE
    return {"exists": True, **fields}


def names_in(observation: Observation) -> Iterator[Name]:
    """Yield every entity of an observation."""
    for kind, entities in observation.items():
        for name in entities:
            yield kind, name


def observation_of(projections: Mapping[Name, Projection]) -> Observation:
    """Return the observation with these projections; `exists` is in it only if unspecified."""
    observation: Observation = {observed.kind.word: {} for observed in OBSERVED_KINDS}
    for name in sorted(projections):
        projection = projections[name]
        if projection["exists"] is False:
            continue
        fields = dict(projection)
        if fields["exists"] is True:
            del fields["exists"]
        kind, own_name = name
        observation[kind][own_name] = fields
    return observation


def observations_of(projections: Projections, limit: int) -> Iterator[Observation]:
    """Yield every observation that the projections allow; raises `TooManyStates`."""
    if prod(len(possible) for possible in projections.values()) > limit:
        raise TooManyStates(limit)
    for chosen in product(*projections.values()):
        yield observation_of(dict(zip(projections, chosen, strict=True)))
