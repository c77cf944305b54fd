"""What a lane of sequences comes to, as it is run and as it is judged again: so that both come to the same."""

from collections import Counter
from collections.abc import Iterable, Iterator

from ..language.declaration import Declaration
from ..machine import Command
from ..oracle.profiles import NAMES_ARE_RESOLVED_FIRST, machine_of
from .counterexamples import as_json, feature, in_full, json_text
from .findings import Finding, Tally, in_words, name_of_last
from .following import Followed, Judges, oracle_for
from .keeping import Signature
from .running import Running

OFTEN = 3
"""How many sequences a command may break before it is left out of the others."""

MOST_SHOWN = 100
"""After how many lines no more failures of one command are shown in full; each has a file of its own all the same."""


class Sequences:
    """A lane of sequences.  What a failure is laid to is silent from then on, so that it hides no other."""

    def __init__(
        self, lane: str, running: Running, declared: Declaration, planned: Iterable[type[Command]] = ()
    ) -> None:
        self.lane = lane
        self.running = running
        self.declared = declared
        self.base = running.silent | running.listed
        self.silent: frozenset[str] = frozenset()
        self.tally = Tally(lane, declared.levels, planned, running.silent)
        self.shown: dict[str, list[str]] = {}  # for a command, what it failed in
        self.broke: Counter[str] = Counter()  # by command
        self.judges = self._judges()

    def _judges(self) -> Judges:
        whole = self.running.silent | self.silent
        strict = oracle_for(machine_of(whole), self.declared) if self.running.listed else None
        return Judges(oracle_for(machine_of(whole | self.base), self.declared), strict)

    def without_what_breaks(self, commands: Iterable[Command]) -> Iterator[Command]:
        """The commands but for those that have broken the system again and again: the others are learnt from."""
        return (command for command in commands if self.broke[type(command).__name__] < OFTEN)

    def count(self, followed: Followed) -> Signature | None:
        """Count a sequence; the signature of its failure, if it is a new one."""
        known = set(self.tally.failures)
        found = self.tally.add(followed)
        if followed.fault:
            self.broke[name_of_last(followed)] += 1
        return found if found is not None and found not in known else None

    def write_down(
        self, found: Signature, followed: Followed, unobserved: bool, messages: tuple[int, int] | None
    ) -> None:
        """Keep a failure as it came out last, in so many ``messages``, and look for others from now on.

        Without messages it did not come out again.
        """
        asked = followed.asked
        finding = Finding(
            found,
            asked,
            tuple(in_words(each.expected) for each in followed.differences),
            tuple(in_words(each.seen) for each in followed.differences),
            feature(followed, self.running.register) if asked else "",
            always=messages is not None,
            unobserved=unobserved,
            in_front=followed.in_front,
            messages=messages,
        )
        kept = json_text(as_json(finding, self.running.made.profile, self.base | self.silent))
        file = self.running.keep(self.lane, finding, kept)
        shown = self.shown.setdefault(found.command, [f"{self.lane}/{found.command}"])
        if len(shown) < MOST_SHOWN:
            shown += in_full(finding, file, self.running.register)
        more = frozenset(found.requirements) - NAMES_ARE_RESOLVED_FIRST - self.base
        if more:
            self.silent |= more
            self.judges = self._judges()

    def so_far(self) -> None:
        """Say what has come of each command, and what was done."""
        for case in self.tally.cases():
            name = case.id.partition("/")[2]
            self.running.take(case, self.tally.came(name)._replace(shown="\n".join(self.shown.get(name, ()))))
        self.running.notes[self.lane] = self.running.notes.get(self.lane, {}) | self.tally.counts()
