"""The command `doctor`: checks an adapter in seconds, and says what to fix or to write next."""

import argparse
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

from ..bdd.causes import silent_by_default
from ..bdd.recorded_system import ResetFailed, must_show_the_stage
from ..errors import DEVIATIONS, HARNESS, INCOMPLETE, OK, CommandError
from ..escaping import plain
from ..language.declaration import Declaration
from ..machine import COMMANDS, Accepted, Command, Outcome, Refused
from ..machine.commands import CreateVault, MoveSubscription, RecoverVault
from ..requirements import load_register
from ..system import MACHINE, Inconclusive, Unsupported
from .judgement.awaited import most_awaited, needed_by
from .report.wording import few
from .run.applicable import applicable
from .run.sequences import REFUSALS, SMOKE, named_sequences
from .run.tally import is_demanded
from .wire import Fault
from .wire.options import add_system_arguments, connection
from .wire.session import Session
from .wire.subject import Subject, by_chance, no_requirement

NO_VERDICT = (
    "an error says that the adapter can't tell, and is no verdict: "
    "answer refused where the system says no, and unsupported what is yet to be written"
)
NAME_REQUIREMENTS = (
    "name a requirement, by because or by a code; a refusal needs no reason if you don't declare "
    "the capability reasons"
)
LOOKS_LIKE = "the protocol page says what each message looks like, and when it has to be there"

REMEDIES = {"malformed": LOOKS_LIKE, "unknown-id": NAME_REQUIREMENTS}
"""For each kind of fault that is one of the adapter's texts alone, what to do."""

VAULT = CreateVault("kv-prod", "westeurope", "production", "apps")

LEAVES = MoveSubscription("production", "abroad")

MOST_SHOWN = 5
"""How many of the commands to write next are listed."""


class ToFix(Exception):
    """Something is wrong with the adapter; ``remedy`` says what to do."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.remedy = remedy


class SmokeResult(NamedTuple):
    """What came of the smoke sequence, in which every command is accepted once."""

    unsupported: set[str]
    refused: list[str]


EPILOG = """exit codes:
  0  all is well
  1  something is to be fixed: the last lines say what, and how
  2  wrong usage or configuration
  3  the adapter doesn't answer, or the harness failed
  4  all is well so far, but commands are missing
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `doctor`."""
    parser.epilog = EPILOG
    add_system_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print each finding.

    Returns 0 where all is well, 1 where something is to be fixed, 4 where commands are missing.
    """
    system = connection(args)
    session = Session(system.open(), patience=system.patience)
    try:
        subject = Subject(session, by_chance())
        declared = subject.declaration
        print(f"✔ it says hello: {plain(f'{declared.product} {declared.version}', 120)}")
        try:
            for line in checks(subject):
                print(f"✔ {line}")
        # submit notes the last command as the case
        except Unsupported:
            print(f"○ not looked at yet, for want of {session.case}")
        result = smoke(subject)
        for line in checks_after_work(subject):
            print(f"✔ {line}")
        session.case = "bye"
        session.say_bye()
    except ToFix as found:
        return fix(str(found), found.remedy)
    except Inconclusive as error:
        return fix(str(error), NO_VERDICT)
    except Fault as fault:
        if session.case:
            fault = Fault(fault.kind, f"{fault}, after {session.case}")
        if fault.kind not in REMEDIES:
            raise CommandError(session.in_full(fault), HARNESS) from None
        return fix(str(fault), REMEDIES[fault.kind])
    finally:
        session.bye()
    if result.refused and not result.unsupported:
        print(f"○ refused, where the smoke sequence has it accepted: {few(result.refused)}")
    for line in advice(result.unsupported, declared, system.text):
        print(line)
    demanded = [name for name in result.unsupported if is_demanded(name, silent_by_default())]
    return INCOMPLETE if demanded else OK


def fix(problem: str, remedy: str) -> int:
    """Print what to fix, and give the exit code."""
    print(f"✘ {plain(problem)}\n  {plain(remedy)}")
    return DEVIATIONS


def checks(subject: Subject) -> Iterator[str]:
    """Yield what is well, in the order in which things have to be fixed.

    Raises `ToFix`, `Unsupported` and `Fault`.
    """
    check_codes(subject.declaration)
    yield check_reset(subject)
    yield check_stage(subject.declaration)
    yield check_refusal(subject)
    yield check_vault(subject)
    yield check_fresh_world(subject)


def check_codes(declared: Declaration) -> None:
    for code, requirements in declared.codes.items():
        unknown = sorted(requirements - load_register().keys())
        if unknown:
            problem = f"its code {code!r} stands for {no_requirement(unknown[0])}"
            raise ToFix(problem, NAME_REQUIREMENTS)


def check_reset(subject: Subject) -> str:
    declared = subject.declaration
    subject.reset(declared.stage)
    try:
        must_show_the_stage(subject.observe(), declared)
    except ResetFailed as error:
        remedy = (
            "show each subscription of the stage with its tenant, or declare the kind subscription "
            "as hidden"
        )
        raise ToFix(str(error), remedy) from None
    return "it resets, and shows a new world"


