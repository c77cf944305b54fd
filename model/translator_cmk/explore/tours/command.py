"""The command `translator-cmk tour`: test sequences of scopes, as JSON lines or as a feature."""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ...errors import OK, CommandError
from ...files import write_text
from ...progress import ProgressBar
from ...requirements import load_register
from ..graph import state_graph
from ..scopes import SCOPES, SOON, add_scope, chosen
from .sequences import LARGEST, Suite, feature_lines, suite, wire_lines

STANDARD_OUTPUT = "-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add arguments of `tour`."""
    fitting = [scope for scope in SCOPES if (scope.states or 0) <= LARGEST]
    add_scope(parser, f"what to make sequences of (default: each of up to {SOON:,} states)", fitting)
    parser.add_argument(
        "--steps",
        type=positive,
        metavar="N",
        help="what is worth most within so many steps of each scope, a reset counted as one (default: the whole tour)",
    )
    parser.add_argument(
        "--gherkin",
        action="store_true",
        help="write a feature, in which each command in a state that the sequences give is a scenario of its own",
    )
    parser.add_argument(
        "--output",
        metavar="FILE",
        help="where to write the sequences; - is standard output, and their summary then goes to standard error",
    )
    parser.add_argument("--json", action="store_true", help="print JSON: an array with an object for each scope")


def positive(text: str) -> int:
    """Return a whole number above zero; raises `argparse.ArgumentTypeError`."""
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of steps; write a whole number from 1 on")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Write sequences and print what they guarantee; exit code 2 if they can't be made or written."""
    if args.gherkin and args.scope is None:
        raise CommandError("a file holds one feature: name one scope with --scope")
    output = args.output or (STANDARD_OUTPUT if args.gherkin else None)
    made: list[Suite] = []
    said: list[dict[str, Any]] = []
    bar = ProgressBar()
    try:
        for scope in chosen(args.scope):
            started = time.perf_counter()
            bar.begin(scope.name)
            bar.show(f"making sequences of {scope.states:,} states")  # large scopes take minutes
            made.append(suite(scope, args.steps))
            said.append(to_dict(made[-1], time.perf_counter() - started))
    except ValueError as error:
        raise CommandError(str(error)) from None
    finally:
        bar.clear()
    if args.gherkin:
        text = feature_lines(state_graph(made[0].scope), made[0].sequences, load_register())
    else:
        text = (line for each in made for line in wire_lines(each.sequences))
    if output == STANDARD_OUTPUT:
        for line in text:
            print(line)
    elif output:
        write(Path(output), text)
    summary = json.dumps(said, indent=2) if args.json else "\n".join(line for each in said for line in in_words(each))
    print(summary, file=sys.stderr if output == STANDARD_OUTPUT else sys.stdout)
    return OK


def write(path: Path, text: Iterable[str]) -> None:
    """Write lines to a file, whole or not at all; raises `CommandError`."""
    try:
        write_text(path, (f"{line}\n" for line in text))
    except OSError as error:
        remedy = "name a file in a folder that is there"
        raise CommandError(f"{path}: can't be written: {error.strerror}; {remedy}") from None


def to_dict(made: Suite, seconds: float) -> dict[str, Any]:
    """Return the summary of the sequences of a scope, for JSON."""
    bound = made.lower_bound
    return {
        "scope": made.scope.name,
        "pairs": made.pairs,
        "steps": made.steps,
        **({} if bound is None else {"lower_bound": bound, "ratio": round(made.steps / bound, 4)}),
        "sequences": len(made.sequences),
        "seconds": round(seconds, 3),
        "guarantee": made.guarantee,
    }


def in_words(said: dict[str, Any]) -> Iterator[str]:
    """Yield the same in two lines."""
    bound = f", of at least {said['lower_bound']:,}" if "lower_bound" in said else ""
    how_many = f"{said['sequences']:,} sequence{'s' if said['sequences'] > 1 else ''}"
    yield (
        f"{said['scope']}: {said['pairs']:,} commands in states, {how_many}, {said['steps']:,} steps{bound}, "
        f"{said['seconds']:.1f} s"
    )
    yield f"  {said['guarantee']}"
