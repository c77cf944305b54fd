"""Facts: the single fields of an observation, which a `Then` states and of which a difference
consists."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..machine import Observation
from ..machine.values import Value

ABSENT = "absent"
"""The value of a field that an entity does not have, or whose entity does not exist."""


class Fact(Value):
    """A field of an observed entity has this value; the field `exists` says whether the entity is
    there at all."""

    kind: str
    name: str
    field: str
    value: Any


def observed_value(observation: Observation, kind: str, name: str, field: str) -> Any:
    """Return the value of a field in the observation: `ABSENT` where the entity or the field is not
    there."""
    entity = observation.get(kind, {}).get(name)
    if field == "exists":
        return entity is not None
    if entity is None:
        return ABSENT
    return entity.get(field, ABSENT)


def holds(fact: Fact, observation: Observation) -> bool:
    """Return whether the observation shows the fact."""
    value = observed_value(observation, fact.kind, fact.name, fact.field)
    same_type = type(value) is type(fact.value)  # in Python, True equals 1
    return same_type and bool(value == fact.value)


def changed_facts(before: Observation, after: Observation) -> Iterator[tuple[Fact, Fact]]:
    """Yield every fact that changed, as it was and as it is; an entity that came or went is one
    fact."""
    for kind in sorted(before.keys() | after.keys()):
        entities_before = before.get(kind, {})
        entities_after = after.get(kind, {})
        if entities_before == entities_after:
            continue
        for name in sorted(entities_before.keys() | entities_after.keys()):
            for field in fields_to_compare(entities_before.get(name), entities_after.get(name)):
                old = observed_value(before, kind, name, field)
                new = observed_value(after, kind, name, field)
                if old != new:
                    yield Fact(kind, name, field, old), Fact(kind, name, field, new)


def fields_to_compare(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[str]:
    """Return the fields of an entity, or only `exists` if it was not there both times."""
    if before is None or after is None:
        return ["exists"]
    return sorted(before.keys() | after.keys())
