"""Systems that differ from the model in one thing that no sentence demands.

The reason names the sentence that the system honours, as the register numbers it.  See decision 26.
"""

from typing import Any

from tests.systems.histories import remembering
from tests.systems.variants import (
    Edit,
    Variant,
    adding,
    also_where,
    doing,
    only_where,
    permitted,
    permitted_by_article,
    refusing_as,
    without,
)
from translator_cmk.machine import Command
from translator_cmk.machine.commands import (
    AssignKeyRole,
    CreateWorkspace,
    DeleteResource,
    DeployModel,
    DisableIdentity,
    DisableKey,
    EnableCustomerManagedKeys,
    EnableIdentity,
    EnableKey,
    EnablePurgeProtection,
    EnableSoftDelete,
    GrantKeyAccess,
    MoveResource,
    MoveResourceGroup,
    RecoverKey,
    ReturnToMicrosoftManagedKeys,
    RevokeKeyAccess,
    SetPermissionModel,
    TrainModel,
    UndeployModel,
    UploadDocument,
)
from translator_cmk.machine.conditions import (
    can_be_put_in_use,
    granted,
    has_role,
    has_role_in_force,
    is_enabled_already,
    may_regain_key,
    moves_along,
    uses_a_rotated_key,
    was_left_behind,
)
from translator_cmk.machine.entities import (
    CUSTOMER,
    MICROSOFT,
    Document,
    Grant,
    Key,
    Model,
    Resource,
    Vault,
    Workspace,
)
from translator_cmk.machine.meanings import data_inaccessible, key_inaccessible
from translator_cmk.machine.outcomes import KeyUse
from translator_cmk.machine.rows import Means, Refuse, effect, means, refuse, whenever
from translator_cmk.machine.state import Changes
from translator_cmk.machine.updates import (
    gives_access,
    returns_to_microsoft_keys,
    sets,
    workspaces_of,
)
from translator_cmk.machine.world import World

# What is so already

REFUSED_REPEATS: dict[str, tuple[Refuse, ...]] = {
    "the key in use": (
        refuse(
            EnableCustomerManagedKeys,
            "resource.repeats",
            unless=lambda c: not is_enabled_already(c),
        ),
    ),
    "the identity on or off": (
        refuse(EnableIdentity, "resource.repeats", unless=lambda c: not c.resource.identity),
        refuse(DisableIdentity, "resource.repeats", unless=lambda c: c.resource.identity),
    ),
    "an access that is granted or revoked": (
        refuse(
            GrantKeyAccess,
            "resource.repeats",
            unless=lambda c: not granted(c.vault, c.resource),
        ),
        refuse(
            RevokeKeyAccess,
            "resource.repeats",
            unless=lambda c: granted(c.vault, c.resource),
        ),
    ),
    "a model that is deployed or undeployed": (
        refuse(DeployModel, "resource.repeats", unless=lambda c: c.model.state != "deployed"),
        refuse(UndeployModel, "resource.repeats", unless=lambda c: c.model.state == "deployed"),
    ),
    "Microsoft-managed keys": (
        refuse(
            ReturnToMicrosoftManagedKeys,
            "resource.repeats",
            unless=lambda c: c.resource.key_source != MICROSOFT,
        ),
    ),
    "the protections of a key vault": (
        refuse(EnableSoftDelete, "resource.repeats", unless=lambda c: not c.vault.soft_delete),
        refuse(
            EnablePurgeProtection,
            "resource.repeats",
            unless=lambda c: not c.vault.purge_protection,
        ),
    ),
    "a key that is enabled or disabled": (
        refuse(EnableKey, "resource.repeats", unless=lambda c: not c.key.enabled),
        refuse(DisableKey, "resource.repeats", unless=lambda c: c.key.enabled),
    ),
}
"""For what is asked for twice: the rows that refuse it."""


