"""Custom Translator is asked at the account's own host, and its answers are read however they are
written.
"""

import json
from email import message_from_bytes
from typing import Any
from uuid import uuid4

import pytest

from tests.azure.client.adapted import a_system, accept, enabled, made, uploaded
from tests.azure.client.interrupting import interrupted, refusal, rewritten
from tests.azure.client.verifying_azure import TENANT
from tests.azure.server.wire import Customer
from translator_cmk.azure.client import studio
from translator_cmk.azure.client.refusals import NotLearned
from translator_cmk.azure.server.calls import Reply
from translator_cmk.azure.server.listening import AzureServer
from translator_cmk.azure.server.routing import ROUTES
from translator_cmk.machine import Refused
from translator_cmk.machine.commands import TrainModel, UndeployModel

TRAIN = TrainModel("legal", "ws")


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


@pytest.mark.parametrize("form", [in_pascal_case, as_bare_lists])
def test_a_model_is_trained_deployed_and_seen_whatever_the_form_of_answers(
    form: Any, salt: str, signed_in: AzureServer
) -> None:
    def in_that_form(_method: str, target: str, reply: Reply) -> Reply:
        if not target.startswith("/translator/customtranslator/"):
            return reply
        return reply._replace(body=form(reply.body))

    with rewritten(signed_in, in_that_form):
        system = a_system()
        accept(system, *made(salt))
        seen = system.observe()
    assert seen["document"] == {"contracts": {"workspace": "ws"}}
    assert seen["model"] == {"legal": {"workspace": "ws", "state": "deployed"}}
    assert seen["workspace"]["ws"]["readable"] is True


def test_a_workspace_is_asked_for_only_where_custom_translator_is_offered(
    salt: str, signed_in: AzureServer
) -> None:
    system = a_system()
    *first, workspace = made(salt)[: len(enabled(salt)) + 1]
    accept(system, *first)
    system.estate.studio(f"tr-{salt}").region = "germanywestcentral"
    with (
        interrupted(signed_in, "POST", "/workspaces", refusal(400, "Unexpected")) as asked,
        pytest.raises(NotLearned, match=r"not offered in germanywestcentral;.*: West Europe"),
    ):
        system.submit(workspace)
    assert asked == []


# Uploads and trainings


def details_in(headers: Any, content: bytes) -> Any:
    """Return what an import says of its documents."""
    head = f"Content-Type: {headers.get('content-type')}\r\n\r\n"
    for part in message_from_bytes(head.encode() + content).walk():
        if part.get_param("name", header="content-disposition") == "DocumentDetails":
            return json.loads(str(part.get_payload()))
    return []


def test_a_pair_of_files_is_uploaded_as_one_document_for_a_dictionary(
    salt: str, signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = signed_in.answer
    described: list[Any] = []

    def remembering(method: str, target: str, headers: Any, content: bytes) -> Reply:
        if target.partition("?")[0].endswith("/documents/import"):
            described.extend(details_in(headers, content))
        return answer(method, target, headers, content)

    monkeypatch.setattr(signed_in, "answer", remembering)
    system = a_system()
    accept(system, *uploaded(salt))
    [document] = described
    assert document["IsParallel"] is True
    assert document["DocumentType"] == "Phrase dictionary"
    assert [file["LanguageCode"] for file in document["FileDetails"]] == ["en", "de"]


def with_models(**fields: Any) -> Any:
    """Return a rewriting by which the server shows each model of a list with these fields."""

    def otherwise(method: str, _target: str, reply: Reply) -> Reply:
        if method == "GET" and isinstance(reply.body, dict):
            for model in reply.body.get("models", ()):
                model.update(fields)
        return reply

    return otherwise


@pytest.mark.parametrize(
    "fields", [{"modelStatus": "Training failed"}, {"modelStatus": 7, "errorCode": 2}]
)
def test_a_training_that_failed_has_trained_no_model_and_is_told_without_identifiers(
    fields: Any, salt: str, signed_in: AzureServer
) -> None:
    system = a_system()
    accept(system, *uploaded(salt))
    words = f"No credit is left in {TENANT}."
    with rewritten(signed_in, with_models(**fields, statusInfo=words)):
        with pytest.raises(NotLearned, match=r"training ended .*No credit is left") as raised:
            system.submit(TRAIN)
        assert TENANT not in str(raised.value)
        assert system.observe()["model"] == {}


def test_a_training_that_goes_on_has_trained_no_model_whatever_words_are_beside_its_status(
    salt: str, signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio, "PATIENCE", 0.05)
    fields = {"modelStatus": "running", "statusInfo": "0 models deployed", "completionDate": None}
    system = a_system()
    accept(system, *uploaded(salt))
    with (
        rewritten(signed_in, with_models(**fields)),
        pytest.raises(NotLearned, match="the model did not show within"),
    ):
        system.submit(TRAIN)


def test_a_model_that_was_trained_is_shown_whatever_its_status_says_later(
    salt: str, signed_in: AzureServer
) -> None:
    system = a_system()
    with rewritten(signed_in, with_models(modelStatus="succeeded", errorCode="noError")):
        accept(system, *uploaded(salt), TRAIN)
    with rewritten(signed_in, with_models(errorCode=1)):
        assert list(system.observe()["model"]) == ["legal"]


# Translations


def test_a_missing_model_is_a_refusal_only_where_it_has_translated_before(
    salt: str, signed_in: AzureServer
) -> None:
    def without_reasons(_method: str, target: str, reply: Reply) -> Reply:
        if target.startswith("/translator/text/") and reply.status >= 400:
            reply.body["error"].pop("details", None)
        return reply

    with rewritten(signed_in, without_reasons):
        system = a_system()
        *first, deploy, translate = made(salt)
        accept(system, *first)
        with pytest.raises(NotLearned, match="never accepted"):
            system.submit(translate)
        accept(system, deploy, translate, UndeployModel("legal"))
        assert isinstance(system.submit(translate), Refused)


def test_custom_translator_is_found_at_no_host_but_that_of_an_account(customer: Customer) -> None:
    everywhere = {route.path for route in ROUTES if route.api in ("account", "text")}
    assert everywhere
    for host in ("api.cognitive.microsofttranslator.com", "management.azure.com"):
        for path in everywhere:
            answer = customer.wire.ask("GET", host, path)
            assert answer.status == 501, path
