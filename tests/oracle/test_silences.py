"""Where nothing is demanded of a command, a system may do what it likes to what the command names, and to no more."""

import pytest

from tests.machine.worlds import TWO_AT_WORK
from tests.oracle.following import ARTICLE, FULL, THREE_AT_WORK, at_work, follow, submit, without
from translator_cmk.language.facts import Fact
from translator_cmk.machine import ROWS, Accepted, Machine, Outcome, Refused, Unspecified
from translator_cmk.machine.commands import (
    CreateKey,
    CreateVault,
    CreateWorkspace,
    DeleteVault,
    DisableKey,
    EnableCustomerManagedKeys,
    EnableIdentity,
    GrantKeyAccess,
    MoveResource,
    MoveSubscription,
    RevokeKeyAccess,
    TranslateWithModel,
    UploadDocument,
)
from translator_cmk.machine.entities import Model, Resource
from translator_cmk.machine.rows import Row, effect, sets
from translator_cmk.oracle import Oracle
from translator_cmk.oracle.observability import UNSPECIFIED
from translator_cmk.oracle.profiles import machine_of
from translator_cmk.system import ModelSystem

OTHER_KEY = (CreateKey("v1", "k2"), EnableCustomerManagedKeys("r1", "v1", "k2"))


@pytest.mark.parametrize("machine", [FULL, ARTICLE], ids=["full", "article"])
@pytest.mark.parametrize(("outcome", "key"), [(Refused(), "v1/k1"), (Accepted(), "v1/k2")])
def test_what_is_left_open_may_be_refused_or_go_on(machine: Machine, outcome: Outcome, key: str) -> None:
    oracle, _ = at_work(machine)
    oracle.submit(OTHER_KEY[0])
    assert oracle.submit(OTHER_KEY[1]) == Unspecified(frozenset({"keys.change"}))
    assert oracle.observe()["resource"]["r1"]["key"] is UNSPECIFIED
    assert oracle.narrow(outcome) == ()
    assert oracle.observe()["resource"]["r1"]["key"] == key


def a_third_thing(*more: Row) -> Machine:
    """A system that lets the key be changed, and undeploys the models of the resource meanwhile."""
    undeploys = effect(
        EnableCustomerManagedKeys,
        "keys.change",
        each=Model,
        when=lambda c, m: c.resource.key is not None and m.workspace.resource.name == c.resource.name,
        then=lambda c, m: sets(m, state="undeployed"),
    )
    return Machine([*(row for row in ROWS if row.requirement != "keys.change"), undeploys, *more])


def after_a_third_thing(machine: Machine = FULL, *more: Row) -> tuple[Oracle, ModelSystem]:
    """An oracle that has followed such a system through the change, of which it demands nothing."""
    oracle, system = Oracle(machine), ModelSystem(a_third_thing(*more))
    assert follow(oracle, system, *THREE_AT_WORK, *OTHER_KEY) == ()
    return oracle, system


def test_a_third_thing_where_nothing_is_demanded_is_no_disagreement_and_goes_uncompared() -> None:
    oracle, _ = after_a_third_thing()
    uncompared = {f"{kind.word} {name}" for kind, name in oracle.uncompared}
    assert uncompared >= {
        "resource r1",
        "vault v1",
        "key v1/k2",
        "grant v1/r1",
        "workspace w1",
        "document d1",
        "model m1",
    }
    assert not uncompared & {"resource r3", "vault v2", "key v2/k1", "workspace w3", "document d3"}
    assert oracle.submit(TranslateWithModel("m1")) == Unspecified(frozenset({"keys.change"}))
    assert oracle.narrow(Refused()) == ()
    assert oracle.observe()["model"]["m1"] == {"exists": UNSPECIFIED}
    assert not oracle.demands(Fact("workspace", "w1", "exists", True))


def test_what_is_made_of_something_uncompared_is_uncompared_too() -> None:
    oracle, system = after_a_third_thing()
    oracle.submit(CreateWorkspace("w9", "r1"))
    assert oracle.narrow(Refused()) == ()
    oracle.submit(UploadDocument("d9", "w9"))
    assert oracle.narrow(Refused(), system.observe()) == ()
    assert oracle.submit(EnableCustomerManagedKeys("r3", "v1", "k1")) == Unspecified(frozenset({"keys.change"}))
    assert (Resource, "r3") in oracle.uncompared


def test_what_may_have_come_to_depend_on_something_uncompared_is_uncompared_too() -> None:
    """In every possible state the vault is gone; in the system, which did a third thing to it, it may be there."""
    oracle, system = after_a_third_thing()
    submit(oracle, DeleteVault("v1"), EnableCustomerManagedKeys("r3", "v1", "k1"))
    seen = system.observe()
    seen["resource"]["r3"]["key"] = "v1/k1"
    assert oracle.narrow(Accepted(), seen) == ()
    assert (Resource, "r3") in oracle.uncompared


