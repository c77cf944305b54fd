"""Wrong systems: what the article takes for granted of Azure and Custom Translator."""

from typing import Any

from tests.systems.histories import accepted, accepted_instead_of, keeping, once, resets_once
from tests.systems.variants import (
    adding,
    also_where,
    doing,
    met_also_where,
    only_where,
    without,
    writing,
    wrong,
)
from translator_cmk.machine.commands import (
    AssignKeyRole,
    CreateKey,
    CreateVault,
    CreateWorkspace,
    DeleteKey,
    DeleteResource,
    DeployModel,
    EnableIdentity,
    EnableKey,
    EnableSoftDelete,
    EndVaultRetention,
    ImportKey,
    MoveResource,
    MoveResourceGroup,
    PurgeKey,
    PurgeVault,
    ReadData,
    RecoverKey,
    RecoverVault,
    RemoveKeyRole,
    RevokeKeyAccess,
    SetPermissionModel,
    TrainModel,
    UndeployModel,
    UploadDocument,
)
from translator_cmk.machine.conditions import (
    has_document,
    has_role,
    has_workspace,
    is_ignored_in_policies,
    uses_vault,
)
from translator_cmk.machine.entities import (
    Document,
    Grant,
    Key,
    Model,
    Resource,
    Role,
    Subscription,
    Vault,
)
from translator_cmk.machine.meanings import key_inaccessible
from translator_cmk.machine.rows import Effect, effect, means, refuse
from translator_cmk.machine.updates import drops, gives_access, sets


def is_other_deleted_vault(command: Any, vault: Any) -> bool:
    """Return whether this is another deleted key vault than the command's."""
    return bool(vault.name != command.vault.name and vault.state == "deleted")


def is_other_key_of_vault(command: Any, key: Any) -> bool:
    """Return whether this is another key of the command's key vault than the command's."""
    return bool(key.vault.name == command.vault.name and key.name != command.key.name)


def is_ignored_anywhere(resource: Any) -> bool:
    """Return whether the resource has an entry in access policies that are ignored, in a vault that
    its key is not in.
    """
    for vault in resource.world.every(Vault):
        if is_ignored_in_policies(vault, resource) and not uses_vault(resource, vault):
            return True
    return False


def local_name(key: Any) -> str:
    """Return the name of a key inside its key vault."""
    return str(key.name).partition("/")[2]


def is_namesake(command: Any, key: Any) -> bool:
    """Return whether the key has the name of the command's key, in another key vault."""
    return bool(key.name != command.key.name and local_name(key) == local_name(command.key))


def holds_a_key(vault: Any) -> bool:
    """Return whether there is a key in the key vault."""
    return any(key.vault.name == vault.name for key in vault.world.every(Key))


def another_is_deployed(model: Any) -> bool:
    """Return whether another model of the model's workspace is deployed."""
    return any(
        other.state == "deployed" and other.workspace.name == model.workspace.name
        for other in model.world.every(Model)
    )


def first_subscription(command: Any) -> Any:
    """Return the first subscription of the tenant of the one that is asked for."""
    subscriptions = command.subscription.world.every(Subscription)
    return next(s for s in subscriptions if s.tenant.name == command.subscription.tenant.name)


def newest_resource(command: Any) -> Any:
    """Return the resource that was created last."""
    return list(command.resource.world.every(Resource))[-1]


NAMES = (
    wrong(
        "accepts to revoke the access of a resource that does not exist",
        "there is nothing to take away, so all is well",
        ["environment.exists"],
        system=accepted_instead_of("environment.exists", RevokeKeyAccess),
    ),
    wrong(
        "accepts to read data of a workspace that does not exist",
        "no data is taken for an answer",
        ["environment.exists"],
        system=accepted_instead_of("environment.exists", ReadData),
    ),
    wrong(
        "accepts to purge a key vault that is not deleted",
        "only the name is looked up, and not the state",
        ["environment.exists", "environment.purge-vault"],
        system=accepted_instead_of("environment.exists", PurgeVault),
    ),
    wrong(
        "creates a key vault under the name of one that is deleted and recoverable",
        "the name of what is deleted is taken for free",
        ["environment.new-name"],
        without("environment.new-name", CreateVault),
    ),
    wrong(
        "makes a key under the name of one that is deleted and recoverable",
        "the name of what is deleted is taken for free",
        ["environment.new-name"],
        without("environment.new-name", CreateKey),
    ),
)

