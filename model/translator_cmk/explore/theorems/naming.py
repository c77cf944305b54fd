"""What an acceptance names: each requirement exactly where something has changed by it."""

from collections.abc import Callable, Iterator
from typing import Any

from ...machine import COMMANDS, Command
from ...machine.commands import (
    CreateKey,
    CreateResource,
    CreateVault,
    CreateWorkspace,
    DeleteKey,
    DeleteResource,
    DeleteVault,
    DeployModel,
    DisableIdentity,
    DisableKey,
    EnableCustomerManagedKeys,
    EnableIdentity,
    EnableKey,
    EnablePurgeProtection,
    EnableSoftDelete,
    EndVaultRetention,
    GrantKeyAccess,
    ImportKey,
    PurgeKey,
    PurgeVault,
    ReadData,
    RecoverKey,
    RecoverVault,
    ReturnToMicrosoftManagedKeys,
    RevokeKeyAccess,
    RotateKey,
    TrainModel,
    TranslateWithModel,
    UndeployModel,
    UploadDocument,
)
from ...machine.entities import CUSTOMER, Document, Grant, Model, Resource, Subscription, Vault, Workspace
from .building import collected, has_access, home, request
from .consequences import MOVES, worked_on
from .laws import ALREADY_SO
from .only import named
from .theorem import Expectation, Named, Step, Theorem, look_up
from .undoing import BRINGS_BACK

Does = Callable[[Any], Any]
"""Of the command with entities for its names: whether it makes a difference."""


def anew(command: type[Command]) -> Does:
    """That what the command asks for is not so already."""
    return lambda asked: not ALREADY_SO[command](asked)


def always(_: Any) -> bool:
    return True


def goes_back(asked: Any) -> bool:
    """Whether the resource, or a workspace of it, is under the customer's key."""
    workspaces = asked.resource.world.every(Workspace)
    covered = any(w.covered and w.resource.name == asked.resource.name for w in workspaces)
    return covered or asked.resource.key_source == CUSTOMER


BY_COMMAND: dict[str, dict[type[Command], Does]] = {
    "environment.create-resource": {CreateResource: always},
    "encryption.default-key": {CreateResource: always},
    "environment.delete-resource": {DeleteResource: always},
    "identity.enable": {EnableIdentity: anew(EnableIdentity)},
    "identity.disable": {DisableIdentity: anew(DisableIdentity)},
    "keys.enable": {
        EnableCustomerManagedKeys: lambda a: a.resource.key is None or a.resource.key.name != a.key.name,
    },
    "identity.assigned-by-portal": {
        EnableCustomerManagedKeys: lambda a: a.through == "portal" and not a.resource.identity,
    },
    "vault.granted-by-portal": {
        EnableCustomerManagedKeys: lambda a: a.through == "portal" and not has_access(a.resource, a.vault),
    },
    "keys.return": {ReturnToMicrosoftManagedKeys: goes_back},
    "environment.create-vault": {CreateVault: always},
    "environment.vault-protections": {
        EnableSoftDelete: anew(EnableSoftDelete),
        EnablePurgeProtection: anew(EnablePurgeProtection),
    },
    "environment.delete-vault": {DeleteVault: always},
    "environment.recover-vault": {RecoverVault: always},
    "environment.purge-vault": {PurgeVault: always},
    "environment.end-of-retention": {EndVaultRetention: always},
    "vault.access-policy": {GrantKeyAccess: anew(GrantKeyAccess)},
    "revocation.revoke": {RevokeKeyAccess: anew(RevokeKeyAccess)},
    "keys.create": {CreateKey: always},
    "keys.import": {ImportKey: always},
    "keys.rotate": {RotateKey: always},
    "keys.disable": {DisableKey: anew(DisableKey)},
    "environment.enable-key": {EnableKey: anew(EnableKey)},
    "environment.delete-key": {DeleteKey: always},
    "environment.recover-key": {RecoverKey: always},
    "environment.purge-key": {PurgeKey: always},
    "environment.create-workspace": {CreateWorkspace: always},
    "workspace.covered": {CreateWorkspace: lambda a: a.resource.key_source == CUSTOMER},
    "environment.upload": {UploadDocument: always},
    "environment.train": {TrainModel: always},
    "environment.deploy": {DeployModel: anew(DeployModel), UndeployModel: anew(UndeployModel)},
}
"""For each requirement the commands that do something by it, and where they make a difference."""


