"""Azure Resource Manager: accounts, key vaults, what they are in, and moves."""

import re
from typing import Any

from ..machine import commands
from ..machine.entities import Grant, Key, Resource, Subscription, Tenant, Vault
from . import bodies
from .bodies import Body
from .calls import PUBLIC, Call, Handler, Reply, honoured, member, required
from .choices import Problem, malformed, missing, outside
from .worlds import KINDS, REGIONS, SOLD, Group

VAULTS_DEFAULT_TO_RBAC = "2026-02-01"
"""The first api-version with which a vault has Azure RBAC unless asked otherwise."""


def log_in(call: Call) -> None:
    """Take the world of a token for Azure Resource Manager; raises `Problem`."""
    call.log_in(call.cloud.manager, PUBLIC.manager, "https://management.core.windows.net")


# What a path names: each is looked up below the one before it, and raises `Problem` where it does not exist


def subscription(call: Call, _: None, identifier: str) -> Any:
    found = call.entity(Subscription, identifier)
    if found is None:
        raise missing("SubscriptionNotFound", f"The subscription '{identifier}' could not be found.")
    if found.tenant.name != call.claims["tid"]:
        message = f"The access token is from the wrong issuer. It must match the tenant '{found.tenant.name}'."
        raise Problem(401, "InvalidAuthenticationTokenTenant", message)
    return found


def group(call: Call, home: Subscription, name: str) -> Group:
    found = call.world.groups.get((home.name, name.lower()))
    if found is None:
        raise missing("ResourceGroupNotFound", f"Resource group '{name}' could not be found.")
    return found


def in_group(kind: Any, call: Call, place: Group, name: str) -> Any:
    """Return the account or vault of a resource group, or None."""
    found = call.entity(kind, name)
    return found if found and (found.subscription.name, found.group) == (place.subscription, place.name) else None


def existing(kind: Any, call: Call, place: Group, name: str) -> Any:
    """Return the account or vault of a resource group."""
    if found := in_group(kind, call, place, name):
        return found
    word = "vaults" if kind is Vault else "accounts"
    raise missing(
        "ResourceNotFound", f"The resource '{word}/{name}' under resource group '{place.name}' was not found."
    )


def deleted(kind: Any, call: Call, home: Subscription, name: str, its_group: str = "") -> Any:
    """Return the deleted account or vault of a subscription, in the location and group that the path may name."""
    location, its_group = call.at.get("location", ""), its_group or call.at.get("its_group", "")
    for each in inside(call, kind, home, "deleted"):
        places = ("", (each.region if kind is Vault else each.location).name), ("", each.group.lower())
        if each.name.lower() == name.lower() and location.lower() in places[0] and its_group.lower() in places[1]:
            return each
    raise missing("ResourceNotFound", f"The deleted {kind.word} '{name}' was not found.")


def operation(call: Call, home: Subscription, identifier: str) -> str:
    if identifier != call.world.id_of("operation", home.name):
        raise missing("ResourceNotFound", f"There is no operation '{identifier}'.")
    return identifier


# Subscriptions and resource groups


def list_subscriptions(call: Call, _: None) -> Body:
    """List those of the login's tenant, in the order of the stage: clients take the first one."""
    mine = (s for s in call.view.every(Subscription) if s.tenant.name == call.claims["tid"])
    return call.page(bodies.subscription(call, s) for s in mine)


def inside(call: Call, kind: Any, place: Any, state: str = "active") -> list[Any]:
    """Return all accounts or vaults of a subscription or a resource group."""
    home, its = (place.subscription, place.name) if isinstance(place, Group) else (place.name, None)
    return [each for each in call.every(kind, state) if each.subscription.name == home and its in (None, each.group)]


def listing(kind: Any, show: Handler, state: str = "active") -> Handler:
    """Return the handler that lists accounts or vaults."""
    return lambda call, place: call.page(show(call, each) for each in inside(call, kind, place, state))


def list_resources(call: Call, place: Any) -> Body:
    """List accounts and vaults; the filters are those on the type and the name."""
    items = [bodies.account(call, each) for each in inside(call, Resource, place)]
    items += [bodies.vault(call, each) for each in inside(call, Vault, place)]
    if wanted := call.query.get("$filter"):
        match = re.fullmatch(r"resourceType eq '([^']*)'(?: and name eq '([^']*)')?", wanted.strip())
        if match is None:
            raise outside(f"$filter {wanted}")
        kind, name = match[1].lower(), match[2]
        items = [each for each in items if each["type"].lower() == kind and name in (None, each["name"])]
    short = ("id", "name", "type", "location", "kind", "sku", "identity", "tags")
    return call.page({name: item[name] for name in short if name in item} for item in items)


def region(body: Body, *others: str) -> str:
    """Return the location of a request by its name; raises `Problem` if Azure has no such location."""
    asked = required(body, "location")
    name: str = asked.replace(" ", "").lower()
    if name not in (*REGIONS, *others):
        raise missing("LocationNotAvailableForResourceType", f"The provided location '{asked}' is not available.", 400)
    return name


