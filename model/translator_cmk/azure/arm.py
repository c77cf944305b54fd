"""Azure Resource Manager: accounts, vaults, what they are in, and moves."""

import re
from collections.abc import Callable
from typing import Any

from ..machine import Command, commands
from ..machine.entities import Grant, Key, Resource, Subscription, Tenant, Vault
from . import bodies
from .calls import Call, Reply, honoured, member, only, required
from .choices import Problem, malformed, missing, outside
from .worlds import KINDS, REGIONS, SOLD

VAULTS_DEFAULT_TO_RBAC = "2026-02-01"
"""The first api-version with which a vault has Azure RBAC unless asked otherwise."""


# Where things are


def in_scope(call: Call, kind: Any, subscription: str, group: str | None, state: str = "active") -> list[Any]:
    """Return all accounts or vaults of a resource group of a path, or of the whole subscription."""
    home, known = call.subscription(subscription).name, group and call.group(subscription, group)
    here = call.every(kind, lambda each: each.state == state and each.subscription.name == home)
    return [each for each in here if known in (None, each.group)]


def list_resources(call: Call, subscription: str, group: str | None = None) -> Reply:
    """List accounts and vaults; the filters are those on the type and the name."""
    found = [each for kind in (Resource, Vault) for each in in_scope(call, kind, subscription, group)]
    items = [bodies.resource(call, each) for each in found]
    if wanted := call.query.get("$filter"):
        match = re.fullmatch(r"resourceType eq '([^']*)'(?: and name eq '([^']*)')?", wanted.strip())
        if match is None:
            raise outside(f"$filter {wanted}")
        kind, name = match[1].lower(), match[2]
        items = [each for each in items if each["type"].lower() == kind and name in (None, each["name"])]
    short = ("id", "name", "type", "location", "kind", "sku", "identity", "tags")
    return call.listed([{name: item[name] for name in short if name in item} for item in items])


def region(body: dict[str, Any], *others: str) -> str:
    """Return the location of a request by its name; raises `Problem` if Azure has no such location."""
    asked = required(body, "location")
    name: str = asked.replace(" ", "").lower()
    if name not in (*REGIONS, *others):
        raise missing("LocationNotAvailableForResourceType", f"The provided location '{asked}' is not available.", 400)
    return name


def get_group(call: Call, subscription: str, group: str) -> Reply:
    home, known = call.subscription(subscription).name, call.group(subscription, group)
    return Reply(200, bodies.group(home, *call.world.groups[home, known.lower()]))


def list_groups(call: Call, subscription: str) -> Reply:
    home = call.subscription(subscription).name
    places = sorted(place for (where, _), place in call.world.groups.items() if where == home)
    return call.listed([bodies.group(home, *place) for place in places])


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
    for vault in in_scope(call, Vault, subscription, group):
        call.submit(commands.DeleteVault(vault.name))
    for account in in_scope(call, Resource, subscription, group):
        call.submit(commands.DeleteResource(account.name))
    rest = {key: place for key, place in call.world.groups.items() if key != (home, known.lower())}
    call.world = call.world._replace(groups=rest)
    return call.begun(home)


def get_operation(call: Call, subscription: str, operation: str) -> Reply:
    if operation != call.signer.sign("operation", call.subscription(subscription).name):
        raise missing("ResourceNotFound", f"There is no operation '{operation}'.")
    return Reply(204)


def get_operation_status(call: Call, subscription: str, operation: str) -> Reply:
    get_operation(call, subscription, operation)
    return Reply(200, {"name": operation, "status": "Succeeded"})


def deleted(call: Call, kind: Any, subscription: str, name: str, location: str = "", group: str = "") -> Any:
    """Return the deleted account or vault of a path; raises `Problem` if it does not exist."""
    for each in in_scope(call, kind, subscription, None, "deleted"):
        place = (each.region if kind is Vault else each.location).name
        asked = (name.lower(), location.lower() or place, group.lower() or each.group.lower())
        if (each.name.lower(), place, each.group.lower()) == asked:
            return each
    raise missing("ResourceNotFound", f"The deleted {kind.word} '{name}' was not found.")


def deletes(kind: Any, command: type[Command]) -> Callable[..., Reply]:
    """Return the handler that deletes the account or vault of a path, if there is one."""

    def handler(call: Call, subscription: str, group: str, name: str) -> Reply:
        found = call.in_group(kind, subscription, group, name)
        if found:
            call.submit(command(found.name))
        return Reply(200 if found else 204)

    return handler


# Accounts


