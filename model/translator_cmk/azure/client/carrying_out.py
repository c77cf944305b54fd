"""How each command is carried out that Azure's API has."""

from collections.abc import Callable, Mapping
from typing import Any

from ...machine import Command, commands
from .access_calls import assign_role, grant_access, remove_role, revoke_access
from .estate import Estate
from .key_calls import (
    create_key,
    delete_key,
    disable_key,
    enable_key,
    import_key,
    purge_key,
    recover_key,
    rotate_key,
)
from .move_calls import move_resource, move_resource_group, move_subscription
from .resource_calls import (
    create_resource,
    delete_resource,
    disable_identity,
    enable_customer_managed_keys,
    enable_identity,
    return_to_microsoft_managed_keys,
)
from .translator_calls import (
    create_workspace,
    deploy_model,
    read_data,
    train_model,
    translate_with_model,
    undeploy_model,
    upload_document,
)
from .vault_calls import (
    create_vault,
    delete_vault,
    enable_purge_protection,
    enable_soft_delete,
    purge_vault,
    recover_vault,
    set_permission_model,
)

CALLS: Mapping[type[Command], Callable[[Estate, Any], None]] = {
    commands.CreateResource: create_resource,
    commands.DeleteResource: delete_resource,
    commands.MoveResource: move_resource,
    commands.MoveResourceGroup: move_resource_group,
    commands.MoveSubscription: move_subscription,
    commands.EnableIdentity: enable_identity,
    commands.DisableIdentity: disable_identity,
    commands.EnableCustomerManagedKeys: enable_customer_managed_keys,
    commands.ReturnToMicrosoftManagedKeys: return_to_microsoft_managed_keys,
    commands.CreateVault: create_vault,
    commands.EnableSoftDelete: enable_soft_delete,
    commands.EnablePurgeProtection: enable_purge_protection,
    commands.DeleteVault: delete_vault,
    commands.RecoverVault: recover_vault,
    commands.PurgeVault: purge_vault,
    commands.GrantKeyAccess: grant_access,
    commands.RevokeKeyAccess: revoke_access,
    commands.SetPermissionModel: set_permission_model,
    commands.AssignKeyRole: assign_role,
    commands.RemoveKeyRole: remove_role,
    commands.CreateKey: create_key,
    commands.ImportKey: import_key,
    commands.RotateKey: rotate_key,
    commands.DisableKey: disable_key,
    commands.EnableKey: enable_key,
    commands.DeleteKey: delete_key,
    commands.RecoverKey: recover_key,
    commands.PurgeKey: purge_key,
    commands.CreateWorkspace: create_workspace,
    commands.UploadDocument: upload_document,
    commands.TrainModel: train_model,
    commands.DeployModel: deploy_model,
    commands.UndeployModel: undeploy_model,
    commands.TranslateWithModel: translate_with_model,
    commands.ReadData: read_data,
}
