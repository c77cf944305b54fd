"""What a look shows while Azure changes something, and how ids are compared."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.azure.client.custom_translator import a_system, accept, enabled
from tests.azure.client.test_training import begun
from tests.azure.client.verifying_azure import TENANT
from translator_cmk.azure.client.adapter import AzureSystem
from translator_cmk.azure.client.target import CLOUDS, Target, declaration_of
from translator_cmk.azure.server.calls import Reply
from translator_cmk.azure.server.listening import AzureServer
from translator_cmk.azure.server.worlds import SUBSCRIPTIONS, guid
from translator_cmk.conformance.channels import Direct
from translator_cmk.conformance.lanes.tour import whole_smallest_run
from translator_cmk.conformance.session import Session
from translator_cmk.conformance.subject import Subject, by_chance
from translator_cmk.language.facts import changed_facts
from translator_cmk.machine import DEFAULT_STAGE
from translator_cmk.machine.commands import (
    CreateResource,
    CreateVault,
    DeleteResource,
    DisableIdentity,
    EnableIdentity,
    EnablePurgeProtection,
    GrantKeyAccess,
)
from translator_cmk.system import ModelSystem

OF_KEYS = {"key_source", "key"}


@pytest.fixture
def states(signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """The provisioning states that the server shows of accounts from now on, the last of them for
    good; None for an account without any.
    """
    answer = signed_in.answer
    left: list[str | None] = ["Succeeded"]

    def otherwise(method: str, target: str, headers: Any, content: bytes) -> Reply:
        reply = answer(method, target, headers, content)
        if method == "GET" and target.partition("?")[0].endswith("/accounts"):
            state = left.pop(0) if len(left) > 1 else left[0]
            for account in reply.body["value"]:
                account["properties"]["provisioningState"] = state
        return reply

    monkeypatch.setattr(signed_in, "answer", otherwise)
    return left


@pytest.mark.parametrize("state", ["Failed", "Canceled", "Updating", "SomethingNew"])
def test_what_an_account_shows_of_its_key_counts_only_once_it_is_in_force(
    state: str, states: list[str | None], tmp_path: Path
) -> None:
    system = a_system(tmp_path)
    salt = uuid4().hex[:6]
    accept(system, *enabled(salt))
    states[:] = [state]
    seen = system.observe()["resource"][f"tr-{salt}"]
    assert seen.keys().isdisjoint(OF_KEYS)
    assert seen["identity"] is True
    states[:] = [None]
    assert system.observe()["resource"][f"tr-{salt}"].keys() >= OF_KEYS


def test_a_look_waits_until_a_change_is_over(states: list[str | None], tmp_path: Path) -> None:
    system = a_system(tmp_path, wait=20.0)
    salt = uuid4().hex[:6]
    accept(system, *enabled(salt))
    states[:] = ["Updating", "Accepted", "Succeeded"]
    assert system.observe()["resource"][f"tr-{salt}"].keys() >= OF_KEYS
    assert len(states) == 1


@contextmanager
def behind(server: AzureServer, method: str, kind: str) -> Iterator[list[str]]:
    """Have the server's lists of a kind show for two looks what they showed before each change;
    yield those looks.
    """
    answer = server.answer
    before: dict[str, Reply] = {}
    looks: list[str] = []
    changes: list[str] = []

    def late(asked: str, target: str, headers: Any, content: bytes) -> Reply:
        reply = answer(asked, target, headers, content)
        path = target.partition("?")[0]
        if asked == method and f"/{kind}/" in path:
            changes.append(path)
        if asked != "GET" or not path.endswith(f"/{kind}"):
            return reply
        if not changes:
            before[path] = reply
        elif path in before and len(looks) < 2:
            looks.append(path)
            return before[path]
        return reply

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "answer", late)
        yield looks


@pytest.fixture
def subject(signed_in: AzureServer, tmp_path: Path) -> Subject:
    """The adapter as the kit sees it, to a new world as in Microsoft's cloud."""
    assert signed_in.port
    named = {"production": guid(TENANT, SUBSCRIPTIONS[0])}
    target = Target(CLOUDS["AzureCloud"], named, leftovers=str(tmp_path / "leftovers.json"))
    found = Subject(Session(Direct(lambda: AzureSystem(target))), by_chance())
    found.reset(found.declaration.stage)
    return found