def changes(step: Step, kind: type[Any]) -> Iterator[tuple[Any, Any]]:
    """Each entity of the kind before and after the step that changed it; None where it was not there, or is not."""
    for each, name in step.changed():
        if each is kind:
            yield look_up(step.before, kind, name), look_up(step.after, kind, name)


def any_of(kind: type[Any], test: Callable[[Any, Any], Any]) -> Callable[[Step], bool]:
    """That of an entity of the kind, which is there before and after the step, this is so."""
    return lambda step: any(was is not None and now is not None and test(was, now) for was, now in changes(step, kind))


def moved(step: Step) -> bool:
    """Whether anything is in another place than before."""
    elsewhere = (
        any_of(Resource, lambda was, now: (named(was.subscription), was.group) != (named(now.subscription), now.group)),
        any_of(Vault, lambda was, now: named(was.subscription) != named(now.subscription)),
        any_of(Subscription, lambda was, now: named(was.directory) != named(now.directory)),
    )
    return any(test(step) for test in elsewhere)


def access_gone(step: Step, vault_moved: bool) -> bool:
    """Whether access is gone that nobody revoked, from a vault that is in another directory now or is not."""
    gone = [was for was, now in changes(step, Grant) if now is None]
    where = [home(was.vault) != home(step.after.entity(Vault, was.vault.name)) for was in gone]
    return not isinstance(step.command, RevokeKeyAccess) and vault_moved in where


TAKES_THE_KEY = (*MOVES, RevokeKeyAccess, DisableIdentity, DeleteVault, DeleteKey, DisableKey)
"""Commands that take a key out of reach."""

BY_STATE: dict[str, tuple[tuple[type[Command], ...], Callable[[Step], Any]]] = {
    "environment.move": (MOVES, moved),
    "directory.not-transferred": (
        MOVES,
        any_of(Resource, lambda was, now: named(was.directory) != named(now.directory)),
    ),
    "environment.vault-moved": (MOVES, lambda step: access_gone(step, True)),
    "identity.access-removed": (
        (*MOVES, DisableIdentity, DeleteResource),
        lambda step: access_gone(step, False),
    ),
    "revocation.data-inaccessible": (
        (*TAKES_THE_KEY, DeleteResource, CreateWorkspace),
        lambda step: any(
            not now.readable and (was is None or was.readable)
            for was, now in changes(step, Workspace)
            if now is not None
        ),
    ),
    "restoration.data-readable": (BRINGS_BACK, any_of(Workspace, lambda was, now: now.readable and not was.readable)),
    "revocation.undeploys": (
        TAKES_THE_KEY,
        any_of(Model, lambda was, now: (was.state, now.state) == ("deployed", "undeployed")),
    ),
    "revocation.deletes-uploads": (
        TAKES_THE_KEY,
        any_of(Document, lambda was, now: (was.state, now.state) == ("uploaded", "deleted")),
    ),
    "keys.audit": (
        (UploadDocument, TrainModel, ReadData, DeployModel, TranslateWithModel),
        lambda step: worked_on(step).key_source == CUSTOMER,
    ),
}
"""For each requirement that speaks of a state: the commands that may bring it about, and where something changes."""


def by_command(does: dict[type[Command], Does]) -> Callable[[Step], Any]:
    """That the command makes the difference that it has to make."""
    return lambda step: does[type(step.command)](step.asked)


DUE = {each: (tuple(does), by_command(does)) for each, does in BY_COMMAND.items()} | BY_STATE


def exactly_where(requirement: str, due: Callable[[Step], Any]) -> Callable[[Step], Iterator[Expectation]]:
    """The check that an acceptance names the requirement exactly where it is due."""

    def check(step: Step) -> Iterator[Expectation]:
        if step.accepted:
            owed = bool(due(step))
            if owed or requirement in getattr(step.outcome, "by", ()):
                yield Named(requirement, owed)

    return check


def naming(requirement: str, on: tuple[type[Command], ...], due: Callable[[Step], Any]) -> Theorem:
    sentence = f"An acceptance names {requirement} exactly where something changes by it."
    return Theorem("request", on, f"named-{requirement}", sentence, (requirement,), exactly_where(requirement, due))


@request(*COMMANDS.values(), by=tuple(DUE))
def nothing_else_is_named(step: Step) -> Iterator[Expectation]:
    """An acceptance names no requirement but one by which what was asked for can change something."""
    for requirement in getattr(step.outcome, "by", ()):
        yield Named(requirement, requirement in DUE and type(step.command) in DUE[requirement][0])


THEOREMS = (*collected(globals()), *(naming(requirement, *due) for requirement, due in DUE.items()))
