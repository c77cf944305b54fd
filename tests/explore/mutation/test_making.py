"""Mutants are made from the rows as they are written, each with one change, and say what it is and where."""

import re
from collections import Counter
from pathlib import Path

from translator_cmk.explore.mutation import mutants
from translator_cmk.explore.mutation.operators import another
from translator_cmk.explore.row_sources import row_sources
from translator_cmk.machine import COUNTER_ROWS, DEFAULT_STAGE, ROWS, Accepted, Machine, State, initial
from translator_cmk.machine.commands import CreateVault, EnableCustomerManagedKeys
from translator_cmk.machine.entities import Key, Vault

SOURCE = Path(__file__).resolve().parents[3]
EVERY = mutants()

KINDS = {
    "row dropped", "guard dropped", "guard negated", "condition dropped", "condition negated", "connective changed",
    "comparison changed", "constant changed", "field dropped", "value changed", "wrong entity", "another entity",
    "citation changed", "mistake added",
}  # fmt: skip  # as a list of words


def of(requirement: str, *kinds: str) -> list[tuple[str, str]]:
    return [(each.was, each.now) for each in EVERY if requirement in each.requirements and each.kind in kinds]


def test_names_tell_mutants_apart() -> None:
    assert len({mutant.name for mutant in EVERY}) == len(EVERY)


def test_every_kind_of_change_is_made() -> None:
    assert {mutant.kind for mutant in EVERY} == KINDS


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
        written = (SOURCE / path).read_text("utf-8").splitlines()[int(line) - 1 :]
        text = mutant.now if mutant.kind == "mistake added" else mutant.was
        assert bare(text) in bare("\n".join(written)), mutant.name


def bare(code: str) -> str:
    """The code without what two ways of writing the same differ in."""
    return re.sub(r"[\s()'\",]|^(when|unless) ", "", code)


def test_changes_of_a_demand_are_shown_in_its_own_words() -> None:
    size = "c.key.size == 2048"
    types = "c.key.type in ('RSA', 'RSA-HSM')"
    assert of("keys.rsa-2048", "condition dropped", "connective changed") == [
        (f"{types} and {size}", size),
        (f"{types} and {size}", types),
        (f"{types} and {size}", f"{types} or {size}"),
    ]
    assert (size, "c.key.size == 3072") in of("keys.rsa-2048", "constant changed")
    assert (types, "c.key.type in ('RSA', 'RSA-HSM', 'EC')") in of("keys.rsa-2048", "constant changed")
    assert (size, "c.key.size >= 2048") in of("keys.rsa-2048", "comparison changed")


def test_changes_of_an_effect_are_told_in_its_own_words() -> None:
    assert of("keys.enable", "field dropped", "constant changed") == [
        ("key_source=CUSTOMER", "key_source='microsoft-managed'"),
        ("key_source=CUSTOMER", "no key_source"),
        ("key=c.key", "no key"),
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
    assert (region, "c.vault.region.name == c.vault.region.name") in of("vault.same-region", "wrong entity")
    assert (region, "another(Vault, c.vault).region.name == c.resource.location.name") in of(
        "vault.same-region", "another entity"
    )
    # what may be missing is taken only where the row asks whether it is there
    assert not any("c.resource.key" in now for _, now in of("vault.same-region", "wrong entity"))


def test_helpers_are_changed_in_every_row_that_calls_them() -> None:
    assert {each.requirements for each in EVERY if "/has_document/" in each.name} == {("environment.train",)}
    uses = [each for each in EVERY if "/key_use/" in each.name]
    assert {each.requirements for each in uses} == {("keys.audit",)}
    assert all(len(set(ROWS) - set(each.rows)) == 5 for each in uses)


def test_a_row_that_bears_on_some_commands_only_says_so() -> None:
    bears_on = {mutant.commands for mutant in EVERY if mutant.requirements == ("keys.rsa-2048",)}
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
