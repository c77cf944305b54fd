"""The command `features`: prints the ids of the scenarios, and which differ from a release's."""

import argparse
import json

from ..errors import DEVIATIONS, EXIT_CODES, OK
from .feature_files import pickles
from .frozen_scenarios import digests_of, load_digests
from .scenario_differences import differences, format_differences


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `features`, and `diff`."""
    parser.add_argument(
        "--json",
        action="store_true",
        help="print JSON: an object with the digest of what each scenario does and claims, by id",
    )
    diff = parser.add_subparsers(metavar="COMMAND").add_parser(
        "diff",
        help="say which scenario ids are new, gone or renamed",
        description="Say which scenario ids are new, gone or renamed, as Markdown for a changelog.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    diff.add_argument(
        "--json",
        action="store_true",
        help="print JSON: ids that are new, gone or changed, and what became of each renamed one",
    )
    named = "a release, or a file that 'features --json' wrote"
    diff.add_argument("before", metavar="A", help=named)
    diff.add_argument(
        "after", metavar="B", nargs="?", help=f"{named} (default: the features of this package)"
    )


def run(args: argparse.Namespace) -> int:
    """Print the ids, or how those of two suites differ; raises `CommandError`."""
    if "before" in args:
        return print_differences(args.before, args.after, args.json)
    digests = digests_of(pickles())
    if args.json:
        print(json.dumps(digests, indent=2))
    else:
        print("\n".join(digests))
    return OK


def print_differences(before: str, after: str | None, as_json: bool) -> int:
    """Print how the scenarios of two suites differ, and return the exit code; raises
    `CommandError`."""
    digests_before = load_digests(before)
    digests_after = digests_of(pickles()) if after is None else load_digests(after)
    if as_json:
        found = differences(digests_before, digests_after)
        print(json.dumps(found._asdict(), indent=2))
        return DEVIATIONS if any(found) else OK
    lines = list(format_differences(digests_before, digests_after))
    if not lines:
        print(f"no difference in {len(digests_after)} scenarios")
        return OK
    print("\n".join(lines))
    return DEVIATIONS
