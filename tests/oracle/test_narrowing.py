"""What a system did and showed is compared as far as something is demanded of it, and as far as it shows it."""

from typing import Any

import pytest

from tests.machine.worlds import TWO_AT_WORK
from tests.oracle.following import ARTICLE, FULL, THREE_AT_WORK, at_work, follow, submit, without
from translator_cmk.language.sentences import Fact
from translator_cmk.machine import ROWS, Accepted, Command, KeyUse, Machine, Outcome, Refused, Stage, Unspecified
from translator_cmk.machine import commands as cmd
from translator_cmk.machine.entities import Model, Resource
from translator_cmk.machine.rows import Row, effect, sets
from translator_cmk.oracle import Oracle
from translator_cmk.oracle.observability import UNSPECIFIED, Shown
from translator_cmk.oracle.profiles import machine_of
from translator_cmk.system import ModelSystem


def test_differences_say_what_was_demanded_and_what_was_seen() -> None:
    oracle, system = at_work(FULL)
    seen = system.observe()
    oracle.submit(cmd.RevokeKeyAccess("v1", "r1"))
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


OTHER_KEY = (cmd.CreateKey("v1", "k2"), cmd.EnableCustomerManagedKeys("r1", "v1", "k2"))


@pytest.mark.parametrize("machine", [FULL, ARTICLE], ids=["full", "article"])
@pytest.mark.parametrize(("outcome", "key", "wrong"), [(Refused(), "v1/k1", "v1/k2"), (Accepted(), "v1/k2", "v1/k1")])
def test_a_change_of_key_is_refused_or_puts_the_new_key_in_use(
    machine: Machine, outcome: Outcome, key: str, wrong: str
) -> None:
    oracle, system = at_work(machine)
    assert follow(oracle, system, OTHER_KEY[0]) == ()
    assert oracle.submit(OTHER_KEY[1]) == Unspecified(frozenset({"keys.change"}))
    assert oracle.observe()["resource"]["r1"]["key"] is UNSPECIFIED
    assert oracle.narrow(outcome) == ()
    assert oracle.observe()["resource"]["r1"]["key"] == key
    seen = system.observe()
    seen["resource"]["r1"]["key"] = key
    assert oracle.narrow(observation=seen) == ()
    seen["resource"]["r1"]["key"] = wrong
    assert [each.requirements[0] for each in oracle.narrow(observation=seen)] == ["keys.enable"]


def test_a_hidden_loss_shows_in_what_depends_on_it() -> None:
    """A system that shows no documents keeps the states apart until training tells them apart."""
    machine = machine_of(ARTICLE.silent - {"keys.use-logged"})
    oracle, system = at_work(machine, Shown(hidden=frozenset({"document", "workspace", "model"})))
    assert follow(oracle, system, cmd.DisableKey("v1", "k1")) == ()
    assert len(oracle.states) > 1
    by = frozenset({"revocation.key-disabled", "restoration.data-readable"})
    assert oracle.submit(cmd.ReadData("w1")) == Unspecified(by)
    assert oracle.narrow(Accepted(audit=(KeyUse("v1/k1", "r1"),))) == ()
    assert oracle.submit(cmd.TranslateWithModel("m1")) == Accepted(
        frozenset({"keys.use-logged"}), (KeyUse("v1/k1", "r1"),)
    )


REVOKE, READ = cmd.RevokeKeyAccess("v1", "r1"), cmd.ReadData("w1")


@pytest.mark.parametrize(
    ("shown", "before", "outcome", "agrees"),
    [
        (Shown(), [REVOKE], Refused(frozenset({"revocation.data-inaccessible"})), True),
        (Shown(), [REVOKE], Refused(), False),
        (Shown(), [REVOKE], Refused(frozenset({"revocation.data-inaccessible", "keys.use-logged"})), False),
        (Shown(reasons=False), [REVOKE], Refused(), True),
        (Shown(), [], Accepted(), False),
        (Shown(audit=False), [], Accepted(), True),
    ],
)
def test_reasons_and_uses_of_keys_are_compared_where_they_are_given(
    shown: Shown, before: list[Command], outcome: Outcome, agrees: bool
) -> None:
    oracle, system = at_work(FULL, shown)
    assert follow(oracle, system, *before) == ()
    oracle.submit(READ)
    assert (oracle.narrow(outcome) == ()) == agrees


def test_what_is_left_over_after_reset_is_a_disagreement() -> None:
    oracle, system = at_work(FULL)
    oracle.reset()
    unmet = oracle.narrow(observation=system.observe())
    assert Fact("resource", "r1", "exists", False) in {each.expected for each in unmet}


