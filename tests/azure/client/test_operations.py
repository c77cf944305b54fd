"""A long-running operation that doesn't end teaches nothing, and ends neither a run nor a clean-up."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from tests.azure.client.interrupting import interrupted
from tests.azure.client.test_asking import a_resource, a_vault, accept, system_at
from tests.azure.client.test_clearing import a_system
from translator_cmk.azure.client.refusals import NotLearned
from translator_cmk.azure.client.target import WORK
from translator_cmk.azure.server.calls import Reply
from translator_cmk.azure.server.listening import AzureServer
from translator_cmk.cli import main
from translator_cmk.machine import Command
from translator_cmk.machine.commands import (
    CreateResource,
    CreateVault,
    DeleteResource,
    EnableIdentity,
)

MANAGER = "https://management.azure.com"
ENDLESS = "/subscriptions/x/operations/endless"
ACCOUNTS = "/Microsoft.CognitiveServices/accounts/"
VAULTS = "/Microsoft.KeyVault/vaults/"


@contextmanager
def endless(server: AzureServer, method: str, part: str) -> Iterator[None]:
    """Have what requests with a method and a part of a URL begin go on for ever."""
    status = 201 if method == "PUT" else 202
    begun = Reply(status, {}, {"Azure-AsyncOperation": f"{MANAGER}{ENDLESS}?api-version=1"})
    going_on = Reply(200, {"status": "InProgress"})
    with (
        interrupted(server, method, part, begun),
        interrupted(server, "GET", ENDLESS, going_on),
    ):
        yield


@pytest.mark.parametrize(
    ("command", "method", "part"),
    [
        (a_vault("kv-endless"), "PUT", f"{VAULTS}kv-endless"),
        (a_resource("tr-endless"), "PUT", f"{ACCOUNTS}tr-endless"),
        (EnableIdentity("tr-there"), "PATCH", f"{ACCOUNTS}tr-there"),
        (DeleteResource("tr-there"), "DELETE", f"{ACCOUNTS}tr-there"),
    ],
    ids=lambda given: type(given).__name__ if isinstance(given, Command) else "",
)
def test_of_an_operation_that_does_not_end_nothing_is_learned(
    command: Command,
    method: str,
    part: str,
    signed_in: AzureServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setitem(WORK[type(command).__name__], "patience", 1)
    system = system_at(tmp_path, wait=0.0)
    accept(system, a_resource("tr-there"))
    with (
        endless(signed_in, method, part),
        pytest.raises(NotLearned, match="still under way after 1 seconds"),
    ):
        system.submit(command)


def test_a_group_whose_deletion_does_not_end_stays_and_the_rest_is_removed(
    signed_in: AzureServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(WORK["DeleteResource"], "patience", 1)
    system = a_system(tmp_path)
    salt = uuid4().hex[:6]
    where = "westeurope", "production"
    accept(
        system,
        CreateResource(f"tr-{salt}", "Translator", where[0], "cmk-tier", where[1], f"slow-{salt}"),
        CreateVault(f"kv-{salt}", *where, f"quick-{salt}"),
    )
    with endless(signed_in, "DELETE", f"translator-cmk-slow-{salt}"):
        assert main(["leftovers", "--clean", "--yes"]) == 4
    printed = capsys.readouterr().out
    assert f"group translator-cmk-slow-{salt} stays: NotLearned: the operation is still" in printed
    assert f"group translator-cmk-quick-{salt} stays" not in printed
