"""Put a system through one sequence of commands, up to the first difference from what the oracle
demands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ...bdd.prerequisites import level_of, promised
from ...bdd.recorded_system import ResetFailed, must_show_the_stage
from ...language.declaration import Declaration
from ...language.facts import Fact, changed_facts
from ...machine import Accepted, Command, Observation, Outcome
from ...machine.commands import UploadDocument
from ...oracle import (
    Agreed,
    Comparison,
    Difference,
    Differs,
    Exchange,
    Follower,
    LostTrack,
    Oracle,
    Why,
)
from ...oracle.shown import Shown
from ...system import Inconclusive, Unsupported
from ..wire import Fault
from ..wire.partial_looks import left_out, shows_always_the_same
from ..wire.subject import CHANGE_NOTHING, Subject

TOO_OPEN = 12
"""From how many possible states on even a system that is to be left alone is looked at."""


@dataclass
class SequenceResult:
    """The result of one sequence."""

    asked: tuple[Command, ...] = ()
    """The commands that were carried out or refused, up to the first difference or fault."""
    differences: tuple[Difference, ...] = ()
    """What was demanded of the last of them, and what came instead; without any they agree."""
    why: Why = field(default_factory=Why)
    """Why a report names requirements for these differences, or for those that are listed."""
    late: bool = False
    """Whether all that differs may be only late."""
    known: tuple[Difference, ...] = ()
    """How the last command differs, where that is a listed deviation and nothing else differs."""
    lost_track: str = ""
    """Why nothing is compared from here on."""
    fault: Fault | None = None
    """How the system broke over the last command, or over the reset without any."""
    exchanges: list[Exchange] = field(default_factory=list)
    """Everything that was answered and observed, from the reset on."""
    reached: int = 0
    """How many of the commands were dealt with: asked, or answered `unsupported`."""
    unobserved: bool = False
    """Whether nothing was observed until after the last command, or after one before it."""
    accepted: set[str] = field(default_factory=set)
    """The commands that were accepted."""
    unseen: set[str] = field(default_factory=set)
    """Those that change only what is hidden, as far as this sequence goes."""
    unsupported: set[str] = field(default_factory=set)
    sent: tuple[str, ...] = ()
    """The names under which the system was asked."""
    said: tuple[str, ...] = ()
    """What it says of how it carried out the last command that was compared."""
    own_words: str = ""
    """How the system itself explains its last answer."""
    undelivered: dict[str, str] = field(default_factory=dict)
    """Those of the unsupported that a declared capability stands for, each with that."""
    explicit: Mapping[Command, frozenset[str]] = field(default_factory=dict)
    """For a command the fields whose usual values the failure depends on."""

    @property
    def failed(self) -> bool:
        """Whether the system differs for good, in something that is not listed."""
        return bool(self.differences) and not self.late

    @property
    def last(self) -> str:
        """The command that the sequence ended with."""
        return type(self.asked[-1]).__name__ if self.asked else "reset"

    @property
    def compared(self) -> list[str]:
        """The commands that were compared, and did not differ."""
        names = [type(command).__name__ for command in self.asked]
        last_was_not = self.differences or self.known or self.fault or self.lost_track
        return names[:-1] if last_was_not else names


def run_sequence(
    subject: Subject,
    commands: Iterable[Command],
    oracle: Oracle,
    blind: int = 0,
) -> SequenceResult:
    """Put the system through the commands, up to the first difference.

    ``blind``: after how many commands nothing is observed, but for the last one: this finds what
    happens only on observation.  Where so much is possible that following it would take the time of
    many others, it is observed, and where silent requirements decide, since a system may do a third
    thing, which only an observation right after shows.

    What belongs to a level that it does not claim is there to prepare: where the two differ over
    that, nobody is at fault, and the rest of the sequence is not compared.  What it brings about in
    a level that is claimed is compared.
    """
    subject.patient = False
    result = SequenceResult(unobserved=blind > 0)
    try:
        following = Following(subject, Follower(oracle), result, blind)
        comparison = following.compare(commands)
        weigh(comparison, subject, result)
        result.own_words = subject.own_words
        result.said = tuple(subject.said)
    except Fault as fault:
        result.fault = fault
    except ResetFailed as error:
        result.fault = Fault("reset", str(error))
    except Inconclusive as error:
        result.fault = Fault("error", str(error))
    result.sent = tuple(subject.names.sent)
    result.own_words = result.own_words or subject.own_words
    return result


@dataclass
class Following:
    """A system that is put through a sequence, and what follows it."""

    subject: Subject
    follower: Follower
    result: SequenceResult
    blind: int

    def compare(self, commands: Iterable[Command]) -> Comparison:
        """Put the system through the commands until something differs, and note what it answers and
        shows.
        """
        comparison = self.begin()
        for command in commands:
            self.result.reached += 1
            declared = self.subject.declaration
            before = self.subject.reference.observe() if declared.hidden else {}
            asked_before = self.result.asked
            self.result.asked = (*asked_before, command)
            try:
                self.subject.said.clear()
                outcome = self.subject.submit(command)
            except Unsupported:
                self.result.asked = asked_before
                note_unsupported(command, declared, self.result)
                continue
            comparison = self.follow(command, outcome)
            if not isinstance(comparison, Agreed):
                return comparison
            if isinstance(outcome, Accepted):
                note_accepted(command, before, self.subject, self.result)
        return self.look_at_the_end(comparison)

    def begin(self) -> Comparison:
        """Reset the system, and compare what it shows."""
        declared = self.subject.declaration
        self.subject.reset(declared.stage)
        seen = None if self.blind else self.subject.observe()
        if seen is not None:
            must_show_the_stage(seen, declared)
        self.result.exchanges.append(Exchange(None, None, seen))
        return self.follower.begin(declared.stage, seen)

    def follow(self, command: Command, outcome: Outcome) -> Comparison:
        """Compare the answer to a command, and what the system shows after it."""
        self.follower.submit(command)
        self.result.exchanges.append(Exchange(command, outcome, None))
        if self.follower.has_track and self.has_to_look():
            self.look()
        seen = self.result.exchanges[-1].seen
        comparison = self.follower.answer(outcome, seen, self.shown_now(seen))
        if not isinstance(comparison, Differs):
            return comparison
        if not all_claimed(comparison.differences, command, self.subject.declaration):
            return LostTrack("it differs in what belongs to a level that is not claimed")
        return comparison

    def has_to_look(self) -> bool:
        """Return whether the system is observed after the command that was just asked."""
        return self.result.reached > self.blind or needs_a_look(self.follower.oracle)

    def look(self) -> None:
        """Add to the last exchange what the system shows."""
        seen = self.subject.observe()
        shown = shown_at_most(self.result, self.subject, seen)
        self.result.exchanges[-1] = self.result.exchanges[-1]._replace(seen=seen, shown=shown)

    def shown_now(self, seen: Observation | None) -> Shown | None:
        """Return what the system shows this time, if that is not what it always shows."""
        return shown_now(self.follower.oracle, self.subject, seen)

    def look_at_the_end(self, comparison: Comparison) -> Comparison:
        """Compare what a system shows that was left alone, or return the last comparison."""
        last = self.result.exchanges[-1]
        if last.seen is not None:
            return comparison
        seen = self.subject.observe()
        self.result.exchanges[-1] = last._replace(seen=seen)
        return self.follower.look(seen, self.shown_now(seen))


def needs_a_look(oracle: Oracle) -> bool:
    """Return whether even a system that is to be left alone is observed after the last command."""
    return len(oracle.states) > TOO_OPEN or bool(oracle.last.deciding)


def note_unsupported(command: Command, declared: Declaration, result: SequenceResult) -> None:
    """Note that a command is not supported, and the declared capability that promises it."""
    name = type(command).__name__
    result.unsupported.add(name)
    capability = promised(command, declared)
    if capability:
        result.undelivered[name] = capability


def note_accepted(
    command: Command, before: Observation, subject: Subject, result: SequenceResult
) -> None:
    """Note that a command was accepted, as it should be, and whether anything could show
    otherwise.
    """
    if subject.declaration.hidden and is_unseen(command, before, subject):
        result.unseen.add(type(command).__name__)
    else:
        result.accepted.add(type(command).__name__)


def all_claimed(differences: Iterable[Difference], command: Command, declared: Declaration) -> bool:
    """Return whether all that was otherwise after a command is of levels that the system claims."""
    return all(level_concerned(each, type(command)) in declared.levels for each in differences)


def weigh(comparison: Comparison, subject: Subject, result: SequenceResult) -> None:
    """Note how a sequence ended.  What may be only late counts as a difference where nothing else
    differs.
    """
    if isinstance(comparison, LostTrack):
        result.lost_track = comparison.why
    if not isinstance(comparison, Differs):
        return
    result.why = comparison.why
    differences = comparison.differences
    settled = tuple(
        difference for difference in differences if not may_be_only_late(difference, subject)
    )
    result.late = not settled
    result.differences = settled or differences


def may_be_only_late(difference: Difference, subject: Subject) -> bool:
    """Return whether a difference may be there only since an effect takes longer than the system
    has declared.
    """
    if subject.answered_early:
        return True
    fact = difference.expected
    return isinstance(fact, Fact) and subject.still_shows_earlier(fact)


def shown_now(oracle: Oracle, subject: Subject, seen: Observation | None) -> Shown | None:
    """Return what the system shows this time, if that is not what it always shows."""
    if seen is None or shows_always_the_same(subject.declaration):
        return None
    shown = oracle.shown
    omitted = subject.left_out(seen)
    return Shown(shown.reasons, shown.audit, shown.hidden, shown.only, omitted)


def shown_at_most(
    result: SequenceResult, subject: Subject, seen: Observation | None
) -> Shown | None:
    """Return what the system shows this time, whatever it has done: a look may leave out every
    document that was uploaded, also one that should be deleted.
    """
    declared = subject.declaration
    if seen is None or shows_always_the_same(declared):
        return None
    documents = {}
    for command in result.asked:
        if isinstance(command, UploadDocument):
            documents[command.document] = command.workspace
    reasons = declared.can("reasons")
    audit = declared.can("audit")
    omitted = left_out(seen, documents, declared)
    return Shown(reasons, audit, declared.unseen, omitted=omitted)


def is_unseen(command: Command, before: Observation, subject: Subject) -> bool:
    """Return whether an accepted command has no effect that the system could show."""
    # the answer is all of its effect
    if isinstance(command, CHANGE_NOTHING):
        return False
    for was, _ in changed_facts(before, subject.reference.observe()):
        if subject.declaration.shows(was.kind, was.field):
            return False
    return True


def level_concerned(difference: Difference, command: type[Command]) -> str:
    """Return the level of what was otherwise after a command; an outcome is of the command's
    level.
    """
    if isinstance(difference.expected, Fact):
        return level_of(difference.expected)
    return level_of(command)
