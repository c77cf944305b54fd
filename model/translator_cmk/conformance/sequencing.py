"""What the lanes of sequences share: an oracle that learns what was found, and failures that are shrunk and kept."""

from collections.abc import Iterable, Iterator, Sequence

from ..machine import Command
from .findings import signature
from .following import Followed, follow
from .keeping import LeftOut, Signature
from .messages import Mark
from .running import Running
from .sequences import Plan, Sequences, plan_of
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
        asked: Sequence[Commands] = (),
        largest: float = float("inf"),
    ) -> None:
        super().__init__(lane, running, worker.subject.declaration, asked)
        self.worker = worker
        self.subject = worker.subject
        self.broken = 0  # sequences in a row, in which nothing was compared
        self.largest = running.log.place.size + largest
        self.left_out = LeftOut(lane)
        self.shrinking = SHRINKING_OF_ALL  # seconds left
        running.expect(self.tally.cases())
        running.lanes.append(self)
        running.save()

    def run(self, commands: Iterable[Command], unobserved: bool = False) -> Iterator[tuple[Signature, Followed]]:
        """Put the system through a sequence, and through the rest of it around each failure; yield each new failure.

        Raises `GaveUp`.
        """
        plan: Plan | None = plan_of(commands, self.declared.stage)
        while plan and (plan := self.around(plan)):
            followed, new = self.put_through(plan.commands, unobserved)
            plan = None if unobserved else self.rest(plan, followed)
            if new is not None:
                yield new, followed

    def put_through(self, commands: Iterable[Command], unobserved: bool = False) -> tuple[Followed, Signature | None]:
        """Put the system through one sequence; the signature of its failure, if it is a new one.  Raises `GaveUp`."""
        followed = self.ask(commands, unobserved)
        if self.is_doubtful(followed):
            followed = self.settled(followed, self.ask(followed.asked, False, news=True))
        new = self.count(followed)
        self.running.tick()
        return followed, new

    def ask(self, commands: Iterable[Command], unobserved: bool, news: bool = False) -> Followed:
        """Follow the system through one sequence, and start it again if it breaks; raises `GaveUp`."""
        self.worker.session.case = self.lane
        self.subject.in_front = None
        begun = self.running.log.place
        followed = self.weighed(follow(self.subject, commands, self.oracle, unobserved))
        if self._end(begun, news or self.is_doubtful(followed) or self.tally.learns_from(followed)):
            self.tally.leave_out(followed, self.left_out)
        if followed.asked[:-1] or not followed.fault:
            self.broken = 0
        if followed.fault:
            self.broken += 1
            if self.broken >= IN_A_ROW:
                self.count(followed)
                raise GaveUp(f"given up: the system broke in {self.broken} sequences in a row: {followed.told}")
            self.worker.restart()
        return followed

    def again(
        self, commands: Iterable[Command], found: Signature, unobserved: bool = False, news: bool = False
    ) -> Followed | None:
        """How the system fails the sequence, if it fails it in this way; nothing of it is counted."""
        self.worker.session.case = SHRINKING
        begun = self.running.log.place
        self.subject.in_front = self.tally.first[found].in_front
        followed = self.weighed(follow(self.subject, commands, self.oracle, unobserved))
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

    def keep(self, found: Signature, followed: Followed) -> None:
        """Shrink a new failure, and write it down."""
        shortest = self.shortened(found, followed)
        begun = self.running.log.place.lines
        last = self.again(shortest, found, followed.unobserved, news=True)
        messages = (begun + 1, self.running.log.place.lines) if last else None
        self.write_down(found, last or self.tally.first[found], messages)

    def shortened(self, found: Signature, followed: Followed) -> Commands:
        """Return the shortest sequence for a failure that is found in time."""
        now = self.worker.session.clock.now
        began = now()
        until = began + min(SHRINKING_OF_ONE, self.shrinking)

        def fails(commands: Commands) -> bool:
            return now() < until and self.again(commands, found, followed.unobserved) is not None

        shortest = shrunk(followed.asked, fails)
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
