"""Trainings of Custom Translator's models, in the project of a workspace."""

from typing import Any

from .answers import items_of, member, status_of
from .redaction import without_secrets
from .refusals import NotLearned
from .studio import API, Studio
from .uploads import LANGUAGES

CATEGORY = 1
"""The general category, of which a README of Microsoft's has the number."""


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
        params = {"workspaceId": studio.ids[workspace]}
        studio.ask("POST", f"{API}/projects", params=params, json=wanted)
        project = member(projects_of(studio, workspace), workspace)
        studio.projects[workspace] = str(member(project, "id"))
    return studio.projects[workspace]


# Models


def models_of(studio: Studio, project: str) -> dict[str, Any]:
    """Return the models of a project, by name."""
    return studio.named(f"/projects/{project}/models", "models")


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


def train(studio: Studio, model: str, workspace: str) -> None:
    """Train a model on all documents of the workspace that can be seen, until it is trained;
    raises `NotLearned` where that fails.

    Custom Translator isn't asked to take some of a dictionary for tuning and testing, as in a
    README of Microsoft's.
    """
    project = project_of(studio, workspace)
    documents, _ = studio.documents_seen(workspace)
    request = {
        "Name": model,
        "ProjectId": project,
        "DocumentIds": [member(document, "id") for document in documents.values()],
        "IsTuningAuto": False,
        "IsTestingAuto": False,
        "IsAutoTrain": True,
        "IsAutoDeploy": False,
    }
    studio.ask("POST", f"{API}/models", json=request)

    def over() -> Any:
        found = models_of(studio, project).get(model)
        return found if found and is_over(found) else None

    found = studio.wait_for(over, "the model", "TrainModel")
    if failed(found):
        said = found.get("modelstatus"), found.get("statusinfo"), found.get("errorcode")
        ended = f"the training ended with status, words and error code {said}"
        raise NotLearned(without_secrets(ended))
    studio.models[model] = found
    studio.trained_in[model] = workspace
