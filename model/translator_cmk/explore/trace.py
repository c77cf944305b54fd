"""Judge traces: logs of requests, answers and observations, compared with all that the specification allows."""

import argparse
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import DEVIATIONS, INCOMPLETE, OK, USAGE, CommandError, print_error
from ..language.lines import SourceLine, read_lines
from ..language.sentences import format_answer, format_command, format_outcome
from ..language.strict_json import LONGEST, parse_json
from ..language.traces import EVENTS, HEAD, NOT_REPORTED, PARTS, RESET, TRACE_LINE, CommandInPart
from ..machine import DEFAULT_STAGE, Command, Machine, Observation, Outcome, Stage
from ..machine.commands import choices
from ..machine.entities import KEY_SIZES
from ..oracle import LIMIT, Difference, Differs, Follower, LostTrack, Oracle, Why, format_why
from ..oracle.observability import Address, Shown, names_in, observation_of, projection_in
from ..oracle.oracle import Entities, words
from ..oracle.profiles import PROFILES, machine_of, silent_in
from ..requirements import load_register
from ..shapes import WireError, read_message, suggestion

SHOWS_ALL = Shown()


class Event(NamedTuple):
    """A command, its outcome and the observation after it, of which any may be missing; and what the system shows.

    Of several ``commands`` it may have been any.  If it is ``idle``, an error hides whether it was carried out.
    """

    commands: tuple[Command, ...]
    outcome: Outcome | None
    observation: Observation | None
    shown: Shown
    idle: bool

    @property
    def judgeable(self) -> bool:
        """Return whether there is anything to judge."""
        return self.outcome is not None or self.observation is not None


def event(
    command: Command | Sequence[Command] | None = None,
    outcome: Outcome | None = None,
    observation: Observation | None = None,
    *,
    partial: bool = False,
    shown: Shown = SHOWS_ALL,
    idle: bool = False,
) -> Event:
    """Return an event; None stands for a part that the trace does not have.

    Of a list of commands it may have been any.
    A ``partial`` observation says nothing but the fields in it, `exists` among them.  ``shown`` says what the system
    shows.  If it is ``idle``, an error hides whether the command was carried out.
    """
    if observation is not None:
        if partial:
            shown = Shown(shown.reasons, shown.audit, shown.hidden, only=frozenset(addresses(observation)))
        there = without_gone(observation)
        observation = observation_of({name: projection_in(there, name) for name in names_in(observation)})
    commands = (command,) if isinstance(command, Command) else tuple(command or ())
    return Event(commands, outcome, observation, shown, idle)


def addresses(observation: Observation) -> set[Address]:
    """Return the fields of a partial observation, with `exists` for each entity."""
    named = {name: projection_in(observation, name) for name in names_in(observation)}
    return {(name, field) for name, fields in named.items() for field in ("exists", *fields)}


def without_gone(observation: Observation) -> Observation:
    """Return the observation without `exists`, and without the entities that it says do not exist."""
    return {
        kind: {
            name: {field: value for field, value in fields.items() if field != "exists"}
            for name, fields in entities.items()
            if fields.get("exists") is not False
        }
        for kind, entities in observation.items()
    }


class Deviation(NamedTuple):
    """An impossible event: its number, its commands, the outcome allowed there, how the event differs, and why.

    ``allowed`` is None where the event has no command.
    """

    at: int
    commands: tuple[Command, ...]
    allowed: Outcome | None
    differences: tuple[Difference, ...]
    why: Why


@dataclass
class Verdict:
    """The verdict on a trace, so far or in the end.

    ``judged`` counts the events compared with the specification: ``judgeable`` of them had something to compare, and
    ``uncompared`` a command about things that are uncompared.  ``skipped`` counts those after an impossible event, or
    after one that leaves too much possible, up to the next stage.  In each world the first impossible event is a
    deviation.  ``uncompared_from`` says from which event on which entities, and all that depends on them, are
    uncompared, and ``overflows`` where too much was possible.
    """

    judged: int = 0
    judgeable: int = 0
    uncompared: int = 0
    skipped: int = 0
    worlds: int = 0
    deviations: list[Deviation] = field(default_factory=list)
    uncompared_from: list[tuple[int, Entities]] = field(default_factory=list)
    overflows: list[int] = field(default_factory=list)

    @property
    def fits(self) -> bool:
        """Return whether no event was impossible."""
        return not self.deviations

    @property
    def complete(self) -> bool:
        """Return whether there was anything to judge, and all of it was judged."""
        return self.judgeable > 0 and not self.overflows


