"""What a run has shown: the requirements that a system would have broken by doing otherwise."""

from translator_cmk.language.declaration import Declaration
from translator_cmk.language.situations import situations
from translator_cmk.machine import DEFAULT_STAGE, Command, Refused
from translator_cmk.machine.commands import (
    CreateKey,
    CreateVault,
    EnableCustomerManagedKeys,
    GrantKeyAccess,
    RevokeKeyAccess,
)
from translator_cmk.oracle import Exchange
from translator_cmk.oracle.evidence import behaviour, settled_in, shown_in
from translator_cmk.oracle.profiles import MODEL, silent_in
from translator_cmk.requirements import load_register

DECLARED = Declaration("model", "1", frozenset())
SILENT = silent_in("article", load_register())
LOST = (
    *situations()["a deployed model under customer-managed keys"].commands,
    RevokeKeyAccess("kv-prod", "translator-prod"),
)
RESTORED = (*LOST, GrantKeyAccess("kv-prod", "translator-prod"))
ELSEWHERE = (
    CreateVault("kv-east", "eastus", "production", "apps"),
    CreateKey("kv-east", "cmk-2048"),
    EnableCustomerManagedKeys("translator-prod", "kv-east", "cmk-2048", through="portal"),
)


def recorded(*commands: Command) -> list[Exchange]:
    """Return what the model does, without its reasons."""
    exchanges = []
    asked = [Exchange(command, None, None) for command in commands]
    for exchange in behaviour(MODEL, asked, DEFAULT_STAGE):
        if isinstance(exchange.outcome, Refused):
            exchanges.append(exchange._replace(outcome=Refused()))
        else:
            exchanges.append(exchange)
    return exchanges


def shown(exchanges: list[Exchange]) -> set[str]:
    """Return the requirements that a run shows in the profile `article`."""
    return set(shown_in(exchanges, SILENT, DECLARED, DEFAULT_STAGE))


def test_a_loss_that_was_seen_is_shown_and_one_that_was_not_asked_for_is_not() -> None:
    found = shown(recorded(*LOST))
    assert found >= {"revocation.access-revoked", "revocation.undeploys", "keys.enable"}
    assert found.isdisjoint({"revocation.vault-deleted", "vault.same-region"})


def test_what_nobody_looked_at_is_not_shown() -> None:
    unseen = [exchange._replace(seen=None) for exchange in recorded(*LOST)]
    assert "revocation.undeploys" not in shown(unseen)


def enabling_twice() -> tuple[list[Exchange], int]:
    """Return a run that enables customer-managed keys after a vault elsewhere was refused, and the
    place of the refusal.
    """
    enabled = next(
        number
        for number, command in enumerate(LOST)
        if isinstance(command, EnableCustomerManagedKeys)
    )
    asked = (*LOST[:enabled], *ELSEWHERE, *LOST[enabled:])
    return recorded(*asked), enabled + len(ELSEWHERE) - 1


def test_a_command_whose_answer_said_nothing_shows_nothing_of_its_demands() -> None:
    exchanges, place = enabling_twice()
    assert "vault.same-region" in shown(exchanges)
    exchanges[place] = exchanges[place]._replace(outcome=None)
    assert "vault.same-region" not in shown(exchanges)


def test_a_refusal_shows_nothing_where_the_command_was_never_accepted() -> None:
    exchanges, place = enabling_twice()
    assert "vault.same-region" not in shown(exchanges[: place + 1])


def test_an_assumption_is_settled_by_what_was_seen_either_way() -> None:
    as_assumed = recorded(*RESTORED)
    name = "restoration.data-readable"
    assert settled_in(as_assumed, SILENT, DECLARED, DEFAULT_STAGE)[name] is True
    last = as_assumed[-1]
    assert last.seen is not None
    workspaces = {
        workspace: {**fields, "readable": False}
        for workspace, fields in last.seen["workspace"].items()
    }
    otherwise = [*as_assumed[:-1], last._replace(seen={**last.seen, "workspace": workspaces})]
    assert settled_in(otherwise, SILENT, DECLARED, DEFAULT_STAGE)[name] is False
    assert name not in settled_in(as_assumed[:-1], SILENT, DECLARED, DEFAULT_STAGE)
