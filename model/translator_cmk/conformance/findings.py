"""What a lane of sequences found: for each command whether it was compared, and every way in which the two parted."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..facts import Fact
from ..machine import COMMANDS, Accepted, Command, Outcome, Refused
from ..phrasebook import state
from .cases import Case
from .following import Followed, level_of
from .shrinking import Commands
from .verdicts import Came


class Signature(NamedTuple):
    """What makes two failures the same: the command, what it is laid to, and what kind of thing was otherwise."""

    command: str
    requirements: tuple[str, ...]
    kinds: tuple[str, ...]


class Finding(NamedTuple):
    """One way in which the system and the specification part, shown by the shortest sequence that was found."""

    signature: Signature
    commands: Commands
    expected: tuple[str, ...]
    seen: tuple[str, ...]
    scenario: str
    always: bool
    """Whether it came out each time."""


def signature(followed: Followed) -> Signature:
    """The signature of a failure."""
    requirements = {each for difference in followed.differences for each in difference.requirements}
    kinds = {kind_of(difference.expected, difference.seen) for difference in followed.differences}
    command = type(followed.asked[-1]).__name__ if followed.asked else "reset"
    return Signature(command, tuple(sorted(requirements)), tuple(sorted(kinds)))


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
        return state(each)
    if isinstance(each, Accepted):
        uses = "".join(f", with a use of the key {use.key} for {use.resource}" for use in each.audit)
        return f"the request is accepted{uses}"
    if isinstance(each, Refused):
        return (
            f"the request is refused{f', because of {listed}' if (listed := ', '.join(sorted(each.because))) else ''}"
        )
    return "the request is accepted or refused"


class Tally:
    """What a lane has found so far."""

    def __init__(self, lane: str, planned: Iterable[type[Command]] = ()) -> None:
        self.lane = lane
        self.planned = {command.__name__ for command in planned}
        self.compared: Counter[str] = Counter()
        self.unsupported: set[str] = set()
        self.late: set[str] = set()
        self.faults: dict[str, tuple[str, str]] = {}
        self.failures: Counter[Signature] = Counter()
        self.first: dict[Signature, Followed] = {}
        self.lost_track = 0
        self.sequences = 0

    def add(self, followed: Followed) -> Signature | None:
        """Count a sequence; the signature of its failure, if it failed."""
        self.sequences += 1
        self.unsupported |= followed.unsupported
        self.lost_track += bool(followed.lost_track)
        names = [type(command).__name__ for command in followed.asked]
        last = names[-1] if names else "reset"
        undecided = followed.differences or followed.fault or followed.lost_track
        self.compared.update(names[:-1] if undecided else names)
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

    def cases(self) -> Iterator[Case]:
        """A case for each command that was planned, or come by."""
        failed = {each.command for each in self.failures}
        met = self.planned | self.compared.keys() | self.unsupported | self.late | self.faults.keys() | failed
        for name, command in COMMANDS.items():
            if name in met:
                yield case_of(self.lane, name, command)
        if "reset" in met:
            yield Case(f"{self.lane}/reset", self.lane, "account", (), name="Begin a world in which nothing is there.")

    def came(self, name: str) -> Came:
        """What came of a command."""
        if failures := [each for each in self.failures if each.command == name]:
            told = [difference for each in failures for difference in self.first[each].differences]
            blamed = tuple(sorted({requirement for each in failures for requirement in each.requirements}))
            times = sum(self.failures[each] for each in failures)
            reason = f"expected: {in_words(told[0].expected)}; observed: {in_words(told[0].seen)}"
            return Came("failed", f"{reason} ({times} times)" if times > 1 else reason, blamed=blamed)
        if name in self.faults:
            kind, text = self.faults[name]
            return Came("inconclusive", f"the system broke: {text}", fault=kind)
        if name in self.late:
            return Came("inconclusive", "an effect was still absent when its time was up")
        if self.compared[name]:
            return Came("passed")
        if name in self.unsupported:
            return Came("not-run", f"unsupported: it answers so to {name}")
        return Came("not-run", "it was not come by")


def case_of(lane: str, name: str, command: type[Command]) -> Case:
    """The case of a command in a lane."""
    return Case(f"{lane}/{name}", lane, level_of(command), (), name=(command.__doc__ or name).splitlines()[0])


def all_requirements(signatures: Iterable[Signature]) -> frozenset[str]:
    """What all of these are laid to."""
    return frozenset(requirement for each in signatures for requirement in each.requirements)
