"""What a look at Custom Translator shows of the workspaces of a resource."""

from typing import Any

from azure.core.exceptions import HttpResponseError

from ...machine import Observation
from ...machine.entities import CUSTOMER, MICROSOFT
from .answers import member
from .deployments import deployed_in
from .refusals import NotLearned
from .studio import API, Studio
from .trainings import trained


def see_studio(studio: Studio, seen: Observation) -> None:
    """Look at the workspaces that were made here, and at their documents and models.

    The documents are those that are listed, be their data readable or not.  Where nothing says
    whether it is, `readable` is left out; where nothing says whether a workspace is there, all of
    it is.  A workspace belongs to the resource with whose key it is listed.
    """
    shown = listed_workspaces(studio)
    if shown is None:
        leave_out(studio, seen)
        return
    for name in studio.ids:
        if name in shown:
            see_workspace(studio, name, shown[name], seen)


def leave_out(studio: Studio, seen: Observation) -> None:
    """Leave out whether the workspaces are there, and what they hold."""
    for name in studio.ids:
        seen["workspace"][name] = {}
        see_models(studio, name, None, seen)


def listed_workspaces(studio: Studio) -> dict[str, Any] | None:
    """Return the workspaces that are listed, by name; None where nothing says which there are."""
    try:
        return studio.workspaces()
    except (HttpResponseError, NotLearned):
        return None


def see_workspace(studio: Studio, name: str, listed: Any, seen: Observation) -> None:
    """Look at a workspace that is listed."""
    fields = of_its_resource(member(listed, "subscription"))
    documents, readable = studio.documents_seen(name)
    if readable is not None:
        fields["readable"] = readable
    seen["workspace"][name] = fields
    for document in documents:
        seen["document"][document] = {"workspace": name}
    if name in studio.projects:
        see_models(studio, name, listed_models(studio, name), seen)


def of_its_resource(subscription: Any) -> dict[str, Any]:
    """Return what the subscription of a workspace says of it.

    In Microsoft's definition `IsCMKEnabled` is of the resource; we read it as the workspace's.
    """
    covered = member(subscription, "iscmkenabled")
    return {
        "resource": str(member(subscription, "name")),
        "key_source": CUSTOMER if covered else MICROSOFT,
    }


def listed_models(studio: Studio, workspace: str) -> dict[str, Any] | None:
    """Return the trained models that are listed, by name; None where nothing says which there
    are.
    """
    try:
        return trained(studio, studio.projects[workspace])
    except (HttpResponseError, NotLearned):
        return None


def see_models(
    studio: Studio, workspace: str, listed: dict[str, Any] | None, seen: Observation
) -> None:
    """Look at the models of a workspace.

    Where nothing says whether a model is deployed or there, its `state` is left out.
    """
    if listed is None:
        for name, place in studio.trained_in.items():
            if place == workspace:
                seen["model"][name] = {"workspace": workspace}
        return
    for name, model in listed.items():
        seen["model"][name] = {"workspace": workspace} | state_seen(studio, model)


def state_seen(studio: Studio, model: Any) -> dict[str, str]:
    """Return the state of a model, or nothing where it can't be seen: not every list of models
    says where they are deployed.
    """
    try:
        found = studio.ask("GET", f"{API}/models/{member(model, 'id')}")
    except HttpResponseError:
        return {}
    return {"state": "deployed" if deployed_in(found) else "undeployed"}
