"""What an account holds of Custom Translator: workspaces, and what these hold."""

from collections.abc import Mapping
from typing import Any

from ...machine.entities import Document, Entity, Model, Workspace
from .calls import Call, Collection
from .values import id_of

UPLOADED = ("uploaded",)
TRAINED = ("undeployed", "deployed")


def by_id(call: Call, word: str, entities: list[Any]) -> dict[str, Any]:
    """Return entities by the identifiers that they have as what a word says."""
    return {str(id_of(call, word, entity.name)): entity for entity in entities}


def workspaces_below(call: Call, above: Any) -> list[Any]:
    """Return the workspaces of an account, or the one workspace."""
    workspaces = []
    for workspace in call.every(Workspace):
        owner = workspace if isinstance(above, Workspace) else workspace.resource
        if owner.name == above.name:
            workspaces.append(workspace)
    return workspaces


def contents_below(
    call: Call, above: Any, kind: type[Entity], states: tuple[str, ...]
) -> list[Any]:
    """Return what an account, or one of its workspaces, holds of a kind."""
    contents = []
    for entity in call.every(kind, *states):
        owner = entity.workspace if isinstance(above, Workspace) else entity.workspace.resource
        if owner.name == above.name:
            contents.append(entity)
    return contents


def workspaces(call: Call, above: Any) -> Mapping[str, Any]:
    return by_id(call, "workspace", workspaces_below(call, above))


def projects(call: Call, above: Any) -> Mapping[str, Any]:
    """Return the workspaces that have their project, by its identifier."""
    with_project = []
    for workspace in workspaces_below(call, above):
        if workspace.name in call.world.projects:
            with_project.append(workspace)
    return by_id(call, "project", with_project)


def documents(call: Call, above: Any) -> Mapping[str, Any]:
    return by_id(call, "document", contents_below(call, above, Document, UPLOADED))


def models(call: Call, above: Any) -> Mapping[str, Any]:
    return by_id(call, "model", contents_below(call, above, Model, TRAINED))


COLLECTIONS: dict[str, Collection] = {
    "workspace": workspaces,
    "project": projects,
    "document": documents,
    "model": models,
}
