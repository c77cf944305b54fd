"""A failure names what the demanded answer rests on, and what a system would have to lack."""

import pytest

from tests.machine.mutants import Mutant, mutants
from tests.oracle.following import ARTICLE, FULL, follow, without
from translator_cmk.bdd.feature_files import pickles
from translator_cmk.bdd.vocabulary import commands_of
from translator_cmk.language.facts import Fact
from translator_cmk.language.situations import situations
from translator_cmk.machine import (
    COUNTER_ROWS,
    ROWS,
    Accepted,
    Command,
    Machine,
    Observation,
)
from translator_cmk.machine.commands import (
    CreateWorkspace,
    DeleteResource,
    DeleteVault,
    DisableKey,
    EnableCustomerManagedKeys,
    EnablePurgeProtection,
    ReadData,
    RevokeKeyAccess,
    RotateKey,
)
from translator_cmk.machine.entities import Model
from translator_cmk.machine.rows import Means, effect, refuse
from translator_cmk.machine.updates import sets
from translator_cmk.oracle import Difference, Differs, Oracle, Why, format_why
from translator_cmk.requirements import load_register
from translator_cmk.system import ModelSystem

REGISTER = load_register()
WITHOUT_ASSUMPTIONS = Oracle(
    Machine(row for row in ROWS if REGISTER[row.requirement].basis != "assumed")
)
ONE_ROW_WRONG = [mutant for mutant in mutants() if mutant.kind != "condition negated"]

AT_WORK = situations()["a deployed model under customer-managed keys"].commands
ELSEWHERE = situations()["access to a vault in another region"].commands
ENABLE = EnableCustomerManagedKeys("translator-prod", "kv-prod", "cmk-2048", through="api")


def failure(system: ModelSystem, *sequence: Command, machine: Machine = FULL) -> Differs:
    """Return how a system differs on a sequence, which it has to."""
    differs = follow(Oracle(machine), system, *sequence)
    assert differs is not None
    return differs


# What the demanded answer rests on


def test_an_acceptance_rests_on_what_it_is_accepted_by() -> None:
    refuses = Machine(
        [*ROWS, refuse(CreateWorkspace, "environment.new-name", unless=lambda c: False)]
    )
    differs = failure(ModelSystem(refuses), *AT_WORK, CreateWorkspace("ws-new", "translator-prod"))
    assert differs.why.rests_on == ("workspace.covered", "environment.create-workspace")


def test_a_refusal_rests_on_its_reasons() -> None:
    differs = failure(
        ModelSystem(without(frozenset({"vault.same-region-refused"}))), *ELSEWHERE, ENABLE
    )
    assert differs.why.rests_on == ("vault.same-region-refused",)


def test_a_repeat_rests_on_the_effects_that_stand() -> None:
    switches = [row for row in ROWS if row.requirement != "keys.disable"]
    switches.append(
        effect(DisableKey, "keys.disable", then=lambda c: sets(c.key, enabled=not c.key.enabled))
    )
    disable = DisableKey("kv-prod", "cmk-2048")
    with_a_key = situations()["a vault with a key"].commands
    differs = failure(
        ModelSystem(Machine(switches)), *with_a_key, disable, disable, machine=ARTICLE
    )
    assert differs.why.attributed_to == ("keys.disable",)


def test_what_is_not_specified_rests_on_what_is_silent_about_it() -> None:
    class DeletesTheVault(ModelSystem):
        """Shows no vault once it was asked to read data."""

        def observe(self) -> Observation:
            return {**super().observe(), "vault": {}}

    oracle = Oracle(ARTICLE)
    for command in (*AT_WORK, DisableKey("kv-prod", "cmk-2048"), ReadData("ws-prod")):
        oracle.submit(command)
    differs = oracle.narrow(Accepted(), DeletesTheVault().observe())
    assert differs is not None
    silent = {"revocation.key-disabled", "restoration.data-readable"}
    assert silent < set(differs.why.rests_on)
    assert differs.why.attributed_to == ("environment.others-stay",)  # no system violates the rest


