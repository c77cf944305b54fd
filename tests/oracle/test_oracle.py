"""The oracle demands what all states agree on that silence leaves possible; every choice of silent rows is tried."""

from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command_line import tables
from tests.oracle.following import (
    ARTICLE,
    FULL,
    REQUIREMENTS,
    THREE_AT_WORK,
    PicksAtRandom,
    commands,
    follow,
    is_judged_as_written,
    submit,
    without,
)
from translator_cmk.bdd.demands import demanded
from translator_cmk.bdd.feature_files import pickles
from translator_cmk.bdd.features import Pickle, Step
from translator_cmk.language.facts import Fact
from translator_cmk.language.situations import situations
from translator_cmk.machine import (
    COUNTER_ROWS,
    DEFAULT_STAGE,
    ROWS,
    Accepted,
    Machine,
    Refused,
    RowsContradict,
    Unspecified,
    initial,
    observe,
)
from translator_cmk.machine import commands as cmd
from translator_cmk.machine.commands import DisableKey, ReadData, RevokeKeyAccess
from translator_cmk.machine.entities import Key
from translator_cmk.machine.rows import effect, refuse, silent, whenever
from translator_cmk.machine.topics import OTHER_READINGS
from translator_cmk.oracle import Oracle
from translator_cmk.oracle.agreement import UNSPECIFIED
from translator_cmk.oracle.nondeterminism import Replay, TooManyStates, decisive, possibilities
from translator_cmk.oracle.profiles import PROFILES, machine_of, silent_in
from translator_cmk.requirements import load_register
from translator_cmk.system import ModelSystem

SEEDS = st.integers(0, 2**32)


@pytest.mark.slow
@settings(max_examples=25)
@given(SEEDS)
def test_with_every_row_speaking_the_oracle_is_the_machine(seed: int) -> None:
    machine, state, oracle = Machine(ROWS), initial(DEFAULT_STAGE), Oracle(FULL)
    for command in commands(seed):
        state, outcome = machine.step(state, command)
        assert oracle.submit(command) == outcome
        assert state in oracle.states
        if isinstance(outcome, Unspecified):
            break
        assert oracle.states == (state,)
        assert oracle.observe() == observe(machine.world(state))


@pytest.mark.slow
@settings(max_examples=40)
@given(SEEDS, st.frozensets(st.sampled_from(REQUIREMENTS), max_size=8))
def test_machines_with_and_without_what_is_silent_agree_with_the_oracle(seed: int, silent: frozenset[str]) -> None:
    machine = machine_of(silent)
    for one in (Machine(machine.rows), without(silent), PicksAtRandom(machine, Random(seed))):
        oracle, system = Oracle(machine), ModelSystem(one)
        for command in commands(seed, 25):
            try:
                outcome = system.submit(command)
            except RowsContradict:
                break  # what this machine picked does not hold together, and it is of no use any more
            oracle.submit(command)
            assert oracle.narrow(outcome, system.observe()) is None
            assert not oracle.uncompared


@pytest.mark.slow
@settings(max_examples=20)
@given(SEEDS)
def test_what_the_oracle_demands_holds_of_every_machine_that_fits(seed: int) -> None:
    """What is demanded before anything is seen is what the model does, or is unspecified."""
    oracle, system = Oracle(ARTICLE), ModelSystem()
    for command in commands(seed, 25):
        demanded, outcome = oracle.submit(command), system.submit(command)
        seen = system.observe()
        assert isinstance(demanded, Unspecified) or type(demanded) is type(outcome)
        for kind, entities in oracle.observe().items():
            for name, fields in entities.items():
                for field, value in fields.items():
                    assert value is UNSPECIFIED or seen[kind][name][field] == value
        assert oracle.narrow(outcome, seen) is None


def test_more_states_than_the_limit_are_an_error() -> None:
    """Of three keys, each may be disabled or not: no step has more than three ways to go, but all have eight."""
    keys = ("k1", "k2", "k3")
    oracle = Oracle(machine_of({"keys.disable"}), limit=7)
    submit(oracle, cmd.CreateVault("v1", "westeurope", "production", "g1"), *(cmd.CreateKey("v1", key) for key in keys))
    submit(oracle, *(cmd.DisableKey("v1", key) for key in keys[:2]))
    with pytest.raises(TooManyStates, match="more than 7 states"):
        oracle.submit(cmd.DisableKey("v1", keys[2]))


NARROWING, *_ = tables(__file__, "narrowing.yaml")


@pytest.mark.parametrize("row", NARROWING, ids=lambda row: row["claim"])
def test_what_a_system_did_and_showed_is_compared_as_far_as_something_is_demanded(
    row: dict[str, Any], tmp_path: Path
) -> None:
    is_judged_as_written(row, tmp_path)


def after_a_third_thing(machine: Machine) -> Oracle:
    """Return an oracle that has followed a change of key that undeployed a model, of which nobody says anything."""
    oracle, system = Oracle(machine), ModelSystem()
    assert follow(oracle, system, *THREE_AT_WORK, cmd.CreateKey("v1", "k2")) is None
    seen = system.observe()
    seen["resource"]["r1"]["key"], seen["model"]["m1"]["state"] = "v1/k2", "undeployed"
    oracle.submit(cmd.EnableCustomerManagedKeys("r1", "v1", "k2"))
    assert oracle.narrow(Accepted(), seen) is None
    return oracle


