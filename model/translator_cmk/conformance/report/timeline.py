"""Read the message log of a report as time lines: what was asked in each world, and when which
change was first seen.

A change is seen by looking.  So a delay is known only as far as there were looks: the change was
there at one look, and not yet at the look before.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ...language.declaration import DECLARATION, Declaration
from ...language.facts import Fact, changed_facts
from ...language.messages import command_from_wire, observation_from_wire
from ...machine import Command, Observation
from ...oracle.shown import Address
from ...shapes import WireError, read_message
from ..cases import Envelope
from ..partial_looks import hides_documents, unknown_fields
from ..salted_names import SaltedNames
from ..session import own_words
from .folder import MESSAGES
from .recorded import MessageLog

Entry = dict[str, Any]
"""The content of a line of the log."""


class Change(NamedTuple):
    """A fact that changed, with the seconds since the answer to the last request."""

    was: Fact
    now: Fact
    seen: float
    """When a look first showed it."""
    not_yet: float | None
    """When the look before did not show it yet; None if that was before the request."""
    requests: int
    """How many requests were answered since the look before."""
    was_masked: bool = False
    """Whether it could not be seen before, so that it may have happened long ago."""


@dataclass
class Step:
    """A request for a command, with its answer and the changes that were seen until the next."""

    at: float
    """When it was answered, in seconds since the run began."""
    command: Command
    answer: str
    """The word of the answer, or of the fault."""
    because: tuple[str, ...] = ()
    """The requirements that a refusal named."""
    own_words: tuple[str, ...] = ()
    """What the system itself said of it: its message and code, and each attempt."""
    changes: list[Change] = field(default_factory=list)
    gone_from_sight: list[str] = field(default_factory=list)
    """The documents that could no longer be seen, and may be there all the same."""


@dataclass
class World:
    """One beginning with nothing there, and everything that was asked after it."""

    case: str
    """The scenario, or the lane of a sequence."""
    began: float
    line: int
    """The line of the log at which it begins."""
    steps: list[Step] = field(default_factory=list)
    ended: bool = False


def worlds_of(folder: Path, envelope: Envelope) -> list[World]:
    """Return the worlds of a report in the order in which they began.

    Raises `CommandError` where the log is not readable, and `WireError` where it has a message that
    this kit doesn't know.
    """
    declared = declaration_in(envelope)
    log = MessageLog(folder / MESSAGES, envelope["messages"])
    worlds: list[World] = []
    open_worlds: dict[int, WorldReader] = {}
    for entry in log.entries:
        content = entry.content
        session = content.get("session", 0)
        if "world" in content:
            world = World(content["case"], content["at"], entry.number)
            worlds.append(world)
            open_worlds[session] = WorldReader(world, content["world"], declared)
        elif "end" in content and session in open_worlds:
            open_worlds.pop(session).world.ended = True
        elif session in open_worlds:
            open_worlds[session].read(content)
    return worlds


def declaration_in(envelope: Envelope) -> Declaration | None:
    """Return what the system declared; None if it did not say hello."""
    subject = envelope["subject"]
    if subject is None:
        return None
    declared: Declaration = read_message(DECLARATION, subject, "the subject")
    return declared


class WorldReader:
    """Reads the entries of one world into it."""

    def __init__(self, world: World, salt: str, declared: Declaration | None) -> None:
        self.world = world
        self.declared = declared
        self.names = SaltedNames(salt)
        self.seen: Observation | None = None
        """What the last look showed."""
        self.looked: float | None = None
        """When that was."""
        self.requests = 0
        """How many commands were answered since then."""
        self.masked: set[str] = set()
        """The documents that the last look could not show, deleted or not."""
        self.unknown: frozenset[Address] = frozenset()
        """The fields that the last look could not show."""

    def read(self, content: Entry) -> None:
        """Read one entry."""
        request = content.get("request", {})
        verb = request.get("verb")
        if verb == "reset":
            self.names.subscriptions = tuple(request["stage"]["subscriptions"])
        elif verb == "submit":
            self.read_command(request, content)
        elif verb == "observe" and "fault" not in content and "answer" in content:
            self.read_observation(content["at"], content["answer"])

    def read_command(self, request: Entry, content: Entry) -> None:
        """Read a command with its answer, or with the fault instead of one."""
        command = self.names.unsalted(command_from_wire(request["command"]))
        self.requests += 1
        fault = content.get("fault")
        if fault is not None:
            words = (str(fault["text"]),)
            self.world.steps.append(Step(content["at"], command, "broke", (), words))
            return
        if "answer" not in content:  # it was interrupted
            self.world.steps.append(Step(content["at"], command, "interrupted"))
            return
        answer = content["answer"]
        step = Step(
            at=content["at"],
            command=command,
            answer=str(answer["answer"]),
            because=tuple(answer.get("because", ())),
            own_words=tuple(words_of(answer)),
        )
        self.world.steps.append(step)

    def read_observation(self, at: float, answer: Entry) -> None:
        """Read what a look showed, and add what has changed to the last command."""
        if answer.get("answer") != "observed":
            return
        seen = self.visible(self.names.seen(self.read_or_clean(answer["observation"])))
        before = self.seen
        if before is not None and self.world.steps:
            step = self.world.steps[-1]
            masked = self.keep_what_is_masked(before, seen, step)
            unknown = self.keep_what_is_unknown(before, seen)
            for was, now in changed_facts(before, seen):
                step.changes.append(self.change(was, now, at - step.at, step))
            self.masked = masked
            self.unknown = unknown
        self.seen = seen
        self.looked = at
        self.requests = 0

    def read_or_clean(self, observation: Any) -> Observation:
        """Return an observation, without what others have made if that can't be read."""
        try:
            return observation_from_wire(observation)
        except WireError:
            return observation_from_wire(self.names.without_others(observation))

    def change(self, was: Fact, now: Fact, seen: float, step: Step) -> Change:
        not_yet = None
        if self.looked is not None and self.looked >= step.at:
            not_yet = self.looked - step.at
        was_masked = now.kind == "document" and now.name in self.masked
        was_unknown = ((now.kind, now.name), now.field) in self.unknown
        return Change(was, now, seen, not_yet, max(self.requests, 1), was_masked or was_unknown)

    def visible(self, seen: Observation) -> Observation:
        """Return an observation without what the system declares not to show."""
        if self.declared is None:
            return seen
        visible: Observation = {}
        for kind, entities in seen.items():
            if kind in self.declared.unseen:
                continue
            visible[kind] = {}
            for name, fields in entities.items():
                hidden = [one for one in fields if not self.declared.shows(kind, one)]
                visible[kind][name] = without(fields, hidden)
        return visible

    def keep_what_is_unknown(self, before: Observation, seen: Observation) -> frozenset[Address]:
        """Keep the fields that could not be seen this time as they were, and return them."""
        if self.declared is None:
            return frozenset()
        unknown = unknown_fields(seen, self.declared)
        for (kind, name), field_name in unknown:
            earlier = before.get(kind, {}).get(name, {})
            if field_name == "exists" and not earlier:
                seen[kind].pop(name, None)
            if field_name in earlier:
                seen[kind][name][field_name] = earlier[field_name]
        return unknown

    def keep_what_is_masked(self, before: Observation, seen: Observation, step: Step) -> set[str]:
        """Keep the documents that can't be seen, since the data of their workspace is inaccessible
        or nothing is known of it, and return their names.

        A system that declares this can't tell whether they are deleted.
        """
        masked: set[str] = set()
        if self.declared is None:
            return masked
        for name, fields in before.get("document", {}).items():
            workspace = seen.get("workspace", {}).get(str(fields.get("workspace")))
            if workspace is None or not hides_documents(workspace, self.declared):
                continue
            if name not in seen.get("document", {}):
                seen.setdefault("document", {})[name] = fields
                masked.add(name)
        for name in sorted(masked - self.masked):
            step.gone_from_sight.append(name)
        return masked


def without(fields: dict[str, Any], hidden: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in hidden}


def words_of(answer: Entry) -> Iterator[str]:
    """Yield what a system says of its answer: message and code, then each attempt.

    That it was accepted at the only attempt says nothing more.
    """
    explained = own_words(answer)
    if explained:
        yield explained
    said = answer.get("said", ())
    if answer["answer"] == "accepted" and len(said) < 2:
        return
    for remark in said:
        yield str(remark)
