"""The command `translator-cmk mutants`: changes of the rows, one at a time, and what finds each of them.

A scenario finds a mutant if it turns red against the changed rows, all of them or without those that are assumed.
"""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from ..errors import DEVIATIONS, INCOMPLETE, OK, CommandError
from ..explore.judging import Judged, judge
from ..explore.mutation import Mutant, mutants
from ..explore.scopes import MUTANT_SCOPES
from ..explore.theorems.theorem import ROWS_RAISE
from ..machine import ROWS, Machine
from ..progress import ProgressBar
from ..requirements import load_register
from ..system import ModelSystem
from .assertions import AssertionFailed
from .features import Pickle, pickles
from .scenario_run import SetupFailed, run_scenario
from .ties import without_assumptions

RED = (AssertionFailed, SetupFailed, *ROWS_RAISE)
"""How a scenario turns red: at a Then, at a Given, or where rows read what is not there."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `mutants`."""
    parser.add_argument(
        "--requirement", metavar="ID", help="only changes of the rows of this requirement (default: all)"
    )


def run(args: argparse.Namespace) -> int:
    """Print the verdict on each mutant.

    Returns 0 where all are found that an observation distinguishes, 1 where one survives, 2 for an unknown requirement
    and 4 after Ctrl-C, or where no row cites the requirement.
    """
    if args.requirement is not None and args.requirement not in load_register():
        raise CommandError(f"there is no requirement {args.requirement!r}; translator-cmk register lists them")
    names = [mutant.name for mutant in mutants() if args.requirement in (None, *mutant.requirements)]
    if not names:
        raise CommandError(f"no row of the model cites {args.requirement}, so there is nothing to change", INCOMPLETE)
    found: list[Judged] = []
    bar = ProgressBar("mutants")
    try:
        for name in names:
            found.append(judged(name))
            bar.clear()
            print("\n".join(lines(found[-1])), flush=True)
            bar.show_count(len(found), len(names), "mutants")
    except KeyboardInterrupt:
        pass  # the exit code says that it is a part
    bar.clear()
    print("\n".join(summary(found)))
    if len(found) < len(names):
        raise CommandError(f"interrupted: {len(found):,} of {len(names):,} mutants were judged", INCOMPLETE)
    return DEVIATIONS if any(each.verdict == "survives" for each in found) else OK


def lines(each: Judged) -> Iterator[str]:
    """Yield a mutant and its verdict in words."""
    yield f"{each.place}: {each.kind} [{', '.join(each.requirements)}]"
    yield f"  was: {each.was}"
    yield f"  now: {each.now}"
    theorem = [f"theorem {each.theorem} in scope {each.scope}"] if each.theorem else []
    scenario = [f"scenario {each.scenario}"] if each.scenario else []
    verdicts = {
        "equivalent": f"equivalent in every scope: {', '.join(scope.name for scope in MUTANT_SCOPES)}",
        "unseen": "unseen: it keeps other records, but in every scope it answers and shows the same",
        "survives": "survives: no theorem is broken and no scenario turns red",
        "killed": f"killed by {' and by '.join(theorem + scenario)}",
    }
    yield f"  {verdicts[each.verdict]}"


def summary(found: Sequence[Judged]) -> Iterator[str]:
    """Yield the number of mutants and of each verdict."""
    verdicts = Counter(each.verdict for each in found)
    tellable = verdicts["killed"] + verdicts["survives"]
    theorems = sum(each.theorem is not None for each in found)
    scenarios = sum(each.scenario is not None for each in found)
    yield (
        f"{len(found):,} mutants: {verdicts['equivalent']:,} equivalent in every scope, {verdicts['unseen']:,} unseen, "
        f"{tellable:,} that an observation distinguishes"
    )
    yield (
        f"of these theorems kill {theorems:,}, scenarios {scenarios:,}, "
        f"both together {verdicts['killed']:,}, and {verdicts['survives']:,} survive"
    )


def judged(name: str) -> Judged:
    """Return the verdict on the mutant of that name."""
    return judge(next(mutant for mutant in mutants() if mutant.name == name), scenario_against)


def fails(machine: Machine, pickle: Pickle, how: tuple[type[Exception], ...] = RED) -> bool:
    """Return whether the scenario, run against the machine, turns red in one of these ways."""
    try:
        run_scenario(ModelSystem(machine), pickle)
    except RED as error:
        return isinstance(error, how)
    return False


def scenario_against(mutant: Mutant) -> str | None:
    """Return the id of the first scenario that finds the mutant, those of its requirements first, or None.

    An assumption can hide a mistake about what the article states, so the rows are tried without assumptions too.  A
    changed citation is found by a scenario of the requirement that no longer fails without the rows that cite it.
    """
    own = [pickle for pickle in pickles() if not set(mutant.requirements).isdisjoint(pickle.requirements)]
    every = (*own, *(pickle for pickle in pickles() if pickle not in own))
    for assumed in (True, False):
        wrong = Machine(mutant.rows if assumed else without_assumptions(mutant.rows))
        for pickle in every:
            if passes(pickle, assumed) and fails(wrong, pickle):
                return pickle.id
    if mutant.kind == "citation changed":
        before, after = (
            Machine(row for row in rows if row.requirement not in mutant.requirements) for rows in (ROWS, mutant.rows)
        )
        return next((each.id for each in own if fails(before, each) and not fails(after, each)), None)
    return None


@cache
def passes(pickle: Pickle, assumed: bool) -> bool:
    """Return whether the scenario passes against the model, or against the model without assumptions."""
    return not fails(right(assumed), pickle)


@cache
def right(assumed: bool) -> Machine:
    """Return the machine of the rows, or of those that are not assumed."""
    return Machine(ROWS if assumed else without_assumptions(ROWS))