class Checker:
    """Judges events one after another, by an oracle; ``verdict`` is the verdict so far.

    If more than ``limit`` states are possible, the rest of the world is skipped.
    """

    def __init__(self, machine: Machine, limit: int = LIMIT) -> None:
        self.verdict = Verdict()
        self._follower = Follower(Oracle(machine, limit=limit))
        self._begun = False  # whether this world has an event

    def read(self, events: Iterable[tuple[int, Event | Stage]]) -> None:
        """Judge these events, each of which comes with a number that the verdict names it by.

        A stage is the start of a world that has nothing else.
        """
        for at, event in events:
            if isinstance(event, Stage):
                self._follower.begin(event)
                self._begun = False
                continue
            if not self._begun:
                self._begun = True
                self.verdict.worlds += 1
            if self._follower.has_track:
                self._judge(at, event)
            else:
                self.verdict.skipped += 1

    def _judge(self, at: int, event: Event) -> None:
        """Judge one event."""
        self.verdict.judged += 1
        if event.judgeable:
            self.verdict.judgeable += 1
        oracle = self._follower.oracle
        all_compared = not oracle.uncompared
        allowed = None
        if event.commands:
            allowed = self._follower.submit(*event.commands, idle=event.idle)
        comparison = self._follower.answer(event.outcome, event.observation, event.shown)
        if isinstance(comparison, LostTrack):
            self.verdict.overflows.append(at)
            return
        if not oracle.last.compared:
            self.verdict.uncompared += 1
        if isinstance(comparison, Differs):
            deviation = Deviation(at, event.commands, allowed, comparison.differences, comparison.why)
            self.verdict.deviations.append(deviation)
        elif oracle.uncompared and all_compared:
            self.verdict.uncompared_from.append((at, oracle.uncompared))


def check(events: Iterable[Event | Stage], machine: Machine, limit: int = LIMIT) -> Verdict:
    """Return the verdict on events, which are numbered from 1 on."""
    checker = Checker(machine, limit)
    checker.read(enumerate(events, start=1))
    return checker.verdict


# A log may give a part of a command: a field that it leaves out may have any value that is known

Values = Mapping[str, set[Any]]
"""The values that fields of commands have in a log."""


def known_values(lines: Iterable[Mapping[str, Any]]) -> Values:
    """Return the values in these lines of a log, names among them; keys have the names that they have in their vaults.

    A line is as `TRACE_LINE` reads it.
    """
    known: defaultdict[str, set[Any]] = defaultdict(set, size=set(KEY_SIZES))
    for kind, value in (each for line in lines for each in values_in(line)):
        vault, slash, name = str(value).partition("/")
        if slash:
            known["vault"].add(vault)
        known["resource" if kind == "grant" else kind].add(name if slash else value)
    return known


