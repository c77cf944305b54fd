"""Judge mutants of the rows: by theorems, and by scenarios that fail or leave their profile."""

import os
import signal
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import active_children

from .. import features_dir
from ..explore.mutation import Mutant, mutants
from ..explore.mutation.judging import Judged, Red, judge
from ..explore.theorems.theorem import ROWS_RAISE
from ..machine import ROWS, Machine
from ..machine.rows import Row
from ..oracle import Oracle
from ..oracle.profiles import machine_of, silent_in
from ..requirements import load_register
from ..system import ModelSystem
from .assertions import AssertionFailed
from .features import Pickle, load_features
from .membership import demanded
from .scenario_run import SetupFailed, run_scenario

RED = (AssertionFailed, SetupFailed, *ROWS_RAISE)
"""How a scenario turns red: at a Then, at a Given, or where rows read what is not there."""


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
    """The first scenario that finds the mutant, those of its requirements first; None where none does."""
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


FEW = 40
"""Up to so many mutants are judged in one process: a second one would take as long to get ready."""


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