def test_the_stage_is_where_the_oracle_starts() -> None:
    oracle = Oracle(FULL)
    oracle.reset(Stage(("here",), {"one": "here"}, ("north",), {"tier": True}))
    assert isinstance(oracle.submit(cmd.CreateResource("r1", "Translator", "north", "tier", "one", "g")), Accepted)
    assert oracle.submit(cmd.CreateVault("v1", "westeurope", "one", "g")) == Refused(frozenset({"environment.exists"}))


def undeploys(on: type[Command], requirement: str, when: Any = lambda c, m: True) -> Row:
    """A row by which a command undeploys models."""
    return effect(on, requirement, each=Model, when=when, then=lambda c, m: sets(m, state="undeployed"))


def a_third_thing(*more: Row) -> Machine:
    """A system that lets the key be changed, and undeploys the models of the resource meanwhile."""
    row = undeploys(
        cmd.EnableCustomerManagedKeys,
        "keys.change",
        lambda c, m: c.resource.key is not None and m.workspace.resource.name == c.resource.name,
    )
    return Machine([*without(frozenset({"keys.change"})).rows, row, *more])


def after_a_third_thing(machine: Machine = FULL, *more: Row) -> tuple[Oracle, ModelSystem]:
    """An oracle that has followed such a system through the change, of which it demands nothing."""
    oracle, system = Oracle(machine), ModelSystem(a_third_thing(*more))
    assert follow(oracle, system, *THREE_AT_WORK, *OTHER_KEY) == ()
    return oracle, system


def uncompared(oracle: Oracle) -> set[str]:
    return {f"{kind.word} {name}" for kind, name in oracle.uncompared}


def meddles(on: type[Command], requirement: str) -> Row:
    """A row by which a command about another resource, which has its key, turns off the identity of r3."""
    return effect(
        on,
        requirement,
        each=Resource,
        when=lambda c, r: c.resource.key is not None and r.name == "r3",
        then=lambda c, r: sets(r, identity=False),
    )


def test_a_third_thing_where_nothing_is_demanded_is_no_disagreement_and_goes_uncompared() -> None:
    oracle, _ = after_a_third_thing()
    names = uncompared(oracle)
    assert names >= {"resource r1", "vault v1", "key v1/k2", "grant v1/r1", "workspace w1", "document d1", "model m1"}
    assert not names & {"resource r3", "vault v2", "key v2/k1", "workspace w3", "document d3"}
    assert oracle.submit(cmd.TranslateWithModel("m1")) == Unspecified(frozenset({"keys.change"}))
    assert oracle.narrow(Refused()) == ()
    assert oracle.observe()["model"]["m1"] == {"exists": UNSPECIFIED}
    assert not oracle.demands(Fact("workspace", "w1", "exists", True))


def test_what_is_made_of_something_uncompared_is_uncompared_too() -> None:
    oracle, system = after_a_third_thing()
    oracle.submit(cmd.CreateWorkspace("w9", "r1"))
    assert oracle.narrow(Refused()) == ()
    oracle.submit(cmd.UploadDocument("d9", "w9"))
    assert oracle.narrow(Refused(), system.observe()) == ()
    assert oracle.submit(cmd.EnableCustomerManagedKeys("r3", "v1", "k1")) == Unspecified(frozenset({"keys.change"}))
    assert (Resource, "r3") in oracle.uncompared


def test_what_may_have_come_to_depend_on_something_uncompared_is_uncompared_too() -> None:
    """In every possible state the vault is gone; in the system, which did a third thing to it, it may be there."""
    oracle, system = after_a_third_thing()
    submit(oracle, cmd.DeleteVault("v1"), cmd.EnableCustomerManagedKeys("r3", "v1", "k1"))
    seen = system.observe()
    seen["resource"]["r3"]["key"] = "v1/k1"
    assert oracle.narrow(Accepted(), seen) == ()
    assert (Resource, "r3") in oracle.uncompared


def test_a_claim_about_everything_is_not_demanded_where_something_is_uncompared() -> None:
    oracle, _ = after_a_third_thing()
    oracle.submit(cmd.EnableIdentity("r3"))
    assert oracle.demands(Accepted())
    assert not oracle.demands(lambda before, outcome, after: True)


def test_the_rest_is_still_compared() -> None:
    oracle, system = after_a_third_thing(FULL, meddles(cmd.RevokeKeyAccess, "revocation.only-that-resource"))
    unmet = follow(oracle, system, cmd.RevokeKeyAccess("v1", "r1"))
    assert {(each.expected.kind, each.expected.name) for each in unmet} >= {("resource", "r3")}
    assert all(each.expected.name.endswith("3") for each in unmet)


def test_what_is_uncompared_keeps_no_states_apart() -> None:
    oracle, _ = after_a_third_thing(ARTICLE)
    oracle.submit(cmd.DisableKey("v1", "k2"))
    assert len(oracle.states) == 1


