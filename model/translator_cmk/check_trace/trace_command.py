"""The command `translator-cmk check-trace`: judge logs, and print the verdicts."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from ..document.text import document_text
from ..errors import DEVIATIONS, INCOMPLETE, OK, USAGE, CommandError, reason
from ..files import write_text
from ..language.sentences import format_answer, format_outcome
from ..machine import Machine
from ..oracle import format_why
from ..oracle.affected import words
from ..oracle.profiles import PROFILES, machine_of, silent_in
from ..requirements import Register, add_revision_option, load_register
from ..shapes import suggestion
from .checking import TraceDeviation, TraceVerdict
from .judging import JudgedLog, judge
from .page import page_html, tables_of
from .wording import conclusion, format_request, notes

GRAVEST_FIRST = (DEVIATIONS, USAGE, INCOMPLETE, OK)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `check-trace`."""
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
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
    add_revision_option(parser.add_argument)
    parser.add_argument(
        "--waive",
        action="append",
        default=[],
        metavar="ID",
        help="a requirement that may be kept or not; can be given several times",
    )
    parser.add_argument(
        "--page",
        metavar="FILE",
        type=Path,
        help="write the result as a page to publish, in HTML, without identifiers of Azure's",
    )


def run(args: argparse.Namespace) -> int:
    """Print the verdict on each file, and return the gravest exit code.

    Of a file it is 0 where it fits, 1 where an event of it is impossible, 2 where it can't be read
    to its end, and 4 where it is cut off, shows nothing, or could not be judged to its end.
    """
    register = load_register(revision=args.revision)
    machine = machine_for(args.profile, register, args.waive)
    judged_by = describe(args.profile, register)
    logs = []
    for file in args.files:
        log = judge(file, machine)
        logs.append(log)
        # Of a file of which nothing could be read, the error says all.
        if log.verdict.judged or log.ended_by == OK:
            print("\n".join(format_log(log, judged_by, register)), flush=True)
    if args.page is not None:
        write_page(args.page, page_html(logs, register))
    codes = {log.exit_code for log in logs}
    return next(code for code in GRAVEST_FIRST if code in codes)


def write_page(file: Path, page: str) -> None:
    """Write the page; raises `CommandError`."""
    try:
        write_text(file, page)
    except OSError as error:
        raise CommandError(f"--page {file} can't be written: {reason(error)}") from None


def describe(profile: str, register: Register) -> str:
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


def format_log(log: JudgedLog, judged_by: str, register: Register) -> Iterator[str]:
    """Yield the lines on one log: the verdict, and what it shows."""
    yield from format_verdict(log.verdict, log.source, judged_by)
    findings = tuple(tables_of(log, register))
    if findings:
        yield f"\n{document_text(findings)}\n"


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
    for at, note in notes(verdict):
        yield f"{source}:{at}: {note}"
    yield f"{source} {conclusion(verdict, judged)}"


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
