"""What a look at Custom Translator shows of the workspaces of a resource."""

from typing import Any

from ...machine import Observation
from ...machine.entities import CUSTOMER, MICROSOFT
from .answers import member
from .deployments import deployed_in
from .studio import Studio
from .trainings import trained


def see_studio(studio: Studio, seen: Observation) -> None:
    """Look at the workspaces that were made here, and at their documents and models.

    The documents are those that are listed, be their data readable or not.  Where nothing says
    whether it is, `readable` is left out.  A workspace belongs to the resource with whose key it
    is listed.
    """
    studio.is_unsure = False
    shown = studio.workspaces()
    for name in studio.ids:
        if name not in shown:
            continue
        fields: dict[str, Any] = {"resource": studio.resource}
        documents, readable = studio.documents_seen(name)
        if readable is not None:
            fields["readable"] = readable
        if studio.clients.cloud.local:
            fields |= as_our_server_means_it(member(shown[name], "subscription"))
        seen["workspace"][name] = fields
        for document in documents:
            seen["document"][document] = {"workspace": name}
        if name in studio.projects:
            see_models(studio, name, seen)


def as_our_server_means_it(subscription: Any) -> dict[str, str]:
    """Return what the subscription of a workspace says of it on this machine.

    In Microsoft's definition it is of the resource, and says nothing of a workspace.
    """
    covered = member(subscription, "iscmkenabled")
    return {
        "resource": str(member(subscription, "name")),
        "key_source": CUSTOMER if covered else MICROSOFT,
    }


def see_models(studio: Studio, workspace: str, seen: Observation) -> None:
    """Look at the models of a workspace."""
    for name, model in trained(studio, studio.projects[workspace]).items():
        state = "deployed" if deployed_in(model) else "undeployed"
        seen["model"][name] = {"workspace": workspace, "state": state}
