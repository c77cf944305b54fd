"""The command `translator-cmk coverage`: what the scenarios and the tours reach of all that bounded worlds have."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import DEVIATIONS, OK, CommandError
from ..explore.coverage import Walked, Worlds, table, to_dict
from ..explore.scopes import SMALL, SOON, Commands, add_scope, chosen
from ..explore.tours.sequences import SequenceError, read_sequences, suite
from .features import pickles
from .vocabulary import commands_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `coverage`."""
    add_scope(parser, f"the world to be covered (default: all of up to {SOON:,} states)", SMALL)
    parser.add_argument(
        "--sequences",
        metavar="FILE",
        help="look at these sequences as well: JSON lines, as `translator-cmk tour` writes them",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, with what was not reached")


def run(args: argparse.Namespace) -> int:
    """Print the coverage.

    Returns 0 where scenarios and tours together reach all rows, reasons and conditions of the worlds that are looked
    at, 1 where they fall short, and 2 for sequences that can't be read.
    """
    try:
        given = list(read_sequences(Path(args.sequences))) if args.sequences else []
    except SequenceError as error:
        raise CommandError(str(error)) from None
    every = Worlds(chosen(args.scope))
    evidence = [scenarios(every), tours(every)]
    if args.sequences:
        evidence.append(walked(every, "given", f"The sequences in {args.sequences}.", given))
    data = to_dict(every.everything, evidence)
    print(json.dumps(data, indent=2) if args.json else "\n".join(lines(data)))
    together = data["together"]
    short = [name for name in ("reasons", "conditions") if together[name]["missing"]]
    if args.scope is None and together["rows"]["missing"]:
        short.append("rows")
    return DEVIATIONS if short else OK


def scenarios(every: Worlds) -> Walked:
    """Return the reach of the commands of scenarios, those of their Givens included."""
    sequences = [tuple(commands_of(pickle)) for pickle in pickles()]
    return walked(every, "scenarios", "The commands of every scenario, its Givens included.", sequences)


def tours(every: Worlds) -> Walked:
    """Return the reach of the tours of the scopes."""
    sequences = [each.commands for graph in every.graphs.values() for each in suite(graph.scope).sequences]
    return walked(every, "tours", "The transition tour of each scope.", sequences)


def walked(every: Worlds, name: str, sentence: str, sequences: list[Commands]) -> Walked:
    """Return the reach of sequences."""
    return Walked(name, sentence, len(sequences), sum(map(len, sequences)), every.reached(sequences))


def lines(data: dict[str, Any]) -> Iterator[str]:
    """Yield the table, with its columns aligned, and the conditions that can't be reached."""
    cells = list(table(data))
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    for each in data["infeasible"]:
        yield f"not counted, since {each['because']}: {each['condition']}"
