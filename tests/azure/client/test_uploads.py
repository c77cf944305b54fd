"""Uploads to a Custom Translator that takes two files for one document only if they are said to be."""

import json
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from tests.azure.client.interrupting import refusal
from tests.azure.client.test_training import begun
from translator_cmk.azure.client.target import WORK
from translator_cmk.azure.server.calls import Reply
from translator_cmk.azure.server.listening import AzureServer


def details_in(headers: Any, content: bytes) -> Any:
    """Return what an import says of its documents."""
    head = f"Content-Type: {headers.get('content-type')}\r\n\r\n"
    for part in message_from_bytes(head.encode() + content).walk():
        if part.get_param("name", header="content-disposition") == "DocumentDetails":
            return json.loads(str(part.get_payload()))
    return []


def test_a_pair_of_files_is_uploaded_as_one_document(
    signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer = signed_in.answer

    def strictly(method: str, target: str, headers: Any, content: bytes) -> Reply:
        if target.partition("?")[0].endswith("/documents/import"):
            for document in details_in(headers, content):
                if document.get("IsParallel") is not True:
                    return refusal(400, "NotParallel")
        return answer(method, target, headers, content)

    monkeypatch.setattr(signed_in, "answer", strictly)
    monkeypatch.setitem(WORK["UploadDocument"], "wait", 1)
    system, name = begun(tmp_path, "dictionary")
    assert f"d-{name}" in system.observe()["document"]
