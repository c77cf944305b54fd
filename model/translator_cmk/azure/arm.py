"""Azure Resource Manager: accounts, vaults, what they are in, and moves."""

import re
from typing import Any

from ..machine import Command
from ..machine.commands import (
    CreateResource,
    CreateVault,
    DeleteResource,
    DeleteVault,
    DisableIdentity,
    EnableCustomerManagedKeys,
    EnableIdentity,
    EnablePurgeProtection,
    EnableSoftDelete,
    GrantKeyAccess,
    KeySource,
    MoveResource,
    MoveResourceGroup,
    MoveSubscription,
    PurgeVault,
    RecoverVault,
    ReturnToMicrosoftManagedKeys,
    RevokeKeyAccess,
    Store,
)
from ..machine.entities import Grant, Key, Resource, Subscription, Tenant, Vault
from . import bodies
from .calls import Call, Reply, honoured, member, only, required
from .choices import Problem, malformed, missing, outside
from .worlds import KINDS, REGIONS, SOLD

VAULTS_DEFAULT_TO_RBAC = "2026-02-01"
"""The first api-version with which a vault has Azure RBAC unless asked otherwise."""


# Where things are


def list_tenants(call: Call) -> Reply:
    return Reply(200, call.page([bodies.tenant(call, t) for t in call.every(Tenant)]))


def list_subscriptions(call: Call) -> Reply:
    mine = call.every(Subscription, lambda s: s.tenant.name == call.claims["tid"])
    return Reply(200, call.page([bodies.subscription(call, s) for s in mine]))


def get_subscription(call: Call, subscription: str) -> Reply:
    return Reply(200, bodies.subscription(call, call.subscription(subscription)))


def list_locations(call: Call, subscription: str) -> Reply:
    found = call.subscription(subscription)
    return Reply(200, {"value": [bodies.location(found, name) for name in REGIONS]})


def list_groups(call: Call, subscription: str) -> Reply:
    home = call.subscription(subscription).name
    groups = sorted(place for (where, _), place in call.world.groups.items() if where == home)
    return Reply(200, call.page([bodies.group(home, *place) for place in groups]))


def get_group(call: Call, subscription: str, group: str) -> Reply:
    home, known = call.subscription(subscription).name, call.group(subscription, group)
    return Reply(200, bodies.group(home, *call.world.groups[home, known.lower()]))


def head_group(call: Call, subscription: str, group: str) -> Reply:
    call.group(subscription, group)
    return Reply(204)


def put_group(call: Call, subscription: str, group: str) -> Reply:
    home, place = call.subscription(subscription).name, region(call.body)
    if not re.fullmatch(r"[\w().-]{0,89}[\w()-]", group):
        raise malformed(f"The resource group name '{group}' is not valid.", "InvalidResourceGroup")
    name, was = call.world.groups.get((home, group.lower()), (group, None))
    if was not in (None, place):
        raise Problem(409, "InvalidResourceGroupLocation", f"The resource group '{name}' exists in location '{was}'.")
    call.world = call.world._replace(groups={**call.world.groups, (home, group.lower()): (name, place)})
    shown = bodies.group(home, name, place)
    honoured(call.body, shown)
    return Reply(200 if was else 201, shown)


def delete_group(call: Call, subscription: str, group: str) -> Reply:
    home, known = call.subscription(subscription).name, call.group(subscription, group)
    for entity in in_group(call, home, known):
        call.submit(DeleteVault(entity.name) if isinstance(entity, Vault) else DeleteResource(entity.name))
    rest = {key: place for key, place in call.world.groups.items() if key != (home, known.lower())}
    call.world = call.world._replace(groups=rest)
    return call.accepted(home)


def in_group(call: Call, subscription: str, group: str | None) -> list[Any]:
    """Return all active accounts and vaults of a resource group, or of the whole subscription."""
    return [
        each
        for kind in (Resource, Vault)
        for each in call.every(kind, lambda e: e.state == "active" and e.subscription.name == subscription)
        if group in (None, each.group)
    ]


