"""Derives the verdicts of a report anew: from its message log, or by asking a system the same again."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from ...explore.oracle import Oracle
from ...explore.oracle.profiles import machine_of
from ...explore.trace.reading import Truncated
from ...machine import COMMANDS, Command
from ...requirements import Register
from ...wire import WireError, command_from_wire
from ...wire.declaration import DECLARATION, Declaration
from ...wire.shapes import Place
from ..cases import FEATURES, FUZZ, LANES, TOUR, TRACE, Scenario, scenarios
from ..deviations import Deviation, Deviations
from ..features import play
from ..findings import Tally
from ..following import Followed, follow, oracle_for
from ..keeping import LeftOut
from ..names import Names
from ..running import Running
from ..selection import selected
from ..session import Session
from ..shadow import Coverage, Shadow
from ..subject import Subject
from ..trace import Judging, Trace
from ..trouble import Trouble
from ..verdicts import Came
from .envelope import Made
from .folder import digest_of
from .log import MessageLog, OtherRequest, Recorded, World

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


def judged(envelope: dict[str, Any], log: MessageLog, register: Register, ask: Ask) -> Running:
    """The run as it comes out this time; raises `Trouble`."""
    running = Running(made_of(envelope, register), register, None, deviations_of(envelope))
    running.declared = declared = declaration_in(envelope)
    chosen = {
        each.case.id: each
        for each in selected(scenarios(running.made.profile, running.made.waived), running.made.selection)
    }
    begun = envelope["complete"] or any(case["lane"] == FEATURES for case in envelope["cases"])
    if FEATURES in running.made.lanes and begun:
        running.expect(each.case for each in chosen.values())
    silent = running.silent
    tallies = {
        lane: Tally(lane, declared.levels, planned(envelope, lane))
        for lane in (TOUR, FUZZ)
        if lane in running.made.lanes
    }
    for world in log:
        if isinstance(world, LeftOut) and world.lane not in tallies:
            raise Trouble(f"{log.path}: something was left out of {world.lane!r}, which was not run")
        if isinstance(world, LeftOut):
            tallies[world.lane].take(world)
            running.coverage.commands += world.commands
            continue
        if not world.ended:
            continue
        if scenario := chosen.get(world.case):
            running.take(scenario.case, played(scenario, world, register, ask))
        elif world.case in tallies:
            oracle = oracle_for(machine_of(silent | (set(world.silent) & set(register))), declared)
            tallies[world.case].add(followed(ask(world), world, oracle))
        cover(running.coverage, world)
    for tally in tallies.values():
        for case in tally.cases():
            running.take(case, tally.came(case.id.partition("/")[2]))
        running.notes[tally.lane] = tally.counts()
    judged_again(running, envelope, log.path.parent)
    running.finished = bool(envelope["complete"])
    running.faults = log.faults
    return running


def judged_again(running: Running, envelope: dict[str, Any], folder: Path) -> None:
    """Judge the traces that the report keeps, as far as they were judged then; raises `Trouble`."""
    if TRACE not in running.made.lanes or TRACE not in envelope:
        return
    traces = [Trace(**each) for each in envelope[TRACE]["traces"]]
    judging = Judging(running, folder, traces)
    for number, trace in enumerate(traces):
        if (found := digest_of(folder / trace.file)) != trace.sha256:
            raise Trouble(f"{folder / trace.file}: its SHA-256 is {found}, and not that of the trace that was judged")
        try:
            judging.judge(number, float("inf") if envelope["complete"] else trace.judged_to)
        except Truncated:
            continue  # it was so then
        except WireError as error:
            raise Trouble(str(error)) from None
    judging.so_far()


def followed(subject: Subject, world: World, oracle: Oracle) -> Followed:
    """What comes of a sequence this time."""
    try:
        return follow(subject, commands_of(world), oracle, is_unobserved(world))
    except OtherRequest as error:
        return Followed((), fault="log", told=str(error))


def is_unobserved(world: World) -> bool:
    """Whether the system was not looked at until after the last command: otherwise it is before the first."""
    verbs = [exchange["request"].get("verb") for exchange in world.exchanges]
    return world.case == FUZZ and verbs[1:2] == ["submit"]


def planned(envelope: dict[str, Any], lane: str) -> Iterator[type[Command]]:
    """The commands that a lane was going to ask for, as far as it says so; that it did so is another thing."""
    names = [case["id"].partition("/")[2] for case in envelope["cases"] if case["lane"] == lane]
    return (COMMANDS[name] for name in names if name in COMMANDS)


def played(scenario: Scenario, world: World, register: Register, ask: Ask) -> Came:
    """What comes of a scenario this time."""
    try:
        return play(ask(world), scenario, register)
    except OtherRequest as error:
        return Came("inconclusive", str(error))


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
