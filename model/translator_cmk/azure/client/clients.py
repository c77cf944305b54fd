"""Microsoft's SDK clients for one tenant, over one pool of connections, what their errors mean, and
Custom Translator.

A request that is throttled or meets a passing error is sent again by azure-core, which waits as
`Retry-After` says.
"""

import json
import logging
import os
import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from time import monotonic, sleep
from types import SimpleNamespace
from typing import Any

import jwt
from azure.core import PipelineClient
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.policies import HeadersPolicy, RetryPolicy, UserAgentPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest
from azure.identity import DefaultAzureCredential
from azure.keyvault.keys import KeyClient
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

from ...machine import Observation, Refused
from ...machine.entities import CUSTOMER, MICROSOFT
from ...requirements import load_register
from ...strict_yaml import read_yaml
from ...system import Unsupported
from ..names import GUID
from .target import CLOUDS, Cloud

POLL, LOCAL_POLL = 5, 0.01
"""Seconds between two looks at a long-running operation, where the answer has no `Retry-After`; and
on this machine.
"""

MANAGERS: Mapping[str, type[Any]] = {
    "accounts": CognitiveServicesManagementClient,
    "deleted_accounts": CognitiveServicesManagementClient,
    "vaults": KeyVaultManagementClient,
    "resource_groups": ResourceManagementClient,
    "resources": ResourceManagementClient,
    "subscriptions": SubscriptionClient,
    "tenants": SubscriptionClient,
}
"""The clients of Azure Resource Manager, by their operations."""

logging.getLogger(
    "azure"
).propagate = False  # its warnings name tenants, and would reach standard error
logging.getLogger("azure").addHandler(logging.NullHandler())


@cache
def credential_for(cloud: Cloud, connections: RequestsTransport) -> DefaultAzureCredential:
    """Return the credential that the environment offers, for any tenant."""
    return DefaultAzureCredential(
        authority=cloud.authority,
        additionally_allowed_tenants=["*"],
        disable_instance_discovery=cloud.name not in CLOUDS,
        transport=connections,
    )


class Clients:
    """The clients of one world, made when they are needed: of each subscription, in the tenant that
    it is in.
    """

    def __init__(
        self, cloud: Cloud, connections: RequestsTransport, tenant: str | None = None
    ) -> None:
        self.cloud, self.connections, self.tenant = cloud, connections, tenant
        self.poll = LOCAL_POLL if cloud.local else POLL
        self.tenants: dict[str, str] = {}  # of each subscription
        self.made: dict[tuple[Any, ...], Any] = {}

    def in_tenant(self, tenant: str | None = None) -> Any:
        """Return the credential, which asks for tokens of a tenant unless the request names
        another.
        """
        credential = credential_for(self.cloud, self.connections)
        return SimpleNamespace(
            get_token=partial(credential.get_token, tenant_id=tenant or self.tenant)
        )

    def of(self, kind: str, *subscription: str, tenant: str | None = None) -> Any:
        """Return operations of Azure Resource Manager in a subscription, or in a tenant."""
        tenant = tenant or self.tenants.get("".join(subscription))
        named = MANAGERS[kind], tenant, *subscription
        if named not in self.made:
            self.made[named] = MANAGERS[kind](
                self.in_tenant(tenant),
                *subscription,
                base_url=self.cloud.resource_manager,
                credential_scopes=[self.cloud.scope],
                transport=self.connections,
                polling_interval=self.poll,
            )
        return getattr(self.made[named], kind)

    def uri(self, vault: str) -> str:
        """Return the URL of a key vault."""
        return f"https://{vault}.{self.cloud.vault_suffix}/"

    def keys(self, vault: str) -> Any:
        """Return the client for the keys of a vault."""
        if (KeyClient, vault) not in self.made:
            self.made[KeyClient, vault] = KeyClient(
                self.uri(vault), self.in_tenant(), transport=self.connections
            )
        return self.made[KeyClient, vault]

    def caller(self, subscription: str) -> str:
        """Return the object id of whoever signs in, as the token says; empty where it does not."""
        token = self.in_tenant(self.tenants.get(subscription)).get_token(self.cloud.scope).token
        try:
            return str(jwt.decode(token, options={"verify_signature": False}).get("oid", ""))
        except jwt.PyJWTError:
            return ""


def rest(connections: RequestsTransport, signed: Any, method: str, url: str, **content: Any) -> Any:
    """Send a request that no SDK has; return the body of the answer, None if empty; raises
    `HttpResponseError`.
    """
    policies = [UserAgentPolicy(), RetryPolicy(), signed]
    client: PipelineClient[HttpRequest, Any] = PipelineClient(
        "", policies=policies, transport=connections
    )
    response = client.send_request(HttpRequest(method, url, **content))
    response.raise_for_status()
    return response.json() if response.content else None


# Errors

REFUSING = frozenset({400, 403, 404, 405, 409, 412, 422})
"""The statuses with which Azure refuses a request.  Others say that it was not understood, or not
looked at.
"""

SECRETS = ("AZURE_CLIENT_SECRET", "AZURE_PASSWORD", "AZURE_CLIENT_CERTIFICATE_PASSWORD")
LONG = re.compile(r"[A-Za-z0-9+/=_.~-]{32,}")
"""What may be a token, an account key or a version of a key."""


