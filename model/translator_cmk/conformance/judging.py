"""Judges one sequence of commands with the oracle, up to the first difference, and shrinks it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ..bdd.portal import through_the_api
from ..bdd.prerequisites import capabilities_of, level_of, not_offered, promised
from ..language.declaration import LEVELS, MASKED, Declaration
from ..language.facts import Fact, changed_facts
from ..machine import Accepted, Command, Observation
from ..machine.commands import CreateKey, ImportKey, ReadData, TranslateWithModel
from ..machine.entities import Document
from ..oracle import Agreed, Comparison, Difference, Differs, Exchange, Follower, LostTrack, Oracle, Why
from ..oracle.observability import Shown
from ..system import ModelSystem, Unsupported
from .channels import Fault
from .subject import Errs, Subject

SIZES = {"RSA": (2048, 3072, 4096), "RSA-HSM": (2048, 3072, 4096), "EC": (256, 384, 521), "oct": (128, 192, 256)}
"""The sizes that Azure has of each type of key, in bits: a key vault may refuse to make others.

https://learn.microsoft.com/azure/key-vault/keys/about-keys
"""


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
    """Whether what differs may yet come."""
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
    undelivered: dict[str, str] = field(default_factory=dict)
    """Those of the unsupported that a declared capability stands for, each with that."""

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
        return names[:-1] if self.differences or self.known or self.fault or self.lost_track else names


def run_sequence(subject: Subject, commands: Iterable[Command], oracle: Oracle, blind: int = 0) -> SequenceResult:
    """Put the system through the commands, up to the first difference.

    ``blind``: after how many commands nothing is observed, but for the last one: this finds what happens only on
    observation.  Where so much is possible that following it would take the time of many others, it is observed, and
    where silent requirements decide, since a system may do a third thing, which only an observation right after shows.

    What belongs to a level that it does not claim is there to prepare: where the two differ over that, nobody is at
    fault, and the rest of the sequence is not compared.  What it brings about in a level that is claimed is compared.
    """
    subject.patient = False
    result = SequenceResult(unobserved=blind > 0)
    try:
        comparison = compare(subject, commands, Follower(oracle), blind, result)
    except Fault as fault:
        result.fault = fault
    except Errs as error:
        result.fault = Fault("error", str(error))
    else:
        weigh(comparison, subject, result)
    return result


def compare(
    subject: Subject, commands: Iterable[Command], follower: Follower, blind: int, result: SequenceResult
) -> Comparison:
    """Put the system through the commands until something differs, and note in ``result`` what it answers and shows."""
    declared = subject.declaration
    oracle = follower.oracle
    exchanges = result.exchanges
    subject.reset(declared.stage)
    exchanges.append(Exchange(None, None, None if blind else subject.observe()))
    comparison = follower.begin(declared.stage, exchanges[-1].seen)
    if not isinstance(comparison, Agreed):
        return comparison
    for command in commands:
        result.reached += 1
        before = subject.reference.observe() if declared.hidden else {}
        asked_before = result.asked
        result.asked = (*asked_before, command)
        try:
            outcome = subject.submit(command)
        except Unsupported:
            result.asked = asked_before
            note_unsupported(command, declared, result)
            continue
        follower.submit(command)
        exchanges.append(Exchange(command, outcome, None))
        if follower.has_track and (result.reached > blind or needs_a_look(oracle)):
            exchanges[-1] = Exchange(command, outcome, subject.observe())
        seen = exchanges[-1].seen
        comparison = follower.answer(outcome, seen, shown_now(oracle, subject, seen))
        if isinstance(comparison, Differs) and not all_claimed(comparison.differences, command, declared):
            return LostTrack("it differs in what belongs to a level that is not claimed")
        if not isinstance(comparison, Agreed):
            return comparison
        if isinstance(outcome, Accepted):
            note_accepted(command, before, subject, result)
    if exchanges[-1].seen is None:
        seen = subject.observe()
        exchanges[-1] = exchanges[-1]._replace(seen=seen)
        comparison = follower.look(seen, shown_now(oracle, subject, seen))
    return comparison


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


def note_accepted(command: Command, before: Observation, subject: Subject, result: SequenceResult) -> None:
    """Note that a command was accepted, as it should be, and whether anything could show otherwise."""
    if subject.declaration.hidden and is_unseen(command, before, subject):
        result.unseen.add(type(command).__name__)
    else:
        result.accepted.add(type(command).__name__)


def all_claimed(differences: Iterable[Difference], command: Command, declared: Declaration) -> bool:
    """Return whether all that was otherwise after a command is of levels that the system claims."""
    return all(level_concerned(each, type(command)) in declared.levels for each in differences)


def weigh(comparison: Comparison, subject: Subject, result: SequenceResult) -> None:
    """Note how a sequence ended.  What may yet come is no difference, unless nothing else is."""
    if isinstance(comparison, LostTrack):
        result.lost_track = comparison.why
    if not isinstance(comparison, Differs):
        return
    result.why = comparison.why
    differences = comparison.differences
    lacking = [each for each in differences if isinstance(each.expected, Fact) and subject.is_late(each.expected)]
    result.late = len(lacking) == len(differences)
    if result.late:
        result.differences = differences
    else:
        result.differences = tuple(each for each in differences if each not in lacking)


def shown_now(oracle: Oracle, subject: Subject, seen: Observation | None) -> Shown | None:
    """Return what the system shows this time, where it shows no document of a workspace whose data is inaccessible."""
    if seen is None or MASKED not in subject.declaration.hidden:
        return None
    closed = {name for name, fields in seen["workspace"].items() if fields.get("readable") is False}
    documents = subject.reference.state.tables[Document].items()
    omitted = frozenset(((Document.word, name), "exists") for name, (workspace, *_) in documents if workspace in closed)
    shown = oracle.shown
    return Shown(shown.reasons, shown.audit, shown.hidden, shown.only, omitted)


CHANGE_NOTHING = (ReadData, TranslateWithModel)
"""Of these it is all to see that they are accepted, or refused."""


def is_unseen(command: Command, before: Observation, subject: Subject) -> bool:
    """Return whether nothing that the system shows can tell that it has carried out what it has accepted."""
    changed = changed_facts(before, subject.reference.observe())
    return not isinstance(command, CHANGE_NOTHING) and not any(
        subject.declaration.shows(was.kind, was.field) for was, _ in changed
    )


def level_concerned(difference: Difference, command: type[Command]) -> str:
    """Return the level of what was otherwise after a command; an outcome is of the command's level."""
    return level_of(difference.expected if isinstance(difference.expected, Fact) else command)


