"""Requests of Azure's clients, the paths that they have, and what a customer does before a test."""

from typing import Any, NamedTuple

from tests.azure.server.wire import Answer, Customer

MANAGER = "management.azure.com"
VAULT = "kv-1.vault.azure.net"
TRANSLATOR = "tr1.cognitiveservices.azure.com"

S = "/subscriptions/{subscription}"
G = f"{S}/resourceGroups/apps"
A = f"{G}/providers/Microsoft.CognitiveServices/accounts"
V = f"{G}/providers/Microsoft.KeyVault/vaults"
ASSIGNMENTS = f"{V}/kv-1/providers/Microsoft.Authorization/roleAssignments"
CUSTOM = "/translator/customtranslator/api/texttranslator/v1.0"

ACCOUNT = {"kind": "TextTranslation", "location": "westeurope", "sku": {"name": "S1"}}
GROUP = {"location": "westeurope"}
WITH_IDENTITY = {"identity": {"type": "SystemAssigned"}}
FILES = (
    b'---\r\nContent-Disposition: form-data; name="Files"; filename="a.txt"\r\n\r\ntext\r\n'
    b'---\r\nContent-Disposition: form-data; name="DocumentDetails"\r\n\r\n'
    b'[{"DocumentName": "doc", "FileDetails": [{"Name": "a.txt", "LanguageCode": '
    b'"en"}]}]\r\n-----\r\n'
)

OFFICER = "14b46e9e-c2b7-41b4-b07b-48a6ebf60603"
ENCRYPTION_USER = "e147488a-f6f5-4113-8e2d-b22465e65bf6"
READER = "21090545-7ca7-4776-b22c-e363652d74d2"


# Bodies


def vault(tenant: str, **properties: Any) -> dict[str, Any]:
    """Return the body of a request that creates a key vault."""
    sku = {"family": "A", "name": "standard"}
    return {"location": "westeurope", "properties": {"tenantId": tenant, "sku": sku, **properties}}


def policies(
    tenant: str, *principals: str, keys: tuple[str, ...] = ("get", "wrapKey", "unwrapKey")
) -> dict[str, Any]:
    """Return the body of a request with an access policy for each of these."""
    entries = []
    for principal in principals:
        permissions = {"keys": list(keys)}
        entries.append({"tenantId": tenant, "objectId": principal, "permissions": permissions})
    return {"properties": {"accessPolicies": entries}}


def role(principal: str, definition: str, principal_type: str = "") -> dict[str, Any]:
    """Return the body of a request that assigns a role."""
    path = f"/providers/Microsoft.Authorization/roleDefinitions/{definition}"
    properties = {"roleDefinitionId": path, "principalId": principal}
    if principal_type:
        properties["principalType"] = principal_type
    return {"properties": properties}


def encrypted(key: str = "cmk") -> dict[str, Any]:
    """Return the properties of an account under customer-managed keys."""
    used = {"keyName": key, "keyVaultUri": f"https://{VAULT}/"}
    encryption = {"keySource": "Microsoft.KeyVault", "keyVaultProperties": used}
    return {"properties": {"encryption": encryption}}


# Requests


def versioned(path: str) -> str:
    """Return a path with an api-version."""
    separator = "&" if "?" in path else "?"
    return f"{path}{separator}api-version=2025-05-01"


def ask(customer: Customer, method: str, path: str, body: Any = None) -> Answer:
    """Return the answer of Azure Resource Manager."""
    path = path.format(subscription=customer.subscription)
    if "api-version" not in path:
        path = versioned(path)
    return customer.ask(method, MANAGER, path, body)


def key(customer: Customer, method: str = "POST", path: str = "/keys/cmk/create") -> Answer:
    """Return the answer of the key vault, by default to the creation of a key."""
    body = {"kty": "RSA"} if method == "POST" else None
    return customer.ask(method, VAULT, versioned(path), body)


def custom(customer: Customer, method: str, path: str, body: Any = None) -> Answer:
    """Return the answer of Custom Translator."""
    return customer.ask(method, TRANSLATOR, f"{CUSTOM}{path}", body)