def check_stage(declared: Declaration) -> str:
    region = VAULT.region
    subscription = VAULT.subscription
    if region not in declared.stage.regions or subscription not in declared.stage.subscriptions:
        problem = (
            f"its stage has no region {region!r}, or no subscription {subscription!r}, where most "
            "scenarios begin"
        )
        raise ToFix(problem, "offer them in the stage of hello, under any names in your system")
    return f"its stage has the region {region!r} and the subscription {subscription!r}"


def check_refusal(subject: Subject) -> str:
    outcome = submit(subject, RecoverVault("kv-lost"))
    if not isinstance(outcome, Refused):
        problem = "it accepts to recover a vault that was never made"
        raise ToFix(problem, "refuse what names nothing, for environment.exists")
    return "it refuses a command on something that was never made"


def check_vault(subject: Subject) -> str:
    before = subject.observe()
    outcome = submit(subject, VAULT)
    if not isinstance(outcome, Accepted):
        raise ToFix("it refuses to make a vault", "make it, and answer accepted")
    after = subject.observe()
    if "vault" in subject.declaration.unseen:
        return "it makes a vault, which is hidden"
    if before == after:
        raise ToFix(
            "a vault was made, and what it shows is the same", "show it under vault, by its name"
        )
    if VAULT.vault not in after.get("vault", {}):
        problem = "a vault was made, and it shows none of that name"
        raise ToFix(problem, "show it under vault, by the whole name that it was given")
    return "it makes a vault, and shows it"


def check_fresh_world(subject: Subject) -> str:
    subject.reset(subject.declaration.stage)
    if subject.observe().get("vault"):
        problem = "after a reset it still shows a vault under its new name"
        raise ToFix(problem, "look names up as they are, salt included")
    outcome = submit(subject, VAULT)
    if not isinstance(outcome, Accepted):
        problem = "after a reset a vault can't be made"
        raise ToFix(problem, "reset begins a world, and refuses nothing for what was before")
    return "after a reset nothing shows under fresh names, and a vault can be made again"


def checks_after_work(subject: Subject) -> Iterator[str]:
    """Yield what is well once much was done; raises `ToFix` and `Fault`."""
    declared = subject.declaration
    if declared.can("reasons"):
        attempt(subject, named_sequences()[REFUSALS])
        yield "the reasons of its refusals are requirements"
    # what moves the stage itself, which outlives a world
    attempt(subject, [LEAVES])
    subject.reset(declared.stage)
    try:
        must_show_the_stage(subject.observe(), declared)
    except ResetFailed as error:
        raise ToFix(str(error), "reset has to undo what was done to the stage itself") from None
    yield "it resets after all that too"


def attempt(subject: Subject, commands: Iterable[Command]) -> None:
    """Submit commands in a new world, whatever is answered; raises `Fault`."""
    subject.reset(subject.declaration.stage)
    for command in applicable(commands, subject.declaration):
        with suppress(Unsupported, Inconclusive):
            submit(subject, command)


def submit(subject: Subject, command: Command) -> Outcome:
    """Submit a command; what goes wrong from here on comes after it."""
    subject.session.case = type(command).__name__
    return subject.submit(command)


def smoke(subject: Subject) -> SmokeResult:
    """Run the smoke sequence; raises `ToFix` if a command ends in an error, and `Fault`."""
    unsupported = set[str]()
    refused: list[str] = []
    errors: dict[str, str] = {}
    subject.reset(subject.declaration.stage)
    for command in applicable(named_sequences()[SMOKE], subject.declaration):
        name = type(command).__name__
        _, expected = MACHINE.step(subject.reference.state, command)
        # where effects take their time, one that has not shown yet may be why
        has_to_be_accepted = isinstance(expected, Accepted) and not subject.declaration.windows
        try:
            outcome = submit(subject, command)
            if isinstance(outcome, Refused) and has_to_be_accepted and name not in refused:
                refused.append(name)
            subject.look()
        except Unsupported:
            unsupported.add(name)
        except Inconclusive as error:
            errors.setdefault(name, str(error))
    if errors:
        first = next(iter(errors.values()))
        problem = (
            f"commands that end in an error, {len(errors)} in all: {', '.join(errors)}; {first}"
        )
        raise ToFix(problem, NO_VERDICT)
    return SmokeResult(unsupported, refused)


def advice(unsupported: set[str], declared: Declaration, system: str) -> Iterator[str]:
    """Yield which commands are missing, and as the next the one that most scenarios wait for."""
    if not unsupported:
        yield f"✔ it has every command; next: translator-cmk verify {system}"
        return
    needed = needed_by(declared)
    can_run = sum(unsupported.isdisjoint(commands) for commands in needed)
    can_be_run = f"{can_run} of {len(needed)} scenarios can run"
    yield f"○ {len(unsupported)} of {len(COMMANDS)} commands are unsupported; {can_be_run}"
    awaited = most_awaited(unsupported, declared)
    for entry in awaited[:MOST_SHOWN]:
        yield f"  {entry.command}: {entry.alone} scenarios wait for it alone, {entry.all} need it"
    yield f"  write {awaited[0].command} next"
