"""A request for each route of the server, in an order in which each has the answer that it says."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.azure.wire import Answer, Customer
from translator_cmk.azure.worlds import guid

MANAGER, VAULT = "management.azure.com", "kv-1.vault.azure.net"
OTHER_VAULT = "kv-2.vault.azure.net"
TRANSLATOR = "tr1.cognitiveservices.azure.com"
S = "/subscriptions/{subscription}"
G = S + "/resourceGroups/apps"
A = G + "/providers/Microsoft.CognitiveServices/accounts"
V = G + "/providers/Microsoft.KeyVault/vaults"
D = S + "/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/kv-2"
C = "/translator/customtranslator/api/texttranslator/v1.0"
POLICY = {"tenantId": "{tenant}", "objectId": "{principal}", "permissions": {"keys": ["get", "wrapKey", "unwrapKey"]}}
POLICIES = {"properties": {"accessPolicies": [POLICY]}}
KEY = {"keyName": "cmk", "keyVersion": "{version}", "keyVaultUri": "https://kv-1.vault.azure.net/"}
CMK = {"properties": {"encryption": {"keySource": "Microsoft.KeyVault", "keyVaultProperties": KEY}}}
FILES = (
    b'---\r\nContent-Disposition: form-data; name="Files"; filename="a.txt"\r\n\r\ntext\r\n'
    b'---\r\nContent-Disposition: form-data; name="DocumentDetails"\r\n\r\n'
    b'[{"DocumentName": "doc", "FileDetails": [{"Name": "a.txt", "LanguageCode": "en"}]}]\r\n-----\r\n'
)


class Example(NamedTuple):
    """A request, the status of its answer, and the type of the body, or with [] that of a list's items."""

    method: str
    host: str
    path: str
    status: int = 200
    type: str = ""
    body: Any = None
    keep: str = ""
    """A name under which something of the answer is kept, and where it is: `name=path.to.it`, or `name=Location`."""


def vault(**properties: Any) -> dict[str, Any]:
    sku = {"family": "A", "name": "standard"}
    return {"location": "westeurope", "properties": {"tenantId": "{tenant}", "sku": sku, **properties}}


ACCOUNT = {"kind": "TextTranslation", "location": "westeurope", "sku": {"name": "S1"}}
GROUP = {"location": "westeurope"}
WORKSPACE = {"name": "ws", "subscription": {"subscriptionKey": "{key}", "billingRegionCode": "WESTEUROPE"}}
N = "AQ" + "A" * 340

