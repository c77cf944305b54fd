"""Parts of the bodies of accounts and key vaults that several modules write or read."""

from typing import Any
from urllib.parse import urlsplit

IDENTITY_ON = {"type": "SystemAssigned"}

PERMISSIONS = ["get", "wrapKey", "unwrapKey"]
"""The permissions on keys that the article asks for."""


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