def values_in(line: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield each kind in a line with each name of it, and each field with its value."""
    for kind, names in line.get("names", {}).items():
        yield from product([kind], names)
    if "command" in line:
        yield from line["command"].given.items()
    for kind, entities in line.get("observation", {}).items():
        for name, fields in entities.items():
            yield kind, name
            yield from (each for each in fields.items() if each != ("key", "absent"))


def completions(part: CommandInPart, known: Values, stage: Stage, where: str) -> list[Command]:
    """Return every command that has the given fields; raises `WireError` if there is none, or more than `LIMIT`."""
    command, given, name = part.command, part.given, part.command.__name__
    values = [[given[each]] if each in given else possible(command, each, known, stage) for each in command.fields]
    for lacking, found in zip(command.fields, values, strict=True):
        if not found:
            what = f"{name} has no {lacking}, and the log names none"
            raise WireError(where, what, "name it in the head; only a file is searched for names")
    made = []
    for chosen in product(*values):
        try:
            made.append(command(*chosen))
        except ValueError:
            continue  # a name is missing where it is required, or given where it is not allowed
        if len(made) > LIMIT:
            raise WireError(where, f"{name} may be more than {LIMIT:,} commands", "give more of its fields")
    if not made:
        raise WireError(where, f"no {name} has these fields", "see command.schema.json")
    return made


def possible(command: type[Command], field: str, known: Values, stage: Stage) -> list[Any]:
    """Return the values that a field may have which is not given."""
    hint = command.hints[field]
    if hint is bool:
        return [False, True]
    if words := choices(hint):
        return list(words)
    staged = {
        "tenant": stage.tenants,
        "subscription": stage.subscriptions,
        "to": stage.subscriptions,
        "location": (*stage.regions, "global"),
        "region": stage.regions,
        "tier": stage.tiers,
    }
    values = list(staged[field]) if field in staged else sorted(known.get(field, ()))
    return [None, *values] if field in command.named_where else values


# Traces are read line by line


class Truncated(WireError):
    """The trace ends in the middle of a line."""


def read_trace(file: str) -> Iterator[tuple[int, Event | Stage]]:
    """Yield each event and each stage of a file, or of standard input where it is `-`, with the number of its line.

    Raises `WireError` for what can't be read, and `Truncated` where the trace was cut off.
    """
    head: dict[str, Any] = {}
    known, stage = None, DEFAULT_STAGE
    for number, (line, message) in enumerate(messages(file)):
        if "trace" in message:
            if number:
                raise WireError(line.where, "a head that is not on the first line", "put it there")
            head = read_message(HEAD, message, line.where)
        elif "stage" in message:
            stage = read_message(RESET, message, line.where)["stage"]
            yield line.number, stage
        else:
            fields = fields_of(message, line.where, head)
            if isinstance(command := fields.get("command"), CommandInPart):
                known = known or known_values(ahead(file) if Path(file).is_file() else [head])
                fields["command"] = completions(command, known, stage, line.where)
            yield line.number, event_of(fields, head)


def messages(file: str) -> Iterator[tuple[SourceLine, dict[str, Any]]]:
    """Yield each line that is not empty, with its JSON object."""
    for line in read_lines(file):
        if line.text:
            message = parsed(line)
            if not isinstance(message, dict):
                raise WireError(line.where, "no JSON object", "write an event, a stage, or the head of a trace")
            yield line, message


def parsed(line: SourceLine) -> Any:
    """Return the JSON value of a line; raises `WireError`, and `Truncated` where the line breaks off."""
    try:
        return parse_json(line.text, line.where)
    except WireError:
        if line.ended or len(line.text) > LONGEST:
            raise
        raise Truncated(line.where, "cut off in the middle of the line", "copy the whole trace") from None


def ahead(file: str) -> Iterator[dict[str, Any]]:
    """Yield the lines of a trace, up to the first that can't be read."""
    with suppress(WireError):  # reading the events raises the same error
        for line, message in messages(file):
            yield read_message(TRACE_LINE, message, line.where)


def fields_of(message: dict[str, Any], where: str, head: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of the event on a line of a trace with this head."""
    if isinstance(message.get("command"), str):
        raise WireError(where, "a bare command, and no event", 'write {"command": {...}, "outcome": {...}}')
    stated = message.get("partial", head.get("partial", ()))
    parts = tuple(part for part in PARTS if isinstance(stated, list | tuple) and part in stated)
    return {"partial": parts, **read_message(EVENTS[parts], message, where)}


def event_of(fields: dict[str, Any], head: dict[str, Any]) -> Event:
    """Return the event with these fields of a trace with this head."""
    reported = fields.get("outcome", NOT_REPORTED)
    return event(
        fields.get("command"),
        reported.outcome,
        fields.get("observation"),
        partial="observation" in fields["partial"],
        shown=Shown(reported.reasons, reported.audit, head.get("hidden", frozenset())),
        idle=reported.idle,
    )


# The command `translator-cmk check-trace`


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `check-trace`."""
    parser.add_argument(
        "file",
        metavar="FILE",
        help="a trace: one JSON object on each line, as trace-line.schema.json has it, such as "
        '{"command": {...}, "outcome": {...}, "observation": {...}}; - reads standard input',
    )
    parser.add_argument(
        "--profile",
        choices=PROFILES,
        default="article",
        help="what the trace is compared with: all that is specified, or no more than follows from the article "
        "(default: article)",
    )
    parser.add_argument(
        "--waive",
        action="append",
        default=[],
        metavar="ID",
        help="a requirement that may be kept or not; can be given several times",
    )


def run(args: argparse.Namespace) -> int:
    """Print the verdict.

    Returns 0 where the trace fits, 1 where an event of it is impossible, 2 where it can't be read to its end, and 4
    where it is cut off, allows too many states to be judged to its end, or has nothing that can be judged.
    """
    try:
        register = load_register()
        waived = frozenset(args.waive)
        for each in sorted(waived - register.keys()):
            remedy = suggestion(each, register, "translator-cmk register lists them")
            raise CommandError(f"no requirement is called {each!r}; {remedy}")
        machine = machine_of(silent_in(args.profile, register) | waived)
    except ValueError as error:
        raise CommandError(str(error)) from None
    checker, exit_code = Checker(machine), OK
    try:
        checker.read(read_trace(args.file))
    except WireError as error:
        exit_code = INCOMPLETE if isinstance(error, Truncated) else USAGE
        print_error(error)
    except KeyboardInterrupt:
        exit_code = INCOMPLETE
        print_error("interrupted")
    verdict = checker.verdict
    source = "standard input" if args.file == "-" else args.file
    if verdict.judged or not exit_code:
        print("\n".join(format_verdict(verdict, source, args.profile)))
    if not verdict.fits:
        return DEVIATIONS
    return exit_code or (OK if verdict.complete else INCOMPLETE)


def format_verdict(verdict: Verdict, source: str, profile: str) -> Iterator[str]:
    """Yield the lines of the verdict."""
    for deviation in verdict.deviations:
        yield from format_deviation(deviation, source)
    for at, entities in verdict.uncompared_from:
        named = ", ".join(f"the {kind} {name}" for kind, name in sorted(words(entities)))
        yield f"{source}:{at}: the result is not specified, so from here on these go uncompared: {named}"
    for at in verdict.overflows:
        yield f"{source}:{at}: too much is possible, so the rest of this world is not judged; log more of it"
    yield f"{source} {conclusion(verdict, profile)}"


def conclusion(verdict: Verdict, profile: str) -> str:
    """Return the verdict in one sentence."""
    counts = f"{plural(verdict.judged, 'event')} judged in {plural(verdict.worlds, 'world')}"
    if verdict.uncompared:
        counts += f", {verdict.uncompared:,} of them uncompared"
    if verdict.skipped:
        counts += f", {verdict.skipped:,} more not judged"
    if not verdict.fits:
        where = f"in {plural(len(verdict.deviations), 'world')}, first on line {verdict.deviations[0].at:,}"
        return f"does not fit the specification (profile {profile}) {where}: {counts}"
    if not verdict.judgeable:
        return "has no outcome and no observation, so there is nothing to judge; log the outcomes of the commands"
    if verdict.overflows:
        return f"fits the specification (profile {profile}) as far as it was judged: {counts}"
    return f"fits the specification (profile {profile}): {counts}"


def plural(number: int, what: str) -> str:
    """Return the number with its noun."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def format_deviation(deviation: Deviation, source: str) -> Iterator[str]:
    """Yield the lines on an impossible event: where, the request, what was allowed and seen, and the requirements."""
    yield f"{source}:{deviation.at}: impossible: {asked(deviation.commands)}"
    if deviation.allowed is not None:
        yield f"  allowed: {format_outcome(deviation.allowed)}"
    for difference in deviation.differences:
        yield f"  demanded: {format_answer(difference.expected)}; seen: {format_answer(difference.seen)}"
    for label, text in format_why(deviation.why):
        yield f"  {label}: {text}"


MANY = 3
"""How many of the commands that an event may have been are printed."""


def asked(commands: tuple[Command, ...]) -> str:
    """Return the request in words."""
    some = "; ".join(map(format_command, commands[:MANY])) or "what was seen"
    return (
        some if len(commands) <= 1 else f"any of {len(commands):,} commands: {some}{'; ...' * (len(commands) > MANY)}"
    )
