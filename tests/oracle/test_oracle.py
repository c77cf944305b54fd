"""The oracle demands what all states agree on that silence leaves possible; every choice of silent rows is tried."""

from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.machine.worlds import TWO_AT_WORK
from tests.oracle.following import (
    ARTICLE,
    FULL,
    REQUIREMENTS,
    PicksAtRandom,
    at_work,
    commands,
    follow,
    submit,
    without,
)
from translator_cmk.bdd.features import Pickle, Step, pickles
from translator_cmk.bdd.vocabulary import demanded
from translator_cmk.language.sentences import Fact, situations
from translator_cmk.machine import (
    COUNTER_ROWS,
    DEFAULT_STAGE,
    ROWS,
    Accepted,
    Machine,
    Outcome,
    Refused,
    RowsContradict,
    Unspecified,
    initial,
    observe,
)
from translator_cmk.machine import commands as cmd
from translator_cmk.machine.commands import DisableKey, KeyType, ReadData, RevokeKeyAccess
from translator_cmk.machine.entities import Key
from translator_cmk.machine.rows import effect, refuse, silent, whenever
from translator_cmk.machine.topics import OTHER_READINGS
from translator_cmk.oracle import Oracle
from translator_cmk.oracle.nondeterminism import Replay, TooManyStates, decisive, possibilities
from translator_cmk.oracle.observability import UNSPECIFIED
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
            assert oracle.narrow(outcome, system.observe()) == ()
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
        assert oracle.narrow(outcome, seen) == ()


def test_more_states_than_the_limit_are_an_error() -> None:
    """Of three keys, each may be disabled or not: no step has more than three ways to go, but all have eight."""
    keys = ("k1", "k2", "k3")
    oracle = Oracle(machine_of({"keys.disable"}), limit=7)
    submit(oracle, cmd.CreateVault("v1", "westeurope", "production", "g1"), *(cmd.CreateKey("v1", key) for key in keys))
    submit(oracle, *(cmd.DisableKey("v1", key) for key in keys[:2]))
    with pytest.raises(TooManyStates, match="more than 7 states"):
        oracle.submit(cmd.DisableKey("v1", keys[2]))


def test_what_a_silent_row_decides_is_unspecified_and_the_rest_is_demanded() -> None:
    oracle, _ = at_work(ARTICLE)
    assert oracle.submit(cmd.DisableKey("v1", "k1")) == Accepted(frozenset({"keys.disable"}))
    seen = oracle.observe()
    assert seen["key"]["v1/k1"]["enabled"] is False
    assert seen["workspace"]["w1"]["readable"] is UNSPECIFIED
    assert seen["document"]["d1"] == {"exists": UNSPECIFIED}
    assert seen["resource"]["r1"]["key_source"] == "customer-managed"
    assert oracle.demands(Fact("key", "v1/k1", "enabled", False))
    assert not oracle.demands(Fact("document", "d1", "exists", True))


def test_what_was_seen_narrows_what_is_possible() -> None:
    oracle, system = at_work(ARTICLE)
    assert follow(oracle, system, cmd.DisableKey("v1", "k1")) == ()
    assert len(oracle.states) == 1
    assert oracle.submit(cmd.ReadData("w1")) == Refused(frozenset({"revocation.data-inaccessible"}))


def test_what_was_settled_by_what_was_seen_is_named_no_more() -> None:
    oracle, system = at_work(ARTICLE)
    assert (
        follow(oracle, system, cmd.DisableKey("v1", "k1"), cmd.EnableKey("v1", "k1"), cmd.CreateKey("v1", "k2")) == ()
    )
    oracle.submit(cmd.ReturnToMicrosoftManagedKeys("r2"))
    demanded = oracle.submit(cmd.EnableCustomerManagedKeys("r2", "v1", "k2"))
    assert demanded == Unspecified(frozenset({"keys.return", "keys.change", "workspace.earlier-allowed"}))


def test_a_system_that_ignores_what_is_assumed_agrees_too() -> None:
    oracle, system = Oracle(ARTICLE), ModelSystem(without(ARTICLE.silent))
    assert (
        follow(
            oracle, system, *TWO_AT_WORK, cmd.DisableKey("v1", "k1"), cmd.ReadData("w1"), cmd.TranslateWithModel("m1")
        )
        == ()
    )
    assert not oracle.uncompared


