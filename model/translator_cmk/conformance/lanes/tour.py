"""The lane of the tour: sequences made from the state graphs of small worlds, which meet most for a
number of steps.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import cycle

from ...explore import scopes as explored
from ...explore.scopes import Scope
from ...explore.suites import Suite, suite
from ...language.declaration import Declaration
from ...machine import Command
from ..cases import SMALLEST, STRESS, TOUR
from ..running import Running
from ..subject import Subject
from .applicable import applicable
from .lane import SequenceLane, steps_of
from .sequences import in_variant, smallest_run, stress_sequences, variants
from .shrinking import Commands


@cache  # of the tours of one process nearly all are alike, and this takes seconds
def sequences_of(scopes: tuple[str, ...], steps: int) -> tuple[Commands, ...]:
    """Return the sequences of the scopes of these names in so many steps, and beside these the
    stress fixture.

    No scope is large enough for that.  What is no name of a scope adds nothing.
    """
    toured = [scope for scope in explored.SCOPES if scope.name in scopes]
    sequences: list[Commands] = []
    for suite_of_scope in suites(toured, steps):
        sequences += suite_of_scope.sequences
    if STRESS in scopes:
        sequences += stress_sequences()
    return tuple(sequences)


def suites(scopes: Iterable[Scope], steps: int) -> list[Suite]:
    """Sequences of each scope, the smallest first, with an equal share of the steps that are
    left.
    """
    made: list[Suite] = []
    waiting = sorted(scopes, key=pairs)
    left = steps
    for number, scope in enumerate(waiting):
        share = left // (len(waiting) - number)
        at_least = len(scope.start) + 2  # a reset, the way to the scope, and one command
        made.append(within(scope, max(share, at_least)))
        left -= made[-1].steps
    return made


def within(scope: Scope, steps: int) -> Suite:
    """Sequences of a scope in so many steps: a whole tour if there is room for one, or what is
    worth most.
    """
    if pairs(scope) <= steps:
        whole = suite(scope)
        if whole.steps <= steps:
            return whole
    return suite(scope, steps)


def sequences_for(sequences: Iterable[Commands], declared: Declaration) -> list[Commands]:
    """Return the sequences for a system, each with another kind of resource or in another
    region.
    """
    found = []
    for commands, variant in zip(sequences, cycle(variants(declared.stage)), strict=False):
        found.append(tuple(applicable(in_variant(commands, variant), declared)))
    return found


def pairs(scope: Scope) -> int:
    """Return the number of pairs of a state and a command of a scope, at most."""
    return scope.states * len(scope.alphabet)


def run_tour(running: Running, subject: Subject, scopes: Iterable[str], steps: int) -> None:
    """Put the system through them all; raises `Aborted`."""
    running.progress.begin(TOUR)
    names = tuple(scopes)
    once: Commands = ()
    if SMALLEST in names:
        once = whole_smallest_run(subject.declaration)
    with running.interruption:
        found = sequences_of(names, steps)
    asked = sequences_for(found, subject.declaration)
    planned = [once, *asked] if once else asked
    lane = SequenceLane(TOUR, running, subject, planned)
    all_steps = steps_of(planned)
    done = 0
    try:
        if once:
            lane.run_once(watched(once, all_steps, running))
            done += 1 + len(once)
        for commands in asked:
            lane.run(commands)
            done += 1 + len(commands)
            running.progress.show_count(done, all_steps, "steps", len(lane.tally.failed))
    finally:
        lane.end(steps=all_steps)


def whole_smallest_run(declared: Declaration) -> Commands:
    """Return the commands of the smallest run that a system can be asked for."""
    commands: list[Command] = []
    for part in smallest_run().values():
        commands += applicable(part, declared)
    return tuple(commands)


def watched(commands: Commands, all_steps: int, running: Running) -> Iterator[Command]:
    """Yield the commands, and show how far they are: each of them may take hours."""
    for number, command in enumerate(commands, start=1):
        running.progress.show_count(number, all_steps, "steps", 0)
        running.tick()
        yield command
