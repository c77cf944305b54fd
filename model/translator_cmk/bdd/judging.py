"""Judges many mutants, one after the other or in several processes."""

import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import active_children

from ..explore.mutation import Mutant, mutants
from ..explore.mutation.judging import Judged, judge
from .killing import scenario_against

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