EXAMPLES = (
    Example("GET", MANAGER, "/tenants", type="subscriptions:TenantIdDescription[]"),
    Example("GET", MANAGER, "/subscriptions", type="subscriptions:Subscription[]"),
    Example("GET", MANAGER, S, type="subscriptions:Subscription"),
    Example("GET", MANAGER, S + "/locations", type="subscriptions:Location[]"),
    Example("PUT", MANAGER, G, 201, "resources:ResourceGroup", GROUP),
    Example("PUT", MANAGER, S + "/resourceGroups/other", 201, "resources:ResourceGroup", {"location": "East US"}),
    Example("GET", MANAGER, S + "/resourceGroups", type="resources:ResourceGroup[]"),
    Example("GET", MANAGER, G, type="resources:ResourceGroup"),
    Example("HEAD", MANAGER, G, 204),
    Example("PUT", MANAGER, A + "/tr1", 201, "cognitiveservices:Account", ACCOUNT),
    Example("PUT", MANAGER, A + "/tr2", 201, "cognitiveservices:Account", ACCOUNT),
    Example(
        "PATCH",
        MANAGER,
        A + "/tr1",
        202,
        type="cognitiveservices:Account",
        body={"identity": {"type": "SystemAssigned"}},
        keep="principal=identity.principalId",
    ),
    Example("GET", MANAGER, A, type="cognitiveservices:Account[]"),
    Example("GET", MANAGER, S + "/providers/Microsoft.CognitiveServices/accounts", type="cognitiveservices:Account[]"),
    Example("POST", MANAGER, A + "/tr1/listKeys", type="cognitiveservices:ApiKeys", keep="key=key1"),
    Example("GET", MANAGER, A + "/tr1/skus", type="cognitiveservices:AccountSku[]"),
    Example("GET", MANAGER, S + "/providers/Microsoft.CognitiveServices/skus", type="cognitiveservices:ResourceSku[]"),
    Example("PUT", MANAGER, V + "/kv-1", 201, "keyvault:Vault", vault(enableRbacAuthorization=False)),
    Example("PUT", MANAGER, V + "/kv-2", 201, "keyvault:Vault", vault(enableRbacAuthorization=True)),
    Example("PATCH", MANAGER, V + "/kv-1", 200, "keyvault:Vault", {"properties": {"enablePurgeProtection": True}}),
    Example("GET", MANAGER, V, type="keyvault:Vault[]"),
    Example("GET", MANAGER, S + "/providers/Microsoft.KeyVault/vaults", type="keyvault:Vault[]"),
    Example("GET", MANAGER, S + "/resources", type="resources:GenericResourceExpanded[]"),
    Example("GET", MANAGER, G + "/resources", type="resources:GenericResourceExpanded[]"),
    Example("PUT", MANAGER, V + "/kv-1/accessPolicies/add", 200, "keyvault:VaultAccessPolicyParameters", POLICIES),
    Example("GET", MANAGER, V + "/kv-1", type="keyvault:Vault"),
    Example("POST", VAULT, "/keys/cmk/create", 200, "keys:KeyBundle", {"kty": "RSA", "key_size": 2048}),
    Example("PUT", VAULT, "/keys/imported", 200, "keys:KeyBundle", {"key": {"kty": "RSA", "n": N, "e": "AQAB"}}),
    Example("POST", VAULT, "/keys/ec/create", 200, "keys:KeyBundle", {"kty": "EC", "crv": "P-384"}),
    Example("POST", VAULT, "/keys/cmk/rotate", 200, "keys:KeyBundle", keep="version=key.kid"),
    Example("GET", VAULT, "/keys", type="keys:KeyItem[]"),
    Example("GET", VAULT, "/keys/cmk", type="keys:KeyBundle"),
    Example("GET", VAULT, "/keys/cmk/{version}", type="keys:KeyBundle"),
    Example("GET", VAULT, "/keys/cmk/versions", type="keys:KeyItem[]"),
    Example("PATCH", VAULT, "/keys/cmk", 200, "keys:KeyBundle", {"attributes": {"enabled": True}}),
    Example("PATCH", VAULT, "/keys/cmk/{version}", 200, "keys:KeyBundle", {"attributes": {"enabled": True}}),
    Example("DELETE", VAULT, "/keys/ec", type="keys:DeletedKeyBundle"),
    Example("GET", VAULT, "/deletedkeys", type="keys:DeletedKeyItem[]"),
    Example("GET", VAULT, "/deletedkeys/ec", type="keys:DeletedKeyBundle"),
    Example("POST", VAULT, "/deletedkeys/ec/recover", type="keys:KeyBundle"),
    Example("PATCH", MANAGER, A + "/tr1", 202, "cognitiveservices:Account", CMK),
    Example("GET", MANAGER, A + "/tr1", type="cognitiveservices:Account"),
    Example("GET", TRANSLATOR, C + "/regions"),
    Example("GET", TRANSLATOR, C + "/languages"),
    Example("GET", TRANSLATOR, C + "/languages/supportedlanguagepairs"),
    Example("GET", TRANSLATOR, C + "/categories"),
    Example("GET", TRANSLATOR, C + "/subscriptions/billingregions"),
    Example("POST", TRANSLATOR, C + "/workspaces", 201, body=WORKSPACE, keep="workspace=Location"),
    Example("GET", TRANSLATOR, C + "/workspaces"),
    Example("GET", TRANSLATOR, C + "/workspaces/{workspace}"),
    Example("GET", TRANSLATOR, C + "/subscriptions?workspaceId={workspace}"),
    Example(
        "POST",
        TRANSLATOR,
        C + "/projects?workspaceId={workspace}",
        201,
        body={"name": "p", "languagePairId": 1, "categoryId": 1},
        keep="project=Location",
    ),
    Example("GET", TRANSLATOR, C + "/projects?workspaceId={workspace}"),
    Example("GET", TRANSLATOR, C + "/projects/{project}"),
    Example("POST", TRANSLATOR, C + "/documents/import?workspaceId={workspace}", 202, body=FILES, keep="job=JobId"),
    Example("GET", TRANSLATOR, C + "/documents/import/jobs/{job}"),
    Example(
        "GET",
        TRANSLATOR,
        C + "/documents?workspaceId={workspace}&pageIndex=0",
        keep="document=PaginatedDocuments.Documents.0.Id",
    ),
    Example("GET", TRANSLATOR, C + "/documents/{document}"),
    Example(
        "POST",
        TRANSLATOR,
        C + "/models",
        201,
        body={"name": "m", "projectId": "{project}", "documentIds": ["{document}"]},
        keep="model=Location",
    ),
    Example("GET", TRANSLATOR, C + "/models/{model}", keep="category=ModelIdentifier"),
    Example("GET", TRANSLATOR, C + "/projects/{project}/models"),
    Example("POST", TRANSLATOR, C + "/models/{model}/deployment", 202, body=[{"region": 1, "isDeployed": True}]),
    Example(
        "POST",
        TRANSLATOR,
        "/translator/text/v3.0/translate?api-version=3.0&to=de&category={category}&allowFallback=false",
        body=[{"Text": "hello"}],
    ),
    Example("DELETE", VAULT, "/keys/ec", type="keys:DeletedKeyBundle"),
    Example("POST", OTHER_VAULT, "/keys/short/create", 200, "keys:KeyBundle", {"kty": "RSA"}),
    Example("DELETE", OTHER_VAULT, "/keys/short", type="keys:DeletedKeyBundle"),
    Example("DELETE", OTHER_VAULT, "/deletedkeys/short", 204),
    Example("DELETE", MANAGER, V + "/kv-2"),
    Example("GET", MANAGER, S + "/providers/Microsoft.KeyVault/deletedVaults", type="keyvault:DeletedVault[]"),
    Example("GET", MANAGER, D, type="keyvault:DeletedVault"),
    Example("POST", MANAGER, D + "/purge", 202, keep="operation=Location"),
    Example("GET", MANAGER, S + "/operationresults/{operation}", 204),
    Example("GET", MANAGER, S + "/operationStatuses/{operation}"),
    Example("GET", MANAGER, S + "/providers/Microsoft.KeyVault/managedHSMs"),
    Example("GET", MANAGER, S + "/providers/Microsoft.KeyVault/deletedManagedHSMs"),
    Example("DELETE", MANAGER, A + "/tr2"),
    Example(
        "GET",
        MANAGER,
        S + "/providers/Microsoft.CognitiveServices/deletedAccounts",
        type="cognitiveservices:Account[]",
    ),
    Example(
        "GET",
        MANAGER,
        S + "/providers/Microsoft.CognitiveServices/locations/westeurope/resourceGroups/apps/deletedAccounts/tr2",
        type="cognitiveservices:Account",
    ),
    Example(
        "POST",
        MANAGER,
        G + "/moveResources",
        202,
        body={"resources": [A + "/tr1"], "targetResourceGroup": S + "/resourceGroups/other"},
    ),
    Example("DELETE", MANAGER, S + "/resourceGroups/other", 202),
    Example(
        "PUT",
        MANAGER,
        S + "/providers/Microsoft.Subscription/changeTenantRequest/default",
        body={"properties": {"destinationTenantId": "{abroad}", "destinationOwnerId": "owner@example.com"}},
    ),
)