def put_account(call: Call, subscription: str, group: str, name: str) -> Reply:
    """Create an account, or change one that is there."""
    found, body = call.in_group(Resource, subscription, group, name), call.body
    if found is None:
        create_account(call, call.subscription(subscription).name, call.group(subscription, group), name)
        set_identity_and_keys(call, name, {**body, "properties": {}})
        return account_as_requested(call, name, 201)
    present = bodies.account(call, found)["properties"].get("encryption", {"keySource": "Microsoft.CognitiveServices"})
    same = member(body, "properties.encryption", dict) == present
    set_identity_and_keys(call, found.name, {**body, "properties": {}} if same else body)
    return account_as_requested(call, found.name, 200)


def patch_account(call: Call, subscription: str, group: str, name: str) -> Reply:
    found = call.account(subscription, group, name)
    set_identity_and_keys(call, found.name, call.body)
    _, shown, _ = account_as_requested(call, found.name, 202)
    return call.begun(found.subscription.name, shown)


def account_as_requested(call: Call, name: str, status: int) -> Reply:
    """Return the account; raises `Problem` if the request asks for a value that the account does not have."""
    shown = bodies.account(call, call.entity(Resource, name))
    honoured(call.body, shown, ("identity", "properties.encryption"))
    return Reply(status, shown)


def create_account(call: Call, subscription: str, group: str, name: str) -> None:
    body = call.body
    if member(body, "properties.restore", bool):
        raise outside("properties.restore")
    kind, place, sku = required(body, "kind"), region(body, "global"), required(body, "sku.name").upper()
    if not re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{1,63}", name):
        raise malformed(f"The account name '{name}' is not valid.", "InvalidResourceName")
    if kind not in KINDS:
        raise outside(f"kind {kind}")
    if sku not in SOLD[kind]:
        raise missing("InvalidSku", f"The SKU '{sku}' is not available for the kind '{kind}'.", 400)
    if call.entity(Resource, name, "deleted"):
        message = f"An account '{name}' has been soft-deleted. To restore it, 'restore' has to be set."
        raise Problem(409, "FlagMustBeSetForRestore", message, ["environment.name-used-before"])
    source = member(body, "properties.encryption.keySource", str, "")
    keys: commands.KeySource = "customer-managed" if source.lower() == "microsoft.keyvault" else "microsoft-managed"
    call.submit(commands.CreateResource(name, KINDS[kind], place, sku, subscription, group, keys))


def set_identity_and_keys(call: Call, account: str, body: dict[str, Any]) -> None:
    """Carry out what a request says of identity and key source: the identity is turned on first, and off last."""
    identity = member(body, "identity.type", str, "").lower()
    only(body, "identity", "type", "principalId", "tenantId")
    if identity not in ("", "none", "systemassigned"):
        raise outside(f"identity.type {identity}")
    if identity == "systemassigned":
        call.submit(commands.EnableIdentity(account))
    if wanted := member(body, "properties.encryption", dict):
        only(body, "properties.encryption", "keySource", "keyVaultProperties")
        call.submit(key_source(call, account, wanted))
    if identity == "none":
        call.submit(commands.DisableIdentity(account))


def key_source(call: Call, account: str, wanted: dict[str, Any]) -> Command:
    """Return the command that `properties.encryption` stands for."""
    source = required(wanted, "keySource").lower()
    if source == "microsoft.cognitiveservices":
        only(wanted, "keyVaultProperties")
        return commands.ReturnToMicrosoftManagedKeys(account)
    if source != "microsoft.keyvault":
        raise malformed("'keySource' has to be Microsoft.CognitiveServices or Microsoft.KeyVault.")
    only(wanted, "keyVaultProperties", "keyName", "keyVersion", "keyVaultUri")
    uri, name = required(wanted, "keyVaultProperties.keyVaultUri"), required(wanted, "keyVaultProperties.keyName")
    match = re.fullmatch(r"https://([^/.]+)\.([^/]+)/?", uri.lower())
    if match is None:
        raise malformed("'keyVaultUri' is not the URI of a key vault.")
    if match[2].removesuffix(":443") != call.cloud.vaults:
        store: commands.Store = "managed-hsm" if match[2].startswith("managedhsm.") else "elsewhere"
        return commands.EnableCustomerManagedKeys(account, store=store, through="api")
    vault = call.world.find(Vault, match[1]) or match[1]
    key = call.entity(Key, f"{vault}/{name}")
    version = member(wanted, "keyVaultProperties.keyVersion", str)
    if key and version and version != call.world.version(key.name, key.version):
        if version in [call.world.version(key.name, number) for number in range(1, key.version)]:
            raise outside("an older version of a key")
        raise missing("BadRequest", f"The key '{name}' has no version '{version}'.", 400)
    return commands.EnableCustomerManagedKeys(account, vault, bodies.local(key) if key else name, through="api")