def translate(customer: Customer, category: str) -> Answer:
    """Return the answer to a translation with a model."""
    path = "/translator/text/v3.0/translate?api-version=3.0&to=de&allowFallback=false"
    return customer.ask("POST", TRANSLATOR, f"{path}&category={category}", [{"Text": "hello"}])


def problem(answer: Answer) -> tuple[int, str]:
    """Return the status and the error code of a refusal."""
    return answer.status, answer.body["error"]["code"]


def succeeded(answer: Answer) -> Any:
    """Return the body of an answer, which is one of success."""
    assert answer.status < 300, answer
    return answer.body


# What a customer does


def principal_of(customer: Customer, account: str = "tr1") -> str:
    """Return the object id of an account's identity."""
    return str(ask(customer, "GET", f"{A}/{account}").body["identity"]["principalId"])


def begin(customer: Customer) -> None:
    """Make two accounts, of which tr1 has an identity, and the key vault kv-1, which lets it in."""
    succeeded(ask(customer, "PUT", G, GROUP))
    succeeded(ask(customer, "PUT", f"{S}/resourceGroups/other", GROUP))
    succeeded(ask(customer, "PUT", f"{A}/tr1", ACCOUNT | WITH_IDENTITY))
    succeeded(ask(customer, "PUT", f"{A}/tr2", ACCOUNT))
    protected = vault(customer.tenant, enablePurgeProtection=True, enableRbacAuthorization=False)
    succeeded(ask(customer, "PUT", f"{V}/kv-1", protected))
    let_in = policies(customer.tenant, principal_of(customer))
    succeeded(ask(customer, "PUT", f"{V}/kv-1/accessPolicies/add", let_in))


class Translating(NamedTuple):
    """What a customer has in Custom Translator, by identifiers."""

    workspace: str
    project: str
    document: int
    model: int
    category: str


def make_workspace(customer: Customer) -> str:
    """Make a workspace of tr1, and return its id."""
    paid = {"subscriptionKey": customer.world.account_keys("tr1")["key1"]}
    wanted = {"name": "ws", "subscription": paid | {"billingRegionCode": "WESTEUROPE"}}
    succeeded(custom(customer, "POST", "/workspaces", wanted))
    (workspace,) = custom(customer, "GET", "/workspaces").body["workspaces"]
    return str(workspace["id"])


def train(customer: Customer) -> Translating:
    """Make a workspace of tr1 with a document, and a model that is trained on it."""
    workspace = make_workspace(customer)
    wanted = {"name": "p", "languagePairId": 1, "categoryId": 1}
    succeeded(custom(customer, "POST", f"/projects?workspaceId={workspace}", wanted))
    (project,) = custom(customer, "GET", f"/projects?workspaceId={workspace}").body["projects"]
    upload = f"/documents/import?workspaceId={workspace}"
    succeeded(custom(customer, "POST", upload, FILES))
    listed = custom(customer, "GET", f"/documents?workspaceId={workspace}").body
    (document,) = listed["paginatedDocuments"]["documents"]
    trained = {"name": "m", "projectId": project["id"], "documentIds": [document["id"]]}
    succeeded(custom(customer, "POST", "/models", trained))
    (model,) = custom(customer, "GET", f"/projects/{project['id']}/models").body["models"]
    category = model["modelIdentifier"]
    return Translating(workspace, project["id"], document["id"], model["id"], category)


def deploy(customer: Customer, model: int, *regions: int) -> Answer:
    """Return the answer to the deployment of a model to regions."""
    asked = [{"Region": region, "IsDeployed": True} for region in regions]
    return custom(customer, "POST", f"/models/{model}/deployment", asked)


def translate_under_cmk(customer: Customer) -> Translating:
    """Enable customer-managed keys on tr1, and deploy a model there."""
    succeeded(key(customer))
    succeeded(ask(customer, "PATCH", f"{A}/tr1", encrypted()))
    made = train(customer)
    succeeded(deploy(customer, made.model, 2))
    assert translate(customer, made.category).status == 200
    return made