def test_what_should_be_seen_rests_on_what_the_demanded_outcome_does() -> None:
    differs = failure(
        ModelSystem(without(frozenset({"revocation.undeploys"}))), *AT_WORK, DeleteVault("kv-prod")
    )
    assert differs.differences == (
        Difference(
            Fact("model", "legal-en-de", "state", "undeployed"),
            Fact("model", "legal-en-de", "state", "deployed"),
        ),
    )
    assert set(differs.why.rests_on) >= {
        "environment.delete-vault",
        "revocation.vault-deleted",
        "revocation.undeploys",
    }


# Without which requirements a system would do just this


def test_a_system_that_lacks_the_rows_of_a_requirement_would_do_just_what_was_seen() -> None:
    differs = failure(
        ModelSystem(without(frozenset({"revocation.undeploys"}))), *AT_WORK, DeleteVault("kv-prod")
    )
    assert differs.why.without == ("revocation.undeploys",)
    assert differs.why.attributed_to == ("revocation.undeploys",)


def test_a_system_that_makes_a_mistake_about_a_requirement_would_do_just_what_was_seen() -> None:
    mistakes = [row for row in COUNTER_ROWS if row.requirement == "keys.rotation-keeps-data"]
    [mistake] = [row for row in mistakes if isinstance(row, Means)]
    differs = failure(
        ModelSystem(Machine([*ROWS, mistake])), *AT_WORK, RotateKey("kv-prod", "cmk-2048")
    )
    assert differs.why.without == ("keys.rotation-keeps-data",)


def test_the_reasons_for_a_refusal_that_is_not_demanded_are_not_compared() -> None:
    refuses = refuse(ReadData, "environment.exists", unless=lambda c: False)
    differs = failure(ModelSystem(Machine([*ROWS, refuses])), *AT_WORK, ReadData("ws-prod"))
    assert differs.why.without == ("encryption.transparent",)


def test_the_whole_observation_has_to_be_what_such_a_system_would_show() -> None:
    """Each of two mistakes explains one of the differences, and none explains both."""
    wrong = without(frozenset({"revocation.undeploys", "revocation.deletes-uploads"}))
    differs = failure(ModelSystem(wrong), *AT_WORK, RevokeKeyAccess("kv-prod", "translator-prod"))
    assert differs.why.without == ()
    assert differs.why.attributed_to == differs.why.rests_on
    assert {"revocation.undeploys", "revocation.deletes-uploads"} <= set(differs.why.rests_on)


def test_what_no_single_mistake_does_is_attributed_to_what_the_demanded_answer_rests_on() -> None:
    undeploys = effect(
        EnablePurgeProtection, "a", each=Model, then=lambda c, m: sets(m, state="undeployed")
    )
    differs = failure(
        ModelSystem(Machine([*ROWS, undeploys])), *AT_WORK, EnablePurgeProtection("kv-prod")
    )
    # it was enabled before, so nothing is due but that all else stays
    assert differs.why.attributed_to == ("environment.others-stay",)


def test_a_look_is_explained_together_with_the_answer_that_came_before() -> None:
    oracle, system = Oracle(FULL), ModelSystem(without(frozenset({"keys.rotate"})))
    assert follow(oracle, system, *AT_WORK) is None
    command = RotateKey("kv-prod", "cmk-2048")
    outcome = system.submit(command)
    oracle.submit(command)
    assert oracle.narrow(outcome) is None
    differs = oracle.narrow(observation=system.observe())
    assert differs is not None
    assert differs.why.without == ("keys.rotate",)


def test_of_what_differs_only_from_an_earlier_look_no_requirement_is_missing() -> None:
    """Whether a disabled key loses data is not specified, but data is not lost and there at
    once.
    """
    oracle = Oracle(ARTICLE)
    for command in AT_WORK:
        oracle.submit(command)
    kept, lost = ModelSystem(), ModelSystem(without(frozenset({"revocation.key-disabled"})))
    for system in (kept, lost):
        for command in (*AT_WORK, DisableKey("kv-prod", "cmk-2048")):
            system.submit(command)
    oracle.submit(DisableKey("kv-prod", "cmk-2048"))
    assert oracle.narrow(Accepted(), kept.observe()) is None
    differs = oracle.narrow(observation=lost.observe())
    assert differs is not None
    assert differs.why.without == ()


