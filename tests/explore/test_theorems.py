"""The theorems hold of the article, ask something, are told without the rows, and find what is wrong."""

import ast
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

import translator_cmk.explore.theorems as package
from tests.explore.mistakes import MISTAKES
from tests.explore.scenarios import as_pickle
from tests.machine.faulty_models import ignores_disabled_keys, leaves_models_deployed, resurrects_uploads, without
from translator_cmk.bdd.assertions import AssertionFailed
from translator_cmk.bdd.scenario_run import SetupFailed, run_scenario
from translator_cmk.explore.commands import chosen, exit_code, searches
from translator_cmk.explore.counterexample import DoesNotReplay, counterexample
from translator_cmk.explore.exploration import Broken, Exploration
from translator_cmk.explore.scopes import SCOPES, Scope
from translator_cmk.explore.search import explore
from translator_cmk.explore.statements import as_data, search_lines, theorem_lines
from translator_cmk.explore.theorems import THEOREMS, Unchanged
from translator_cmk.explore.theorems.naming import DUE
from translator_cmk.explore.verdicts import together, verdict
from translator_cmk.machine import ROWS, Machine
from translator_cmk.machine.rows import Effect, Whenever
from translator_cmk.requirements import load_register
from translator_cmk.system import ModelSystem

SMALL = chosen(None)
NAMED = {scope.name: scope for scope in SCOPES}
THEOREM = {theorem.name: theorem for theorem in THEOREMS}


@cache
def explored() -> dict[str, Exploration]:
    return {scope.name: explore(scope, engine="remembering", theorems=THEOREMS) for scope in SMALL}


@pytest.mark.parametrize("scope", SMALL, ids=lambda scope: str(scope.name))
def test_no_theorem_is_broken(scope: Scope) -> None:
    found = explored()[scope.name]
    assert [theorem.name for theorem in THEOREMS if verdict(theorem, found) == "broken"] == []


def test_every_theorem_asks_something_in_a_small_scope() -> None:
    """None holds merely because what it is about never comes about."""
    for theorem in THEOREMS:
        assert together(verdict(theorem, found) for found in explored().values()) == "holds", theorem.name


def test_what_comes_about_does_so_in_exactly_the_scopes_that_are_named() -> None:
    for theorem in THEOREMS:
        if theorem.form == "sometimes":
            assert {name for name, found in explored().items() if theorem.name in found.reached} == set(theorem.within)


def test_theorems_speak_for_every_requirement_that_can_be_observed() -> None:
    register = load_register()
    cited = {requirement for theorem in THEOREMS for requirement in theorem.requirements}
    assert cited == {requirement.id for requirement in register.values() if requirement.kind != "attestation"}


def test_theorems_are_named_apart_and_told_in_a_sentence() -> None:
    assert len(THEOREM) == len(THEOREMS)
    for theorem in THEOREMS:
        assert theorem.sentence.endswith("."), theorem.name
        assert theorem.sentence[0].isupper(), theorem.name