def refusing_repeats() -> Edit:
    """Refuse whatever is so already."""
    rows: list[Refuse] = []
    for of_one_kind in REFUSED_REPEATS.values():
        rows += of_one_kind
    return adding(*rows)


REPEATS = (
    permitted_by_article(
        "refuses whatever is so already",
        "S9 and S15 say what a customer can do, and nothing of doing it twice.",
        ["resource.repeats"],
        refusing_repeats(),
    ),
    *(
        permitted_by_article(
            f"refuses {what} once more, and no other repeat",
            "S9 and S15 say what a customer can do, and nothing of doing it twice.",
            ["resource.repeats"],
            adding(*rows),
        )
        for what, rows in REFUSED_REPEATS.items()
    ),
)

# What can't work is accepted


WITHOUT_EFFECT = (
    permitted_by_article(
        "accepts a grant to a resource without an identity, and grants nothing",
        "S27 and S28 say that it can't work, and not that it is refused.",
        ["identity.grant-refused"],
        without("identity.grant-refused"),
    ),
    permitted_by_article(
        "accepts to train and to deploy while the key is inaccessible, without effect",
        "S31 says that features stop working, and nothing of a refusal.",
        ["revocation.features-refused"],
        without("revocation.features-refused"),
    ),
    permitted_by_article(
        "accepts that a model is deployed while the key is inaccessible, and deploys none",
        "S31 says that features stop working, and nothing of a refusal.",
        ["revocation.features-refused"],
        without("revocation.features-refused", DeployModel),
    ),
    permitted_by_article(
        "accepts an upload while the key is inaccessible, and drops the document",
        "S33, S42 and S46 say that uploads are deleted, and nothing of a refusal.",
        ["revocation.no-upload"],
        without("revocation.no-upload"),
    ),
    permitted_by_article(
        "refuses a grant to an identity that is off as if the resource did not exist",
        "S27 and S28 give no reasons for refusals.",
        ["identity.grant-refused"],
        refusing_as("identity.grant-refused", "environment.exists"),
    ),
    permitted_by_article(
        "refuses an upload without the key as if there were no such workspace",
        "S33, S42 and S46 give no reasons for refusals.",
        ["revocation.no-upload"],
        refusing_as("revocation.no-upload", "environment.exists"),
    ),
    permitted_by_article(
        "gives a lack of documents as a further reason without the key",
        "S31 gives no reasons for refusals.",
        ["revocation.features-refused"],
        also_where("workspace.training-refused", lambda c: True),
    ),
    permitted_by_article(
        "accepts every request for customer-managed keys that can't work, without any effect",
        "S7, S14, S17, S19, S20, S23, S38 and S39 say what can't come about, and it doesn't.",
        [
            "encryption.tier-refused",
            "keys.vault-only-refused",
            "keys.rsa-2048-refused",
            "resource.global-refused",
            "resource.creation-refused",
            "vault.same-region-refused",
            "vault.same-tenant-refused",
            "vault.soft-delete-refused",
            "vault.purge-protection-refused",
        ],
        without("encryption.tier-refused"),
        without("keys.vault-only-refused"),
        without("keys.rsa-2048-refused"),
        without("resource.global-refused"),
        without("resource.creation-refused"),
        without("vault.same-region-refused"),
        without("vault.same-tenant-refused"),
        without("vault.soft-delete-refused"),
        without("vault.purge-protection-refused"),
    ),
    *(
        permitted_by_article(
            f"accepts a request that breaks {requirement.removesuffix('-refused')}, without effect",
            f"{sentences} what has to be, and not what a customer sees who tries otherwise.",
            [requirement],
            without(requirement),
        )
        for requirement, sentences in {
            "keys.vault-only-refused": "S17 says",
            "keys.rsa-2048-refused": "S39 says",
            "vault.same-region-refused": "S19 says",
            "vault.same-tenant-refused": "S20 says",
            "vault.soft-delete-refused": "S38 says",
            "vault.purge-protection-refused": "S38 says",
        }.items()
    ),
)

