"""Azure Resource Manager: accounts, key vaults, what they are in, and moves."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from ..machine import commands
from ..machine.entities import Grant, Key, Resource, Subscription, Tenant, Vault
from .bodies import FORMS, KINDS, Body, body, listing, local
from .calls import PUBLIC, Call, Problem, Reply, always, found, honoured, malformed, member, missing, outside, required
from .worlds import FIXED, Group

VAULTS_DEFAULT_TO_RBAC = "2026-02-01"
"""The first api-version with which a vault has Azure RBAC unless asked otherwise."""
PERMISSIONS = FORMS["access_policy"]["permissions"]["keys"]
"""The key permissions that the model's grant stands for."""


def log_in(call: Call) -> None:
    """Take the world of a token for Azure Resource Manager; raises `Problem`."""
    call.log_in(call.cloud.manager, PUBLIC.manager, "https://management.core.windows.net")


# What a path names: each is looked up below the one before it, and raises `Problem` where it does not exist


def subscription(call: Call, _: None, identifier: str) -> Any:
    message = f"The subscription '{identifier}' could not be found."
    home = found(call.entity(Subscription, identifier), "SubscriptionNotFound", message)
    if home.tenant.name != call.claims["tid"]:
        message = f"The access token is from the wrong issuer. It must match the tenant '{home.tenant.name}'."
        raise Problem(401, "InvalidAuthenticationTokenTenant", message)
    return home


