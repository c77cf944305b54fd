"""Custom Translator is asked at the account's own host, and its answers are read however they are
written.
"""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.azure.client.custom_translator import (
    Answer,
    a_system,
    accept,
    enabled,
    is_custom_translator,
    made,
)
from tests.azure.client.interrupting import interrupted
from tests.azure.server.wire import Customer
from translator_cmk.azure.client import looking
from translator_cmk.azure.client.refusals import NotLearned
from translator_cmk.azure.server.calls import Reply
from translator_cmk.azure.server.connection import Connection
from translator_cmk.azure.server.listening import AzureServer
from translator_cmk.azure.server.routing import ROUTES
from translator_cmk.azure.server.settings import settings_of
from translator_cmk.machine import Refused
from translator_cmk.machine.commands import (
    GrantKeyAccess,
    ReadData,
    RevokeKeyAccess,
    UndeployModel,
    UploadDocument,
)


@pytest.fixture
def salt() -> str:
    """What makes the names of a test its own."""
    return uuid4().hex[:6]


def in_pascal_case(body: Any) -> Any:
    if isinstance(body, list):
        return [in_pascal_case(item) for item in body]
    if not isinstance(body, dict):
        return body
    return {name[0].upper() + name[1:]: in_pascal_case(value) for name, value in body.items()}


def as_bare_lists(body: Any) -> Any:
    """Return what a page lists, without what stands around it."""
    while isinstance(body, dict):
        lists = [value for name, value in body.items() if name.endswith("s")]
        if len(lists) != 1 or not isinstance(lists[0], list | dict):
            return body
        body = lists[0]
    return body


def unchanged(body: Any) -> Any:
    return body


def rewritten(answer: Answer, rewrite: Any) -> Answer:
    def answer_rewritten(
        method: str, target: str, headers: Mapping[str, str], content: bytes
    ) -> Reply:
        reply = answer(method, target, headers, content)
        if not is_custom_translator(target):
            return reply
        return reply._replace(body=rewrite(reply.body))

    return answer_rewritten