def list_resources(call: Call, subscription: str, group: str | None = None) -> Reply:
    """List accounts and vaults; the one filter is that on the type."""
    home = call.subscription(subscription).name
    found = in_group(call, home, group and call.group(subscription, group))
    items = [bodies.vault(call, e) if isinstance(e, Vault) else bodies.account(call, e) for e in found]
    if wanted := call.query.get("$filter"):
        match = re.fullmatch(r"resourceType eq '([^']*)'", wanted.strip())
        if match is None:
            raise outside(f"$filter {wanted}")
        items = [item for item in items if item["type"].lower() == match[1].lower()]
    short = ("id", "name", "type", "location", "kind", "sku", "identity", "tags")
    return Reply(200, call.page([{name: item[name] for name in short if name in item} for item in items]))


def region(body: dict[str, Any], other: tuple[str, ...] = ()) -> str:
    """Return the location of a request by its name; raises `Problem` where there is none."""
    asked = required(body, "location")
    name: str = asked.replace(" ", "").lower()
    if name not in (*REGIONS, *other):
        raise missing("LocationNotAvailableForResourceType", f"The provided location '{asked}' is not available.", 400)
    return name


def get_operation(call: Call, subscription: str, operation: str) -> Reply:
    if operation != call.signer.sign("operation", call.subscription(subscription).name):
        raise missing("ResourceNotFound", f"There is no operation '{operation}'.")
    return Reply(204)


# Accounts


def list_accounts(call: Call, subscription: str, group: str | None = None) -> Reply:
    home = call.subscription(subscription).name
    found = in_group(call, home, group and call.group(subscription, group))
    return Reply(200, call.page([bodies.account(call, r) for r in found if isinstance(r, Resource)]))


def get_account(call: Call, subscription: str, group: str, name: str) -> Reply:
    return Reply(200, bodies.account(call, call.account(subscription, group, name)))


def put_account(call: Call, subscription: str, group: str, name: str) -> Reply:
    """Create an account, or change one that is there."""
    body, known = call.body, call.group(subscription, group)
    found = call.in_group(Resource, subscription, group, name)
    if found is None:
        create_account(call, call.subscription(subscription).name, known, name)
        found = call.entity(Resource, name)
        change_account(call, found, {**body, "properties": {}})
        status = 201
    else:
        present = bodies.account(call, found)["properties"].get(
            "encryption", {"keySource": "Microsoft.CognitiveServices"}
        )
        same = member(body, "properties.encryption", dict) == present
        change_account(call, found, {**body, "properties": {}} if same else body)
        status = 200
    shown = bodies.account(call, call.entity(Resource, name))
    honoured(body, shown, ("identity", "properties.encryption"))
    return Reply(status, shown)


def create_account(call: Call, subscription: str, group: str, name: str) -> None:
    body = call.body
    kind, place, sku = required(body, "kind"), region(body, ("global",)), required(body, "sku.name")
    if not re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{1,63}", name):
        raise malformed(f"The account name '{name}' is not valid.", "InvalidResourceName")
    if kind not in KINDS:
        raise outside(f"kind {kind}")
    if sku.upper() not in SOLD[kind]:
        raise missing("InvalidSku", f"The SKU '{sku}' is not available for the kind '{kind}'.", 400)
    if member(body, "properties.restore", bool):
        raise outside("properties.restore")
    if call.entity(Resource, name, "deleted"):
        raise Problem(
            409,
            "FlagMustBeSetForRestore",
            f"An existing resource with name '{name}' has been soft-deleted. To restore it, set restore to true.",
            ["environment.name-used-before"],
        )
    source = member(body, "properties.encryption.keySource", str, "Microsoft.CognitiveServices")
    keys: KeySource = "customer-managed" if source.lower() == "microsoft.keyvault" else "microsoft-managed"
    call.submit(
        CreateResource(
            resource=name,
            kind=KINDS[kind],
            location=place,
            tier=sku.upper(),
            subscription=subscription,
            group=group,
            keys=keys,
        )
    )


