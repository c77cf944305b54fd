"""Follows a system through a sequence of commands with the oracle, and says where they part."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from ..bdd.prerequisites import (
    KIND_LEVELS,
    in_another_directory,
    is_legacy,
    offered,
    promised,
    stage_names,
    through_the_api,
)
from ..language.declaration import LEVELS, Declaration
from ..language.facts import Fact, difference
from ..machine import Accepted, Command, Machine, Observation, Outcome
from ..machine.commands import CreateKey, EndVaultRetention, ImportKey, ReadData, TranslateWithModel
from ..oracle import Oracle
from ..oracle.explain import Difference
from ..oracle.nondeterminism import TooManyStates
from ..oracle.observability import Shown
from ..system import ModelSystem, Unsupported
from .channels import Fault
from .shadow import MACHINE
from .subject import Errs, Subject

SIZES = {"RSA": (2048, 3072, 4096), "RSA-HSM": (2048, 3072, 4096), "EC": (256, 384, 521), "oct": (128, 192, 256)}
"""The sizes that Azure has of each type of key, in bits: a key vault may refuse to make others.

https://learn.microsoft.com/azure/key-vault/keys/about-keys
"""


TOO_OPEN = 12
"""From how many possible states on even a system that is to be left alone is looked at."""


class Followed(NamedTuple):
    """What came of a sequence.

    ``asked``: the commands that were carried out or refused, up to where the two parted.  ``differences``: what was
    demanded of the last of them, and what came instead; without any they agree.  ``late``: it may yet come.
    """

    asked: tuple[Command, ...]
    differences: tuple[Difference, ...] = ()
    late: bool = False
    accepted: frozenset[str] = frozenset()
    unsupported: frozenset[str] = frozenset()
    lost_track: str = ""
    """Why nothing is compared from here on."""
    fault: str = ""
    """The kind of fault, where the system broke over the last command, or over the reset if there is none."""
    told: str = ""
    """What it did then."""
    in_front: bool = False
    """Whether the salt stood in front of names."""
    undelivered: frozenset[tuple[str, str]] = frozenset()
    """Those of the unsupported that a declared capability stands for, each with that."""
    known: tuple[str, tuple[Difference, ...]] | None = None
    """The first command that came out otherwise as it is known to, and how."""
    taken: tuple[bool, ...] = ()
    """Of each of ``asked`` that was answered, whether the system accepted it."""
    unseen: frozenset[str] = frozenset()
    """Commands that were accepted, and that change only what is hidden, as far as this sequence goes."""

    @property
    def failed(self) -> bool:
        """Whether they part for good."""
        return bool(self.differences) and not self.late


def oracle_for(machine: Machine, declared: Declaration) -> Oracle:
    """What the machine demands of a system that shows what it has declared to show."""
    return Oracle(machine, Shown(declared.can("reasons"), declared.can("audit"), declared.unseen))


class Judges(NamedTuple):
    """What the specification demands.  ``strict``: with what is known not to hold, if anything is."""

    oracle: Oracle
    strict: Oracle | None = None


class Strict:
    """Follows beside, until it parts from the system for the first time: over what is known not to hold."""

    def __init__(self, oracle: Oracle | None) -> None:
        self.oracle = oracle
        self.known: tuple[str, tuple[Difference, ...]] | None = None

    def note(self, command: Command, outcome: Outcome, seen: Observation | None) -> None:
        """Note a command on which the judge that decides and the system agree."""
        if self.oracle is None:
            return
        try:
            self.oracle.submit(command)
            differences = self.oracle.narrow(outcome, seen)
        except TooManyStates:
            self.oracle = None
            return
        if differences:
            self.oracle, self.known = None, (type(command).__name__, differences)


def follow(subject: Subject, commands: Iterable[Command], judges: Judges, unobserved: bool = False) -> Followed:
    """Put the system through the commands, whatever it does.

    ``unobserved``: until after the last command, so that what comes about only by being looked at is found out; unless
    so much is possible by then that following it would take the time of many others.

    What belongs to a level that it does not claim is there to prepare: where the two part over that, nobody is at
    fault, and the rest of the sequence is not compared.  What it brings about in a level that is claimed is compared.
    """
    levels, stage = subject.declaration.levels, subject.declaration.stage
    oracle, strict = judges.oracle, Strict(judges.strict)
    subject.patient = False
    asked: list[Command] = []
    outcomes: list[Outcome] = []
    accepted: set[str] = set()
    unseen: set[str] = set()
    unsupported: set[str] = set()
    undelivered: set[tuple[str, str]] = set()
    differences: tuple[Difference, ...] = ()
    lost_track = fault = told = ""
    try:
        subject.reset(stage)
        oracle.reset(stage)
        if strict.oracle is not None:
            strict.oracle.reset(stage)
        differences = () if unobserved else oracle.narrow(observation=subject.observe())
        for command in () if differences else commands:
            asked.append(command)
            before = subject.shadow.observe() if subject.declaration.hidden else {}
            try:
                outcome = subject.submit(command)
            except Unsupported:
                asked.pop()
                unsupported.add(type(command).__name__)
                if capability := promised(command, subject.declaration):
                    undelivered.add((type(command).__name__, capability))
                continue
            outcomes.append(outcome)
            oracle.submit(command)
            looks = not unobserved or len(oracle.states) > TOO_OPEN
            seen = subject.observe() if looks else None
            if differences := oracle.narrow(outcome, seen):
                if not is_claimed(differences, type(command), levels):
                    differences, lost_track = (), "it parts over what belongs to a level that is not claimed"
                break
            strict.note(command, outcome, seen)
            if isinstance(outcome, Accepted):
                hides = subject.declaration.hidden and is_unseen(command, before, subject)
                (unseen if hides else accepted).add(type(command).__name__)
        else:
            if unobserved and not differences:
                differences = oracle.narrow(observation=subject.observe())
    except TooManyStates as error:
        lost_track = str(error)
    except Fault as error:
        fault, told = error.kind, str(error)
    except Errs as error:
        fault, told = "error", str(error)
    lacking = [each for each in differences if isinstance(each.expected, Fact) and subject.is_late(each.expected)]
    late = bool(lacking) and len(lacking) == len(differences)
    if not late:
        differences = tuple(each for each in differences if each not in lacking)
    return Followed(
        tuple(asked),
        differences,
        late,
        frozenset(accepted),
        frozenset(unsupported),
        lost_track,
        fault,
        told,
        subject.names.in_front,
        frozenset(undelivered),
        strict.known,
        tuple(isinstance(each, Accepted) for each in outcomes),
        frozenset(unseen),
    )


CHANGE_NOTHING = (ReadData, TranslateWithModel)
"""Of these it is all to see that they are accepted, or refused."""


def is_unseen(command: Command, before: Observation, subject: Subject) -> bool:
    """Whether nothing that the system shows can tell that it has carried out what it has accepted."""
    changed = difference(before, subject.shadow.observe())
    return not isinstance(command, CHANGE_NOTHING) and not any(
        subject.declaration.shows(was.kind, was.field) for was, _ in changed
    )


LOWEST = next(iter(LEVELS))
"""The level of what belongs to all of them, such as a subscription."""


def level_of(command: type[Command]) -> str:
    """The level that a command belongs to: the highest of what it names."""
    kinds = [reference.kind.word for _, reference, _ in command.references]
    return max((KIND_LEVELS[kind] for kind in kinds if kind in KIND_LEVELS), key=list(LEVELS).index, default=LOWEST)


def is_claimed(differences: Iterable[Difference], command: type[Command], levels: Collection[str]) -> bool:
    """Whether all differences that a command has led to concern levels that are claimed: outcomes that of its own."""
    return all(level_concerned(each, command) in levels for each in differences)


def level_concerned(difference: Difference, command: type[Command]) -> str:
    """The level of what was otherwise after a command."""
    expected = difference.expected
    return KIND_LEVELS.get(expected.kind, LOWEST) if isinstance(expected, Fact) else level_of(command)


def applicable(commands: Iterable[Command], declared: Declaration) -> Iterator[Command]:
    """The commands that a system can be asked for; what it would do through the portal is done through the API.

    Those of the levels below what it claims are among them, since they lead there.
    """
    there = offered(declared.stage)
    highest = max(map(list(LEVELS).index, declared.levels))
    model = ModelSystem(MACHINE)
    for command in commands:
        if (
            list(LEVELS).index(level_of(type(command))) > highest
            or (isinstance(command, EndVaultRetention) and not declared.can("clock"))
            or (is_legacy(command) and not declared.can("legacy-vaults"))
            or (in_another_directory(command) and not declared.can("several-directories"))
            or (isinstance(command, CreateKey | ImportKey) and command.size not in SIZES[command.type])
            or any(name not in there[kind] for kind, name in stage_names(command))
        ):
            continue
        if declared.can("portal"):
            yield command
        else:
            yield from through_the_api(model, command)
