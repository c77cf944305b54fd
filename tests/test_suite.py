"""The suite is tested: change any row of the article, and a scenario of that row's requirement fails."""

import pytest

from tests.evidence.in_full import some
from translator_cmk.bdd.assertions import AssertionFailed
from translator_cmk.bdd.features import Pickle, pickles
from translator_cmk.bdd.mutants import RED, fails
from translator_cmk.bdd.scenario_run import SetupFailed, run_scenario
from translator_cmk.bdd.ties import WITHOUT_ROWS, demanded_by, without_assumptions
from translator_cmk.explore.mutation import Mutant, mutants
from translator_cmk.machine import ROWS, Machine
from translator_cmk.requirements import load_register
from translator_cmk.system import ModelSystem

PICKLES = pickles()
MUTANTS = {
    kind: [mutant for mutant in mutants() if mutant.kind == kind]
    for kind in ("row dropped", "guard negated", "mistake added")
}


WITHOUT_ASSUMPTIONS = without_assumptions(load_register())
ASSUMED = set(ROWS) - set(WITHOUT_ASSUMPTIONS)
NOT_ASSUMED = set(demanded_by(WITHOUT_ASSUMPTIONS))


def scenarios_of(requirement: str) -> list[Pickle]:
    return [pickle for pickle in PICKLES if requirement in pickle.requirements]


@pytest.mark.parametrize(
    "mutant", [mutant for kind in MUTANTS.values() for mutant in kind], ids=lambda mutant: str(mutant.name)
)
def test_scenario_of_the_requirement_fails_when_its_row_is_changed(mutant: Mutant) -> None:
    """A dropped or added row makes one fail at a Then; a negated condition may also keep one from getting there."""
    how = RED if mutant.kind == "guard negated" else (AssertionFailed,)
    scenarios = scenarios_of(mutant.requirement)
    # an assumption can hide a mistake about what the article states
    unassumed = Machine(row for row in mutant.rows if row not in ASSUMED)
    assert any(fails(Machine(mutant.rows), pickle, how) for pickle in scenarios) or any(
        fails(unassumed, pickle, how) for pickle in scenarios if pickle in NOT_ASSUMED
    )


@pytest.mark.parametrize("mutant", some(MUTANTS["row dropped"], 25), ids=lambda mutant: str(mutant.name))
def test_dropped_row_reddens_what_cites_its_requirement_and_blocks_what_needs_it(mutant: Mutant) -> None:
    """All other scenarios pass."""
    astray = []
    for pickle in PICKLES:
        try:
            run_scenario(ModelSystem(Machine(mutant.rows)), pickle)
        except AssertionFailed:
            cited = mutant.requirement in pickle.requirements
        except SetupFailed as blocked:
            cited = mutant.requirement in str(blocked)
        else:
            cited = True
        if not cited:
            astray.append(pickle.id)
    assert astray == []


@pytest.mark.parametrize("requirement", sorted(WITHOUT_ROWS))
def test_name_resolution_is_shown_by_scenarios(requirement: str) -> None:
    """The two requirements that the machine itself keeps are each shown by a refusal."""
    assert any("the request is refused" in [step.text for step in pickle.steps] for pickle in scenarios_of(requirement))
