"""Bodies of Azure's answers, each a function of the model's state."""

import hashlib
import json
from typing import Any

from ..machine.entities import CUSTOMER, Grant, Key, Resource, Vault
from ..machine.rows import registered, shows_encryption_section
from .calls import Call, in_base64
from .worlds import KINDS_BY_RESOURCE, REGIONS, display_name

Body = dict[str, Any]

PERMISSIONS = ("get", "wrapKey", "unwrapKey")
"""The key permissions that the model's grant stands for."""

CURVES = {256: "P-256", 384: "P-384", 521: "P-521"}
OPERATIONS = {
    "RSA": ["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"],
    "EC": ["sign", "verify"],
    "oct": ["encrypt", "decrypt", "wrapKey", "unwrapKey"],
}


def etag(body: Body) -> str:
    """Return the etag of a body."""
    return f'"{hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:32]}"'


# Subscriptions and resource groups


def subscription(call: Call, s: Any) -> Body:
    return {
        "id": f"/subscriptions/{s.name}",
        "subscriptionId": s.name,
        "tenantId": s.tenant.name,
        "displayName": display_name(call.world.tenant, s.name),
        "state": "Enabled",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionPolicies": {"spendingLimit": "Off"},
    }


def tenant(call: Call, t: Any) -> Body:
    return {
        "id": f"/tenants/{t.name}",
        "tenantId": t.name,
        "displayName": display_name(call.world.tenant, t.name),
        "tenantCategory": "Home",
    }


def location(s: Any, name: str) -> Body:
    return {
        "id": f"/subscriptions/{s.name}/locations/{name}",
        "name": name,
        "type": "Region",
        "displayName": REGIONS[name],
        "regionalDisplayName": REGIONS[name],
        "metadata": {"regionType": "Physical"},
    }


def group(subscription: str, name: str, place: str) -> Body:
    return {
        "id": f"/subscriptions/{subscription}/resourceGroups/{name}",
        "name": name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": place,
        "properties": {"provisioningState": "Succeeded"},
    }


def resource_id(entity: Any) -> str:
    """Return the id of an account or a vault."""
    kind = "KeyVault/vaults" if isinstance(entity, Vault) else "CognitiveServices/accounts"
    place = f"/subscriptions/{entity.subscription.name}/resourceGroups/{entity.group}"
    return f"{place}/providers/Microsoft.{kind}/{entity.name}"


# Accounts


def account(call: Call, r: Resource) -> Body:
    endpoint = call.cloud.account(r.name)
    properties: Body = {
        "provisioningState": "Succeeded",
        "endpoint": endpoint,
        "endpoints": {"TextTranslation": endpoint, "CustomTranslator": endpoint},
        "internalId": call.world.id_of("account", r.name).replace("-", ""),
        "customSubDomainName": r.name,
        "publicNetworkAccess": "Enabled",
        "isMigrated": False,
        "capabilities": [{"name": "CustomerManagedKey"}] if shows_encryption_section(r) else [],
    }
    if r.key_source == CUSTOMER:
        properties["encryption"] = encryption(call, r)
    body: Body = {
        "id": resource_id(r),
        "name": r.name,
        "type": "Microsoft.CognitiveServices/accounts",
        "location": r.location.name,
        "kind": KINDS_BY_RESOURCE[r.kind],
        "sku": {"name": r.tier.name},
        "properties": properties,
    }
    if r.identity:
        body["identity"] = {"type": "SystemAssigned", "tenantId": r.tenant.name}
        if registered(r):
            body["identity"]["principalId"] = call.world.principal(r)
    return body | {"etag": etag(body)}


def encryption(call: Call, r: Resource) -> Body:
    body: Body = {"keySource": "Microsoft.KeyVault"}
    if key := r.key:
        body["keyVaultProperties"] = {
            "keyName": key.name.partition("/")[2],
            "keyVersion": call.world.version(key.name, key.version),
            "keyVaultUri": call.cloud.vault(key.vault.name),
        }
    return body


def deleted_account(call: Call, r: Resource) -> Body:
    place = f"locations/{r.location.name}/resourceGroups/{r.group}/deletedAccounts/{r.name}"
    return account(call, r) | {
        "id": f"/subscriptions/{r.subscription.name}/providers/Microsoft.CognitiveServices/{place}",
        "type": "Microsoft.CognitiveServices/locations/resourceGroups/deletedAccounts",
    }


