"""The lane of the tour: sequences made from the state graphs of small worlds, which meet most for a
number of steps.
"""

from collections.abc import Iterable
from functools import cache
from itertools import cycle

from ...explore import scopes as explored
from ...language.declaration import Declaration
from ..judgement.cases import SCOPES, STEPS, STRESS, TOUR
from ..wire.subject import Subject
from .applicable import applicable
from .kept_tours import kept_sequences
from .lane import SequenceLane, steps_of
from .running import Running
from .sequences import in_variant, stress_sequences, variants
from .shrinking import Commands
from .tour_planning import suites


def sequences_of(scopes: tuple[str, ...], steps: int) -> tuple[Commands, ...]:
    """Return the sequences of the scopes of these names in so many steps, and beside these the
    stress fixture.

    No scope is large enough for that.  What is no name of a scope adds nothing.
    """
    sequences = planned_sequences(names_of_scopes(scopes), steps)
    if STRESS in scopes:
        sequences += stress_sequences()
    return sequences


def names_of_scopes(names: Iterable[str]) -> tuple[str, ...]:
    """Return those of the names that are of scopes, in the order of the scopes."""
    chosen = set(names)
    return tuple(scope.name for scope in explored.SCOPES if scope.name in chosen)


def are_kept(scopes: tuple[str, ...], steps: int) -> bool:
    """Return whether the sequences of these scopes are kept, as those of the default tour are."""
    return steps == STEPS and scopes == names_of_scopes(SCOPES)


LONG_PLAN = 1_000
"""From how many steps on it takes seconds to plan them."""


@cache  # of the tours of one process nearly all are alike, and to plan one takes seconds
def planned_sequences(scopes: tuple[str, ...], steps: int) -> tuple[Commands, ...]:
    """Return the sequences of these scopes: those that are kept, or else planned ones."""
    if are_kept(scopes, steps):
        return kept_sequences()
    toured = [scope for scope in explored.SCOPES if scope.name in scopes]
    sequences: list[Commands] = []
    for suite_of_scope in suites(toured, steps):
        sequences += suite_of_scope.sequences
    return tuple(sequences)


def sequences_for(sequences: Iterable[Commands], declared: Declaration) -> list[Commands]:
    """Return the sequences for a system, each with another kind of resource or in another
    region.
    """
    found = []
    for commands, variant in zip(sequences, cycle(variants(declared.stage)), strict=False):
        found.append(tuple(applicable(in_variant(commands, variant), declared)))
    return found


def run_tour(running: Running, subject: Subject, scopes: Iterable[str], steps: int) -> None:
    """Put the system through them all; raises `Aborted`."""
    running.progress.begin(TOUR)
    names = tuple(scopes)
    scopes_to_plan = names_of_scopes(names)
    if scopes_to_plan and steps >= LONG_PLAN and not are_kept(scopes_to_plan, steps):
        running.progress.announce(f"planning its sequences, {steps:,} steps")
    with running.interruption:
        found = sequences_of(names, steps)
    asked = sequences_for(found, subject.declaration)
    lane = SequenceLane(TOUR, running, subject, asked)
    all_steps = steps_of(asked)
    done = 0
    try:
        for commands in asked:
            lane.run(commands)
            done += 1 + len(commands)
            running.progress.show_count(done, all_steps, "steps", len(lane.tally.failed))
    finally:
        lane.end(steps=all_steps)