class NotLearned(Exception):
    """Raised where an answer of Azure says nothing of what was asked; its text says why, without
    identifiers.
    """


def without_secrets(text: str) -> str:
    """Return the text without credentials, tokens, account keys and GUIDs, which name tenants and
    users.
    """
    for secret in filter(None, map(os.environ.get, SECRETS)):
        text = text.replace(secret, "<secret>")
    return LONG.sub("<hidden>", GUID.sub("<id>", text))


MEANINGS: list[dict[str, Any]] = read_yaml(Path(__file__).with_name("refusals.yaml")).value()
"""The table of error codes, in order: ``because`` of which requirements, or ``about`` what was in
the way.
"""


def refusal_of(error: HttpResponseError) -> Refused:
    """Return the refusal that an error stands for; raises `NotLearned` if it is not a refusal."""
    status, said = error.status_code or 0, error.error
    code, message = (str(said.code), str(said.message)) if said else ("", error.message)
    if ids := ids_in(error):
        return Refused(ids)
    for row in MEANINGS:
        if row["code"] == code and re.search(row.get("pattern", ""), message):
            if "about" in row:
                raise NotLearned(f"{row['about']} ({code})")
            return Refused(frozenset(row["because"]))
    if status in REFUSING or 200 <= status < 300:  # a long-running operation that ended as failed
        return Refused(frozenset())
    raise NotLearned(without_secrets(f"status {status}, {code or 'no code'}: {message}")[:500])


def ids_in(error: HttpResponseError) -> frozenset[str]:
    """Return the requirements that an error names in its details."""
    details: Any = error.error.details if error.error else ()
    return frozenset(
        text for each in details for text in (each.code, each.target) if text in load_register()
    )


# Custom Translator's REST API, for which there is no SDK, and translation with a custom model

API, TRANSLATION = (
    "/translator/customtranslator/api/texttranslator/v1.0",
    "/translator/text/v3.0/translate",
)
LANGUAGES = ("en", "de")
TRAINING = {"IsAutoTrain": True, "IsTuningAuto": True, "IsTestingAuto": True, "IsAutoDeploy": False}
PATIENCE, LOCAL_PATIENCE = 1_800, 20
"""Seconds that an import, a training or a deployment may take; and on this machine."""