def list_skus(call: Call, subscription: str) -> Reply:
    call.subscription(subscription)
    places = [place.upper() for place in (*REGIONS, "global")]
    sold = [(kind, sku, place) for kind, skus in SOLD.items() for sku in skus for place in places]
    common: dict[str, Any] = {"resourceType": "accounts", "restrictions": []}
    return Reply(200, {"value": [{"name": sku, "kind": kind, "locations": [at], **common} for kind, sku, at in sold]})


def list_account_skus(call: Call, subscription: str, group: str, name: str) -> Reply:
    skus = SOLD[bodies.KINDS_BY_RESOURCE[call.account(subscription, group, name).kind]]
    kind = "Microsoft.CognitiveServices/accounts"
    return Reply(200, {"value": [{"resourceType": kind, "sku": {"name": sku}} for sku in skus]})


def list_keys(call: Call, subscription: str, group: str, name: str) -> Reply:
    found = call.account(subscription, group, name)
    return Reply(200, {f"key{n}": call.signer.account_key(call.world.tenant, found.name, n) for n in (1, 2)})


# Vaults


def put_vault(call: Call, subscription: str, group: str, name: str) -> Reply:
    """Create a vault, recover a deleted one, or change one that is there, its access policies included."""
    found, known = call.in_group(Vault, subscription, group, name), call.group(subscription, group)
    if member(call.body, "properties.createMode", str, "default").lower() == "recover":
        gone = deleted(call, Vault, subscription, name, group=group)
        call.submit(commands.RecoverVault(gone.name))
        return Reply(200, bodies.vault(call, call.again(gone)))
    for needed in ("properties.sku.name", "properties.tenantId"):
        required(call.body, needed)
    if found is None or region(call.body) != found.region.name:  # one of this name, elsewhere: refused
        create_vault(call, call.subscription(subscription).name, known, name)
    else:
        protect(call, found)
    return with_access(call, name, 201 if found is None else 200)


def patch_vault(call: Call, subscription: str, group: str, name: str) -> Reply:
    protect(call, call.vault(subscription, group, name))
    return with_access(call, name, 200)


def with_access(call: Call, name: str, status: int) -> Reply:
    """Set the access policies and return the vault; raises `Problem` where something else of the request is not so."""
    vault = call.entity(Vault, name)
    set_access(call, vault)
    shown = bodies.vault(call, call.again(vault))
    done = ("accessPolicies", "enableSoftDelete", "enablePurgeProtection", "createMode")
    honoured(call.body, shown, [f"properties.{name}" for name in done])
    return Reply(status, shown)


def create_vault(call: Call, subscription: str, group: str, name: str) -> None:
    if not re.fullmatch(r"(?!.*--)[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]", name):
        raise malformed(f"The vault name '{name}' is invalid.", "VaultNameNotValid")
    rbac_by_default = call.query["api-version"] >= VAULTS_DEFAULT_TO_RBAC
    rbac = member(call.body, "properties.enableRbacAuthorization", bool, rbac_by_default)
    soft_delete = member(call.body, "properties.enableSoftDelete", bool, True)
    model: commands.PermissionModel = "rbac" if rbac else "access-policies"
    place, purge = region(call.body), purge_protection(call)
    call.submit(commands.CreateVault(name, place, subscription, group, soft_delete, purge, model))


def purge_protection(call: Call) -> bool:
    """Return whether purge protection is asked for; raises `Problem` where it is asked to be off."""
    asked: bool | None = member(call.body, "properties.enablePurgeProtection", bool)
    if asked is False:
        raise malformed("The property 'enablePurgeProtection' cannot be set to false.", "BadRequest")
    return asked is True


def protect(call: Call, vault: Any) -> None:
    """Turn on the protections of a vault that a request asks for."""
    soft_delete = member(call.body, "properties.enableSoftDelete", bool)
    if soft_delete is False and vault.soft_delete:
        raise malformed("The property 'enableSoftDelete' cannot be set to false.", "BadRequest")
    if soft_delete:
        call.submit(commands.EnableSoftDelete(vault.name))
    if purge_protection(call):
        call.submit(commands.EnablePurgeProtection(vault.name))