def patch_account(call: Call, subscription: str, group: str, name: str) -> Reply:
    found = call.account(subscription, group, name)
    change_account(call, found, call.body)
    shown = bodies.account(call, call.entity(Resource, found.name))
    honoured(call.body, shown, ("identity", "properties.encryption"))
    return Reply(200, shown)


def change_account(call: Call, account: Any, body: dict[str, Any]) -> None:
    """Carry out what a request says of identity and key source: the identity is turned on first, and off last."""
    identity = member(body, "identity.type", str, "").lower()
    only(body, "identity", "type", "principalId", "tenantId")
    if identity not in ("", "none", "systemassigned"):
        raise outside(f"identity.type {identity}")
    if identity == "systemassigned":
        call.submit(EnableIdentity(account.name))
    if wanted := member(body, "properties.encryption", dict):
        only(body, "properties.encryption", "keySource", "keyVaultProperties")
        only(body, "properties.encryption.keyVaultProperties", "keyName", "keyVersion", "keyVaultUri")
        call.submit(key_source(call, account, wanted))
    if identity == "none":
        call.submit(DisableIdentity(account.name))


def key_source(call: Call, account: Any, wanted: dict[str, Any]) -> Command:
    """Return the command that `properties.encryption` stands for."""
    source = required(wanted, "keySource").lower()
    if source == "microsoft.cognitiveservices":
        only({"keyVaultProperties": member(wanted, "keyVaultProperties", dict)}, "keyVaultProperties")
        return ReturnToMicrosoftManagedKeys(account.name)
    if source != "microsoft.keyvault":
        raise malformed(
            "'properties.encryption.keySource' has to be Microsoft.CognitiveServices or Microsoft.KeyVault."
        )
    uri, name = required(wanted, "keyVaultProperties.keyVaultUri"), required(wanted, "keyVaultProperties.keyName")
    match = re.fullmatch(r"https://([^/.]+)\.([^/]+)/?", uri.lower())
    if match is None:
        raise malformed("'properties.encryption.keyVaultProperties.keyVaultUri' is not the URI of a key vault.")
    if match[2].removesuffix(":443") != call.cloud.vaults:
        store: Store = "managed-hsm" if match[2].startswith("managedhsm.") else "elsewhere"
        return EnableCustomerManagedKeys(account.name, store=store, through="api")
    vault = call.world.find(Vault, match[1]) or match[1]
    key = call.entity(Key, f"{vault}/{name}")
    version = member(wanted, "keyVaultProperties.keyVersion", str)
    if key and version and version != call.world.version(key.name, key.version):
        if version in [call.world.version(key.name, number) for number in range(1, key.version)]:
            raise outside("an older version of a key")
        raise missing("BadRequest", f"The key '{name}' has no version '{version}'.", 400)
    local = key.name.partition("/")[2] if key else name
    return EnableCustomerManagedKeys(account.name, vault=vault, key=local, through="api")


def delete_account(call: Call, subscription: str, group: str, name: str) -> Reply:
    found = call.in_group(Resource, subscription, group, name)
    if found is None:
        return Reply(204)
    call.submit(DeleteResource(found.name))
    return Reply(200)


def list_keys(call: Call, subscription: str, group: str, name: str) -> Reply:
    found = call.account(subscription, group, name)
    return Reply(200, {f"key{n}": account_key(call, call.world.tenant, found.name, n) for n in (1, 2)})


def account_key(call: Call, world: str, account: str, number: int) -> str:
    """Return one of the two keys of an account."""
    return call.signer.sign("account", world, account, str(number))


def list_account_skus(call: Call, subscription: str, group: str, name: str) -> Reply:
    kind = bodies.account(call, call.account(subscription, group, name))["kind"]
    items = [{"resourceType": "Microsoft.CognitiveServices/accounts", "sku": {"name": sku}} for sku in SOLD[kind]]
    return Reply(200, {"value": items})