# Another key


def has_another_key(command: Any) -> bool:
    """Return whether another key is asked for than the one under which the data is."""
    data_key = command.resource.data_key
    return bool(can_be_put_in_use(command) and data_key and data_key.name != command.key.name)


def is_namesake_of_its_key(command: Any) -> bool:
    """Return whether the key that is asked for has the name of the one in use, in another vault."""
    if not has_another_key(command) or command.through != "api":
        return False
    in_use = command.resource.data_key.name.partition("/")[2]
    return bool(in_use == command.key.name.partition("/")[2])


def is_key_lost(resource: Any) -> bool:
    """Return whether the resource's key is disabled or deleted, in a key vault that is there."""
    if resource.key is None or resource.key.vault.state != "active":
        return False
    return bool(resource.key.state == "deleted" or not resource.key.enabled)


def has_disabled_key(vault: Any) -> bool:
    """Return whether a key of the vault is disabled."""
    return any(
        key.vault.name == vault.name and key.state == "active" and not key.enabled
        for key in vault.world.every(Key)
    )


def loses_nothing_with_the_key() -> tuple[Edit, ...]:
    """Make data unreadable while a key is disabled or can be recovered, and lose none."""
    return (
        without("revocation.key-disabled"),
        only_where("revocation.key-deleted", lambda r: r.key.state == "purged"),
        adding(
            means(
                data_inaccessible,
                "revocation.key-disabled",
                when=lambda w: is_key_lost(w.resource),
            )
        ),
        only_where("revocation.undeploys", lambda m: key_inaccessible(m.workspace.resource)),
        only_where("revocation.deletes-uploads", lambda d: key_inaccessible(d.workspace.resource)),
    )


def uses_key_that_was_chosen(command: Any) -> KeyUse | None:
    """Return the use of a key that is put in use."""
    if not can_be_put_in_use(command):
        return None
    return KeyUse(command.key.name, command.resource.name)


ANOTHER_KEY = (
    permitted(
        "accepts another key in place of the one in use, and keeps the one in use",
        "S15 is a step for a new resource, and no sentence is about a change of the key.",
        ["keys.change"],
        only_where("keys.enable", lambda c: not has_another_key(c)),
    ),
    permitted(
        "keeps the key in use where one of the same name in another key vault is asked for through "
        "the API",
        "S15 is a step for a new resource, and no sentence is about a change of the key.",
        ["keys.change"],
        only_where("keys.enable", lambda c: not is_namesake_of_its_key(c)),
    ),
    permitted(
        "changes and gives up a key only while it is accessible, and puts no disabled key in use",
        "S8 and S9 let a customer manage keys; whoever can't unwrap data can't put it under "
        "another key.",
        ["keys.change", "keys.return-while-inaccessible", "environment.disabled-key"],
        adding(
            refuse(
                EnableCustomerManagedKeys,
                "keys.change",
                unless=lambda c: not has_another_key(c) or not key_inaccessible(c.resource),
            ),
            refuse(
                ReturnToMicrosoftManagedKeys,
                "keys.return",
                unless=lambda c: not key_inaccessible(c.resource),
            ),
            refuse(
                EnableCustomerManagedKeys,
                "keys.disable",
                when=lambda c: c.store == "key-vault",
                unless=lambda c: c.key.enabled,
            ),
        ),
    ),
    permitted_by_article(
        "makes data unreadable while the key is disabled or can be recovered, and loses nothing",
        "S30, S38 and S44 name the identity, the entire key vault and the access, and no key.",
        ["revocation.key-disabled", "revocation.key-deleted"],
        *loses_nothing_with_the_key(),
    ),
    permitted_by_article(
        "counts a rotated key as disabled once another key of its key vault is",
        "S9 names rotation and disabling, and no effect of either on data.",
        ["keys.rotation-keeps-data"],
        adding(
            means(
                data_inaccessible,
                "keys.rotation-keeps-data",
                when=lambda w: (
                    uses_a_rotated_key(w.resource) and has_disabled_key(w.resource.key.vault)
                ),
            )
        ),
    ),
    permitted(
        "records a use of the key when it is put in use",
        "S10 says that uses can be audited, and not which commands are uses.",
        ["keys.use-logged"],
        adding(effect(EnableCustomerManagedKeys, "keys.use-logged", uses=uses_key_that_was_chosen)),
    ),
    permitted(
        "gives access by no means to a key vault that uses Azure RBAC",
        "S24 demands access policies, and such a key vault has none.",
        ["vault.permission-model"],
        adding(
            *(
                refuse(
                    on,
                    "vault.access-policy",
                    unless=lambda c: c.vault is None or c.vault.permission_model != "rbac",
                )
                for on in (GrantKeyAccess, EnableCustomerManagedKeys)
            )
        ),
    ),
)

