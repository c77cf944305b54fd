"""Parts of the bodies of accounts and key vaults that several modules write or read."""

from typing import Any
from urllib.parse import urlsplit

IDENTITY_ON = {"type": "SystemAssigned"}

ACCESS_POLICIES = "access-policies"
"""The permission model of a vault that the article describes."""

PERMISSIONS = ["get", "wrapKey", "unwrapKey"]
"""The permissions on keys that the article asks for."""


def vault_properties(tenant: str, permission_model: str) -> dict[str, Any]:
    """Return what every PUT of a key vault says, a recovery too: where it is silent, Azure may
    choose otherwise.

    Since api-version 2026-02-01 it chooses Azure RBAC for a new vault
    (https://learn.microsoft.com/azure/key-vault/general/access-control-default).  New vaults were
    seen that let nobody in (https://github.com/Azure-Samples/azuresandbox/issues/429), while
    Microsoft says that they let everybody in
    (https://learn.microsoft.com/azure/key-vault/general/network-security).
    """
    return {
        "tenantId": tenant,
        "sku": {"family": "A", "name": "standard"},
        "enableRbacAuthorization": permission_model == "rbac",
        "publicNetworkAccess": "Enabled",
        "networkAcls": {"bypass": "AzureServices", "defaultAction": "Allow"},
    }


def key_in_use(account: Any) -> tuple[str, str]:
    """Return the key that an account says it uses, as `vault/key`, and its version; empty where
    there is none.
    """
    section = account.properties.encryption
    used = section.key_vault_properties if section else None
    if used is None or not used.key_name:
        return "", ""
    host = urlsplit(str(used.key_vault_uri)).hostname or ""
    vault, _, _ = host.partition(".")
    return f"{vault}/{used.key_name}", used.key_version
