"""Names with a salt: Azure takes every one of them, they are found again, and none is given twice."""

import re
from collections.abc import Iterable

import pytest

from tests.systems.adapters import AZURES_NAMES
from translator_cmk.bdd.vocabulary import commands_of
from translator_cmk.conformance.judgement.cases import SCOPES, STEPS, scenarios
from translator_cmk.conformance.run.fuzz import alphabet
from translator_cmk.conformance.run.sequences import named_sequences
from translator_cmk.conformance.run.tour import sequences_of
from translator_cmk.conformance.wire.salted_names import (
    SALTS,
    SaltedNames,
    first_salt,
    salt_of,
    salted_positions,
)
from translator_cmk.machine import Command

A_WORLD = salt_of(7)
VAULTS = ("kv-prod", "old-kv-prod", "kv-prod-2")


def every_command() -> Iterable[Command]:
    """Yield the commands of every lane and of the doctor."""
    for scenario in scenarios("full", ()):
        yield from commands_of(scenario.pickle)
    for sequence in sequences_of(tuple(SCOPES), STEPS):
        yield from sequence
    for sequence in named_sequences().values():
        yield from sequence
    yield from alphabet()


@pytest.fixture(scope="module")
def given() -> set[tuple[str, str]]:
    """Return every name that gets a salt, with the field that it stands in."""
    found = set()
    for command in every_command():
        for position in salted_positions(type(command)):
            if command[position] is not None:
                found.add((command.fields[position], command[position]))
    return found


def test_azure_takes_every_name_that_the_kit_gives(given: set[tuple[str, str]]) -> None:
    for number in (0, 1, 99, 100, SALTS - 1):
        names = SaltedNames(salt_of(number))
        for field, name in given:
            form = AZURES_NAMES.get(field, r"[A-Za-z0-9-]{1,63}")
            assert re.fullmatch(form, names.salted_name(name)), (field, name)


def test_names_with_capitals_and_as_long_as_may_be_are_given(given: set[tuple[str, str]]) -> None:
    names = SaltedNames(A_WORLD)
    for field, longest in (("vault", 24), ("key", 63), ("resource", 63)):
        capitals = {name for kind, name in given if kind == field and not name.islower()}
        assert max(len(names.salted_name(name)) for name in capitals) == longest


def test_no_two_names_differ_in_their_case_alone(given: set[tuple[str, str]]) -> None:
    names = {name for _, name in given}
    assert len({name.lower() for name in names}) == len(names)


def test_a_salt_comes_again_only_after_all_others() -> None:
    first = first_salt(1)
    salts = {salt_of(first + world) for world in range(5000)}
    assert len(salts) == 5000
    assert salt_of(first) == salt_of(first + SALTS)


def test_another_seed_begins_with_another_salt() -> None:
    assert first_salt(1) == first_salt(1)
    assert first_salt(1) != first_salt(2)


def test_names_are_found_again_in_either_form_and_case() -> None:
    names = SaltedNames(A_WORLD)
    for name in (*VAULTS, "KV", "legal-en-de-2"):
        salted = names.salted_name(name)
        assert names.plain(salted) == name
        assert names.plain(salted.upper()) == name
        assert names.ours("vault", salted.upper(), {})
    for other in (f"kv-prod-2-{A_WORLD}", f"kv-prod-{A_WORLD}-old", f"kv-prod-{salt_of(8)}"):
        assert names.plain(other) == other


def test_some_names_begin_like_others_and_some_end_like_others() -> None:
    vault, other, third = map(SaltedNames(A_WORLD).salted_name, VAULTS)
    assert other.endswith(vault)
    assert third.startswith(vault)


def test_what_is_in_something_of_this_world_belongs_to_it() -> None:
    names = SaltedNames(A_WORLD, ("production",))
    assert names.ours("document", f"{names.salted_name('contracts')}-backup", {})
    assert names.ours("document", "archive", {"workspace": names.salted_name("ws-prod")})
    assert names.ours("vault", "kv", {"group": names.salted_name("apps")})
    assert names.ours("subscription", "production", {})


def test_what_others_have_does_not() -> None:
    names = SaltedNames(A_WORLD, ("production",))
    vault = names.salted_name("kv-prod")
    earlier = SaltedNames(salt_of(6))
    assert not names.ours("vault", earlier.salted_name("kv-prod"), {"region": "eastus"})
    assert not names.ours("grant", f"{vault}/reader", {"vault": vault, "resource": "reader"})
    assert not names.ours("subscription", "Pay-As-You-Go", {})


def test_both_cases_of_a_name_are_two_things() -> None:
    names = SaltedNames(A_WORLD)
    vault = names.salted_name("kv-prod")
    seen = names.seen({"vault": {vault: {"state": "active"}, vault.upper(): {"state": "active"}}})
    assert len(seen["vault"]) == 2