# Access that is not the key's


def remember_all_access(command: Command, before: World, memory: dict[Any, Any]) -> None:
    """Remember the key vaults to which a resource had access when its identity was turned off."""
    if isinstance(command, DisableIdentity) and before.entity(Resource, command.resource).identity:
        grants = [grant for grant in before.every(Grant) if grant.resource.name == command.resource]
        memory[command.resource] = [grant.vault.name for grant in grants]


def give_all_access_back(command: Command, before: World, memory: dict[Any, Any]) -> Changes:
    """Write the access that a resource had, where its identity is turned on again."""
    if not isinstance(command, EnableIdentity):
        return {}
    resource = before.entity(Resource, command.resource)
    changes: dict[Any, Any] = {}
    for name in memory.pop(command.resource, ()):
        vault = before.entity(Vault, name)
        if vault.subscription.tenant.name == resource.tenant.name:
            changes.update(gives_access(vault, resource))
    return changes


ACCESS = (
    permitted_by_article(
        "leaves an identity that is off its access to other key vaults than that of the key",
        "S29 says that access to the key vault is removed.",
        ["identity.access-removed-elsewhere"],
        without("identity.access-removed-elsewhere"),
    ),
    permitted_by_article(
        "leaves the access of a deleted resource",
        "S29 is about an identity that is disabled, and a grant is a record of its own.",
        ["identity.access-removed-elsewhere"],
        only_where("identity.access-removed-elsewhere", lambda g: g.resource.state == "active"),
    ),
    permitted_by_article(
        "gives an identity that is enabled again all the access that it had",
        "S29 says what disabling takes away, and no sentence describes the way back.",
        ["identity.no-return-of-access"],
        system=remembering(remember_all_access, give_all_access_back),
    ),
)

# What outlives a loss, or comes back


def is_back_with(command: Any, document: Any) -> bool:
    """Return whether a document is deleted whose resource regains its key by the command."""
    resource = document.workspace.resource
    return bool(
        document.state == "deleted"
        and document.workspace.state == "active"
        and may_regain_key(command, resource)
    )


def ends_all_but_deployed_models(command: Any) -> Changes:
    """Write that the workspaces of a resource are deleted with all but their deployed models."""
    changes: dict[Any, Any] = {}
    for workspace in command.resource.world.every(Workspace):
        if workspace.resource.name == command.resource.name:
            changes |= sets(workspace, state="deleted")
    for document in command.resource.world.every(Document):
        if document.workspace.resource.name == command.resource.name:
            changes |= sets(document, state="deleted")
    return changes


def opens_workspaces(on: type[Command]) -> Any:
    """Return a row by which a command makes data readable whose key is accessible."""
    return effect(
        on,
        "restoration.data-readable",
        each=Workspace,
        when=lambda c, w: (
            w.resource.name == c.resource.name and not w.readable and not data_inaccessible(w)
        ),
        then=lambda c, w: sets(w, readable=True),
    )


def has_lost_its_key(resource: Any) -> bool:
    """Return whether the key that the resource has is inaccessible."""
    return resource.key is not None and key_inaccessible(resource)


