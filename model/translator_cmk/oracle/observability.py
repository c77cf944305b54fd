"""Projects states to what can be observed of them, and compares that with what was observed."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache, partial
from itertools import product
from math import prod
from typing import Any

from ..language.facts import ABSENT, Fact
from ..machine import Machine, Observation, State, Unspecified
from ..machine.entities import Entity
from ..machine.observation import OBSERVED_KINDS
from ..machine.values import Value
from .nondeterminism import Replay, TooManyStates, possibilities

UNSPECIFIED = Unspecified()
"""The value of a field that may have any."""

Projection = Mapping[str, Any]
"""The fields of one entity; the field `exists` says whether it is there."""

Name = tuple[str, str]
"""An entity, by the word for its kind and its name."""

Address = tuple[Name, str]
"""One field of an entity; the field `exists` stands for the entity."""

Projections = Mapping[Name, list[Projection]]
"""For each entity of a state, every projection that it may have."""

GONE: Projection = {"exists": False}


class Shown(Value):
    """The parts of its state and answers that a system shows.

    ``reasons``: a refusal names requirements, though perhaps not all.  ``audit``: an acceptance lists the uses of keys.
    ``hidden``: what its observations leave out, each a `kind` or a `kind.field`.
    ``only``: the single fields that an observation has, where it has no others.
    ``omitted``: the single fields that it does not have.
    """

    reasons: bool = True
    audit: bool = True
    hidden: frozenset[str] = frozenset()
    only: frozenset[Address] | None = None
    omitted: frozenset[Address] = frozenset()

    def shows(self, name: Name, field: str) -> bool:
        """Return whether it shows this field of this entity."""
        if (name, field) in self.omitted or (self.only is not None and (name, field) not in self.only):
            return False
        kind, _ = name
        return kind not in self.hidden and f"{kind}.{field}" not in self.hidden


@lru_cache(maxsize=2**14)
def projections_of(machine: Machine, state: State, limit: int) -> Projections:
    """Return every projection that each entity of the state may have."""

    def project(name: str, kind: type[Entity], shows: Any, view: Any, replay: Replay) -> Projection:
        entity = machine.world(state, replay).entity(kind, name)
        if not shows(entity):
            return GONE
        return {"exists": True} | {field: value for field, value in view(entity).items() if value is not None}

    found: dict[Name, list[Projection]] = {}
    for kind, shows, view in OBSERVED_KINDS:
        for name in state.tables[kind]:
            found[kind.word, name] = each = []
            for seen, _ in possibilities(partial(project, name, kind, shows, view), machine.silent, limit):
                if seen not in each:
                    each.append(seen)
    return found


def values_of(projections: Projections, fact: Fact) -> list[Any]:
    """Return every value that the field of a fact may have."""
    return [each.get(fact.field, ABSENT) for each in projections.get((fact.kind, fact.name), [GONE])]


def projection_in(observation: Observation, name: Name) -> Projection:
    """Return the projection of the entity in an observation."""
    fields = observation.get(name[0], {}).get(name[1])
    return GONE if fields is None else {"exists": True, **fields}


def names_in(observation: Observation) -> Iterator[Name]:
    """Yield every entity of an observation."""
    return ((kind, name) for kind, entities in observation.items() for name in entities)


def observation_of(projections: Mapping[Name, Projection]) -> Observation:
    """Return the observation with these projections; `exists` is a field of it only where it is unspecified."""
    observation: Observation = {kind.word: {} for kind, _, _ in OBSERVED_KINDS}
    for (kind, name), projection in sorted(projections.items(), key=lambda each: each[0]):
        if projection["exists"] is not False:
            fields = {field: value for field, value in projection.items() if field != "exists" or value is not True}
            observation[kind][name] = fields
    return observation


def observations_of(projections: Projections, limit: int) -> Iterator[Observation]:
    """Yield every observation that the projections allow; raises `TooManyStates`."""
    if prod(len(each) for each in projections.values()) > limit:
        raise TooManyStates(limit)
    return (observation_of(dict(zip(projections, chosen, strict=True))) for chosen in product(*projections.values()))


def agreement(projections: Iterable[Projection]) -> Projection:
    """Return what all the projections agree on, with `UNSPECIFIED` for what they do not."""
    projections = list(projections)
    agreed = {}
    for field in dict.fromkeys(field for projection in projections for field in projection):
        first, *others = (projection.get(field, ABSENT) for projection in projections)
        agreed[field] = first if all(alike(first, other) for other in others) else UNSPECIFIED
    return agreed if agreed["exists"] is True else {"exists": agreed["exists"]}


def alike(a: Any, b: Any) -> bool:
    """Return whether two values are the same in JSON, where 1 is not true."""
    return type(a) is type(b) and bool(a == b)


def differences(name: Name, expected: Projection, seen: Projection, shown: Shown) -> Iterator[tuple[Fact, Fact]]:
    """Yield every fact about the entity that was expected, with what was seen instead."""
    both_there = expected["exists"] is True and seen["exists"] is True
    for field in dict.fromkeys((*expected, *seen)) if both_there else ("exists",):
        wanted, got = expected.get(field, ABSENT), seen.get(field, ABSENT)
        if wanted is not UNSPECIFIED and not alike(wanted, got) and shown.shows(name, field):
            yield Fact(*name, field, wanted), Fact(*name, field, got)


def distance(projections: Projections, observation: Observation, skip: set[Name], shown: Shown) -> int:
    """Return in how many facts an observation differs at least from these projections, but for entities to skip."""
    far = 0
    for name in (projections.keys() | set(names_in(observation))) - skip:
        seen = projection_in(observation, name)
        far += min(len([*differences(name, each, seen, shown)]) for each in projections.get(name, [GONE]))
    return far
