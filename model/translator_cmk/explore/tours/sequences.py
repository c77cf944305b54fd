"""Test sequences: commands from a reset on, made from the state graph of a scope, for any system to be put through.

They hold what is asked of a system and nothing of what should come of it: whoever replays them has the oracle say that.
`translator-cmk tour` makes them.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ...errors import OK, CommandError
from ...files import write_text
from ...language import command_to_wire, stage_to_wire
from ...machine import DEFAULT_STAGE
from ...progress import ProgressBar
from ..graph import Graph, state_graph
from ..scopes import SCOPES, SOON, Commands, Scope, add_scope, select_scopes
from .selection import recorded_graph, select
from .tour import beginning, tour

LARGEST = 200_000
"""The most states of a scope that sequences are made from: its graph and a flow on it have to fit into memory."""


TITLES = {
    "rows": "rows",
    "refusals": "sets of reasons for a refusal",
    "commands": "commands with the rows that apply",
    "row_pairs": "pairs of rows in successive steps",
}
"""What a budget of steps buys, in words."""


class TooLarge(ValueError):
    """The scope has more states than sequences are made from."""


class CommandSequence(NamedTuple):
    """A reset to the default stage, then these commands, of which the first ``start`` lead to the start of the scope.

    Its ``id`` is the name of the scope and a number, and stays the same as long as the specification does.
    """

    id: str
    commands: Commands
    start: int

    @property
    def steps(self) -> int:
        """Return the number of requests: the reset, and each command."""
        return 1 + len(self.commands)


class Suite(NamedTuple):
    """Sequences of one scope with what they guarantee, in one sentence.

    ``pairs`` counts the commands in states that they give, and ``lower_bound`` is the least number of steps for that,
    where it is known: no set of sequences gives every command in every state in fewer.
    """

    scope: Scope
    sequences: tuple[CommandSequence, ...]
    pairs: int
    lower_bound: int | None
    guarantee: str

    @property
    def steps(self) -> int:
        """Return the number of requests of all sequences, resets included."""
        return sum(each.steps for each in self.sequences)


def suite(scope: Scope, budget: int | None = None) -> Suite:
    """Return the sequences of a scope, with what they guarantee: a whole tour, or the best within a budget of steps.

    The whole tour gives every command in every state, those that are refused or change nothing included, in as few
    steps as can be.  A budget of steps, each a reset or a command, buys as many rows, reasons for refusals, and pairs
    of rows in successive steps as a greedy choice finds.  Raises `TooLarge`, and `ValueError`
    for a budget of less than one step beyond the start of the scope.
    """
    if scope.states is None or scope.states > LARGEST:
        raise TooLarge(f"{scope.name} has {scope.states or 'unknown':,} states, and sequences need {LARGEST:,} at most")
    if budget is not None:
        return budgeted(scope, budget)
    graph = state_graph(scope)
    found = tour(graph)
    guarantee = (
        f"Each of the {graph.pairs:,} commands in states of the scope {scope.name} is given once at least, as long as "
        "the system goes where the full specification says: so one that shows after each step where it stands, and "
        "gives a wrong answer or goes to a wrong state anywhere in the scope, is found out."
    )
    return suite_of(graph, found.sequences, graph.pairs, found.lower_bound, guarantee)


def budgeted(scope: Scope, budget: int) -> Suite:
    """Return the sequences of the scope worth most within so many steps."""
    graph = recorded_graph(scope)
    if budget <= beginning(graph):
        raise ValueError(f"the start of {scope.name} takes {beginning(graph)} steps, so at least one more is needed")
    found = select(graph, budget)
    shares = [f"{met:,} of {there:,} {TITLES[kind]}" for kind, (met, there) in found.met.items()]
    guarantee = (
        f"{', '.join(shares[:-1])} and {shares[-1]} that the scope {scope.name} has are met, as long as the system "
        "goes where the full specification says; nothing is guaranteed of the rest."
    )
    pairs = {(pair.state, pair.command) for sequence in found.sequences for pair in graph.along(sequence)}
    return suite_of(graph, found.sequences, len(pairs), None, guarantee)


def suite_of(
    graph: Graph[Any], found: Iterable[Iterable[int]], pairs: int, lower_bound: int | None, guarantee: str
) -> Suite:
    """Return sequences of numbers of commands, from the reset on and with their ids."""
    scope = graph.scope
    sequences = tuple(
        CommandSequence(f"{scope.name}/{number}", (*scope.start, *graph.commands(sequence)), len(scope.start))
        for number, sequence in enumerate(found, start=1)
    )
    return Suite(scope, sequences, pairs, lower_bound, guarantee)


def wire_lines(found: Iterable[CommandSequence]) -> Iterator[str]:
    """Yield the sequences as JSON lines, as `translator-cmk run` reads them; each begins with its stage: a reset."""
    stage = json.dumps({"stage": stage_to_wire(DEFAULT_STAGE)}, separators=(",", ":"))
    for sequence in found:
        yield stage
        for command in sequence.commands:
            yield json.dumps(command_to_wire(command), separators=(",", ":"))


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
    made: list[Suite] = []
    said: list[dict[str, Any]] = []
    bar = ProgressBar()
    try:
        for scope in select_scopes(args.scope):
            started = time.perf_counter()
            bar.begin(scope.name)
            bar.show(f"making sequences of {scope.states:,} states")  # large scopes take minutes
            made.append(suite(scope, args.steps))
            said.append(to_dict(made[-1], time.perf_counter() - started))
    except ValueError as error:
        raise CommandError(str(error)) from None
    finally:
        bar.clear()
    lines = [line for each in made for line in wire_lines(each.sequences)]
    if args.output == "-":
        print("\n".join(lines))
    elif args.output:
        write(Path(args.output), lines)
    summary = json.dumps(said, indent=2) if args.json else "\n".join(line for each in said for line in in_words(each))
    print(summary, file=sys.stderr if args.output == "-" else sys.stdout)
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