@pytest.mark.parametrize("rewrite", [unchanged, in_pascal_case, as_bare_lists])
def test_a_model_is_trained_deployed_and_seen_whatever_the_form_of_answers(
    rewrite: Any, salt: str, signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(signed_in, "answer", rewritten(signed_in.answer, rewrite))
    system = a_system(tmp_path)
    accept(system, *made(salt))
    seen = system.observe()
    assert seen["document"] == {"contracts": {"workspace": "ws"}}
    assert seen["model"] == {"legal": {"workspace": "ws", "state": "deployed"}}
    assert seen["workspace"]["ws"]["readable"] is True


UNLISTED = Reply(400, {"error": {"code": "SomethingNew", "message": "Nobody has listed this."}})


def unlisted_of_documents(answer: Answer) -> Answer:
    """Return a server whose refusals of documents have a code that no source lists."""

    def answer_otherwise(
        method: str, target: str, headers: Mapping[str, str], content: bytes
    ) -> Reply:
        reply = answer(method, target, headers, content)
        is_of_documents = is_custom_translator(target) and "/documents" in target
        return UNLISTED if is_of_documents and reply.status >= 400 else reply

    return answer_otherwise


def test_after_a_loss_an_unlisted_code_hides_the_data_alone(
    salt: str, signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(signed_in, "answer", unlisted_of_documents(signed_in.answer))
    system = a_system(tmp_path)
    accept(system, *made(salt), RevokeKeyAccess(f"kv-{salt}", f"tr-{salt}"))
    seen = system.observe()
    assert seen["workspace"]["ws"].keys() == {"resource", "key_source"}
    assert seen["document"] == {}
    assert seen["model"]["legal"]["state"] == "undeployed"
    assert seen["grant"] == {}
    assert seen["resource"][f"tr-{salt}"]["key_source"] == "customer-managed"

    accept(system, GrantKeyAccess(f"kv-{salt}", f"tr-{salt}"))
    assert system.observe()["workspace"]["ws"]["readable"] is True


def test_what_nothing_says_is_looked_at_again_but_not_for_long(
    salt: str, signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(looking, "UNSURE", 1.0)
    system = a_system(tmp_path, wait=30.0)
    accept(system, *made(salt))
    answer = signed_in.answer
    looks: list[str] = []

    def says_nothing(method: str, target: str, headers: Any, content: bytes) -> Reply:
        if method == "GET" and target.partition("?")[0].endswith("/documents"):
            looks.append(target)
            return UNLISTED
        return answer(method, target, headers, content)

    monkeypatch.setattr(signed_in, "answer", says_nothing)
    began = time.monotonic()
    assert "readable" not in system.observe()["workspace"]["ws"]
    assert len(looks) > 1
    assert time.monotonic() - began < 15


def without_access() -> Reply:
    """Return the refusal to read data."""
    detail = {"code": "revocation.data-inaccessible", "message": ""}
    return Reply(403, {"error": {"code": "Forbidden", "message": "", "details": [detail]}})


def without_contents(answer: Answer) -> Answer:
    """Return a server that lists documents always, and of each document refuses the contents."""

    def answer_otherwise(
        method: str, target: str, headers: Mapping[str, str], content: bytes
    ) -> Reply:
        reply = answer(method, target, headers, content)
        if is_custom_translator(target) and target.partition("?")[0].endswith("/content"):
            return without_access()
        return reply

    return answer_otherwise


def test_data_is_read_by_its_contents_and_not_by_a_list_of_names(
    salt: str, signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    system = a_system(tmp_path)
    accept(system, *made(salt), ReadData("ws"))
    monkeypatch.setattr(signed_in, "answer", without_contents(signed_in.answer))
    assert isinstance(system.submit(ReadData("ws")), Refused)
    seen = system.observe()
    assert seen["workspace"]["ws"]["readable"] is False
    assert seen["document"] == {"contracts": {"workspace": "ws"}}


@pytest.mark.parametrize(
    ("status", "exported", "readable"),
    [
        (200, b"PK\x03\x04 and the files", True),
        (200, b"PK\x05\x06" + bytes(18), None),
        (200, b"<html>a page of a proxy</html>", None),
        (403, json.dumps(without_access().body).encode(), False),
        (404, b"{}", None),
    ],
    ids=["zip", "empty", "page", "refused", "missing"],
)
def test_data_is_exported_where_its_sentences_are_at_no_path_that_we_know(
    status: int,
    exported: bytes,
    readable: bool | None,
    salt: str,
    signed_in: AzureServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    system = a_system(tmp_path)
    accept(system, *made(salt))
    send = Connection.send

    def sending(connection: Connection, *answer: Any) -> None:
        if connection.path.endswith("/export"):
            connection.send_content(status, exported, "application/octet-stream", {})
        else:
            send(connection, *answer)

    monkeypatch.setattr(Connection, "send", sending)
    with interrupted(signed_in, "GET", "/content?", Reply(404)):
        seen = system.observe()
    assert seen["workspace"]["ws"].get("readable") is readable
    assert seen["document"] == {"contracts": {"workspace": "ws"}}


def test_a_document_of_which_only_the_name_is_left_says_nothing(
    salt: str, signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    system = a_system(tmp_path)
    accept(system, *made(salt), UploadDocument("invoices", "ws"))
    [world] = [
        each for each in signed_in.worlds.latest() if ("document", "invoices") in each.settings
    ]
    lost = f"/documents/{world.number_of('document', 'contracts')}/"
    answer = signed_in.answer

    def without_one(method: str, target: str, headers: Any, content: bytes) -> Reply:
        if lost in target and "/content" in target:
            return Reply(404, {"error": {"code": "NoSuchBlob", "message": "It is gone."}})
        return answer(method, target, headers, content)

    monkeypatch.setattr(signed_in, "answer", without_one)
    assert "readable" not in system.observe()["workspace"]["ws"]


@pytest.mark.parametrize("path", ["/workspaces", "/projects", "/models"])
def test_what_was_created_in_spite_of_an_error_is_not_created_again(
    path: str, salt: str, signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer = signed_in.answer
    asked = []

    def broken_once(method: str, target: str, headers: Any, content: bytes) -> Reply:
        reply = answer(method, target, headers, content)
        if method == "POST" and target.partition("?")[0].endswith(path):
            asked.append(target)
            return Reply(500, {"error": {"code": "InternalServerError", "message": "Oh."}})
        return reply

    monkeypatch.setattr(signed_in, "answer", broken_once)
    accept(a_system(tmp_path), *made(salt))
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("location", "regions"), [("westeurope", (2,)), ("eastus", (1,)), ("nowhere", (1, 2, 3))]
)
def test_a_model_is_deployed_where_its_resource_is_and_everywhere_if_that_is_unknown(
    location: str, regions: tuple[int, ...], salt: str, signed_in: AzureServer, tmp_path: Path
) -> None:
    system = a_system(tmp_path)
    *first, deploy, translate = made(salt)
    accept(system, *first)
    system.estate.studios[f"tr-{salt}"].region = location
    accept(system, deploy)
    world = next(
        world for world in signed_in.worlds.latest() if ("deployed", "legal") in world.settings
    )
    assert settings_of(world, "deployed", "legal")["regions"] == regions
    if 2 in regions:
        accept(system, translate)
    else:
        with pytest.raises(NotLearned):
            system.submit(translate)


def test_a_workspace_is_asked_for_only_where_custom_translator_is_offered(
    salt: str, signed_in: AzureServer, tmp_path: Path
) -> None:
    system = a_system(tmp_path)
    *first, workspace = made(salt)[: len(enabled(salt)) + 1]
    accept(system, *first)
    system.estate.studio(f"tr-{salt}").region = "germanywestcentral"
    with (
        interrupted(signed_in, "POST", "/workspaces", UNLISTED) as asked,
        pytest.raises(NotLearned, match=r"not offered in germanywestcentral;.*: West Europe"),
    ):
        system.submit(workspace)
    assert asked == []


def without_reasons(answer: Answer) -> Answer:
    """Return a server that names no requirement where it refuses to translate, as Azure."""

    def answer_otherwise(
        method: str, target: str, headers: Mapping[str, str], content: bytes
    ) -> Reply:
        reply = answer(method, target, headers, content)
        if target.startswith("/translator/text/") and reply.status >= 400:
            reply.body["error"].pop("details", None)
        return reply

    return answer_otherwise


def test_a_missing_model_is_a_refusal_only_where_it_has_translated_before(
    salt: str, signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(signed_in, "answer", without_reasons(signed_in.answer))
    system = a_system(tmp_path)
    *first, deploy, translate = made(salt)
    accept(system, *first)
    with pytest.raises(NotLearned, match="never accepted"):
        system.submit(translate)
    accept(system, deploy, translate, UndeployModel("legal"))
    assert isinstance(system.submit(translate), Refused)


def test_the_category_id_is_what_translates_whichever_of_two_an_answer_has(
    salt: str, signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer = signed_in.answer

    def two_categories(method: str, target: str, headers: Any, content: bytes) -> Reply:
        reply = answer(method, target, headers, content)
        if isinstance(reply.body, dict) and "modelIdentifier" in reply.body:
            reply.body["apiDomain"] = "another-GENERAL"
        return reply

    monkeypatch.setattr(signed_in, "answer", two_categories)
    accept(a_system(tmp_path), *made(salt))


def test_the_category_id_is_looked_for_on_the_project_too(
    salt: str, signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer = signed_in.answer
    category: list[str] = []

    def on_the_project_alone(method: str, target: str, headers: Any, content: bytes) -> Reply:
        reply = answer(method, target, headers, content)
        if not isinstance(reply.body, dict):
            return reply
        for model in (reply.body, *reply.body.get("models", ())):
            if model.get("modelIdentifier"):
                category.append(model["modelIdentifier"])
                model["modelIdentifier"] = "another-GENERAL"
                model["apiDomain"] = None
        if method == "GET" and "/projects/" in target and "/models" not in target:
            reply.body["apiDomain"] = category[0]
        return reply

    monkeypatch.setattr(signed_in, "answer", on_the_project_alone)
    accept(a_system(tmp_path), *made(salt))


def test_custom_translator_is_found_at_no_host_but_that_of_an_account(customer: Customer) -> None:
    everywhere = {route.path for route in ROUTES if route.api in ("account", "text")}
    assert everywhere
    for host in ("api.cognitive.microsofttranslator.com", "management.azure.com"):
        for path in everywhere:
            answer = customer.wire.ask("GET", host, path)
            assert answer.status == 501, path