def filled(value: Any, known: dict[str, Any]) -> Any:
    """Return JSON with what is known in place of its names in braces."""
    if isinstance(value, str):
        whole = re.fullmatch(r"\{(\w+)\}", value)
        return known[whole[1]] if whole else re.sub(r"\{(\w+)\}", lambda found: str(known[found[1]]), value)
    if isinstance(value, dict):
        return {name: filled(each, known) for name, each in value.items()}
    return [filled(each, known) for each in value] if isinstance(value, list) else value


def with_version(example: Example, version: str = "2025-06-01") -> str:
    """Return the path of an example with the api-version that its API needs."""
    if example.host == TRANSLATOR:
        return example.path
    return f"{example.path}{'&' if '?' in example.path else '?'}api-version={version}"


def kept(example: Example, answer: Answer) -> dict[str, Any]:
    """Return what later examples need of an answer."""
    if not example.keep:
        return {}
    name, _, place = example.keep.partition("=")
    value: Any = answer.headers["location"].partition("?")[0] if place == "Location" else answer.body
    for part in () if place == "Location" else place.split("."):
        value = value[int(part)] if part.isdecimal() else value[part]
    return {name: value.rpartition("/")[2] if isinstance(value, str) else value}


def played(customer: Customer, until: int = len(EXAMPLES)) -> Iterator[tuple[Example, Answer]]:
    """Send the examples, up to one of them, and yield each as it was sent with its answer."""
    known: dict[str, Any] = {"tenant": customer.tenant, "subscription": customer.subscription}
    known["abroad"] = guid(customer.tenant, "abroad")
    for example in EXAMPLES[:until]:
        sent = example._replace(path=filled(with_version(example), known), body=filled(example.body, known))
        answer = customer.ask(sent.method, sent.host, sent.path, sent.body)
        known |= kept(example, answer)
        yield sent, answer
