"""A look leaves out what nothing says this time, and keeps the rest."""

from typing import Any
from uuid import uuid4

import pytest

from tests.azure.client.adapted import a_system, accept, enabled, made, uploaded
from tests.azure.client.interrupting import interrupted, refusal, rewritten
from translator_cmk.azure.client.adapter import AzureSystem
from translator_cmk.azure.server.calls import Reply
from translator_cmk.azure.server.listening import AzureServer
from translator_cmk.machine.commands import GrantKeyAccess, RevokeKeyAccess, TrainModel

OF_KEYS = {"key_source", "key"}
UNLISTED = refusal(400, "NobodyHasSeenThis")


@pytest.fixture
def salt() -> str:
    """What makes the names of a test its own."""
    return uuid4().hex[:6]


@pytest.fixture
def trained(signed_in: AzureServer, salt: str) -> AzureSystem:
    """The adapter to a world with a trained model."""
    assert signed_in.port
    system = a_system()
    accept(system, *uploaded(salt), TrainModel("legal", "ws"))
    return system


def test_what_an_account_shows_of_its_key_counts_only_once_it_is_in_force(
    signed_in: AzureServer, salt: str
) -> None:
    system = a_system()
    accept(system, *enabled(salt))

    def changing(method: str, target: str, reply: Reply) -> Reply:
        if method == "GET" and target.partition("?")[0].endswith("/accounts"):
            for account in reply.body["value"]:
                account["properties"]["provisioningState"] = "Updating"
        return reply

    with rewritten(signed_in, changing):
        seen = system.observe()["resource"][f"tr-{salt}"]
    assert seen.keys().isdisjoint(OF_KEYS)
    assert seen["identity"] is True
    assert system.observe()["resource"][f"tr-{salt}"].keys() >= OF_KEYS


def test_a_model_is_deployed_where_the_list_of_models_does_not_say_so(
    signed_in: AzureServer, salt: str
) -> None:
    system = a_system()
    accept(system, *made(salt))

    def shorter(_method: str, _target: str, reply: Reply) -> Reply:
        for model in reply.body.get("models", ()) if isinstance(reply.body, dict) else ():
            model["modelRegionStatuses"] = None
        return reply

    with rewritten(signed_in, shorter):
        assert system.observe()["model"]["legal"]["state"] == "deployed"


def test_after_a_loss_an_unlisted_code_hides_the_data_alone(
    signed_in: AzureServer, salt: str
) -> None:
    system = a_system()
    accept(system, *made(salt), RevokeKeyAccess(f"kv-{salt}", f"tr-{salt}"))

    def unlisted(_method: str, target: str, reply: Reply) -> Reply:
        return UNLISTED if "/documents" in target and reply.status >= 400 else reply

    with rewritten(signed_in, unlisted):
        seen = system.observe()
    assert seen["workspace"]["ws"].keys() == {"resource", "key_source"}
    assert seen["document"] == {}
    assert seen["model"]["legal"]["state"] == "undeployed"
    assert seen["grant"] == {}
    assert seen["resource"][f"tr-{salt}"]["key_source"] == "customer-managed"

    accept(system, GrantKeyAccess(f"kv-{salt}", f"tr-{salt}"))
    assert system.observe()["workspace"]["ws"]["readable"] is True


def test_where_no_workspace_can_be_listed_the_rest_of_the_look_is_kept(
    trained: AzureSystem, signed_in: AzureServer, salt: str
) -> None:
    with interrupted(signed_in, "GET", "/workspaces?", UNLISTED):
        seen = trained.observe()
    assert f"tr-{salt}" in seen["resource"]
    assert seen["workspace"] == {"ws": {}}
    assert seen["model"] == {"legal": {"workspace": "ws"}}


def test_where_no_model_can_be_listed_its_state_is_left_out(
    trained: AzureSystem, signed_in: AzureServer
) -> None:
    with interrupted(signed_in, "GET", "/models?", UNLISTED):
        seen = trained.observe()
    assert seen["model"] == {"legal": {"workspace": "ws"}}
    assert seen["workspace"]["ws"]["readable"] is True


@pytest.mark.parametrize(
    ("answer", "readable"),
    [
        (refusal(404, "NoSuchBlob"), None),
        (refusal(403, "revocation.reading-refused"), False),
    ],
    ids=["only the name is left", "refused"],
)
def test_data_is_read_by_its_contents_and_not_by_a_list_of_names(
    answer: Any, readable: bool | None, trained: AzureSystem, signed_in: AzureServer
) -> None:
    answer.body["error"]["details"] = [{"code": answer.body["error"]["code"], "message": ""}]
    with interrupted(signed_in, "GET", "/content?", answer):
        seen = trained.observe()
    assert seen["workspace"]["ws"].get("readable") is readable
    assert seen["document"] == {"contracts": {"workspace": "ws"}}
