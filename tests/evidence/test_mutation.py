"""Mutants are made from the rows as they are written, differ where a step or an observation does, and are found."""

import re
from collections import Counter
from itertools import product

import pytest

from tests.command_line import ROOT
from tests.evidence.judging import Views, differences, ground, in_time, judge, killed
from tests.evidence.mutation import Mutant, another, mutants
from tests.evidence.scenarios import FAILURES, fails, scenario_against
from tests.explore.mistakes import as_pickle, mutant_of, semantic_mutants
from tests.explore.mistakes import the_mutant as the
from translator_cmk.bdd.features import pickles
from translator_cmk.bdd.scenario_run import run_scenario
from translator_cmk.bdd.ties import without_assumptions
from translator_cmk.explore.exploration import counterexample
from translator_cmk.explore.row_sources import row_sources
from translator_cmk.explore.scopes import MUTANT_SCOPES, NAMED, TWO_OF_A_KIND, Scope
from translator_cmk.explore.theorems import THEOREMS, Named
from translator_cmk.machine import COUNTER_ROWS, DEFAULT_STAGE, ROWS, Accepted, Command, Machine, State, initial
from translator_cmk.machine.commands import CreateVault, EnableCustomerManagedKeys
from translator_cmk.machine.entities import Key, Vault
from translator_cmk.requirements import load_register
from translator_cmk.system import ModelSystem

EVERY = mutants()

KINDS = {
    "row dropped", "guard dropped", "guard negated", "condition dropped", "condition negated", "connective changed",
    "comparison changed", "constant changed", "field dropped", "value changed", "wrong entity", "another entity",
    "citation changed", "mistake added",
}  # fmt: skip  # as a list of words


def of(requirement: str, *kinds: str) -> list[tuple[str, str]]:
    return [(each.was, each.now) for each in EVERY if requirement in each.requirements and each.kind in kinds]


def test_every_kind_of_change_is_made_and_names_tell_mutants_apart() -> None:
    assert {mutant.kind for mutant in EVERY} == KINDS
    assert len({mutant.name for mutant in EVERY}) == len(EVERY)


def test_a_mutant_differs_in_the_rows_that_it_names_and_in_no_other() -> None:
    for mutant in EVERY:
        new = [row for row in mutant.rows if row not in ROWS]
        lost = [row for row in ROWS if row not in mutant.rows]
        assert {row.requirement for row in lost or new} == set(mutant.requirements), mutant.name
        assert len(new) in (len(lost), len(lost) + 1) or (mutant.kind, new) == ("row dropped", []), mutant.name


def test_each_row_is_dropped_and_each_mistake_added_once() -> None:
    dropped = [set(ROWS) - set(mutant.rows) for mutant in EVERY if mutant.kind == "row dropped"]
    assert dropped == [{row} for row in ROWS]
    added = [mutant.rows[-1] for mutant in EVERY if mutant.kind == "mistake added"]
    assert tuple(added) == COUNTER_ROWS


def test_every_condition_is_negated_and_every_row_miscited() -> None:
    conditions = sum(part in ("when", "unless") for source in row_sources() for part in source.parts)
    counted = Counter(mutant.kind for mutant in EVERY)
    assert counted["guard negated"] == counted["guard dropped"] == conditions
    assert counted["citation changed"] == len(ROWS)


def test_what_was_there_stands_where_the_mutant_says() -> None:
    for mutant in EVERY:
        path, _, line = mutant.place.rpartition(":")
        written = (ROOT / path).read_text("utf-8").splitlines()[int(line) - 1 :]
        text = mutant.now if mutant.kind == "mistake added" else mutant.was
        assert bare(text) in bare("\n".join(written)), mutant.name


def bare(code: str) -> str:
    """The code without what two ways of writing the same differ in."""
    return re.sub(r"[\s()'\",]|^(when|unless) ", "", code)


def test_changes_of_a_demand_are_shown_in_its_own_words() -> None:
    size = "c.key.size == 2048"
    types = "c.key.type in ('RSA', 'RSA-HSM')"
    assert of("keys.rsa-2048-refused", "condition dropped", "connective changed") == [
        (f"{types} and {size}", size),
        (f"{types} and {size}", types),
        (f"{types} and {size}", f"{types} or {size}"),
    ]
    assert (size, "c.key.size == 3072") in of("keys.rsa-2048-refused", "constant changed")
    assert (types, "c.key.type in ('RSA', 'RSA-HSM', 'EC')") in of("keys.rsa-2048-refused", "constant changed")
    assert (size, "c.key.size >= 2048") in of("keys.rsa-2048-refused", "comparison changed")


