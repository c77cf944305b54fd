"""What commands are about: the headings under which a page shows them."""

from collections.abc import Mapping

from ...machine import Command
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
    MoveResource,
    MoveResourceGroup,
    MoveSubscription,
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

SUBJECTS: Mapping[str, tuple[type[Command], ...]] = {
    "The resource and its identity": (CreateResource, DeleteResource, EnableIdentity, DisableIdentity),
    "The vault": (
        *(CreateVault, EnableSoftDelete, EnablePurgeProtection),
        *(DeleteVault, RecoverVault, PurgeVault, EndVaultRetention),
    ),
    "The key": (CreateKey, ImportKey, RotateKey, DisableKey, EnableKey, DeleteKey, RecoverKey, PurgeKey),
    "Access to the keys": (GrantKeyAccess, RevokeKeyAccess),
    "Customer-managed keys": (EnableCustomerManagedKeys, ReturnToMicrosoftManagedKeys),
    "Moves": (MoveResource, MoveResourceGroup, MoveSubscription),
    "Custom Translator": (
        *(CreateWorkspace, ReadData, UploadDocument, TrainModel),
        *(DeployModel, UndeployModel, TranslateWithModel),
    ),
}
"""Each subject with the commands about it, in the order in which they are shown."""


def subject(command: Command) -> str:
    """What a command is about."""
    return next(name for name, commands in SUBJECTS.items() if isinstance(command, commands))