def list_skus(call: Call, subscription: str) -> Reply:
    call.subscription(subscription)
    items = [
        {"resourceType": "accounts", "name": sku, "kind": kind, "locations": [place.upper()], "restrictions": []}
        for kind, skus in SOLD.items()
        for sku in skus
        for place in (*REGIONS, "global")
    ]
    return Reply(200, {"value": items})


def list_deleted_accounts(call: Call, subscription: str) -> Reply:
    home = call.subscription(subscription).name
    found = call.every(Resource, lambda r: r.state == "deleted" and r.subscription.name == home)
    return Reply(200, call.page([bodies.deleted_account(call, r) for r in found]))


def get_deleted_account(call: Call, subscription: str, location: str, group: str, name: str) -> Reply:
    home, found = call.subscription(subscription).name, call.entity(Resource, name, "deleted")
    place = (home, location.lower(), group.lower())
    if found is None or (found.subscription.name, found.location.name, found.group.lower()) != place:
        raise missing("ResourceNotFound", f"The deleted account '{name}' was not found.")
    return Reply(200, bodies.deleted_account(call, found))


# Vaults


def list_vaults(call: Call, subscription: str, group: str | None = None) -> Reply:
    home = call.subscription(subscription).name
    found = in_group(call, home, group and call.group(subscription, group))
    return Reply(200, call.page([bodies.vault(call, v) for v in found if isinstance(v, Vault)]))


def get_vault(call: Call, subscription: str, group: str, name: str) -> Reply:
    return Reply(200, bodies.vault(call, call.vault(subscription, group, name)))


def put_vault(call: Call, subscription: str, group: str, name: str) -> Reply:
    """Create a vault, recover a deleted one, or change one that is there, its access policies included."""
    body, known = call.body, call.group(subscription, group)
    found = call.in_group(Vault, subscription, group, name)
    if member(body, "properties.createMode", str, "default").lower() == "recover":
        deleted = call.entity(Vault, name, "deleted")
        if deleted is None:
            raise missing("VaultNotFound", f"The deleted vault '{name}' was not found.")
        call.submit(RecoverVault(deleted.name))
        return Reply(200, bodies.vault(call, call.entity(Vault, name)))
    for needed in ("properties.sku.name", "properties.tenantId"):
        required(body, needed)
    if found is None:
        create_vault(call, call.subscription(subscription).name, known, name)
    else:
        protect(call, found, body)
    sync_access(call, call.entity(Vault, name), body)
    return vault_as_asked(call, name, 201 if found is None else 200)


def vault_as_asked(call: Call, name: str, status: int) -> Reply:
    """Return the vault; raises `Problem` where something of the request is not so."""
    shown = bodies.vault(call, call.entity(Vault, name))
    done = ("accessPolicies", "enableSoftDelete", "enablePurgeProtection", "createMode")
    honoured(call.body, shown, [f"properties.{member}" for member in done])
    return Reply(status, shown)


def create_vault(call: Call, subscription: str, group: str, name: str) -> None:
    body = call.body
    if not re.fullmatch(r"(?!.*--)[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]", name):
        raise malformed(f"The vault name '{name}' is invalid.", "VaultNameNotValid")
    default = call.query["api-version"] >= VAULTS_DEFAULT_TO_RBAC
    rbac = member(body, "properties.enableRbacAuthorization", bool, default)
    call.submit(
        CreateVault(
            vault=name,
            region=region(body),
            subscription=subscription,
            group=group,
            soft_delete=member(body, "properties.enableSoftDelete", bool, True),
            purge_protection=purge_protection(body) or False,
            permission_model="rbac" if rbac else "access-policies",
        )
    )


