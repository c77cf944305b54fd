"""Systems that honour every sentence of the article and differ from the model.

Some differ in what is assumed: they pass in the profile `article`, and fail in the profile `full`.
Others differ where nothing is specified, or lack something and say so: they pass in both.
"""

from collections.abc import Callable
from typing import Any

from tests.systems.histories import Answering, answering, keeping, remembering, showing
from tests.systems.one_assumption import ONE_ASSUMPTION
from tests.systems.variants import (
    Edit,
    Make,
    Rows,
    Variant,
    adding,
    demanding,
    only_where,
    permitted,
    permitted_by_article,
    refusing_as,
    without,
    writing,
)
from translator_cmk.language.declaration import CAPABILITIES, Declaration
from translator_cmk.machine import (
    DEFAULT_STAGE,
    REMEMBERING,
    Accepted,
    Command,
    Observation,
    Outcome,
    Refused,
    Stage,
)
from translator_cmk.machine.commands import (
    CreateKey,
    CreateResource,
    CreateVault,
    CreateWorkspace,
    DeleteResource,
    DeleteVault,
    DeployModel,
    DisableIdentity,
    EnableCustomerManagedKeys,
    EnableIdentity,
    EnableKey,
    EnablePurgeProtection,
    GrantKeyAccess,
    MoveResource,
    MoveResourceGroup,
    MoveSubscription,
    ReadData,
    RecoverVault,
    ReturnToMicrosoftManagedKeys,
    RotateKey,
    TrainModel,
    UploadDocument,
)
from translator_cmk.machine.conditions import (
    can_be_enabled_again,
    can_be_granted,
    can_be_put_in_use,
    granted,
    has_role_in_force,
    has_workspace,
    is_enabled_already,
    is_ignored_in_policies,
    is_in_policies,
    may_regain_key,
    moves_vault_of,
    serves_another,
    uses_a_rotated_key,
    uses_key,
    uses_vault,
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
from translator_cmk.machine.rows import effect, means, refuse, whenever
from translator_cmk.machine.state import Changes
from translator_cmk.machine.updates import (
    drops,
    gives_access,
    loses_data,
    returns_to_microsoft_keys,
    returns_to_microsoft_keys_without_data,
    sets,
    workspaces_of,
    write,
)
from translator_cmk.machine.world import World
from translator_cmk.system import Unsupported

# Conditions and effects that several systems share


def has_another_key(command: Any) -> bool:
    """Return whether a resource with a key of its own asks for another one."""
    if command.store != "key-vault" or command.resource.key is None:
        return False
    return not uses_key(command.resource, command.key)


def changes_its_key(command: Any) -> bool:
    """Return whether another key takes the place of the one in use."""
    return can_be_put_in_use(command) and has_another_key(command)


def is_in_group(command: Any, thing: Any) -> bool:
    """Return whether a resource or key vault is in the resource group that moves."""
    return bool(
        thing.group == command.group and thing.subscription.name == command.subscription.name
    )


def is_key_deleted(resource: Any) -> bool:
    """Return whether the resource's own key is deleted."""
    return resource.key is not None and resource.key.state != "active"


def is_key_disabled(resource: Any) -> bool:
    """Return whether the resource's own key is disabled."""
    return resource.key is not None and not resource.key.enabled


def is_key_enabled(workspace: Any) -> bool:
    """Return whether the key of a workspace's resource is not disabled, or it has none."""
    return not is_key_disabled(workspace.resource)


def is_shut_out_by_a_switch(resource: Any) -> bool:
    """Return whether all that the resource has on the vault of its key is an entry in access
    policies that are ignored.
    """
    if resource.key is None or has_role_in_force(resource.key.vault, resource):
        return False
    return is_ignored_in_policies(resource.key.vault, resource)


def holds_a_key_in_use(vault: Any) -> bool:
    """Return whether the key of any resource is in the key vault."""
    return any(uses_vault(resource, vault) for resource in vault.world.every(Resource))


def leaves_its_tenant(resource: Any) -> bool:
    """Return whether a resource with customer-managed keys has just moved to another tenant."""
    return bool(
        resource.key_source == CUSTOMER
        and resource.tenant.name != resource.subscription.tenant.name
    )


def deploying_again(on: type[Command], when: Callable[..., Any] = may_regain_key) -> Any:
    """Return a row by which a command deploys models that were lost otherwise than with the
    identity.
    """
    return effect(
        on,
        "restoration.no-redeploy-otherwise",
        each=Model,
        when=lambda c, m: (
            m.state == "undeployed"
            and m.lost != "with the identity"
            and when(c, m.workspace.resource)
        ),
        then=lambda c, m: sets(m, state="deployed"),
    )


# A key that was in use before


def remember_the_key_before(command: Command, before: World, memory: dict[Any, Any]) -> None:
    """Remember the key vault of the workspaces whose key another takes the place of."""
    if not isinstance(command, EnableCustomerManagedKeys) or command.store != "key-vault":
        return
    resource = before.entity(Resource, command.resource)
    if resource.key is None or resource.key.name == f"{command.vault}/{command.key}":
        return
    for workspace in workspaces_of(resource):
        if workspace.covered:
            memory.setdefault(workspace.name, resource.key.vault.name)


def lose_what_is_under_the_key_before(
    command: Command, before: World, memory: dict[Any, Any]
) -> Changes:
    """Write what is lost in these workspaces when that key vault is deleted."""
    changes: dict[Any, Any] = {}
    if not isinstance(command, DeleteVault):
        return changes
    for name, vault in memory.items():
        workspace = before.entity(Workspace, name)
        if vault != command.vault or not workspace.covered:
            continue
        changes |= sets(workspace, readable=False)
        for document in before.every(Document):
            if document.workspace.name == name and document.state == "uploaded":
                changes |= sets(document, state="deleted")
        for model in before.every(Model):
            if model.workspace.name == name and model.state == "deployed":
                changes |= sets(model, state="undeployed")
    return changes


# What a key may be

KEYS = (
    permitted(
        "does something wherever the outcome is not specified",
        "S17: nothing is demanded there. A key in a managed HSM, for one, is accepted and "
        "protects nothing yet.",
        ["keys.managed-hsm"],
    )._replace(reference=REMEMBERING),
    permitted(
        "refuses an RSA-HSM key of 2048 bits as a key of another type",
        "S39: the article says RSA, which can be read as the type of that name alone.",
        ["keys.rsa-hsm"],
        demanding("keys.rsa-2048-refused", lambda c: c.key.type == "RSA" and c.key.size == 2048),
    ),
    permitted(
        "refuses a key vault that uses Azure RBAC for want of an access policy",
        "S24: the article mentions access policies alone.",
        ["vault.permission-model"],
        adding(
            refuse(
                EnableCustomerManagedKeys,
                "vault.access-policy",
                when=lambda c: c.store == "key-vault",
                unless=lambda c: c.vault.permission_model == "access-policies",
            )
        ),
    ),
    permitted(
        "accepts a key vault that uses Azure RBAC, and adds to its access policies beside the role",
        "S24: the article mentions access policies alone.",
        ["vault.permission-model"],
        writing("vault.granted-with-keys", lambda c: gives_access(c.vault, c.resource)),
    ),
    permitted(
        "adds to the access policies of a key vault that uses Azure RBAC, which are worth nothing",
        "S24: the article mentions access policies alone.",
        ["vault.permission-model"],
        adding(
            effect(
                GrantKeyAccess,
                "vault.permission-model",
                when=lambda c: can_be_granted(c) and c.vault.permission_model == "rbac",
                then=lambda c: gives_access(c.vault, c.resource),
            )
        ),
    ),
    permitted(
        "refuses to put a disabled key in use",
        "No document says what a service checks.",
        ["environment.disabled-key"],
        adding(
            refuse(
                EnableCustomerManagedKeys,
                "keys.disable",
                when=lambda c: c.store == "key-vault",
                unless=lambda c: c.key.enabled,
            )
        ),
    ),
    permitted(
        "refuses to rotate a disabled key",
        "No document says whether that is possible.",
        ["environment.rotate-disabled-key"],
        adding(refuse(RotateKey, "keys.disable", unless=lambda c: c.key.enabled)),
    ),
    permitted_by_article(
        "refuses a key of a vault that serves another resource",
        "S17: the article speaks of one resource.",
        ["keys.shared"],
        adding(
            refuse(
                EnableCustomerManagedKeys,
                "keys.shared",
                when=lambda c: c.store == "key-vault",
                unless=lambda c: not serves_another(c.key.vault, c.resource),
            )
        ),
    ),
    permitted(
        "refuses another key in place of the one in use",
        "S9: the article does not mention a change of the key.",
        ["keys.change"],
        adding(
            refuse(
                EnableCustomerManagedKeys, "keys.change", unless=lambda c: not has_another_key(c)
            )
        ),
    ),
    permitted(
        "deletes uploads and undeploys models when another key takes the place of the one in use",
        "S9: the article does not mention a change of the key.",
        ["keys.change"],
        adding(
            effect(
                EnableCustomerManagedKeys,
                "keys.change",
                when=changes_its_key,
                then=lambda c: loses_data(c.resource),
            )
        ),
    ),
    permitted(
        "deletes uploads when another key takes the place of the one in use",
        "S9: the article does not mention a change of the key.",
        ["keys.change"],
        adding(
            effect(
                EnableCustomerManagedKeys,
                "keys.change",
                each=Document,
                when=lambda c, d: (
                    changes_its_key(c)
                    and d.state == "uploaded"
                    and d.workspace.resource.name == c.resource.name
                ),
                then=lambda c, d: sets(d, state="deleted"),
            )
        ),
    ),
    permitted_by_article(
        "deletes uploads and undeploys models when a key of another type or size is asked for in place "
        "of the one in use, and does not put that in use",
        "S9, S39: the article does not mention a change of the key.",
        ["keys.change", "keys.rsa-2048-refused"],
        without("keys.rsa-2048-refused"),
        adding(
            effect(
                EnableCustomerManagedKeys,
                "keys.change",
                when=lambda c: has_another_key(c) and not can_be_put_in_use(c),
                then=lambda c: loses_data(c.resource),
            )
        ),
    ),
    permitted(
        "leaves workspaces under the key in whose place another comes, and closes them when that is lost",
        "S9, S40: the article does not mention a change of the key.",
        ["keys.change"],
        system=remembering(remember_the_key_before, lose_what_is_under_the_key_before),
    ),
    permitted_by_article(
        "takes the workspaces that are there from under the key when it is enabled again",
        "S15, S16: the article has the customer enable a key for a new resource, and then make a "
        "workspace.",
        ["keys.enable-again"],
        adding(
            effect(
                EnableCustomerManagedKeys,
                "keys.enable-again",
                each=Workspace,
                when=lambda c, w: (
                    can_be_enabled_again(c)
                    and c.resource.identity
                    and w.resource.name == c.resource.name
                ),
                then=lambda c, w: sets(w, covered=False),
            )
        ),
    ),
    permitted_by_article(
        "enables customer-managed keys a second time with the same key for no resource",
        "S15: the article has the customer enable them for a new resource.",
        ["keys.enable-again"],
        adding(
            refuse(
                EnableCustomerManagedKeys,
                "keys.enable-again",
                unless=lambda c: not can_be_enabled_again(c),
            )
        ),
    ),
    permitted_by_article(
        "records no use of the key when data is read",
        "S10: a service may keep an unwrapped key for a while.",
        ["keys.use-logged"],
        without("keys.use-logged", ReadData),
    ),
    permitted_by_article(
        "records no use of the key when a model is deployed",
        "S10: a service may keep an unwrapped key for a while.",
        ["keys.use-logged"],
        without("keys.use-logged", DeployModel),
    ),
    permitted_by_article(
        "can't read what is under a rotated key, with all losses",
        "S9: the article names rotation, and no effect of it.",
        ["keys.rotation-keeps-data"],
        adding(
            means(
                data_inaccessible,
                "keys.rotation-keeps-data",
                when=lambda w: uses_a_rotated_key(w.resource),
            )
        ),
    ),
    permitted_by_article(
        "makes no workspace under a rotated key",
        "S9: the article names rotation, and no effect of it.",
        ["keys.rotation-keeps-data"],
        adding(
            refuse(
                CreateWorkspace,
                "keys.rotation-keeps-data",
                unless=lambda c: not uses_a_rotated_key(c.resource),
            )
        ),
    ),
    permitted_by_article(
        "undeploys the models under a key that is rotated, and lets them be deployed again",
        "S9: the article names rotation, and no effect of it.",
        ["keys.rotation-keeps-data"],
        adding(
            effect(
                RotateKey,
                "keys.rotation-keeps-data",
                each=Model,
                when=lambda c, m: m.state == "deployed" and uses_key(m.workspace.resource, c.key),
                then=lambda c, m: sets(m, state="undeployed"),
            )
        ),
    ),
)

# What happens with a request that the article excludes


def accepts_deletions(command: Command, outcome: Outcome, _: World) -> Outcome:
    """Accept a deletion, whether something is there or not."""
    if isinstance(command, DeleteResource | DeleteVault):
        return Accepted()
    return outcome


def excludes_nothing_but_the_location(command: Any) -> bool:
    """Return whether nothing but the location of the resource is against customer-managed keys."""
    return bool(
        command.store == "key-vault"
        and command.resource.location.state == "global"
        and command.resource.tier.supports_customer_managed_keys
        and command.vault.subscription.tenant.name == command.resource.tenant.name
        and command.vault.soft_delete
        and command.vault.purge_protection
    )


REQUESTS = (
    permitted_by_article(
        "accepts a request for a global resource, without effect",
        "S14: the article says that customer-managed keys do not work there, and not what a "
        "customer sees who tries.",
        ["resource.global-refused"],
        without("resource.global-refused"),
    ),
    permitted_by_article(
        "accepts a request for a global resource, turns the identity on, gives it access, and puts "
        "no key in use",
        "S14: the article says what enabling does to identity and access, and not what a request "
        "without effect does.",
        ["resource.global-refused", "identity.unchanged-without-effect"],
        without("resource.global-refused"),
        adding(
            effect(
                EnableCustomerManagedKeys,
                "identity.unchanged-without-effect",
                when=excludes_nothing_but_the_location,
                then=lambda c: {
                    **sets(c.resource, identity=True),
                    **gives_access(c.vault, c.resource),
                },
            )
        ),
    ),
    permitted_by_article(
        "refuses a global resource as if the key vault were in another region",
        "S14: the article gives no reasons for refusals.",
        ["resource.global-refused"],
        refusing_as("resource.global-refused", "vault.same-region-refused"),
    ),
    permitted_by_article(
        "accepts a request on a tier that does not support it, without effect",
        "S7: the article says what a tier supports, and not what a customer sees who tries.",
        ["encryption.tier-refused"],
        without("encryption.tier-refused"),
    ),
    permitted_by_article(
        "accepts a request for a key or a key vault that the article excludes, without effect",
        "S17, S19, S20, S38, S39: the article says what has to be, and not what a customer sees who "
        "tries otherwise.",
        [
            "keys.vault-only-refused",
            "keys.rsa-2048-refused",
            "vault.same-region-refused",
            "vault.same-tenant-refused",
            "vault.soft-delete-refused",
            "vault.purge-protection-refused",
        ],
        without("keys.vault-only-refused"),
        without("keys.rsa-2048-refused"),
        without("vault.same-region-refused"),
        without("vault.same-tenant-refused"),
        without("vault.soft-delete-refused"),
        without("vault.purge-protection-refused"),
    ),
    permitted_by_article(
        "ignores a wish for customer-managed keys in the request that creates a resource",
        "S23: the article says that it is not possible, and not whether the wish is refused or "
        "ignored.",
        ["resource.creation-refused"],
        without("resource.creation-refused"),
    ),
    permitted_by_article(
        "refuses to enable customer-managed keys once the resource has a workspace",
        "S13, S16: the article's steps begin with a new resource and end with a new workspace.",
        ["workspace.earlier-allowed"],
        adding(
            refuse(
                EnableCustomerManagedKeys,
                "workspace.earlier-allowed",
                when=lambda c: c.resource.key_source == MICROSOFT,
                unless=lambda c: not has_workspace(c.resource),
            )
        ),
    ),
    permitted_by_article(
        "puts the workspaces that are there under the customer's key",
        "S16: the article has the customer make a new workspace, and does not say what becomes of "
        "others.",
        ["workspace.earlier-uncovered"],
        adding(
            effect(
                EnableCustomerManagedKeys,
                "workspace.earlier-uncovered",
                each=Workspace,
                when=lambda c, w: can_be_put_in_use(c) and w.resource.name == c.resource.name,
                then=lambda c, w: sets(w, covered=True),
            )
        ),
    ),
    permitted_by_article(
        "accepts training without an uploaded document, and trains nothing",
        "Microsoft's page says that documents are required, and not what a customer sees who "
        "trains without.",
        ["workspace.training-refused"],
        without("workspace.training-refused"),
    ),
    permitted(
        "accepts that a key vault or a resource is deleted that is not there, and does nothing",
        "Azure answers so.",
        ["environment.delete-missing"],
        system=answering(accepts_deletions),
    )._replace(reference=REMEMBERING),
    permitted(
        "refuses purge protection for a key vault without soft delete",
        "Microsoft's pages say that it needs soft delete, or has no effect without.",
        ["environment.protection-order"],
        adding(
            refuse(
                EnablePurgeProtection,
                "environment.vault-protections",
                unless=lambda c: c.vault.soft_delete,
            )
        ),
    ),
    permitted(
        "refuses to create a workspace while the key is inaccessible",
        "An empty workspace holds no data, and no document says.",
        ["environment.workspace-without-key"],
        adding(
            refuse(
                CreateWorkspace,
                "revocation.no-upload",
                unless=lambda c: not key_inaccessible(c.resource),
            )
        ),
    ),
)

# The identity, and its access


def waits_for_access(command: Any) -> bool:
    """Return whether a request through the API comes before the access that it needs."""
    return bool(
        command.store == "key-vault"
        and command.through == "api"
        and not granted(command.vault, command.resource)
    )


def remember_request(command: Command, before: World, memory: dict[Any, Any]) -> None:
    """Remember the key that was asked for through the API before there was access to it."""
    if isinstance(command, GrantKeyAccess):
        memory.pop((command.vault, command.resource), None)
    if not isinstance(command, EnableCustomerManagedKeys):
        return
    if command.through == "api" and not before.has(Grant, f"{command.vault}/{command.resource}"):
        memory[command.vault, command.resource] = f"{command.vault}/{command.key}"


def put_in_use_what_was_asked_for(command: Command, _: World, memory: dict[Any, Any]) -> Changes:
    """Write that a key is in use that was asked for before access to it was granted."""
    if not isinstance(command, GrantKeyAccess):
        return {}
    key = memory.get((command.vault, command.resource))
    if key is None:
        return {}
    return write(Resource, command.resource, key_source=CUSTOMER, key=key, data_key=key)


def remember_access(command: Command, before: World, memory: dict[Any, Any]) -> None:
    """Remember the key vaults to which a resource had access when its identity was turned off."""
    if isinstance(command, DisableIdentity) and before.entity(Resource, command.resource).identity:
        grants = [grant for grant in before.every(Grant) if grant.resource.name == command.resource]
        memory[command.resource] = [grant.vault.name for grant in grants]


def give_access_back(command: Command, before: World, memory: dict[Any, Any]) -> Changes:
    """Write the access that a resource had, where enabling its keys turns its identity on again."""
    if not isinstance(command, EnableCustomerManagedKeys) or command.store != "key-vault":
        return {}
    resource = before.entity(Resource, command.resource)
    if resource.identity:
        return {}
    changes: dict[Any, Any] = {}
    for name in memory.pop(command.resource, ()):
        vault = before.entity(Vault, name)
        if vault.subscription.tenant.name == resource.tenant.name:
            changes.update(gives_access(vault, resource))
    return changes


IDENTITY = (
    permitted_by_article(
        "creates a resource with its identity on",
        "S25: the article says that the identity is available at once, which can mean that it is "
        "on.",
        ["identity.off-at-first"],
        adding(
            effect(
                CreateResource,
                "identity.off-at-first",
                then=lambda c: sets(c.resource, identity=True),
            )
        ),
    ),
    permitted_by_article(
        "turns the identity on and gives it access through the API, as the portal does",
        "S24: the article says both that the customer provides the access and that it is given "
        "afterwards.",
        ["vault.granted-beforehand"],
        without("vault.granted-beforehand"),
    ),
    permitted_by_article(
        "accepts a request through the API without access, and waits until access is granted",
        "S24: the article says both that the customer provides the access and that it is given "
        "afterwards.",
        ["vault.granted-beforehand"],
        without("vault.granted-beforehand"),
        only_where("keys.enable", lambda c: not waits_for_access(c)),
        only_where("identity.enabled-with-keys", lambda c: not waits_for_access(c)),
        only_where("vault.granted-with-keys", lambda c: not waits_for_access(c)),
        system=remembering(remember_request, put_in_use_what_was_asked_for),
    ),
    permitted_by_article(
        "is content with access to any key vault through the API",
        "S24: the article says both that the customer provides the access and that it is given "
        "afterwards.",
        ["vault.granted-beforehand"],
        only_where("vault.granted-beforehand", lambda c: not has_any_access(c.resource)),
    ),
    permitted_by_article(
        "accepts a grant to an identity of another tenant, without effect",
        "S35: the article says that it is not supported, and not what a customer sees who tries.",
        ["tenant.grant-refused"],
        without("tenant.grant-refused"),
    ),
    permitted_by_article(
        "refuses a grant to an identity of another tenant for want of an identity",
        "S35: the article gives no reasons for refusals.",
        ["tenant.grant-refused"],
        refusing_as("tenant.grant-refused", "identity.needed-for-access"),
    ),
    permitted_by_article(
        "gives an identity that is enabled again its access to the key vault in use",
        "S29: the article does not describe the way back.",
        ["identity.no-return-of-access"],
        adding(
            effect(
                EnableIdentity,
                "identity.no-return-of-access",
                when=lambda c: c.resource.key is not None and not c.resource.identity,
                then=lambda c: gives_access(c.resource.key.vault, c.resource),
            )
        ),
    ),
    permitted_by_article(
        "gives an identity that is on again with customer-managed keys all the access that it had",
        "S29: the article does not describe the way back.",
        ["identity.no-return-of-access"],
        system=remembering(remember_access, give_access_back),
    ),
    permitted_by_article(
        "gives access back to an identity that was off and on again while the key vault was "
        "deleted",
        "S29: the article does not describe the way back.",
        ["identity.no-return-of-access", "environment.recover-vault"],
        only_where("identity.access-removed", lambda g: g.vault.state == "active"),
        only_where("identity.access-removed-elsewhere", lambda g: g.vault.state == "active"),
    ),
    permitted_by_article(
        "deletes uploads and undeploys models under Microsoft-managed keys when the identity is "
        "disabled",
        "S29, S32, S33: the article says what a disabled identity costs without saying of which "
        "resources.",
        ["identity.harmless-without-keys"],
        adding(
            effect(
                DisableIdentity,
                "identity.harmless-without-keys",
                when=lambda c: c.resource.identity and c.resource.key_source == MICROSOFT,
                then=lambda c: loses_data(c.resource),
            )
        ),
    ),
)


def has_any_access(resource: Any) -> bool:
    """Return whether the resource has access to any key vault."""
    return any(granted(vault, resource) for vault in resource.world.every(Vault))


# A key that is lost, and one that is back


def without_workspaces_under_a_lost_key(seen: Observation, world: World) -> Observation:
    """Return what is seen, but for workspaces that can't be read, with all that they have."""
    for workspace in world.every(Workspace):
        if not workspace.readable:
            seen["workspace"].pop(workspace.name, None)
    for kind in (Document, Model):
        for entity in world.every(kind):
            if not entity.workspace.readable:
                seen[kind.word].pop(entity.name, None)
    return seen


LOSSES = (
    permitted_by_article(
        "loses nothing when the key is disabled",
        "S9, S45: the article lists disabling among what a customer can do, and gives no effect.",
        ["revocation.key-disabled"],
        without("revocation.key-disabled"),
    ),
    permitted_by_article(
        "takes no upload, trains and deploys nothing while the key is disabled, and loses nothing",
        "S9, S45: the article lists disabling among what a customer can do, and gives no effect.",
        ["revocation.key-disabled"],
        without("revocation.key-disabled"),
        adding(
            *(
                refuse(on, "revocation.key-disabled", unless=lambda c: is_key_enabled(c.workspace))
                for on in (UploadDocument, TrainModel)
            ),
            refuse(
                DeployModel,
                "revocation.key-disabled",
                unless=lambda c: is_key_enabled(c.model.workspace),
            ),
        ),
    ),
    permitted_by_article(
        "loses nothing when the key alone is deleted",
        "S45: the article names the deletion of the whole key vault only.",
        ["revocation.key-deleted"],
        without("revocation.key-deleted"),
    ),
    permitted_by_article(
        "loses nothing when the key vault is switched to Azure RBAC",
        "S44 to S46 are about access that is revoked, and here nobody is taken out of the policies.",
        ["revocation.vault-switched"],
        without("revocation.vault-switched"),
    ),
    permitted_by_article(
        "goes by the access policies of a key vault that uses Azure RBAC",
        "S44 to S46 are about access that is revoked, and here nobody is taken out of the policies.",
        ["revocation.vault-switched"],
        without("environment.policies-ignored"),
    ),
    permitted_by_article(
        "goes by the access policies of a key vault in use after it was switched to Azure RBAC",
        "S44 to S46 are about access that is revoked, and here nobody is taken out of the policies.",
        ["revocation.vault-switched"],
        only_where("environment.policies-ignored", lambda v: not holds_a_key_in_use(v)),
    ),
    permitted_by_article(
        "makes data unreadable while the key vault uses Azure RBAC, and loses nothing",
        "S44 to S46 are about access that is revoked, and here nobody is taken out of the policies.",
        ["revocation.vault-switched"],
        without("revocation.vault-switched"),
        adding(
            means(
                data_inaccessible,
                "revocation.vault-switched",
                when=lambda w: is_shut_out_by_a_switch(w.resource),
            ),
        ),
        only_where("revocation.undeploys", lambda m: key_inaccessible(m.workspace.resource)),
        only_where("revocation.deletes-uploads", lambda d: key_inaccessible(d.workspace.resource)),
    ),
    permitted_by_article(
        "makes data unreadable while the key is disabled, and loses nothing",
        "S9, S45: the article lists disabling among what a customer can do, and gives no effect.",
        ["revocation.key-disabled"],
        without("revocation.key-disabled"),
        adding(
            means(
                data_inaccessible,
                "revocation.key-disabled",
                when=lambda w: is_key_disabled(w.resource),
            ),
        ),
        only_where("revocation.undeploys", lambda m: key_inaccessible(m.workspace.resource)),
        only_where("revocation.deletes-uploads", lambda d: key_inaccessible(d.workspace.resource)),
    ),
    permitted_by_article(
        "makes data unreadable while the key alone is deleted, and loses nothing",
        "S45: the article names the deletion of the whole key vault only.",
        ["revocation.key-deleted"],
        without("revocation.key-deleted"),
        adding(
            means(
                data_inaccessible,
                "revocation.key-deleted",
                when=lambda w: is_key_deleted(w.resource),
            ),
        ),
        only_where("revocation.undeploys", lambda m: key_inaccessible(m.workspace.resource)),
        only_where("revocation.deletes-uploads", lambda d: key_inaccessible(d.workspace.resource)),
    ),
    permitted_by_article(
        "answers a request to read with nothing while the key is inaccessible",
        "S40: the article says that the data is no longer displayed.",
        ["revocation.reading-refused"],
        without("revocation.reading-refused"),
    ),
    permitted_by_article(
        "says of a workspace that is read that it is under Microsoft-managed keys",
        "S3 is about the data, and no sentence says what reading changes of a workspace.",
        ["resource.rest-stays"],
        adding(
            effect(ReadData, "resource.rest-stays", then=lambda c: sets(c.workspace, covered=False))
        ),
    ),
    permitted_by_article(
        "leaves data unreadable when the key is back",
        "S30, S40, S44: the article never describes this return.",
        ["restoration.data-readable"],
        without("restoration.data-readable"),
    ),
    permitted_by_article(
        "leaves a workspace unreadable that lost its documents, although the key is back",
        "S30, S40, S44: the article never describes this return.",
        ["restoration.data-readable"],
        only_where("restoration.data-readable", lambda w: not has_lost_a_document(w)),
    ),
    permitted_by_article(
        "leaves data unreadable when the key is back, until access that is there is granted again",
        "S30, S40, S44: the article never describes this return.",
        ["restoration.data-readable"],
        without("restoration.data-readable"),
        adding(
            effect(
                GrantKeyAccess,
                "restoration.data-readable",
                each=Workspace,
                when=lambda c, w: (
                    w.resource.name == c.resource.name
                    and is_in_policies(c.vault, c.resource)
                    and not w.readable
                    and not data_inaccessible(w)
                ),
                then=lambda c, w: sets(w, readable=True),
            )
        ),
    ),
    permitted_by_article(
        "undeploys models when customer-managed keys are enabled with the key in use",
        "S15 says how a customer enables them, and nothing of doing it twice.",
        ["resource.repeats"],
        adding(
            effect(
                EnableCustomerManagedKeys,
                "keys.enable",
                each=Model,
                when=lambda c, m: (
                    is_enabled_already(c)
                    and m.workspace.resource.name == c.resource.name
                    and m.state == "deployed"
                ),
                then=lambda c, m: sets(m, state="undeployed"),
            )
        ),
    ),
    permitted_by_article(
        "refuses uploads in a workspace that could not be read, although its key is back",
        "S30, S40, S44: the article never describes this return, and S3 is about the kind of key.",
        ["restoration.data-readable"],
        adding(
            refuse(
                UploadDocument,
                "revocation.no-upload",
                when=lambda c: c.workspace.readable,
                unless=lambda c: not c.workspace.lost,
            )
        ),
    ),
    permitted(
        "displays no workspace while its key is inaccessible, and all that it has once that is back",
        "S40 says that data is no longer displayed, and S34 and S41 that models are undeployed.",
        ["revocation.models-kept"],
        system=showing(without_workspaces_under_a_lost_key),
    ),
    permitted_by_article(
        "deploys the undeployed models again when access is granted again",
        "S34, S41, S45: the article excludes this for the identity alone.",
        ["restoration.no-redeploy-otherwise"],
        adding(deploying_again(GrantKeyAccess)),
    ),
    permitted_by_article(
        "deploys the models again that a move to another tenant undeployed, once customer-managed "
        "keys are enabled there",
        "S34 excludes this for an identity that was disabled, and not for one that stayed behind.",
        ["restoration.no-redeploy-otherwise"],
        adding(
            deploying_again(
                EnableCustomerManagedKeys,
                when=lambda c, r: r.name == c.resource.name and was_left_behind(r),
            )
        ),
    ),
    permitted_by_article(
        "deploys the undeployed models again when the key vault is recovered",
        "S34, S41, S45: the article excludes this for the identity alone.",
        ["restoration.no-redeploy-otherwise"],
        adding(deploying_again(RecoverVault)),
    ),
    permitted_by_article(
        "deploys the undeployed models again when the key is enabled again",
        "S34, S41, S45: the article excludes this for the identity alone.",
        ["restoration.no-redeploy-otherwise"],
        adding(deploying_again(EnableKey)),
    ),
    permitted_by_article(
        "deploys the undeployed models when customer-managed keys are enabled, unless that turns "
        "the identity on again",
        "S34, S41, S45: the article excludes this for the identity alone.",
        ["restoration.no-redeploy-otherwise"],
        adding(
            deploying_again(
                EnableCustomerManagedKeys,
                when=lambda c, r: (
                    r.name == c.resource.name and (r.identity or r.key_source == MICROSOFT)
                ),
            )
        ),
    ),
)


def has_lost_a_document(workspace: Any) -> bool:
    """Return whether a document of the workspace is deleted."""
    documents = workspace.world.every(Document)
    return any(d.state == "deleted" and d.workspace.name == workspace.name for d in documents)


# Back to Microsoft-managed keys


def closes_earlier(command: Any, workspace: Any) -> bool:
    """Return whether a resource gets customer-managed keys that has this workspace already."""
    if workspace.resource.name != command.resource.name or not can_be_put_in_use(command):
        return False
    return bool(command.resource.key_source == MICROSOFT)


RETURNS = (
    permitted_by_article(
        "lets no resource go back to Microsoft-managed keys",
        "S8: the article does not mention the way back.",
        ["keys.return"],
        adding(refuse(ReturnToMicrosoftManagedKeys, "keys.return", unless=lambda c: False)),
    ),
    permitted(
        "lets no resource go back to Microsoft-managed keys while its key is inaccessible",
        "S8: the article does not mention the way back.",
        ["keys.return-while-inaccessible"],
        adding(
            refuse(
                ReturnToMicrosoftManagedKeys,
                "keys.return",
                unless=lambda c: not key_inaccessible(c.resource),
            )
        ),
    ),
    permitted_by_article(
        "turns the identity off when a resource goes back to Microsoft-managed keys",
        "S8: the article does not mention the way back.",
        ["keys.return"],
        adding(
            effect(
                ReturnToMicrosoftManagedKeys,
                "keys.return",
                then=lambda c: sets(c.resource, identity=False),
            )
        ),
    ),
    permitted_by_article(
        "deletes what was uploaded under the customer's key when a resource goes back to "
        "Microsoft-managed keys",
        "S8: the article does not mention the way back.",
        ["keys.return"],
        adding(
            effect(
                ReturnToMicrosoftManagedKeys,
                "keys.return",
                each=Document,
                when=lambda c, d: (
                    d.state == "uploaded"
                    and d.workspace.covered
                    and d.workspace.resource.name == c.resource.name
                ),
                then=lambda c, d: sets(d, state="deleted"),
            ),
            effect(
                ReturnToMicrosoftManagedKeys,
                "keys.return",
                each=Model,
                when=lambda c, m: (
                    m.state == "deployed"
                    and m.workspace.covered
                    and m.workspace.resource.name == c.resource.name
                ),
                then=lambda c, m: sets(m, state="undeployed"),
            ),
        ),
    ),
    permitted_by_article(
        "brings lost documents back when a resource goes back to Microsoft-managed keys",
        "S8: the article does not mention the way back.",
        ["keys.return"],
        adding(
            effect(
                ReturnToMicrosoftManagedKeys,
                "keys.return",
                each=Document,
                when=lambda c, d: (
                    d.state == "deleted"
                    and d.workspace.state == "active"
                    and d.workspace.resource.name == c.resource.name
                ),
                then=lambda c, d: sets(d, state="uploaded"),
            )
        ),
    ),
    permitted_by_article(
        "leaves workspaces under the key that they were made under when the resource gives it up",
        "S8: the article does not mention the way back.",
        ["keys.return"],
        without("keys.return", Workspace),
    ),
    permitted_by_article(
        "leaves workspaces under the key that the resource gives up, and closes them for good when it "
        "has customer-managed keys again",
        "S8, S16: the article does not mention the way back, and has the customer make a new "
        "workspace.",
        ["keys.return", "workspace.earlier-uncovered", "restoration.data-readable"],
        without("keys.return", Workspace),
        without("restoration.data-readable"),
        adding(
            effect(
                EnableCustomerManagedKeys,
                "workspace.earlier-uncovered",
                each=Workspace,
                when=closes_earlier,
                then=lambda c, w: sets(w, readable=False),
            ),
            effect(
                EnableCustomerManagedKeys,
                "workspace.earlier-uncovered",
                each=Document,
                when=lambda c, d: d.state == "uploaded" and closes_earlier(c, d.workspace),
                then=lambda c, d: sets(d, state="deleted"),
            ),
        ),
    ),
)

# Moves

MOVES = (
    permitted(
        "refuses to move a resource to where it is already",
        "Microsoft describes moves to other places only.",
        ["environment.move-nowhere"],
        adding(
            refuse(
                MoveResource,
                "environment.move",
                unless=lambda c: (
                    (c.resource.subscription.name, c.resource.group)
                    != (c.subscription.name, c.group)
                ),
            )
        ),
    ),
    permitted_by_article(
        "turns the identity of a resource off that moves inside its tenant",
        "S37 speaks of moves between tenants only, and names no loss.",
        ["tenant.same-tenant-move"],
        adding(
            effect(
                MoveResource,
                "tenant.same-tenant-move",
                when=lambda c: c.subscription.tenant.name == c.resource.tenant.name,
                then=lambda c: sets(c.resource, identity=False),
            )
        ),
    ),
    permitted_by_article(
        "turns the identities in a resource group off that moves inside its tenant",
        "S37 speaks of moves between tenants only, and names no loss.",
        ["tenant.same-tenant-move"],
        adding(
            effect(
                MoveResourceGroup,
                "tenant.same-tenant-move",
                each=Resource,
                when=lambda c, r: is_in_group(c, r) and c.to.tenant.name == r.tenant.name,
                then=lambda c, r: sets(r, identity=False),
            )
        ),
    ),
    permitted_by_article(
        "deletes uploads and undeploys models when the key vault moves inside its tenant",
        "S37 speaks of moves between tenants only, and names no loss.",
        ["tenant.same-tenant-move"],
        adding(
            effect(
                MoveResourceGroup,
                "tenant.same-tenant-move",
                each=Resource,
                when=lambda c, r: (
                    moves_vault_of(c, r)
                    and not is_in_group(c, r)
                    and c.to.tenant.name == c.subscription.tenant.name
                ),
                then=lambda c, r: loses_data(r),
            )
        ),
    ),
    permitted_by_article(
        "refuses to move a resource or a resource group to another tenant",
        "S37: Azure demands that both subscriptions are in one tenant.",
        ["tenant.resource-moves"],
        adding(
            refuse(
                MoveResource,
                "tenant.resource-moves",
                unless=lambda c: c.subscription.tenant.name == c.resource.tenant.name,
            ),
            refuse(
                MoveResourceGroup,
                "tenant.resource-moves",
                unless=lambda c: c.to.tenant.name == c.subscription.tenant.name,
            ),
        ),
    ),
    permitted_by_article(
        "leaves the access to a key vault as it was that moves to another tenant",
        "S35, S45: Microsoft's page has the customer remove the access, and the article does not mention "
        "such a move.",
        ["tenant.vault-moved"],
        without("tenant.vault-moved"),
    ),
    permitted_by_article(
        "gives a resource a new identity in another tenant, with access to nothing",
        "S37: the article says that the identity is not transferred, and not that there is none.",
        ["tenant.identity-off"],
        without("tenant.identity-off"),
    ),
    permitted_by_article(
        "puts a resource under Microsoft-managed keys that moves to another tenant, with all its "
        "data",
        "S37: the article says that the key is not transferred, and nothing about what takes its "
        "place.",
        ["tenant.stays-customer-managed", "tenant.key-left-behind"],
        adding(
            whenever(
                Resource,
                "tenant.stays-customer-managed",
                when=leaves_its_tenant,
                then=returns_to_microsoft_keys,
            )
        ),
    ),
    permitted_by_article(
        "puts a resource under Microsoft-managed keys that moves to another tenant, with all "
        "losses",
        "S37: the article says that the key is not transferred, and nothing about what takes its "
        "place.",
        ["tenant.stays-customer-managed", "tenant.key-left-behind"],
        adding(
            whenever(
                Resource,
                "tenant.stays-customer-managed",
                when=leaves_its_tenant,
                then=returns_to_microsoft_keys_without_data,
            )
        ),
    ),
    permitted_by_article(
        "puts a resource under Microsoft-managed keys that moves to another tenant, and opens no "
        "workspace that it had until it has customer-managed keys again",
        "S5, S37: without the keys that are not transferred the default is left, and nothing is "
        "said of what was encrypted with them.",
        ["tenant.stays-customer-managed", "tenant.key-left-behind", "restoration.data-readable"],
        only_where("restoration.data-readable", lambda w: w.resource.key_source == CUSTOMER),
        adding(
            whenever(
                Resource,
                "tenant.stays-customer-managed",
                when=leaves_its_tenant,
                then=returns_to_microsoft_keys_without_data,
            )
        ),
    ),
    permitted_by_article(
        "leaves identity and key behind in another tenant, and all data readable",
        "S35, S37: the article names no effect on the data.",
        ["tenant.key-left-behind"],
        without("tenant.key-left-behind"),
    ),
)

# Names


def with_another_reason(_: Command, outcome: Outcome, __: World) -> Outcome:
    """Refuse a name, and say beside that that the key is no RSA key of 2048 bits."""
    if isinstance(outcome, Refused) and "environment.exists" in outcome.because:
        return Refused(outcome.because | {"keys.rsa-2048-refused"})
    return outcome


def is_taken_in_its_workspace(command: Any) -> bool:
    """Return whether the document of an upload is in the workspace already."""
    return bool(
        command.document.state == "uploaded"
        and command.document.workspace.name == command.workspace.name
    )


def is_taken_in_its_group(command: Any) -> bool:
    """Return whether the resource that is created is in the resource group already."""
    return bool(command.resource.state == "active" and command.resource.group == command.group)


NAMES = (
    permitted(
        "says of a name that does not exist that the key is no RSA key of 2048 bits, too",
        "What is missing goes before everything else, and further reasons may be given.",
        ["environment.exists"],
        system=answering(with_another_reason),
    ),
    permitted(
        "keeps key vaults and their keys from one world to the next",
        "Each world has new names, and what else there is in a system is none of its concern.",
        [],
        system=keeping(Vault, Key),
    ),
    permitted(
        "lets the name of a purged key vault be given again, without what was in it",
        "Azure frees some names at once.",
        ["environment.name-used-before"],
        adding(
            effect(
                CreateVault,
                "environment.create-vault",
                each=Key,
                when=lambda c, k: k.vault.name == c.vault.name,
                then=lambda c, k: sets(k, state="purged"),
            ),
            effect(
                CreateVault,
                "environment.create-vault",
                each=Grant,
                when=lambda c, g: g.vault.name == c.vault.name,
                then=lambda c, g: drops(g),
            ),
        ),
    ),
    permitted(
        "makes a new version of a key under whose name a key is made again",
        "Key Vault does so.",
        ["environment.key-name-in-use"],
        writing(
            "environment.new-key",
            lambda c: sets(c.key, version=c.key.version + 1) if c.key.state == "active" else {},
            CreateKey,
        ),
    ),
    permitted(
        "lets the name of a document be given again in another workspace alone, which takes the "
        "document there",
        "No source says that the name of a document is unique.",
        ["environment.name-in-use"],
        adding(
            refuse(
                UploadDocument,
                "environment.new-name",
                unless=lambda c: not is_taken_in_its_workspace(c),
            )
        ),
    ),
    permitted(
        "lets the name of a resource be given again in another resource group alone",
        "The name of an account is unique in its resource group alone.",
        ["environment.name-in-use"],
        adding(
            refuse(
                CreateResource,
                "environment.new-name",
                unless=lambda c: not is_taken_in_its_group(c),
            )
        ),
    ),
)

# What a system lacks, and says so

ONE_TENANT = Stage(
    tenants=("home",),
    subscriptions={"production": "home", "security": "home"},
    regions=DEFAULT_STAGE.regions,
    tiers=DEFAULT_STAGE.tiers,
)


def lacking(
    capability: str,
    answer: Callable[[Command, Outcome, World], Outcome] = lambda command, outcome, before: outcome,
    stage: Stage = DEFAULT_STAGE,
) -> Make:
    """Make a system that declares that it lacks a capability, and answers so."""

    def make(rows: Rows) -> Limited:
        return Limited(rows, answer, frozenset(CAPABILITIES) - {"parallel", capability}, stage)

    return make


class Limited(Answering):
    """Declares some of the capabilities."""

    def __init__(
        self,
        rows: Rows,
        answer: Callable[[Command, Outcome, World], Outcome],
        capabilities: frozenset[str],
        stage: Stage,
    ) -> None:
        super().__init__(rows, answer)
        self.declaration = Declaration("limited", "unstated", capabilities, stage=stage)


def moves_nothing_to_another_tenant(command: Command, outcome: Outcome, _: World) -> Outcome:
    """Say that nothing moves to another tenant here; what names no tenant is refused as ever."""
    if isinstance(outcome, Refused) or not isinstance(command, MoveSubscription):
        return outcome
    if command.tenant not in ONE_TENANT.tenants:
        raise Unsupported("there is one tenant")
    return outcome


def has_no_portal(command: Command, outcome: Outcome, _: World) -> Outcome:
    """Say that there is no portal."""
    if isinstance(command, EnableCustomerManagedKeys) and command.through == "portal":
        raise Unsupported("there is no portal")
    return outcome


def gives_no_reason(_: Command, outcome: Outcome, __: World) -> Outcome:
    """Refuse without a reason."""
    return Refused() if isinstance(outcome, Refused) else outcome


def records_nothing(_: Command, outcome: Outcome, __: World) -> Outcome:
    """Accept without a record of the uses of a key."""
    return Accepted() if isinstance(outcome, Accepted) else outcome


WITHOUT_COGNITIVE_SERVICES = Stage(kinds=("Translator", "AIServices"))
WITHOUT_AI_SERVICES = Stage(kinds=("Translator", "CognitiveServices"))


def refusing_the_kind(kind: str, requirement: str) -> Edit:
    """Have customer-managed keys for all kinds of resources but one."""
    return adding(
        refuse(
            EnableCustomerManagedKeys,
            requirement,
            unless=lambda c: c.resource.kind != kind,
        )
    )


LIMITED = (
    permitted(
        "has customer-managed keys for no resource of the kind CognitiveServices",
        "S13 names Translator, and one Azure AI services resource. It declares which.",
        ["resource.cognitive-services"],
        refusing_the_kind("CognitiveServices", "resource.cognitive-services"),
        system=lacking("parallel", stage=WITHOUT_COGNITIVE_SERVICES),
    ),
    permitted(
        "has customer-managed keys for no resource of the kind AIServices",
        "S13 names Translator, and one Azure AI services resource. It declares which.",
        ["resource.kinds"],
        refusing_the_kind("AIServices", "resource.kinds"),
        system=lacking("parallel", stage=WITHOUT_AI_SERVICES),
    ),
    permitted(
        "has one tenant, and moves nothing to another",
        "It declares so.",
        [],
        system=lacking("several-tenants", moves_nothing_to_another_tenant, ONE_TENANT),
    ),
    permitted(
        "makes every key vault with soft delete",
        "It declares so.",
        [],
        writing("environment.create-vault", lambda c: sets(c.vault, soft_delete=True)),
        system=lacking("legacy-vaults"),
    ),
    permitted(
        "makes every key vault with both protections",
        "It declares so.",
        [],
        writing(
            "environment.create-vault",
            lambda c: sets(c.vault, soft_delete=True, purge_protection=True),
        ),
        system=lacking("legacy-vaults"),
    ),
    permitted(
        "has an API, and no portal", "It declares so.", [], system=lacking("portal", has_no_portal)
    ),
    permitted(
        "gives no reason for a refusal",
        "It declares so.",
        [],
        system=lacking("reasons", gives_no_reason),
    ),
    permitted(
        "shows no use of a key", "It declares so.", [], system=lacking("audit", records_nothing)
    ),
)

PERMITTED: tuple[Variant, ...] = (
    *KEYS,
    *REQUESTS,
    *IDENTITY,
    *LOSSES,
    *RETURNS,
    *MOVES,
    *NAMES,
    *LIMITED,
    *ONE_ASSUMPTION,
)
