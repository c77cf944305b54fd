"""Bodies of Azure's answers, each a function of the model's state."""

import base64
import hashlib
import json
from typing import Any

from ..machine.entities import CUSTOMER, Document, Grant, Key, Model, Resource, Subscription, Tenant, Vault, Workspace
from ..machine.rows import registered, shows_encryption_section
from .calls import Call
from .worlds import KINDS, REGIONS, Group

Body = dict[str, Any]

KINDS_BY_RESOURCE: dict[str, str] = {resource: kind for kind, resource in KINDS.items()}
PERMISSIONS = ("get", "wrapKey", "unwrapKey")
"""The key permissions that the model's grant stands for."""
CURVES = {256: "P-256", 384: "P-384", 521: "P-521"}
OPERATIONS = {
    "RSA": ["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"],
    "EC": ["sign", "verify"],
    "oct": ["encrypt", "decrypt", "wrapKey", "unwrapKey"],
}

# Bodies are tables, with several members on a line.
# fmt: off

# Subscriptions and resource groups


def tenant(call: Call, t: Tenant) -> Body:
    name = call.world.display_name(t.name)
    return {"id": f"/tenants/{t.name}", "tenantId": t.name, "displayName": name, "tenantCategory": "Home"}


def subscription(call: Call, s: Subscription) -> Body:
    return {
        "id": f"/subscriptions/{s.name}", "subscriptionId": s.name, "tenantId": s.tenant.name, "state": "Enabled",
        "displayName": call.world.display_name(s.name), "authorizationSource": "RoleBased",
        "managedByTenants": [], "subscriptionPolicies": {"spendingLimit": "Off"},
    }


def locations(_: Call, s: Subscription) -> Body:
    return {"value": [
        {
            "id": f"/subscriptions/{s.name}/locations/{name}", "name": name, "type": "Region",
            "displayName": shown, "regionalDisplayName": shown, "metadata": {"regionType": "Physical"},
        }
        for name, shown in REGIONS.items()
    ]}


def group(_: Call, g: Group) -> Body:
    return {
        "id": f"/subscriptions/{g.subscription}/resourceGroups/{g.name}", "name": g.name, "location": g.location,
        "type": "Microsoft.Resources/resourceGroups", "properties": {"provisioningState": "Succeeded"},
    }


def resource_id(entity: Any) -> str:
    """Return the id of an account or a vault."""
    kind = "KeyVault/vaults" if isinstance(entity, Vault) else "CognitiveServices/accounts"
    place = f"/subscriptions/{entity.subscription.name}/resourceGroups/{entity.group}"
    return f"{place}/providers/Microsoft.{kind}/{entity.name}"


# Accounts


def account(call: Call, r: Resource) -> Body:
    endpoint = f"https://{r.name.lower()}.{call.cloud.accounts}/"
    body: Body = {
        "id": resource_id(r), "name": r.name, "type": "Microsoft.CognitiveServices/accounts",
        "location": r.location.name, "kind": KINDS_BY_RESOURCE[r.kind], "sku": {"name": r.tier.name},
        "properties": {
            "provisioningState": "Succeeded", "publicNetworkAccess": "Enabled", "isMigrated": False,
            "endpoint": endpoint, "endpoints": {"TextTranslation": endpoint, "CustomTranslator": endpoint},
            "customSubDomainName": r.name, "internalId": call.world.id_of("account", r.name).replace("-", ""),
            "capabilities": [{"name": "CustomerManagedKey"}] if shows_encryption_section(r) else [],
        } | ({"encryption": encryption(call, r)} if r.key_source == CUSTOMER else {}),
    }
    if r.identity:
        principal = {"principalId": call.world.principal(r)} if registered(r) else {}
        body["identity"] = {"type": "SystemAssigned", "tenantId": r.tenant.name, **principal}
    return body | {"etag": f'"{hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:32]}"'}


def encryption(call: Call, r: Resource) -> Body:
    if (k := r.key) is None:
        return {"keySource": "Microsoft.KeyVault"}
    version = call.world.version(k.name, k.version)
    named = {"keyName": local(k), "keyVersion": version, "keyVaultUri": vault_uri(call, k.vault)}
    return {"keySource": "Microsoft.KeyVault", "keyVaultProperties": named}


def deleted_account(call: Call, r: Resource) -> Body:
    place = f"locations/{r.location.name}/resourceGroups/{r.group}/deletedAccounts/{r.name}"
    return account(call, r) | {
        "id": f"/subscriptions/{r.subscription.name}/providers/Microsoft.CognitiveServices/{place}",
        "type": "Microsoft.CognitiveServices/locations/resourceGroups/deletedAccounts",
    }


# Vaults


def vault_uri(call: Call, v: Vault) -> str:
    return f"https://{v.name.lower()}.{call.cloud.vaults}/"


def vault(call: Call, v: Vault) -> Body:
    return {
        "id": resource_id(v), "name": v.name, "type": "Microsoft.KeyVault/vaults", "tags": {},
        "location": v.region.name,
        "properties": {
            "sku": {"family": "A", "name": "standard"}, "tenantId": v.subscription.tenant.name,
            "vaultUri": vault_uri(call, v), "accessPolicies": access_policies(call, v),
            "enabledForDeployment": False, "enabledForDiskEncryption": False, "enabledForTemplateDeployment": False,
            "enableSoftDelete": v.soft_delete, "enableRbacAuthorization": v.permission_model == "rbac",
            "networkAcls":
                {"bypass": "AzureServices", "defaultAction": "Allow", "ipRules": [], "virtualNetworkRules": []},
            "publicNetworkAccess": "Enabled", "provisioningState": "Succeeded",
        }
        | ({"softDeleteRetentionInDays": 90} if v.soft_delete else {})
        | ({"enablePurgeProtection": True} if v.purge_protection else {}),
    }


