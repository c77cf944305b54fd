"""Follows a system through a sequence of commands with the oracle, and says where they part."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..explore.oracle import Oracle
from ..explore.oracle.choices import TooManyStates
from ..explore.oracle.explain import Difference
from ..explore.oracle.sights import Shown
from ..facts import Fact
from ..gherkin.portal import through_the_api
from ..gherkin.takes import KIND_LEVELS, in_another_directory, is_legacy, offered, stage_names
from ..machine import Command, Machine
from ..machine.commands import EndVaultRetention
from ..system import ModelSystem, Unsupported
from ..wire.declaration import LEVELS, Declaration
from .channels import Fault
from .shadow import MACHINE
from .subject import Errs, Subject


class Followed(NamedTuple):
    """What came of a sequence.

    ``asked``: the commands that were carried out or refused, up to where the two parted.  ``differences``: what was
    demanded of the last of them, and what came instead; without any they agree.  ``late``: it may yet come.
    """

    asked: tuple[Command, ...]
    differences: tuple[Difference, ...] = ()
    late: bool = False
    unsupported: frozenset[str] = frozenset()
    lost_track: str = ""
    """Why nothing is compared from here on."""
    fault: str = ""
    """The kind of fault, where the system broke over the last command, or over the reset if there is none."""
    told: str = ""
    """What it did then."""

    @property
    def failed(self) -> bool:
        """Whether they part for good."""
        return bool(self.differences) and not self.late


def oracle_for(machine: Machine, declared: Declaration) -> Oracle:
    """What the machine demands of a system that shows what it has declared to show."""
    return Oracle(machine, Shown(declared.can("reasons"), declared.can("audit"), declared.unseen))


def follow(subject: Subject, commands: Iterable[Command], oracle: Oracle) -> Followed:
    """Put the system through the commands, whatever it does."""
    stage = subject.declaration.stage
    subject.patient = False
    asked: list[Command] = []
    unsupported: set[str] = set()
    differences: tuple[Difference, ...] = ()
    lost_track = fault = told = ""
    try:
        subject.reset(stage)
        oracle.reset(stage)
        differences = oracle.narrow(observation=subject.observe())
        for command in () if differences else commands:
            asked.append(command)
            try:
                outcome = subject.submit(command)
            except Unsupported:
                asked.pop()
                unsupported.add(type(command).__name__)
                continue
            oracle.submit(command)
            if differences := oracle.narrow(outcome, subject.observe()):
                break
    except TooManyStates as error:
        lost_track = str(error)
    except Fault as error:
        fault, told = error.kind, str(error)
    except Errs as error:
        fault, told = "error", str(error)
    late = subject.late and all(isinstance(each.expected, Fact) for each in differences)
    return Followed(tuple(asked), differences, late, frozenset(unsupported), lost_track, fault, told)


def level_of(command: type[Command]) -> str:
    """The level that a command belongs to: the highest of what it names."""
    kinds = [reference.kind.word for _, reference, _ in command.references]
    return max((KIND_LEVELS[kind] for kind in kinds if kind in KIND_LEVELS), key=list(LEVELS).index, default="account")


def applicable(commands: Iterable[Command], declared: Declaration) -> Iterator[Command]:
    """The commands that a system can be asked for; what it would do through the portal is done through the API."""
    there = offered(declared.stage)
    model = ModelSystem(MACHINE)
    for command in commands:
        if (
            level_of(type(command)) not in declared.levels
            or (isinstance(command, EndVaultRetention) and not declared.can("clock"))
            or (is_legacy(command) and not declared.can("legacy-vaults"))
            or (in_another_directory(command) and not declared.can("several-directories"))
            or any(name not in there[kind] for kind, name in stage_names(command))
        ):
            continue
        if declared.can("portal"):
            yield command
        else:
            yield from through_the_api(model, command)
