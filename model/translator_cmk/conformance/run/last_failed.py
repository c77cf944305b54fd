"""The option `--last-failed`: run again what failed in an earlier run, or what it did not learn.

Scenarios are selected one by one.  A generated sequence has no verdict of its own, so where one
failed its whole lane is run again, as long as it was.  What counted then counts again.

The report that is read stays, since it is the evidence for all that is not run again: that of the
new run stands beside it.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from ...errors import CommandError
from ...verdict import FAILING, Status
from ..judgement.cases import FEATURES, LANES, SECONDS, STEPS, CaseEntry, Envelope
from ..judgement.selection import PROFILE
from ..report.reading import read

SAME_FOLDER = True
"""The value of the option without a folder: the report is in that of this run."""

AGAIN = FAILING | {Status.INCONCLUSIVE, Status.NOTHING_LEARNED}
"""What failed, and what was tried without a verdict."""

DEFAULTS = {"profile": PROFILE, "steps": STEPS, "seconds": SECONDS}
"""The values of options that nobody gave, where no earlier run has others."""


def select_last_failed(args: argparse.Namespace) -> None:
    """Have the arguments of `verify` select what failed last, if they ask for it, and give each
    option that nobody gave its value; raises `CommandError`.
    """
    if args.last_failed is not None:
        select_failures(args)
    for option, value in DEFAULTS.items():
        if getattr(args, option) is None:
            setattr(args, option, value)


def select_failures(args: argparse.Namespace) -> None:
    """Have the arguments select what failed last; raises `CommandError`."""
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
    if args.report.resolve() == folder.resolve():
        args.report = folder.with_name(f"{folder.resolve().name}-again")
    take_over(args, envelope)


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


def take_over(args: argparse.Namespace, envelope: Envelope) -> None:
    """Ask for what counted then, and for as much as then, unless the arguments say otherwise."""
    budgets = envelope["budgets"]
    then = {
        "profile": envelope["profile"],
        "revision": envelope["register"]["article"],
        "waive": envelope["waived"],
        "scope": budgets.get("scopes"),
        "steps": budgets.get("steps"),
        "seconds": budgets.get("seconds"),
        "sequences": budgets.get("sequences"),
    }
    for option, value in then.items():
        if not getattr(args, option):
            setattr(args, option, value)
