"""The command `translator-cmk tour`: test sequences of scopes, as JSON lines or as a feature."""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ...requirements import load_register
from ..commands import SOON, chosen, clear_bar, described
from ..graph import state_graph
from ..scopes import SCOPES, Scope
from .sequences import LARGEST, Suite, suite, wire_lines
from .telling import feature_lines

OK, USAGE = 0, 2

STANDARD_OUTPUT = "-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `tour`."""
    small = [scope for scope in SCOPES if scope.states is not None and scope.states <= LARGEST]
    parser.add_argument(
        "--scope",
        choices=[scope.name for scope in SCOPES],
        metavar="SCOPE",
        help=f"what to make sequences of (default: each of up to {SOON:,} states): {', '.join(map(described, small))}",
    )
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
    add_output(parser)


def add_output(parser: argparse.ArgumentParser) -> None:
    """Arguments on where sequences go, and how they are told of."""
    parser.add_argument(
        "--output",
        metavar="FILE",
        help="where to write the sequences; - is standard output, and what is said of them then goes to standard error",
    )
    parser.add_argument("--json", action="store_true", help="print JSON: an array with an object for each scope")


def positive(text: str) -> int:
    """A whole number above zero; raises `argparse.ArgumentTypeError`."""
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of steps; write a whole number from 1 on")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Writes sequences and says what they guarantee; exit code 2 for what can't be made or written."""
    if args.gherkin and args.scope is None:
        return complain("a file holds one feature: name one scope with --scope")
    output = args.output or (STANDARD_OUTPUT if args.gherkin else None)
    made: list[Suite] = []
    said: list[dict[str, Any]] = []
    try:
        for scope in chosen(args.scope):
            started = time.perf_counter()
            show(scope)
            made.append(suite(scope, args.steps))
            said.append(as_data(made[-1], time.perf_counter() - started))
    except ValueError as error:
        return complain(str(error))
    finally:
        clear_bar()
    text = feature(made[0]) if args.gherkin else lines(made)
    told = json.dumps(said, indent=2) if args.json else "\n".join(line for each in said for line in in_words(each))
    return put_out(text, told, output)


def put_out(text: Iterable[str], told: str, output: str | None) -> int:
    """Write sequences where they are wanted, and print what is said of them; returns the exit code."""
    if output == STANDARD_OUTPUT:
        for line in text:
            print(line)
    elif output:
        try:
            write(Path(output), text)
        except OSError as error:
            return complain(f"{output}: can't be written: {error.strerror}; name a file in a folder that is there")
    print(told, file=sys.stderr if output == STANDARD_OUTPUT else sys.stdout)
    return OK


def show(scope: Scope) -> None:
    """Show on standard error, where that is a terminal, what is being made: large scopes take minutes."""
    if sys.stderr.isatty():
        text = f"{scope.name}: making sequences of {scope.states:,} states"
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def lines(made: Iterable[Suite]) -> Iterator[str]:
    """The sequences as JSON lines."""
    for each in made:
        yield from wire_lines(each.sequences)


def feature(made: Suite) -> Iterator[str]:
    """The sequences of a scope as a feature."""
    return feature_lines(state_graph(made.scope), made.sequences, load_register())


def write(path: Path, text: Iterable[str]) -> None:
    """Write lines to a file, whole or not at all."""
    draft = path.with_name(f"{path.name}.draft")
    try:
        with draft.open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(f"{line}\n" for line in text)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def as_data(made: Suite, seconds: float) -> dict[str, Any]:
    """What is said of the sequences of a scope, as JSON has it."""
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
    """The same in two lines."""
    bound = f", of at least {said['lower_bound']:,}" if "lower_bound" in said else ""
    how_many = f"{said['sequences']:,} sequence{'s' if said['sequences'] > 1 else ''}"
    yield (
        f"{said['scope']}: {said['pairs']:,} commands in states, {how_many}, {said['steps']:,} steps{bound}, "
        f"{said['seconds']:.1f} s"
    )
    yield f"  {said['guarantee']}"


def complain(error: str) -> int:
    """Prints the error in one line, and gives the exit code for it."""
    print(f"translator-cmk: error: {' '.join(error.split())}", file=sys.stderr)
    return USAGE
