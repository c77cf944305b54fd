"""The suite is tested: change any row of the article, and a scenario of that row's requirement fails."""

import pytest

from tests.machine.mutants import Mutant, mutants
from translator_cmk import features_dir
from translator_cmk.gherkin.claims import Unmet
from translator_cmk.gherkin.pickles import load_features
from translator_cmk.gherkin.playing import Blocked, play
from translator_cmk.gherkin.records import Pickle
from translator_cmk.machine import COUNTER_ROWS, ROWS, Machine, RowsContradict
from translator_cmk.requirements import load_register
from translator_cmk.system import ModelSystem

PICKLES = [pickle for feature in load_features(features_dir()) for pickle in feature.pickles]
MUTANTS = list(mutants())

RED = (Unmet, Blocked, RowsContradict, AttributeError)
"""How a scenario turns red; the last is a row that reads what is not there."""

SURVIVORS: dict[str, str] = {}
"""Mutants that no scenario of their requirement finds, each with the reason."""


def scenarios_of(requirement: str) -> list[Pickle]:
    return [pickle for pickle in PICKLES if requirement in pickle.requirements]


def fails(machine: Machine, pickle: Pickle, how: tuple[type[Exception], ...] = RED) -> bool:
    """Whether the scenario, run against the machine, turns red in one of these ways."""
    try:
        play(ModelSystem(machine), pickle)
    except RED as error:
        return isinstance(error, how)
    return False


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: str(mutant.name))
def test_scenario_of_the_requirement_fails_when_its_row_is_changed(mutant: Mutant) -> None:
    """A dropped or added row makes one fail at a Then; a negated condition may also keep one from getting there."""
    how = RED if mutant.name.startswith("negate") else (Unmet,)
    found = any(fails(Machine(mutant.rows), pickle, how) for pickle in scenarios_of(mutant.requirement))
    assert found != (mutant.name in SURVIVORS)


@pytest.mark.parametrize(
    "mutant", [m for m in MUTANTS if m.name.startswith("drop")], ids=lambda mutant: str(mutant.name)
)
def test_dropped_row_reddens_what_cites_its_requirement_and_blocks_what_needs_it(mutant: Mutant) -> None:
    """A scenario that fails carries the requirement; one that can't be run names it; all others pass."""
    for pickle in PICKLES:
        try:
            play(ModelSystem(Machine(mutant.rows)), pickle)
        except Unmet:
            cited = mutant.requirement in pickle.requirements
        except Blocked as blocked:
            cited = mutant.requirement in str(blocked)
        else:
            cited = True
        assert cited, pickle.id


def test_no_scenario_fails_against_the_rows_as_they_are() -> None:
    assert not [pickle.id for pickle in PICKLES if fails(Machine(ROWS), pickle)]


def test_every_requirement_that_can_be_observed_has_rows_or_a_counter_row() -> None:
    resolved_by_the_machine = {"environment.exists", "environment.new-name"}
    cited = {row.requirement for row in (*ROWS, *COUNTER_ROWS)} | resolved_by_the_machine
    observable = {r.id for r in load_register().values() if r.kind != "attestation"}
    assert cited == observable


def test_every_permission_has_a_counter_row_and_no_row() -> None:
    permissions = {r.id for r in load_register().values() if r.kind == "permission"}
    assert permissions == {row.requirement for row in COUNTER_ROWS}
    assert not permissions & {row.requirement for row in ROWS}


def test_survivors_are_mutants() -> None:
    assert SURVIVORS.keys() <= {mutant.name for mutant in MUTANTS}


@pytest.mark.parametrize("requirement", ["environment.exists", "environment.new-name"])
def test_name_resolution_is_shown_by_scenarios(requirement: str) -> None:
    """The two requirements that the machine itself keeps are each shown by a refusal."""
    assert any("the request is refused" in [step.text for step in pickle.steps] for pickle in scenarios_of(requirement))
