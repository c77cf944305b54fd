"""The command `translator-cmk suite`: complete test suites of small scopes, each with its certificate."""

import argparse
import json
import time
from collections.abc import Iterable, Iterator
from typing import Any

from ...errors import OK, CommandError
from ...language import command_to_wire
from ...progress import ProgressBar
from ..commands import SOON, chosen, described
from ..graph import state_graph
from ..scopes import Scope
from ..tours.command import add_output, put_out, show
from ..tours.sequences import wire_lines
from .hsi import HsiSuite, TooLarge, certificate, extra_states, hsi_suite
from .reduced import Sight, reduced

EXTRA = (0, 1)
"""Extra states that suites are made for: each more makes a suite as many times larger as there are commands."""

SMALL = chosen(None)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `suite`."""
    parser.add_argument(
        "--scope",
        choices=[scope.name for scope in SMALL],
        metavar="SCOPE",
        help=f"what to make a suite of (default: each of up to {SOON:,} states): {', '.join(map(described, SMALL))}",
    )
    parser.add_argument(
        "--extra-states",
        type=int,
        choices=EXTRA,
        default=0,
        help="how many states more than the specification a system may have and still be found out (default: 0)",
    )
    parser.add_argument(
        "--seen",
        choices=[sight.value for sight in Sight],
        default=Sight.OBSERVATIONS.value,
        help="what is seen of each step: its outcome, reasons for a refusal too, or also all that a customer can see "
        "(default: observations)",
    )
    add_output(parser)


def run(args: argparse.Namespace) -> int:
    """Writes suites and says what they guarantee; exit code 2 for what can't be made or written."""
    made: list[HsiSuite] = []
    said: list[dict[str, Any]] = []
    bar = ProgressBar()
    try:
        for scope in chosen(args.scope):
            started = time.perf_counter()
            show(bar, scope)
            made.append(suite_of(scope, Sight(args.seen), args.extra_states))
            said.append(as_data(made[-1], time.perf_counter() - started))
    except TooLarge as error:
        raise CommandError(str(error)) from None
    finally:
        bar.clear()
    told = json.dumps(said, indent=2) if args.json else "\n".join(line for each in said for line in in_words(each))
    put_out(lines(made), told, args.output)
    return OK


def suite_of(scope: Scope, sight: Sight, extra: int) -> HsiSuite:
    """The suite of a scope; raises `TooLarge`."""
    return hsi_suite(reduced(state_graph(scope), sight), extra)


def lines(made: Iterable[HsiSuite]) -> Iterator[str]:
    """The sequences as JSON lines."""
    for each in made:
        yield from wire_lines(each.named())


def as_data(made: HsiSuite, seconds: float) -> dict[str, Any]:
    """What is said of a suite, as JSON has it."""
    machine = made.machine
    return {
        "scope": machine.scope.name,
        "seen": machine.sight.value,
        "extra_states": made.extra,
        "states": machine.states,
        "commands": machine.width,
        "left_out": [command_to_wire(command) for command in machine.left_out],
        "sequences": len(made.sequences),
        "steps": made.steps,
        "seconds": round(seconds, 3),
        **certificate(made)._asdict(),
    }


def in_words(said: dict[str, Any]) -> Iterator[str]:
    """The same in a few lines."""
    yield (
        f"{said['scope']}, {extra_states(said['extra_states'])}: "
        f"{said['states']:,} states told apart by {said['seen']}, {said['sequences']:,} sequences, "
        f"{said['steps']:,} steps, {said['seconds']:.1f} s"
    )
    yield f"  Guarantee: {said['guarantee']}"
    yield f"  Fault domain: {said['fault_domain']}"
    yield f"  Assumed: {said['assumes']}"
