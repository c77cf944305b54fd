"""What a record shows: the requirements that a system would have broken by doing otherwise."""

from collections.abc import Sequence

import pytest

from translator_cmk.language.situations import situations
from translator_cmk.machine import DEFAULT_STAGE, Accepted, Command, Machine, Outcome, Refused
from translator_cmk.machine.commands import (
    CreateKey,
    CreateResource,
    CreateVault,
    EnableCustomerManagedKeys,
    EnableIdentity,
    EnablePurgeProtection,
    GrantKeyAccess,
    ImportKey,
    ReturnToMicrosoftManagedKeys,
    RevokeKeyAccess,
    UploadDocument,
)
from translator_cmk.oracle import Exchange
from translator_cmk.oracle.evidence import WITHOUT_SILENCES, Evidence, evidence_in
from translator_cmk.oracle.profiles import silent_in
from translator_cmk.oracle.shown import Shown
from translator_cmk.requirements import load_register
from translator_cmk.system import ModelSystem

SILENT = silent_in("article", load_register())
ANSWERS_ALONE = Shown(reasons=False, audit=False)
LOST = (
    *situations()["a deployed model under customer-managed keys"].commands,
    RevokeKeyAccess("kv-prod", "translator-prod"),
)
RESTORED = (*LOST, GrantKeyAccess("kv-prod", "translator-prod"))


def enabling(vault: str, key: str = "cmk-2048") -> Command:
    return EnableCustomerManagedKeys("translator-prod", vault, key, through="api")


def vault_with_key(vault: str, *, purge_protection: bool = True) -> list[Command]:
    return [
        CreateVault(vault, "westeurope", "production", "apps", purge_protection=purge_protection),
        CreateKey(vault, "cmk-2048"),
        GrantKeyAccess(vault, "translator-prod"),
    ]


PREPARED = (
    *situations()["a resource with an identity"].commands,
    *vault_with_key("kv-a"),
    *vault_with_key("kv-c", purge_protection=False),
)
PROTECTION = (
    *PREPARED,
    enabling("kv-a"),
    enabling("kv-c"),
    EnablePurgeProtection("kv-c"),
    enabling("kv-c"),
    enabling("kv-a"),
)
"""Purge protection between two keys that were put in use."""
FIRST = len(PREPARED)
IN_QUESTION = FIRST + 1
AFTER = FIRST + 3


def recorded(commands: Sequence[Command], machine: Machine = WITHOUT_SILENCES) -> list[Exchange]:
    """Return what a system does, without its reasons."""
    system = ModelSystem(machine)
    exchanges = []
    for command in commands:
        outcome: Outcome = system.submit(command)
        answer = Accepted() if isinstance(outcome, Accepted) else Refused()
        exchanges.append(Exchange(command, answer, system.observe(), ANSWERS_ALONE))
    return exchanges


def evidence(exchanges: Sequence[Exchange]) -> Evidence:
    """Return what a record says in the profile `article`."""
    return evidence_in(exchanges, SILENT, DEFAULT_STAGE)


def test_a_loss_that_was_seen_is_shown_and_one_that_was_not_asked_for_is_not() -> None:
    found = evidence(recorded(LOST)).shown
    revoked = len(LOST) - 1
    assert found["revocation.access-revoked"] == found["revocation.undeploys"] == (revoked,)
    assert "keys.enable" in found
    assert found.keys().isdisjoint({"revocation.vault-deleted", "vault.same-region"})


def test_that_keys_work_alike_is_shown_by_both_kinds_of_key_together() -> None:
    before = situations()["an upload under Microsoft-managed keys"].commands
    under_both = (
        *before,
        EnableIdentity("translator-prod"),
        *vault_with_key("kv-a"),
        enabling("kv-a"),
        UploadDocument("later", "ws-prod"),
    )
    for under_one in (before, situations()["an upload under customer-managed keys"].commands):
        assert "encryption.transparent" in evidence(recorded(under_one)).open
    assert "encryption.transparent" in evidence(recorded(under_both)).shown


def test_what_nobody_looked_at_is_open() -> None:
    found = evidence([exchange._replace(seen=None) for exchange in recorded(LOST)])
    assert "revocation.undeploys" not in found.shown
    assert found.open["revocation.undeploys"] == (len(LOST) - 1,)


def test_a_model_that_was_undeployed_does_not_show_that_data_is_inaccessible() -> None:
    shows_no_workspace = Shown(reasons=False, audit=False, hidden=frozenset({"workspace"}))
    exchanges = []
    for exchange in recorded(LOST):
        assert exchange.seen is not None
        seen = {kind: found for kind, found in exchange.seen.items() if kind != "workspace"}
        exchanges.append(exchange._replace(seen=seen, shown=shows_no_workspace))
    found = evidence(exchanges)
    assert "revocation.undeploys" in found.shown
    assert "revocation.data-inaccessible" not in found.shown
    assert "revocation.data-inaccessible" in evidence(recorded(LOST)).shown


