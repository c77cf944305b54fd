"""Custom Translator is asked at the account's own host, and its answers are read however they are
written.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.azure.client.custom_translator import (
    MADE,
    Answer,
    a_system,
    accept,
    is_custom_translator,
)
from tests.azure.server.wire import Customer
from translator_cmk.azure.server.calls import Reply
from translator_cmk.azure.server.listening import AzureServer
from translator_cmk.azure.server.routing import ROUTES


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
    rewrite: Any, signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(signed_in, "answer", rewritten(signed_in.answer, rewrite))
    system = a_system(tmp_path)
    accept(system, *MADE)
    seen = system.observe()
    assert seen["document"] == {"contracts": {"workspace": "ws"}}
    assert seen["model"] == {"legal": {"workspace": "ws", "state": "deployed"}}
    assert seen["workspace"]["ws"]["readable"] is True


def test_custom_translator_is_found_at_no_host_but_that_of_an_account(customer: Customer) -> None:
    everywhere = {route.path for route in ROUTES if route.api in ("account", "text")}
    assert everywhere
    for host in ("api.cognitive.microsofttranslator.com", "management.azure.com"):
        for path in everywhere:
            answer = customer.wire.ask("GET", host, path)
            assert answer.status == 501, path
