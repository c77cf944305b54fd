"""A profile is a set of silent requirements, and what belongs to it is computed."""

from typing import Any

import pytest

from tests.oracle.following import ARTICLE, FULL
from translator_cmk.bdd.features import pickles
from translator_cmk.bdd.vocabulary import demanded
from translator_cmk.language.facts import Fact
from translator_cmk.language.situations import situations
from translator_cmk.machine import COUNTER_ROWS, ROWS, Accepted, Refused, Unspecified
from translator_cmk.machine.commands import DisableKey, ReadData, RevokeKeyAccess
from translator_cmk.machine.topics import OTHER_READINGS
from translator_cmk.oracle import Oracle
from translator_cmk.oracle.profiles import PROFILES, belongs, machine_of, silent_in
from translator_cmk.requirements import load_register

PICKLES = {pickle.id: pickle for pickle in pickles()}


def belonging(oracle: Oracle) -> set[str]:
    return {name for name, each in PICKLES.items() if demanded(oracle, each)}


def test_full_leaves_the_silences_silent_and_article_all_that_is_assumed_too() -> None:
    register = load_register()
    silences = {each.id for each in register.values() if each.kind == "silence"}
    assumed = {each.id for each in register.values() if each.basis == "assumed"}
    assert {name: silent_in(name, register) for name in PROFILES} == {"article": assumed | silences, "full": silences}


def test_rows_of_what_is_silent_are_in_the_machine_with_counter_rows_and_other_readings() -> None:
    assert {row.requirement for row in set(FULL.rows) - set(ROWS)} == {"keys.change"}  # another reading of a silence
    more = {row for row in (*COUNTER_ROWS, *OTHER_READINGS) if row.requirement in ARTICLE.silent}
    assert set(ARTICLE.rows) - set(ROWS) == more
    assert "keys.rotation-keeps-data" in {row.requirement for row in more}


def test_an_unknown_profile_and_names_that_mean_nothing_are_errors() -> None:
    with pytest.raises(ValueError, match="no profile 'articel'; the profiles are article and full"):
        silent_in("articel", load_register())
    with pytest.raises(ValueError, match=r"environment\.exists cannot be silent"):
        machine_of({"environment.exists", "keys.use-logged"})


@pytest.mark.slow
def test_a_scenario_belongs_to_article_unless_it_rests_on_what_is_assumed() -> None:
    inside = belonging(Oracle(ARTICLE))
    assert (
        "revocation.access-revoked/revoked-access-costs-all-that-is-under-the-key/a-deployed-model-under-customer-managed-keys"
        in inside
    )
    assert (
        "revocation.key-deleted/a-deleted-key-costs-all-that-is-under-the-key/a-deployed-model-under-customer-managed-keys"
        not in inside
    )
    # whether a new resource has an identity decides whether anything shows of some of the others
    alone = [Oracle(machine_of({each, "identity.off-at-first"})) for each in sorted(ARTICLE.silent)]
    # each of these has to be silent for the other to show
    pairs = (
        {"vault.soft-delete-refused", "vault.purge-protection-refused"},
        {"resource.global-refused", "identity.unchanged-without-effect"},
    )
    alone += [Oracle(machine_of(pair)) for pair in pairs]
    for name in PICKLES.keys() - inside:
        assert not all(demanded(oracle, PICKLES[name]) for oracle in alone), name
    for name in sorted(inside)[::8]:
        assert all(demanded(oracle, PICKLES[name]) for oracle in alone), name


def test_a_waiver_takes_a_scenario_out() -> None:
    waived = belonging(Oracle(machine_of(FULL.silent | {"revocation.undeploys"})))
    assert "revocation.undeploys" in {r for name in set(PICKLES) - waived for r in PICKLES[name].requirements}


AT_WORK = situations()["a deployed model under customer-managed keys"].commands
READ = ReadData("ws-prod")


@pytest.mark.parametrize(
    ("given", "then", "inside"),
    [
        ([RevokeKeyAccess("kv-prod", "translator-prod")], Refused(), True),
        ([RevokeKeyAccess("kv-prod", "translator-prod")], Refused(frozenset({"revocation.data-inaccessible"})), True),
        ([RevokeKeyAccess("kv-prod", "translator-prod")], Refused(frozenset({"revocation.features-stop"})), False),
        ([RevokeKeyAccess("kv-prod", "translator-prod")], Accepted(), False),
        ([], Accepted(), True),
        ([], Accepted(frozenset({"keys.use-logged"})), False),
        ([], Accepted(frozenset({"keys.enable"})), False),
        ([], Fact("workspace", "ws-prod", "readable", True), True),
        ([], lambda before, outcome, after: before == after, True),
        ([], lambda before, outcome, after: before != after, False),
        ([DisableKey("kv-prod", "cmk-2048")], Refused(), False),
        ([DisableKey("kv-prod", "cmk-2048")], Unspecified(frozenset({"revocation.key-disabled"})), True),
        ([DisableKey("kv-prod", "cmk-2048"), Fact("workspace", "ws-prod", "readable", False)], Refused(), False),
        ([READ, READ], Accepted(), True),
        ([RevokeKeyAccess("kv-prod", "translator-prod"), READ], Refused(), False),
    ],
)
def test_all_that_a_scenario_takes_for_so_must_be_demanded(given: list[Any], then: Any, inside: bool) -> None:
    assert belongs(Oracle(ARTICLE), [*AT_WORK, *given], READ, [then]) == inside
