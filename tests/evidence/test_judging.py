"""A mutant is killed, or survives, or cannot be told from the model, and the first of these that
applies is said.
"""

from itertools import product

import pytest

from tests.evidence.judging import Views, differences, in_time, judge, killed, model_in
from tests.evidence.mutant_scopes import MUTANT_SCOPES, TWO_OF_A_KIND
from tests.evidence.mutation import Mutant, mutants
from tests.evidence.scenarios import FAILURES, fails, scenario_against
from tests.explore.mistakes import as_pickle
from tests.explore.mistakes import the_mutant as the
from translator_cmk.bdd.feature_files import pickles
from translator_cmk.bdd.scenario_run import run_scenario
from translator_cmk.bdd.ties import without_assumptions
from translator_cmk.explore.broken_theorems import counterexample
from translator_cmk.explore.scopes import SCOPE_NAMED, Scope
from translator_cmk.explore.theorems import THEOREMS, Named
from translator_cmk.machine import DEFAULT_STAGE, ROWS, Command, Machine, initial
from translator_cmk.system import ModelSystem

NO_CHANGE = Mutant("none", "none", (), ROWS, "", "", "", None)
SMALLEST = MUTANT_SCOPES[:5]
LOSING_THE_KEY = SCOPE_NAMED["losing-the-key"]
TWO_KEYS = TWO_OF_A_KIND[1]


# Differences


def test_model_is_the_same_as_itself() -> None:
    for scope in SMALLEST[:3]:
        assert model_in(scope).difference(NO_CHANGE) is None
        assert model_in(scope).is_unseen(NO_CHANGE)


@pytest.mark.parametrize(
    "mutant",
    [
        the("revocation.undeploys", "row dropped"),
        the("restoration.data-readable", "row dropped"),
        the("restoration.uploads-stay-deleted", "mistake added"),
        the("restoration.no-redeploy", "mistake added"),  # which asks what a model was lost with
        the("identity.registered", "guard negated"),
    ],
    ids=lambda mutant: str(mutant.name),
)
def test_no_shorter_sequence_shows_the_first_difference(mutant: Mutant) -> None:
    difference = model_in(LOSING_THE_KEY, mutant.model).difference(mutant)
    assert difference is not None
    length = len(difference.commands) - len(LOSING_THE_KEY.start)
    for shorter in range(length):
        assert not is_shown_by_some_sequence(mutant, LOSING_THE_KEY, shorter)
    if length > 0:
        assert is_shown_by_some_sequence(mutant, LOSING_THE_KEY, length)


def test_mistake_that_asks_for_memory_is_found_by_a_theorem() -> None:
    for requirement in ("restoration.redeploy", "identity.no-return-of-access"):
        mutant = the(requirement, "mistake added")
        assert killed(mutant, differences(mutant, [LOSING_THE_KEY])) is not None


def is_shown_by_some_sequence(mutant: Mutant, scope: Scope, length: int) -> bool:
    """Return whether some sequence of this many commands from the start of the scope shows a
    difference.
    """
    model, other = Machine(mutant.model), Machine(mutant.rows)
    for commands in product(scope.alphabet, repeat=length):
        sequence = (*scope.start, *commands)
        if observed(model, sequence) != observed(other, sequence):
            return True
    return False


def observed(machine: Machine, commands: tuple[Command, ...]) -> list[object]:
    """Return all states and outcomes, and what is seen at the end."""
    state = initial(DEFAULT_STAGE)
    found: list[object] = []
    for command in commands:
        state, outcome = machine.step(state, command)
        found.append((state, outcome))
    return [*found, *Views(machine).observe(state).items()]


def test_record_that_nobody_sees_is_a_difference_that_is_unseen() -> None:
    hidden = the("keys.create", "constant changed", "origin='imported'")
    seen = the("keys.create", "constant changed", "state='deleted'")
    two_keys = model_in(TWO_KEYS)
    assert two_keys.difference(hidden) is not None
    assert two_keys.is_unseen(hidden)
    assert not two_keys.is_unseen(seen)