class Studio:
    """Custom Translator for a resource.  It knows by number what has been made here under a
    name.
    """

    def __init__(self, clients: Clients, endpoint: str, key: str, region: str) -> None:
        self.clients, self.endpoint, self.key, self.region = (
            clients,
            endpoint.rstrip("/"),
            key,
            region,
        )
        self.signed = HeadersPolicy(
            {"Ocp-Apim-Subscription-Key": key, "Ocp-Apim-Subscription-Region": region}
        )
        self.ids: dict[str, str] = {}  # of workspaces
        self.projects: dict[str, str] = {}  # by workspace
        self.models: dict[str, dict[str, Any]] = {}  # as each was seen last

    def ask(self, method: str, path: str, **content: Any) -> Any:
        """Return the answer to a request; raises `HttpResponseError`."""
        return rest(
            self.clients.connections, self.signed, method, f"{self.endpoint}{path}", **content
        )

    def named(self, path: str, *fields: str, **params: Any) -> dict[str, Any]:
        """Return what all pages of a list have, by name; ``fields`` lead to the list."""
        found, index, last = dict[str, Any](), 1, 1
        while index <= last:
            page = self.ask("GET", API + path, params={**params, "pageIndex": index})
            for name in fields:
                last = page.get("TotalPageCount", last) or last
                page = page[name]
            found |= {str(each["Name"]): each for each in page}
            index += 1
        return found

    def wait_for(self, look: Callable[[], Any], what: str) -> Any:
        """Return what a look finds, once it finds something; raises `NotLearned` where it does not
        happen.
        """
        patience = LOCAL_PATIENCE if self.clients.cloud.local else PATIENCE
        until = monotonic() + patience
        while not (found := look()):
            if monotonic() > until:
                raise NotLearned(f"{what} did not show within {patience} seconds")
            sleep(self.clients.poll)
        return found

    # Workspaces and documents

    def create_workspace(self, name: str) -> None:
        """Create a workspace, and look for it: the answer is not documented."""
        if name in self.ids and name in self.named("/workspaces", "Workspaces"):
            raise Unsupported("Custom Translator knows workspaces by number, not by name")
        regions = self.ask("GET", f"{API}/subscriptions/billingregions")
        codes = {
            each["BillingRegionName"].lower().replace(" ", ""): each["BillingRegionCode"]
            for each in regions
        }
        paid = {
            "SubscriptionKey": self.key,
            "BillingRegionCode": codes.get(self.region.lower(), self.region),
        }
        self.ask("POST", f"{API}/workspaces", json={"Name": name, "Subscription": paid})
        made = self.wait_for(
            lambda: self.named("/workspaces", "Workspaces").get(name), "the workspace"
        )
        self.ids[name] = str(made["Id"])

    def documents(self, workspace: str) -> dict[str, Any]:
        """Return the documents of a workspace, by name; raises `HttpResponseError` where its data
        can't be read.
        """
        return self.named(
            "/documents",
            "PaginatedDocuments",
            "Documents",
            workspaceId=self.ids[workspace],
            limit=100,
        )

    def documents_seen(self, workspace: str) -> dict[str, Any] | None:
        """Return the documents of a workspace, by name; None where its data can't be read."""
        try:
            return self.documents(workspace)
        except HttpResponseError as error:
            refusal_of(error)
            return None

    def upload(self, document: str, workspace: str) -> None:
        """Upload a pair of files, until the document shows."""
        names = {code: f"{document}_{code}.txt" for code in LANGUAGES}
        details = [
            {"Name": name, "LanguageCode": code, "OverwriteIfExists": False}
            for code, name in names.items()
        ]
        asked = [{"DocumentName": document, "DocumentType": "training", "FileDetails": details}]
        files = [
            ("Files", (name, f"A sentence in {code}.\n" * 20, "text/plain"))
            for code, name in names.items()
        ]
        content = {"data": {"DocumentDetails": json.dumps(asked)}, "files": files}
        self.ask(
            "POST",
            f"{API}/documents/import",
            params={"workspaceId": self.ids[workspace]},
            **content,
        )
        self.wait_for(lambda: document in self.documents(workspace), "the document")

    # Models

    def project_of(self, workspace: str) -> str:
        """Return the project of a workspace, which is made unless it is there."""
        if workspace not in self.projects:
            pairs = self.ask("GET", f"{API}/languages/supportedlanguagepairs")
            sides = ("SourceLanguage", "TargetLanguage")
            ids = {
                tuple(each[side]["LanguageCode"] for side in sides): each["Id"] for each in pairs
            }
            project, where = (
                {"Name": workspace, "LanguagePairId": ids[LANGUAGES], "CategoryId": 1},
                self.ids[workspace],
            )
            self.ask("POST", f"{API}/projects", params={"workspaceId": where}, json=project)
            self.projects[workspace] = str(
                self.named("/projects", "Projects", workspaceId=where)[workspace]["Id"]
            )
        return self.projects[workspace]

    def trained(self, project: str) -> dict[str, Any]:
        """Return the models of a project by name, if training is over, or never had a beginning."""
        found = self.named(f"/projects/{project}/models", "Models")
        return {
            name: each
            for name, each in found.items()
            if each.get("CompletionDate") or "StartDate" not in each
        }

    def train(self, model: str, workspace: str) -> None:
        """Train a model on all documents of the workspace that can be seen, until it is trained."""
        documents, project = self.documents_seen(workspace) or {}, self.project_of(workspace)
        request = {
            "Name": model,
            "ProjectId": project,
            "DocumentIds": [each["Id"] for each in documents.values()],
        }
        self.ask("POST", f"{API}/models", json=request | TRAINING)
        self.models[model] = self.wait_for(lambda: self.trained(project).get(model), "the model")

    def deploy(self, model: str, wanted: bool) -> None:
        """Deploy a model in the first region that is offered, or end that, until it shows."""
        path = f"{API}/models/{self.models[model]['Id']}"
        regions = [
            {"Region": each["Id"], "IsDeployed": wanted}
            for each in self.ask("GET", f"{API}/regions")[:1]
        ]
        self.ask("POST", f"{path}/deployment", json=regions)

        def shown() -> Any:
            found = self.ask("GET", path)
            return found if is_deployed(found) == wanted else None

        self.models[model] |= self.wait_for(shown, "the deployment")

    def translate(self, model: str) -> None:
        """Translate a word with a model, and no other; raises `HttpResponseError`."""
        category = self.models[model].get("ModelIdentifier") or str(self.models[model]["Id"])
        params = {
            "api-version": "3.0",
            "from": "en",
            "to": "de",
            "category": category,
            "allowFallback": "false",
        }
        self.ask("POST", TRANSLATION, params=params, json=[{"Text": "word"}])

    def see(self, seen: Observation) -> None:
        """Look at the workspaces that were made here, and at their documents and models.

        While data can't be read, whether a document is deleted or inaccessible can't be
        distinguished: it is not shown.
        """
        workspaces = self.named("/workspaces", "Workspaces")
        for name, shown in ((name, workspaces[name]) for name in self.ids if name in workspaces):
            documents = self.documents_seen(name)
            seen["workspace"][name] = {
                "resource": str(shown["Subscription"]["Name"]),
                "key_source": CUSTOMER if shown["Subscription"]["IsCMKEnabled"] else MICROSOFT,
                "readable": documents is not None,
            }
            seen["document"] |= {document: {"workspace": name} for document in documents or ()}
            for model, each in (
                self.trained(self.projects[name]).items() if name in self.projects else ()
            ):
                seen["model"][model] = {
                    "workspace": name,
                    "state": "deployed" if is_deployed(each) else "undeployed",
                }


def is_deployed(model: Any) -> bool:
    """Return whether a model is deployed in any region."""
    return any(each["IsDeployed"] for each in model.get("ModelRegionStatuses") or ())