def test_an_acceptance_without_effect_is_shown_between_two_of_which_it_was_seen() -> None:
    rows = [
        row for row in WITHOUT_SILENCES.rows if row.requirement != "vault.purge-protection-refused"
    ]
    found = evidence(recorded(PROTECTION, Machine(rows)))
    assert found.shown["vault.purge-protection"] == (FIRST, IN_QUESTION, AFTER)
    assert found.settled["vault.purge-protection-refused"] == (False, (FIRST, IN_QUESTION, AFTER))


@pytest.mark.parametrize("lacking", ["before", "after"])
def test_a_refusal_shows_nothing_without_both_controls(lacking: str) -> None:
    exchanges = recorded(PROTECTION)
    unseen = (FIRST,) if lacking == "before" else (AFTER, AFTER + 1)
    for place in unseen:
        exchanges[place] = exchanges[place]._replace(seen=None)
    found = evidence(exchanges)
    assert "vault.purge-protection" not in found.shown
    assert found.open["vault.purge-protection"] == (IN_QUESTION,)


def test_a_refusal_that_is_not_allowed_hides_nothing_that_follows_it() -> None:
    microsoft_managed = ReturnToMicrosoftManagedKeys("translator-prod")
    enables = enabling("kv-a")
    revokes = RevokeKeyAccess("kv-a", "translator-prod")
    exchanges = recorded((*PREPARED, enables, microsoft_managed, enables, revokes))
    refused = exchanges[IN_QUESTION]._replace(command=enables, outcome=Refused())
    exchanges.insert(IN_QUESTION + 1, refused)
    assert "revocation.revoke" in evidence(exchanges).shown


@pytest.mark.parametrize("is_used", [False, True])
def test_a_key_vault_that_was_never_used_may_be_refused_for_want_of_access(is_used: bool) -> None:
    far = CreateVault("kv-far", "eastus", "production", "apps", purge_protection=True)
    vaults = (*vault_with_key("kv-a"), *vault_with_key("kv-c"), far, *vault_with_key("kv-far")[1:])
    its_own = (
        CreateResource("translator-far", "Translator", "eastus", "cmk-tier", "production", "apps"),
        EnableIdentity("translator-far"),
        GrantKeyAccess("kv-far", "translator-far"),
    )
    uses_far = EnableCustomerManagedKeys("translator-far", "kv-far", "cmk-2048", through="api")
    commands = (
        *situations()["a resource with an identity"].commands,
        *vaults,
        enabling("kv-a"),
        enabling("kv-far"),
        enabling("kv-c"),
        *its_own,
        *([uses_far] if is_used else []),
    )
    assert ("vault.same-region" in evidence(recorded(commands)).shown) == is_used


def test_a_cloud_that_accepts_everything_and_changes_nothing_is_credited_with_nothing() -> None:
    before = recorded(PREPARED)
    ignored = [
        exchange._replace(outcome=Accepted(), seen=before[-1].seen)
        for exchange in recorded(PROTECTION)[FIRST:]
    ]
    shown = evidence([*before, *ignored]).shown.keys()
    assert "vault.access-policy" in shown
    assert shown.isdisjoint({"keys.enable", "keys.rsa-2048", "vault.purge-protection"})


def test_a_refusal_that_nothing_explains_spoils_nothing_else() -> None:
    """As where somebody was in the way of a command that was accepted before and after."""
    exchanges = recorded((*PROTECTION, enabling("kv-c"), enabling("kv-a")))
    place = len(PROTECTION)
    exchanges[place] = Exchange(
        exchanges[place].command, Refused(), exchanges[place - 1].seen, ANSWERS_ALONE
    )
    found = evidence(exchanges)
    assert found.shown["vault.purge-protection"] == (FIRST, IN_QUESTION, AFTER)
    assert found.controls.keys() == {IN_QUESTION}
    assert "vault.same-region" not in found.shown


def test_each_mistake_that_a_command_allows_has_to_be_told_apart() -> None:
    imported = (
        *PREPARED[:-3],
        ImportKey("kv-a", "imported"),
        enabling("kv-a"),
        enabling("kv-a", "imported"),
    )
    assert "keys.any-origin" in evidence(recorded(imported)).shown
    assert "keys.any-origin" in evidence(recorded(imported[:-1])).open


def test_an_assumption_is_settled_by_what_was_seen_either_way() -> None:
    as_assumed = recorded(RESTORED)
    name = "restoration.data-readable"
    assert evidence(as_assumed).settled[name].holds
    last = as_assumed[-1]
    assert last.seen is not None
    workspaces = {
        workspace: {**fields, "readable": False}
        for workspace, fields in last.seen["workspace"].items()
    }
    otherwise = [*as_assumed[:-1], last._replace(seen={**last.seen, "workspace": workspaces})]
    assert not evidence(otherwise).settled[name].holds
    assert name not in evidence(as_assumed[:-1]).settled
