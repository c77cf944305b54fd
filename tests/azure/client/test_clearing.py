"""A workspace of Custom Translator is deleted while its resource is there, since nobody else can ask
for it afterwards.
"""

import os
import signal
from pathlib import Path
from time import sleep
from typing import Any
from uuid import uuid4

import pytest

from tests.azure.client.custom_translator import accept, made
from tests.azure.client.interrupting import answered_with_a_page, interrupted, refusal
from tests.azure.client.test_training import begun
from tests.azure.client.verifying_azure import TENANT
from translator_cmk.azure.client.adapter import AzureSystem
from translator_cmk.azure.client.leftovers import left_in
from translator_cmk.azure.client.refusals import NotLearned
from translator_cmk.azure.client.target import CLOUDS, WORK, Target
from translator_cmk.azure.client.verify_azure import remove_what_is_left
from translator_cmk.azure.server.calls import Reply
from translator_cmk.azure.server.listening import AzureServer
from translator_cmk.azure.server.settings import settings_of
from translator_cmk.azure.server.worlds import SUBSCRIPTIONS, World, guid
from translator_cmk.cli import main
from translator_cmk.machine import DEFAULT_STAGE, Command
from translator_cmk.machine.commands import (
    CreateVault,
    DeleteKey,
    DeleteResource,
    DeleteVault,
    DeployModel,
    DisableIdentity,
    DisableKey,
    RevokeKeyAccess,
    TrainModel,
)
from translator_cmk.machine.entities import Vault, Workspace
from translator_cmk.system import MACHINE


def a_system(folder: Path) -> AzureSystem:
    """Return the adapter to a subscription that is shared, so that it has to be left clean."""
    cloud = CLOUDS["AzureCloud"]._replace(local=True)
    subscriptions = {"production": guid(TENANT, SUBSCRIPTIONS[0])}
    leftovers = str(folder / "leftovers.json")
    system = AzureSystem(Target(cloud, subscriptions, leftovers=leftovers))
    system.reset(DEFAULT_STAGE)
    return system


PLACE = ("westeurope", "production")


def world_of(server: AzureServer) -> World:
    world = server.worlds.of(TENANT)
    assert world is not None
    return world


def salted(salt: str) -> list[Any]:
    """Return what makes the world, with names of their own in the shared subscription."""
    commands = []
    for command in made(salt):
        fields = command.as_dict()
        for field in ("workspace", "document", "model", "group"):
            if fields.get(field):
                fields[field] = f"{fields[field]}-{salt}"
        commands.append(type(command)(**fields))
    return commands


@pytest.fixture
def salt() -> str:
    return uuid4().hex[:6]


def test_a_resource_is_deleted_once_its_workspaces_are(
    salt: str, signed_in: AzureServer, tmp_path: Path
) -> None:
    system = a_system(tmp_path)
    accept(system, *salted(salt), DeleteResource(f"tr-{salt}"))
    assert settings_of(world_of(signed_in), "abandoned", f"tr-{salt}") == {}
    kinds = [entry["kind"] for entry in left_in(tmp_path / "leftovers.json")]
    assert "workspace" not in kinds