def access_policies(call: Call, v: Vault) -> list[Body]:
    permissions = {"keys": list(PERMISSIONS), "secrets": [], "certificates": [], "storage": []}
    return [
        {"tenantId": g.tenant.name, "objectId": call.world.principal(g.resource), "permissions": permissions}
        for g in call.every(Grant) if g.vault.name == v.name
    ]


def deleted_vault(_: Call, v: Vault) -> Body:
    home = f"/subscriptions/{v.subscription.name}/providers/Microsoft.KeyVault/locations/{v.region.name}"
    protected = {"purgeProtectionEnabled": True} if v.purge_protection else {}
    return {
        "id": f"{home}/deletedVaults/{v.name}", "name": v.name, "type": "Microsoft.KeyVault/deletedVaults",
        "properties": {"vaultId": resource_id(v), "location": v.region.name, "tags": {}, **protected},
    }


# Keys


def local(k: Key) -> str:
    """Return the name of a key in its vault."""
    return k.name.partition("/")[2]


def key(call: Call, k: Key, version: int | None = None) -> Body:
    """Return a version of a key with its public part, by default the current one."""
    item = key_item(call, k, version or k.version)
    web_key: Body = {"kid": item.pop("kid"), "kty": k.type, "key_ops": OPERATIONS[k.type.removesuffix("-HSM")]}
    if k.type == "EC":
        points = {name: digits(web_key["kid"] + name, (k.size + 7) // 8) for name in "xy"}
        web_key |= {"crv": CURVES.get(k.size, f"P-{k.size}"), **points}
    elif k.type != "oct":
        web_key |= {"n": digits(web_key["kid"], k.size // 8), "e": "AQAB"}
    return {"key": web_key, **item}


def digits(seed: str, length: int) -> str:
    """Return bytes that follow from a seed, in base64url without padding, of which the first and last bit are 1."""
    data = hashlib.shake_256(seed.encode()).digest(length)
    data = bytes([data[0] | 0x80, *data[1:-1], data[-1] | 1])
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def key_item(call: Call, k: Key, version: int | None = None) -> Body:
    """Return a key as lists have it, or one of its versions."""
    end, v = f"/{call.world.version(k.name, version)}" if version else "", k.vault
    recoverable = "Recoverable" if v.purge_protection else "Recoverable+Purgeable"
    return {
        "kid": f"{vault_uri(call, v)}keys/{local(k)}{end}", "tags": {},
        "attributes": {
            "enabled": k.enabled if version in (None, k.version) else True,
            "recoveryLevel": recoverable if v.soft_delete else "Purgeable",
            "recoverableDays": 90 if v.soft_delete else 0,
        },
    }


def recovery(call: Call, k: Key) -> Body:
    """Return where a deleted key is found: without it a client knows that the key is gone."""
    return {"recoveryId": f"{vault_uri(call, k.vault)}deletedkeys/{local(k)}"} if k.vault.soft_delete else {}


def deleted_key(call: Call, k: Key) -> Body:
    return recovery(call, k) | key(call, k)


def deleted_key_item(call: Call, k: Key) -> Body:
    return recovery(call, k) | key_item(call, k)


# Custom Translator


def id_of(call: Call, kind: str, name: str) -> str | int:
    """Return the identifier of something that Custom Translator holds; documents and models have numbers."""
    return (call.world.number_of if kind in ("document", "model") else call.world.id_of)(kind, name)


def billing_region(name: str) -> Body:
    return {"BillingRegionCode": name.upper(), "BillingRegionName": REGIONS.get(name, "Global")}


def workspace(call: Call, w: Workspace) -> Body:
    return {
        "Id": id_of(call, "workspace", w.name), "Name": w.name, "Role": {"Id": 1, "RoleName": "Owner"},
        "IsCreator": True, "IsDefaultWorkspace": False, "HasMigrations": False, "Sharing": [],
        "Region": billing_region(w.resource.location.name), "Subscription": workspace_subscription(call, w),
    }


def workspace_subscription(_: Call, w: Workspace) -> Body:
    r = w.resource
    return {
        "Id": resource_id(r), "Name": r.name, "Kind": KINDS_BY_RESOURCE[r.kind], "Sku": r.tier.name,
        "IsCMKEnabled": w.covered, "Region": billing_region(r.location.name),
    }


def project(call: Call, w: Workspace) -> Body:
    return {"Id": id_of(call, "project", w.name), "IsAvailable": True, **call.world.projects[w.name]}


def document(call: Call, d: Document) -> Body:
    return {"Id": id_of(call, "document", d.name), "Name": d.name, "IsAvailable": True}


def category_id(call: Call, m: Model) -> str:
    """Return the category id by which translation names a model."""
    return f"{call.world.id_of('category', m.name)}-GENERAL"


def model(call: Call, m: Model) -> Body:
    return {
        "Id": id_of(call, "model", m.name), "Name": m.name, "ModelIdentifier": category_id(call, m),
        "ProjectId": id_of(call, "project", m.workspace.name), "Documents": [], "IsAutoDeploy": False,
        "ModelRegionStatuses": [{"Region": 1, "IsDeployed": m.state == "deployed"}],
    }
