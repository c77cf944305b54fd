"""Deletes workspaces of Custom Translator with all that they hold.

Nothing that is deployed is deleted, so models are undeployed first:
https://github.com/MicrosoftTranslator/CustomTranslatorApiSamples/blob/arvadivel/adding_curl/README.md
"""

from contextlib import suppress
from typing import Any

from azure.core.exceptions import HttpResponseError

from .answers import member
from .deployments import deployed_in
from .studio import API, Studio


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
    studio.ask("DELETE", f"{API}/workspaces/{identifier}")


def clear_project(studio: Studio, project: str) -> None:
    """Delete a project with its models; raises `HttpResponseError`."""
    for model in studio.named(f"/projects/{project}/models", "models").values():
        path = f"{API}/models/{member(model, 'id')}"
        undeploy_everywhere(studio, path, model)
        studio.ask("DELETE", path)
    studio.ask("DELETE", f"{API}/projects/{project}")


def undeploy_everywhere(studio: Studio, path: str, model: Any) -> None:
    """End the deployment of a model in each region, until it shows."""
    regions = deployed_in(model)
    if not regions:
        return
    asked = [{"Region": region, "IsDeployed": False} for region in regions]
    studio.ask("POST", f"{path}/deployment", json=asked)
    studio.wait_for(
        lambda: not deployed_in(studio.ask("GET", path)), "the end of a deployment", "UndeployModel"
    )
