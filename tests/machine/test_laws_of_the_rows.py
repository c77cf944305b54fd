"""Change any row of the article, and a scenario of that row's requirement fails."""

from functools import cache

import pytest

from tests.machine.conftest import Record
from tests.machine.mutants import Mutant, mutants
from tests.machine.scenarios import FAILURES, fails
from translator_cmk.bdd.assertions import AssertionFailed
from translator_cmk.bdd.feature_files import pickles
from translator_cmk.bdd.feature_records import Pickle
from translator_cmk.bdd.ties import without_assumptions
from translator_cmk.machine import ROWS, Machine

NOTICED = "a-scenario-notices-each-changed-row"

WITHOUT_ASSUMPTIONS = without_assumptions(ROWS)
ASSUMED = set(ROWS) - set(WITHOUT_ASSUMPTIONS)


@pytest.mark.slow
def test_a_scenario_of_its_requirement_notices_each_changed_row(record_property: Record) -> None:
    record_property("law", NOTICED)
    record_property(
        "searched",
        f"{len(mutants()):,} changes: each row dropped, each condition negated, each mistake added",
    )
    missed = [f"{mutant.name}: {mutant.kind}" for mutant in mutants() if not is_noticed(mutant)]
    assert missed == []


def is_noticed(mutant: Mutant) -> bool:
    """Return whether a scenario of the requirement fails.

    With a row dropped or added, one fails at a Then; a negated condition may also keep one from
    getting there.  An assumption can hide a mistake about what the article states.
    """
    how = FAILURES if mutant.kind == "condition negated" else (AssertionFailed,)
    scenarios = [pickle for pickle in pickles() if mutant.requirement in pickle.requirements]
    changed = Machine(mutant.rows)
    if any(fails(changed, pickle, how) for pickle in scenarios):
        return True
    unassumed = Machine(row for row in mutant.rows if row not in ASSUMED)
    for pickle in scenarios:
        if not rests_on_assumptions(pickle) and fails(unassumed, pickle, how):
            return True
    return False


@cache
def rests_on_assumptions(pickle: Pickle) -> bool:
    """Return whether a scenario fails where nothing is assumed."""
    return fails(Machine(WITHOUT_ASSUMPTIONS), pickle)


def test_a_row_that_no_scenario_knows_is_missed() -> None:
    unchanged = Mutant("row dropped", "keys.rotate", ROWS, "no change")
    assert not is_noticed(unchanged)
