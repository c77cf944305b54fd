"""Compares fields that follow from other fields of the same entity with those.

Where a field may have any value, what follows from it is demanded all the same: an identity may be
on or off, and the resource is registered exactly while it is on.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..language.facts import ABSENT, Fact
from ..machine import Machine, State
from ..machine.observation import OBSERVED_KINDS, ObservedKind
from .agreement import alike
from .fitting import Mismatch, Seen
from .projections import projections_of_one
from .shown import Name


def contradictions(
    machine: Machine, states: Iterable[State], seen: Seen, limit: int
) -> Iterator[Mismatch]:
    """Yield each derived field that contradicts what else is shown of its entity.

    It comes as the fact that follows, and the one that was seen instead.
    """
    assert seen.observation is not None
    possible = tuple(states)
    for observed in OBSERVED_KINDS:
        word = observed.kind.word
        for field, sources in observed.derived.items():
            for name, fields in seen.observation.get(word, {}).items():
                if not are_shown(seen, (word, name), fields, (field, *sources)):
                    continue
                premises = {source: fields[source] for source in sources}
                following = values_following(
                    machine, possible, observed, name, premises, field, limit
                )
                got = fields[field]
                if following and not any(alike(value, got) for value in following):
                    yield Fact(word, name, field, following[0]), Fact(word, name, field, got)


def are_shown(seen: Seen, name: Name, fields: Mapping[str, Any], wanted: Iterable[str]) -> bool:
    """Return whether the system shows all these fields of an entity."""
    return all(field in fields and seen.shown.shows(name, field) for field in wanted)


def values_following(
    machine: Machine,
    states: Iterable[State],
    observed: ObservedKind,
    name: str,
    premises: Mapping[str, Any],
    field: str,
    limit: int,
) -> list[Any]:
    """Return every value that the field may have where the others have these values."""
    found: list[Any] = []
    for state in states:
        if name not in state.tables[observed.kind]:
            continue
        as_shown = state.with_changes({(observed.kind, name): premises})
        for projection in projections_of_one(machine, as_shown, observed, name, limit):
            if projection["exists"] is True:
                found.append(projection.get(field, ABSENT))
    return found