def test_a_claim_about_everything_is_not_demanded_where_something_is_uncompared() -> None:
    oracle, _ = after_a_third_thing()
    oracle.submit(EnableIdentity("r3"))
    assert oracle.demands(Accepted())
    assert not oracle.demands(lambda before, outcome, after: True)


def test_the_rest_is_still_compared() -> None:
    forgets = effect(
        RevokeKeyAccess,
        "revocation.only-that-resource",
        each=Resource,
        when=lambda c, r: r.name == "r3",
        then=lambda c, r: sets(r, identity=False),
    )
    oracle, system = after_a_third_thing(FULL, forgets)
    unmet = follow(oracle, system, RevokeKeyAccess("v1", "r1"))
    assert {(each.expected.kind, each.expected.name) for each in unmet} >= {("resource", "r3")}
    assert all(each.expected.name.endswith("3") for each in unmet)


def test_what_is_uncompared_keeps_no_states_apart() -> None:
    oracle, _ = after_a_third_thing(ARTICLE)
    oracle.submit(DisableKey("v1", "k2"))
    assert len(oracle.states) == 1


def test_where_something_only_is_stays_compared() -> None:
    """Moving is silent; a system that turns the identity off when it moves one resource leaves the rest comparable."""
    oracle, system = Oracle(machine_of({"environment.move"})), ModelSystem()
    assert follow(oracle, system, *THREE_AT_WORK) == ()
    oracle.submit(MoveResource("r3", "production", "g2"))
    seen = system.observe()
    seen["resource"]["r3"]["identity"] = False
    assert oracle.narrow(Accepted(), seen) == ()
    assert (Resource, "r3") in oracle.uncompared
    assert (Resource, "r1") not in oracle.uncompared


def test_reset_compares_everything_again() -> None:
    oracle, _ = after_a_third_thing()
    oracle.reset()
    assert not oracle.uncompared
    assert isinstance(oracle.submit(TWO_AT_WORK[0]), Accepted)


def test_a_third_thing_to_what_the_command_does_not_name_is_a_disagreement() -> None:
    meddles = effect(
        EnableCustomerManagedKeys,
        "keys.change",
        each=Resource,
        when=lambda c, r: c.resource.key is not None and r.name == "r3",
        then=lambda c, r: sets(r, identity=False),
    )
    oracle, system = Oracle(FULL), ModelSystem(a_third_thing(meddles))
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
    undeploys = effect(
        GrantKeyAccess,
        "vault.access-policy",
        each=Model,
        when=lambda c, m: True,
        then=lambda c, m: sets(m, state="undeployed"),
    )
    assert follow(Oracle(FULL), ModelSystem(Machine([*ROWS, undeploys])), *TWO_AT_WORK, GrantKeyAccess("v2", "r1"))


def test_a_command_on_the_stage_leaves_open_only_what_is_in_it() -> None:
    """Where moving a subscription is silent, what is in another one is still compared."""
    oracle, system = Oracle(machine_of({"environment.move"})), ModelSystem()
    assert follow(oracle, system, *THREE_AT_WORK) == ()
    oracle.submit(MoveSubscription("security", "abroad"))
    assert oracle.demands(Fact("resource", "r1", "identity", True))
    assert not oracle.demands(Fact("grant", "v1/r1", "exists", True))
    seen = system.observe()
    seen["vault"]["v1"]["state"] = "deleted"
    assert oracle.narrow(Accepted(), seen) == ()
    seen["resource"]["r3"]["identity"] = False
    oracle.submit(EnableIdentity("r3"))
    assert oracle.narrow(Accepted(), seen)


def test_a_system_that_has_another_key_store_agrees_where_that_is_waived() -> None:
    """What goes on behind a demand that is waived was never thought of: the rows lose all that the key protected."""
    waived = frozenset({"keys.vault-only", "keys.vault-only-refused"})
    oracle, system = Oracle(machine_of(waived)), ModelSystem()
    assert follow(oracle, system, *THREE_AT_WORK) == ()
    assert oracle.submit(EnableCustomerManagedKeys("r1", store="elsewhere")) == Unspecified(waived)
    seen = system.observe()
    seen["resource"]["r1"]["key"] = None
    assert oracle.narrow(Accepted(), seen) == ()
    assert (Resource, "r1") in oracle.uncompared
    assert (Resource, "r3") not in oracle.uncompared


def test_what_fits_no_state_only_since_it_was_not_seen_in_time_goes_uncompared() -> None:
    """Uploads are lost and the model is not, as no choice of rows has it; the last command has no part in it."""
    oracle, system = Oracle(ARTICLE), ModelSystem(without(ARTICLE.silent))
    assert follow(oracle, system, *THREE_AT_WORK) == ()
    for command in (DisableKey("v1", "k1"), CreateVault("v9", "westeurope", "production", "g1")):
        oracle.submit(command)
        system.submit(command)
    seen = system.observe()
    del seen["document"]["d1"]
    assert oracle.narrow(Accepted(), seen) == ()
    uncompared = {f"{kind.word} {name}" for kind, name in oracle.uncompared}
    assert uncompared == {"workspace w1", "workspace w2", "document d1", "document d2", "model m1", "model m2"}
