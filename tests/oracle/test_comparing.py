"""What a system did and showed is compared as far as it shows it."""

import pytest

from tests.oracle.following import ARTICLE, FULL, at_work, follow
from translator_cmk.language.facts import Fact
from translator_cmk.machine import Accepted, KeyUse, Refused, Stage, Unspecified
from translator_cmk.machine.commands import (
    CreateResource,
    CreateVault,
    DisableKey,
    ReadData,
    RevokeKeyAccess,
    TranslateWithModel,
)
from translator_cmk.oracle import Oracle
from translator_cmk.oracle.observability import Shown
from translator_cmk.oracle.profiles import machine_of


def test_differences_say_what_was_demanded_and_what_was_seen() -> None:
    oracle, system = at_work(FULL)
    seen = system.observe()
    oracle.submit(RevokeKeyAccess("v1", "r1"))
    (first, *others) = oracle.narrow(Refused(), seen)
    assert isinstance(first.expected, Accepted)
    assert first.seen == Refused()
    assert Fact("grant", "v1/r1", "exists", False) in {each.expected for each in others}
    assert Fact("grant", "v1/r1", "exists", True) in {each.seen for each in others}


@pytest.mark.parametrize(
    ("shown", "agrees"),
    [
        (Shown(), False),
        (Shown(hidden=frozenset({"workspace.readable"})), True),
        (Shown(hidden=frozenset({"workspace"})), True),
        (Shown(hidden=frozenset({"workspace.resource"})), False),
    ],
)
def test_what_is_declared_hidden_is_not_compared(shown: Shown, agrees: bool) -> None:
    oracle, system = at_work(FULL, shown)
    seen = system.observe()
    for fields in seen["workspace"].values():
        del fields["readable"]
    assert (oracle.narrow(observation=seen) == ()) == agrees


def test_a_hidden_loss_shows_in_what_depends_on_it() -> None:
    """A system that shows no documents keeps the states apart until training tells them apart."""
    machine = machine_of(ARTICLE.silent - {"keys.use-logged"})
    oracle, system = at_work(machine, Shown(hidden=frozenset({"document", "workspace", "model"})))
    assert follow(oracle, system, DisableKey("v1", "k1")) == ()
    assert len(oracle.states) > 1
    by = frozenset({"revocation.key-disabled", "restoration.data-readable"})
    assert oracle.submit(ReadData("w1")) == Unspecified(by)
    assert oracle.narrow(Accepted(audit=(KeyUse("v1/k1", "r1"),))) == ()
    assert oracle.submit(TranslateWithModel("m1")) == Accepted(frozenset({"keys.use-logged"}), (KeyUse("v1/k1", "r1"),))


@pytest.mark.parametrize(
    ("shown", "because", "agrees"),
    [
        (Shown(), {"revocation.data-inaccessible"}, True),
        (Shown(), set(), False),
        (Shown(), {"revocation.data-inaccessible", "keys.use-logged"}, False),
        (Shown(reasons=False), set(), True),
    ],
)
def test_reasons_are_compared_where_they_are_given(shown: Shown, because: set[str], agrees: bool) -> None:
    oracle, system = at_work(FULL, shown)
    assert follow(oracle, system, RevokeKeyAccess("v1", "r1")) == ()
    oracle.submit(ReadData("w1"))
    assert (oracle.narrow(Refused(frozenset(because))) == ()) == agrees


@pytest.mark.parametrize(("shown", "agrees"), [(Shown(), False), (Shown(audit=False), True)])
def test_uses_of_keys_are_compared_where_they_are_shown(shown: Shown, agrees: bool) -> None:
    oracle, _ = at_work(FULL, shown)
    oracle.submit(ReadData("w1"))
    assert (oracle.narrow(Accepted()) == ()) == agrees


def test_true_is_not_one() -> None:
    oracle, system = at_work(FULL)
    seen = system.observe()
    seen["resource"]["r1"]["identity"] = 1
    assert oracle.narrow(observation=seen)


def test_what_is_left_over_after_reset_is_a_disagreement() -> None:
    oracle, system = at_work(FULL)
    oracle.reset()
    assert Fact("resource", "r1", "exists", False) in {
        each.expected for each in oracle.narrow(observation=system.observe())
    }


def test_the_stage_is_where_the_oracle_starts() -> None:
    oracle = Oracle(FULL)
    oracle.reset(Stage(("here",), {"one": "here"}, ("north",), {"tier": True}))
    assert isinstance(oracle.submit(CreateResource("r1", "Translator", "north", "tier", "one", "g")), Accepted)
    assert oracle.submit(CreateVault("v1", "westeurope", "one", "g")) == Refused(frozenset({"environment.exists"}))
