"""Single facts of an observation: what a `Then` states, and what a difference consists of."""

from collections.abc import Iterator
from typing import Any

from ..machine import Observation
from ..machine.values import Value

ABSENT = "absent"  # the value of a field, or of an entity, that is not there


class Fact(Value):
    """A field of an observed entity has this value; field `exists` says whether the entity is there at all."""

    __slots__ = ()
    kind: str
    name: str
    field: str
    value: Any


def observed(observation: Observation, kind: str, name: str, field: str) -> Any:
    """Return the value of a field in the observation: `ABSENT` where the entity or the field is not there."""
    entity = observation.get(kind, {}).get(name)
    if field == "exists":
        return entity is not None
    return ABSENT if entity is None else entity.get(field, ABSENT)


def holds(fact: Fact, observation: Observation) -> bool:
    """Return whether the observation shows the fact."""
    seen = observed(observation, fact.kind, fact.name, fact.field)
    return type(seen) is type(fact.value) and bool(seen == fact.value)


def difference(before: Observation, after: Observation) -> Iterator[tuple[Fact, Fact]]:
    """Yield every fact that changed, as it was and as it is; an entity that came or went is one fact."""
    for kind in sorted(before.keys() | after.keys()):
        was, now = before.get(kind, {}), after.get(kind, {})
        for name in sorted(was.keys() | now.keys()):
            if (name in was) != (name in now):
                yield Fact(kind, name, "exists", name in was), Fact(kind, name, "exists", name in now)
                continue
            for field in sorted(was[name].keys() | now[name].keys()):
                old, new = was[name].get(field, ABSENT), now[name].get(field, ABSENT)
                if old != new:
                    yield Fact(kind, name, field, old), Fact(kind, name, field, new)
