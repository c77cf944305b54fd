"""What a model is trained with, where a dictionary trains none."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.azure.client.verifying_azure import TENANT
from translator_cmk.azure.client.adapter import AzureSystem
from translator_cmk.azure.client.refusals import NotLearned
from translator_cmk.azure.client.target import CLOUDS, Target
from translator_cmk.azure.client.training_data import PAIRS, PHRASES
from translator_cmk.azure.server.calls import Reply
from translator_cmk.azure.server.listening import AzureServer
from translator_cmk.azure.server.worlds import SUBSCRIPTIONS, guid
from translator_cmk.machine import DEFAULT_STAGE
from translator_cmk.machine.commands import (
    CreateResource,
    CreateWorkspace,
    TrainModel,
    UploadDocument,
)

SUBSCRIPTION = guid(TENANT, SUBSCRIPTIONS[0])
NO_MODEL = Reply(400, {"code": "ModelTrainingFailed", "message": "Not enough sentences."})


def uploaded(content: bytes) -> tuple[str, int]:
    """Return the type of a document that is uploaded, and how many lines its first file has."""
    found = re.search(rb"\[\{.*?\}\]\}\]", content)
    assert found
    [details] = json.loads(found[0])
    lines = content.partition(b"text/plain")[2].partition(b"\r\n--")[0].strip().count(b"\n") + 1
    return details["DocumentType"], lines


@pytest.fixture
def asked(signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the server is asked of documents and trainings: it trains nothing on a dictionary."""
    answer = signed_in.answer
    seen: list[Any] = []

    def choosy(method: str, target: str, headers: Any, content: bytes) -> Reply:
        path = target.partition("?")[0]
        if method == "POST" and path.endswith("/documents/import"):
            seen.append(uploaded(content))
            if len(seen) > 1 and seen[-1][0] == "Training":
                return Reply(200, {})  # the model has a document of this name already
        if method == "POST" and path.endswith("/models"):
            seen.append("train")
            if seen[-2][0] != "Training":
                return NO_MODEL
        return answer(method, target, headers, content)

    monkeypatch.setattr(signed_in, "answer", choosy)
    return seen


def train(folder: Path, training: str) -> None:
    """Train a model, as in Microsoft's cloud."""
    target = Target(
        CLOUDS["AzureCloud"],
        {"production": SUBSCRIPTION},
        leftovers=str(folder / "leftovers.json"),
        training=training,
    )
    system = AzureSystem(target)
    system.reset(DEFAULT_STAGE)
    name = f"t-{folder.name[-12:]}".replace("_", "-")
    system.submit(CreateResource(name, "Translator", "westeurope", "cmk-tier", "production", name))
    system.submit(CreateWorkspace(f"ws-{name}", name))
    system.submit(UploadDocument(f"d-{name}", f"ws-{name}"))
    system.submit(TrainModel(f"m-{name}", f"ws-{name}"))
    seen = system.observe()
    assert list(seen["document"]) == [f"d-{name}"]
    assert list(seen["model"]) == [f"m-{name}"]


def test_sentences_take_the_place_of_a_dictionary_that_trains_no_model(
    asked: list[Any], tmp_path: Path
) -> None:
    train(tmp_path, "dictionary")
    assert asked == [
        ("Phrase dictionary", PHRASES),
        "train",
        ("Training", PAIRS),
        "train",
    ]


def test_a_full_training_begins_with_sentences(asked: list[Any], tmp_path: Path) -> None:
    train(tmp_path, "full")
    assert asked == [("Training", PAIRS), "train"]


def test_a_cloud_without_a_subscription_is_asked_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from translator_cmk.azure.client.adapter import from_environment
    from translator_cmk.azure.client.target import ENVIRONMENT

    monkeypatch.setenv(ENVIRONMENT, json.dumps(Target(CLOUDS["AzureCloud"])))
    with pytest.raises(NotLearned, match="no subscription"):
        from_environment()
