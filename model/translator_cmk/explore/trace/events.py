"""The events of a trace: what was asked of a system, what is told of its answer, and what was seen of it.

Events and their parts are compared by identity, so that what follows from one is quickly found again.  A `Log` makes
them, and of those that say the same it makes one, as long as it remembers it.
"""

import marshal
from collections.abc import Hashable
from hashlib import blake2b
from typing import Any

from ...language.traces import Told
from ...machine import Command, Observation, Outcome, Stage
from ...oracle.observability import GONE, Address, Name, Projection, Shown, names_in, observation_of, projection_in

NOT_TOLD = Told()

LARGEST = 2**26
"""How much a log remembers: events that take about 64 MiB."""

SHORT = 32
"""How many bytes stand for content that is longer."""

MOST_NAMES = 10_000
"""At how many entities that are not there a log remembers to have looked."""


class Asked:
    """What was asked: a command, or one of several, of which it is not known which.

    Where it is ``idle``, it is not known whether anything was carried out either.
    """

    __slots__ = ("commands", "idle")

    def __init__(self, commands: tuple[Command, ...], idle: bool) -> None:
        self.commands = commands
        self.idle = idle


class Glance:
    """What was seen of one entity."""

    __slots__ = ("look", "name", "shown")

    def __init__(self, name: Name, look: Projection, shown: Shown) -> None:
        self.name = name
        self.look = look
        self.shown = shown


class Seen:
    """What was seen: an observation, what it shows, and a glance at each entity of which it tells something.

    Where it is ``whole``, every other entity is ``gone``.
    """

    __slots__ = ("glances", "gone", "shown", "whole")

    def __init__(self, shown: Shown, glances: dict[Name, Glance], gone: "Gone") -> None:
        self.shown = shown
        self.glances = glances
        self.gone = gone
        self.whole = shown.only is None

    @property
    def observation(self) -> Observation:
        """The observation."""
        return observation_of({name: glance.look for name, glance in self.glances.items()})


class Gone(dict[Name, Glance]):
    """Glances at what is not there."""

    def __init__(self, hidden: frozenset[str]) -> None:
        super().__init__()
        self.shown = Shown(hidden=hidden)

    def __missing__(self, name: Name) -> Glance:
        if len(self) >= MOST_NAMES:
            self.clear()
        glance = self[name] = Glance(name, GONE, self.shown)
        return glance


class Event:
    """One event; ``asked`` and ``seen`` are None where nothing was asked or seen."""

    __slots__ = ("asked", "seen", "shown", "tells", "told", "told_id")

    def __init__(self, asked: Asked | None, told: Told, seen: Seen | None) -> None:
        self.asked = asked
        self.told = told
        self.told_id = id(told)
        self.seen = seen
        self.tells = told.outcome is not None or seen is not None  # whether there is anything to judge
        hidden, only, untold = (seen.shown.hidden, seen.shown.only, seen.shown.omitted) if seen else ((), None, ())
        self.shown = Shown(told.reasons, told.audit, frozenset(hidden), only, frozenset(untold))


class Reset:
    """A world begins in which there is nothing but the stage."""

    __slots__ = ("stage",)
    asked = None

    def __init__(self, stage: Stage) -> None:
        self.stage = stage


class Kept(dict[Hashable, Any]):
    """Things by what they were made from; it forgets them all before they take too much memory."""

    def __init__(self, largest: int = LARGEST) -> None:
        super().__init__()
        self.largest = largest
        self.size = 0

    def keep(self, key: Hashable, thing: Any, size: int = 100) -> Any:
        """Remember the thing, which is given back."""
        if self.size > self.largest:
            self.clear()
            self.size = 0
        self.size += size
        self[key] = thing
        return thing


class Log:
    """Makes events of a system that shows this of itself."""

    def __init__(self, shown: Shown | None = None) -> None:
        self.shown = shown or Shown()
        self._kept = Kept()
        self._gone = Gone(self.shown.hidden)

    def event(
        self,
        command: Command | None = None,
        outcome: Outcome | None = None,
        observation: Observation | None = None,
        partial: bool = False,
    ) -> Event:
        """An event; None stands for what is not told.

        A ``partial`` observation tells nothing but the fields in it, `exists` among them.
        """
        told = Told(outcome, self.shown.reasons, self.shown.audit) if outcome is not None else NOT_TOLD
        asked = None if command is None else self.asked((command,))
        return self.made(asked, told, None if observation is None else self.seen(observation, partial))

    def made(self, asked: Asked | None, told: Told, seen: Seen | None) -> Event:
        """The event with these parts."""
        found: Event | None = self._kept.get((asked, id(told), seen))  # of parts that are kept, each has one identity
        if found is None:
            told = self._kept.get(told) or self._kept.keep(told, told)
            key = (asked, id(told), seen)
            found = self._kept.get(key) or self._kept.keep(key, Event(asked, told, seen))
        return found

    def asked(self, commands: tuple[Command, ...], idle: bool = False) -> Asked:
        """What was asked, one of these commands, or with ``idle`` perhaps none."""
        key = (commands, idle)
        found: Asked = self._kept.get(key) or self._kept.keep(key, Asked(commands, idle), 100 * len(commands))
        return found

    def seen(self, observation: Observation, partial: bool = False, untold: frozenset[Address] = frozenset()) -> Seen:
        """What was seen; the fields in ``untold`` are left out of it."""
        content = content_of(observation)
        key = (content, partial, untold)
        found: Seen | None = self._kept.get(key)
        if found is None or content is None:
            only = frozenset(addresses(observation)) if partial else None
            there = without_gone(observation)
            names = {*names_in(observation), *(name for name, _ in untold)}
            glances = {name: self._glance(name, projection_in(there, name), only, untold) for name in names}
            found = Seen(Shown(hidden=self.shown.hidden, only=only, omitted=untold), glances, self._gone)
            self._kept.keep(key, found, 100 * len(names))
        return found

    def _glance(
        self, name: Name, look: Projection, only: frozenset[Address] | None, untold: frozenset[Address]
    ) -> Glance:
        content = content_of(look)
        here = None if only is None else frozenset(each for each in only if each[0] == name)
        not_here = frozenset(each for each in untold if each[0] == name)
        key = (name, content, here, not_here)
        found: Glance | None = self._kept.get(key)
        if found is None or content is None:
            found = Glance(name, look, Shown(hidden=self.shown.hidden, only=here, omitted=not_here))
            self._kept.keep(key, found, 500)
        return found


def content_of(value: Any) -> bytes | None:
    """Bytes that are the same for the same value of JSON, where no number is a truth value; None for any other."""
    try:
        content = marshal.dumps(value, 2)
    except ValueError:
        return None
    return content if len(content) < SHORT else blake2b(content, digest_size=SHORT).digest()


def addresses(observation: Observation) -> set[Address]:
    """The fields that an observation tells in part, `exists` for each entity."""
    named = {name: projection_in(observation, name) for name in names_in(observation)}
    return {(name, field) for name, look in named.items() for field in ("exists", *look)}


def without_gone(observation: Observation) -> Observation:
    """The observation without `exists`, and without the entities that it says do not exist."""
    return {
        kind: {
            name: {field: value for field, value in fields.items() if field != "exists"}
            for name, fields in entities.items()
            if fields.get("exists") is not False
        }
        for kind, entities in observation.items()
    }
