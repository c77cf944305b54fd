"""Each row, condition and known mistake has its mutants, and a mutant changes what it says."""

import re
from collections import Counter

import pytest

from tests.command_line import ROOT
from tests.evidence.mutation import Mutant, mutants
from tests.evidence.operators import another
from tests.evidence.row_functions import parts_of
from tests.explore.mistakes import mutant_of, semantic_mutants
from translator_cmk.machine import (
    COUNTER_ROWS,
    DEFAULT_STAGE,
    REMEMBERING,
    ROWS,
    Accepted,
    Machine,
    State,
    initial,
)
from translator_cmk.machine.commands import CreateVault, EnableCustomerManagedKeys
from translator_cmk.machine.entities import Key, Vault
from translator_cmk.requirements import load_register
from translator_cmk.row_sources import row_sources


def changes(requirement: str, *kinds: str) -> list[tuple[str, str]]:
    """Return what is written and what takes its place, in the mutants of these kinds."""
    of_kinds = [mutant for mutant in mutants() if mutant.kind in kinds]
    return [(mutant.was, mutant.now) for mutant in of_kinds if requirement in mutant.requirements]


def test_each_row_is_dropped_and_each_known_mistake_added_once() -> None:
    dropped = [set(ROWS) - set(mutant.rows) for mutant in mutants() if mutant.kind == "row dropped"]
    assert dropped == [{row} for row in ROWS]
    added = [mutant.rows[-1] for mutant in mutants() if mutant.kind == "mistake added"]
    assert tuple(added) == COUNTER_ROWS


def test_every_condition_is_negated_and_every_row_cites_another_requirement() -> None:
    conditions = 0
    for source in row_sources():
        conditions += "when" in parts_of(source)
        conditions += "unless" in parts_of(source)
    made = Counter(mutant.kind for mutant in mutants())
    assert made["guard negated"] == made["guard dropped"] == conditions
    assert made["citation changed"] == len(ROWS)


def test_names_tell_mutants_apart() -> None:
    names = [mutant.name for mutant in (*mutants(), *semantic_mutants())]
    assert len(set(names)) == len(names)


def test_mutant_differs_in_the_rows_that_it_names_and_in_no_other() -> None:
    rows = set(ROWS)
    for mutant in mutants():
        new = set(mutant.rows) - set(REMEMBERING)
        lost = rows - set(mutant.rows)
        assert {row.requirement for row in lost or new} == set(mutant.requirements), mutant.name


def test_what_was_there_stands_where_the_mutant_says() -> None:
    for mutant in mutants():
        path, _, line = mutant.place.rpartition(":")
        written = (ROOT / path).read_text("utf-8").splitlines()[int(line) - 1 :]
        text = mutant.now if mutant.kind == "mistake added" else mutant.was
        assert without_layout(text) in without_layout("\n".join(written)), mutant.name


def without_layout(code: str) -> str:
    """Return the code without what two ways of writing the same differ in."""
    return re.sub(r"[\s()'\",]|^(when|unless) ", "", code)


@pytest.mark.parametrize(
    ("kind", "was", "now"),
    [
        ("condition dropped", "TYPES and SIZE", "SIZE"),
        ("connective changed", "TYPES and SIZE", "TYPES or SIZE"),
        ("constant changed", "SIZE", "c.key.size == 3072"),
        ("constant changed", "TYPES", "c.key.type in ('RSA', 'RSA-HSM', 'EC')"),
        ("comparison changed", "SIZE", "c.key.size >= 2048"),
    ],
)
def test_demand_is_changed_by_each_operator(kind: str, was: str, now: str) -> None:
    parts = {"TYPES": "c.key.type in ('RSA', 'RSA-HSM')", "SIZE": "c.key.size == 2048"}
    for name, code in parts.items():
        was = was.replace(name, code)
        now = now.replace(name, code)
    assert (was, now) in changes("keys.rsa-2048-refused", kind)


@pytest.mark.parametrize(
    ("requirement", "kind", "was", "now"),
    [
        ("keys.enable", "field dropped", "data_key=c.key", "no data_key"),
        (
            "keys.enable",
            "constant changed",
            "key_source=CUSTOMER",
            "key_source='microsoft-managed'",
        ),
        (
            "environment.create-vault",
            "value changed",
            "soft_delete=c.soft_delete",
            "soft_delete=c.purge_protection",
        ),
        ("vault.same-region-refused", "wrong entity", "REGION == HOME", "REGION == REGION"),
        (
            "vault.same-region-refused",
            "another entity",
            "REGION == HOME",
            "another(Vault, c.vault).region.name == HOME",
        ),
    ],
)
def test_effect_and_entity_are_changed_by_each_operator(
    requirement: str, kind: str, was: str, now: str
) -> None:
    parts = {
        "REGION": "c.vault.region.name",
        "HOME": "c.resource.location.name",
        "NEXT": "another(Vault, c.vault)",
    }
    for name, code in parts.items():
        was = was.replace(name, code)
        now = now.replace(name, code)
    assert (was, now) in changes(requirement, kind)


def test_helper_is_changed_in_every_row_that_calls_it() -> None:
    of_helper = [mutant for mutant in mutants() if "/key_use/" in mutant.name]
    callers = {source.row for source in row_sources() if "key_use" in source.code}
    assert of_helper
    for mutant in of_helper:
        assert set(ROWS) - set(mutant.rows) == callers


def test_row_that_bears_on_some_commands_only_says_so() -> None:
    concerned = {mutant.requirements: mutant.commands for mutant in mutants()}
    assert concerned["keys.rsa-2048-refused",] == frozenset({EnableCustomerManagedKeys})
    assert concerned["revocation.undeploys",] is None


def test_another_entity_is_the_next_by_name() -> None:
    world = Machine(ROWS).world(state_with("a", "c", "b"))
    following = {name: another(Vault, world.entity(Vault, name)).name for name in "abc"}
    assert following == {"a": "b", "b": "c", "c": "a"}
    alone = Machine(ROWS).world(state_with("a"))
    assert another(Vault, alone.entity(Vault, "a")).name == "a"
    assert another(Key, None) is None


def state_with(*vaults: str) -> State:
    """Return a state with vaults of these names."""
    machine = Machine(ROWS)
    state = initial(DEFAULT_STAGE)
    for vault in vaults:
        state, outcome = machine.step(state, CreateVault(vault, "westeurope", "production", "apps"))
        assert isinstance(outcome, Accepted)
    return state


# Mistakes of the rows that were written by hand


@pytest.mark.parametrize("mutant", semantic_mutants(), ids=lambda mutant: str(mutant.name))
def test_mistake_changes_rows_and_contradicts_requirements(mutant: Mutant) -> None:
    assert set(mutant.rows) != set(ROWS)
    assert mutant.requirements
    assert set(mutant.requirements) <= set(load_register())


@pytest.mark.parametrize(
    "entry", [{}, {"row": "keys.rotate"}, {"row": "keys.rotate/effect-RotateKey", "then_": ""}]
)
def test_entry_that_changes_nothing_is_refused(entry: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="changes nothing"):
        mutant_of({"mistake": "None.", "contradicts": "keys.rotate", **entry})
