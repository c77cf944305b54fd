"""Enables customer-managed keys for a Translator resource with Microsoft's libraries, then revokes
and restores access.

Run it as `python cmk.py SUBSCRIPTION GROUP REGION SUFFIX`, signed in in any way that
DefaultAzureCredential knows.  It creates a resource, a key vault and a key, leaves them behind, and
prints a line of JSON for each step.
"""

import json
import sys

from azure.core.exceptions import HttpResponseError
from azure.identity import DefaultAzureCredential
from azure.keyvault.keys import KeyClient
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure.mgmt.cognitiveservices.models import (
    Account,
    AccountProperties,
    Encryption,
    Identity,
    KeyVaultProperties,
    Sku,
)
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.keyvault.models import (
    AccessPolicyEntry,
    Permissions,
    VaultAccessPolicyParameters,
    VaultAccessPolicyProperties,
    VaultCreateOrUpdateParameters,
    VaultProperties,
)
from azure.mgmt.keyvault.models import Sku as VaultSku
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.resources.models import ResourceGroup


def show(step, **found):
    """Print a step and what it has found."""
    print(json.dumps({"step": step, **found}), flush=True)


def main(subscription, group, region, suffix):
    """Carry out the flow in a resource group of a subscription."""
    credential = DefaultAzureCredential()
    groups = ResourceManagementClient(credential, subscription).resource_groups
    accounts = CognitiveServicesManagementClient(credential, subscription).accounts
    vaults = KeyVaultManagementClient(credential, subscription).vaults
    translator, vault = f"translator-{suffix}", f"kv-{suffix}"
    key_vault = Encryption(key_source="Microsoft.KeyVault")

    groups.create_or_update(group, ResourceGroup(location=region))
    made = VaultProperties(
        tenant_id="",
        sku=VaultSku(family="A", name="standard"),
        access_policies=[],
        enable_rbac_authorization=False,
        enable_soft_delete=True,
        enable_purge_protection=True,
    )

    # The article: a resource starts with Microsoft-managed keys, and can't ask for others at its
    # creation.
    account = Account(
        kind="TextTranslation",
        sku=Sku(name="S1"),
        location=region,
        properties=AccountProperties(custom_sub_domain_name=translator),
    )
    account = accounts.begin_create(group, translator, account).result()
    show(
        "created",
        key_source=account.properties.encryption and account.properties.encryption.key_source,
    )

    account = accounts.begin_update(
        group, translator, Account(identity=Identity(type="SystemAssigned"))
    ).result()
    identity = account.identity
    show("identity", type=identity.type)

    made.tenant_id = identity.tenant_id
    created = vaults.begin_create_or_update(
        group, vault, VaultCreateOrUpdateParameters(location=region, properties=made)
    )
    protected = created.result().properties
    show(
        "vault",
        soft_delete=protected.enable_soft_delete,
        purge_protection=protected.enable_purge_protection,
    )

    key = KeyClient(protected.vault_uri, credential).create_rsa_key("cmk", size=2048)
    show("key", type=key.key_type, enabled=key.properties.enabled)

    key_vault.key_vault_properties = KeyVaultProperties(
        key_name=key.name, key_version=key.properties.version, key_vault_uri=protected.vault_uri
    )
    wish = Account(properties=AccountProperties(encryption=key_vault))
    try:
        accounts.begin_update(group, translator, wish).result()
        show("without access", refused=False)
    except HttpResponseError as refusal:
        show("without access", refused=True, status=refusal.status_code)

    entry = AccessPolicyEntry(
        tenant_id=identity.tenant_id,
        object_id=identity.principal_id,
        permissions=Permissions(keys_property=["get", "wrapKey", "unwrapKey"]),
    )
    policy = VaultAccessPolicyParameters(
        properties=VaultAccessPolicyProperties(access_policies=[entry])
    )
    vaults.update_access_policy(group, vault, "add", policy)
    account = accounts.begin_update(group, translator, wish).result()
    used = account.properties.encryption
    show("enabled", key_source=used.key_source, key=used.key_vault_properties.key_name)

    vaults.update_access_policy(group, vault, "remove", policy)
    show("revoked", policies=len(vaults.get(group, vault).properties.access_policies))
    vaults.update_access_policy(group, vault, "add", policy)
    show("restored", policies=len(vaults.get(group, vault).properties.access_policies))


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit("usage: cmk.py SUBSCRIPTION GROUP REGION SUFFIX")
    main(*sys.argv[1:])
