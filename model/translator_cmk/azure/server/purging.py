"""Purging a deleted account, which is no command of the specification.

The model forgets the account and what it held, so its name is free.
"""

from typing import Any

from ...machine.entities import (
    NO_RECORD,
    OF_VAULT_AND_RESOURCE,
    Document,
    Entity,
    Model,
    Resource,
    Workspace,
)
from .calls import Call, Reply
from .operations import begun, refuse_busy


def purge_account(call: Call, account: Resource) -> Reply:
    refuse_busy(call, account.name)
    forgotten: list[Entity] = [account]
    projects = dict(call.world.projects)
    for kind in OF_VAULT_AND_RESOURCE:
        for entity in call.view.every(kind):
            if entity.resource.name == account.name:
                forgotten.append(entity)
    for workspace in call.view.every(Workspace):
        if workspace.resource.name == account.name:
            forgotten.append(workspace)
            forgotten.extend(held_by(call, workspace))
            projects.pop(workspace.name, None)
    changes: dict[Any, Any] = {}
    for entity in forgotten:
        changes[type(entity), entity.name] = {"state": NO_RECORD}
    state = call.world.state.with_changes(changes)
    call.world = call.world._replace(state=state, projects=projects)
    return begun(call, account)


def held_by(call: Call, workspace: Workspace) -> list[Entity]:
    """Return all documents and models of a workspace, those too that are gone."""
    held = []
    for kind in (Document, Model):
        for entity in call.view.every(kind):
            if entity.workspace.name == workspace.name:
                held.append(entity)
    return held
