"""What the lanes of sequences share: an oracle that learns what was found, and failures that are shrunk and kept."""

from collections.abc import Iterable

from ..machine import Command
from .findings import signature
from .following import Followed, follow
from .keeping import LeftOut, Signature
from .messages import Mark
from .running import Running
from .sequences import Sequences
from .shrinking import Commands, shrunk
from .worker import IN_A_ROW, GaveUp, Worker

SHRINKING = "shrinking"
"""The case under which the message log has what was asked only to find a shorter sequence."""

SHRINKING_OF_ONE, SHRINKING_OF_ALL = 20.0, 60.0
"""Seconds after which no shorter sequence is looked for any more, for one failure and for all of a lane."""


class Sequencing(Sequences):
    """A lane of sequences at work.

    Once the lane has written more than ``largest`` bytes into the message log, it keeps there only what tells news.
    """

    def __init__(
        self,
        lane: str,
        running: Running,
        worker: Worker,
        planned: Iterable[type[Command]] = (),
        largest: float = float("inf"),
    ) -> None:
        super().__init__(lane, running, worker.subject.declaration, planned)
        self.worker = worker
        self.subject = worker.subject
        self.broken = 0  # sequences in a row, in which nothing was compared
        self.largest = running.log.place.size + largest
        self.left_out = LeftOut(lane)
        self.shrinking = SHRINKING_OF_ALL  # seconds left
        running.expect(self.tally.cases())
        running.lanes.append(self)
        running.save()

    def put_through(self, commands: Iterable[Command], unobserved: bool = False) -> tuple[Followed, Signature | None]:
        """Follow the system through a sequence; the signature of its failure, if it is a new one.

        Raises `GaveUp`.
        """
        self.worker.session.case = self.lane
        self.subject.silent, self.subject.in_front = self.silent, None
        begun = self.running.log.place
        followed = follow(self.subject, self.without_what_breaks(commands), self.judges, unobserved)
        if self._end(begun, self.tally.learns_from(followed)):
            self.tally.leave_out(followed, self.left_out)
        new = self.count(followed)
        self.running.tick()
        if followed.asked[:-1] or not followed.fault:
            self.broken = 0
        if followed.fault:
            self.broken += 1
            if self.broken >= IN_A_ROW:
                raise GaveUp(f"given up: the system broke in {self.broken} sequences in a row: {followed.told}")
            self.worker.restart()
        return followed, new

    def again(
        self, commands: Iterable[Command], found: Signature, unobserved: bool = False, news: bool = False
    ) -> Followed | None:
        """How the system fails the sequence, if it fails it in this way; nothing of it is counted."""
        self.worker.session.case = SHRINKING
        begun = self.running.log.place
        self.subject.in_front = self.tally.first[found].in_front
        followed = follow(self.subject, commands, self.judges, unobserved)
        self.subject.in_front = None
        self._end(begun, news or bool(followed.fault))
        if followed.fault:
            self.worker.session.restart()
        return followed if followed.failed and signature(followed) == found else None

    def _end(self, begun: Mark, news: bool) -> bool:
        """A sequence has come to its end; whether the log is so large that it is left out there."""
        reached = self.subject.shadow.coverage
        too_much = self.running.log.place.size > self.largest
        left_out = too_much and not news and not reached.adds_to(self.running.coverage)
        if left_out:
            self.running.log.forget(begun)
            self.left_out.commands += reached.commands
        self.running.ended(self.subject, logged=not left_out)
        return left_out

    def keep(self, found: Signature, commands: Commands, unobserved: bool = False) -> None:
        """Shrink a new failure, write it down, and look for others from now on."""
        shortest = self.shortened(found, commands, unobserved)
        begun = self.running.log.place.lines
        last = self.again(shortest, found, unobserved, news=True)
        messages = (begun + 1, self.running.log.place.lines) if last else None
        self.write_down(found, last or self.tally.first[found], unobserved, messages)

    def shortened(self, found: Signature, commands: Commands, unobserved: bool) -> Commands:
        """Return the shortest sequence for a failure that is found in time."""
        now = self.worker.session.clock.now
        began = now()
        until = began + min(SHRINKING_OF_ONE, self.shrinking)
        shortest = shrunk(commands, lambda each: now() < until and self.again(each, found, unobserved) is not None)
        self.shrinking -= now() - began
        return shortest

    def so_far(self) -> None:
        """Say what has come of each command, and what was done."""
        if self.left_out.sequences or self.left_out.commands:
            self.running.log.write({"case": self.lane, "left_out": self.left_out.as_json()})
            self.left_out = LeftOut(self.lane)
        super().so_far()

    def end(self, **notes: object) -> None:
        """Likewise, once and for all."""
        self.so_far()
        self.running.notes[self.lane] |= notes
        self.running.lanes.remove(self)