def purge_protection(body: dict[str, Any]) -> bool | None:
    """Return whether purge protection is asked for; raises `Problem` where it is asked to be off."""
    asked: bool | None = member(body, "properties.enablePurgeProtection", bool)
    if asked is False:
        raise malformed("The property 'enablePurgeProtection' cannot be set to false.", "BadRequest")
    return asked


def protect(call: Call, vault: Any, body: dict[str, Any]) -> None:
    """Turn on the protections of a vault that a request asks for."""
    soft_delete = member(body, "properties.enableSoftDelete", bool)
    if soft_delete is False and vault.soft_delete:
        raise malformed("The property 'enableSoftDelete' cannot be set to false.", "BadRequest")
    if soft_delete:
        call.submit(EnableSoftDelete(vault.name))
    if purge_protection(body):
        call.submit(EnablePurgeProtection(vault.name))


def patch_vault(call: Call, subscription: str, group: str, name: str) -> Reply:
    found = call.vault(subscription, group, name)
    protect(call, found, call.body)
    sync_access(call, call.entity(Vault, found.name), call.body)
    return vault_as_asked(call, found.name, 200)


def sync_access(call: Call, vault: Any, body: dict[str, Any]) -> None:
    """Grant and revoke until the access policies are those of the request, if it has any."""
    policies = member(body, "properties.accessPolicies", list)
    if policies is None:
        return
    wanted = [resource_of(call, vault, policy) for policy in policies]
    present = [grant.resource.name for grant in call.every(Grant, lambda g: g.vault.name == vault.name)]
    for resource in present:
        if resource not in wanted:
            call.submit(RevokeKeyAccess(vault.name, resource))
    for resource in wanted:
        if resource not in present:
            call.submit(GrantKeyAccess(vault.name, resource))


def resource_of(call: Call, vault: Any, policy: Any) -> str:
    """Return the resource to whose identity an access policy gives the three key permissions of the model's grant."""
    principal = required(policy, "objectId").lower()
    only({"policy": policy}, "policy", "objectId", "tenantId", "permissions")
    only({"policy": policy}, "policy.permissions", "keys")
    if required(policy, "tenantId").lower() != vault.subscription.tenant.name:
        raise malformed("The tenant of an access policy has to be that of the vault.", "BadRequest")
    asked = {str(each).lower() for each in member(policy, "permissions.keys", list, [])}
    if asked != {each.lower() for each in bodies.PERMISSIONS}:
        raise outside(f"an access policy with other permissions than keys {', '.join(bodies.PERMISSIONS)}")
    for resource in call.every(Resource):
        if call.world.principal(resource) == principal:
            return str(resource.name)
    raise outside("an access policy for an identity that is not that of an account")


def update_access(call: Call, subscription: str, group: str, name: str, operation: str) -> Reply:
    found, body = call.vault(subscription, group, name), call.body
    policies = required(body, "properties.accessPolicies", list)
    if operation.lower() == "replace":
        sync_access(call, found, body)
    elif operation.lower() in ("add", "remove"):
        command = GrantKeyAccess if operation.lower() == "add" else RevokeKeyAccess
        for policy in policies:
            call.submit(command(found.name, resource_of(call, found, policy)))
    else:
        raise malformed(f"The access policy operation '{operation}' is not valid.", "BadRequest")
    shown = bodies.access_policies(call, found)
    return Reply(
        200,
        {
            "id": f"{bodies.resource_id(found)}/accessPolicies/",
            "type": "Microsoft.KeyVault/vaults/accessPolicies",
            "properties": {"accessPolicies": shown},
        },
    )


def delete_vault(call: Call, subscription: str, group: str, name: str) -> Reply:
    found = call.in_group(Vault, subscription, group, name)
    if found is None:
        return Reply(204)
    call.submit(DeleteVault(found.name))
    return Reply(200)


def list_deleted_vaults(call: Call, subscription: str) -> Reply:
    home = call.subscription(subscription).name
    found = call.every(Vault, lambda v: v.state == "deleted" and v.subscription.name == home)
    return Reply(200, call.page([bodies.deleted_vault(v) for v in found]))