def group(call: Call, home: Subscription, name: str) -> Any:
    known = call.world.groups.get((home.name, name.lower()))
    return found(known, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")


def inside(call: Call, kind: Any, state: str = "active") -> list[Any]:
    """Return the accounts or vaults in the subscription, the group and the location that the path names."""
    home, group, place = call.at["subscription"].name, call.at.get("group"), call.at.get("location")
    name = group.name if group else call.at.get("former_group")
    return [
        each
        for each in call.every(kind, state)
        if each.subscription.name == home
        and (name is None or each.group.lower() == name.lower())
        and (place is None or (each.region if kind is Vault else each.location).name == place.lower())
    ]


def find(call: Call, kind: Any, name: str, state: str = "active") -> Any:
    """Return the one of these that has this name, or None."""
    return next((each for each in inside(call, kind, state) if each.name.lower() == name.lower()), None)


def existing(kind: Any, state: str, call: Call, _: Any, name: str) -> Any:
    """Return the one of these that has this name."""
    message = f"The {state} {kind.word} '{name}' was not found there."
    return found(find(call, kind, name, state), "ResourceNotFound", message)


def operation(call: Call, home: Subscription, identifier: str) -> Any:
    known = {call.world.id_of("operation", home.name): identifier}
    return found(known.get(identifier), "ResourceNotFound", f"There is no operation '{identifier}'.")


# Subscriptions and resource groups


def subscriptions(call: Call, _: None) -> Iterator[Any]:
    """Yield those of the login's tenant, in the order of the stage: clients take the first one."""
    return (each for each in call.view.every(Subscription) if each.tenant.name == call.claims["tid"])


def groups(call: Call, home: Subscription) -> list[Group]:
    return [each for each in sorted(call.world.groups.values()) if each.subscription == home.name]


list_tenants = listing("tenant", lambda call, _: call.every(Tenant))
list_subscriptions = listing("subscription", subscriptions)
list_groups = listing("group", groups)
list_accounts = listing("account", lambda call, _: inside(call, Resource))
list_deleted_accounts = listing("deleted_account", lambda call, _: inside(call, Resource, "deleted"))
list_vaults = listing("vault", lambda call, _: inside(call, Vault))
list_deleted_vaults = listing("deleted_vault", lambda call, _: inside(call, Vault, "deleted"))
answer_nothing, list_nothing = always(None, 204), always({"value": []})


def get_operation_status(_: Call, identifier: str) -> Body:
    return {"name": identifier, "status": "Succeeded"}


def list_locations(call: Call, home: Subscription) -> Body:
    regions = FIXED["regions"].items()
    return {"value": [body("location", call, home, region=name, shown=shown) for name, shown in regions]}


def shown(call: Call, entity: Any) -> Body:
    """Return the body of an account or a vault."""
    return body("vault" if isinstance(entity, Vault) else "account", call, entity)


def list_resources(call: Call, _: Any) -> Body:
    """List accounts and vaults; the filters are those on the type and the name."""
    items = [shown(call, each) for kind in (Resource, Vault) for each in inside(call, kind)]
    if wanted := call.query.get("$filter"):
        match = re.fullmatch(r"resourceType eq '([^']*)'(?: and name eq '([^']*)')?", wanted.strip())
        if match is None:
            raise outside(f"$filter {wanted}")
        kind, name = match[1].lower(), match[2]
        items = [each for each in items if each["type"].lower() == kind and name in (None, each["name"])]
    short = ("id", "name", "type", "location", "kind", "sku", "identity", "tags")
    return call.page({name: item[name] for name in short if name in item} for item in items)


def region(call: Call, *others: str) -> str:
    """Return the location of a request by its name; raises `Problem` if Azure has no such location."""
    asked = required(call.body, "location")
    name: str = asked.replace(" ", "").lower()
    if name not in (*FIXED["regions"], *others):
        raise missing("LocationNotAvailableForResourceType", f"The provided location '{asked}' is not available.", 400)
    return name


def put_group(call: Call, home: Subscription) -> Reply:
    """Create a resource group, or return one that is there."""
    place, name = region(call), call.new_name("group")
    there = call.world.groups.get((home.name, name.lower()))
    if there and there.location != place:
        message = f"The resource group '{there.name}' exists in location '{there.location}'."
        raise Problem(409, "InvalidResourceGroupLocation", message)
    g = there or Group(home.name, name, place)
    call.world = call.world._replace(groups={**call.world.groups, (home.name, name.lower()): g})
    shown = body("group", call, g)
    honoured(call.body, shown)
    return Reply(200 if there else 201, shown)


def delete_group(call: Call, g: Group) -> Reply:
    for kind, command in ((Vault, commands.DeleteVault), (Resource, commands.DeleteResource)):
        for each in inside(call, kind):
            call.submit(command(each.name))
    rest = {place: each for place, each in call.world.groups.items() if each != g}
    call.world = call.world._replace(groups=rest)
    return call.begun()


def delete(kind: Any, command: Any, call: Call, _: Group) -> Reply:
    """Delete an account or a vault, if it is there."""
    there = find(call, kind, call.at["name"])
    if there:
        call.submit(command(there.name))
    return Reply(200 if there else 204)


delete_account = partial(delete, Resource, commands.DeleteResource)
delete_vault = partial(delete, Vault, commands.DeleteVault)


# Accounts


def put_account(call: Call, g: Group) -> Reply:
    """Create an account, or change one that is there."""
    there, wanted = find(call, Resource, call.at["name"]), member(call.body, "properties.encryption", dict)
    if there is None:
        return Reply(201, configured(call, create_account(call, g)))
    present = body("account", call, there)["properties"].get("encryption", {"keySource": "Microsoft.CognitiveServices"})
    return Reply(200, configured(call, there.name, None if wanted == present else wanted))


def patch_account(call: Call, r: Resource) -> Reply:
    return call.begun(configured(call, r.name, member(call.body, "properties.encryption", dict)))


def create_account(call: Call, g: Group) -> str:
    """Create an account and return its name; raises `Problem`."""
    if member(call.body, "properties.restore", bool):
        raise outside("properties.restore")
    kind, place, sku = required(call.body, "kind"), region(call, "global"), required(call.body, "sku.name").upper()
    name: str = call.new_name("account")
    if kind not in FIXED["kinds"]:
        raise outside(f"kind {kind}")
    if sku not in FIXED["kinds"][kind]["skus"]:
        raise missing("InvalidSku", f"The SKU '{sku}' is not available for the kind '{kind}'.", 400)
    if call.entity(Resource, name, "deleted"):
        message = f"An account '{name}' has been soft-deleted. To restore it, 'restore' has to be set."
        raise Problem(409, "FlagMustBeSetForRestore", message, ["environment.name-used-before"])
    source = member(call.body, "properties.encryption.keySource", str, "")
    keys: commands.KeySource = "customer-managed" if source.lower() == "microsoft.keyvault" else "microsoft-managed"
    kind_of_resource = FIXED["kinds"][kind]["resource"]
    call.submit(commands.CreateResource(name, kind_of_resource, place, sku, g.subscription, g.name, keys))
    return name


def configured(call: Call, name: str, encryption: Body | None = None) -> Body:
    """Carry out what a request says of identity and key source, and return the account; raises `Problem`.

    The identity is turned on first, and off last.
    """
    identity = member(call.body, "identity.type", str, "").lower()
    honoured(member(call.body, "identity", dict), {}, ("type", "principalId", "tenantId"))
    if identity not in ("", "none", "systemassigned"):
        raise outside(f"identity.type {identity}")
    if identity == "systemassigned":
        call.submit(commands.EnableIdentity(name))
    if encryption:
        call.submit(key_source(call, name, encryption))
    if identity == "none":
        call.submit(commands.DisableIdentity(name))
    shown = body("account", call, call.entity(Resource, name))
    honoured(call.body, shown, ("identity", "properties.encryption"))
    return shown


def key_source(call: Call, account: str, wanted: Body) -> commands.Command:
    """Return the command that `properties.encryption` stands for."""
    source = required(wanted, "keySource").lower()
    if source == "microsoft.cognitiveservices":
        honoured(wanted, {}, ["keySource"])
        return commands.ReturnToMicrosoftManagedKeys(account)
    if source != "microsoft.keyvault":
        raise malformed("'keySource' has to be Microsoft.CognitiveServices or Microsoft.KeyVault.")
    honoured(wanted, {}, ["keySource", "keyVaultProperties"])
    used = required(wanted, "keyVaultProperties", dict)
    honoured(used, {}, ["keyName", "keyVersion", "keyVaultUri"])
    uri, name = required(used, "keyVaultUri"), required(used, "keyName")
    match = re.fullmatch(r"https://([^/.]+)\.([^/]+)/?", uri.lower())
    if match is None:
        raise malformed("'keyVaultUri' is not the URI of a key vault.")
    if match[2].removesuffix(":443") != call.cloud.vaults:
        store: commands.Store = "managed-hsm" if match[2].startswith("managedhsm.") else "elsewhere"
        return commands.EnableCustomerManagedKeys(account, store=store, through="api")
    vault = call.world.find(Vault, match[1]) or match[1]
    key = call.entity(Key, f"{vault}/{name}")
    version = member(used, "keyVersion", str)
    if key and version and version != call.world.version(key.name, key.version):
        if version in [call.world.version(key.name, number) for number in range(1, key.version)]:
            raise outside("an older version of a key")
        raise missing("BadRequest", f"The key '{name}' has no version '{version}'.", 400)
    return commands.EnableCustomerManagedKeys(account, vault, local(key) if key else name, through="api")


def list_account_keys(call: Call, r: Resource) -> Body:
    return call.world.account_keys(r.name)


def list_account_skus(_: Call, r: Resource) -> Body:
    sold = FIXED["kinds"][KINDS[r.kind]]["skus"]
    return {"value": [{"resourceType": "Microsoft.CognitiveServices/accounts", "sku": {"name": sku}} for sku in sold]}


list_skus = always(
    {
        "value": [
            {"resourceType": "accounts", "name": sku, "kind": kind, "locations": [place.upper()], "restrictions": []}
            for kind, sold in FIXED["kinds"].items()
            for sku in sold["skus"]
            for place in (*FIXED["regions"], "global")
        ]
    }
)


# Vaults


def put_vault(call: Call, g: Group) -> Reply:
    """Create a vault, recover a deleted one, or change one that is there, its access policies included."""
    name = call.at["name"]
    if member(call.body, "properties.createMode", str, "default").lower() == "recover":
        gone = existing(Vault, "deleted", call, g, name)
        call.submit(commands.RecoverVault(gone.name))
        return Reply(200, body("vault", call, call.again(gone)))
    for needed in ("properties.sku.name", "properties.tenantId"):
        required(call.body, needed)
    there = find(call, Vault, name)
    if there is None or region(call) != there.region.name:  # one of this name, elsewhere: refused
        create_vault(call, g)
    return Reply(200 if there else 201, patch_vault(call, call.entity(Vault, name)))


def create_vault(call: Call, g: Group) -> None:
    name = call.new_name("vault")
    rbac_by_default = call.query["api-version"] >= VAULTS_DEFAULT_TO_RBAC
    rbac = member(call.body, "properties.enableRbacAuthorization", bool, rbac_by_default)
    soft_delete = member(call.body, "properties.enableSoftDelete", bool, True)
    model: commands.PermissionModel = "rbac" if rbac else "access-policies"
    place, purge = region(call), member(call.body, "properties.enablePurgeProtection", bool, False)
    call.submit(commands.CreateVault(name, place, g.subscription, g.name, soft_delete, purge, model))


def patch_vault(call: Call, v: Vault) -> Body:
    """Turn on the protections that a request asks for, set its access policies, and return the vault."""
    soft_delete = member(call.body, "properties.enableSoftDelete", bool)
    purge_protection = member(call.body, "properties.enablePurgeProtection", bool)
    if soft_delete is False and v.soft_delete:
        raise malformed("The property 'enableSoftDelete' cannot be set to false.", "BadRequest")
    if purge_protection is False:
        raise malformed("The property 'enablePurgeProtection' cannot be set to false.", "BadRequest")
    if soft_delete:
        call.submit(commands.EnableSoftDelete(v.name))
    if purge_protection and not v.purge_protection:
        call.submit(commands.EnablePurgeProtection(v.name))
    policies = member(call.body, "properties.accessPolicies", list)
    if policies is not None:
        set_access(call, v, policies)
    shown = body("vault", call, call.again(v))
    done = ("accessPolicies", "enableSoftDelete", "enablePurgeProtection", "createMode")
    honoured(call.body, shown, [f"properties.{name}" for name in done])
    return shown


def set_access(call: Call, v: Vault, policies: list[Any], change: str = "replace") -> None:
    """Add or remove access policies, or grant and revoke until they are these."""
    named = [resource_of(call, v, policy) for policy in policies]
    present = [grant.resource.name for grant in call.every(Grant) if grant.vault.name == v.name]
    revoked = {"add": [], "remove": named, "replace": [each for each in present if each not in named]}[change]
    granted = {"add": named, "remove": [], "replace": [each for each in named if each not in present]}[change]
    for resource in revoked:
        call.submit(commands.RevokeKeyAccess(v.name, resource))
    for resource in granted:
        call.submit(commands.GrantKeyAccess(v.name, resource))


def resource_of(call: Call, v: Vault, policy: Any) -> str:
    """Return the resource to whose identity an access policy gives the three key permissions of the model's grant."""
    principal = required(policy, "objectId").lower()
    if required(policy, "tenantId").lower() != v.subscription.tenant.name:
        raise malformed("The tenant of an access policy has to be that of the vault.", "BadRequest")
    asked = {str(each).lower() for each in member(policy, "permissions.keys", list, [])}
    honoured(policy, {}, ("objectId", "tenantId", "permissions.keys"))
    if asked != {each.lower() for each in PERMISSIONS}:
        raise outside(f"an access policy whose key permissions are not exactly {', '.join(PERMISSIONS)}")
    for resource in call.every(Resource):
        if call.world.principal(resource) == principal:
            return str(resource.name)
    raise outside("an access policy for an identity that is not that of an account")


def change_access(call: Call, v: Vault) -> Body:
    change = call.at["change"].lower()
    policies = member(call.body, "properties.accessPolicies", list)
    honoured(call.body, {}, ["properties.accessPolicies"])
    if policies is None or change not in ("add", "remove", "replace"):
        raise malformed(f"'{change}' has to be add, remove or replace, with access policies.", "BadRequest")
    set_access(call, v, policies, change)
    return body("access", call, call.again(v), change=change)


def purge_vault(call: Call, v: Vault) -> Reply:
    call.submit(commands.PurgeVault(v.name))
    return call.begun()


# Moves


def move_resources(call: Call, g: Group) -> Reply:
    """Move accounts one by one; several, or vaults, only as all that a group holds and to a group of the same name."""
    target = required(call.body, "targetResourceGroup")
    match = re.fullmatch(r"/subscriptions/([^/]+)/resourceGroups/([^/]+)/?", target, re.IGNORECASE)
    to = match and call.entity(Subscription, match[1])
    known = call.world.groups.get((to.name, match[2].lower())) if match and to else None
    place = found(known, "ResourceGroupNotFound", f"The resource group '{target}' could not be found.")
    there = {shown(call, each)["id"].lower(): each for kind in (Resource, Vault) for each in inside(call, kind)}
    asked = [str(each).lower() for each in required(call.body, "resources", list)]
    if unknown := [each for each in asked if each not in there]:
        raise missing("ResourceNotFound", f"'{unknown[0]}' was not found in resource group '{g.name}'.")
    vaults = any(isinstance(there[each], Vault) for each in asked)
    if (vaults or len(asked) > 1) and set(asked) == there.keys() and place.name.lower() == g.name.lower():
        call.submit(commands.MoveResourceGroup(g.name, g.subscription, place.subscription))
    elif vaults:
        raise outside("moving a vault otherwise than with all of its resource group to one of the same name")
    else:
        for each in asked:
            call.submit(commands.MoveResource(there[each].name, place.subscription, place.name))
    return call.begun()


def change_tenant(call: Call, home: Subscription) -> Body:
    """Move a subscription to another tenant, at once."""
    wanted = required(call.body, "properties.destinationTenantId").lower()
    required(call.body, "properties.destinationOwnerId")
    honoured(call.body, {}, ["properties.destinationTenantId", "properties.destinationOwnerId"])
    tenant = found(call.entity(Tenant, wanted), "TenantNotFound", f"The tenant '{wanted}' was not found.")
    call.submit(commands.MoveSubscription(home.name, tenant.name))
    kind = "Microsoft.Subscription/changeTenantRequest"
    shown = {"id": f"/subscriptions/{home.name}/providers/{kind}/default", "name": "default", "type": kind}
    return {**shown, "properties": {**call.body["properties"], "status": "Completed"}}
