"""Derives the verdicts of a report anew: from its message log, or by asking a system the same again."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from ...explore.oracle.profiles import NAMES_ARE_RESOLVED_FIRST, machine_of, silent_in
from ...gherkin.takes import inapplicable
from ...machine import Command
from ...requirements import Register
from ...wire import WireError, command_from_wire
from ...wire.declaration import DECLARATION, Declaration
from ...wire.shapes import Place
from ..cases import FEATURES, LANES, Scenario, scenarios
from ..deviations import Deviation, Deviations
from ..features import play
from ..findings import Tally
from ..following import follow, oracle_for
from ..names import Names
from ..running import Running
from ..selection import selected
from ..session import Session
from ..shadow import Coverage, Shadow
from ..subject import Subject
from ..trouble import Trouble
from ..verdicts import Came
from .envelope import Made
from .log import OtherRequest, Recorded, World, worlds

Ask = Callable[[World], Subject]
"""Gives the subject that is to be asked what was asked in a world."""


def declaration_in(envelope: dict[str, Any]) -> Declaration:
    """What the system declared; raises `Trouble`."""
    try:
        found: Declaration = DECLARATION.read(envelope["subject"], Place("subject in report.json"))
        return found
    except WireError as error:
        raise Trouble(str(error)) from None


def from_log(declared: Declaration, register: Register) -> Ask:
    """Asks the log."""

    def ask(world: World) -> Subject:
        recorded = Recorded(world)
        session = Session(recorded, clock=recorded)
        session.declared = declared
        subject = Subject(session, declared, frozenset(register), seed=0)
        subject.next_salt = lambda: world.salt  # type: ignore[method-assign]  # the one of then
        return subject

    return ask


def judged(envelope: dict[str, Any], log: Path, register: Register, ask: Ask) -> Running:
    """The run as it comes out this time; raises `Trouble`."""
    running = Running(made_of(envelope, register), register, None, deviations_of(envelope))
    running.declared = declared = declaration_in(envelope)
    chosen = {
        each.case.id: each
        for each in selected(scenarios(running.made.profile, running.made.waived), running.made.selection)
    }
    if FEATURES in running.made.lanes:
        running.expect(each.case for each in chosen.values())
    silent = silent_in(running.made.profile, register) | set(running.made.waived)
    silent |= running.deviations.requirements() - NAMES_ARE_RESOLVED_FIRST
    tallies: dict[str, Tally] = {}
    for world in worlds(log):
        if scenario := chosen.get(world.case):
            running.add(scenario.case, played(scenario, world, register, ask))
        elif world.case in LANES:
            tally = tallies.setdefault(world.case, Tally(world.case))
            oracle = oracle_for(machine_of(silent | (set(world.silent) & set(register))), declared)
            tally.add(follow(ask(world), commands_of(world), oracle))
        cover(running.coverage, world)
    running.came |= {name: not_applicable(each, declared) for name, each in chosen.items() if name not in running.came}
    for tally in tallies.values():
        for case in tally.cases():
            running.add(case, tally.came(case.id.partition("/")[2]))
    running.finished = bool(envelope["complete"])
    faults = sum("fault" in exchange for world in worlds(log) for exchange in world.exchanges)
    running.faults = lambda: faults
    return running


def played(scenario: Scenario, world: World, register: Register, ask: Ask) -> Came:
    """What comes of a scenario this time."""
    try:
        return play(ask(world), scenario, register)
    except OtherRequest as error:
        return Came("inconclusive", str(error))


def not_applicable(scenario: Scenario, declared: Declaration) -> Came:
    """What comes of a scenario of which the log has nothing."""
    reason = inapplicable(scenario.pickle, declared)
    return Came("not-applicable", reason) if reason else Came("not-run", "not reached")


def commands_of(world: World) -> Iterator[Command]:
    """The commands of a world, under plain names; raises `Trouble`."""
    names = Names(world.salt)
    for exchange in world.exchanges:
        if exchange["request"].get("verb") == "submit":
            try:
                yield names.unsalted(command_from_wire(exchange["request"].get("command"), "the message log"))
            except WireError as error:
                raise Trouble(str(error)) from None


def cover(coverage: Coverage, world: World) -> None:
    """Count what the commands of a world come upon, but for those that the system broke over."""
    shadow = Shadow(coverage)
    commands = commands_of(world)
    for exchange in world.exchanges:
        if exchange["request"].get("verb") == "submit":
            command = next(commands)
            if "fault" not in exchange:
                shadow.submit(command)


def made_of(envelope: dict[str, Any], register: Register) -> Made:
    """How the run was made; raises `Trouble` where the envelope does not say it."""
    try:
        waived = tuple(each for each in envelope["waived"] if each in register)
        return Made(
            str(envelope["digest"]),
            str(envelope["transport"]),
            str(envelope["profile"]),
            waived,
            tuple(lane for lane in LANES if lane in envelope["lanes"]),
            {name: tuple(envelope["selection"].get(name, ())) for name in ("requirement", "topic", "level", "case")},
            int(envelope["seed"]),
            dict(envelope["budgets"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Trouble(f"report.json does not say how the run was made: {error}") from None


def deviations_of(envelope: dict[str, Any]) -> Deviations:
    """The deviations that were known; raises `Trouble`."""
    try:
        entries: Iterable[Deviation] = [Deviation(**each) for each in envelope["deviations"]]
        return Deviations(entries, date.fromisoformat(envelope["finished"][:10]))
    except (KeyError, TypeError, ValueError) as error:
        raise Trouble(f"report.json has deviations that are none: {error}") from None