ROLES = (
    wrong(
        "drops the access policies of a key vault that is switched to another permission model",
        "only one of two ways to give access is kept",
        ["environment.change-permission-model"],
        adding(
            effect(
                SetPermissionModel,
                "environment.change-permission-model",
                each=Grant,
                when=lambda c, g: (
                    g.vault.name == c.vault.name and c.vault.permission_model != c.permission_model
                ),
                then=lambda c, g: drops(g),
            )
        ),
    ),
    wrong(
        "switches every key vault with one",
        "the loop has no condition",
        ["environment.change-permission-model"],
        adding(
            effect(
                SetPermissionModel,
                "environment.change-permission-model",
                each=Vault,
                when=lambda c, v: v.name != c.vault.name,
                then=lambda c, v: sets(v, permission_model=c.permission_model),
            )
        ),
    ),
    wrong(
        "loses what is under a key when another key vault is switched to Azure RBAC",
        "every key vault to which the identity had access is taken for that of its key",
        ["environment.policies-ignored"],
        adding(
            means(
                key_inaccessible,
                "environment.policies-ignored",
                when=lambda r: r.key is not None and is_ignored_anywhere(r),
            )
        ),
    ),
    wrong(
        "ignores the access policies of a key vault that was switched to Azure RBAC and back",
        "the switch is made, and not undone where access is looked up",
        ["environment.policies-ignored"],
        system=once(
            accepted(SetPermissionModel, permission_model="rbac"),
            also_where("environment.policies-ignored", lambda v: True),
        ),
    ),
    wrong(
        "accepts that a role is assigned, and assigns none",
        "the request is answered, and never carried out",
        ["environment.assign-role"],
        without("environment.assign-role"),
    ),
    wrong(
        "accepts a role for a resource that has no identity",
        "nobody asks who is to have the role",
        ["environment.role-needs-identity"],
        met_also_where("environment.role-needs-identity", lambda c: not c.resource.identity),
    ),
    wrong(
        "adds an access policy with every role",
        "roles and access policies are kept in one table",
        ["environment.role-without-effect"],
        adding(
            effect(
                AssignKeyRole,
                "environment.role-without-effect",
                when=lambda c: c.vault.permission_model == "access-policies",
                then=lambda c: gives_access(c.vault, c.resource),
            )
        ),
    ),
    wrong(
        "lets a role give access to a key vault that uses access policies",
        "whoever has either has access",
        ["environment.role-without-effect"],
        only_where("revocation.access-revoked", lambda r: not has_role(r.key.vault, r)),
    ),
    wrong(
        "removes the roles of all resources on a key vault with one",
        "roles are looked up by their key vault",
        ["environment.remove-role"],
        adding(
            effect(
                RemoveKeyRole,
                "environment.remove-role",
                each=Role,
                when=lambda c, a: (
                    a.vault.name == c.vault.name and a.resource.name != c.resource.name
                ),
                then=lambda c, a: drops(a),
            )
        ),
    ),
    wrong(
        "gives a new identity the roles of the one before",
        "roles are kept by resource",
        ["environment.role-ends-with-identity"],
        without("environment.role-ends-with-identity"),
    ),
    wrong(
        "recovers a key vault with the roles on it",
        "roles are kept as access policies are",
        ["environment.role-ends-with-vault"],
        without("environment.role-ends-with-vault"),
    ),
    wrong(
        "moves the roles on a key vault with it",
        "roles are kept by the name of the key vault",
        ["environment.role-stays-behind"],
        without("environment.role-stays-behind"),
    ),
)

