"""The section `properties.encryption` of an account: whose key it is to use."""

import re

from ...machine import commands
from ...machine.entities import Key, Vault
from .calls import Call
from .problems import malformed, outside
from .values import local_name

KEY_SOURCE = "properties.encryption.keySource"
VAULT_URI = "properties.encryption.keyVaultProperties.keyVaultUri"
KEY_NAME = "properties.encryption.keyVaultProperties.keyName"
KEY_VERSION = "properties.encryption.keyVaultProperties.keyVersion"

URI = re.compile(r"https://([^/.]+)\.([^/]+)/?")


def key_source_command(call: Call, account: str) -> commands.Command:
    """Return the command that the section stands for; raises `Problem`."""
    source = call.asked.required(KEY_SOURCE).lower()
    if source == "microsoft.cognitiveservices":
        return commands.ReturnToMicrosoftManagedKeys(account)
    if source == "microsoft.keyvault":
        return enabling_command(call, account)
    raise malformed("'keySource' has to be Microsoft.CognitiveServices or Microsoft.KeyVault.")


def enabling_command(call: Call, account: str) -> commands.Command:
    """Return the command that puts the key of the section in use; raises `Problem`."""
    uri = call.asked.required(VAULT_URI)
    key_name = call.asked.required(KEY_NAME)
    match = URI.fullmatch(uri.lower())
    if match is None:
        raise malformed("'keyVaultUri' is not the URI of a key vault.")
    vault_name, domain = match.groups()
    # the port of HTTPS may be written out
    if domain.removesuffix(":443") != call.cloud.vaults:
        is_managed_hsm = domain.startswith("managedhsm.")
        store: commands.Store = "managed-hsm" if is_managed_hsm else "elsewhere"
        return commands.EnableCustomerManagedKeys(account, store=store, through="api")
    # a request may write names in another case than the model has them
    vault = call.entity(Vault, vault_name)
    if vault is not None:
        vault_name = vault.name
    key = call.entity(Key, f"{vault_name}/{key_name}")
    if key is not None:
        key_name = local_name(key)
        refuse_older_version(call, key)
    return commands.EnableCustomerManagedKeys(account, vault_name, key_name, through="api")


def refuse_older_version(call: Call, key: Key) -> None:
    """Refuse a version of a key that is not its current one; raises `Problem`."""
    current = call.world.version(key.name, key.version)
    if call.asked.get(KEY_VERSION) not in (None, current):
        raise outside("a version of a key that is not its current one")


def done_by_key_source(call: Call) -> list[str]:
    """Return the members of the section that the command stands for."""
    # a key beside Microsoft's source would not be put in use
    if call.asked.get(KEY_SOURCE, str, "").lower() == "microsoft.cognitiveservices":
        return [KEY_SOURCE]
    return [KEY_SOURCE, VAULT_URI, KEY_NAME, KEY_VERSION]
