"""Compares what a system did and showed in one step with a transition that is possible."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ..language.facts import ABSENT, Fact
from ..machine import Accepted, Command, Machine, Observation, Outcome, Refused
from ..machine.observation import OBSERVED_KINDS
from ..machine.step import DOES_NOT_EXIST
from . import reasons
from .agreement import UNSPECIFIED, alike
from .projections import GONE, Projection, Projections, names_in, projection_in
from .shown import Name, Shown
from .transitions import Transition


class Seen(NamedTuple):
    """What a system did and showed in one step, as far as it is known, and what of it is compared.

    Of several ``commands`` it may have been any.
    """

    commands: tuple[Command, ...]
    outcome: Outcome | None
    observation: Observation | None
    shown: Shown
    uncompared: frozenset[Name]


# The answer


def fits_outcome(machine: Machine, transition: Transition, seen: Seen) -> bool:
    """Return whether a system that makes this transition may answer as it was seen to."""
    possible = transition.outcome
    if isinstance(possible, Accepted) and isinstance(seen.outcome, Accepted):
        return not seen.shown.audit or sorted(possible.audit) == sorted(seen.outcome.audit)
    if isinstance(possible, Refused) and isinstance(seen.outcome, Refused):
        return not seen.shown.reasons or fits_reasons(machine, transition, possible, seen)
    return fits_kind(possible, seen.outcome)


def fits_kind(demanded: Outcome, outcome: Outcome | None) -> bool:
    """Return whether a system may answer like this, whatever its reasons and its uses of keys.

    An unspecified outcome stands for a refusal without a reason.
    """
    if isinstance(outcome, Refused):
        return not isinstance(demanded, Accepted)
    return type(demanded) is type(outcome)


def fits_reasons(machine: Machine, transition: Transition, demanded: Refused, seen: Seen) -> bool:
    """Return whether a system that refuses, as in this transition, may give the reasons seen."""
    assert isinstance(seen.outcome, Refused)
    given = seen.outcome.because
    if reasons.are_some_of(given, demanded.because):
        return True
    if demanded == DOES_NOT_EXIST:
        return reasons.say_that_a_name_is_wrong(given)
    # where a row is silent, nobody knows what else the command has to meet
    return any(machine.is_silent_about(transition.before, command) for command in seen.commands)


# The observation


def fits_observation(projections: Projections, seen: Seen) -> bool:
    """Return whether a system in a state with these projections may show what was observed."""
    assert seen.observation is not None
    names = projections.keys() | set(names_in(seen.observation))
    for name in names - seen.uncompared:
        shows = projection_in(seen.observation, name)
        possible = projections.get(name, [GONE])
        if may_be_undisplayed(name, shows, projections):
            continue
        if not any(fits_projection(name, expected, shows, seen.shown) for expected in possible):
            return False
    return True


DISPLAYED_BY = {observed.kind.word: observed.displayed_by for observed in OBSERVED_KINDS}


def may_be_undisplayed(
    name: Name, shows: Projection, projections: Mapping[Name, Iterable[Projection]]
) -> bool:
    """Return whether an entity that is not shown may be there, since it can't be read, or what it
    belongs to can't.
    """
    kind, own_name = name
    displayed_by = DISPLAYED_BY[kind]
    if displayed_by is None or shows["exists"]:
        return False
    link, field = displayed_by
    for expected in projections.get(name, ()):
        # a workspace says of itself whether it can be read
        holder = own_name if link == kind else str(expected.get(link))
        holders = projections.get((link, holder), ())
        if any(holder.get(field) is False for holder in holders):
            return True
    return False


def fits_projection(name: Name, expected: Projection, seen: Projection, shown: Shown) -> bool:
    """Return whether nothing that is shown of an entity is otherwise than expected."""
    return next(differences(name, expected, seen, shown), None) is None


Mismatch = tuple[Fact, Fact]
"""A fact that was expected, and the one that was seen instead."""


def differences(
    name: Name,
    expected: Projection,
    seen: Projection,
    shown: Shown,
) -> Iterator[Mismatch]:
    """Yield every fact about the entity that was expected, with the one that was seen instead."""
    both_there = expected["exists"] is True and seen["exists"] is True
    fields = dict.fromkeys((*expected, *seen)) if both_there else ["exists"]
    for field in fields:
        wanted = expected.get(field, ABSENT)
        got = seen.get(field, ABSENT)
        if wanted is not UNSPECIFIED and not alike(wanted, got) and shown.shows(name, field):
            yield Fact(*name, field, wanted), Fact(*name, field, got)
