"""What a model is trained with, where a dictionary trains none."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.azure.client.verifying_azure import TENANT
from translator_cmk.azure.client.adapter import AzureSystem
from translator_cmk.azure.client.refusals import NotLearned
from translator_cmk.azure.client.target import CLOUDS, WORK, Target
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
        if method == "POST" and path.endswith("/models"):
            seen.append("train")
            if seen[-2][0] != "Training":
                return NO_MODEL
        return answer(method, target, headers, content)

    monkeypatch.setattr(signed_in, "answer", choosy)
    return seen


def train(folder: Path, training: str) -> None:
    """Train a model, as in Microsoft's cloud."""
    system, name = begun(folder, training)
    system.submit(TrainModel(f"m-{name}", f"ws-{name}"))
    seen = system.observe()
    assert list(seen["document"]) == [f"d-{name}"]
    assert list(seen["model"]) == [f"m-{name}"]


def begun(folder: Path, training: str) -> tuple[AzureSystem, str]:
    """Return the adapter to a world with a document, as in Microsoft's cloud, and the end of its
    names.
    """
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
    return system, name


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


def with_models(signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, **fields: Any) -> None:
    """Have the server show each model with these fields, None for one that it leaves out."""
    answer = signed_in.answer

    def otherwise(method: str, target: str, headers: Any, content: bytes) -> Reply:
        reply = answer(method, target, headers, content)
        if method == "GET" and isinstance(reply.body, dict):
            for model in reply.body.get("models", ()):
                model.update(fields)
        return reply

    monkeypatch.setattr(signed_in, "answer", otherwise)


@pytest.mark.parametrize(
    "fields",
    [
        {"modelStatus": "trainingFailed", "errorCode": "noError"},
        {"modelStatus": "Training failed"},
        {"modelStatus": "dataProcessingFailed"},
        {"modelStatus": 7, "errorCode": 2},
        {"modelStatus": 7, "errorCode": "selectTestSets"},
    ],
)
def test_a_training_that_failed_has_trained_no_model(
    fields: Any, signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_models(signed_in, monkeypatch, **fields)
    system, name = begun(tmp_path, "full")
    with pytest.raises(NotLearned, match="the training ended"):
        system.submit(TrainModel(f"m-{name}", f"ws-{name}"))
    assert system.observe()["model"] == {}


@pytest.mark.parametrize("words", ["Training failed once, and is run again", "0 models deployed"])
def test_what_a_status_says_beside_itself_decides_nothing(
    words: str, signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fields = {"modelStatus": "running", "statusInfo": words, "completionDate": None}
    with_models(signed_in, monkeypatch, **fields)
    monkeypatch.setitem(WORK["TrainModel"], "patience", 2)
    system, name = begun(tmp_path, "full")
    with pytest.raises(
        NotLearned, match="did not show within 2 seconds; its statuses were running"
    ):
        system.submit(TrainModel(f"m-{name}", f"ws-{name}"))


@pytest.mark.parametrize("code", [None, 0, "0", "noError"])
def test_a_code_of_no_error_is_no_failure_of_a_training(
    code: Any, signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_models(signed_in, monkeypatch, modelStatus="succeeded", errorCode=code)
    system, name = begun(tmp_path, "full")
    system.submit(TrainModel(f"m-{name}", f"ws-{name}"))
    assert list(system.observe()["model"]) == [f"m-{name}"]


@pytest.mark.parametrize(
    ("training", "trained_with"), [("full", "sentences"), ("dictionary", "a dictionary alone")]
)
def test_the_log_says_what_trained_a_model_and_how_that_ended(
    training: str,
    trained_with: str,
    signed_in: AzureServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    with_models(signed_in, monkeypatch, modelStatus=7, errorCode=0)
    system, name = begun(tmp_path, training)
    system.submit(TrainModel(f"m-{name}", f"ws-{name}"))
    assert f"trained with {trained_with}, error code 0" in system.said
    assert "its statuses were 7" in system.said


def test_what_azure_says_of_a_failed_training_is_told_without_identifiers(
    signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    words = f"No credit is left in {SUBSCRIPTION}."
    with_models(signed_in, monkeypatch, modelStatus="trainingFailed", statusInfo=words)
    system, name = begun(tmp_path, "full")
    with pytest.raises(NotLearned, match="No credit is left") as raised:
        system.submit(TrainModel(f"m-{name}", f"ws-{name}"))
    assert SUBSCRIPTION not in str(raised.value)


@pytest.mark.parametrize(
    "fields", [{"modelStatus": "deploymentFailed"}, {"errorCode": 1}, {"modelStatus": "failed"}]
)
def test_a_model_that_was_trained_is_shown_whatever_its_status_says_later(
    fields: Any, signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    system, name = begun(tmp_path, "full")
    system.submit(TrainModel(f"m-{name}", f"ws-{name}"))
    with_models(signed_in, monkeypatch, **fields)
    assert list(system.observe()["model"]) == [f"m-{name}"]


def test_a_model_that_is_queued_is_not_trained_and_no_second_one_is(
    asked: list[Any],
    signed_in: AzureServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    with_models(signed_in, monkeypatch, startDate=None, completionDate=None, modelStatus=1)
    monkeypatch.setitem(WORK["TrainModel"], "patience", 2)
    system, name = begun(tmp_path, "full")
    with pytest.raises(NotLearned, match="did not show within 2 seconds"):
        system.submit(TrainModel(f"m-{name}", f"ws-{name}"))
    assert asked.count("train") == 1
    assert system.observe()["model"] == {}


@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_a_training_goes_on_whatever_a_look_at_it_meets(
    status: int,
    asked: list[Any],
    signed_in: AzureServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    answer = signed_in.answer
    met: list[str] = []

    def passing(method: str, target: str, headers: Any, content: bytes) -> Reply:
        is_look = method == "GET" and target.partition("?")[0].endswith("/models")
        if is_look and "train" in asked and len(met) < 5:
            met.append(target)
            return Reply(status, {"error": {"code": "SomethingPassing", "message": "Later."}})
        return answer(method, target, headers, content)

    monkeypatch.setattr(signed_in, "answer", passing)
    train(tmp_path, "full")
    assert len(met) == 5
    assert asked.count("train") == 1


def test_a_cloud_without_a_subscription_is_asked_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from translator_cmk.azure.client.adapter import from_environment
    from translator_cmk.azure.client.target import ENVIRONMENT

    monkeypatch.setenv(ENVIRONMENT, json.dumps(Target(CLOUDS["AzureCloud"])))
    with pytest.raises(NotLearned, match="no subscription"):
        from_environment()
