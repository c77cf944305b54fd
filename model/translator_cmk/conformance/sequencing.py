"""What the lanes of sequences share: an oracle that learns what was found, and failures that are shrunk and kept."""

from collections.abc import Iterable

from ..explore.oracle import Oracle
from ..explore.oracle.profiles import NAMES_ARE_RESOLVED_FIRST, machine_of, silent_in
from ..machine import Command
from .counterexamples import as_json, feature, json_text
from .findings import Finding, Signature, Tally, in_words, signature
from .following import Followed, follow, oracle_for
from .running import Running
from .shrinking import Commands, shrunk
from .worker import IN_A_ROW, GaveUp, Worker

SHRINKING = "shrinking"
"""The case under which the message log has what was asked only to find a shorter sequence."""


class Sequencing:
    """A lane of sequences at work.  What a failure is laid to is silent from then on, so that it hides no other."""

    def __init__(self, lane: str, running: Running, worker: Worker, planned: Iterable[type[Command]] = ()) -> None:
        self.lane = lane
        self.running = running
        self.worker = worker
        self.subject = worker.subject
        self.base = silent_in(running.made.profile, running.register) | set(running.made.waived)
        self.base |= running.deviations.requirements() - NAMES_ARE_RESOLVED_FIRST
        self.silent: frozenset[str] = frozenset()
        self.tally = Tally(lane, planned)
        self.findings: list[Finding] = []
        self.oracle = self._oracle()
        self.broken = 0
        running.expect(self.tally.cases())

    def _oracle(self) -> Oracle:
        return oracle_for(machine_of(self.base | self.silent), self.subject.declaration)

    def put_through(self, commands: Iterable[Command]) -> tuple[Followed, Signature | None]:
        """Follow the system through a sequence; the signature of its failure, if it is a new one.

        Raises `GaveUp`.
        """
        self.worker.session.case = self.lane
        self.subject.silent = self.silent
        followed = follow(self.subject, commands, self.oracle)
        known = set(self.tally.failures)
        found = self.tally.add(followed)
        self.running.tick()
        self.broken = self.broken + 1 if followed.fault else 0
        if followed.fault:
            if self.broken >= IN_A_ROW:
                raise GaveUp(f"given up: the system broke in {self.broken} sequences in a row: {followed.told}")
            self.worker.broken = 1
            self.worker.recover()
            self.worker.broken = 0
        return followed, found if found is not None and found not in known else None

    def again(self, commands: Iterable[Command], found: Signature) -> Followed | None:
        """How the system fails the sequence, if it fails it in this way; nothing of it is counted."""
        self.worker.session.case = SHRINKING
        followed = follow(self.subject, commands, self.oracle)
        if followed.fault:
            self.worker.session.restart()
        return followed if followed.failed and signature(followed) == found else None

    def keep(self, found: Signature, commands: Commands) -> None:
        """Shrink a new failure, write it down, and look for others from now on."""
        shortest = shrunk(commands, lambda shorter: self.again(shorter, found) is not None)
        last = self.again(shortest, found)
        followed = last or self.tally.first[found]
        asked = followed.asked
        finding = Finding(
            found,
            asked,
            tuple(in_words(each.expected) for each in followed.differences),
            tuple(in_words(each.seen) for each in followed.differences),
            feature(asked, followed.differences, self.worker.register) if asked else "",
            always=last is not None,
        )
        self.findings.append(finding)
        self.running.keep(
            self.lane, finding, json_text(as_json(finding, self.running.made.profile, self.base | self.silent))
        )
        more = frozenset(found.requirements) - NAMES_ARE_RESOLVED_FIRST - self.base
        if more:
            self.silent |= more
            self.oracle = self._oracle()

    def end(self, **notes: object) -> None:
        """Say what came of each command, and what was done."""
        for case in self.tally.cases():
            self.running.add(case, self.tally.came(case.id.partition("/")[2]))
        self.running.notes[self.lane] = {
            "sequences": self.tally.sequences,
            "commands": self.tally.compared.total(),
            "lost_track": self.tally.lost_track,
            **notes,
        }
