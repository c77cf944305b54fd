"""Leave out commands that an event may have been, where others stand for them.

A log that leaves fields out may stand for thousands of commands, since a field may have any name
that is anywhere in the log.  To the specification a name is no more than a name.  So all names that
neither the states before an event nor the observation after it mentions are interchangeable: what a
command does under one of them, it does under each.  If the observation is complete, it shows that
none of them was used, or that it makes no difference which.  `STAND_FOR_ALL` of them are enough,
so that states differ in the field where they would differ.
"""

from collections.abc import Iterable, Iterator

from ..language.traces import NAMED
from ..machine import Command, Observation, State
from ..machine.entities import ENTITY_KINDS
from .events import Event

STAND_FOR_ALL = 2


def distinguishable(event: Event, states: Iterable[State]) -> tuple[Command, ...]:
    """Return those of the commands of an event that can be told apart; all of them where the
    observation after it is not complete.
    """
    is_complete = event.observation is not None and event.shown.only is None
    if len(event.commands) == 1 or not is_complete or event.shown.hidden or event.shown.omitted:
        return event.commands
    mentioned = {*names_in_states(states), *names_in(event.observation or {})}
    standing = standing_for_all(event.commands, mentioned)
    return tuple(command for command in event.commands if is_kept(command, mentioned, standing))


def standing_for_all(
    commands: Iterable[Command], mentioned: set[object]
) -> dict[str, dict[object, None]]:
    """Return for each field the first two names of those that are not mentioned."""
    standing: dict[str, dict[object, None]] = {field: {} for field in NAMED}
    for command in commands:
        for field, value in command.as_dict().items():
            if field not in standing or value in mentioned:
                continue
            if len(standing[field]) < STAND_FOR_ALL:
                standing[field][value] = None
    return standing


def is_kept(
    command: Command, mentioned: set[object], standing: dict[str, dict[object, None]]
) -> bool:
    """Return whether each name in the command is mentioned, or stands for others."""
    for field, value in command.as_dict().items():
        if field in standing and value not in mentioned and value not in standing[field]:
            return False
    return True


def names_in_states(states: Iterable[State]) -> Iterator[object]:
    """Yield every name and every value in the states, the parts of a name apart."""
    for state in states:
        for kind in ENTITY_KINDS:
            for name, record in state.tables[kind].items():
                yield from name.split("/")
                for value in record:
                    yield from str(value).split("/")


def names_in(observation: Observation) -> Iterator[object]:
    """Yield every name and every value in an observation, the parts of a name apart."""
    for entities in observation.values():
        for name, fields in entities.items():
            yield from name.split("/")
            for value in fields.values():
                yield from str(value).split("/")
