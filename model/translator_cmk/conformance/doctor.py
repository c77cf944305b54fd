"""The command `translator-cmk doctor`: looks an adapter over in seconds; says what to fix first, and what is next."""

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from ..bdd.prerequisites import inapplicable
from ..bdd.scenario_run import Inconclusive
from ..bdd.vocabulary import commands_of
from ..errors import DEVIATIONS, HARNESS, INCOMPLETE, OK, CommandError
from ..escaping import plain
from ..language.declaration import CAPABILITIES, Declaration
from ..machine import COMMANDS, Accepted, Command, Observation, Refused
from ..machine.commands import CreateVault, DeleteVault
from ..system import Unsupported
from .cases import scenarios
from .channels import Fault, connecting
from .channels.connecting import connection
from .fixtures import HOME, LIFE
from .judging import applicable
from .planning import registered
from .report.summaries import few
from .session import Session
from .subject import Subject, by_chance

NO_VERDICT = (
    "an error says that the adapter can't tell, and is no verdict: "
    "answer refused where the system says no, and unsupported what is yet to be written"
)


LOOKS_LIKE = "the protocol page says what each message looks like, and when it has to be there"


class Found(NamedTuple):
    """The result of one check of an adapter: good, bad, or None if it was not made yet."""

    well: bool | None
    text: str
    fix: str = ""


MARKS = {True: "✔", False: "✘", None: "○"}