OUTLIVING = (
    permitted_by_article(
        "goes back to Microsoft-managed keys with a lost key, and opens no data until it is back",
        "S29 to S34 and S40 to S46 say what is lost, and nothing of the key source.",
        ["resource.rest-stays"],
        adding(
            whenever(
                Resource,
                "resource.rest-stays",
                when=has_lost_its_key,
                then=lambda r: sets(r, key_source=MICROSOFT, key=None),
            )
        ),
    ),
    permitted_by_article(
        "goes back to Microsoft-managed keys once the key vault is deleted, whatever was lost before",
        "S40 to S42 say what is lost, and nothing of the key source.",
        ["resource.rest-stays"],
        adding(
            whenever(
                Resource,
                "resource.rest-stays",
                when=lambda r: has_lost_its_key(r) and r.key.vault.state != "active",
                then=lambda r: sets(r, key_source=MICROSOFT, key=None),
            )
        ),
    ),
    permitted_by_article(
        "deletes models that are not deployed when the key is inaccessible",
        "S32, S41 and S45 are about models that were deployed.",
        ["revocation.undeployed-models-kept"],
        adding(
            whenever(
                Model,
                "revocation.undeployed-models-kept",
                when=lambda m: (
                    m.state == "undeployed"
                    and m.lost == "no"
                    and m.workspace.readable
                    and data_inaccessible(m.workspace)
                ),
                then=lambda m: sets(m, state="deleted"),
            )
        ),
    ),
    permitted_by_article(
        "deploys no model again that was lost otherwise than with the identity",
        "S34 is about the identity alone.",
        ["restoration.redeploy-otherwise"],
        adding(
            refuse(
                DeployModel,
                "restoration.redeploy-otherwise",
                when=lambda c: c.model.workspace.readable,
                unless=lambda c: c.model.lost != "otherwise" or c.model.state == "deployed",
            )
        ),
    ),
    permitted_by_article(
        "brings documents back when the key is recovered",
        "S33, S42 and S46 are about the identity, the key vault and the access.",
        ["restoration.uploads-stay-deleted-otherwise"],
        adding(
            effect(
                RecoverKey,
                "restoration.uploads-stay-deleted-otherwise",
                each=Document,
                when=is_back_with,
                then=lambda c, d: sets(d, state="uploaded"),
            )
        ),
    ),
    permitted_by_article(
        "brings documents back when the key is enabled",
        "S33, S42 and S46 are about the identity, the key vault and the access.",
        ["restoration.uploads-stay-deleted-otherwise"],
        adding(
            effect(
                EnableKey,
                "restoration.uploads-stay-deleted-otherwise",
                each=Document,
                when=is_back_with,
                then=lambda c, d: sets(d, state="uploaded"),
            )
        ),
    ),
    permitted_by_article(
        "brings documents back when the key vault is switched back to access policies",
        "S33, S42 and S46 are about the identity, the key vault and the access.",
        ["restoration.uploads-stay-deleted-otherwise"],
        adding(
            effect(
                SetPermissionModel,
                "restoration.uploads-stay-deleted-otherwise",
                each=Document,
                when=is_back_with,
                then=lambda c, d: sets(d, state="uploaded"),
            )
        ),
    ),
    permitted_by_article(
        "leaves data unreadable until customer-managed keys are chosen or given up again",
        "S30, S40 and S44 say that data can't be accessed, and no sentence when it can again.",
        ["restoration.data-readable"],
        without("restoration.data-readable"),
        adding(
            opens_workspaces(EnableCustomerManagedKeys),
            opens_workspaces(ReturnToMicrosoftManagedKeys),
        ),
    ),
    permitted_by_article(
        "leaves the workspaces of a deleted resource",
        "S16 has the customer make a workspace, and no sentence is about its end.",
        ["workspace.ends-with-resource"],
        without("workspace.ends-with-resource"),
    ),
    permitted_by_article(
        "leaves the deployed models of a deleted resource",
        "S16 has the customer make a workspace, and no sentence is about its end.",
        ["workspace.ends-with-resource"],
        doing("workspace.ends-with-resource", ends_all_but_deployed_models, DeleteResource),
    ),
)

