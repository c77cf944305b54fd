"""Deletes workspaces of Custom Translator with all that they hold.

Nothing that is deployed is deleted, so models are undeployed first:
https://github.com/MicrosoftTranslator/CustomTranslatorApiSamples/blob/arvadivel/adding_curl/README.md

That a model is no longer deployed may show before it can be deleted, so a refused deletion is
asked for again, as long as the deletion of a resource may take.
"""

from contextlib import suppress
from typing import Any

from azure.core.exceptions import HttpResponseError

from .answers import member
from .deployments import deployed_in, state_of
from .patience import Patience
from .studio import API, Studio
from .target import WORK

MAY_PASS = frozenset({400, 409, 429})
"""The statuses of a refused deletion that may be accepted a little later."""

GONE = 404
"""The status where nothing is left to delete, perhaps since an earlier answer was lost."""


def clear_workspace(studio: Studio, name: str) -> None:
    """Delete the workspaces of a name, if there are any; raises `HttpResponseError`."""
    workspace = studio.workspaces().get(name)
    if workspace is None:
        return
    identifier = str(member(workspace, "id"))
    studio.ids[name] = identifier
    patience = Patience(wait_for_deletions(studio))
    projects = studio.named("/projects", "projects", workspaceId=identifier)
    for project in projects.values():
        clear_project(studio, str(member(project, "id")), patience)
    with suppress(HttpResponseError):  # while their data is inaccessible they go with the workspace
        for document in studio.documents(name).values():
            studio.ask("DELETE", f"{API}/documents/{member(document, 'id')}")
    delete(studio, f"{API}/workspaces/{identifier}", patience)


def wait_for_deletions(studio: Studio) -> float:
    """Return for how many seconds refused deletions are asked for again: none on this machine."""
    if studio.clients.cloud.local:
        return 0.0
    return float(WORK["DeleteResource"]["wait"])


def clear_project(studio: Studio, project: str, patience: Patience) -> None:
    """Delete a project with its models; raises `HttpResponseError`."""
    for model in studio.named(f"/projects/{project}/models", "models").values():
        path = f"{API}/models/{member(model, 'id')}"
        undeploy_everywhere(studio, path, model)
        delete(studio, path, patience)
    delete(studio, f"{API}/projects/{project}", patience)


def delete(studio: Studio, path: str, patience: Patience) -> None:
    """Delete what is at a path, if it is there; raises `HttpResponseError` where the time is up."""
    while True:
        try:
            studio.ask("DELETE", path)
            return
        except HttpResponseError as error:
            if error.status_code == GONE:
                return
            if error.status_code not in MAY_PASS or patience.ends():
                raise
        patience.go_on()


def undeploy_everywhere(studio: Studio, path: str, model: Any) -> None:
    """End the deployment of a model in each region, until it shows."""
    regions = deployed_in(model)
    if not regions:
        return
    asked = [{"Region": region, "IsDeployed": False} for region in regions]
    studio.ask("POST", f"{path}/deployment", json=asked)
    studio.wait_for(
        lambda: state_of(studio.ask("GET", path)) == "undeployed",
        "the end of a deployment",
        "UndeployModel",
    )
