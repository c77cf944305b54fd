"""The command `translator-cmk check-trace`, which judges a log of requests, answers and observations."""

import argparse
import json

from ...errors import DEVIATIONS, INCOMPLETE, OK, USAGE, CommandError, print_error
from ...language import WireError
from ...oracle.profiles import PROFILES, machine_of, silent_in
from ...requirements import load_register
from ...shapes import nearest
from .checking import Checker
from .formatting import format_verdict, verdict_to_dict
from .reading import Reader, Truncated


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
    parser.add_argument("--json", action="store_true", help="print JSON, as trace-verdict.schema.json describes it")


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
    checker, reader, exit_code = Checker(machine), Reader(args.file), OK
    try:
        checker.read(reader)
    except Truncated as error:
        exit_code = INCOMPLETE
        print_error(error)
    except WireError as error:
        exit_code = USAGE
        print_error(error)
    except KeyboardInterrupt:
        exit_code = INCOMPLETE
        print_error("interrupted")
    verdict = checker.verdict
    source = "standard input" if args.file == "-" else args.file
    if args.json:
        print(json.dumps(verdict_to_dict(verdict, source, args.profile, waived), indent=2))
    elif verdict.judged or not exit_code:
        print("\n".join(format_verdict(verdict, source, args.profile)))
    if not verdict.fits:
        return DEVIATIONS
    return exit_code or (OK if verdict.complete else INCOMPLETE)
