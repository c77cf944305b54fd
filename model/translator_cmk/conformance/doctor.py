"""The command `translator-cmk doctor`: checks an adapter in seconds; says what to fix first, and what is next."""

import argparse
from collections.abc import Iterator

from ..bdd.checked_system import Inconclusive
from ..errors import DEVIATIONS, HARNESS, INCOMPLETE, OK, CommandError
from ..escaping import plain
from ..language.declaration import Declaration
from ..machine import COMMANDS, Accepted, Command, Outcome, Refused
from ..machine.commands import CreateVault, DeleteVault
from ..requirements import load_register
from ..system import MACHINE, Unsupported
from .cases import most_awaited, needed_by
from .channels import Fault
from .channels.options import add_system_arguments, connection
from .lanes.applicable import applicable
from .lanes.sequences import SMOKE, named_sequences
from .report.wording import few
from .session import Session
from .subject import Subject, by_chance

NO_VERDICT = (
    "an error says that the adapter can't tell, and is no verdict: "
    "answer refused where the system says no, and unsupported what is yet to be written"
)
VAULT = CreateVault("kv-prod", "westeurope", "production", "apps")
LOOKS_LIKE = "the protocol page says what each message looks like, and when it has to be there"


class ToFix(Exception):
    """Something is wrong with the adapter; ``remedy`` says what to do."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.remedy = remedy


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `doctor`."""
    add_system_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print each finding; 0 where all is well, 1 where something is to be fixed, 4 where commands are missing."""
    way = connection(args)
    session = Session(way.open(), patience=args.timeout)
    try:
        subject = Subject(session, by_chance())
        declared = subject.declaration
        print(f"✔ it says hello: {plain(f'{declared.product} {declared.version}', 120)}")
        try:
            for line in checks(subject):
                print(f"✔ {line}")
        except Unsupported:
            print(f"○ not looked at yet, for want of {session.case}")
        missing, refused = smoke(subject)
    except ToFix as found:
        return fix(str(found), found.remedy)
    except Inconclusive as error:
        return fix(str(error), NO_VERDICT)
    except Fault as fault:
        where = Fault(fault.kind, f"{fault}, after {session.case}" if session.case else str(fault))
        if fault.kind != "malformed" or session.declared is None:
            raise CommandError(session.in_full(where), HARNESS) from None
        return fix(str(where), LOOKS_LIKE)
    finally:
        session.bye()
    if refused and not missing:
        print(f"○ refused, where the smoke sequence has it accepted: {few(refused)}")
    print("\n".join(advice(missing, declared, way.text)))
    return INCOMPLETE if missing else OK


def fix(problem: str, remedy: str) -> int:
    """Print what to fix, and give the exit code."""
    print(f"✘ {plain(problem)}\n  {plain(remedy)}")
    return DEVIATIONS


def checks(subject: Subject) -> Iterator[str]:
    """Yield what is well, in the order in which things have to be fixed; raises `ToFix`, `Unsupported`, `Fault`."""
    declared, stage = subject.declaration, subject.declaration.stage
    for code, requirements in declared.codes.items():
        if unknown := sorted(requirements - load_register().keys()):
            problem = f"its code {code!r} stands for {unknown[0]!r}, which is no requirement"
            raise ToFix(problem, "translator-cmk register lists them all")
    subject.reset(stage)
    here = subject.observe().get("subscription", {})
    if declared.shows("subscription", "tenant") and set(here) != set(stage.subscriptions):
        remedy = "show each subscription of the stage with its tenant, or declare the kind subscription as hidden"
        raise ToFix(f"a new world shows the subscriptions {sorted(here)}", remedy)
    yield "it resets, and shows a new world"
    region, subscription = VAULT.region, VAULT.subscription
    if region not in stage.regions or subscription not in stage.subscriptions:
        problem = f"its stage has no region {region!r}, or no subscription {subscription!r}, where most scenarios begin"
        raise ToFix(problem, "offer them in the stage of hello, under any names in your system")
    yield f"its stage has the region {region!r} and the subscription {subscription!r}"
    if not isinstance(submit(subject, DeleteVault("kv-lost")), Refused):
        problem = "it accepts to delete a vault that was never made"
        raise ToFix(problem, "refuse what names nothing, for environment.exists")
    yield "it refuses a command on something that was never made"
    before = subject.observe()
    if not isinstance(submit(subject, VAULT), Accepted):
        raise ToFix("it refuses to make a vault", "make it, and answer accepted")
    after = subject.observe()
    hidden = "vault" in declared.unseen
    if not hidden and before == after:
        raise ToFix("a vault was made, and what it shows is the same", "show it under vault, by its name")
    if not hidden and VAULT.vault not in after.get("vault", {}):
        problem = "a vault was made, and it shows none of that name"
        raise ToFix(problem, "show it under vault, by the whole name that it was given")
    yield f"it makes a vault, {'which is hidden' if hidden else 'and shows it'}"
    subject.reset(stage)
    if subject.observe().get("vault"):
        problem = "after a reset it still shows a vault under its new name"
        raise ToFix(problem, "look names up as they are, salt included")
    if not isinstance(submit(subject, VAULT), Accepted):
        problem = "after a reset a vault can't be made"
        raise ToFix(problem, "reset begins a world, and refuses nothing for what was before")
    yield "after a reset nothing shows under fresh names, and a vault can be made again"


def submit(subject: Subject, command: Command) -> Outcome:
    """Submit a command; what goes wrong from here on comes after it."""
    subject.session.case = type(command).__name__
    return subject.submit(command)


def smoke(subject: Subject) -> tuple[set[str], list[str]]:
    """Run the smoke sequence: return the unsupported and the refused commands; raises `ToFix` and `Fault`."""
    missing, refused, erring = set[str](), dict[str, None](), dict[str, str]()
    subject.reset(subject.declaration.stage)
    for command in applicable(named_sequences()[SMOKE], subject.declaration):
        name = type(command).__name__
        _, expected = MACHINE.step(subject.reference.state, command)
        due = isinstance(expected, Accepted) and not subject.declaration.windows
        try:
            if isinstance(submit(subject, command), Refused) and due:
                refused[name] = None
            subject.look()
        except Unsupported:
            missing.add(name)
        except Inconclusive as error:
            erring.setdefault(name, str(error))
    if erring:
        first = next(iter(erring.values()))
        raise ToFix(f"commands that end in an error, {len(erring)} in all: {', '.join(erring)}; {first}", NO_VERDICT)
    return missing, list(refused)


def advice(missing: set[str], declared: Declaration, system: str) -> Iterator[str]:
    """Yield which commands are missing, and which to write next: the one that most scenarios wait for alone."""
    if not missing:
        yield f"✔ it has every command; next: translator-cmk verify {system}"
        return
    needed, order = needed_by(declared), most_awaited(missing, declared)
    runs = sum(missing.isdisjoint(each) for each in needed)
    yield f"○ {len(missing)} of {len(COMMANDS)} commands are unsupported; {runs} of {len(needed)} scenarios can run"
    for each in order[:5]:
        yield f"  {each.command}: {each.alone} scenarios wait for it alone, {each.all} need it"
    yield f"  write {order[0].command} next"
