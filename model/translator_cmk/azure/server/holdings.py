"""What an account holds of Custom Translator: workspaces, and what these hold."""

from collections.abc import Iterable, Mapping
from typing import Any

from ...machine.entities import NO_RECORD, Document, Entity, Model, Workspace
from .calls import Call, Collection
from .settings import settings_of
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


def held_by(call: Call, workspace: Workspace) -> list[Entity]:
    """Return all documents and models of a workspace, those too that are gone."""
    held: list[Entity] = []
    for kind in (Document, Model):
        for entity in call.view.every(kind):
            if entity.workspace.name == workspace.name:
                held.append(entity)
    return held


def forget(call: Call, entities: Iterable[Entity]) -> None:
    """Let the model forget things that a request deletes for which the specification has no
    command.

    It keeps no trace of them, so their names are free.
    """
    changes: dict[Any, Any] = {}
    for entity in entities:
        changes[type(entity), entity.name] = {"state": NO_RECORD}
    call.world = call.world._replace(state=call.world.state.with_changes(changes))


def forget_workspaces(call: Call, gone: Iterable[Workspace]) -> None:
    """Let the model forget workspaces with all that they hold."""
    projects = dict(call.world.projects)
    forgotten: list[Entity] = []
    for workspace in gone:
        forgotten.append(workspace)
        forgotten.extend(held_by(call, workspace))
        projects.pop(workspace.name, None)
    forget(call, forgotten)
    call.world = call.world._replace(projects=projects)


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
    """Return the documents whose import is over."""
    found = []
    for document in contents_below(call, above, Document, UPLOADED):
        if not is_being_imported(call, document.name):
            found.append(document)
    return by_id(call, "document", found)


def regions_of(call: Call, model: Model) -> tuple[int, ...]:
    """Return the regions to which a model is deployed."""
    if model.state != "deployed":
        return ()
    regions: tuple[int, ...]
    regions = settings_of(call.world, "deployed", model.name).get("regions", ())
    return regions


def is_being_imported(call: Call, document: str) -> bool:
    """Return whether the import of a document goes on."""
    until: float = settings_of(call.world, "import", document).get("until", 0.0)
    return until > call.now


def models(call: Call, above: Any) -> Mapping[str, Any]:
    return by_id(call, "model", contents_below(call, above, Model, TRAINED))


COLLECTIONS: dict[str, Collection] = {
    "workspace": workspaces,
    "project": projects,
    "document": documents,
    "model": models,
}