REGION, KEY = "vault.same-region-refused", "keys.rsa-2048-refused"


@pytest.mark.parametrize(
    ("silent", "key", "demanded", "reasons", "agrees"),
    [
        ({REGION}, ("RSA", 2048), Unspecified(frozenset({REGION})), {"some.other-reason"}, True),
        ({REGION}, ("RSA", 3072), Refused(frozenset({KEY})), {REGION}, True),
        # who takes RSA-HSM for another type than RSA may say so, beside other reasons
        (FULL.silent, ("RSA-HSM", 2048), Refused(frozenset({REGION})), {REGION, KEY}, True),
        (FULL.silent, ("RSA", 2048), Refused(frozenset({REGION})), {REGION, KEY}, False),
    ],
)
def test_a_refusal_may_give_any_reason_where_a_row_is_silent_and_no_other_reason_elsewhere(
    silent: set[str], key: tuple[KeyType, int], demanded: Outcome, reasons: set[str], agrees: bool
) -> None:
    oracle = Oracle(machine_of(silent))
    outcome = submit(
        oracle,
        cmd.CreateResource("r1", "Translator", "westeurope", "cmk-tier", "production", "g1"),
        cmd.CreateVault("v1", "eastus", "production", "g1"),
        cmd.CreateKey("v1", "k1", *key),
        cmd.EnableCustomerManagedKeys("r1", "v1", "k1"),
    )
    assert outcome == demanded
    assert oracle.demands(Fact("resource", "r1", "key_source", "microsoft-managed"))
    assert (oracle.narrow(Refused(frozenset(reasons))) == ()) is agrees


def test_a_refusal_of_a_name_may_give_other_reasons_too() -> None:
    """No demand is read before the names are, so nothing says that it is met."""
    oracle = Oracle(FULL)
    assert submit(oracle, cmd.DisableKey("v1", "k1")) == Refused(frozenset({"environment.exists"}))
    assert oracle.narrow(Refused(frozenset({"environment.exists", "environment.enabled-key"}))) == ()
    oracle.reset()
    oracle.submit(cmd.DisableKey("v1", "k1"))
    assert oracle.narrow(Refused(frozenset({"environment.enabled-key"})))  # what is wrong has to be among them


def test_a_permission_that_is_silent_may_be_withheld() -> None:
    """The article does not say what rotation means for the data."""
    (mistake,) = (row for row in COUNTER_ROWS if row.requirement == "keys.rotation-keeps-data")
    cuts_off = Machine([*ROWS, mistake])
    sequence = (*TWO_AT_WORK, cmd.RotateKey("v1", "k1"))
    assert follow(Oracle(ARTICLE), ModelSystem(cuts_off), *sequence) == ()
    assert follow(Oracle(FULL), ModelSystem(cuts_off), *sequence)


def test_a_command_of_which_nothing_speaks_may_be_refused() -> None:
    oracle, _ = at_work(ARTICLE)
    assert oracle.submit(cmd.ReturnToMicrosoftManagedKeys("r1")) == Unspecified(frozenset({"keys.return"}))
    assert oracle.narrow(Refused()) == ()
    assert oracle.demands(Fact("resource", "r1", "key_source", "customer-managed"))


def test_a_command_of_which_something_speaks_may_not_be_refused() -> None:
    oracle, _ = at_work(machine_of({"vault.granted-with-keys"}))
    oracle.submit(cmd.CreateResource("r3", "Translator", "westeurope", "cmk-tier", "production", "g1"))
    assert isinstance(oracle.submit(cmd.EnableCustomerManagedKeys("r3", "v1", "k1")), Accepted)
    assert not oracle.demands(Fact("grant", "v1/r3", "exists", True))
    assert oracle.narrow(Refused())


def test_a_command_that_only_records_the_use_of_a_key_may_not_be_refused_for_that() -> None:
    oracle, system = at_work(machine_of({"keys.use-logged"}))
    demanded = oracle.submit(cmd.ReadData("w1"))
    assert isinstance(demanded, Accepted)
    assert oracle.narrow(Refused(), system.observe())


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