def test_a_wrong_machine_whose_rows_contradict_explains_nothing() -> None:
    """The mistake of `keys.rotation-keeps-data` undeploys what deleting the resource deletes."""
    wrong = without(frozenset({"environment.delete-resource"}))
    sequence = (*AT_WORK, RotateKey("kv-prod", "cmk-2048"), DeleteResource("translator-prod"))
    assert failure(ModelSystem(wrong), *sequence).why.without == ("environment.delete-resource",)


def test_facts_are_in_the_order_of_the_register() -> None:
    differs = failure(
        ModelSystem(without(frozenset({"revocation.undeploys"}))), *AT_WORK, DeleteVault("kv-prod")
    )
    order = list(REGISTER)
    assert list(differs.why.rests_on) == sorted(differs.why.rests_on, key=order.index)


def test_facts_are_sentences_and_one_of_which_there_is_nothing_to_say_is_left_out() -> None:
    assert list(format_why(Why(("a.a", "b.b"), ("c.c",)))) == [
        ("rests on", "a.a, b.b"),
        ("explained", "here the system behaves as if it had no c.c"),
    ]
    why = Why(("a.a", "b.b"), ("c.c", "d.d"))
    assert list(format_why(why, failed="a.a")) == [
        ("rests on", "b.b"),
        ("explained", "here the system behaves as if it lacked one of c.c, d.d"),
    ]
    assert list(format_why(Why(("a.a",)), failed="a.a")) == []
    assert list(format_why(Why())) == []


# On the scenarios of the specification


@pytest.mark.slow
@pytest.mark.parametrize(
    ("machine", "mutants"),
    [(FULL, ONE_ROW_WRONG[::40]), (ARTICLE, ONE_ROW_WRONG[1::80])],
    ids=["full", "article"],
)
def test_a_system_with_a_wrong_row_would_do_just_this_without_its_requirement(
    machine: Machine, mutants: list[Mutant]
) -> None:
    oracle = Oracle(machine)
    missed = [
        mutant.name
        for mutant in mutants
        if mutant.requirement not in machine.silent
        and mutant.requirement
        not in lacking(oracle, mutant) | lacking(WITHOUT_ASSUMPTIONS, mutant, "assumed")
    ]
    assert not missed


def lacking(oracle: Oracle, mutant: Mutant, without_basis: str = "") -> set[str]:
    """The requirements without which a system would do what a mutant does in its scenarios.

    An assumption can hide a mistake about what the article states, so it is looked for without
    that basis too.
    """
    rows = [
        row
        for row in mutant.rows
        if row not in ROWS or REGISTER[row.requirement].basis != without_basis
    ]
    found: set[str] = set()
    for pickle in pickles():
        if mutant.requirement in pickle.requirements:
            oracle.reset()
            differs = follow(oracle, ModelSystem(Machine(rows)), *commands_of(pickle))
            if differs is not None:
                found.update(differs.why.without)
    return found


NAMED_OTHERWISE = {
    "resource.regional": "resource.global-refused",
    "resource.not-at-creation": "resource.creation-refused",
    "tenant.no-cross-tenant-access": "tenant.grant-refused",
}
REFUSED = {
    name: f"{name}-refused" for name in REGISTER if f"{name}-refused" in REGISTER
} | NAMED_OTHERWISE
"""For what the article says has no effect: the assumption that it is refused."""


@pytest.mark.parametrize("stated", REFUSED)
def test_what_is_neither_refused_nor_without_effect_is_attributed_to_what_is_stated(
    stated: str,
) -> None:
    mistakes = [row for row in COUNTER_ROWS if row.requirement == stated]
    wrong = Machine([*without(frozenset({stated, REFUSED[stated]})).rows, *mistakes])
    scenario = next(pickle for pickle in pickles() if pickle.requirements[0] == stated)
    named = failure(ModelSystem(wrong), *commands_of(scenario), machine=ARTICLE).why.attributed_to
    assert stated in named
    assert not ARTICLE.silent.intersection(named)
