"""What an accepted request does beyond what it names: to what a thing holds, to other fields, to the audit trail."""

from collections.abc import Iterator
from typing import Any

from ...language.facts import ABSENT, Fact
from ...machine import COMMANDS, KeyUse
from ...machine.commands import (
    CreateWorkspace,
    DeleteKey,
    DeleteVault,
    DeployModel,
    MoveResource,
    MoveResourceGroup,
    MoveSubscription,
    ReadData,
    ReturnToMicrosoftManagedKeys,
    RotateKey,
    TrainModel,
    TranslateWithModel,
    UploadDocument,
)
from ...machine.entities import CUSTOMER, MICROSOFT, Resource, Vault, Workspace
from .building import collected, fact, home, request
from .theorem import Expectation, Step, Uses, entity_name, look_up

MOVES = (MoveResource, MoveResourceGroup, MoveSubscription)


@request(RotateKey, by=("keys.rotate",))
def a_rotated_key_has_the_next_version(step: Step) -> Iterator[Expectation]:
    """Rotating a key makes its next version."""
    if step.accepted:
        key = step.asked.key
        yield fact(key, "version", key.version + 1)


@request(DeleteVault, by=("environment.delete-vault",))
def a_deleted_vault_is_recoverable_with_soft_delete(step: Step) -> Iterator[Expectation]:
    """A deleted key vault can be recovered if it had soft delete, and is gone at once if not."""
    if step.accepted:
        vault = step.asked.vault
        yield fact(vault, "state", "deleted") if vault.soft_delete else fact(vault, "exists", False)


@request(DeleteKey, by=("environment.delete-key",))
def a_deleted_key_is_recoverable_with_soft_delete(step: Step) -> Iterator[Expectation]:
    """A deleted key can be recovered if its vault has soft delete, and is gone at once if not."""
    if step.accepted:
        key = step.asked.key
        yield fact(key, "state", "deleted") if key.vault.soft_delete else fact(key, "exists", False)


@request(CreateWorkspace, by=("workspace.covered",))
def a_later_workspace_is_covered(step: Step) -> Iterator[Expectation]:
    """A workspace is under the customer's key exactly if it was made while customer-managed keys were on."""
    if step.accepted:
        source = step.asked.resource.key_source
        yield Fact("workspace", entity_name(step.command, "workspace"), "key_source", source)


@request(ReturnToMicrosoftManagedKeys, by=("keys.return",))
def workspaces_go_back_with_their_resource(step: Step) -> Iterator[Expectation]:
    """Going back to Microsoft-managed keys takes every workspace of the resource along."""
    if step.accepted:
        resource = step.asked.resource
        for workspace in step.before.every(Workspace):
            if workspace.resource.name == resource.name:
                yield fact(workspace, "key_source", MICROSOFT)


@request(*COMMANDS.values(), by=("keys.audit",))
def every_use_of_the_key_is_recorded(step: Step) -> Iterator[Expectation]:
    """Whatever works with data under the customer's key has its use recorded, and nothing else has."""
    if step.accepted:
        resource = worked_on(step)
        used = resource is not None and resource.key_source == CUSTOMER and resource.key is not None
        yield Uses((KeyUse(resource.key.name, resource.name),) if used else ())


def worked_on(step: Step) -> Any:
    """The resource with whose data the command works, or None."""
    match step.command:
        case UploadDocument() | TrainModel() | ReadData():
            return step.asked.workspace.resource
        case DeployModel() | TranslateWithModel():
            return step.asked.model.workspace.resource
    return None


@request(MoveResourceGroup, by=("environment.move",))
def a_group_moves_with_all_it_holds(step: Step) -> Iterator[Expectation]:
    """A resource group is moved with the resources and key vaults in it, and with no other."""
    if step.accepted:
        c: Any = step.command
        for kind, alive in ((Resource, ("active",)), (Vault, ("active", "deleted"))):
            for thing in step.before.every(kind):
                if thing.state in alive:
                    moves = (thing.group, thing.subscription.name) == (c.group, c.subscription)
                    yield fact(thing, "subscription", c.to if moves else thing.subscription.name)


@request(*MOVES, by=("directory.not-transferred", "environment.move"))
def identity_and_key_stay_behind(step: Step) -> Iterator[Expectation]:
    """A resource that changes directory has its identity off and no key, and is customer-managed as before."""
    for was, now in moved(step):
        if home(was) != home(now):
            yield fact(now, "identity", False)
            yield fact(now, "key", ABSENT)
            yield fact(now, "key_source", was.key_source)


@request(*MOVES, by=("directory.same-directory-move",))
def nothing_is_lost_inside_a_directory(step: Step) -> Iterator[Expectation]:
    """A resource that moves inside its directory keeps its identity and its key."""
    for was, now in moved(step):
        if home(was) == home(now):
            yield fact(now, "identity", was.identity)
            yield fact(now, "key", ABSENT if was.key is None else was.key.name)


def moved(step: Step) -> Iterator[tuple[Any, Any]]:
    """Each resource that is there before and after the step."""
    for was in step.before.every(Resource):
        now = look_up(step.after, Resource, was.name)
        if was.state == "active" and now is not None:
            yield was, now


THEOREMS = collected(globals())
