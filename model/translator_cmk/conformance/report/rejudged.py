"""A lane of sequences judged again: by the specification alone, whatever the log says of what was silent or planned."""

from collections.abc import Callable, Iterator, Sequence

from ...errors import CommandError
from ...language import WireError, command_from_wire
from ...language.declaration import Declaration
from ...machine import Command
from ..cases import FUZZ
from ..findings import signature
from ..following import Followed, follow
from ..keeping import Signature
from ..names import Names
from ..running import Running
from ..sequences import Sequences
from ..shrinking import Commands
from ..subject import Subject
from ..tour import commands_in
from .folder import MESSAGES
from .log import OtherRequest, Recorded, World

Ask = Callable[[World], Subject]
"""Gives the subject that is to be asked what was asked in a world."""


class Rejudged(Sequences):
    """A lane that is judged again, world by world.

    ``asked``: the sequences that it asks for, where that is known; otherwise they are what the log has.
    ``problems``: what in the log is not what the lane would have written.
    """

    def __init__(
        self, lane: str, running: Running, declared: Declaration, asked: Sequence[Commands] | None = None
    ) -> None:
        super().__init__(lane, running, declared, commands_in(asked or ()))
        self.asked = asked
        self.worlds = 0
        self.problems: list[str] = []
        self.new: Signature | None = None  # a failure that is not written down yet
        self.unobserved = False  # in it
        self.shortest: tuple[World, Ask] | None = None  # what was asked for it last

    def take(self, world: World, ask: Ask) -> None:
        """Judge what was asked in a world of the lane."""
        self.write_down_new()
        if set(world.silent) != self.silent:
            silent = ", ".join(sorted(self.silent)) or "nothing"
            self.problems.append(f"{place(world)}: after what was found before, what is silent there is {silent}")
        commands = self._asked_in(world)
        self.unobserved = is_unobserved(world, self.lane)
        followed = self._followed(world, ask, self.without_what_breaks(commands))
        self.new = self.count(followed)

    def _asked_in(self, world: World) -> Commands:
        logged = tuple(commands_of(world))
        self.worlds += 1
        if self.asked is None:
            return logged
        due = self.asked[self.worlds - 1] if self.worlds <= len(self.asked) else None
        if due is not None and logged == tuple(self.without_what_breaks(due))[: len(logged)]:
            return due
        told = f"what is asked there is not sequence {self.worlds} of the {len(self.asked)} of the {self.lane}"
        self.problems.append(f"{place(world)}: {told}: some were left out, or changed")
        self.asked = None  # one such line is enough
        return logged

    def shorten(self, world: World, ask: Ask) -> None:
        """Note what was asked only to find a shorter sequence for the last failure: of all, the last one counts."""
        if self.new is None:
            self.problems.append(f"{place(world)}: a shorter sequence is looked for, and nothing was found before")
        else:
            self.shortest = world, ask

    def _followed(self, world: World, ask: Ask, commands: Iterator[Command]) -> Followed:
        subject = ask(world)
        try:
            found = follow(subject, commands, self.judges, self.unobserved)
        except OtherRequest as error:
            self.problems.append(f"{place(world)}: {error}")
            return Followed((), fault="log", told=str(error))
        self.problems += too_much(subject, world)
        return found

    def write_down_new(self) -> None:
        """Write the last failure down, if it was a new one, as the lane does."""
        if self.new is None:
            return
        found, followed, lines = self.new, self.tally.first[self.new], None
        if self.shortest is None:
            self.problems.append(
                f"{MESSAGES}: what failed over {found.command} was never asked again, as every run does"
            )
        else:
            world, ask = self.shortest
            last = self._followed(world, ask, commands_of(world))
            if last.failed and signature(last) == found:
                followed, lines = last, world.lines
        self.write_down(found, followed, self.unobserved, lines)
        self.new = self.shortest = None

    def end(self, complete: bool, shown: Callable[[str], str]) -> Iterator[str]:
        """Say what came of the lane; what is wrong with it.

        What was found last may not be written down where the run was cut off: ``shown`` for a case tells.
        """
        if self.new is not None:
            file = f"{len(self.running.findings) + 1:02}-{self.lane}-{self.new.command}.json"
            if complete or file in shown(f"{self.lane}/{self.new.command}"):
                self.write_down_new()
        if complete and self.asked is not None and self.worlds < len(self.asked):
            missing = f"{self.worlds} of {len(self.asked)} sequences of the {self.lane}"
            self.problems.append(f"{MESSAGES} has {missing}, and the run is said to be complete")
        self.so_far()
        yield from self.problems


def is_unobserved(world: World, lane: str) -> bool:
    """Whether the system was not looked at until after the last command: otherwise it is before the first."""
    verbs = [exchange["request"].get("verb") for exchange in world.exchanges]
    return lane == FUZZ and verbs[1:2] == ["submit"]


def too_much(subject: Subject, world: World) -> Iterator[str]:
    """What the log has in a world beyond what is asked there."""
    channel = subject.session.channel
    if isinstance(channel, Recorded) and channel.left:
        yield f"{place(world)}: it has {len(channel.left)} messages more than are asked there"


def place(world: World) -> str:
    """Where the log has a world."""
    return f"{MESSAGES}:{world.lines[0]}"


def commands_of(world: World) -> Iterator[Command]:
    """The commands of a world, under plain names; raises `CommandError`."""
    names = Names(world.salt)
    for exchange in world.exchanges:
        if exchange["request"].get("verb") == "submit":
            try:
                yield names.unsalted(command_from_wire(exchange["request"].get("command"), "the message log"))
            except WireError as error:
                raise CommandError(str(error)) from None
