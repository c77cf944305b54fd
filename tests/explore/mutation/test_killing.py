"""Theorems find mutants by themselves, and tell them in a scenario; what becomes of a mutant is said as it is."""

from functools import cache

import pytest

from tests.explore.scenarios import as_pickle
from translator_cmk.bdd.assertions import AssertionFailed
from translator_cmk.bdd.features import pickles
from translator_cmk.bdd.mutants import leaves_its_profile, scenario_against
from translator_cmk.bdd.scenario_run import run_scenario
from translator_cmk.explore.counterexample import counterexample
from translator_cmk.explore.mutation import Mutant, mutants
from translator_cmk.explore.mutation.judging import Kill, Red, differences, in_time, judge, killed
from translator_cmk.explore.mutation.worlds import WORLDS
from translator_cmk.explore.theorems import THEOREMS, Named
from translator_cmk.machine import ROWS, Machine
from translator_cmk.system import ModelSystem

EVERY = mutants()


SAME = ("wrong entity", "condition dropped", "connective changed")
"""Kinds of which many mutants are the same as the article, which takes a while to find."""


def sample() -> list[Mutant]:
    """Some mutants of every kind that a scenario of their requirement finds at once, so they are not the same."""
    kinds = sorted({mutant.kind for mutant in EVERY})
    kinds.remove("citation changed")  # where another row of the same step names the requirement, no theorem sees it
    found = [mutant for kind in kinds for mutant in [each for each in EVERY if each.kind == kind][4::29]]
    return [mutant for mutant in found if mutant.kind not in SAME or scenario_against(mutant)]


@cache
def found_by_theorems(mutant: Mutant) -> Kill | None:
    return killed(mutant, differences(mutant))


@pytest.mark.parametrize("mutant", sample(), ids=lambda mutant: str(mutant.name))
def test_mutants_are_found_by_theorems_alone_and_the_scenario_tells_it(mutant: Mutant) -> None:
    """The scenario of the counterexample fails on the mutant, and passes on the article."""
    kill = found_by_theorems(mutant)
    assert kill is not None
    assert kill.theorem.name in kill.every
    assert kill.broken is not None
    scenario = counterexample(kill.scope, Machine(mutant.rows), kill.theorem, kill.broken).scenario
    run_scenario(ModelSystem(Machine(ROWS)), as_pickle(scenario))
    if not isinstance(kill.broken.expected, Named):  # which no sentence of a scenario states
        broken_down = (Exception,) if kill.theorem.name == "every-request-is-answered" else ()
        with pytest.raises((AssertionFailed, *broken_down)):
            run_scenario(ModelSystem(Machine(mutant.rows)), as_pickle(scenario))


def the(requirement: str, kind: str, now: str = "") -> Mutant:
    return next(each for each in EVERY if each.requirement == requirement and each.kind == kind and now in each.now)


def test_what_no_first_step_shows_is_searched_for() -> None:
    mutant = the("restoration.data-readable", "row dropped")
    difference = next(differences(mutant))
    kill = in_time(Machine(mutant.rows), difference, THEOREMS)
    assert kill is not None
    assert "readable-with-the-key-in-reach" in kill.every


def test_a_mutant_is_killed_by_a_theorem_or_a_scenario() -> None:
    mutant = the("keys.disable", "row dropped")
    both = judge(mutant, scenario_against)
    assert (both.verdict, both.theorem, both.own) == ("killed", "done-DisableKey-keys.disable", True)
    assert both.scenario in {pickle.id for pickle in pickles()}
    assert judge(mutant, lambda _: None).verdict == "killed"


def test_a_mutant_that_nothing_finds_survives_only_where_it_can_be_told_from_the_article() -> None:
    worlds = [world for world in WORLDS if world.name in ("two-vaults", "vaults-and-keys")]

    def verdict(mutant: Mutant, red: Red | None = None) -> str:
        return judge(mutant, lambda _: red, worlds, theorems=()).verdict

    assert verdict(the("keys.disable", "row dropped")) == "survives"
    assert verdict(the("keys.create", "constant changed", "origin='imported'")) == "unseen"
    assert verdict(the("environment.upload", "row dropped")) == "equivalent"
    assert verdict(the("environment.upload", "row dropped"), Red("a", True)) == "killed"


def test_a_row_that_cites_another_requirement_changes_the_profile_of_a_scenario() -> None:
    """No outcome names what a meaning cites: it decides only which rows speak."""
    mutant = the("revocation.vault-deleted", "citation changed")
    found = scenario_against(mutant)
    assert found == Red("revocation.vault-deleted/a-deleted-vault", True)
    (pickle,) = [each for each in pickles() if each.id == found.scenario]
    assert leaves_its_profile(mutant, pickle)
    assert not leaves_its_profile(mutant._replace(rows=ROWS), pickle)