def test_another_requirement_named_for_the_same_change_is_unseen() -> None:
    """Without its condition the row on the key vault in use does the work of that on others too."""
    [named_otherwise] = [
        mutant
        for mutant in mutants()
        if mutant.requirement == "identity.access-removed"
        and mutant.now == "not g.resource.identity"
    ]
    found = False
    for scope in MUTANT_SCOPES:
        found = found or model_in(scope).difference(named_otherwise) is not None
        assert model_in(scope).is_unseen(named_otherwise)
    assert found


def test_rows_that_raise_are_a_difference() -> None:
    assert (
        model_in(TWO_KEYS).difference(the("keys.create", "field dropped", "no vault")) is not None
    )


# Theorems


@pytest.mark.parametrize("kind", ["row dropped", "guard negated", "mistake added"])
def test_counterexample_of_a_theorem_fails_on_the_mutant_and_passes_on_the_model(kind: str) -> None:
    tried = 0
    for mutant in [mutant for mutant in mutants() if mutant.kind == kind][1::3]:
        kill = killed(mutant, list(differences(mutant, SMALLEST)))
        if kill is None:
            continue  # the same in these scopes, or unseen
        tried += 1
        assert kill.theorem.name in kill.every
        wrong = Machine(mutant.rows)
        scenario = as_pickle(counterexample(kill.scope, wrong, kill.theorem, kill.broken))
        run_scenario(ModelSystem(Machine(ROWS)), scenario)
        if not isinstance(kill.broken.expected, Named):  # which no sentence of a scenario states
            with pytest.raises(FAILURES):
                run_scenario(ModelSystem(wrong), scenario)
        if tried == 3:
            return
    pytest.fail(f"too few mutants of the kind {kind} differ from the model")


def test_what_no_first_step_shows_is_searched_for() -> None:
    mutant = the("restoration.data-readable", "row dropped")
    difference = next(differences(mutant, SMALLEST))
    kill = in_time(Machine(mutant.rows), difference, THEOREMS)
    assert kill is not None
    assert "readable-with-the-key-in-reach" in kill.every


# Scenarios


def test_row_that_cites_an_assumption_is_missed_if_nothing_is_assumed() -> None:
    """With all that is assumed the step is the same, and no scenario names what a meaning cites."""
    mutant = the("revocation.vault-deleted", "citation changed")
    found = scenario_against(mutant)
    [scenario] = [scenario for scenario in pickles() if scenario.id == found]
    assert "revocation.vault-deleted" in scenario.requirements
    assert not fails(Machine(mutant.rows), scenario)
    assert fails(Machine(without_assumptions(mutant.rows)), scenario)


# Verdicts


def test_mutant_is_killed_by_a_theorem_or_a_scenario() -> None:
    mutant = the("keys.disable", "row dropped")
    by_both = judge(mutant, scenario_against, SMALLEST)
    own = {scenario.id for scenario in pickles() if "keys.disable" in scenario.requirements}
    assert (by_both.verdict, by_both.theorem) == ("killed", "done-DisableKey-keys.disable")
    assert by_both.scenario in own
    assert judge(mutant, lambda _: None, SMALLEST).verdict == "killed"
    assert judge(mutant, lambda _: "a", SMALLEST, theorems=()).verdict == "killed"


@pytest.mark.parametrize(
    ("mutant", "verdict"),
    [
        (the("keys.disable", "row dropped"), "survives"),
        (the("keys.create", "constant changed", "origin='imported'"), "unseen"),
        (the("environment.upload", "row dropped"), "equivalent"),
    ],
    ids=["survives", "unseen", "equivalent"],
)
def test_mutant_that_nothing_finds_survives_only_if_it_can_be_told_from_the_model(
    mutant: Mutant, verdict: str
) -> None:
    scopes = [TWO_OF_A_KIND[0], SCOPE_NAMED["vaults-and-keys"]]
    assert judge(mutant, lambda _: None, scopes, theorems=()).verdict == verdict