# Workspaces that are not under the key

EARLIER = (
    permitted_by_article(
        "lets earlier workspaces be read and used while the identity is off",
        "S30 is about data that is encrypted with the customer's keys.",
        ["revocation.earlier-workspaces-closed"],
        without("revocation.earlier-workspaces-closed"),
    ),
    permitted_by_article(
        "keeps what is uploaded to an earlier workspace while the key is inaccessible",
        "S33, S42 and S46 say what becomes of uploads when the key is lost, and not of later ones.",
        ["revocation.earlier-workspaces-closed"],
        without("revocation.earlier-workspaces-closed", UploadDocument),
        only_where(
            "revocation.deletes-uploads",
            lambda d: d.workspace.readable or d.workspace.covered,
        ),
    ),
    permitted_by_article(
        "trains in an earlier workspace while the key is inaccessible",
        "S31 is about features that depend on data under the customer's keys.",
        ["revocation.earlier-workspaces-closed"],
        without("revocation.earlier-workspaces-closed", TrainModel),
        adding(
            effect(
                TrainModel,
                "environment.train",
                when=lambda c: not c.workspace.readable and not c.workspace.covered,
                then=lambda c: sets(c.model, workspace=c.workspace, state="undeployed"),
            )
        ),
    ),
    permitted_by_article(
        "deletes what was uploaded before customer-managed keys were enabled",
        "S16 has the customer make a new workspace, and does not say what becomes of others.",
        ["workspace.earlier-uncovered"],
        adding(
            effect(
                EnableCustomerManagedKeys,
                "workspace.earlier-uncovered",
                each=Document,
                when=lambda c, d: (
                    d.state == "uploaded"
                    and d.workspace.resource.name == c.resource.name
                    and not d.workspace.covered
                    and can_be_put_in_use(c)
                ),
                then=lambda c, d: sets(d, state="deleted"),
            )
        ),
    ),
    permitted(
        "covers a workspace that is made while the key is inaccessible",
        "S16 has the workspace made once the key is in use, and S30 is about data, of which there "
        "is none.",
        ["environment.workspace-without-key"],
        adding(
            effect(
                CreateWorkspace,
                "environment.workspace-without-key",
                when=lambda c: c.resource.key_source == CUSTOMER and key_inaccessible(c.resource),
                then=lambda c: sets(c.workspace, covered=True),
            )
        ),
    ),
    permitted_by_article(
        "undeploys models of earlier workspaces when a resource goes back to Microsoft-managed "
        "keys",
        "S8 lets a customer choose, and no sentence is about the way back.",
        ["keys.return"],
        adding(
            effect(
                ReturnToMicrosoftManagedKeys,
                "keys.return",
                each=Model,
                when=lambda c, m: (
                    m.state == "deployed"
                    and m.workspace.resource.name == c.resource.name
                    and c.resource.key_source == CUSTOMER
                    and not m.workspace.covered
                ),
                then=lambda c, m: sets(m, state="undeployed"),
            )
        ),
    ),
)

# Moves


def is_moved_inside(command: Any, resource: Any) -> bool:
    """Return whether a resource moves with its resource group, and stays in its tenant."""
    return bool(
        resource.group == command.group
        and resource.subscription.name == command.subscription.name
        and command.to.tenant.name == resource.tenant.name
        and resource.key is not None
    )


def stays_in_its_tenant(command: Any) -> bool:
    """Return whether a resource with customer-managed keys moves by itself inside its tenant."""
    resource = command.resource
    is_inside = command.subscription.tenant.name == resource.tenant.name
    return bool(is_inside and resource.key is not None)


