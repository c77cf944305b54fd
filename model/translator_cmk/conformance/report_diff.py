"""The command `report diff`: says what changed from one report to another."""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import DEVIATIONS, OK
from ..escaping import plain
from ..verdict import Status
from .report.reading import must_be_of_a_known_revision, read
from .report.two_reports import (
    ABSENT,
    BETTER,
    DIRECTIONS,
    OTHERWISE,
    WORSE,
    Change,
    Difference,
    difference,
    difference_to_json,
)

FORMATS = ("text", "json")

MOST_OTHERWISE = 20
"""How many of the changes are listed that are neither worse nor better."""

HEADS = {WORSE: "worse", BETTER: "better", OTHERWISE: "otherwise, neither worse nor better"}

GLYPHS = {
    WORSE: Status.FAILED.glyph,
    BETTER: Status.PASSED.glyph,
    OTHERWISE: Status.DIFFERS.glyph,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report diff`."""
    parser.add_argument("before", metavar="A", type=Path, help="the folder of the earlier report")
    parser.add_argument("after", metavar="B", type=Path, help="the folder of the later report")
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="text",
        help="text, or json as report-diff.schema.json has it (default: text)",
    )


def run(args: argparse.Namespace) -> int:
    """Print what changed; 1 if anything got worse.  Raises `CommandError`."""
    envelopes = []
    for folder in (args.before, args.after):
        envelope = read(folder)
        must_be_of_a_known_revision(envelope)
        envelopes.append(envelope)
    found = difference(*envelopes)
    if args.format == "json":
        print(json.dumps(difference_to_json(found), indent=1, ensure_ascii=False))
    else:
        for line in lines(found):
            print(line)
    return DEVIATIONS if found.is_worse else OK


def lines(found: Difference) -> Iterator[str]:
    """Yield the difference as text: what got worse first."""
    for direction in DIRECTIONS:
        yield from changes("requirements", found.requirements, direction)
        yield from changes("tests", found.tests, direction)
    if not found.requirements and not found.tests:
        yield "no requirement and no test came out otherwise"
    for about, was, now in found.facts:
        if was == now:
            yield f"  {about:<12} {plain(now)}"
        else:
            yield f"  {about:<12} {plain(was)} -> {plain(now)}"


def changes(what: str, found: Sequence[Change], direction: str) -> Iterator[str]:
    """Yield the changes of one direction."""
    chosen = [change for change in found if change.direction == direction]
    if not chosen:
        return
    yield f"{GLYPHS[direction]} {what} {HEADS[direction]}: {len(chosen)}"
    most = MOST_OTHERWISE if direction == OTHERWISE else len(chosen)
    for change in chosen[:most]:
        yield from one_change(change)
    if len(chosen) > most:
        yield f"  and {len(chosen) - most} more, which --format json has"
    yield ""


def one_change(change: Change) -> Iterator[str]:
    """Yield a change, and the reason if it did not pass."""
    yield f"  {word(change.was)} -> {word(change.now)}: {plain(change.id)}"
    yield f"    {plain(change.title)}"
    if change.reason and change.direction == WORSE:
        yield f"    {plain(change.reason, 300)}"


def word(status: str) -> str:
    """Return a status in words."""
    return "not there" if status == ABSENT else Status(status).word