def set_access(call: Call, vault: Any) -> None:
    """Grant and revoke until the access policies are those of the request, if it has any."""
    policies = member(call.body, "properties.accessPolicies", list)
    if policies is None:
        return
    wanted = [resource_of(call, vault, policy) for policy in policies]
    present = [grant.resource.name for grant in call.every(Grant, lambda g: g.vault.name == vault.name)]
    for resource in present:
        if resource not in wanted:
            call.submit(commands.RevokeKeyAccess(vault.name, resource))
    for resource in wanted:
        if resource not in present:
            call.submit(commands.GrantKeyAccess(vault.name, resource))


def resource_of(call: Call, vault: Any, policy: Any) -> str:
    """Return the resource to whose identity an access policy gives the three key permissions of the model's grant."""
    principal = required(policy, "objectId").lower()
    only({"policy": policy}, "policy", "objectId", "tenantId", "permissions")
    only({"policy": policy}, "policy.permissions", "keys")
    if required(policy, "tenantId").lower() != vault.subscription.tenant.name:
        raise malformed("The tenant of an access policy has to be that of the vault.", "BadRequest")
    asked = {str(each).lower() for each in member(policy, "permissions.keys", list, [])}
    if asked != {each.lower() for each in bodies.PERMISSIONS}:
        raise outside(f"an access policy whose key permissions are not exactly {', '.join(bodies.PERMISSIONS)}")
    for resource in call.every(Resource):
        if call.world.principal(resource) == principal:
            return str(resource.name)
    raise outside("an access policy for an identity that is not that of an account")


def update_access(call: Call, subscription: str, group: str, name: str, operation: str) -> Reply:
    found, how = call.vault(subscription, group, name), operation.lower()
    policies = member(call.body, "properties.accessPolicies", list)
    only(call.body, "properties", "accessPolicies")
    if policies is None or how not in ("add", "remove", "replace"):
        raise malformed(f"'{operation}' has to be add, remove or replace, with access policies.", "BadRequest")
    if how == "replace":
        set_access(call, found)
    else:
        command = commands.GrantKeyAccess if how == "add" else commands.RevokeKeyAccess
        for policy in policies:
            call.submit(command(found.name, resource_of(call, found, policy)))
    return Reply(200, bodies.access(call, call.again(found), how))


def purge_vault(call: Call, **place: str) -> Reply:
    found = deleted(call, Vault, **place)
    call.submit(commands.PurgeVault(found.name))
    return call.begun(found.subscription.name)


# Moves


def move_resources(call: Call, subscription: str, group: str) -> Reply:
    """Move accounts one by one; several, or vaults, only as all that a group holds and to a group of the same name."""
    home, known = call.subscription(subscription).name, call.group(subscription, group)
    target = required(call.body, "targetResourceGroup")
    match = re.fullmatch(r"/subscriptions/([^/]+)/resourceGroups/([^/]+)/?", target, re.IGNORECASE)
    to = match and call.entity(Subscription, match[1])
    place = match and to and call.world.groups.get((to.name, match[2].lower()))
    if to is None or place is None:
        raise missing("ResourceGroupNotFound", f"The resource group '{target}' could not be found.")
    found = [each for kind in (Resource, Vault) for each in in_scope(call, kind, subscription, group)]
    there = {bodies.resource_id(each).lower(): each for each in found}
    asked = [str(each).lower() for each in required(call.body, "resources", list)]
    if unknown := [each for each in asked if each not in there]:
        raise missing("ResourceNotFound", f"'{unknown[0]}' was not found in resource group '{known}'.")
    vaults = any(isinstance(there[each], Vault) for each in asked)
    if (vaults or len(asked) > 1) and set(asked) == there.keys() and place[0].lower() == known.lower():
        call.submit(commands.MoveResourceGroup(known, home, to.name))
    elif vaults:
        raise outside("moving a vault otherwise than with all of its resource group to one of the same name")
    else:
        for each in asked:
            call.submit(commands.MoveResource(there[each].name, to.name, place[0]))
    return call.begun(home)


def change_tenant(call: Call, subscription: str) -> Reply:
    """Move a subscription to another tenant, at once."""
    found = call.subscription(subscription)
    wanted = required(call.body, "properties.destinationTenantId").lower()
    required(call.body, "properties.destinationOwnerId")
    only(call.body, "properties", "destinationTenantId", "destinationOwnerId")
    if call.entity(Tenant, wanted) is None:
        raise missing("TenantNotFound", f"The tenant '{wanted}' was not found.")
    call.submit(commands.MoveSubscription(found.name, wanted))
    kind = "Microsoft.Subscription/changeTenantRequest"
    shown = {"id": f"/subscriptions/{found.name}/providers/{kind}/default", "name": "default", "type": kind}
    return Reply(200, {**shown, "properties": {**call.body["properties"], "status": "Completed"}})