def list_groups(call: Call, home: Subscription) -> Body:
    return call.page(bodies.group(call, g) for g in sorted(call.world.groups.values()) if g.subscription == home.name)


def put_group(call: Call, home: Subscription) -> Reply:
    asked, place = call.at["name"], (home.name, call.at["name"].lower())
    if not re.fullmatch(r"[\w().-]{0,89}[\w()-]", asked):
        raise malformed(f"The resource group name '{asked}' is not valid.", "InvalidResourceGroup")
    was = call.world.groups.get(place)
    now = Group(home.name, was.name if was else asked, region(call.body))
    if was not in (None, now):
        message = f"The resource group '{was.name}' exists in location '{was.location}'."
        raise Problem(409, "InvalidResourceGroupLocation", message)
    call.world = call.world._replace(groups={**call.world.groups, place: now})
    shown = bodies.group(call, now)
    honoured(call.body, shown)
    return Reply(200 if was else 201, shown)


def delete_group(call: Call, g: Group) -> Reply:
    for vault in inside(call, Vault, g):
        call.submit(commands.DeleteVault(vault.name))
    for account in inside(call, Resource, g):
        call.submit(commands.DeleteResource(account.name))
    rest = {place: each for place, each in call.world.groups.items() if each != g}
    call.world = call.world._replace(groups=rest)
    return call.begun()


def deletes(kind: Any, command: Any) -> Handler:
    """Return the handler that deletes an account or a vault, if it is there."""

    def handler(call: Call, g: Group) -> Reply:
        found = in_group(kind, call, g, call.at["name"])
        if found:
            call.submit(command(found.name))
        return Reply(200 if found else 204)

    return handler


# Accounts


def put_account(call: Call, g: Group) -> Reply:
    """Create an account, or change one that is there."""
    found = in_group(Resource, call, g, call.at["name"])
    if found is None:
        create_account(call, g, call.at["name"])
        return Reply(201, configured(call, call.at["name"]))
    present = bodies.account(call, found)["properties"].get("encryption", {"keySource": "Microsoft.CognitiveServices"})
    wanted = member(call.body, "properties.encryption", dict)
    return Reply(200, configured(call, found.name, None if wanted == present else wanted))


def patch_account(call: Call, r: Resource) -> Reply:
    return call.begun(configured(call, r.name, member(call.body, "properties.encryption", dict)))


def create_account(call: Call, g: Group, name: str) -> None:
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
    call.submit(commands.CreateResource(name, KINDS[kind], place, sku, g.subscription, g.name, keys))


def configured(call: Call, name: str, encryption: Body | None = None) -> Body:
    """Carry out what a request says of identity and key source, and return the account; raises `Problem`.

    The identity is turned on first, and off last.
    """
    identity = member(call.body, "identity.type", str, "").lower()
    honoured(member(call.body, "identity", dict), None, ("type", "principalId", "tenantId"))
    if identity not in ("", "none", "systemassigned"):
        raise outside(f"identity.type {identity}")
    if identity == "systemassigned":
        call.submit(commands.EnableIdentity(name))
    if encryption:
        call.submit(key_source(call, name, encryption))
    if identity == "none":
        call.submit(commands.DisableIdentity(name))
    shown = bodies.account(call, call.entity(Resource, name))
    honoured(call.body, shown, ("identity", "properties.encryption"))
    return shown


def key_source(call: Call, account: str, wanted: Body) -> commands.Command:
    """Return the command that `properties.encryption` stands for."""
    source = required(wanted, "keySource").lower()
    if source == "microsoft.cognitiveservices":
        honoured(wanted, None, ["keySource"])
        return commands.ReturnToMicrosoftManagedKeys(account)
    if source != "microsoft.keyvault":
        raise malformed("'keySource' has to be Microsoft.CognitiveServices or Microsoft.KeyVault.")
    honoured(
        wanted,
        None,
        ["keySource", *(f"keyVaultProperties.{name}" for name in ("keyName", "keyVersion", "keyVaultUri"))],
    )
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


def list_skus(_: Call, __: Subscription) -> Body:
    places = [place.upper() for place in (*REGIONS, "global")]
    sold = [(kind, sku, place) for kind, skus in SOLD.items() for sku in skus for place in places]
    common: Body = {"resourceType": "accounts", "restrictions": []}
    return {"value": [{"name": sku, "kind": kind, "locations": [at], **common} for kind, sku, at in sold]}


def list_account_skus(_: Call, r: Resource) -> Body:
    kind = "Microsoft.CognitiveServices/accounts"
    return {"value": [{"resourceType": kind, "sku": {"name": sku}} for sku in SOLD[bodies.KINDS_BY_RESOURCE[r.kind]]]}


# Vaults


def put_vault(call: Call, g: Group) -> Reply:
    """Create a vault, recover a deleted one, or change one that is there, its access policies included."""
    name = call.at["name"]
    if member(call.body, "properties.createMode", str, "default").lower() == "recover":
        gone = deleted(Vault, call, call.at["subscription"], name, g.name)
        call.submit(commands.RecoverVault(gone.name))
        return Reply(200, bodies.vault(call, call.again(gone)))
    for needed in ("properties.sku.name", "properties.tenantId"):
        required(call.body, needed)
    found = in_group(Vault, call, g, name)
    if found is None or region(call.body) != found.region.name:  # one of this name, elsewhere: refused
        create_vault(call, g, name)
    return Reply(200 if found else 201, patch_vault(call, call.entity(Vault, name)))