def deleted_vault(call: Call, subscription: str, location: str, name: str) -> Any:
    """Return the deleted vault of a path; raises `Problem` where there is none."""
    home, found = call.subscription(subscription).name, call.entity(Vault, name, "deleted")
    if found is None or (found.subscription.name, found.region.name) != (home, location.lower()):
        raise missing("ResourceNotFound", f"The deleted vault '{name}' was not found.")
    return found


def get_deleted_vault(call: Call, subscription: str, location: str, name: str) -> Reply:
    return Reply(200, bodies.deleted_vault(deleted_vault(call, subscription, location, name)))


def purge_vault(call: Call, subscription: str, location: str, name: str) -> Reply:
    found = deleted_vault(call, subscription, location, name)
    call.submit(PurgeVault(found.name))
    return call.accepted(found.subscription.name)


def list_nothing(call: Call, subscription: str) -> Reply:
    """List managed HSMs, of which there are none."""
    call.subscription(subscription)
    return Reply(200, {"value": []})


def check_vault_name(call: Call, subscription: str) -> Reply:
    call.subscription(subscription)
    name = required(call.body, "name")
    if required(call.body, "type").lower() != "microsoft.keyvault/vaults":
        raise malformed("The type has to be Microsoft.KeyVault/vaults.")
    if call.world.find(Vault, name) is None:
        return Reply(200, {"nameAvailable": True})
    return Reply(200, {"nameAvailable": False, "reason": "AlreadyExists", "message": f"The name '{name}' is in use."})


# Moves


def move_resources(call: Call, subscription: str, group: str) -> Reply:
    """Move accounts one by one; several, or vaults, only as all that a group holds and to a group of the same name."""
    home, known = call.subscription(subscription).name, call.group(subscription, group)
    target = re.fullmatch(
        r"/subscriptions/([^/]+)/resourceGroups/([^/]+)/?", required(call.body, "targetResourceGroup"), re.I
    )
    if target is None:
        raise malformed("'targetResourceGroup' is not the id of a resource group.", "InvalidResourceMoveRequest")
    to = call.entity(Subscription, target[1])
    place = to and call.world.groups.get((to.name, target[2].lower()))
    if place is None:
        raise missing("ResourceGroupNotFound", f"Resource group '{target[2]}' could not be found.")
    there = {bodies.resource_id(entity).lower(): entity for entity in in_group(call, home, known)}
    asked = [str(each).lower() for each in required(call.body, "resources", list)]
    if unknown := [each for each in asked if each not in there]:
        raise missing("ResourceNotFound", f"'{unknown[0]}' was not found in resource group '{known}'.")
    if (len(asked) > 1 or isinstance(there[asked[0]], Vault)) and place[0].lower() == known.lower():
        if set(asked) != set(there):
            raise outside("moving a part of a resource group that has vaults, or several of its accounts")
        call.submit(MoveResourceGroup(known, home, to.name))
    else:
        for each in asked:
            if isinstance(there[each], Vault):
                raise outside("moving a vault to a resource group of another name")
            call.submit(MoveResource(there[each].name, to.name, place[0]))
    return call.accepted(home)


def change_tenant(call: Call, subscription: str) -> Reply:
    """Move a subscription to another tenant, at once."""
    found = call.subscription(subscription)
    wanted = required(call.body, "properties.destinationTenantId").lower()
    required(call.body, "properties.destinationOwnerId")
    if call.entity(Tenant, wanted) is None:
        raise missing("TenantNotFound", f"The tenant '{wanted}' was not found.")
    call.submit(MoveSubscription(found.name, wanted))
    return Reply(
        200,
        {
            "id": f"/subscriptions/{found.name}/providers/Microsoft.Subscription/changeTenantRequest/default",
            "name": "default",
            "type": "Microsoft.Subscription/changeTenantRequest",
            "properties": {**call.body["properties"], "provisioningState": "Succeeded"},
        },
    )
