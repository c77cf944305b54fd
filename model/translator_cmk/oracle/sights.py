"""What can be seen of a state in which silent rows may hold or not, and how that differs from what was seen."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import product
from math import prod
from typing import Any

from ..language.facts import ABSENT, Fact
from ..machine import Machine, Observation, State, Unspecified
from ..machine.entities import Entity
from ..machine.observation import SEEN
from ..machine.values import Value
from .choices import Replay, TooManyStates, possibilities

UNSPECIFIED = Unspecified()
"""The value of a field that may have any."""

Look = Mapping[str, Any]
"""The fields of one entity; the field `exists` says whether it is there."""

Name = tuple[str, str]
"""An entity, by the word for its kind and its name."""

Address = tuple[Name, str]
"""One field of an entity; the field `exists` stands for the entity."""

Looks = Mapping[Name, list[Look]]
"""For each entity of a state, all that it may look like."""

GONE: Look = {"exists": False}


class Shown(Value):
    """What a system shows of itself.

    ``reasons``: a refusal names requirements, though perhaps not all.  ``audit``: an acceptance lists the uses of keys.
    ``hidden``: what its observations leave out, each a `kind` or a `kind.field`.
    ``only``: the single fields that an observation tells, where it tells no others.
    ``untold``: the single fields that it does not tell.
    """

    __slots__ = ()
    reasons: bool = True
    audit: bool = True
    hidden: frozenset[str] = frozenset()
    only: frozenset[Address] | None = None
    untold: frozenset[Address] = frozenset()

    def shows(self, name: Name, field: str) -> bool:
        """Whether it shows this field of this entity."""
        if (name, field) in self.untold or (self.only is not None and (name, field) not in self.only):
            return False
        kind, _ = name
        return kind not in self.hidden and f"{kind}.{field}" not in self.hidden


def looks_of(machine: Machine, state: State, limit: int) -> Looks:
    """What every entity of the state may look like."""
    found: dict[Name, list[Look]] = {}
    for kind, shows, view in SEEN:
        for name in state.tables[kind]:
            look = partial(look_at, machine, state, kind, name, shows, view)
            found[kind.word, name] = each = []
            for seen, _ in possibilities(look, machine.silent, limit):
                if seen not in each:
                    each.append(seen)
    return found


def look_at(
    machine: Machine,
    state: State,
    kind: type[Entity],
    name: str,
    shows: Callable[[Any], bool],
    view: Callable[[Any], dict[str, Any]],
    replay: Replay,
) -> Look:
    """What the entity looks like in one replay."""
    entity = machine.world(state, replay).entity(kind, name)
    if not shows(entity):
        return GONE
    return {"exists": True} | {field: value for field, value in view(entity).items() if value is not None}


def look_in(observation: Observation, name: Name) -> Look:
    """What the entity looks like in an observation."""
    fields = observation.get(name[0], {}).get(name[1])
    return GONE if fields is None else {"exists": True, **fields}


def names_in(observation: Observation) -> Iterator[Name]:
    """Every entity of an observation."""
    return ((kind, name) for kind, entities in observation.items() for name in entities)


def observation_of(looks: Mapping[Name, Look]) -> Observation:
    """The observation in which the entities look like this; `exists` is a field of it only where it is unspecified."""
    observation: Observation = {kind.word: {} for kind, _, _ in SEEN}
    for (kind, name), look in sorted(looks.items(), key=lambda each: each[0]):
        if look["exists"] is not False:
            fields = {field: value for field, value in look.items() if field != "exists" or value is not True}
            observation[kind][name] = fields
    return observation


def observations_of(looks: Looks, limit: int) -> Iterator[Observation]:
    """Every observation that the looks allow; raises `TooManyStates`."""
    if prod(len(each) for each in looks.values()) > limit:
        raise TooManyStates(limit)
    return (observation_of(dict(zip(looks, chosen, strict=True))) for chosen in product(*looks.values()))


def agreement(looks: Iterable[Look]) -> Look:
    """What all the looks agree on, with `UNSPECIFIED` for what they do not."""
    looks = list(looks)
    fields = dict.fromkeys(field for look in looks for field in look)
    agreed = {field: common(look.get(field, ABSENT) for look in looks) for field in fields}
    return agreed if agreed["exists"] is True else {"exists": agreed["exists"]}


def common(values: Iterable[Any]) -> Any:
    """The one value that all of them are, or `UNSPECIFIED`."""
    first, *others = values
    return first if all(alike(first, other) for other in others) else UNSPECIFIED


def alike(a: Any, b: Any) -> bool:
    """Whether two values are the same in JSON, where 1 is not true."""
    return type(a) is type(b) and bool(a == b)


def differences(name: Name, expected: Look, seen: Look, shown: Shown) -> Iterator[tuple[Fact, Fact]]:
    """Every fact about the entity that was expected, with what was seen instead."""
    both_there = expected["exists"] is True and seen["exists"] is True
    for field in dict.fromkeys((*expected, *seen)) if both_there else ("exists",):
        wanted, got = expected.get(field, ABSENT), seen.get(field, ABSENT)
        if shown.shows(name, field) and wanted is not UNSPECIFIED and not alike(wanted, got):
            yield Fact(*name, field, wanted), Fact(*name, field, got)


def matches(looks: Looks, observation: Observation, skip: set[Name], shown: Shown) -> bool:
    """Whether this may be seen where the entities may look like that, but for those to skip."""
    for name in looks.keys() | set(names_in(observation)):
        seen = look_in(observation, name)
        if name not in skip and all(any(differences(name, look, seen, shown)) for look in looks.get(name, [GONE])):
            return False
    return True
