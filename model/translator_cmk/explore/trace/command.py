"""The command `translator-cmk check-trace`, which judges a log of requests, answers and observations."""

import argparse
from collections.abc import Iterator

from ...errors import DEVIATIONS, INCOMPLETE, OK, USAGE, CommandError, print_error
from ...language import WireError
from ...language.facts import Fact
from ...language.sentences import format_command, format_fact, format_outcome
from ...machine import Outcome
from ...oracle.dependence import words
from ...oracle.profiles import PROFILES, machine_of, silent_in
from ...requirements import load_register
from ...shapes import nearest
from .checking import Checker, Deviation, Verdict
from .reading import Truncated, read_trace


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
            remedy = nearest(each, register.keys(), "translator-cmk register lists them")
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
    asked = format_command(deviation.command) if deviation.command else "what was seen"
    yield f"{source}:{deviation.at}: impossible: {asked}"
    if deviation.allowed is not None:
        yield f"  allowed: {format_outcome(deviation.allowed)}"
    for difference in deviation.differences:
        yield f"  demanded: {format_part(difference.expected)}; seen: {format_part(difference.seen)}"
    yield f"  requirements: {', '.join(deviation.requirements) or 'none that is known'}"


def format_part(each: Outcome | Fact) -> str:
    """Return a fact or an outcome in words."""
    return format_fact(each) if isinstance(each, Fact) else format_outcome(each)