def create_vault(call: Call, g: Group, name: str) -> None:
    if not re.fullmatch(r"(?!.*--)[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]", name):
        raise malformed(f"The vault name '{name}' is invalid.", "VaultNameNotValid")
    rbac_by_default = call.query["api-version"] >= VAULTS_DEFAULT_TO_RBAC
    rbac = member(call.body, "properties.enableRbacAuthorization", bool, rbac_by_default)
    soft_delete = member(call.body, "properties.enableSoftDelete", bool, True)
    model: commands.PermissionModel = "rbac" if rbac else "access-policies"
    place, purge = region(call.body), member(call.body, "properties.enablePurgeProtection", bool, False)
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
    set_access(call, v)
    shown = bodies.vault(call, call.again(v))
    done = ("accessPolicies", "enableSoftDelete", "enablePurgeProtection", "createMode")
    honoured(call.body, shown, [f"properties.{name}" for name in done])
    return shown


def set_access(call: Call, v: Vault) -> None:
    """Grant and revoke until the access policies are those of the request, if it has any."""
    policies = member(call.body, "properties.accessPolicies", list)
    if policies is None:
        return
    wanted = [resource_of(call, v, policy) for policy in policies]
    present = [grant.resource.name for grant in call.every(Grant) if grant.vault.name == v.name]
    for resource in present:
        if resource not in wanted:
            call.submit(commands.RevokeKeyAccess(v.name, resource))
    for resource in wanted:
        if resource not in present:
            call.submit(commands.GrantKeyAccess(v.name, resource))


def resource_of(call: Call, v: Vault, policy: Any) -> str:
    """Return the resource to whose identity an access policy gives the three key permissions of the model's grant."""
    principal = required(policy, "objectId").lower()
    if required(policy, "tenantId").lower() != v.subscription.tenant.name:
        raise malformed("The tenant of an access policy has to be that of the vault.", "BadRequest")
    asked = {str(each).lower() for each in member(policy, "permissions.keys", list, [])}
    honoured(policy, None, ("objectId", "tenantId", "permissions.keys"))
    if asked != {each.lower() for each in bodies.PERMISSIONS}:
        raise outside(f"an access policy whose key permissions are not exactly {', '.join(bodies.PERMISSIONS)}")
    for resource in call.every(Resource):
        if call.world.principal(resource) == principal:
            return str(resource.name)
    raise outside("an access policy for an identity that is not that of an account")


def update_access(call: Call, v: Vault) -> Body:
    change = call.at["change"].lower()
    policies = member(call.body, "properties.accessPolicies", list)
    honoured(call.body, None, ["properties.accessPolicies"])
    if policies is None or change not in ("add", "remove", "replace"):
        raise malformed(f"'{change}' has to be add, remove or replace, with access policies.", "BadRequest")
    if change == "replace":
        set_access(call, v)
    else:
        command = commands.GrantKeyAccess if change == "add" else commands.RevokeKeyAccess
        for policy in policies:
            call.submit(command(v.name, resource_of(call, v, policy)))
    properties = {"accessPolicies": bodies.access_policies(call, call.again(v))}
    kind = "Microsoft.KeyVault/vaults/accessPolicies"
    return {"id": f"{bodies.resource_id(v)}/accessPolicies/", "name": change, "type": kind, "properties": properties}


def purge_vault(call: Call, v: Vault) -> Reply:
    call.submit(commands.PurgeVault(v.name))
    return call.begun()


# Moves


def move_resources(call: Call, g: Group) -> Reply:
    """Move accounts one by one; several, or vaults, only as all that a group holds and to a group of the same name."""
    target = required(call.body, "targetResourceGroup")
    match = re.fullmatch(r"/subscriptions/([^/]+)/resourceGroups/([^/]+)/?", target, re.IGNORECASE)
    to = match and call.entity(Subscription, match[1])
    place = match and to and call.world.groups.get((to.name, match[2].lower()))
    if not place:
        raise missing("ResourceGroupNotFound", f"The resource group '{target}' could not be found.")
    found = [each for kind in (Resource, Vault) for each in inside(call, kind, g)]
    there = {bodies.resource_id(each).lower(): each for each in found}
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
    honoured(call.body, None, ["properties.destinationTenantId", "properties.destinationOwnerId"])
    if call.entity(Tenant, wanted) is None:
        raise missing("TenantNotFound", f"The tenant '{wanted}' was not found.")
    call.submit(commands.MoveSubscription(home.name, wanted))
    kind = "Microsoft.Subscription/changeTenantRequest"
    shown = {"id": f"/subscriptions/{home.name}/providers/{kind}/default", "name": "default", "type": kind}
    return {**shown, "properties": {**call.body["properties"], "status": "Completed"}}
