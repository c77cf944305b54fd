"""The oracle demands what all states agree on that silent rows leave possible."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.check_trace.logs import is_judged_as_written
from tests.command_line import tables
from tests.oracle.following import (
    ARTICLE,
    THREE_AT_WORK,
    commands,
    follow,
    submit,
    without,
)
from translator_cmk.language.facts import Fact
from translator_cmk.language.situations import situations
from translator_cmk.machine import (
    DEFAULT_STAGE,
    REMEMBERING,
    Accepted,
    Machine,
    Refused,
    Unspecified,
    initial,
    observe,
)
from translator_cmk.machine import commands as cmd
from translator_cmk.machine.commands import (
    DisableKey,
    ReadData,
    RevokeKeyAccess,
    TranslateWithModel,
)
from translator_cmk.oracle import Oracle
from translator_cmk.oracle.agreement import UNSPECIFIED
from translator_cmk.oracle.nondeterminism import TooManyStates
from translator_cmk.oracle.profiles import machine_of
from translator_cmk.system import ModelSystem

SEEDS = st.integers(0, 2**32)


# The oracle beside machines


@pytest.mark.slow
@settings(max_examples=25)
@given(SEEDS)
def test_with_every_row_speaking_the_oracle_is_the_machine(seed: int) -> None:
    machine = Machine(REMEMBERING)
    oracle = Oracle(machine)
    state = initial(DEFAULT_STAGE)
    for command in commands(seed):
        state, outcome = machine.step(state, command)
        assert oracle.submit(command) == outcome
        assert state in oracle.states
        if isinstance(outcome, Unspecified):
            break
        assert oracle.states == (state,)
        assert oracle.observe() == observe(machine.world(state))


@pytest.mark.slow
@settings(max_examples=20)
@given(SEEDS)
def test_what_the_oracle_demands_holds_of_every_machine_that_fits(seed: int) -> None:
    """What is demanded before anything is seen is what the model does, or is unspecified."""
    oracle = Oracle(ARTICLE)
    system = ModelSystem()
    for command in commands(seed, 25):
        demanded = oracle.submit(command)
        outcome = system.submit(command)
        seen = system.observe()
        assert isinstance(demanded, Unspecified) or type(demanded) is type(outcome)
        for kind, entities in oracle.observe().items():
            for name, fields in entities.items():
                for field, value in fields.items():
                    assert value is UNSPECIFIED or seen[kind][name][field] == value
        assert oracle.narrow(outcome, seen) is None


def test_more_states_than_the_limit_are_an_error() -> None:
    """Each of three keys may be disabled or not, which makes eight states in three steps."""
    oracle = Oracle(machine_of({"keys.disable"}), limit=7)
    submit(oracle, cmd.CreateVault("v1", "westeurope", "production", "g1"))
    for key in ("k1", "k2", "k3"):
        submit(oracle, cmd.CreateKey("v1", key))
    submit(oracle, cmd.DisableKey("v1", "k1"), cmd.DisableKey("v1", "k2"))
    with pytest.raises(TooManyStates, match="more than 7 states"):
        oracle.submit(cmd.DisableKey("v1", "k3"))


# What is demanded

AT_WORK = situations()["a deployed model under customer-managed keys"].commands
READ = ReadData("ws-prod")
TRANSLATE = TranslateWithModel("legal-en-de")
REVOKE = RevokeKeyAccess("kv-prod", "translator-prod")
DISABLE = DisableKey("kv-prod", "cmk-2048")


@pytest.mark.parametrize(
    ("commands", "claim", "demanded"),
    [
        ([REVOKE, TRANSLATE], Refused(), True),
        ([REVOKE, TRANSLATE], Refused(frozenset({"revocation.features-stop"})), True),
        ([REVOKE, TRANSLATE], Refused(frozenset({"revocation.no-upload"})), False),
        ([REVOKE, TRANSLATE], Accepted(), False),
        ([REVOKE, READ], Refused(), False),
        ([READ], Accepted(), True),
        ([READ], Accepted(frozenset({"keys.use-logged"})), False),
        ([READ], Accepted(frozenset({"keys.enable"})), False),
        ([READ], Fact("workspace", "ws-prod", "readable", True), True),
        ([READ], lambda before, outcome, after: before == after, True),
        ([READ], lambda before, outcome, after: before != after, False),
        ([DISABLE, READ], Refused(), False),
        ([DISABLE, READ], Fact("key", "kv-prod/cmk-2048", "enabled", False), True),
        ([DISABLE, READ], Fact("document", "contracts", "exists", True), False),
        ([DISABLE, READ], Unspecified(frozenset({"revocation.key-disabled"})), True),
        ([READ, READ, READ], Accepted(), True),
    ],
)
def test_all_that_the_rows_agree_on_is_demanded(
    commands: list[Any], claim: Any, demanded: bool
) -> None:
    oracle = Oracle(ARTICLE)
    submit(oracle, *AT_WORK, *commands)
    assert oracle.demands(claim) == demanded


NARROWING, *_ = tables(__file__, "narrowing.yaml")


@pytest.mark.parametrize("row", NARROWING, ids=lambda row: row["claim"])
def test_what_a_system_did_and_showed_is_compared_as_far_as_something_is_demanded(
    row: dict[str, Any], tmp_path: Path
) -> None:
    is_judged_as_written(row, tmp_path)


# What is uncompared


def after_a_revocation_that_may_cost_nothing() -> Oracle:
    """Return an oracle after an entry was taken from access policies that nothing goes by."""
    oracle = Oracle(ARTICLE)
    system = ModelSystem(without(frozenset({"revocation.vault-switched"})))
    assert follow(oracle, system, *THREE_AT_WORK, cmd.SetPermissionModel("v1", "rbac")) is None
    seen = system.observe()
    del seen["grant"]["v1/r1"]
    oracle.submit(cmd.RevokeKeyAccess("v1", "r1"))
    assert oracle.narrow(Accepted(), seen) is None
    return oracle


def test_a_claim_about_everything_is_not_demanded_where_something_is_uncompared() -> None:
    oracle = after_a_revocation_that_may_cost_nothing()
    oracle.submit(cmd.EnableSoftDelete("v2"))
    assert not oracle.demands(lambda before, outcome, after: True)


def test_of_what_is_uncompared_nothing_is_demanded() -> None:
    oracle = after_a_revocation_that_may_cost_nothing()
    assert isinstance(oracle.submit(cmd.TranslateWithModel("m1")), Unspecified)
    assert oracle.observe()["model"]["m1"] == {"exists": UNSPECIFIED}
    assert not oracle.demands(Fact("workspace", "w1", "exists", True))
    assert oracle.narrow(Refused()) is None


def test_what_is_uncompared_keeps_no_states_apart() -> None:
    oracle = after_a_revocation_that_may_cost_nothing()
    states = len(oracle.states)
    oracle.submit(cmd.UploadDocument("d9", "w1"))
    assert len(oracle.states) == states
