"""What the lanes of sequences share: an oracle that learns what was found, and failures that are shrunk and kept."""

from collections import Counter
from collections.abc import Iterable, Iterator

from ..explore.oracle import Oracle
from ..explore.oracle.profiles import NAMES_ARE_RESOLVED_FIRST, machine_of
from ..machine import Command
from .counterexamples import as_json, feature, in_full, json_text
from .findings import Finding, Tally, in_words, name_of_last, signature
from .following import Followed, follow, oracle_for
from .keeping import LeftOut, Signature
from .messages import Mark
from .running import Running
from .shrinking import Commands, shrunk
from .worker import IN_A_ROW, GaveUp, Worker

SHRINKING = "shrinking"
"""The case under which the message log has what was asked only to find a shorter sequence."""


OFTEN = 3
"""How many sequences a command may break before it is left out of the others."""

LONGEST_SHRINKING = 20.0
"""Seconds after which no shorter sequence is looked for any more."""

MOST_SHOWN = 100
"""After how many lines no more failures of one command are shown in full; each has a file of its own all the same."""


class Sequencing:
    """A lane of sequences at work.  What a failure is laid to is silent from then on, so that it hides no other.

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
        self.lane = lane
        self.running = running
        self.worker = worker
        self.subject = worker.subject
        self.base = running.silent
        self.silent: frozenset[str] = frozenset()
        self.tally = Tally(lane, self.subject.declaration.levels, planned)
        self.shown: dict[str, list[str]] = {}  # for a command, what it failed in
        self.oracle = self._oracle()
        self.broken = 0  # sequences in a row, in which nothing was compared
        self.broke: Counter[str] = Counter()  # by command
        self.largest = running.log.place.size + largest
        self.left_out = LeftOut(lane)
        running.expect(self.tally.cases())
        running.lanes.append(self)
        running.save()

    def _oracle(self) -> Oracle:
        return oracle_for(machine_of(self.base | self.silent), self.subject.declaration)

    def put_through(self, commands: Iterable[Command], unobserved: bool = False) -> tuple[Followed, Signature | None]:
        """Follow the system through a sequence; the signature of its failure, if it is a new one.

        Raises `GaveUp`.
        """
        self.worker.session.case = self.lane
        self.subject.silent = self.silent
        begun = self.running.log.place
        followed = follow(self.subject, self.without_what_breaks(commands), self.oracle, unobserved)
        if self._end(begun, self.tally.learns_from(followed)):
            self.tally.leave_out(followed, self.left_out)
        known = set(self.tally.failures)
        found = self.tally.add(followed)
        self.running.tick()
        if followed.asked[:-1] or not followed.fault:
            self.broken = 0
        if followed.fault:
            self.broken += 1
            self.broke[name_of_last(followed)] += 1
            if self.broken >= IN_A_ROW:
                raise GaveUp(f"given up: the system broke in {self.broken} sequences in a row: {followed.told}")
            self.worker.restart()
        return followed, found if found is not None and found not in known else None

    def without_what_breaks(self, commands: Iterable[Command]) -> Iterator[Command]:
        """The commands but for those that have broken the system again and again: the others are learnt from."""
        return (command for command in commands if self.broke[type(command).__name__] < OFTEN)

    def again(
        self, commands: Iterable[Command], found: Signature, unobserved: bool = False, news: bool = False
    ) -> Followed | None:
        """How the system fails the sequence, if it fails it in this way; nothing of it is counted."""
        self.worker.session.case = SHRINKING
        begun = self.running.log.place
        followed = follow(self.subject, commands, self.oracle, unobserved)
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
        self.running.ended(None if left_out else self.worker.session.case, reached)
        return left_out

    def keep(self, found: Signature, commands: Commands, unobserved: bool = False) -> None:
        """Shrink a new failure, write it down, and look for others from now on."""
        now = self.worker.session.clock.now
        until = now() + LONGEST_SHRINKING
        shortest = shrunk(commands, lambda each: now() < until and self.again(each, found, unobserved) is not None)
        begun = self.running.log.place.lines
        last = self.again(shortest, found, unobserved, news=True)
        followed = last or self.tally.first[found]
        asked = followed.asked
        finding = Finding(
            found,
            asked,
            tuple(in_words(each.expected) for each in followed.differences),
            tuple(in_words(each.seen) for each in followed.differences),
            feature(asked, followed.differences, self.worker.register) if asked else "",
            always=last is not None,
            unobserved=unobserved,
            messages=(begun + 1, self.running.log.place.lines) if last else None,
        )
        kept = json_text(as_json(finding, self.running.made.profile, self.base | self.silent))
        file = self.running.keep(self.lane, finding, kept)
        shown = self.shown.setdefault(found.command, [f"{self.lane}/{found.command}"])
        if len(shown) < MOST_SHOWN:
            shown += in_full(finding, file, self.running.register)
        more = frozenset(found.requirements) - NAMES_ARE_RESOLVED_FIRST - self.base
        if more:
            self.silent |= more
            self.oracle = self._oracle()

    def so_far(self) -> None:
        """Say what has come of each command, and what was done."""
        if self.left_out.sequences or self.left_out.commands:
            self.running.log.write({"case": self.lane, "left_out": self.left_out.as_json()})
            self.left_out = LeftOut(self.lane)
        for case in self.tally.cases():
            name = case.id.partition("/")[2]
            self.running.take(case, self.tally.came(name)._replace(shown="\n".join(self.shown.get(name, ()))))
        self.running.notes[self.lane] = self.running.notes.get(self.lane, {}) | self.tally.counts()

    def end(self, **notes: object) -> None:
        """Likewise, once and for all."""
        self.so_far()
        self.running.notes[self.lane] |= notes
        self.running.lanes.remove(self)
