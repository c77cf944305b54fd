"""Count the results of sequences by command: a lane of sequences has one case for each command.

A sequence says something of every command in it.  Of a command that failed, its failures decide.
Else the gravest thing that any sequence has shown of it decides: see `GRAVEST_FIRST`.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Set
from typing import NamedTuple

from ...bdd.prerequisites import level_of
from ...language.declaration import LEVELS
from ...language.facts import Fact
from ...language.sentences import format_answer
from ...machine import COMMANDS, ROWS, Accepted, Outcome, Refused
from ...machine.rows import Effect
from ...oracle import Difference
from ...verdict import Status
from ..judgement.cases import Case
from ..judgement.verdicts import NOT_REACHED, Failure, Result
from .sequence_run import SequenceResult, level_concerned


class Signature(NamedTuple):
    """The identity of a failure: the command, the requirements that a report names, and the kinds
    of difference.

    Where it names any, only the outcome is such a kind: how much of an effect shows depends on the
    sequence.
    """

    command: str
    requirements: tuple[str, ...]
    kinds: tuple[str, ...]


def signature(failure: SequenceResult) -> Signature:
    """Return what a failure has in common with those that are taken for the same one."""
    names = failure.why.attributed_to
    kinds = set()
    for difference in failure.differences:
        # in which facts the same requirement fails depends on what there was
        if names and isinstance(difference.expected, Fact):
            continue
        kinds.add(kind_of(difference))
    return Signature(failure.last, names, tuple(sorted(kinds)))


def kind_of(difference: Difference) -> str:
    """Return what differs, in a word: a field of a kind, or one answer in place of another."""
    expected, seen = difference.expected, difference.seen
    if isinstance(expected, Fact):
        return f"{expected.kind}.{expected.field}"
    if type(expected) is type(seen):
        return f"{word_of(expected)} otherwise"
    return f"{word_of(expected)}-{word_of(seen)}"


def word_of(answer: Outcome | Fact) -> str:
    """Return the word for an outcome."""
    if isinstance(answer, Accepted):
        return "accepted"
    if isinstance(answer, Refused):
        return "refused"
    return "unspecified"


def failure_of(first: SequenceResult, *others: SequenceResult, times: int = 1) -> Result:
    """Return the result of a command that differed first in this, then in others, for so many times
    in all.
    """
    difference = (first.differences or first.known)[0]
    reason = (
        f"expected: {format_answer(difference.expected)}; observed: "
        f"{format_answer(difference.seen)}"
    )
    if times > 1:
        reason += f" ({times} times)"
    named: dict[str, None] = {}
    for failure in (first, *others):
        named |= dict.fromkeys(failure.why.attributed_to)
    return Result(Status.FAILED, reason, attributed_to=tuple(named))


def effects_of(command: str) -> set[str]:
    """Return the requirements that say what a command changes; one that at most records the use of
    a key has none.
    """
    found = set()
    for row in ROWS:
        if isinstance(row, Effect) and row.on.__name__ == command and row.uses is None:
            found.add(row.requirement)
    return found


def is_demanded(command: str, silent: Collection[str]) -> bool:
    """Return whether anything is demanded of what a command does."""
    effects = effects_of(command)
    # of one that only reads, the answer is
    return not effects or not effects.issubset(silent)


GRAVEST_FIRST = (
    "undelivered",
    "fault",
    "late",
    "unsupported",
    "known",
    "accepted",
    "unseen",
    "compared",
    "lost track",
)
"""What sequences may show of a command, beside failures: the first that any of them has shown
decides.
"""

ONLY_TRIED = {"compared", "lost track"}
"""What is shown of a command that was never accepted."""

ABSENT = "an effect was still absent when its time was up"
HIDDEN = "not observed: all that it changes is declared as hidden"
NEVER_ACCEPTED = "it was refused, as it should be; no planned sequence has it accepted"
ONLY_REFUSED = "it was refused, as it should be; but nothing shows yet that it is ever accepted"


class Tally:
    """The results of a lane so far, by command.

    ``levels``: those that the system claims.  ``planned``: the commands of the planned sequences.
    ``silent``: the requirements that are silent from the beginning, by the profile or since they
    are waived.
    """

    def __init__(
        self, lane: str, levels: Collection[str], planned: Set[str], silent: frozenset[str]
    ) -> None:
        self.lane = lane
        self.levels = levels
        self.planned = planned
        self.silent = silent
        self.sequences = 0
        self.lost_track = 0
        """How many sequences lost track."""
        self.commands = 0
        """How many commands were compared."""
        self.failed: Counter[Signature] = Counter()
        self.first: dict[Signature, SequenceResult] = {}
        """The first failure of each signature."""
        self.accepted_in_plan: set[str] = set()
        """The commands that the model accepts somewhere in the planned sequences."""
        self.not_reached: Counter[str] = Counter()
        """How often a command was left out where it is planned."""
        self.shown: dict[str, dict[str, Result]] = {}
        """By command, what sequences have shown of it (see `GRAVEST_FIRST`) with the first such
        result.
        """
        self.in_brief: dict[str, Failure] = {}
        """By command, its first failure."""
        self.in_full: dict[str, list[str]] = {}
        """By command, the lines that show its failures in full."""

    def add(self, sequence: SequenceResult) -> None:
        """Count a sequence, and note what it shows of its commands."""
        self.sequences += 1
        self.commands += len(sequence.compared)
        if sequence.lost_track:
            self.lost_track += 1
        for command, shows, result in self.shows(sequence):
            self.shown.setdefault(command, {}).setdefault(shows, result)
        if sequence.failed:
            self.failed[signature(sequence)] += 1
            self.first.setdefault(signature(sequence), sequence)

    def shows(self, sequence: SequenceResult) -> Iterator[tuple[str, str, Result]]:
        """Yield commands with what a sequence shows of each, but for a failure, and the result by
        that.
        """
        last = sequence.last
        for command, capability in sequence.undelivered.items():
            reason = f"unsupported, though the capability {capability} is declared"
            yield command, "undelivered", Result(Status.FAILED, reason, undelivered=capability)
        if sequence.fault:
            reason = f"the system broke: {sequence.fault}"
            yield last, "fault", Result(Status.INCONCLUSIVE, reason, fault=sequence.fault.kind)
        if sequence.late:
            yield last, "late", Result(Status.INCONCLUSIVE, ABSENT)
        for command in sequence.unsupported:
            reason = f"unsupported: it answers so to {command}"
            status = Status.NOT_APPLICABLE
            if is_demanded(command, self.silent):
                status = Status.NOT_RUN
            yield command, "unsupported", Result(status, reason)
        if sequence.known:
            yield last, "known", failure_of(sequence)
        for command in sequence.accepted:
            yield command, "accepted", self.passed(command)
        for command in sequence.unseen:
            yield command, "unseen", Result(Status.NOT_APPLICABLE, HIDDEN)
        for command in sequence.compared:
            yield command, "compared", Result(Status.NOT_RUN, ONLY_REFUSED)
        if sequence.lost_track:
            yield last, "lost track", Result(Status.NOT_RUN, sequence.lost_track)

    def passed(self, command: str) -> Result:
        """Return the result of a command that was accepted, and that never differed."""
        if is_demanded(command, self.silent):
            return Result(Status.PASSED)
        effects = ", ".join(sorted(effects_of(command)))
        reason = f"nothing is demanded of what it does: {effects}"
        return Result(Status.NOT_APPLICABLE, reason)

    def counts(self) -> dict[str, int]:
        """Return how much was done."""
        return {
            "sequences": self.sequences,
            "commands": self.commands,
            "lost_track": self.lost_track,
        }

    def cases(self) -> Iterator[Case]:
        """Yield a case for each command of a level that is claimed, if it was planned, or accepted
        by and by.

        One of another level has a case where it failed in what it brought about in a level that is
        claimed.
        """
        failures = self.first_failures()
        met = {*self.planned, *failures}
        met |= {command for command, shown in self.shown.items() if not shown.keys() <= ONLY_TRIED}
        for name, command in COMMANDS.items():
            level = level_of(command)
            if level not in self.levels and name in failures:
                level = level_concerned(failures[name].differences[0], command)
            if name in met and level in self.levels:
                described = (command.__doc__ or name).splitlines()[0]
                yield Case(f"{self.lane}/{name}", self.lane, level, (), name=described)
        if "reset" in met:
            level = next(level for level in LEVELS if level in self.levels)
            yield Case(
                f"{self.lane}/reset",
                self.lane,
                level,
                (),
                name="Begin a world in which nothing is there.",
            )

    def first_failures(self) -> dict[str, SequenceResult]:
        """Return the first failure of each command."""
        found: dict[str, SequenceResult] = {}
        for failure, sequence in self.first.items():
            found.setdefault(failure.command, sequence)
        return found

    def result(self, command: str) -> Result:
        """Return what the sequences so far have shown of a command."""
        failures = [failure for failure in self.first if failure.command == command]
        if failures:
            times = sum(self.failed[failure] for failure in failures)
            return failure_of(*(self.first[failure] for failure in failures), times=times)
        shown = self.shown.get(command, {})
        gravest = next((shown[what] for what in GRAVEST_FIRST if what in shown), NOT_REACHED)
        if shown.keys() == {"compared"} and command not in self.accepted_in_plan:
            return Result(Status.NOT_APPLICABLE, NEVER_ACCEPTED)
        if shown.keys() <= ONLY_TRIED:
            return gravest._replace(behind=self.behind(command))
        return gravest

    def behind(self, command: str) -> tuple[str, ...]:
        """Return the cases whose failures keep a command from being reached, if it was left out
        because of any.
        """
        if command not in self.not_reached:
            return ()
        failed = {failure.command for failure in self.first}
        failed |= {name for name, shown in self.shown.items() if "known" in shown}
        return tuple(f"{self.lane}/{name}" for name in sorted(failed))
