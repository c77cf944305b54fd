"""The command `translator-cmk mutants`: changes of the rows, one at a time, and what finds each of them."""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from ..errors import DEVIATIONS, INCOMPLETE, OK, CommandError
from ..explore.mutation import Mutant, mutants
from ..explore.mutation.judging import Judged
from ..explore.mutation.worlds import WORLDS
from ..progress import ProgressBar
from ..requirements import load_register
from .killing import judgements


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `mutants`."""
    parser.add_argument(
        "--requirement", metavar="ID", help="only changes of the rows of this requirement (default: all)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON: an array with an object for each mutant")


def run(args: argparse.Namespace) -> int:
    """Prints what becomes of each mutant.

    Returns 0 where all are found that can be told from the article, 1 where one survives, 2 for an unknown requirement
    and 4 after Ctrl-C, or where no row speaks for the requirement.
    """
    if args.requirement is not None and args.requirement not in load_register():
        raise CommandError(f"there is no requirement {args.requirement!r}; translator-cmk register lists them")
    wanted = chosen(args.requirement)
    if not wanted:
        raise CommandError(
            f"no row of the model cites {args.requirement}, so that there is nothing to change", INCOMPLETE
        )
    found: list[Judged] = []
    complete = True
    try:
        for each in with_progress(judgements([mutant.name for mutant in wanted]), len(wanted)):
            found.append(each)
            if not args.json:
                print("\n".join(lines(each)), flush=True)
    except KeyboardInterrupt:
        complete = False
    if args.json:
        print(json.dumps([as_data(each) for each in found], indent=2))
    else:
        print("\n".join(summary(found)))
    if not complete:
        raise CommandError(f"interrupted: {len(found):,} of {len(wanted):,} mutants were judged", INCOMPLETE)
    return verdict_code(found)


def verdict_code(found: Sequence[Judged]) -> int:
    """The exit code that says whether a mutant survives."""
    return DEVIATIONS if any(each.verdict == "survives" for each in found) else OK


def chosen(requirement: str | None) -> list[Mutant]:
    """The mutants of the requirement's rows; without one, all."""
    return [mutant for mutant in mutants() if requirement is None or requirement in mutant.requirements]


def lines(each: Judged) -> Iterator[str]:
    """Yield a mutant and its verdict in words."""
    yield f"{each.place}: {each.kind} [{', '.join(each.requirements)}]"
    yield f"  was: {each.was}"
    yield f"  now: {each.now}"
    yield f"  {told(each)}"


def told(each: Judged) -> str:
    """Return the verdict in a sentence."""
    match each.verdict:
        case "equivalent":
            return f"equivalent in every scope: {', '.join(world.name for world in WORLDS)}"
        case "unseen":
            return "unseen: it keeps other records, but in every scope it answers and shows the same"
        case "survives":
            return "survives: no theorem is broken and no scenario turns red"
    by = [f"theorem {each.theorem} in scope {each.scope}"] if each.theorem else []
    return "killed by " + " and by ".join(by + ([f"scenario {each.scenario}"] if each.scenario else []))


def summary(found: Sequence[Judged]) -> Iterator[str]:
    """Yield the number of mutants and of each verdict."""
    verdicts = Counter(each.verdict for each in found)
    tellable = verdicts["killed"] + verdicts["survives"]
    theorems = sum(each.theorem is not None for each in found)
    scenarios = sum(each.scenario is not None for each in found)
    yield (
        f"{len(found):,} mutants: {verdicts['equivalent']:,} equivalent in every scope, {verdicts['unseen']:,} unseen, "
        f"{tellable:,} that can be told from the article"
    )
    yield (
        f"of these {theorems:,} are killed by theorems alone, {scenarios:,} by scenarios alone, "
        f"{verdicts['killed']:,} by either, and {verdicts['survives']:,} survive"
    )


def as_data(each: Judged) -> dict[str, Any]:
    """A mutant as JSON has it; what is not so is left out."""
    return {field: value for field, value in each._asdict().items() if value is not None and field != "broken"}


def with_progress(found: Iterator[Judged], expected: int) -> Iterator[Judged]:
    """The same, shown on standard error where that is a terminal."""
    bar = ProgressBar("mutants")
    for number, each in enumerate(found, start=1):
        bar.clear()
        yield each
        bar.show_count(number, expected, "mutants")
    bar.clear()
