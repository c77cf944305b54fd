"""Purging a deleted account, which is no command of the specification.

The model forgets the account and what it held, so its name is free.
"""

from ...machine.entities import OF_VAULT_AND_RESOURCE, Entity, Resource, Workspace
from .calls import Call, Reply
from .forgetting import forget
from .holdings import held_by
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
    forget(call, forgotten)
    call.world = call.world._replace(projects=projects)
    return begun(call, account)
