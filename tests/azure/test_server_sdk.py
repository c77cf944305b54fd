"""Microsoft's libraries, unmodified, follow the server's operations, pages and errors as they do Azure's."""

from typing import Any
from uuid import uuid4

import pytest
from azure.core.exceptions import HttpResponseError
from azure.identity import ClientSecretCredential
from azure.keyvault.keys import KeyClient
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure.mgmt.cognitiveservices.models import Account, Identity, Sku
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

from tests.azure.corpus import GROUP, encrypted, policies, vault
from translator_cmk.azure.calls import PAGE


@pytest.mark.slow
@pytest.mark.usefixtures("server")
def test_enabling_is_refused_for_its_reason_until_access_is_granted() -> None:
    tenant = str(uuid4())
    credential = ClientSecretCredential(tenant, str(uuid4()), "a secret")
    found = SubscriptionClient(credential).subscriptions.list()
    subscription = next(str(each.subscription_id) for each in found if each.display_name == "production")
    accounts: Any = CognitiveServicesManagementClient(credential, subscription).accounts
    vaults: Any = KeyVaultManagementClient(credential, subscription).vaults
    groups: Any = ResourceManagementClient(credential, subscription).resource_groups
    groups.create_or_update("apps", GROUP)

    wanted = Account(kind="TextTranslation", sku=Sku(name="S1"), location="West Europe")
    assert accounts.begin_create("apps", "tr1", wanted).result().identity is None
    identity = accounts.begin_update("apps", "tr1", Account(identity=Identity(type="SystemAssigned"))).result().identity
    asked = vault(tenant, enablePurgeProtection=True, enableRbacAuthorization=False, accessPolicies=[])
    made = vaults.begin_create_or_update("apps", "kv-1", asked).result()
    keys = KeyClient(made.properties.vault_uri, credential)
    names = [f"key-{number:02}" for number in range(PAGE + 1)]
    for name in names:
        keys.create_rsa_key(name, size=2048)
    assert [each.name for each in keys.list_properties_of_keys()] == names

    enabling = Account.deserialize(encrypted(names[0]))
    with pytest.raises(HttpResponseError) as refused:
        accounts.begin_update("apps", "tr1", enabling)
    error: Any = refused.value.error
    assert [each.code for each in error.details] == ["vault.granted-beforehand"]
    vaults.update_access_policy("apps", "kv-1", "add", policies(tenant, identity.principal_id))
    encryption = accounts.begin_update("apps", "tr1", enabling).result().properties.encryption
    assert (encryption.key_source, encryption.key_vault_properties.key_name) == ("Microsoft.KeyVault", names[0])
