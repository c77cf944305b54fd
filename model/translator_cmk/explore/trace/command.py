"""The command `translator-cmk check-trace`: judges a log of what a system was asked, and of what came of it."""

import argparse
import json
import sys

from ...language import WireError
from ...language.shapes import nearest
from ...oracle.profiles import PROFILES, machine_of, silent_in
from ...requirements import RegisterError, load_register
from .checking import Checker
from .reading import Reader, Truncated
from .telling import as_data, in_words

FITS, DOES_NOT_FIT, USAGE, INCOMPLETE = 0, 1, 2, 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `check-trace`."""
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
        help="what the trace is held against: all that is specified, or no more than follows from the article "
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
    """Prints the verdict.

    Returns 0 where the trace fits, 1 where an event of it is impossible, 2 where it can't be read to its end, and 4
    where it is cut off, is too open to be judged to its end, or tells of nothing that can be judged.
    """
    try:
        register = load_register()
        waived = frozenset(args.waive)
        for each in sorted(waived - register.keys()):
            remedy = nearest(each, register.keys(), "translator-cmk register lists them")
            return complain(f"no requirement is called {each!r}; {remedy}", USAGE)
        machine = machine_of(silent_in(args.profile, register) | waived)
    except (RegisterError, ValueError) as error:
        return complain(str(error), USAGE)
    checker, reader, trouble = Checker(machine), Reader(args.file), 0
    try:
        checker.read(reader)
    except Truncated as error:
        trouble = complain(str(error), INCOMPLETE)
    except WireError as error:
        trouble = complain(str(error), USAGE)
    except KeyboardInterrupt:
        trouble = complain("interrupted", INCOMPLETE)
    verdict = checker.verdict
    source = "standard input" if args.file == "-" else args.file
    if args.json:
        print(json.dumps(as_data(verdict, source, args.profile, waived), indent=2))
    elif verdict.judged or not trouble:
        print("\n".join(in_words(verdict, source, args.profile)))
    if not verdict.fits:
        return DOES_NOT_FIT
    return trouble or (FITS if verdict.complete else INCOMPLETE)


def complain(error: str, exit_code: int) -> int:
    """Prints the error in one line, and gives the exit code back."""
    print(f"translator-cmk: error: {' '.join(error.split())}", file=sys.stderr)
    return exit_code
