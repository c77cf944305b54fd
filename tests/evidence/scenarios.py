"""Which scenarios fail against a machine with other rows.

A scenario is run as the features run it: a Given that isn't reached, and rows that read what is
not there, count as failures too.
"""

from functools import cache

from tests.evidence.mutation import Mutant
from translator_cmk.bdd.assertions import AssertionFailed
from translator_cmk.bdd.feature_files import pickles
from translator_cmk.bdd.feature_records import Pickle
from translator_cmk.bdd.scenario_run import SetupFailed, run_scenario
from translator_cmk.bdd.ties import without_assumptions
from translator_cmk.explore.theorems.steps import ROWS_RAISE
from translator_cmk.machine import ROWS, Machine
from translator_cmk.system import ModelSystem

FAILURES = (AssertionFailed, SetupFailed, *ROWS_RAISE)


def fails(machine: Machine, scenario: Pickle, how: tuple[type[Exception], ...] = FAILURES) -> bool:
    """Return whether the scenario, run against the machine, fails in one of these ways."""
    try:
        run_scenario(ModelSystem(machine), scenario)
    except FAILURES as failure:
        return isinstance(failure, how)
    return False


def scenarios_of(requirements: tuple[str, ...]) -> list[Pickle]:
    """Return the scenarios that are tagged with one of the requirements."""
    return [
        scenario
        for scenario in pickles()
        if not set(requirements).isdisjoint(scenario.requirements)
    ]


def scenario_against(mutant: Mutant) -> str | None:
    """Return the id of the first scenario that fails with the mutant's rows, or None.

    The scenarios of its requirements come first.
     An assumption can hide a mistake about what the article states, so the rows are tried without
    assumptions too.
    """
    own = scenarios_of(mutant.requirements)
    others = [scenario for scenario in pickles() if scenario not in own]
    with_assumptions = Machine(mutant.rows)
    stated_alone = Machine(without_assumptions(mutant.rows))
    for scenarios in (own, others):
        for wrong, assumed in ((with_assumptions, True), (stated_alone, False)):
            for scenario in scenarios:
                if passes(scenario, assumed) and fails(wrong, scenario):
                    return scenario.id
    if mutant.kind == "citation changed":
        return scenario_for_citation(mutant, own)
    return None


def scenario_for_citation(mutant: Mutant, own: list[Pickle]) -> str | None:
    """Return the id of a scenario that fails without the rows that cite the requirement.

    It fails no longer without those that still cite it.
    """
    rows_of_others = [row for row in ROWS if row.requirement not in mutant.requirements]
    rows_of_others_now = [row for row in mutant.rows if row.requirement not in mutant.requirements]
    before = Machine(rows_of_others)
    after = Machine(rows_of_others_now)
    for scenario in own:
        if fails(before, scenario) and not fails(after, scenario):
            return scenario.id
    return None


@cache
def passes(scenario: Pickle, assumed: bool) -> bool:
    """Return whether the scenario passes against the model, with or without assumptions."""
    return not fails(right_machine(assumed), scenario)


@cache
def right_machine(assumed: bool) -> Machine:
    """Return the machine of all rows, or of those that are not assumed."""
    return Machine(ROWS if assumed else without_assumptions(ROWS))