def test_a_claim_about_everything_is_not_demanded_where_something_is_uncompared() -> None:
    oracle = after_a_third_thing(FULL)
    oracle.submit(cmd.EnableIdentity("r3"))
    assert oracle.demands(Accepted())
    assert not oracle.demands(lambda before, outcome, after: True)


def test_of_what_is_uncompared_nothing_is_demanded() -> None:
    oracle, open_still = after_a_third_thing(FULL), Unspecified(frozenset({"keys.change"}))
    assert oracle.submit(cmd.TranslateWithModel("m1")) == open_still
    assert oracle.observe()["model"]["m1"] == {"exists": UNSPECIFIED}
    assert not oracle.demands(Fact("workspace", "w1", "exists", True))
    assert oracle.narrow(Refused()) is None
    assert oracle.submit(cmd.EnableCustomerManagedKeys("r3", "v1", "k1")) == open_still


def test_what_is_uncompared_keeps_no_states_apart() -> None:
    oracle = after_a_third_thing(ARTICLE)
    oracle.submit(cmd.DisableKey("v1", "k2"))
    assert len(oracle.states) == 1


# Choices of silent rows

A, B, C, FIRM = (refuse(cmd.RotateKey, name, unless=lambda c: False) for name in ("a.a", "b.b", "c.c", "d.d"))
SILENCE = silent(cmd.RotateKey, "d.d", when=lambda c: True)
SILENT = {"a.a", "b.b", "c.c"}
BOTH = (False, True)


@pytest.mark.parametrize(
    ("asks", "answers"),
    [
        (lambda choose: (choose(A, ""), choose(B, ""), choose(C, "")), list(product(BOTH, repeat=3))),
        (lambda choose: choose(A, "") and (choose(B, ""),), [False, (False,), (True,)]),
        (lambda choose: (choose(A, "x"), choose(A, "y"), choose(A, "x")), [(x, y, x) for x in BOTH for y in BOTH]),
        (lambda choose: (choose(FIRM, ""),), [(True,)]),
        (lambda choose: (choose(SILENCE, ""),), [(False,), (True,)]),
    ],
    ids=[
        "each once",
        "only what is asked",
        "one answer about one entity",
        "firm rows apply",
        "a silence in any profile",
    ],
)
def test_every_assignment_of_what_is_asked_is_tried_once(asks: Any, answers: list[Any]) -> None:
    assert sorted((result for result, _ in possibilities(asks, SILENT, 8)), key=repr) == sorted(answers, key=repr)


def test_more_choices_than_the_limit_are_an_error() -> None:
    with pytest.raises(TooManyStates, match="more than 7 states"):
        possibilities(lambda choose: [choose(row, "") for row in (A, B, C)], SILENT, 7)


def test_what_was_done_and_what_was_doubted_is_known() -> None:
    replay = Replay(SILENT, ())
    for row in (
        effect(cmd.ReadData, "b.b", uses=lambda c: None),
        whenever(Key, "c.c", when=lambda k: True, then=lambda k: {}),
    ):
        replay(row, "")
    assert (replay.acts, replay.doubted) == (False, set())
    for row in (effect(cmd.RotateKey, "d.d"), effect(cmd.RotateKey, "a.a")):
        replay(row, "")
    assert (replay.acts, replay.doubted) == (True, {"a.a"})


def test_only_what_changes_the_result_is_decisive() -> None:
    found = possibilities(lambda choose: (choose(A, "") and choose(B, "")) or choose(C, "") is None, SILENT, 8)
    assert decisive(found, lambda result: result) == {"a.a", "b.b"}
    assert decisive(found, lambda result: None) == frozenset()


# Profiles are sets of silent requirements, and what belongs to one is computed

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
        alone.sort(
            key=lambda oracle: oracle.machine.silent.isdisjoint(PICKLES[name].requirements)
        )  # the likeliest first
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
        ([DisableKey("kv-prod", "cmk-2048")], Fact("key", "kv-prod/cmk-2048", "enabled", False), True),
        ([DisableKey("kv-prod", "cmk-2048")], Fact("document", "contracts", "exists", True), False),
        ([DisableKey("kv-prod", "cmk-2048")], Unspecified(frozenset({"revocation.key-disabled"})), True),
        ([READ, READ], Accepted(), True),
    ],
)
def test_all_that_the_rows_agree_on_is_demanded(given: list[Any], then: Any, inside: bool) -> None:
    oracle = Oracle(ARTICLE)
    for command in (*AT_WORK, *given, READ):
        oracle.submit(command)
    assert oracle.demands(then) == inside


@pytest.mark.parametrize(("more", "inside"), [([], True), (['the customer reads the data of "ws-prod"'], False)])
def test_all_that_a_scenario_takes_for_so_must_be_demanded(more: list[str], inside: bool) -> None:
    revoked = 'the customer revokes the access of "translator-prod" to the keys of "kv-prod"'
    given = ["a deployed model under customer-managed keys", revoked, *more]
    steps = [*(("given", text) for text in given), ("when", 'the customer reads the data of "ws-prod"')]
    written = tuple(Step("", kind, text, 1) for kind, text in (*steps, ("then", "the request is refused")))
    pickle = Pickle("id", "name", "", 1, ("revocation.data-inaccessible",), written)
    assert demanded(Oracle(ARTICLE), pickle) == inside
