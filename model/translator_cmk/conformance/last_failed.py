"""The option `--last-failed`: run again what failed in an earlier run, or what it did not learn.

Scenarios are selected one by one.  A generated sequence has no verdict of its own, so where one
failed its whole lane is run again, as long as it was.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from ..errors import CommandError
from ..verdict import FAILING, Status
from .cases import FEATURES, LANES, SECONDS, STEPS, CaseEntry, Envelope
from .report.reading import read

SAME_FOLDER = True
"""The value of the option without a folder: the report is in that of this run."""

AGAIN = FAILING | {Status.INCONCLUSIVE, Status.NOTHING_LEARNED}
"""What failed, and what was tried without a verdict."""


def select_last_failed(args: argparse.Namespace) -> None:
    """Have the arguments of `verify` select what failed last, if they ask for it; raises
    `CommandError`.
    """
    if args.last_failed is None:
        return
    if args.case:
        raise CommandError("--last-failed selects the cases itself; leave out --case")
    folder = args.report if args.last_failed is SAME_FOLDER else args.last_failed
    envelope = read_earlier(folder)
    failed = [case for case in envelope["cases"] if case["status"] in AGAIN]
    lanes = lanes_again(failed, args.lane or LANES)
    if not lanes:
        raise CommandError(
            f"--last-failed: nothing failed in the report in {folder}; leave the option out, or "
            "name another report"
        )
    args.lane = lanes
    args.case = [case["id"] for case in failed if case["lane"] == FEATURES]
    args.last_failed = None
    args.last_failed_of = (envelope["started"],)
    take_budgets(args, envelope)


def read_earlier(folder: Path) -> Envelope:
    """Return the envelope of the earlier report; raises `CommandError`."""
    try:
        return read(folder)
    except CommandError as error:
        raise CommandError(f"--last-failed: {error}") from None


def lanes_again(failed: Sequence[CaseEntry], asked: Sequence[str]) -> list[str]:
    """Return those of the lanes that are asked for in which a case failed."""
    with_failures = {case["lane"] for case in failed}
    return [lane for lane in LANES if lane in asked and lane in with_failures]


def take_budgets(args: argparse.Namespace, envelope: Envelope) -> None:
    """Ask for as much as then, unless the arguments say how much."""
    budgets = envelope["budgets"]
    if args.scope is None:
        args.scope = budgets.get("scopes")
    if args.steps == STEPS:
        args.steps = budgets.get("steps", STEPS)
    if args.seconds == SECONDS:
        args.seconds = budgets.get("seconds", SECONDS)
    if args.sequences is None:
        args.sequences = budgets.get("sequences")