def test_purge_protection_counts_as_off_only_once_a_look_had_time(
    subject: Subject, signed_in: AzureServer
) -> None:
    with behind(signed_in, "PATCH", "vaults") as looks:
        subject.submit(CreateVault("kv", "westeurope", "production", "g", purge_protection=False))
        assert subject.observe()["vault"]["kv"]["purge_protection"] is False
        subject.submit(EnablePurgeProtection("kv"))
        assert subject.observe()["vault"]["kv"]["purge_protection"] is True
    assert len(looks) == 2


def test_a_deleted_resource_counts_as_there_only_once_a_look_had_time(
    subject: Subject, signed_in: AzureServer
) -> None:
    with behind(signed_in, "DELETE", "accounts") as looks:
        subject.submit(
            CreateResource("tr", "Translator", "westeurope", "cmk-tier", "production", "g")
        )
        assert "tr" in subject.observe()["resource"]
        subject.submit(DeleteResource("tr"))
        assert subject.observe()["resource"] == {}
    assert len(looks) == 2


SHOWN_ONCE_CARRIED_OUT = {"DeployModel", "UndeployModel"}
"""Commands that the adapter carries out until their effect shows."""


def test_each_command_that_changes_what_is_there_may_take_its_time_to_show() -> None:
    """What is made is waited for by each look."""
    declared = declaration_of(Target(CLOUDS["AzureCloud"]), ["production"], reasons=False)
    model = ModelSystem()
    for command in whole_smallest_run(declared):
        before = model.observe()
        model.submit(command)
        changed = [fact for fact, _ in changed_facts(before, model.observe())]
        was_there = any(fact.name in before[fact.kind] for fact in changed)
        name = type(command).__name__
        if was_there and name not in SHOWN_ONCE_CARRIED_OUT:
            assert name in declared.windows


@pytest.mark.usefixtures("signed_in")
def test_a_subscription_is_found_by_its_id_in_any_case(tmp_path: Path) -> None:
    named = {"production": guid(TENANT, SUBSCRIPTIONS[0]).upper()}
    cloud = CLOUDS["AzureCloud"]._replace(local=True)
    system = AzureSystem(Target(cloud, named, leftovers=str(tmp_path / "leftovers.json")))
    system.reset(DEFAULT_STAGE)
    assert system.estate.tenant_of("production") == TENANT
    vault = f"kv-{uuid4().hex[:6]}"
    accept(system, CreateVault(vault, "westeurope", "production", "apps"))
    assert vault in system.observe()["vault"]


@pytest.mark.parametrize("ending", [DisableIdentity, DeleteResource])
def test_an_access_policy_that_an_identity_left_behind_is_neither_access_nor_none(
    ending: Any, signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    system, name = begun(tmp_path, "dictionary")
    vault = f"kv-{name}"
    accept(system, CreateVault(vault, "westeurope", "production", name))
    accept(system, EnableIdentity(name), GrantKeyAccess(vault, name))
    answer = signed_in.answer
    policies: list[Any] = []

    def remembering(method: str, target: str, headers: Any, content: bytes) -> Reply:
        reply = answer(method, target, headers, content)
        if method == "GET" and target.partition("?")[0].endswith("/vaults"):
            for found in reply.body["value"]:
                if found["name"] == vault:
                    policies[:] = policies or found["properties"]["accessPolicies"]
                    found["properties"]["accessPolicies"] = list(policies)
        return reply

    monkeypatch.setattr(signed_in, "answer", remembering)
    grant = f"{vault}/{name}"
    assert system.observe()["grant"][grant]["vault"] == vault
    accept(system, ending(name))
    system.reads_are_behind_until = 0.0
    assert system.observe()["grant"] == {grant: {"resource": name}}