RESOURCES = (
    wrong(
        "turns on the identity of every resource in the resource group",
        "resources are looked up by their resource group",
        ["environment.others-stay", "identity.off-at-first"],
        adding(
            effect(
                EnableIdentity,
                "identity.enable",
                each=Resource,
                when=lambda c, r: r.state == "active" and r.group == c.resource.group,
                then=lambda c, r: sets(r, identity=True),
            )
        ),
    ),
    wrong(
        "creates a resource in the first subscription of its tenant",
        "the subscription of the request is a default",
        ["environment.create-resource"],
        writing(
            "environment.create-resource",
            lambda c: sets(c.resource, subscription=first_subscription(c)),
        ),
    ),
    wrong(
        "accepts that a resource is deleted, and leaves it",
        "the request is answered, and never carried out",
        ["environment.delete-resource"],
        without("environment.delete-resource"),
        without("workspace.ends-with-resource"),
    ),
    wrong(
        "takes the access of every resource to the key vault in use when one of them is deleted",
        "grants are looked up by their key vault",
        ["environment.delete-resource", "revocation.only-that-resource", "keys.shared"],
        adding(
            effect(
                DeleteResource,
                "environment.delete-resource",
                each=Grant,
                when=lambda c, g: (
                    c.resource.key is not None
                    and g.vault.name == c.resource.key.vault.name
                    and g.resource.name != c.resource.name
                ),
                then=lambda c, g: drops(g),
            )
        ),
    ),
)


def is_the_first(_: Any, resource: Any) -> bool:
    """Return whether the resource was made before all others."""
    return bool(next(iter(resource.world.every(Resource))).name == resource.name)


MOVES = (
    wrong(
        "leaves a moved resource in its resource group",
        "one of two fields is written",
        ["environment.move"],
        doing(
            "environment.move",
            lambda c: sets(c.resource, subscription=c.subscription),
            MoveResource,
        ),
    ),
    wrong(
        "takes the key vault of its key along with a resource",
        "what belongs together is moved together",
        ["environment.move"],
        adding(
            effect(
                MoveResource,
                "environment.move",
                when=lambda c: c.resource.key is not None,
                then=lambda c: sets(
                    c.resource.key.vault, subscription=c.subscription, group=c.group
                ),
            )
        ),
    ),
    wrong(
        "moves a resource group without its second resource",
        "the loop ends too early",
        ["environment.move"],
        only_where("environment.move", is_the_first, MoveResourceGroup, Resource),
    ),
    wrong(
        "moves a resource group without its key vaults",
        "one of two kinds was forgotten",
        ["environment.move"],
        without("environment.move", MoveResourceGroup, Vault),
    ),
    wrong(
        "moves the resource groups of that name of every subscription",
        "resource groups are looked up by their names alone",
        ["environment.move"],
        also_where(
            "environment.move", lambda c, r: r.group == c.group, MoveResourceGroup, Resource
        ),
        also_where(
            "environment.move",
            lambda c, v: v.group == c.group and v.state == "active",
            MoveResourceGroup,
            Vault,
        ),
    ),
    wrong(
        "moves a resource group without the resources that have customer-managed keys",
        "what is in use is not moved",
        ["environment.move"],
        only_where("environment.move", lambda c, r: r.key is None, MoveResourceGroup, Resource),
    ),
)