def test_changes_of_an_effect_are_told_in_its_own_words() -> None:
    assert of("keys.enable", "field dropped", "constant changed") == [
        ("key_source=CUSTOMER", "key_source='microsoft-managed'"),
        ("key_source=CUSTOMER", "no key_source"),
        ("key=c.key", "no key"),
        ("data_key=c.key", "no data_key"),
    ]
    written = of("environment.create-vault", "value changed")
    assert ("soft_delete=c.soft_delete", "soft_delete=c.purge_protection") in written
    assert ("permission_model=c.permission_model", "permission_model='rbac'") in written
    choice = "'deleted' if c.vault.soft_delete else 'purged'"
    assert (choice, choice.replace("soft_delete", "soft_delete").replace("if c", "if not c")) in of(
        "environment.delete-vault", "condition negated"
    )


def test_one_entity_is_taken_for_another_by_each_way_that_leads_to_one() -> None:
    region = "c.vault.region.name == c.resource.location.name"
    assert (region, "c.vault.region.name == c.vault.region.name") in of("vault.same-region-refused", "wrong entity")
    assert (region, "another(Vault, c.vault).region.name == c.resource.location.name") in of(
        "vault.same-region-refused", "another entity"
    )
    # what may be missing is taken only where the row asks whether it is there
    assert not any("c.resource.key" in now for _, now in of("vault.same-region-refused", "wrong entity"))


def test_helpers_are_changed_in_every_row_that_calls_them() -> None:
    assert {each.requirements for each in EVERY if "/has_document/" in each.name} == {("environment.train",)}
    uses = [each for each in EVERY if "/key_use/" in each.name]
    assert {each.requirements for each in uses} == {("keys.use-logged",)}
    assert all(len(set(ROWS) - set(each.rows)) == 5 for each in uses)


def test_a_row_that_bears_on_some_commands_only_says_so() -> None:
    bears_on = {mutant.commands for mutant in EVERY if mutant.requirements == ("keys.rsa-2048-refused",)}
    assert bears_on == {frozenset({EnableCustomerManagedKeys})}
    assert {each.commands for each in EVERY if each.requirements == ("revocation.undeploys",)} == {None}


def state_with(*vaults: str) -> State:
    state, machine = initial(DEFAULT_STAGE), Machine(ROWS)
    for vault in vaults:
        state, outcome = machine.step(state, CreateVault(vault, "westeurope", "production", "apps"))
        assert isinstance(outcome, Accepted)
    return state


def test_another_entity_is_the_next_by_name() -> None:
    world = Machine(ROWS).world(state_with("a", "c", "b"))
    following = {name: another(Vault, world.entity(Vault, name)).name for name in "abc"}
    assert following == {"a": "b", "b": "c", "c": "a"}
    alone = Machine(ROWS).world(state_with("a"))
    assert another(Vault, alone.entity(Vault, "a")).name == "a"
    assert another(Key, None) is None


THE_ARTICLE = Mutant("none", "none", (), ROWS, "", "", "", None)
FEW = MUTANT_SCOPES[:5]
"""Scopes of up to some hundred states."""

LOSING, TWO_KEYS = NAMED["losing-the-key"], TWO_OF_A_KIND[1]


def shown_otherwise(mutant: Mutant, scope: Scope, length: int) -> bool:
    """Whether some sequence of this many commands, from the start of the scope, shows a difference: by trying all."""

    def observed(machine: Machine, commands: tuple[Command, ...]) -> list[object]:
        state, answers = initial(DEFAULT_STAGE), []
        for command in (*scope.start, *commands):
            state, outcome = machine.step(state, command)
            answers.append((state, outcome))
        return [*answers, *Views(machine).observe(state).items()]

    article, other = Machine(ROWS), Machine(mutant.rows)
    sequences = product(scope.alphabet, repeat=length)
    return any(observed(article, commands) != observed(other, commands) for commands in sequences)


def test_the_article_is_the_same_as_itself() -> None:
    for scope in FEW:
        assert ground(scope).difference(THE_ARTICLE) is None
        assert ground(scope).is_unseen(THE_ARTICLE)


@pytest.mark.parametrize(
    "mutant",
    [
        the("revocation.undeploys", "row dropped"),
        the("restoration.data-readable", "row dropped"),
        the("keys.use-logged", "row dropped"),
        the("restoration.no-redeploy", "mistake added"),
        the("identity.registered", "guard negated"),
    ],
    ids=lambda mutant: str(mutant.name),
)
def test_the_first_difference_is_shown_by_no_shorter_sequence(mutant: Mutant) -> None:
    difference = ground(LOSING).difference(mutant)
    assert difference is not None
    length = len(difference.commands) - len(LOSING.start)
    assert all(not shown_otherwise(mutant, LOSING, shorter) for shorter in range(max(length, 0)))
    assert length <= 0 or shown_otherwise(mutant, LOSING, length)


