"""Trainings of Custom Translator's models, in the project of a workspace."""

from contextlib import suppress
from typing import Any

from azure.core.exceptions import HttpResponseError

from .answers import items_of, member, status_of
from .redaction import without_secrets
from .refusals import NotLearned, is_refusal
from .studio import API, Studio
from .training_data import full
from .uploads import LANGUAGES, TRAINING_DOCUMENT, send

TRAINING = {"IsAutoTrain": True, "IsAutoDeploy": False}

CATEGORY = 1
"""The general category, of which a README of Microsoft's has the number."""


NOT_TRAINED = (400, 422)
"""The statuses by which Azure may say that it trains no model with a dictionary alone."""


SENTENCES = "sentences"
DICTIONARY_ALONE = "a dictionary alone"
"""What a model is trained with."""


class TrainingFailed(NotLearned):
    """Raised where Azure says that a training has failed."""


# Projects


def language_pair(studio: Studio) -> Any:
    """Return the id of the pair of languages."""
    answer = studio.ask("GET", f"{API}/languages/supportedlanguagepairs")
    for pair in items_of(answer, "supportedlanguagepairs"):
        source = member(member(pair, "sourcelanguage"), "languagecode")
        target = member(member(pair, "targetlanguage"), "languagecode")
        if (source, target) == LANGUAGES:
            return member(pair, "id")
    raise NotLearned(f"Custom Translator has no pair of the languages {' and '.join(LANGUAGES)}")


def projects_of(studio: Studio, workspace: str) -> dict[str, Any]:
    """Return the projects of a workspace, by name."""
    return studio.named("/projects", "projects", workspaceId=studio.ids[workspace])


def project_of(studio: Studio, workspace: str) -> str:
    """Return the project of a workspace, which is made unless it is there."""
    if workspace not in studio.projects:
        wanted = {
            "Name": workspace,
            "LanguagePairId": language_pair(studio),
            "CategoryId": CATEGORY,
        }
        studio.create(
            lambda: workspace in projects_of(studio, workspace),
            f"{API}/projects",
            workspace,
            params={"workspaceId": studio.ids[workspace]},
            json=wanted,
        )
        project = member(projects_of(studio, workspace), workspace)
        studio.projects[workspace] = str(member(project, "id"))
    return studio.projects[workspace]


# Models


def models_of(studio: Studio, project: str) -> dict[str, Any]:
    """Return the models of a project whose training has not failed, by name."""
    models = studio.named(f"/projects/{project}/models", "models")
    return {
        name: model
        for name, model in models.items()
        if str(member(model, "id")) not in studio.failed
    }


def trained(studio: Studio, project: str) -> dict[str, Any]:
    """Return the models of a project that are trained, by name.

    One that was seen trained stays so, whatever its status says of a deployment.
    """
    models = models_of(studio, project)
    return {name: model for name, model in models.items() if is_trained(studio, name, model)}


def is_trained(studio: Studio, name: str, model: Any) -> bool:
    """Return whether a model is trained, or was seen so."""
    return name in studio.models or (is_over(model) and not failed(model))


TRAINED = ("complet", "deploy", "succe", "trained")
FAILED = ("trainingfailed", "dataprocessingfailed")
"""How we read the status of a model by parts of it: a text in Microsoft's samples, and a number in
its OpenAPI file, which has no list of meanings.  `deploymentFailed` is a status of a trained model.
"""

ERRORS = ("1", "2", "unkown", "selecttestsets")
"""The error codes of a training that failed, the texts in Microsoft's spelling and in lower case;
`noError` and 0 are none.

https://github.com/AndyCW/Azure-Custom-Translator-CLI/blob/b7cd2b21711be48c1b73df964214a91ec79034f1/CustomTranslatorCLI/SDK/Models/ModelInfo.cs
"""


def is_over(model: Any) -> bool:
    """Return whether the training of a model is over."""
    has_ended = any(part in status_of(model) for part in TRAINED)
    return bool(model.get("completiondate")) or has_ended or failed(model)


def failed(model: Any) -> bool:
    """Return whether the training of a model has failed, as far as that can be read."""
    if any(part in status_of(model) for part in FAILED):
        return True
    return str(model.get("errorcode", "")).lower() in ERRORS


def train(studio: Studio, model: str, workspace: str) -> str:
    """Train a model on all documents of the workspace that can be seen, until it is trained; return
    with what.

    Where dictionaries train none, sentences take their place under the same names.  One that goes
    on too long is not followed by another: both would be billed.
    """
    documents, _ = studio.documents_seen(workspace)
    is_full = studio.training == "full"
    try:
        train_once(studio, model, workspace, documents, is_full=is_full)
        return SENTENCES if is_full else DICTIONARY_ALONE
    except TrainingFailed:
        if is_full or studio.clients.cloud.local:
            raise
    except HttpResponseError as error:
        if error.status_code not in NOT_TRAINED or is_refusal(error, "TrainModel"):
            raise
        if is_full or studio.clients.cloud.local:
            raise
    forget_failed(studio)
    for document in documents:
        send(studio, document, workspace, TRAINING_DOCUMENT, full())
    train_once(studio, model, workspace, studio.documents(workspace), is_full=True)
    return SENTENCES


def train_once(
    studio: Studio, model: str, workspace: str, documents: dict[str, Any], *, is_full: bool
) -> None:
    """Train a model, until it is trained; raises `TrainingFailed` where that fails.

    With sentences Custom Translator takes some for tuning and testing by itself.  With dictionaries
    it isn't asked to, as in a README of Microsoft's; whether it needs to be no source says.
    """
    project = project_of(studio, workspace)
    request = {
        "Name": model,
        "ProjectId": project,
        "DocumentIds": [member(document, "id") for document in documents.values()],
        "IsTuningAuto": is_full,
        "IsTestingAuto": is_full,
    }
    studio.create(
        lambda: model in models_of(studio, project),
        f"{API}/models",
        model,
        json=request | TRAINING,
    )

    def over() -> Any:
        found = models_of(studio, project).get(model)
        if not found:
            return None
        studio.note_status(found)
        return found if is_over(found) else None

    found = studio.wait_for(over, "the model", "TrainModel")
    if failed(found):
        studio.failed.add(str(member(found, "id")))
        said = found.get("modelstatus"), found.get("statusinfo"), found.get("errorcode")
        ended = f"the training ended with status, words and error code {said}"
        raise TrainingFailed(without_secrets(ended))
    studio.models[model] = found
    studio.trained_in[model] = workspace


def forget_failed(studio: Studio) -> None:
    """Delete the models whose training failed, if that is possible."""
    for identifier in studio.failed:
        with suppress(HttpResponseError):
            studio.ask("DELETE", f"{API}/models/{identifier}")
