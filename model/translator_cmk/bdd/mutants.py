"""The command `translator-cmk mutants`: changes of the rows, one at a time, and what finds each of them.

A scenario finds a mutant if it turns red, or if its profile is no longer the one that its tags give it.
"""

import argparse
import json
import os
import signal
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import active_children
from typing import Any

from .. import features_dir
from ..errors import DEVIATIONS, INCOMPLETE, OK, CommandError
from ..explore.mutation import Mutant, mutants
from ..explore.mutation.judging import Judged, Red, judge
from ..explore.mutation.worlds import WORLDS
from ..explore.theorems.theorem import ROWS_RAISE
from ..machine import ROWS, Machine
from ..machine.rows import Row
from ..oracle import Oracle
from ..oracle.profiles import machine_of, silent_in
from ..progress import ProgressBar
from ..requirements import load_register
from ..system import ModelSystem
from .assertions import AssertionFailed
from .features import Pickle, load_features
from .membership import demanded
from .scenario_run import SetupFailed, run_scenario

RED = (AssertionFailed, SetupFailed, *ROWS_RAISE)
"""How a scenario turns red: at a Then, at a Given, or where rows read what is not there."""

FEW = 40
"""Up to so many mutants are judged in one process: a second one would take as long to get ready."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `mutants`."""
    parser.add_argument(
        "--requirement", metavar="ID", help="only changes of the rows of this requirement (default: all)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON: an array with an object for each mutant")


def run(args: argparse.Namespace) -> int:
    """Print the verdict on each mutant.

    Returns 0 where all are found that an observation distinguishes, 1 where one survives, 2 for an unknown requirement
    and 4 after Ctrl-C, or where no row cites the requirement.
    """
    if args.requirement is not None and args.requirement not in load_register():
        raise CommandError(f"there is no requirement {args.requirement!r}; translator-cmk register lists them")
    wanted = chosen(args.requirement)
    if not wanted:
        raise CommandError(f"no row of the model cites {args.requirement}, so there is nothing to change", INCOMPLETE)
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
    """Return the exit code that says whether a mutant survives."""
    return DEVIATIONS if any(each.verdict == "survives" for each in found) else OK


def chosen(requirement: str | None) -> list[Mutant]:
    """Return the mutants of the requirement's rows; without one, all."""
    return [mutant for mutant in mutants() if requirement is None or requirement in mutant.requirements]


def lines(each: Judged) -> Iterator[str]:
    """Yield a mutant and its verdict in words."""
    yield f"{each.place}: {each.kind} [{', '.join(each.requirements)}]"
    yield f"  was: {each.was}"
    yield f"  now: {each.now}"
    yield f"  {format_verdict(each)}"


def format_verdict(each: Judged) -> str:
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
        f"{tellable:,} that an observation distinguishes"
    )
    yield (
        f"of these {theorems:,} are killed by theorems alone, {scenarios:,} by scenarios alone, "
        f"{verdicts['killed']:,} by either, and {verdicts['survives']:,} survive"
    )


def as_data(each: Judged) -> dict[str, Any]:
    """Return a mutant as JSON has it, without fields that are empty."""
    return {field: value for field, value in each._asdict().items() if value is not None and field != "broken"}


def with_progress(found: Iterator[Judged], expected: int) -> Iterator[Judged]:
    """Yield the same, with progress on standard error where that is a terminal."""
    bar = ProgressBar("mutants")
    for number, each in enumerate(found, start=1):
        bar.clear()
        yield each
        bar.show_count(number, expected, "mutants")
    bar.clear()


@cache
def by_name() -> dict[str, Mutant]:
    """Return every mutant by its name."""
    return {mutant.name: mutant for mutant in mutants()}


def judged(name: str) -> Judged:
    """Return the verdict on the mutant of that name."""
    return judge(by_name()[name], scenario_against)


def judgements(names: Sequence[str], processes: int | None = None) -> Iterator[Judged]:
    """Yield the verdict on each mutant, in order; in a process a processor, but for a few mutants."""
    processes = processes or (1 if len(names) <= FEW else os.cpu_count() or 1)
    if processes == 1:
        yield from map(judged, names)
        return
    with ProcessPoolExecutor(processes, initializer=ignore_interrupts) as pool:
        waiting = [pool.submit(judged, name) for name in names]
        try:
            for each in waiting:
                yield each.result()
        except BaseException:  # Ctrl-C, or nobody wants the rest, which is therefore not waited for
            for process in active_children():
                process.terminate()
            raise


def ignore_interrupts() -> None:
    """Leave Ctrl-C, which reaches every process of a terminal, to the one that started the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@cache
def pickles() -> tuple[Pickle, ...]:
    """Return all scenarios of the specification."""
    return tuple(pickle for feature in load_features(features_dir()) for pickle in feature.pickles)


def fails(machine: Machine, pickle: Pickle, how: tuple[type[Exception], ...] = RED) -> bool:
    """Return whether the scenario, run against the machine, turns red in one of these ways."""
    try:
        run_scenario(ModelSystem(machine), pickle)
    except RED as error:
        return isinstance(error, how)
    return False


def scenario_against(mutant: Mutant) -> Red | None:
    """Return the first scenario that finds the mutant, those of its requirements first, or None."""
    machine = Machine(mutant.rows)
    requirements = set(mutant.requirements)
    own = [pickle for pickle in pickles() if requirements.intersection(pickle.requirements)]
    others = [pickle for pickle in pickles() if requirements.isdisjoint(pickle.requirements)]
    for pickle in (*own, *others):
        if fails(machine, pickle):
            return Red(pickle.id, pickle in own)
    if mutant.kind == "citation changed":
        return next((Red(pickle.id, True) for pickle in own if leaves_its_profile(mutant, pickle)), None)
    return None


def leaves_its_profile(mutant: Mutant, pickle: Pickle) -> bool:
    """Return whether tags and rows agree on the scenario's place in profile `article`, and the mutant's rows do not.

    By its tags it is in it unless one of them is silent there.  What a row cites says whether the row is.
    """
    by_tags = article_silence().isdisjoint(pickle.requirements)
    return in_article(ROWS, pickle) is by_tags and in_article(mutant.rows, pickle) is not by_tags


def in_article(rows: Collection[Row], pickle: Pickle) -> bool:
    """Return whether the profile `article` of these rows demands all of the scenario."""
    return demanded(Oracle(machine_of(article_silence(), rows)), pickle)


@cache
def article_silence() -> frozenset[str]:
    """Return the requirements that are silent in the profile `article`."""
    return silent_in("article", load_register())