VAULTS = (
    wrong(
        "creates every key vault with soft delete",
        "a default is written over what was asked for",
        ["environment.create-vault"],
        writing("environment.create-vault", lambda c: sets(c.vault, soft_delete=True)),
    ),
    wrong(
        "turns purge protection on with soft delete",
        "the two protections are taken for one",
        ["environment.vault-protections"],
        writing(
            "environment.vault-protections",
            lambda c: sets(c.vault, purge_protection=True),
            EnableSoftDelete,
        ),
    ),
    wrong(
        "turns soft delete off when it is turned on again",
        "the command is carried out as a switch",
        ["environment.vault-protections"],
        doing(
            "environment.vault-protections",
            lambda c: sets(c.vault, soft_delete=not c.vault.soft_delete),
            EnableSoftDelete,
        ),
    ),
    wrong(
        "deletes a key vault without soft delete so that it can be recovered",
        "the protection is not looked at",
        ["environment.delete-vault"],
        doing("environment.delete-vault", lambda c: sets(c.vault, state="deleted")),
    ),
    wrong(
        "deletes a key vault with purge protection alone as if it had soft delete",
        "two conditions are joined by *or*",
        ["environment.delete-vault"],
        doing(
            "environment.delete-vault",
            lambda c: sets(
                c.vault,
                state="deleted" if c.vault.soft_delete or c.vault.purge_protection else "purged",
            ),
        ),
    ),
    wrong(
        "recovers a key vault without its access grants",
        "a recovered key vault is a new one",
        ["environment.recover-vault"],
        adding(
            effect(
                RecoverVault,
                "environment.recover-vault",
                each=Grant,
                when=lambda c, g: g.vault.name == c.vault.name,
                then=lambda c, g: drops(g),
            )
        ),
    ),
    wrong(
        "recovers a key vault without its purge protection",
        "a recovered key vault is a new one",
        ["environment.recover-vault"],
        writing("environment.recover-vault", lambda c: sets(c.vault, purge_protection=False)),
    ),
    wrong(
        "enables the disabled keys of a key vault that is recovered",
        "a recovered key vault is a new one",
        ["environment.recover-vault"],
        adding(
            effect(
                RecoverVault,
                "environment.recover-vault",
                each=Key,
                when=lambda c, k: k.vault.name == c.vault.name,
                then=lambda c, k: sets(k, enabled=True),
            )
        ),
    ),
    wrong(
        "recovers every deleted key vault with one",
        "the loop has no condition",
        ["environment.recover-vault"],
        adding(
            effect(
                RecoverVault,
                "environment.recover-vault",
                each=Vault,
                when=is_other_deleted_vault,
                then=lambda c, v: sets(v, state="active"),
            )
        ),
    ),
    wrong(
        "accepts that a key vault is purged, and leaves it deleted",
        "the request is answered, and never carried out",
        ["environment.purge-vault"],
        without("environment.purge-vault"),
    ),
    wrong(
        "purges every unprotected deleted key vault with one",
        "the loop has no condition",
        ["environment.purge-vault"],
        adding(
            effect(
                PurgeVault,
                "environment.purge-vault",
                each=Vault,
                when=lambda c, v: is_other_deleted_vault(c, v) and not v.purge_protection,
                then=lambda c, v: sets(v, state="purged"),
            )
        ),
    ),
    wrong(
        "purges a protected key vault by hand",
        "the protection is not looked at",
        ["environment.no-vault-purge"],
        without("environment.no-vault-purge"),
    ),
    wrong(
        "purges a protected key vault by hand if it holds no key",
        "only keys are thought to need protection",
        ["environment.no-vault-purge"],
        met_also_where("environment.no-vault-purge", lambda c: not holds_a_key(c.vault)),
    ),
    wrong(
        "never ends the retention of a protected key vault",
        "purge protection is taken for protection from any purge",
        ["environment.end-of-retention"],
        only_where("environment.end-of-retention", lambda c: not c.vault.purge_protection),
    ),
    wrong(
        "ends the retention of every deleted key vault with that of one",
        "the loop has no condition",
        ["environment.end-of-retention"],
        adding(
            effect(
                EndVaultRetention,
                "environment.end-of-retention",
                each=Vault,
                when=is_other_deleted_vault,
                then=lambda c, v: sets(v, state="purged"),
            )
        ),
    ),
)