def test_a_difference_is_rows_that_raise_or_a_record_also_one_that_nobody_sees() -> None:
    two = ground(TWO_KEYS)
    assert two.difference(the("keys.create", "field dropped", "no vault")) is not None
    assert not any(differences(the("environment.no-key-purge", "wrong entity", "c.key.vault.purge_protection"), FEW))
    hidden = the("keys.create", "constant changed", "origin='imported'")
    assert two.difference(hidden) is not None
    assert two.is_unseen(hidden)
    assert not two.is_unseen(the("keys.create", "constant changed", "state='deleted'"))


@pytest.mark.parametrize("kind", sorted(KINDS - {"citation changed"}))
def test_mutants_are_found_by_theorems_alone_and_the_scenario_tells_it(kind: str) -> None:
    """The scenario of the counterexample fails on the mutant, and passes on the article.

    A changed citation is left out: where another row of the same step names the requirement, no theorem sees it.
    """
    scopes = (NAMED["demands"],) if kind == "comparison changed" else FEW
    tried = 0
    for mutant in [each for each in EVERY if each.kind == kind][1::3]:
        if tried == 3 or not (differing := list(differences(mutant, scopes))):
            continue  # enough, or the same in these scopes
        if all(ground(scope).is_unseen(mutant) for scope in scopes if ground(scope).difference(mutant)):
            continue  # in a record that nobody sees
        tried += 1
        kill = killed(mutant, differing)
        assert kill, mutant.name
        assert kill.theorem.name in kill.every
        scenario = as_pickle(counterexample(kill.scope, Machine(mutant.rows), kill.theorem, kill.broken))
        run_scenario(ModelSystem(Machine(ROWS)), scenario)
        if not isinstance(kill.broken.expected, Named):  # which no sentence of a scenario states
            with pytest.raises(FAILURES):
                run_scenario(ModelSystem(Machine(mutant.rows)), scenario)
    assert tried


def test_what_no_first_step_shows_is_searched_for() -> None:
    mutant = the("restoration.data-readable", "row dropped")
    difference = next(differences(mutant, FEW))
    kill = in_time(Machine(mutant.rows), difference, THEOREMS)
    assert kill is not None
    assert "readable-with-the-key-in-reach" in kill.every


def test_a_mutant_is_killed_by_a_theorem_or_a_scenario() -> None:
    mutant = the("keys.disable", "row dropped")
    both = judge(mutant, scenario_against, FEW)
    assert (both.verdict, both.theorem) == ("killed", "done-DisableKey-keys.disable")
    assert both.scenario in {pickle.id for pickle in pickles() if "keys.disable" in pickle.requirements}
    assert judge(mutant, lambda _: None, FEW).verdict == "killed"


def test_a_mutant_that_nothing_finds_survives_only_where_it_can_be_told_from_the_article() -> None:
    scopes = [TWO_OF_A_KIND[0], NAMED["vaults-and-keys"]]

    def verdict(mutant: Mutant, red: str | None = None) -> str:
        return judge(mutant, lambda _: red, scopes, theorems=()).verdict

    assert verdict(the("keys.disable", "row dropped")) == "survives"
    assert verdict(the("keys.create", "constant changed", "origin='imported'")) == "unseen"
    assert verdict(the("environment.upload", "row dropped")) == "equivalent"
    assert verdict(the("environment.upload", "row dropped"), "a") == "killed"


def test_a_row_that_cites_an_assumption_is_missed_where_nothing_is_assumed() -> None:
    """With all that is assumed the step is the same, and nobody says which requirement a meaning cites."""
    mutant = the("revocation.vault-deleted", "citation changed")
    found = scenario_against(mutant)
    (pickle,) = [each for each in pickles() if each.id == found]
    title = "a-deleted-vault-costs-all-that-is-under-the-key/a-deployed-model-under-customer-managed-keys"
    assert found == f"revocation.vault-deleted/{title}"
    assert "revocation.vault-deleted" in pickle.requirements
    assert not fails(Machine(mutant.rows), pickle)
    assert fails(Machine(without_assumptions(mutant.rows)), pickle)


# Mistakes of the rows that were written by hand


def test_names_tell_mistakes_apart() -> None:
    names = [mutant.name for mutant in semantic_mutants()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("mutant", semantic_mutants(), ids=lambda mutant: str(mutant.name))
def test_mistake_changes_rows_and_contradicts_requirements(mutant: Mutant) -> None:
    assert set(mutant.rows) != set(ROWS)
    assert mutant.requirements
    assert set(mutant.requirements) <= set(load_register())


@pytest.mark.parametrize("entry", [{}, {"row": "keys.rotate"}, {"row": "keys.rotate/effect-RotateKey", "then_": ""}])
def test_an_entry_that_changes_nothing_is_refused(entry: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="changes nothing"):
        mutant_of({"mistake": "None.", "contradicts": "keys.rotate", **entry})
