"""A wrong machine is caught on a sequence that needs what is wrong with it, and the requirement is named."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.conftest import some
from tests.evidence.mutation import Mutant, mutants
from tests.oracle.following import ARTICLE, FULL, follow, without
from translator_cmk.bdd.feature_files import pickles
from translator_cmk.bdd.vocabulary import commands_of
from translator_cmk.language.facts import Fact
from translator_cmk.language.messages import OBSERVED
from translator_cmk.language.situations import situations
from translator_cmk.machine import COUNTER_ROWS, ROWS, Command, Machine, Observation, Outcome, Refused
from translator_cmk.machine.commands import (
    CreateKey,
    CreateWorkspace,
    DeleteResource,
    DeleteVault,
    DeployModel,
    DisableIdentity,
    DisableKey,
    EnableCustomerManagedKeys,
    EnablePurgeProtection,
    MoveResource,
    MoveResourceGroup,
    RecoverVault,
    RevokeKeyAccess,
    RotateKey,
    TrainModel,
    TranslateWithModel,
    UploadDocument,
)
from translator_cmk.machine.entities import NO_RECORD, Document, Entity, Grant, Key, Model, Resource, Workspace
from translator_cmk.machine.rows import Row, effect, refuse
from translator_cmk.machine.updates import sets
from translator_cmk.oracle import Oracle
from translator_cmk.oracle.explain import STAYS, Difference, attributed_to
from translator_cmk.requirements import load_register
from translator_cmk.system import ModelSystem

REGISTER = load_register()
WITHOUT_ASSUMPTIONS = Oracle(Machine(row for row in ROWS if REGISTER[row.requirement].basis != "assumed"))
ONE_ROW_WRONG = [mutant for mutant in mutants() if mutant.kind in ("row dropped", "mistake added")]

AT_WORK, WITHOUT_KEY, SHARED, SECOND_VAULT, VAULT_DELETED = (
    situations()[name].commands
    for name in (
        "a deployed model under customer-managed keys",
        "a deployed model under Microsoft-managed keys",
        "two resources that share a vault and a key",
        "access to a second vault",
        "the vault has been deleted",
    )
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("machine", "mutants"),
    [(FULL, some(ONE_ROW_WRONG, 20)), (ARTICLE, some(ONE_ROW_WRONG, 40, first=1))],
    ids=["full", "article"],
)
def test_a_wrong_row_is_found_by_a_scenario_of_its_requirement_and_attributed_to_it(
    machine: Machine, mutants: list[Mutant]
) -> None:
    oracle = Oracle(machine)
    missed = [
        each.name
        for each in mutants
        if each.requirement not in machine.silent
        and each.requirement not in attributed(oracle, each) | attributed(WITHOUT_ASSUMPTIONS, each, "assumed")
    ]
    assert not missed


def attributed(oracle: Oracle, mutant: Mutant, without_basis: str = "") -> frozenset[str]:
    """The requirements to which what the mutant does in the scenarios of its requirement is attributed.

    An assumption can hide a mistake about what the article states, so it is looked for without that basis too.
    """
    rows = [row for row in mutant.rows if row not in ROWS or REGISTER[row.requirement].basis != without_basis]
    found = frozenset[str]()
    for pickle in pickles():
        if mutant.requirement in pickle.requirements:
            oracle.reset()
            unmet = follow(oracle, ModelSystem(Machine(rows)), *commands_of(pickle))
            found = found.union(*(each.requirements for each in unmet))
    return found


NAMED_OTHERWISE = {
    "resource.regional": "resource.global-refused",
    "resource.not-at-creation": "resource.creation-refused",
    "tenant.no-cross-tenant-access": "tenant.grant-refused",
}
REFUSED = {name: f"{name}-refused" for name in REGISTER if f"{name}-refused" in REGISTER} | NAMED_OTHERWISE
"""For what the article says has no effect: the assumption that it is refused."""


@pytest.mark.parametrize("stated", REFUSED)
def test_what_is_neither_refused_nor_without_effect_is_attributed_to_what_is_stated(stated: str) -> None:
    mistakes = [row for row in COUNTER_ROWS if row.requirement == stated]
    wrong = Machine([*without(frozenset({stated, REFUSED[stated]})).rows, *mistakes])
    scenario = next(each for each in pickles() if each.requirements[0] == stated)
    unmet = follow(Oracle(ARTICLE), ModelSystem(wrong), *commands_of(scenario))
    assert attributed_to(unmet)[:1] == (stated,)


def unmet_by(machine: Machine, *more: Command) -> tuple[Difference, ...]:
    return follow(Oracle(FULL), ModelSystem(machine), *AT_WORK, *more)


def test_a_difference_is_attributed_to_the_one_requirement_that_explains_all_of_it() -> None:
    (unmet,) = unmet_by(without(frozenset({"revocation.undeploys"})), DeleteVault("kv-prod"))
    assert unmet == Difference(
        Fact("model", "legal-en-de", "state", "undeployed"),
        Fact("model", "legal-en-de", "state", "deployed"),
        ("revocation.undeploys",),
    )


def test_where_two_are_wrong_each_difference_is_attributed_to_what_is_behind_it() -> None:
    wrong = without(frozenset({"revocation.undeploys", "revocation.deletes-uploads"}))
    unmet = unmet_by(wrong, RevokeKeyAccess("kv-prod", "translator-prod"))
    found = {each.expected.kind: each.requirements for each in unmet if isinstance(each.expected, Fact)}
    assert "revocation.undeploys" in found["model"]
    assert "revocation.undeploys" not in found["document"]
    assert "revocation.deletes-uploads" in found["document"]


DISABLES_ALL = effect(DisableKey, "keys.disable", each=Key, then=lambda c, k: sets(k, enabled=False))
UNDEPLOYS_ALL = effect(EnablePurgeProtection, "a", each=Model, then=lambda c, m: sets(m, state="undeployed"))
ALL_NAMES_TAKEN = refuse(CreateWorkspace, "environment.new-name", unless=lambda c: False)


@pytest.mark.parametrize(
    ("wrong", "command", "requirement"),
    [
        (DISABLES_ALL, DisableKey("kv-prod", "cmk-2048"), "keys.disable"),
        (UNDEPLOYS_ALL, EnablePurgeProtection("kv-prod"), "revocation.undeploys"),
    ],
    ids=["an effect on another entity", "a consequence without its condition"],
)
def test_what_no_mistake_explains_is_attributed_to_the_rows_that_do_such_a_thing(
    wrong: Row, command: Command, requirement: str
) -> None:
    other_key = CreateKey("kv-prod", "cmk-next")
    unmet = follow(Oracle(FULL), ModelSystem(Machine([*ROWS, wrong])), *AT_WORK, other_key, command)
    assert attributed_to(unmet)[0] == requirement


def test_a_refused_request_for_a_key_from_elsewhere_that_turns_the_identity_on_is_attributed() -> None:
    class TurnsOn(ModelSystem):
        """Turns the identity on, whatever is asked."""

        def observe(self) -> Observation:
            seen = super().observe()
            for fields in seen["resource"].values():
                fields.update({"identity": True, "registered": True} if self.asked else {})
            return seen

        asked = False

        def submit(self, command: Command) -> Outcome:
            self.asked = isinstance(command, EnableCustomerManagedKeys)
            return super().submit(command)

    command = EnableCustomerManagedKeys("translator-prod", store="elsewhere", through="api")
    unmet = follow(Oracle(FULL), TurnsOn(), *situations()["a Translator resource"].commands, command)
    assert attributed_to(unmet)[0] == "identity.unchanged-without-effect"


def test_what_stays_is_a_field_that_is_shown_and_a_requirement_says_so() -> None:
    shown = {(kind, field) for kind, (_, fields) in OBSERVED.items() for field in (*fields, "exists")}
    assert [each for each in STAYS if each.requirement not in REGISTER or not each.fields <= shown] == []


UNDEPLOYS, NO_KEY = (Model, {"state": "undeployed"}), (Resource, {"key": None})
DELETES, NO_ACCESS = (Document, {"state": "deleted"}), (Grant, {"state": NO_RECORD})


@pytest.mark.parametrize(
    ("situation", "command", "too_much", "requirement"),
    [
        (AT_WORK, MoveResource("translator-prod", "security", "apps"), UNDEPLOYS, "tenant.same-tenant-move"),
        (AT_WORK, MoveResourceGroup("apps", "production", "security"), NO_KEY, "tenant.same-tenant-move"),
        (AT_WORK, CreateKey("kv-prod", "cmk-next"), NO_KEY, "keys.opt-in"),
        (AT_WORK, TrainModel("fr-de", "ws-prod"), DELETES, "environment.upload"),
        (AT_WORK, RotateKey("kv-prod", "cmk-2048"), UNDEPLOYS, "keys.rotation-keeps-data"),
        (SHARED, RevokeKeyAccess("kv-prod", "translator-prod"), UNDEPLOYS, "revocation.only-that-resource"),
        (SECOND_VAULT, RevokeKeyAccess("kv-test", "translator-prod"), DELETES, "revocation.access-revoked"),
        (WITHOUT_KEY, DisableIdentity("translator-prod"), UNDEPLOYS, "identity.harmless-without-keys"),
        (AT_WORK, RotateKey("kv-prod", "cmk-2048"), (Workspace, {"covered": False}), "workspace.covered"),
        (VAULT_DELETED, RecoverVault("kv-prod"), NO_ACCESS, "environment.recover-vault"),
        (AT_WORK, RotateKey("kv-prod", "cmk-2048"), NO_ACCESS, "keys.rotation-keeps-data"),
        (AT_WORK, TranslateWithModel("legal-en-de"), UNDEPLOYS, "environment.deploy"),
    ],
)
def test_what_should_have_stayed_is_attributed_to_the_requirement_that_says_so(
    situation: Sequence[Command], command: Command, too_much: tuple[type[Entity], dict[str, Any]], requirement: str
) -> None:
    kind, fields = too_much
    wrong = effect(type(command), "a", each=kind, then=lambda _, each: sets(each, **fields))
    unmet = follow(Oracle(FULL), ModelSystem(Machine([*ROWS, wrong])), *situation, command)
    assert attributed_to(unmet)[0] == requirement


@pytest.mark.parametrize(
    ("situation", "reason", "in_use", "requirement"),
    [
        ("an identity with access to the vault", "vault.granted-beforehand", False, "vault.granted-beforehand"),
        ("access to a vault with soft delete alone", "vault.purge-protection-refused", True, "vault.purge-protection"),
    ],
    ids=["a demand that is met", "a mistake in spite of the refusal"],
)
def test_a_refusal_is_attributed_to_the_demand_that_it_misjudges_or_to_the_mistake_that_is_made_all_the_same(
    situation: str, reason: str, in_use: bool, requirement: str
) -> None:
    oracle, system = Oracle(FULL), ModelSystem()
    assert follow(oracle, system, *situations()[situation].commands) == ()
    oracle.submit(EnableCustomerManagedKeys("translator-prod", "kv-prod", "cmk-2048", through="api"))
    seen = system.observe()
    if in_use:
        seen["resource"]["translator-prod"] |= {"key_source": "customer-managed", "key": "kv-prod/cmk-2048"}
    assert attributed_to(oracle.narrow(Refused(frozenset({reason})), seen))[0] == requirement


def test_what_is_refused_for_no_reason_is_attributed_to_what_it_should_have_done_and_then_to_the_reasons() -> None:
    unmet = follow(
        Oracle(FULL),
        ModelSystem(Machine([*ROWS, ALL_NAMES_TAKEN])),
        *AT_WORK,
        CreateWorkspace("ws-new", "translator-prod"),
    )
    assert attributed_to(unmet) == ("environment.create-workspace", "workspace.covered", "environment.new-name")


def test_a_deployment_that_is_refused_for_want_of_documents_is_attributed_to_what_says_that_it_needs_none() -> None:
    needs_more = refuse(DeployModel, "environment.train", unless=lambda c: False)
    unmet = unmet_by(Machine([*ROWS, needs_more]), DeployModel("legal-en-de"))
    assert attributed_to(unmet)[0] == "restoration.redeploy"


def test_what_one_of_several_is_spared_is_attributed_to_that_loss_and_not_to_its_cause() -> None:
    class Spares(ModelSystem):
        """Keeps the first document when the others are deleted."""

        def observe(self) -> Observation:
            seen = super().observe()
            if "ws-prod" in seen["workspace"] and not seen["workspace"]["ws-prod"]["readable"]:
                seen["document"]["contracts"] = {"workspace": "ws-prod"}
            return seen

    more = UploadDocument("invoices", "ws-prod")
    unmet = follow(Oracle(FULL), Spares(), *AT_WORK, more, RevokeKeyAccess("kv-prod", "translator-prod"))
    assert attributed_to(unmet) == ("revocation.deletes-uploads",)


def test_what_a_refused_request_changes_is_attributed_to_the_reasons_to_refuse_it() -> None:
    class Keeps(ModelSystem):
        """Refuses to upload a document while the key is inaccessible, and keeps it all the same."""

        def observe(self) -> Observation:
            seen = super().observe()
            if "ws-prod" in seen["workspace"] and not seen["workspace"]["ws-prod"]["readable"] and self.asked:
                seen["document"]["late"] = {"workspace": "ws-prod"}
            return seen

        def submit(self, command: Command) -> Outcome:
            self.asked = isinstance(command, UploadDocument)
            return super().submit(command)

    revoked = RevokeKeyAccess("kv-prod", "translator-prod")
    unmet = follow(Oracle(FULL), Keeps(), *AT_WORK, revoked, UploadDocument("late", "ws-prod"))
    assert attributed_to(unmet) == ("revocation.no-upload",)


def test_a_wrong_machine_whose_rows_contradict_explains_nothing() -> None:
    """After a rotation the mistake of `keys.rotation-keeps-data` undeploys what deleting the resource deletes."""
    wrong = without(frozenset({"environment.delete-resource"}))
    unmet = unmet_by(wrong, RotateKey("kv-prod", "cmk-2048"), DeleteResource("translator-prod"))
    assert {requirement for each in unmet for requirement in each.requirements} == {"environment.delete-resource"}