KEYS = (
    wrong(
        "stores an imported key disabled",
        "an imported key has to be enabled by hand",
        ["environment.new-key"],
        writing("environment.new-key", lambda c: sets(c.key, enabled=False), ImportKey),
    ),
    wrong(
        "stores an imported key with 2048 bits, whatever its size",
        "a default is written over what was asked for",
        ["environment.new-key", "keys.import"],
        writing("environment.new-key", lambda c: sets(c.key, size=2048), ImportKey),
    ),
    wrong(
        "generates an RSA-HSM key as an RSA key",
        "there is no hardware behind it",
        ["environment.new-key", "keys.create"],
        writing(
            "environment.new-key",
            lambda c: sets(c.key, type="RSA") if c.type == "RSA-HSM" else {},
            CreateKey,
        ),
    ),
    wrong(
        "starts an imported key in its second version",
        "the import is counted as a rotation",
        ["environment.new-key"],
        writing("environment.new-key", lambda c: sets(c.key, version=2), ImportKey),
    ),
    wrong(
        "enables all keys of a key vault with one",
        "the key vault is enabled, where a key is",
        ["environment.enable-key"],
        adding(
            effect(
                EnableKey,
                "environment.enable-key",
                each=Key,
                when=is_other_key_of_vault,
                then=lambda c, k: sets(k, enabled=True),
            )
        ),
    ),
    wrong(
        "takes an enabled key back to its first version",
        "enabling is carried out as making a key",
        ["environment.enable-key"],
        writing("environment.enable-key", lambda c: sets(c.key, version=1)),
    ),
    wrong(
        "purges a key that is deleted",
        "soft delete is thought to be of key vaults alone",
        ["environment.delete-key"],
        doing("environment.delete-key", lambda c: sets(c.key, state="purged")),
    ),
    wrong(
        "deletes keys of the same name in other key vaults as well",
        "keys are looked up by their names alone",
        ["environment.delete-key"],
        adding(
            effect(
                DeleteKey,
                "environment.delete-key",
                each=Key,
                when=lambda c, k: is_namesake(c, k) and k.state == "active",
                then=lambda c, k: sets(k, state="deleted"),
            )
        ),
    ),
    wrong(
        "enables a disabled key when it is recovered",
        "a recovered key is a new one",
        ["environment.recover-key"],
        writing("environment.recover-key", lambda c: sets(c.key, enabled=True)),
    ),
    wrong(
        "recovers a key in its first version",
        "a recovered key is a new one",
        ["environment.recover-key"],
        writing("environment.recover-key", lambda c: sets(c.key, version=1)),
    ),
    wrong(
        "recovers all deleted keys of a key vault with one",
        "the loop has no condition",
        ["environment.recover-key"],
        adding(
            effect(
                RecoverKey,
                "environment.recover-key",
                each=Key,
                when=lambda c, k: is_other_key_of_vault(c, k) and k.state == "deleted",
                then=lambda c, k: sets(k, state="active"),
            )
        ),
    ),
    wrong(
        "accepts that a key is purged, and leaves it deleted",
        "the request is answered, and never carried out",
        ["environment.purge-key"],
        without("environment.purge-key"),
    ),
    wrong(
        "purges a key of a protected key vault by hand",
        "the protection is not looked at",
        ["environment.no-key-purge"],
        without("environment.no-key-purge"),
    ),
    wrong(
        "purges a disabled key of a protected key vault by hand",
        "what is disabled is thought to need no protection",
        ["environment.no-key-purge"],
        met_also_where("environment.no-key-purge", lambda c: not c.key.enabled),
    ),
    wrong(
        "purges keys of the same name in other key vaults as well",
        "keys are looked up by their names alone",
        ["environment.purge-key", "environment.no-key-purge"],
        adding(
            effect(
                PurgeKey,
                "environment.purge-key",
                each=Key,
                when=lambda c, k: is_namesake(c, k) and k.state == "deleted",
                then=lambda c, k: sets(k, state="purged"),
            )
        ),
    ),
)

