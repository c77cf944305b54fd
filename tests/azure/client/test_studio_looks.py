"""A look at Custom Translator leaves out what nothing says this time, and keeps the rest."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.azure.client.custom_translator import a_system, accept, made
from tests.azure.client.interrupting import interrupted, refusal
from tests.azure.client.test_training import begun
from translator_cmk.azure.client import looking
from translator_cmk.azure.client.adapter import AzureSystem
from translator_cmk.azure.client.refusals import NotLearned
from translator_cmk.azure.client.target import WORK
from translator_cmk.azure.server.calls import Reply
from translator_cmk.azure.server.listening import AzureServer
from translator_cmk.machine.commands import DeleteResource, TrainModel, UndeployModel

UNLISTED = refusal(400, "NobodyHasSeenThis")
ON_MODELS = "/models?"
ON_WORKSPACES = "/workspaces?"
ON_DOCUMENTS = "/documents?"


@pytest.fixture(autouse=True)
def short_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nothing says is not looked at again."""
    monkeypatch.setattr(looking, "UNSURE", 0.0)


@pytest.fixture
def trained(signed_in: AzureServer, tmp_path: Path) -> tuple[AzureSystem, str]:
    """The adapter to a world with a trained model, as in Microsoft's cloud, and the end of its
    names.
    """
    assert signed_in.port
    system, name = begun(tmp_path, "full")
    system.submit(TrainModel(f"m-{name}", f"ws-{name}"))
    return system, name


def test_a_model_is_deployed_where_the_list_of_models_does_not_say_so(
    signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    system = a_system(tmp_path)
    accept(system, *made(uuid4().hex[:6]))
    answer = signed_in.answer

    def shorter(method: str, target: str, headers: Any, content: bytes) -> Reply:
        reply = answer(method, target, headers, content)
        for model in reply.body.get("models", ()) if isinstance(reply.body, dict) else ():
            model["modelRegionStatuses"] = None
        return reply

    monkeypatch.setattr(signed_in, "answer", shorter)
    assert system.observe()["model"]["legal"]["state"] == "deployed"


@pytest.fixture
def statuses(signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The statuses that the server shows of a model that is asked for by itself, the last of them
    for good; its own where there are none.
    """
    answer = signed_in.answer
    left: list[Any] = []

    def otherwise(method: str, target: str, headers: Any, content: bytes) -> Reply:
        reply = answer(method, target, headers, content)
        parent = target.partition("?")[0].rpartition("/")[0]
        if method == "GET" and parent.endswith("/v1.0/models") and left:
            reply.body["modelStatus"] = left.pop(0) if len(left) > 1 else left[0]
        return reply

    monkeypatch.setattr(signed_in, "answer", otherwise)
    return left


def test_a_model_is_deployed_and_undeployed_once_its_status_says_so(
    statuses: list[Any], tmp_path: Path
) -> None:
    system = a_system(tmp_path)
    *first, deploy, _ = made(uuid4().hex[:6])
    accept(system, *first)
    statuses[:] = ["trained", "succeeded", "deploying", "deployed"]
    accept(system, deploy)
    assert statuses == ["deployed"], "nothing was waited for"
    assert system.said[-1] == "its statuses were trained, succeeded, deploying, deployed"
    statuses[:] = ["deployed", "undeploying", "undeployed"]
    accept(system, UndeployModel("legal"))
    assert statuses == ["undeployed"], "nothing was waited for"
    assert system.said[-1] == "its statuses were deployed, undeploying, undeployed"


def test_the_end_of_a_deployment_is_waited_for_as_long_as_the_plan_gives_it(
    trained: tuple[AzureSystem, str], statuses: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    system, name = trained
    statuses[:] = ["undeploying"]
    monkeypatch.setitem(WORK["UndeployModel"], "patience", 1)
    with pytest.raises(NotLearned, match="the end of the deployment did not show within 1 seconds"):
        system.submit(UndeployModel(f"m-{name}"))


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("deployed", "deployed"),
        ("Deployed", "deployed"),
        (9, "deployed"),
        ("aStatusThatNobodyLists", "deployed"),
        ("deploying", None),
        ("undeploying", None),
        ("updatingDeployment", None),
        ("undeployed", None),
        ("trained", None),
        ("Training queued", None),
        ("running", None),
    ],
)
def test_the_state_of_a_model_is_left_out_where_its_status_says_otherwise(
    status: Any, state: str | None, statuses: list[Any], tmp_path: Path
) -> None:
    system = a_system(tmp_path)
    accept(system, *made(uuid4().hex[:6]))
    statuses[:] = [status]
    assert system.observe()["model"]["legal"].get("state") == state


@pytest.mark.parametrize("reply", [UNLISTED, Reply(200, {"workspaces": []})], ids=["error", "none"])
def test_where_no_workspace_can_be_listed_the_rest_of_the_look_is_kept(
    reply: Reply, trained: tuple[AzureSystem, str], signed_in: AzureServer
) -> None:
    system, name = trained
    with interrupted(signed_in, "GET", ON_WORKSPACES, reply):
        seen = system.observe()
    assert name in seen["resource"]
    assert seen["workspace"] == {f"ws-{name}": {}}
    assert seen["model"] == {f"m-{name}": {"workspace": f"ws-{name}"}}


def test_where_no_model_can_be_listed_its_state_is_left_out(
    trained: tuple[AzureSystem, str], signed_in: AzureServer
) -> None:
    system, name = trained
    with interrupted(signed_in, "GET", ON_MODELS, UNLISTED):
        seen = system.observe()
    assert seen["model"] == {f"m-{name}": {"workspace": f"ws-{name}"}}
    assert seen["workspace"][f"ws-{name}"]["readable"] is True


def test_no_model_in_the_list_is_none_only_while_data_can_be_read(
    trained: tuple[AzureSystem, str], signed_in: AzureServer
) -> None:
    system, name = trained
    with interrupted(signed_in, "GET", ON_MODELS, Reply(200, {"models": []})):
        assert system.observe()["model"] == {}
        with interrupted(signed_in, "GET", ON_DOCUMENTS, UNLISTED):
            assert system.observe()["model"] == {f"m-{name}": {"workspace": f"ws-{name}"}}


def test_what_the_adapter_deletes_with_a_resource_says_nothing_of_azure(
    trained: tuple[AzureSystem, str],
) -> None:
    system, name = trained
    accept(system, DeleteResource(name))
    seen = system.observe()
    assert seen["resource"] == {}
    assert seen["workspace"] == {f"ws-{name}": {}}
    assert seen["model"] == {f"m-{name}": {"workspace": f"ws-{name}"}}
