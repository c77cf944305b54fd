"""The lane of the tour: sequences made from the state graphs of small worlds, which meet most for a number of steps."""

from collections.abc import Iterable
from functools import cache
from itertools import cycle
from typing import Any

from ..explore.scopes import SMALL, Scope
from ..explore.sequences import CommandSequence, Suite, suite
from ..language.declaration import Declaration
from .cases import SCOPES, TOUR
from .judging import Commands, applicable
from .lane import SequenceLane
from .running import Running
from .sequences import in_variant, stress_alphabet, stress_sequences, variants
from .subject import Subject


@cache
def stress() -> Suite:
    """Return the stress fixture, which no scope is large enough for.  Its steps are added to those of the scopes."""
    return Suite(
        Scope(SCOPES[-1], "Three resources at work on three key vaults in two regions.", None, stress_alphabet()),
        tuple(
            CommandSequence(f"stress/{number}", commands, 0) for number, commands in enumerate(stress_sequences(), 1)
        ),
        pairs=0,
        guarantee="Each loss that the article states, of the first and the third of a kind, and what must not be one: "
        "chosen, and not searched for.",
    )


@cache  # of the tours of one process nearly all are alike, and this takes seconds
def suites_of(scopes: tuple[str, ...], steps: int) -> tuple[Suite, ...]:
    """Return the sequences of the scopes of these names in so many steps; what is no name of a scope adds nothing."""
    return (*suites([each for each in SMALL if each.name in scopes], steps), *[stress()] * (SCOPES[-1] in scopes))


def suites(scopes: Iterable[Scope], steps: int) -> list[Suite]:
    """Sequences of each scope, the smallest first, with an equal share of the steps that are left."""
    made: list[Suite] = []
    waiting = sorted(scopes, key=pairs)
    for number, scope in enumerate(waiting):
        left = steps - sum(each.steps for each in made)
        made.append(within(scope, max(left // (len(waiting) - number), len(scope.start) + 2)))
    return made


def within(scope: Scope, steps: int) -> Suite:
    """Sequences of a scope in so many steps: a whole tour if there is room for one, or what is worth most."""
    if pairs(scope) <= steps and (whole := suite(scope)).steps <= steps:
        return whole
    return suite(scope, steps)


def sequences_for(made: Iterable[Suite], declared: Declaration) -> list[Commands]:
    """Return the sequences for a system, each with another kind of resource or in another region."""
    every = cycle(variants(declared.stage))
    sequences = (sequence.commands for each in made for sequence in each.sequences)
    return [tuple(applicable(in_variant(commands, next(every)), declared)) for commands in sequences]


def pairs(scope: Scope) -> int:
    """Return the number of pairs of a state and a command of a scope, at most."""
    return (scope.states or 0) * len(scope.alphabet)


def notes_of(made: Iterable[Suite], asked: Iterable[Commands]) -> dict[str, Any]:
    """Return the notes on a tour for a report: its steps, and what each scope guarantees."""
    scopes = [{"scope": each.scope.name, "steps": each.steps, "guarantee": each.guarantee} for each in made]
    return {"steps": sum(1 + len(commands) for commands in asked), "scopes": scopes}


def run_tour(running: Running, subject: Subject, scopes: Iterable[str], steps: int) -> None:
    """Put the system through them all; raises `Aborted`."""
    running.progress.begin(TOUR)
    with running.interruption:
        found = suites_of(tuple(scopes), steps)
    asked = sequences_for(found, subject.declaration)
    lane = SequenceLane(TOUR, running, subject, asked)
    notes, done = notes_of(found, asked), 0
    try:
        for commands in asked:
            lane.run(commands)
            done += 1 + len(commands)
            running.progress.show_count(done, notes["steps"], "steps", len(lane.tally.failed))
    finally:
        lane.end(**notes)