@pytest.mark.parametrize(
    ("silent", "command", "field", "value"),
    [
        ({"environment.move"}, cmd.MoveResource("r3", "production", "g2"), "identity", False),
        # what goes on behind a demand that is waived was never thought of: the rows lose all that the key protected
        (
            {"keys.vault-only", "keys.vault-only-refused"},
            cmd.EnableCustomerManagedKeys("r1", store="elsewhere"),
            "key",
            None,
        ),
    ],
)
def test_a_third_thing_to_what_a_command_names_leaves_the_other_resources_compared(
    silent: set[str], command: Any, field: str, value: Any
) -> None:
    oracle, system = Oracle(machine_of(silent)), ModelSystem()
    assert follow(oracle, system, *THREE_AT_WORK) == ()
    oracle.submit(command)
    seen = system.observe()
    seen["resource"][command.resource][field] = value
    assert oracle.narrow(Accepted(), seen) == ()
    assert {name for kind, name in oracle.uncompared if kind is Resource} == {command.resource}


@pytest.mark.parametrize(("field", "value", "agrees"), [("identity", True, True), ("key", "v1/k1", False)])
def test_what_has_no_effect_may_do_what_is_assumed_not_to_happen_and_no_third_thing(
    field: str, value: object, agrees: bool
) -> None:
    oracle, system = at_work(ARTICLE)
    basic = cmd.CreateResource("r9", "Translator", "westeurope", "basic-tier", "production", "g1")
    assert follow(oracle, system, basic) == ()
    oracle.submit(cmd.EnableCustomerManagedKeys("r9", "v1", "k1"))
    seen = system.observe()
    seen["resource"]["r9"][field] = value
    assert (oracle.narrow(Accepted(), seen) == ()) is agrees


def test_reset_compares_everything_again() -> None:
    oracle, _ = after_a_third_thing()
    oracle.reset()
    assert not oracle.uncompared
    assert isinstance(oracle.submit(TWO_AT_WORK[0]), Accepted)


def test_a_third_thing_to_what_the_command_does_not_name_is_a_disagreement() -> None:
    oracle, system = Oracle(FULL), ModelSystem(a_third_thing(meddles(cmd.EnableCustomerManagedKeys, "keys.change")))
    unmet = follow(oracle, system, *THREE_AT_WORK, *OTHER_KEY)
    assert Fact("resource", "r3", "identity", True) in {each.expected for each in unmet}


def test_a_refusal_changes_nothing_even_where_it_is_left_open() -> None:
    oracle, system = Oracle(FULL), ModelSystem(a_third_thing())
    assert follow(oracle, system, *THREE_AT_WORK, OTHER_KEY[0]) == ()
    oracle.submit(OTHER_KEY[1])
    system.submit(OTHER_KEY[1])
    unmet = oracle.narrow(Refused(), system.observe())
    assert Fact("resource", "r1", "key", "v1/k1") in {each.expected for each in unmet}


def test_the_same_third_thing_is_a_disagreement_where_the_matter_is_specified() -> None:
    wrong = Machine([*ROWS, undeploys(cmd.GrantKeyAccess, "vault.access-policy")])
    assert follow(Oracle(FULL), ModelSystem(wrong), *TWO_AT_WORK, cmd.GrantKeyAccess("v2", "r1"))


def test_a_command_on_the_stage_leaves_open_only_what_is_in_it() -> None:
    """Where moving a subscription is silent, what is in another one is still compared."""
    oracle, system = Oracle(machine_of({"environment.move"})), ModelSystem()
    assert follow(oracle, system, *THREE_AT_WORK) == ()
    oracle.submit(cmd.MoveSubscription("security", "abroad"))
    assert oracle.demands(Fact("resource", "r1", "identity", True))
    assert not oracle.demands(Fact("grant", "v1/r1", "exists", True))
    seen = system.observe()
    seen["vault"]["v1"]["state"] = "deleted"
    assert oracle.narrow(Accepted(), seen) == ()
    seen["resource"]["r3"]["identity"] = False
    oracle.submit(cmd.EnableIdentity("r3"))
    assert oracle.narrow(Accepted(), seen)


def test_what_fits_no_state_only_since_it_was_not_seen_in_time_goes_uncompared() -> None:
    """Uploads are lost and the model is not, as no choice of rows has it; the last command has no part in it."""
    oracle, system = Oracle(ARTICLE), ModelSystem(without(ARTICLE.silent))
    assert follow(oracle, system, *THREE_AT_WORK) == ()
    for command in (cmd.DisableKey("v1", "k1"), cmd.CreateVault("v9", "westeurope", "production", "g1")):
        oracle.submit(command)
        system.submit(command)
    seen = system.observe()
    del seen["document"]["d1"]
    assert oracle.narrow(Accepted(), seen) == ()
    assert uncompared(oracle) == {"workspace w1", "workspace w2", "document d1", "document d2", "model m1", "model m2"}
