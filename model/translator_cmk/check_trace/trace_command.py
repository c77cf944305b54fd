"""The command `translator-cmk check-trace`: judge a log, and print the verdict."""

import argparse
from collections.abc import Iterable, Iterator

from ..errors import DEVIATIONS, INCOMPLETE, OK, USAGE, CommandError, print_error
from ..language.sentences import format_answer, format_command, format_outcome
from ..machine import Command, Machine, Stage
from ..oracle import format_why
from ..oracle.affected import words
from ..oracle.profiles import PROFILES, machine_of, silent_in
from ..progress import ProgressBar
from ..requirements import Register, add_revision_option, load_register
from ..shapes import WireError, suggestion
from .checking import Checker, TraceDeviation, TraceVerdict
from .events import Event
from .trace_reader import Truncated, read_trace


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
        help="what the trace is compared with: all that is specified, or no more than follows "
        "from the article (default: article)",
    )
    add_revision_option(parser)
    parser.add_argument(
        "--waive",
        action="append",
        default=[],
        metavar="ID",
        help="a requirement that may be kept or not; can be given several times",
    )


def run(args: argparse.Namespace) -> int:
    """Print the verdict.

    Returns 0 where the trace fits, 1 where an event of it is impossible, 2 where it can't be read
    to its end, and 4 where it is cut off, allows too many states to be judged to its end, or has
    nothing that can be judged.
    """
    register = load_register(revision=args.revision)
    checker = Checker(machine_for(args.profile, register, args.waive))
    problem = check_file(checker, args.file)
    verdict = checker.verdict
    source = "standard input" if args.file == "-" else args.file
    if verdict.judged or problem == OK:
        print("\n".join(format_verdict(verdict, source, judged_by(args.profile, register))))
    if not verdict.fits:
        return DEVIATIONS
    if problem != OK:
        return problem
    return OK if verdict.complete else INCOMPLETE


def judged_by(profile: str, register: Register) -> str:
    """Return the profile, and the revision of the article where it is not the specified one."""
    if register.is_specified:
        return f"profile {profile}"
    return f"profile {profile}, revision {register.revision}"


def machine_for(profile: str, register: Register, waived: list[str]) -> Machine:
    """Return the machine of a profile without what is waived; raises `CommandError`."""
    for name in sorted(set(waived) - register.keys()):
        remedy = suggestion(name, register, "translator-cmk register lists them")
        raise CommandError(f"no requirement is called {name!r}; {remedy}")
    try:
        return machine_of(silent_in(profile, register) | frozenset(waived))
    except ValueError as error:
        raise CommandError(str(error)) from None


def check_file(checker: Checker, file: str) -> int:
    """Judge the events of a file as far as it can be read; returns the exit code of what stopped
    that.
    """
    bar = ProgressBar("check-trace")
    try:
        checker.read(watched(read_trace(file), checker, bar))
    except Truncated as error:
        print_error(error)
        return INCOMPLETE
    except WireError as error:
        print_error(error)
        return USAGE
    except KeyboardInterrupt:
        bar.clear()
        print_error("interrupted")
        return INCOMPLETE
    return OK


def watched(
    events: Iterable[tuple[int, Event | Stage]], checker: Checker, bar: ProgressBar
) -> Iterator[tuple[int, Event | Stage]]:
    """Yield the events, and show how far they are: one with much that is possible takes long."""
    try:
        for at, event in events:
            bar.show(f"line {at:,}, {plural(checker.possible, 'possible state')}")
            yield at, event
    finally:
        bar.clear()


def format_verdict(verdict: TraceVerdict, source: str, judged: str) -> Iterator[str]:
    """Yield the lines of the verdict."""
    for deviation in verdict.deviations:
        yield from format_deviation(deviation, source)
    for at, entities in verdict.uncompared_from:
        named = ", ".join(f"the {kind} {name}" for kind, name in sorted(words(entities)))
        yield (
            f"{source}:{at}: the result is not specified, so from here on these go uncompared: "
            f"{named}"
        )
    for at in verdict.overflows:
        yield (
            f"{source}:{at}: too much is possible, so the rest of this world is not judged; log "
            "more of it"
        )
    yield f"{source} {conclusion(verdict, judged)}"


def conclusion(verdict: TraceVerdict, judged: str) -> str:
    """Return the verdict in one sentence."""
    counts = f"{plural(verdict.judged, 'event')} judged in {plural(verdict.worlds, 'world')}"
    if verdict.uncompared:
        counts += f", {verdict.uncompared:,} of them uncompared"
    if verdict.skipped:
        counts += f", {verdict.skipped:,} more not judged"
    if not verdict.fits:
        first = verdict.deviations[0]
        where = f"in {plural(len(verdict.deviations), 'world')}, first on line {first.at:,}"
        return f"does not fit the specification ({judged}) {where}: {counts}"
    if not verdict.judgeable:
        return (
            "has no outcome and no observation, so there is nothing to judge; log the outcomes of "
            "the commands"
        )
    if verdict.overflows:
        return f"fits the specification ({judged}) as far as it was judged: {counts}"
    return f"fits the specification ({judged}): {counts}"


def plural(number: int, noun: str) -> str:
    """Return the number with its noun."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def format_deviation(deviation: TraceDeviation, source: str) -> Iterator[str]:
    """Yield the lines on an impossible event: where, the request, what was allowed and seen, and
    why.
    """
    yield f"{source}:{deviation.at}: impossible: {format_request(deviation.commands)}"
    if deviation.allowed is not None:
        yield f"  allowed: {format_outcome(deviation.allowed)}"
    for difference in deviation.differences:
        demanded = format_answer(difference.expected)
        yield f"  demanded: {demanded}; seen: {format_answer(difference.seen)}"
    for label, text in format_why(deviation.why):
        yield f"  {label}: {text}"


MANY = 3
"""How many of the commands that an event may have been are printed."""


def format_request(commands: tuple[Command, ...]) -> str:
    """Return the request in words."""
    if not commands:
        return "what was seen"
    listed = "; ".join(format_command(command) for command in commands[:MANY])
    if len(commands) == 1:
        return listed
    more = "; ..." if len(commands) > MANY else ""
    return f"any of {len(commands):,} commands: {listed}{more}"