def takes_default_keys(resource: Any) -> Changes:
    """Write that a resource has Microsoft-managed keys, and that the old workspaces stay as they
    are.
    """
    return sets(resource, key_source=MICROSOFT, key=None, data_key=None)


def ends_what_is_covered(resource: Any) -> Changes:
    """Write that the workspaces under the key are deleted, with their documents and models."""
    world = resource.world
    changes: dict[Any, Any] = {}
    for workspace in workspaces_of(resource):
        if not workspace.covered:
            continue
        changes |= sets(workspace, state="deleted")
        for held in (*world.every(Document), *world.every(Model)):
            if held.workspace.name == workspace.name:
                changes |= sets(held, state="deleted")
    return changes


MOVES = (
    permitted_by_article(
        "gives the key of a resource up that moves inside its tenant",
        "S37 is about moves to another tenant.",
        ["tenant.same-tenant-move"],
        adding(
            effect(
                MoveResource,
                "tenant.same-tenant-move",
                when=stays_in_its_tenant,
                then=lambda c: {
                    **returns_to_microsoft_keys(c.resource),
                    **takes_default_keys(c.resource),
                },
            ),
        ),
    ),
    permitted_by_article(
        "leaves the key behind when a resource group moves inside its tenant",
        "S37 is about moves to another tenant.",
        ["tenant.same-tenant-move"],
        adding(
            effect(
                MoveResourceGroup,
                "tenant.same-tenant-move",
                each=Resource,
                when=is_moved_inside,
                then=lambda c, r: sets(r, key=None),
            ),
        ),
    ),
    permitted_by_article(
        "shows no access to a key vault that moved to another tenant, and goes on with its key",
        "S29, S44 and S45 are about an identity that is disabled and an access that is revoked.",
        ["tenant.vault-moved"],
        without("tenant.vault-moved", Means),
    ),
    permitted_by_article(
        "keeps the grants of a key vault that moves to another tenant, and lets them work again "
        "when it comes back",
        "S29, S44 and S45 are about an identity that is disabled and an access that is revoked.",
        ["tenant.vault-moved"],
        without("tenant.vault-moved", Grant),
    ),
    permitted_by_article(
        "moves deleted key vaults with their resource group",
        "S38 has soft delete enabled, and no sentence says where a deleted key vault is.",
        ["vault.deleted-stays-behind"],
        also_where("environment.move", moves_along, MoveResourceGroup, Vault),
    ),
    permitted_by_article(
        "deletes the workspaces that were under the key when customer-managed keys are enabled "
        "again after a move to another tenant",
        "S37 says what such a move takes along, and no sentence is about enabling them again.",
        ["tenant.key-left-behind"],
        adding(
            effect(
                EnableCustomerManagedKeys,
                "tenant.key-left-behind",
                when=lambda c: can_be_put_in_use(c) and was_left_behind(c.resource),
                then=lambda c: ends_what_is_covered(c.resource),
            ),
        ),
    ),
)

# Roles on key vaults

ROLES = (
    permitted(
        "refuses to assign a role that is there",
        "Azure refuses an assignment that exists under another name.",
        ["environment.role-again"],
        adding(
            refuse(
                AssignKeyRole,
                "environment.assign-role",
                unless=lambda c: not has_role(c.vault, c.resource),
            )
        ),
    ),
    permitted(
        "lets a role give no access, whichever permission model the key vault uses",
        "S24: the article mentions access policies alone.",
        ["vault.permission-model"],
        adding(
            means(
                key_inaccessible,
                "vault.permission-model",
                when=lambda r: r.key is not None and has_role_in_force(r.key.vault, r),
            )
        ),
    ),
)

ONE_ASSUMPTION: tuple[Variant, ...] = (
    *REPEATS,
    *WITHOUT_EFFECT,
    *ANOTHER_KEY,
    *ACCESS,
    *OUTLIVING,
    *EARLIER,
    *MOVES,
    *ROLES,
)
