"""Runs the lanes of a run, in order: scenarios, the tour, and fuzzing.

A run of `verify` and the check of a report from its log differ only in how scenarios are played.
"""

from collections.abc import Callable

from ..judgement.cases import FEATURES, FUZZ, TOUR, ScenarioCase, own_scenarios, scenarios
from ..judgement.selection import selected
from ..wire.subject import Aborted, Subject
from .fuzz import run_fuzz
from .running import Running
from .tour import run_tour


def run_lanes(
    running: Running,
    subject: Subject,
    play: Callable[[list[ScenarioCase]], None],
    begun: Callable[[str], bool] = lambda lane: True,
) -> None:
    """Run those of the lanes that have ``begun``; ``play`` runs scenarios.

    Raises what they raise, and `Aborted`.
    """
    made = running.made
    lanes = [lane for lane in made.lanes if begun(lane)]
    running.declared = subject.declaration
    running.save()
    if FEATURES in lanes:
        every = [
            *scenarios(made.profile, made.waived, made.revision),
            *own_scenarios(made.own_features, made.revision),
        ]
        chosen = selected(every, made.selection, running.declared)
        if not chosen:
            raise Aborted("nothing is selected")
        running.expect(scenario.case for scenario in chosen)
        play(chosen)
    if TOUR in lanes:
        run_tour(running, subject, made.budgets["scopes"], made.budgets["steps"])
    if FUZZ in lanes:
        run_fuzz(running, subject, made.budgets)
