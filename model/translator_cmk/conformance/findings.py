"""The findings of a lane of sequences: every difference by its signature, and counts of what the log leaves out."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ..language.declaration import LEVELS
from ..language.facts import Fact
from ..language.sentences import format_fact
from ..machine import COMMANDS, ROWS, Accepted, Command, Outcome, Refused
from ..machine.rows import Effect
from ..oracle.explain import Difference
from .cases import Case, Result
from .judging import Commands, SequenceResult, level_concerned, level_of


class Signature(NamedTuple):
    """What makes two failures the same: the command, what it is laid to, and what kind of thing was otherwise."""

    command: str
    requirements: tuple[str, ...]
    kinds: tuple[str, ...]


class LeftOut:
    """Counts of sequences whose messages are not kept; whatever came of them came of one that is kept as well."""

    def __init__(self, lane: str, logged: int = 0) -> None:
        self.lane = lane
        self.logged = logged  # bytes that the lane has in the log before these counts
        self.sequences = 0
        self.lost_track = 0
        self.commands = 0
        self.compared: Counter[str] = Counter()
        self.failed: Counter[Signature] = Counter()

    def as_json(self) -> dict[str, Any]:
        """The counts as the message log has them."""
        return {
            "sequences": self.sequences,
            "lost_track": self.lost_track,
            "commands": self.commands,
            "compared": dict(sorted(self.compared.items())),
            "failed": [{**each._asdict(), "times": times} for each, times in sorted(self.failed.items())],
        }


def left_out_of(lane: str, content: Mapping[str, Any], logged: int) -> LeftOut:
    """The counts in an entry of the message log, in which the lane has so many bytes before it."""
    found = LeftOut(lane, logged)
    found.sequences, found.lost_track, found.commands = (
        content[name] for name in ("sequences", "lost_track", "commands")
    )
    found.compared = Counter(content["compared"])
    found.failed = Counter({signature_of(each): each["times"] for each in content["failed"]})
    return found


def signature_of(content: Mapping[str, Any]) -> Signature:
    """The signature in an entry."""
    requirements: Iterable[str] = content["requirements"]
    return Signature(content["command"], tuple(requirements), tuple(content["kinds"]))


class Finding(NamedTuple):
    """One way in which the system and the specification part, shown by the shortest sequence that was found."""

    signature: Signature
    commands: Commands
    expected: tuple[str, ...]
    seen: tuple[str, ...]
    scenario: str
    always: bool
    """Whether it came out each time."""
    unobserved: bool
    """Whether nothing was observed before the last command."""
    in_front: bool
    """Whether the salt stood in front of names."""
    messages: tuple[int, int] | None = None
    """The lines of the message log that show it, from the first to the last."""


def signature(followed: SequenceResult) -> Signature:
    """The signature of a failure."""
    requirements = {each for difference in followed.differences for each in difference.requirements}
    kinds = {kind_of(difference.expected, difference.seen) for difference in followed.differences}
    return Signature(name_of_last(followed), tuple(sorted(requirements)), tuple(sorted(kinds)))


def kind_of(expected: Outcome | Fact, seen: Outcome | Fact) -> str:
    """What kind of thing was otherwise."""
    if isinstance(expected, Fact):
        return f"{expected.kind}.{expected.field}"
    return f"{word(expected)}-{word(seen)}" if type(expected) is not type(seen) else f"{word(expected)} otherwise"


def word(outcome: Outcome | Fact) -> str:
    """An outcome in one word."""
    return {Accepted: "accepted", Refused: "refused"}.get(type(outcome), "unspecified")


def in_words(each: Outcome | Fact) -> str:
    """What was demanded, or seen, as a sentence."""
    if isinstance(each, Fact):
        return format_fact(each)
    if isinstance(each, Accepted):
        uses = "".join(f", with a use of the key {use.key} for {use.resource}" for use in each.audit)
        return f"the request is accepted{uses}"
    if isinstance(each, Refused):
        return (
            f"the request is refused{f', because of {listed}' if (listed := ', '.join(sorted(each.because))) else ''}"
        )
    return "the request is accepted or refused"


KEPT = 10
"""How many failures of one signature are news."""


class Tally:
    """What a lane has found so far."""

    def __init__(
        self,
        lane: str,
        levels: Collection[str],
        planned: Iterable[type[Command]] = (),
        silent: Collection[str] = (),
    ) -> None:
        self.lane = lane
        self.known: dict[str, tuple[Difference, ...]] = {}  # by command: how it differs as a listed deviation says
        self.not_reached: set[str] = set()  # commands that were left out where they are planned
        self.undelivered: dict[str, str] = {}  # by command: the capability
        self.silent = silent  # from the beginning, by the profile or since it is waived
        self.levels = levels
        self.planned = {command.__name__ for command in planned}
        self.compared: Counter[str] = Counter()
        self.accepted: set[str] = set()
        self.unseen: set[str] = set()
        self.unsupported: set[str] = set()
        self.late: set[str] = set()
        self.too_open: set[str] = set()
        self.faults: dict[str, tuple[str, str]] = {}
        self.failures: Counter[Signature] = Counter()
        self.first: dict[Signature, SequenceResult] = {}
        self.lost_track = 0
        self.sequences = 0

    def add(self, followed: SequenceResult) -> Signature | None:
        """Count a sequence; the signature of its failure, if it failed."""
        self.sequences += 1
        self.accepted |= followed.accepted
        self.unseen |= followed.unseen
        self.unsupported |= followed.unsupported
        self.undelivered |= dict(sorted(followed.undelivered))
        self.lost_track += bool(followed.lost_track)
        last = name_of_last(followed)
        if followed.known:
            self.known.setdefault(last, followed.known)
        self.compared.update(names_compared(followed))
        if followed.fault:
            self.faults[last] = (followed.fault, followed.told)
        if followed.late:
            self.late.add(last)
        if not followed.failed:
            return None
        found = signature(followed)
        self.failures[found] += 1
        self.first.setdefault(found, followed)
        return found

    def learns_from(self, followed: SequenceResult) -> bool:
        """Whether a sequence tells something that none before it did."""
        if followed.known and name_of_last(followed) not in self.known:
            return True
        if followed.fault or (followed.failed and self.failures[signature(followed)] < KEPT):
            return True
        late = {type(followed.asked[-1]).__name__} if followed.late and followed.asked else set()
        compared = set(names_compared(followed))
        known = compared <= self.compared.keys() and late <= self.late
        return not (
            known
            and followed.accepted <= self.accepted
            and followed.unseen <= self.unseen
            and followed.unsupported <= self.unsupported
        )

    def leave_out(self, followed: SequenceResult, left_out: LeftOut) -> None:
        """Count a sequence among those that are left out of the message log."""
        left_out.sequences += 1
        left_out.lost_track += bool(followed.lost_track)
        left_out.compared.update(names_compared(followed))
        if followed.failed:
            left_out.failed[signature(followed)] += 1

    def take(self, left_out: LeftOut) -> None:
        """Add what was left out; it adds to what was found, and finds nothing by itself."""
        self.sequences += left_out.sequences
        self.lost_track += left_out.lost_track
        self.compared.update({name: times for name, times in left_out.compared.items() if self.compared[name]})
        self.failures.update({each: times for each, times in left_out.failed.items() if each in self.first})

    def counts(self) -> dict[str, int]:
        """How much was done."""
        return {
            "sequences": self.sequences,
            "commands": self.compared.total(),
            "lost_track": self.lost_track,
        }

    def cases(self) -> Iterator[Case]:
        """A case for each command of a level that is claimed, if it was planned, or accepted by and by.

        One of another level has a case where it failed in what it brought about in a level that is claimed.
        """
        failed = {each.command: self.first[each].differences for each in reversed(self.failures)}
        met = (
            self.planned
            | self.accepted
            | self.unseen
            | self.unsupported
            | self.late
            | self.too_open
            | self.faults.keys()
        )
        for name, command in COMMANDS.items():
            level = level_of(command)
            if name in failed and level not in self.levels:
                yield case_of(self.lane, name, command, level_concerned(failed[name][0], command))
            elif name in met | failed.keys() and level in self.levels:
                yield case_of(self.lane, name, command, level)
        if "reset" in met | failed.keys():
            level = next(each for each in LEVELS if each in self.levels)
            yield Case(f"{self.lane}/reset", self.lane, level, (), name="Begin a world in which nothing is there.")

    def result(self, name: str) -> Result:
        """What came of a command."""
        if failures := [each for each in self.failures if each.command == name]:
            told = [difference for each in failures for difference in self.first[each].differences]
            attributed_to = tuple(sorted({requirement for each in failures for requirement in each.requirements}))
            times = sum(self.failures[each] for each in failures)
            reason = f"expected: {in_words(told[0].expected)}; observed: {in_words(told[0].seen)}"
            return Result("failed", f"{reason} ({times} times)" if times > 1 else reason, attributed_to=attributed_to)
        if capability := self.undelivered.get(name):
            reason = f"unsupported, though the capability {capability} is declared"
            return Result("failed", reason, undelivered=capability)
        if name in self.faults:
            kind, text = self.faults[name]
            return Result("inconclusive", f"the system broke: {text}", fault=kind)
        if name in self.late:
            return Result("inconclusive", "an effect was still absent when its time was up")
        if name in self.too_open:
            return Result("inconclusive", "so much is possible after it that the rest of its world was not judged")
        if name in self.unsupported:
            besides = f", and otherwise {self.compared[name]} times" if self.compared[name] else ""
            return Result("not-run", f"unsupported: it answers so to {name}{besides}")
        if known := self.known.get(name):
            attributed_to = tuple(sorted({requirement for each in known for requirement in each.requirements}))
            reason = f"expected: {in_words(known[0].expected)}; observed: {in_words(known[0].seen)}"
            return Result("failed", reason, attributed_to=attributed_to)
        if self.compared[name] and name in self.unseen - self.accepted:
            return Result("not-applicable", "not observed: all that it changes is declared as hidden")
        if self.compared[name] and name not in self.accepted:
            reason = "it was refused, as it should be; but nothing shows yet that it is ever accepted"
            return Result("not-run", reason, behind=self.behind(name))
        if self.compared[name] and (waived := effects_of(name)) <= set(self.silent):
            return Result("not-applicable", f"nothing is demanded of what it does: {', '.join(sorted(waived))}")
        if self.compared[name]:
            return Result("passed")
        return Result("not-run", "not reached", behind=self.behind(name))

    def behind(self, name: str) -> tuple[str, ...]:
        """The cases whose failures keep a command from being reached, if it was left out because of any."""
        failed = {each.command for each in self.failures} | self.known.keys()
        return tuple(f"{self.lane}/{each}" for each in sorted(failed)) if name in self.not_reached else ()


def effects_of(name: str) -> set[str]:
    """The requirements that say what a command does; one that changes nothing has others."""
    rows = [row for row in ROWS if isinstance(row, Effect) and row.on.__name__ == name]
    return {row.requirement for row in rows} or {name}


def name_of_last(followed: SequenceResult) -> str:
    """The command that a sequence ended with."""
    return type(followed.asked[-1]).__name__ if followed.asked else "reset"


def names_compared(followed: SequenceResult) -> list[str]:
    """The commands of a sequence that were compared, and did not differ."""
    names = [type(command).__name__ for command in followed.asked]
    undecided = followed.differences or followed.known or followed.fault or followed.lost_track
    return names[:-1] if undecided else names


def case_of(lane: str, name: str, command: type[Command], level: str) -> Case:
    """The case of a command in a lane."""
    return Case(f"{lane}/{name}", lane, level, (), name=(command.__doc__ or name).splitlines()[0])