def applicable(commands: Iterable[Command], declared: Declaration) -> Iterator[Command]:
    """Yield the commands that a system can be asked for; what it would do through the portal is done through the API.

    Those of the levels below what it claims are among them, since they lead there.
    """
    levels = list(LEVELS)
    highest = max(map(levels.index, declared.levels))
    can = declared.capabilities | {"portal"}
    model = ModelSystem()
    for command in commands:
        if (
            levels.index(level_of(command)) > highest
            or not can.issuperset(capabilities_of(command))
            or (isinstance(command, CreateKey | ImportKey) and command.size not in SIZES[command.type])
            or not_offered([command], declared.stage)
        ):
            continue
        if declared.can("portal"):
            yield command
        else:
            yield from through_the_api(model, command)


Commands = tuple[Command, ...]

ATTEMPTS = 200
"""How many shorter sequences are tried at most."""


def shrunk(commands: Sequence[Command], fails: Callable[[Commands], bool]) -> Commands:
    """Return a sequence that fails and has no command but the last that can be left out, if there are enough attempts.

    One run of commands after another is left out, longer runs first.  ``fails`` says whether a sequence still fails.
    """
    kept, attempts = tuple(commands), ATTEMPTS
    size = max(len(kept) // 2, 1)
    while size and attempts > 0:
        at, before = 0, kept
        while at < len(kept) - 1 and attempts > 0:
            shorter = (*kept[:at], *kept[min(at + size, len(kept) - 1) :])
            attempts -= 1
            if fails(shorter):
                kept = shorter
            else:
                at += size
        if size > 1 or kept == before:
            size //= 2
    return kept
