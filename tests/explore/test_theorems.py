"""The theorems hold of the article, ask something, do not use the rows' meanings, and find what is
wrong.
"""

import ast
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import translator_cmk.explore.theorems as package
from tests.explore.mistakes import MISTAKES, SHORTEST, Mistake, as_pickle
from tests.machine.faulty import RESURRECTS_UPLOADS, article
from translator_cmk.bdd.assertions import AssertionFailed
from translator_cmk.bdd.scenario_run import SetupFailed, run_scenario
from translator_cmk.explore.broken_theorems import Broken, DoesNotReplay, counterexample
from translator_cmk.explore.explore_command import exit_code, search_lines, searches, to_dict
from translator_cmk.explore.scopes import SCOPE_NAMED, SCOPES
from translator_cmk.explore.search import explore, verdict
from translator_cmk.explore.theorems import THEOREMS, Named, Unchanged
from translator_cmk.machine import ROWS, Machine
from translator_cmk.requirements import load_register
from translator_cmk.system import ModelSystem

THEOREM = {theorem.name: theorem for theorem in THEOREMS}


@pytest.mark.slow
def test_every_theorem_holds_and_asks_something_but_of_what_no_small_scope_leaves_unspecified() -> (
    None
):
    """None holds only because its subject never occurs."""
    searches_done = [explore(scope, theorems=THEOREMS) for scope in SCOPES]
    silent: set[str] = set()
    for scope, found in zip(SCOPES, searches_done, strict=True):
        assert found.complete
        assert found.states == scope.states, (
            f"write states: {found.states} into the entry of {scope.name} in explore/scopes.yaml"
        )
        for names in found.silences:
            silent.update(names)
    for theorem in THEOREMS:
        verdicts = {verdict(theorem, found) for found in searches_done} - {"not asked"}
        if theorem.name.startswith("unspecified-") and silent.isdisjoint(theorem.requirements):
            assert verdicts == set(), theorem.name
        else:
            assert verdicts == {"holds"}, theorem.name


def test_every_row_has_a_theorem_and_every_theorem_states_requirements_of_the_register() -> None:
    stated: set[str] = set()
    for theorem in THEOREMS:
        stated.update(theorem.requirements)
    assert {row.requirement for row in ROWS} <= stated <= load_register().keys()


def test_theorems_have_names_of_their_own_and_a_sentence() -> None:
    assert len(THEOREM) == len(THEOREMS)
    for theorem in THEOREMS:
        assert theorem.sentence.endswith("."), theorem.name
        assert theorem.sentence[0].isupper(), theorem.name


def test_no_theorem_calls_a_meaning_of_the_rows() -> None:
    """The modules of theorems import kinds of row, and no topic, condition or update that rows are
    written with.
    """
    for path in Path(package.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == 3:
                names = {name.name for name in node.names}
                assert not names & {"conditions", "meanings", "topics", "updates"}, path.name
                assert node.module not in (
                    "machine.conditions",
                    "machine.topics",
                    "machine.updates",
                ), path.name
                if node.module == "machine.meanings":
                    assert names == {"key_inaccessible"}, path.name
                if node.module == "machine.rows":
                    assert names <= {"Effect", "Means", "Refuse", "Row", "Silent", "Whenever"}, (
                        path.name
                    )


WITH_NEW_ROWS = """
import translator_cmk.machine as machine
from translator_cmk.machine import commands as cmd, meanings, rows, topics

new = (
    rows.refuse(cmd.UploadDocument, "vault.made-up", unless=lambda c: c.workspace.resource.identity),
    rows.effect(cmd.CreateKey, "keys.made-up", then=lambda c: {}),
    rows.silent(cmd.RotateKey, "keys.made-up-silence", when=lambda c: c.key.version > 1),
    rows.means(meanings.key_inaccessible, "revocation.made-up", when=lambda r: r.key is not None and r.key.version > 1),
)
machine.ROWS = topics.ROWS = (*machine.ROWS, *new)
from translator_cmk.explore.scopes import Scope
from translator_cmk.explore.search import explore
from translator_cmk.explore.theorems import THEOREMS

more = (cmd.CreateKey("kv-prod", "other"), cmd.RotateKey("kv-prod", "cmk-2048"), cmd.UploadDocument("other", "ws-prod"))
lost = (cmd.EnableIdentity("translator-prod"), cmd.DisableIdentity("translator-prod"), cmd.ReadData("ws-prod"))
commands = (*lost, *more)
scope = Scope("new", "New.", "a deployed model under customer-managed keys", commands, versions=3)
found = explore(scope, machine.Machine(machine.ROWS), theorems=THEOREMS)
assert not found.broken, found.broken
print(*sorted(explore(scope, machine.Machine(machine.ROWS[:-4]), theorems=THEOREMS).broken))
"""


def test_new_rows_break_no_theorem_and_have_their_own() -> None:
    """A requirement with new rows needs no theorem written for it; a machine without its rows
    breaks those it has.
    """
    ran = subprocess.run(
        [sys.executable, "-c", WITH_NEW_ROWS], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "refused-UploadDocument-vault.made-up" in ran.stdout
    assert "unspecified-RotateKey-keys.made-up-silence" in ran.stdout
    assert "data-inaccessible-when-revocation.made-up" in ran.stdout


@pytest.mark.parametrize(
    "mistake", MISTAKES, ids=lambda mistake: f"{mistake.theorem}: {mistake.sentence}"
)
def test_theorem_finds_its_mistake(mistake: Mistake) -> None:
    """Each theorem that no changed row of the article breaks is broken by a mistake of its own."""
    name, scope, machine = mistake.theorem, SCOPE_NAMED[mistake.scope], mistake.machine()
    found = explore(scope, machine, [THEOREM[name]], stop=True, memoise=False)
    assert name in found.broken, mistake.sentence
    pickle = as_pickle(counterexample(scope, machine, THEOREM[name], found.broken[name]))
    if isinstance(found.broken[name].expected, Named):
        return  # no sentence says which requirements an acceptance names
    with pytest.raises((AssertionFailed, SetupFailed)):
        run_scenario(ModelSystem(machine), pickle)


@pytest.mark.parametrize("row", SHORTEST, ids=lambda row: row["theorem"])
def test_broken_theorem_is_formatted_as_the_shortest_scenario(row: dict[str, str]) -> None:
    wrong = article(without=row["without"]) if "without" in row else RESURRECTS_UPLOADS
    name, scenario = row["theorem"], row["scenario"]
    (searched,) = searches([SCOPE_NAMED["losing-the-key"]], machine=wrong)
    assert searched.scenarios[name] == scenario
    assert exit_code([searched]) == 1
    assert "\n".join(f"    {line}" for line in scenario.splitlines()) in "\n".join(
        search_lines(searched)
    )
    by_name = {theorem["name"]: theorem for theorem in to_dict(searched)["theorems"]}
    assert (by_name[name]["verdict"], by_name[name]["scenario"]) == ("broken", scenario)


def test_counterexample_that_does_not_replay_is_a_defect_of_the_engine() -> None:
    scope = SCOPE_NAMED["losing-the-key"]
    claimed = Broken(scope.start, Unchanged())
    with pytest.raises(DoesNotReplay, match="what-is-refused-changes-nothing"):
        counterexample(scope, Machine(ROWS), THEOREM["what-is-refused-changes-nothing"], claimed)


def test_part_of_a_search_decides_nothing() -> None:
    found = replace(explore(SCOPE_NAMED["losing-the-key"], theorems=THEOREMS), complete=False)
    assert {verdict(theorem, found) for theorem in THEOREMS} == {"undecided"}
