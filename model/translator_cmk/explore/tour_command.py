"""The command `translator-cmk tour`: make the test suites of scopes, and say what they
guarantee.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..arguments import whole_number_from
from ..errors import OK, CommandError
from ..files import write_text
from ..progress import ProgressBar
from .scopes import Scope, add_scope_option, select_scopes
from .suites import Suite, suite, wire_lines


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add arguments of `tour`."""
    add_scope_option(parser, "what to make sequences of")
    parser.add_argument(
        "--steps",
        type=whole_number_from(1, 9),
        metavar="N",
        help="what is worth most within so many steps of each scope, a reset counted as one "
        "(default: the whole tour)",
    )
    parser.add_argument(
        "--output",
        metavar="FILE",
        help="where to write the sequences; - is standard output, and their summary then goes to "
        "standard error",
    )


def run(args: argparse.Namespace) -> int:
    """Write sequences and print what they guarantee; exit code 2 if they can't be made or
    written.
    """
    try:
        suites = make_suites(select_scopes(args.scope), args.steps)
    except ValueError as error:
        raise CommandError(str(error)) from None
    if args.output == "-":
        print("\n".join(lines_of(suites)))
        summary_goes_to = sys.stderr
    else:
        if args.output:
            write_lines(Path(args.output), lines_of(suites))
        summary_goes_to = sys.stdout
    for made in suites:
        print(summary(made), file=summary_goes_to)
    return OK


def make_suites(scopes: Iterable[Scope], steps: int | None) -> list[Suite]:
    """Return the suite of each scope; shows the progress."""
    bar = ProgressBar()
    suites = []
    try:
        for scope in scopes:
            bar.begin(scope.name)
            bar.show(f"making sequences of {scope.states:,} states")
            suites.append(suite(scope, steps))
    finally:
        bar.clear()
    return suites


def lines_of(suites: Iterable[Suite]) -> Iterator[str]:
    """Yield the sequences of all suites as JSON lines."""
    for made in suites:
        yield from wire_lines(made.sequences)


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write lines into a file; raises `CommandError`."""
    try:
        write_text(path, (f"{line}\n" for line in lines))
    except OSError as error:
        remedy = "name a file in a folder that is there"
        raise CommandError(f"{path}: can't be written: {error.strerror}; {remedy}") from None


def summary(made: Suite) -> str:
    """Return the size of a suite, and on another line what it guarantees."""
    count = len(made.sequences)
    sequences = "1 sequence" if count == 1 else f"{count:,} sequences"
    size = f"{made.pairs:,} commands in states, {sequences}, {made.steps:,} steps"
    return f"{made.scope.name}: {size}\n  {made.guarantee}"