class NotFinished(Exception):
    """A look that needs a command which the adapter does not have yet."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `doctor`."""
    connecting.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print each finding; 0 where all is well, 1 where something is to be fixed, 4 where commands are missing."""
    way = connection(args)
    session = Session(way.open(), patience=args.timeout)
    try:
        declared = session.hello()
        print(f"✔ it says hello: {plain(f'{declared.product} {declared.version}', 120)}")
        for line in about(declared):
            print(f"  {line}")
        known = frozenset(registered())
        subject = Subject(session, declared, known, by_chance())
        found = [*codes(declared, known), *looks(subject)]
        missing, refused = set[str](), list[str]()
        if not any(each.well is False for each in found):
            missing, refused, wrong = whole_life(subject)
            found += wrong
    except Fault as fault:
        raise CommandError(session.in_full(fault), HARNESS) from None
    finally:
        session.bye()
    for each in found:
        print(f"{MARKS[each.well]} {plain(each.text)}")
        if each.well is False:
            print(f"  {plain(each.fix)}")
    if any(each.well is False for each in found):
        return DEVIATIONS
    if refused and not missing:
        print(f"○ refused, where a plain life of everything has it accepted: {few(refused)}")
    print("\n".join(advice(missing, declared, way.text)))
    return INCOMPLETE if missing else OK


def about(declared: Declaration) -> Iterator[str]:
    """Yield what the system has declared, and what that leaves out."""
    lacking = [name for name in CAPABILITIES if not declared.can(name)]
    yield f"levels: {', '.join(declared.levels)}; capabilities: {', '.join(sorted(declared.capabilities)) or 'none'}"
    every = scenarios("article")
    left = sum(inapplicable(each.pickle, declared) is None for each in every)
    yield f"without {', '.join(lacking) or 'nothing'}; {left} of {len(every)} scenarios apply"
    if declared.hidden:
        yield f"hidden: {', '.join(sorted(declared.hidden))}"


def codes(declared: Declaration, known: frozenset[str]) -> Iterator[Found]:
    """Check that codes stand for requirements."""
    for code, requirements in declared.codes.items():
        if unknown := sorted(requirements - known):
            text = f"its code {code!r} stands for {unknown[0]!r}, which is no requirement"
            yield Found(False, text, "translator-cmk register lists them all")


Look = Callable[[Subject], Found]


def looks(subject: Subject) -> Iterator[Found]:
    """Yield every look, in the order in which things have to be fixed; after one that fails no other is worth it."""
    for look in (observes, has_a_place_for_a_vault, refuses_what_is_not_there, shows_what_was_made, isolates):
        try:
            found = look(subject)
        except NotFinished as error:
            yield Found(None, f"not looked at yet, for want of {error}")
            return
        except Inconclusive as error:
            yield Found(False, str(error), NO_VERDICT)
            return
        except Fault as fault:
            if fault.kind != "malformed":
                raise
            yield Found(False, str(fault), LOOKS_LIKE)
            return
        yield found
        if not found.well:
            return


def observes(subject: Subject) -> Found:
    """Check whether a new world can be looked at."""
    subject.reset(subject.declaration.stage)
    seen = subject.observe()
    here = seen.get("subscription", {})
    if subject.declaration.shows("subscription", "tenant") and set(here) != set(
        subject.declaration.stage.subscriptions
    ):
        fix = "show each subscription of the stage with its tenant, or declare the kind subscription as hidden"
        return Found(False, f"a new world shows the subscriptions {sorted(here)}", fix)
    return Found(True, "it resets, and shows a new world")


def has_a_place_for_a_vault(subject: Subject) -> Found:
    """Check whether the stage has the region and the subscription that most scenarios begin in."""
    region, subscription, *_ = HOME
    stage = subject.declaration.stage
    if region not in stage.regions or subscription not in stage.subscriptions:
        text = f"its stage has no region {region!r}, or no subscription {subscription!r}, where most scenarios begin"
        return Found(False, text, "offer them in the stage of hello, whatever they are called in your system")
    return Found(True, f"its stage has the region {region!r} and the subscription {subscription!r}")


def refuses_what_is_not_there(subject: Subject) -> Found:
    """Check whether a command on a name that was never given is refused."""
    outcome = ask(subject, DeleteVault("nowhere"))
    if not isinstance(outcome, Refused):
        return Found(
            False,
            "it accepts to delete a vault that was never made",
            "refuse what names nothing, for environment.exists",
        )
    return Found(True, "it refuses a command on something that was never made")


def shows_what_was_made(subject: Subject) -> Found:
    """Check whether two different worlds look different."""
    before = subject.observe()
    if not isinstance(ask(subject, CreateVault("vault", *HOME)), Accepted):
        return Found(False, "it refuses to make a vault", "make it, and answer accepted")
    after = subject.observe()
    if "vault" in subject.declaration.unseen:
        return Found(True, "it makes a vault, which is hidden")
    if before == after:
        return Found(False, "a vault was made, and what it shows is the same", "show it under vault, by its name")
    if "vault" not in vaults(after):
        text = "a vault was made, and it shows none of that name"
        return Found(False, text, "show it under vault, by the whole name that it was given")
    return Found(True, "it makes a vault, and shows it")


def isolates(subject: Subject) -> Found:
    """Check that names of a new world are unused and can be used; earlier entities may still be there."""
    subject.reset(subject.declaration.stage)
    if vaults(subject.observe()):
        return Found(
            False, "after a reset it still shows a vault under its new name", "look names up as they are, salt included"
        )
    if not isinstance(ask(subject, CreateVault("vault", *HOME)), Accepted):
        return Found(
            False,
            "after a reset a vault can't be made",
            "reset begins a world, and refuses nothing for what was before",
        )
    return Found(True, "after a reset nothing shows under fresh names, and a vault can be made again")


def vaults(seen: Observation) -> set[str]:
    """Return the vaults in sight."""
    return set(seen.get("vault", {}))


def ask(subject: Subject, command: Command) -> object:
    """Submit the command; raises `NotFinished` and `Fault`."""
    try:
        with naming(command):
            return subject.submit(command)
    except Unsupported:
        raise NotFinished(type(command).__name__) from None


@contextmanager
def naming(command: Command) -> Iterator[None]:
    """Name the command in a `Fault` that is raised in the block."""
    try:
        yield
    except Fault as fault:
        raise Fault(fault.kind, f"{fault}, after {type(command).__name__}") from None


def whole_life(subject: Subject) -> tuple[set[str], list[str], list[Found]]:
    """Run the smoke sequence: return the unsupported commands, the refused ones and errors to fix; raises `Fault`."""
    missing, refused, erring = set[str](), dict[str, None](), dict[str, str]()
    try:
        subject.reset(subject.declaration.stage)
    except Inconclusive as error:
        return missing, [], [Found(False, str(error), NO_VERDICT)]
    for command in applicable(LIFE, subject.declaration):
        name = type(command).__name__
        due = isinstance(subject.reference.looks_at(command), Accepted) and not subject.declaration.windows
        try:
            with naming(command):
                if isinstance(subject.submit(command), Refused) and due:
                    refused[name] = None
                subject.look()
        except Unsupported:
            missing.add(name)
        except Inconclusive as error:
            erring.setdefault(name, str(error))
        except Fault as fault:
            if fault.kind != "malformed":
                raise
            return missing, list(refused), [Found(False, str(fault), LOOKS_LIKE)]
    if not erring:
        return missing, list(refused), []
    text = f"commands that end in an error, {len(erring)} in all: {', '.join(erring)}; {next(iter(erring.values()))}"
    return missing, list(refused), [Found(False, text, NO_VERDICT)]


def advice(missing: set[str], declared: Declaration, system: str) -> Iterator[str]:
    """Which commands are missing, and which to write next: the one that most scenarios wait for alone."""
    if not missing:
        yield f"✔ it has every command; next: translator-cmk verify {system}"
        return
    needs = [
        {type(command).__name__ for command in commands_of(each.pickle)} & missing
        for each in scenarios("article")
        if inapplicable(each.pickle, declared) is None
    ]
    waiting = Counter(next(iter(each)) for each in needs if len(each) == 1)
    wanted = Counter(name for each in needs for name in each)
    order = sorted(missing, key=lambda name: (-waiting[name], -wanted[name], list(COMMANDS).index(name)))
    runs = sum(not each for each in needs)
    yield f"○ {len(missing)} of {len(COMMANDS)} commands are unsupported; {runs} of {len(needs)} scenarios can run"
    for name in order[:5]:
        yield f"  {name}: {waiting[name]} scenarios wait for it alone, {wanted[name]} need it"
    yield f"  write {order[0]} next"
