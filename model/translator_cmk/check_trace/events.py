"""Events: what a log says of one request to a system, of which any part may be missing."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from ..machine import Command, Observation, Outcome, Refused
from ..oracle.projections import names_in, observation_of, projection_in
from ..oracle.shown import Address, Shown

SHOWS_ALL = Shown()


class Event(NamedTuple):
    """A command, its outcome and the observation after it, of which any may be missing.

    Of several ``commands`` it may have been any.  ``shown`` says what the system shows.  If the
    event is ``idle``, an error hides whether the command was carried out.  ``code`` is the system's
    own word for its answer, and ``message`` what it says of a refusal.  If losses may be ``late``,
    one that has not come yet is no deviation.
    """

    commands: tuple[Command, ...]
    outcome: Outcome | None
    observation: Observation | None
    shown: Shown
    idle: bool
    code: str | None = None
    message: str | None = None
    time: datetime | None = None
    late: bool = False

    @property
    def is_unknown_refusal(self) -> bool:
        """Return whether the system refused by a code of its own, which nobody has translated."""
        is_refusal = isinstance(self.outcome, Refused)
        return is_refusal and self.code is not None and not self.shown.reasons

    @property
    def judgeable(self) -> bool:
        """Return whether there is anything to judge."""
        return self.outcome is not None or self.observation is not None


def event(
    command: Command | Sequence[Command] | None = None,
    outcome: Outcome | None = None,
    observation: Observation | None = None,
    *,
    partial: bool = False,
    shown: Shown = SHOWS_ALL,
    idle: bool = False,
    code: str | None = None,
    message: str | None = None,
    time: datetime | None = None,
    late: bool = False,
) -> Event:
    """Return an event; None stands for a part that the trace does not have.

    Of a list of commands it may have been any.  A ``partial`` observation says nothing but the
    fields in it, `exists` among them.  The rest is as in `Event`.
    """
    if observation is not None and partial:
        only = frozenset(addresses(observation))
        shown = Shown(shown.reasons, shown.audit, shown.hidden, only=only)
    if observation is not None:
        observation = normalised(observation)
    return Event(as_tuple(command), outcome, observation, shown, idle, code, message, time, late)


def as_tuple(command: Command | Sequence[Command] | None) -> tuple[Command, ...]:
    """Return the commands that an event may have been."""
    if command is None:
        return ()
    if isinstance(command, Command):
        return (command,)
    return tuple(command)


def addresses(observation: Observation) -> set[Address]:
    """Return the fields of a partial observation, with `exists` for each entity."""
    found: set[Address] = set()
    for name in names_in(observation):
        found.add((name, "exists"))
        for field in projection_in(observation, name):
            found.add((name, field))
    return found


def normalised(observation: Observation) -> Observation:
    """Return the observation as the oracle compares it: without `exists`, and without what is
    gone.
    """
    existing = without_gone(observation)
    return observation_of({name: projection_in(existing, name) for name in names_in(observation)})


def without_gone(observation: Observation) -> Observation:
    """Return the observation without `exists`, and without the entities that it says do not
    exist.
    """
    found: Observation = {}
    for kind, entities in observation.items():
        found[kind] = {}
        for name, fields in entities.items():
            if fields.get("exists") is not False:
                found[kind][name] = {
                    field: value for field, value in fields.items() if field != "exists"
                }
    return found