# Vaults


def vault(call: Call, v: Vault) -> Body:
    properties: Body = {
        "sku": {"family": "A", "name": "standard"},
        "tenantId": v.subscription.tenant.name,
        "accessPolicies": access_policies(call, v),
        "enabledForDeployment": False,
        "enabledForDiskEncryption": False,
        "enabledForTemplateDeployment": False,
        "enableSoftDelete": v.soft_delete,
        "enableRbacAuthorization": v.permission_model == "rbac",
        "networkAcls": {"bypass": "AzureServices", "defaultAction": "Allow", "ipRules": [], "virtualNetworkRules": []},
        "publicNetworkAccess": "Enabled",
        "vaultUri": call.cloud.vault(v.name),
        "provisioningState": "Succeeded",
    }
    if v.soft_delete:
        properties["softDeleteRetentionInDays"] = 90
    if v.purge_protection:
        properties["enablePurgeProtection"] = True
    return {
        "id": resource_id(v),
        "name": v.name,
        "type": "Microsoft.KeyVault/vaults",
        "location": v.region.name,
        "tags": {},
        "properties": properties,
    }


def access_policies(call: Call, v: Vault) -> list[Body]:
    return [
        {
            "tenantId": g.tenant.name,
            "objectId": call.world.principal(g.resource),
            "permissions": {"keys": list(PERMISSIONS), "secrets": [], "certificates": [], "storage": []},
        }
        for g in call.every(Grant, lambda g: g.vault.name == v.name)
    ]


def deleted_vault(v: Vault) -> Body:
    home = f"/subscriptions/{v.subscription.name}/providers/Microsoft.KeyVault/locations/{v.region.name}"
    properties: Body = {"vaultId": resource_id(v), "location": v.region.name, "tags": {}}
    if v.purge_protection:
        properties["purgeProtectionEnabled"] = True
    return {
        "id": f"{home}/deletedVaults/{v.name}",
        "name": v.name,
        "type": "Microsoft.KeyVault/deletedVaults",
        "properties": properties,
    }


# Keys


def key(call: Call, k: Key, version: int | None = None) -> Body:
    """Return a version of a key with its public part, by default the current one."""
    number = version or k.version
    kid = key_id(call, k, number)
    web_key: Body = {"kid": kid, "kty": k.type, "key_ops": OPERATIONS[k.type.removesuffix("-HSM")]}
    if k.type in ("RSA", "RSA-HSM"):
        web_key |= {"n": digits(kid, k.size // 8), "e": "AQAB"}
    elif k.type == "EC":
        length = (k.size + 7) // 8
        curve = CURVES.get(k.size, f"P-{k.size}")
        web_key |= {"crv": curve, "x": digits(f"{kid}x", length), "y": digits(f"{kid}y", length)}
    return {"key": web_key, "attributes": attributes(k, number), "tags": {}}


def digits(seed: str, length: int) -> str:
    """Return bytes that follow from a seed, in base64url, the first and the last bit of which are 1."""
    data = bytearray(hashlib.shake_256(seed.encode()).digest(length))
    data[0] |= 0x80
    data[-1] |= 1
    return in_base64(bytes(data))


def attributes(k: Key, version: int) -> Body:
    v = k.vault
    purgeable = "" if v.purge_protection else "+Purgeable"
    return {
        "enabled": k.enabled if version == k.version else True,
        "recoveryLevel": f"Recoverable{purgeable}" if v.soft_delete else "Purgeable",
        "recoverableDays": 90 if v.soft_delete else 0,
    }


def key_id(call: Call, k: Key, version: int | None = None) -> str:
    """Return the id of a key, or of one of its versions."""
    name = k.name.partition("/")[2]
    end = f"/{call.world.version(k.name, version)}" if version else ""
    return f"{call.cloud.vault(k.vault.name)}keys/{name}{end}"


def key_item(call: Call, k: Key, version: int | None = None) -> Body:
    return {"kid": key_id(call, k, version), "attributes": attributes(k, version or k.version), "tags": {}}


def recovery_id(call: Call, k: Key) -> str:
    return f"{call.cloud.vault(k.vault.name)}deletedkeys/{k.name.partition('/')[2]}"
