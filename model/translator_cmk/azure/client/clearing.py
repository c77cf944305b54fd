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
from .deployments import deployed_in, regions_for, state_of
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
    projects = studio.named("/projects", "projects", workspaceId=identifier)
    for project in projects.values():
        clear_project(studio, str(member(project, "id")))
    with suppress(HttpResponseError):  # while their data is inaccessible they go with the workspace
        for document in studio.documents(name).values():
            studio.ask("DELETE", f"{API}/documents/{member(document, 'id')}")
    delete(studio, f"{API}/workspaces/{identifier}")


def wait_for_deletions(studio: Studio) -> float:
    """Return for how many seconds refused deletions are asked for again: none on this machine."""
    if studio.clients.cloud.local:
        return 0.0
    return float(WORK["DeleteResource"]["wait"])


def clear_project(studio: Studio, project: str) -> None:
    """Delete a project with its models; raises `HttpResponseError`."""
    for model in studio.named(f"/projects/{project}/models", "models").values():
        path = f"{API}/models/{member(model, 'id')}"
        undeploy_everywhere(studio, path, as_shown(studio, path, model))
        delete(studio, path)
    delete(studio, f"{API}/projects/{project}")


def delete(studio: Studio, path: str) -> None:
    """Delete what is at a path, if it is there; raises `HttpResponseError` where the time is up,
    which begins anew with each deletion: an undeployment before it may take longer.
    """
    patience = Patience(wait_for_deletions(studio))
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


def as_shown(studio: Studio, path: str, listed: Any) -> Any:
    """Return a model as the answer at its path has it, or as it is listed where there is none: not
    every list says where models are deployed, or in time.
    """
    try:
        return studio.ask("GET", path)
    except HttpResponseError:
        return listed


def undeploy_everywhere(studio: Studio, path: str, model: Any) -> None:
    """End the deployment of a model in each region, until it shows.

    One that is changing may say of no region that it is deployed there.
    """
    if state_of(model) == "undeployed":
        return
    regions = deployed_in(model) or regions_for(studio)
    asked = [{"Region": region, "IsDeployed": False} for region in regions]
    studio.ask("POST", f"{path}/deployment", json=asked)
    studio.wait_for(
        lambda: state_of(studio.ask("GET", path)) == "undeployed",
        "the end of a deployment",
        "UndeployModel",
    )