def test_cleaning_deletes_a_workspace_before_its_resource(
    salt: str,
    signed_in: AzureServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    accept(a_system(tmp_path), *salted(salt))
    assert left_in(tmp_path / "leftovers.json")[0]["kind"] == "workspace"
    main(["leftovers", "--clean", "--yes"])
    assert f"workspace ws-{salt} stays" not in capsys.readouterr().out
    assert settings_of(world_of(signed_in), "abandoned", f"tr-{salt}") == {}


def test_what_a_workspace_can_be_deleted_with_stays_as_long_as_it_does(
    salt: str,
    signed_in: AzureServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = signed_in.answer
    refused = ["/workspaces/"]

    def refusing(method: str, target: str, headers: Any, content: bytes) -> Reply:
        if method == "DELETE" and any(part in target for part in refused):
            return Reply(400, {"error": {"code": "BadRequest", "message": "No."}})
        return answer(method, target, headers, content)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(signed_in, "answer", refusing)
    system = a_system(tmp_path)
    accept(system, *salted(salt))
    with pytest.raises(NotLearned, match="a workspace stays"):
        system.submit(DeleteResource(f"tr-{salt}"))
    assert main(["leftovers", "--clean", "--yes"]) == 4
    printed = capsys.readouterr().out
    assert f"workspace ws-{salt} stays" in printed
    assert f"group translator-cmk-apps-{salt} stays: a workspace that needs it" in printed
    assert settings_of(world_of(signed_in), "abandoned", f"tr-{salt}") == {}

    refused.clear()
    main(["leftovers", "--clean", "--yes"])
    left = [entry["kind"] for entry in left_in(tmp_path / "leftovers.json")]
    assert left == ["vault"]
    assert settings_of(world_of(signed_in), "abandoned", f"tr-{salt}") == {}


def test_the_page_of_a_proxy_keeps_no_more_than_what_it_stands_before(
    salt: str,
    signed_in: AzureServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    accept(a_system(tmp_path), *salted(salt), CreateVault(f"kv-{salt}-2", *PLACE, f"all-{salt}"))
    with answered_with_a_page(signed_in, "GET", "/customtranslator/"):
        assert main(["leftovers", "--clean", "--yes"]) == 4
    assert f"workspace ws-{salt} stays: DecodeError" in capsys.readouterr().out
    groups = [
        each["name"] for each in left_in(tmp_path / "leftovers.json") if each["kind"] == "group"
    ]
    assert groups == [f"translator-cmk-apps-{salt}"]


def test_a_workspace_without_its_resource_stays_on_the_list(
    salt: str,
    signed_in: AzureServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    system = a_system(tmp_path)
    accept(system, *salted(salt))
    system.estate.ask("accounts", f"tr-{salt}", "begin_delete").result()
    assert settings_of(world_of(signed_in), "abandoned", f"tr-{salt}")["workspaces"]
    assert main(["leftovers", "--clean", "--yes"]) == 4
    assert f"workspace ws-{salt} stays: its resource tr-{salt} is gone" in capsys.readouterr().out


@pytest.mark.parametrize("part", ["/models/", "/projects/", "/workspaces/"])
@pytest.mark.parametrize("status", [400, 409])
def test_a_deletion_that_is_refused_for_a_while_is_asked_for_again(
    part: str, status: int, signed_in: AzureServer, tmp_path: Path
) -> None:
    system, name = begun(tmp_path, "full")
    system.submit(TrainModel(f"m-{name}", f"ws-{name}"))
    no = refusal(status, "NotYet")
    with interrupted(signed_in, "DELETE", part, no, times=1) as refused:
        accept(system, DeleteResource(name))
    assert refused
    assert "workspace" not in [entry["kind"] for entry in left_in(tmp_path / "leftovers.json")]


def test_a_model_is_deleted_once_its_status_says_that_it_is_undeployed(
    signed_in: AzureServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, name = begun(tmp_path, "full")
    model = f"m-{name}"
    accept(system, TrainModel(model, f"ws-{name}"), DeployModel(model))
    answer = signed_in.answer
    statuses = ["undeploying", "undeploying", "undeployed"]
    seen: list[str] = []

    def slowly(method: str, target: str, headers: Any, content: bytes) -> Reply:
        reply = answer(method, target, headers, content)
        parent = target.partition("?")[0].rpartition("/")[0]
        if parent.endswith("/v1.0/models"):
            seen.append(method)
            if method == "GET":
                reply.body["modelStatus"] = statuses.pop(0) if len(statuses) > 1 else statuses[0]
        return reply

    monkeypatch.setattr(signed_in, "answer", slowly)
    accept(system, DeleteResource(name))
    assert seen[:4] == ["GET", "GET", "GET", "DELETE"]


@pytest.mark.parametrize("status", ["deployed", "deploying"])
def test_a_model_is_undeployed_though_the_list_does_not_say_where_it_is_deployed(
    status: str, signed_in: AzureServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(WORK["DeleteResource"], "wait", 1)
    system, name = begun(tmp_path, "full")
    model = f"m-{name}"
    accept(system, TrainModel(model, f"ws-{name}"), DeployModel(model))
    answer = signed_in.answer
    asked: list[str] = []

    def unsaid(method: str, target: str, headers: Any, content: bytes) -> Reply:
        path = target.partition("?")[0]
        reply = answer(method, target, headers, content)
        if path.endswith("/deployment"):
            asked.append(method)
        elif method == "GET" and path.endswith("/models"):
            for listed in reply.body["models"]:
                listed.pop("modelRegionStatuses")
        elif method == "GET" and "/models/" in path and status == "deploying" and not asked:
            reply.body.update(modelStatus=status, modelRegionStatuses=[])
        return reply

    monkeypatch.setattr(signed_in, "answer", unsaid)
    accept(system, DeleteResource(name))
    assert asked == ["POST"]


def test_an_undeployment_takes_nothing_of_the_time_that_a_deletion_may_take(
    signed_in: AzureServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(WORK["DeleteResource"], "wait", 1)
    system, name = begun(tmp_path, "full")
    model = f"m-{name}"
    accept(system, TrainModel(model, f"ws-{name}"), DeployModel(model))
    answer = signed_in.answer

    def slow(method: str, target: str, headers: Any, content: bytes) -> Reply:
        if target.partition("?")[0].endswith("/deployment"):
            sleep(1.1)
        return answer(method, target, headers, content)

    monkeypatch.setattr(signed_in, "answer", slow)
    with interrupted(signed_in, "DELETE", "/models/", refusal(400, "NotYet"), times=1) as refused:
        accept(system, DeleteResource(name))
    assert refused


def test_a_deletion_is_not_asked_for_again_longer_than_a_resource_may_take(
    signed_in: AzureServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(WORK["DeleteResource"], "wait", 1)
    system, name = begun(tmp_path, "full")
    no = refusal(409, "NotYet")
    staying = pytest.raises(NotLearned, match="a workspace stays")
    with interrupted(signed_in, "DELETE", "/workspaces/", no) as refused, staying:
        system.submit(DeleteResource(name))
    assert len(refused) > 1


def test_what_is_gone_already_is_no_reason_to_keep_the_rest(
    signed_in: AzureServer, tmp_path: Path
) -> None:
    system, name = begun(tmp_path, "full")
    system.submit(TrainModel(f"m-{name}", f"ws-{name}"))
    gone = refusal(404, "NotFound")
    with interrupted(signed_in, "DELETE", "/projects/", gone) as answered:
        accept(system, DeleteResource(name))
    assert answered
    assert settings_of(world_of(signed_in), "abandoned", name) == {}


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_no_clean_up(
    by: signal.Signals,
    salt: str,
    signed_in: AzureServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    system = a_system(tmp_path)
    accept(system, *salted(salt))
    answer = signed_in.answer
    deleted: list[str] = []
    ending: list[int] = []

    def signalling(method: str, target: str, headers: Any, content: bytes) -> Reply:
        if method == "DELETE":
            if not deleted:
                os.kill(os.getpid(), by)
            deleted.append(target)
        return answer(method, target, headers, content)

    monkeypatch.setattr(signed_in, "answer", signalling)
    before = signal.signal(by, lambda number, _: ending.append(number))
    try:
        remove_what_is_left(system.estate.target)
    finally:
        signal.signal(by, before)
    assert not ending
    assert len(deleted) > 1
    assert [entry["kind"] for entry in left_in(tmp_path / "leftovers.json")] == ["vault"]


def losses(salt: str) -> list[Command]:
    """Return what takes the key away, in each way."""
    vault = f"kv-{salt}"
    return [
        RevokeKeyAccess(vault, f"tr-{salt}"),
        DisableIdentity(f"tr-{salt}"),
        DisableKey(vault, "cmk"),
        DeleteKey(vault, "cmk"),
        DeleteVault(vault),
    ]


@pytest.mark.parametrize("number", range(5))
def test_cleaning_gives_a_lost_key_back_before_it_deletes_a_workspace(
    number: int,
    salt: str,
    signed_in: AzureServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = signed_in.answer

    def needing_the_key(method: str, target: str, headers: Any, content: bytes) -> Reply:
        if method == "DELETE" and "/workspaces/" in target:
            world = MACHINE.world(world_of(signed_in).state)
            if not world.entity(Workspace, f"ws-{salt}").readable:
                return Reply(403, {"error": {"code": "Forbidden", "message": "No key."}})
        return answer(method, target, headers, content)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(signed_in, "answer", needing_the_key)
    accept(a_system(tmp_path), *salted(salt), losses(salt)[number])
    main(["leftovers", "--clean", "--yes"])
    assert [entry["kind"] for entry in left_in(tmp_path / "leftovers.json")] == ["vault"]


def test_the_vault_of_a_workspace_that_stays_keeps_its_group(
    salt: str,
    signed_in: AzureServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    vault, *rest = salted(salt)
    elsewhere = CreateVault(vault.vault, *PLACE, f"vaults-{salt}")
    accept(a_system(tmp_path), elsewhere, *rest, DeleteVault(vault.vault))
    no = refusal(400, "BadRequest")
    with interrupted(signed_in, "DELETE", "/workspaces/", no):
        assert main(["leftovers", "--clean", "--yes"]) == 4
    assert f"group translator-cmk-vaults-{salt} stays" in capsys.readouterr().out
    assert MACHINE.world(world_of(signed_in).state).entity(Vault, vault.vault).state == "active"


@pytest.mark.parametrize("shown", [{}, {"identity": {"type": "SystemAssigned"}}])
def test_an_identity_that_a_read_does_not_show_yet_is_that_of_the_update(
    shown: Any,
    salt: str,
    signed_in: AzureServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = signed_in.answer
    sent: list[bytes] = []

    def behind(method: str, target: str, headers: Any, content: bytes) -> Reply:
        sent.append(content)
        reply = answer(method, target, headers, content)
        path = target.partition("?")[0]
        if method == "GET" and path.endswith(f"/accounts/tr-{salt}"):
            behind_the_update = dict(reply.body)
            behind_the_update.pop("identity", None)
            return Reply(reply.status, behind_the_update | shown)
        return reply

    monkeypatch.chdir(tmp_path)
    accept(a_system(tmp_path), *salted(salt), DisableIdentity(f"tr-{salt}"))
    monkeypatch.setattr(signed_in, "answer", behind)
    main(["leftovers", "--clean", "--yes"])
    assert [entry["kind"] for entry in left_in(tmp_path / "leftovers.json")] == ["vault"]
    assert not [content for content in sent if b'"None"' in content]


def test_a_run_gives_no_key_back_while_it_goes_on(
    salt: str, signed_in: AzureServer, tmp_path: Path
) -> None:
    system = a_system(tmp_path)
    accept(system, *salted(salt))
    system.observe()
    accept(system, DeleteVault(f"kv-{salt}"), DeleteResource(f"tr-{salt}"))
    assert system.observe()["vault"][f"kv-{salt}"]["state"] == "deleted"
    assert signed_in.port
