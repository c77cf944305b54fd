"""A decision diagram comes to what its cubes come to, and where a state is unreachable to whatever is simplest."""

from itertools import product
from typing import Any

import pytest

from translator_cmk.explore.engines.packing import Name
from translator_cmk.explore.foreign.decisions import (
    UNREACHABLE,
    Branch,
    Decision,
    Diagram,
    asked,
    diagram,
    leaves,
    mapped,
    may_come_to,
    within,
)
from translator_cmk.machine.entities import Key, Vault

VAULT: Name = (Vault, "vault")
KEY: Name = (Key, "vault/key")
OTHER: Name = (Key, "vault/other")

CUBES: tuple[tuple[dict[Name, int], Any], ...] = (
    ({VAULT: 0}, "absent"),
    ({VAULT: 1, KEY: 0, OTHER: 0}, "stays"),
    ({VAULT: 1, KEY: 0, OTHER: 1}, "moves"),
    ({VAULT: 1, KEY: 1}, "stays"),
    ({VAULT: 1, KEY: 2}, UNREACHABLE),
    ({VAULT: 2, KEY: 0, OTHER: 0}, "stays"),
    ({VAULT: 2, KEY: 0, OTHER: 1}, "moves"),
    ({VAULT: 2, KEY: 1}, "stays"),
    ({VAULT: 2, KEY: 2}, UNREACHABLE),
)


def comes_to(of: Diagram, numbers: dict[Name, int]) -> Any:
    while isinstance(of, Decision):
        of = next((each.then for each in of.branches if numbers[of.name] in each.numbers), UNREACHABLE)
    return of


STATES = [dict(zip((VAULT, KEY, OTHER), numbers, strict=True)) for numbers in product(range(3), range(3), range(2))]


@pytest.mark.parametrize("numbers", STATES, ids=lambda numbers: "".join(map(str, numbers.values())))
def test_diagram_comes_to_what_its_cubes_do(numbers: dict[Name, int]) -> None:
    (expected,) = (leaf for where, leaf in CUBES if all(numbers[name] == number for name, number in where.items()))
    assert expected in (UNREACHABLE, comes_to(diagram(CUBES), numbers))


def test_what_makes_no_difference_is_not_asked_and_what_leads_to_the_same_is_one_branch() -> None:
    found = diagram(CUBES)
    assert [set(branch.numbers) for branch in found.branches] == [{0}, {1, 2}]
    same = diagram([({VAULT: 0, KEY: 0}, "same"), ({VAULT: 0, KEY: 1}, "same"), ({VAULT: 1}, "same")])
    assert same == "same"
    assert (asked(found), leaves(found)) == ({VAULT, KEY, OTHER}, {"absent", "stays", "moves"})
    assert (asked(same), leaves(same)) == (set(), {"same"})


def test_what_is_known_is_not_asked() -> None:
    known = {VAULT: frozenset({1, 2}), OTHER: frozenset({1})}
    assert within(diagram(CUBES), known) == Decision(
        KEY, (Branch(frozenset({0}), "moves"), Branch(frozenset({1}), "stays"))
    )
    assert within(diagram(CUBES), known, lambda state: state.get(KEY) != frozenset({0})) == "stays"
    assert within(diagram(CUBES), {VAULT: frozenset()}) is UNREACHABLE


def test_leaves_are_told_what_is_known_where_they_stand() -> None:
    told: list[Any] = []
    assert mapped(diagram(CUBES), lambda leaf, known: told.append((leaf, known)), {}) is None
    assert ("moves", {VAULT: {1, 2}, KEY: {0}, OTHER: {1}}) in told


def test_leaf_is_possible_where_some_state_comes_to_it() -> None:
    assert may_come_to(diagram(CUBES), "moves", {})
    assert may_come_to(diagram(CUBES), "moves", {KEY: frozenset({0, 1})})
    assert not may_come_to(diagram(CUBES), "moves", {KEY: frozenset({1, 2})})