def test_theorems_know_no_row() -> None:
    """No module of theorems imports rows, topics, meanings, or the machine that steps."""
    allowed = {"entities", "commands", "values", "world", "observation", "machine"}
    for path in Path(package.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == 3 and (node.module or "").startswith("machine"):
                assert (node.module or "").rpartition(".")[2] in allowed, path.name
                assert not {name.name for name in node.names} & {"ROWS", "COUNTER_ROWS", "Machine"}, path.name
            assert not isinstance(node, ast.Import), path.name


def test_all_that_an_acceptance_can_name_has_a_theorem_on_where_it_does() -> None:
    assert {row.requirement for row in ROWS if isinstance(row, Effect | Whenever)} == DUE.keys()


@pytest.mark.parametrize("name", MISTAKES)
def test_theorem_finds_its_mistake(name: str) -> None:
    """Each theorem that no changed row of the article breaks is broken by a mistake of its own."""
    mistake = MISTAKES[name]
    scope, machine = NAMED[mistake.scope], mistake.machine()
    found = explore(scope, machine, "reference", [THEOREM[name]], stop=True)
    assert name in found.broken, mistake.sentence
    pickle = as_pickle(counterexample(scope, machine, THEOREM[name], found.broken[name]).scenario)
    with pytest.raises((AssertionFailed, SetupFailed)):
        run_scenario(ModelSystem(machine), pickle)


WRONG: list[tuple[Callable[[], Machine], str, str]] = [
    (
        leaves_models_deployed,
        "undeploys-when-revoked",
        """@revocation.undeploys @revocation.access-revoked @workspace.covered
Scenario: While its access to the key vault is gone, no model is deployed in a workspace made under the key
  Given a deployed model under customer-managed keys
  When the customer disables the managed identity of "translator"
  Then the model "model" is undeployed""",
    ),
    (
        ignores_disabled_keys,
        "deletes-uploads-when-key-disabled",
        """@revocation.deletes-uploads @revocation.key-disabled @workspace.covered
Scenario: While the key is disabled, no upload is kept in a workspace made under the key
  Given a deployed model under customer-managed keys
  When the customer disables the key "key" of "vault"
  Then the document "document" is deleted""",
    ),
    (
        resurrects_uploads,
        "a-deleted-upload-never-comes-back",
        """@restoration.uploads-stay-deleted
Scenario: An upload that was deleted never comes back, whatever is restored
  Given a deployed model under customer-managed keys
  And the customer revokes the access of "translator" to the keys of "vault"
  When the customer grants "translator" access to the keys of "vault"
  Then the document "document" is deleted""",
    ),
    (
        lambda: Machine(without("keys.audit")),
        "every-use-of-the-key-is-recorded",
        """@keys.audit
Scenario: Whatever works with data under the customer's key has its use recorded, and nothing else has
  Given the customer creates the vault "vault"
  And the customer generates the key "key" in "vault"
  And the customer creates the Translator resource "translator"
  And the customer enables customer-managed keys for "translator" with the key "key" of "vault"
  And the customer creates the workspace "workspace" for "translator"
  When the customer uploads the document "document" to "workspace"
  Then the use of the key "key" of "vault" is recorded for "translator\"""",
    ),
    (
        lambda: Machine(without("revocation.features-stop")),
        "refused-DeployModel-revocation.features-stop",
        """@revocation.features-stop
Scenario: No model is deployed while the key is out of reach
  Given a deployed model under customer-managed keys
  And the customer disables the managed identity of "translator"
  When the customer deploys the model "model"
  Then the request is refused""",
    ),
]


@pytest.mark.parametrize(("wrong", "name", "told"), WRONG, ids=[name for _, name, _ in WRONG])
def test_broken_theorem_is_told_as_the_shortest_scenario(wrong: Callable[[], Machine], name: str, told: str) -> None:
    (searched,) = searches([NAMED["losing-the-key"]], machine=wrong())
    assert searched.scenarios[name] == told
    assert exit_code([searched]) == 1
    for lines in (search_lines([searched]), theorem_lines([searched])):
        assert "\n".join(f"    {line}" for line in told.splitlines()) in "\n".join(lines)
    by_name = {theorem["name"]: theorem for theorem in as_data(searched)["theorems"]}
    assert (by_name[name]["verdict"], by_name[name]["scenario"]) == ("broken", told)


def test_what_never_comes_about_is_told() -> None:
    machine = Machine(without("environment.recover-vault", "vault.access-policy", "environment.enable-key"))
    (searched,) = searches([NAMED["losing-the-key"]], machine=machine)
    theorem = THEOREM["reached-upload-lost-with-the-key-back"]
    assert verdict(theorem, searched.found) == "broken"
    lines = "\n".join(search_lines([searched]))
    assert f"broken in losing-the-key: {theorem.name}\n    this never comes about" in lines


def test_counterexample_that_does_not_replay_is_a_defect_of_the_engine() -> None:
    scope = NAMED["losing-the-key"]
    claimed = Broken(scope.start, Unchanged())
    with pytest.raises(DoesNotReplay, match="what-is-refused-changes-nothing"):
        counterexample(scope, Machine(ROWS), THEOREM["what-is-refused-changes-nothing"], claimed)


def test_part_of_a_search_decides_nothing() -> None:
    found = explored()["losing-the-key"]._replace(complete=False, reached={})
    said = {verdict(theorem, found) for theorem in THEOREMS}
    assert said == {"undecided", "not asked"}
    assert {t.form for t in THEOREMS if verdict(t, found) == "not asked"} == {"sometimes"}
