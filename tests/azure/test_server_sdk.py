"""Microsoft's libraries, unmodified, do with the server what the documentation says that they do with Azure."""

from typing import Any
from uuid import uuid4

import pytest
import requests
from azure.core.exceptions import HttpResponseError
from azure.identity import ClientSecretCredential
from azure.keyvault.keys import KeyClient
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure.mgmt.cognitiveservices.models import Account, Identity, Sku
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

from translator_cmk.azure.server import AzureServer

ROOT = "https://tr1.cognitiveservices.azure.com/translator"
CUSTOM = f"{ROOT}/customtranslator/api/texttranslator/v1.0"


class Customer:
    """Clients of one tenant."""

    def __init__(self) -> None:
        self.tenant = str(uuid4())
        self.credential = ClientSecretCredential(self.tenant, str(uuid4()), "a secret")
        found = SubscriptionClient(self.credential).subscriptions.list()
        self.subscription = next(each.subscription_id for each in found if each.display_name == "production")
        assert self.subscription
        self.groups: Any = ResourceManagementClient(self.credential, self.subscription).resource_groups
        self.accounts: Any = CognitiveServicesManagementClient(self.credential, self.subscription).accounts
        self.vaults: Any = KeyVaultManagementClient(self.credential, self.subscription).vaults

    def policy(self, operation: str, principal: str | None) -> None:
        entry = {
            "tenantId": self.tenant,
            "objectId": principal,
            "permissions": {"keys": ["get", "wrapKey", "unwrapKey"]},
        }
        self.vaults.update_access_policy("apps", "kv-1", operation, {"properties": {"accessPolicies": [entry]}})

    def encrypt(self, key_version: str | None, uri: str | None) -> Any:
        key = {"keyName": "cmk", "keyVersion": key_version, "keyVaultUri": uri}
        wanted = Account.deserialize(
            {"properties": {"encryption": {"keySource": "Microsoft.KeyVault", "keyVaultProperties": key}}}
        )
        return self.accounts.begin_update("apps", "tr1", wanted).result()


@pytest.mark.slow
def test_enabling_losing_and_restoring_the_key(server: AzureServer) -> None:
    assert server
    customer = Customer()
    customer.groups.create_or_update("apps", {"location": "westeurope"})
    made = customer.accounts.begin_create(
        "apps", "tr1", Account(kind="TextTranslation", sku=Sku(name="S1"), location="West Europe")
    ).result()
    assert made.identity is None
    with_identity = customer.accounts.begin_update("apps", "tr1", Account(identity=Identity(type="SystemAssigned")))
    principal = with_identity.result().identity.principal_id
    vault = customer.vaults.begin_create_or_update(
        "apps",
        "kv-1",
        {
            "location": "westeurope",
            "properties": {
                "tenantId": customer.tenant,
                "sku": {"family": "A", "name": "standard"},
                "enablePurgeProtection": True,
                "enableRbacAuthorization": False,
                "accessPolicies": [],
            },
        },
    ).result()
    keys = KeyClient(str(vault.properties.vault_uri), customer.credential)
    for number in range(30):
        keys.create_rsa_key(f"key-{number}")
    assert len(list(keys.list_properties_of_keys())) == 30
    key = keys.create_rsa_key("cmk", size=2048)
    with pytest.raises(HttpResponseError) as error:
        customer.encrypt(key.properties.version, vault.properties.vault_uri)
    refused: Any = error.value
    assert [each.code for each in refused.error.details] == ["vault.granted-beforehand"]
    customer.policy("add", principal)
    encrypted = customer.encrypt(key.properties.version, vault.properties.vault_uri)
    assert encrypted.properties.encryption.key_source == "Microsoft.KeyVault"

    account_key = customer.accounts.list_keys("apps", "tr1").key1
    custom = requests.Session()
    custom.headers["Ocp-Apim-Subscription-Key"] = account_key
    billing = {"SubscriptionKey": account_key, "BillingRegionCode": "WESTEUROPE"}

    def create(place: str, body: Any) -> str:
        answer = custom.post(f"{CUSTOM}/{place}", json=body)
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"].rpartition("/")[2]

    def documents() -> requests.Response:
        return custom.get(f"{CUSTOM}/documents?workspaceId={workspace}&pageIndex=0")

    workspace = create("workspaces", {"name": "ws", "subscription": billing})
    project = create(f"projects?workspaceId={workspace}", {"name": "p", "languagePairId": 1, "categoryId": 1})
    details = '[{"DocumentName": "doc", "FileDetails": [{"Name": "a.txt", "LanguageCode": "en"}]}]'
    custom.post(
        f"{CUSTOM}/documents/import?workspaceId={workspace}",
        files=[("Files", ("a.txt", b"text")), ("DocumentDetails", (None, details.encode()))],
    ).raise_for_status()
    (document,) = documents().json()["PaginatedDocuments"]["Documents"]
    model = create("models", {"name": "m", "projectId": project, "documentIds": [document["Id"]]})
    custom.post(f"{CUSTOM}/models/{model}/deployment", json=[{"Region": 1, "IsDeployed": True}]).raise_for_status()
    category = custom.get(f"{CUSTOM}/models/{model}").json()["ModelIdentifier"]
    translation = f"{ROOT}/text/v3.0/translate?api-version=3.0&to=de&category={category}&allowFallback=false"
    assert custom.post(translation, json=[{"Text": "hello"}]).status_code == 200

    customer.policy("remove", principal)
    assert documents().status_code == 403
    assert custom.post(translation, json=[{"Text": "hello"}]).json()["error"]["code"] == 403000
    customer.policy("add", principal)
    assert documents().json()["PaginatedDocuments"]["Documents"] == []
    assert custom.get(f"{CUSTOM}/models/{model}").json()["ModelRegionStatuses"] == [{"Region": 1, "IsDeployed": False}]