CUSTOM_TRANSLATOR = (
    wrong(
        "makes one workspace for each resource",
        "the second of a kind was never tried",
        ["environment.create-workspace", "environment.new-name"],
        adding(
            refuse(
                CreateWorkspace,
                "environment.new-name",
                unless=lambda c: not has_workspace(c.resource),
            )
        ),
    ),
    wrong(
        "makes a workspace for the newest resource, whichever is named",
        "the resource is looked up by its age",
        ["environment.create-workspace"],
        doing(
            "environment.create-workspace",
            lambda c: sets(c.workspace, resource=newest_resource(c), state="active"),
        ),
    ),
    wrong(
        "accepts an upload, and stores nothing",
        "the upload is answered before anything is stored",
        ["environment.upload"],
        without("environment.upload"),
    ),
    wrong(
        "keeps one document for each workspace: an upload takes the place of the others",
        "the second of a kind was never tried",
        ["environment.upload"],
        adding(
            effect(
                UploadDocument,
                "environment.upload",
                each=Document,
                when=lambda c, d: (
                    d.workspace.name == c.workspace.name and d.name != c.document.name
                ),
                then=lambda c, d: sets(d, state="deleted"),
            )
        ),
    ),
    wrong(
        "uses documents up by training",
        "a queue is read, where a folder is",
        ["environment.upload", "environment.train"],
        adding(
            effect(
                TrainModel,
                "environment.train",
                each=Document,
                when=lambda c, d: d.workspace.name == c.workspace.name,
                then=lambda c, d: sets(d, state="deleted"),
            )
        ),
    ),
    wrong(
        "trains a model from nothing",
        "nobody asks whether there are documents",
        ["environment.train"],
        without("workspace.training-refused"),
        also_where("environment.train", lambda c: not has_document(c.workspace)),
    ),
    wrong(
        "deploys a model as soon as it is trained",
        "training and deployment are taken for one",
        ["environment.train"],
        writing("environment.train", lambda c: sets(c.model, state="deployed"), Effect),
    ),
    wrong(
        "undeploys the other models of a workspace when one is deployed",
        "a workspace is thought to serve one model",
        ["environment.deploy"],
        adding(
            effect(
                DeployModel,
                "environment.deploy",
                each=Model,
                when=lambda c, m: (
                    m.state == "deployed"
                    and m.workspace.name == c.model.workspace.name
                    and m.name != c.model.name
                ),
                then=lambda c, m: sets(m, state="undeployed"),
            )
        ),
    ),
    wrong(
        "deletes a model that is undeployed",
        "what is not in use is cleaned up",
        ["environment.deploy"],
        doing("environment.deploy", lambda c: sets(c.model, state="deleted"), UndeployModel),
    ),
    wrong(
        "undeploys all models of a workspace with one",
        "the loop has no condition",
        ["environment.deploy"],
        adding(
            effect(
                UndeployModel,
                "environment.deploy",
                each=Model,
                when=lambda c, m: (
                    m.state == "deployed" and m.workspace.name == c.model.workspace.name
                ),
                then=lambda c, m: sets(m, state="undeployed"),
            )
        ),
    ),
    wrong(
        "translates with a model that is not deployed",
        "the model is loaded when it is needed",
        ["environment.translate"],
        without("environment.translate"),
    ),
    wrong(
        "translates with a model that is not deployed, if another of its workspace is",
        "the workspace is asked whether it serves",
        ["environment.translate"],
        met_also_where("environment.translate", lambda c: another_is_deployed(c.model)),
    ),
)

RESETS = (
    wrong(
        "keeps everything from one world to the next",
        "a reset is answered, and never carried out",
        ["reset"],
        system=resets_once,
    ),
    wrong(
        "leaves moved subscriptions where they are when it is reset",
        "a reset empties what was created alone",
        ["reset"],
        system=keeping(Subscription),
    ),
)

WRONG = (
    *NAMES,
    *ROLES,
    *RESOURCES,
    *MOVES,
    *VAULTS,
    *KEYS,
    *CUSTOM_TRANSLATOR,
    *RESETS,
)
