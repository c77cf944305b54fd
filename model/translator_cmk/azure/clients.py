"""Microsoft's SDK clients for one tenant, over one pool of connections.

A request that is throttled or meets a passing error is sent again by azure-core, which waits as `Retry-After` says.
"""

import logging
import os
from collections.abc import Iterator, Mapping
from functools import cache, partialmethod
from typing import Any
from urllib.request import getproxies

import jwt
from azure.core import PipelineClient
from azure.core.credentials import AccessToken
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, HeadersPolicy, RetryPolicy, UserAgentPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest
from azure.identity import DefaultAzureCredential
from azure.keyvault.keys import KeyClient
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

from .cloud import CLOUDS, Cloud

POLL, LOCAL_POLL = 5, 0.01
"""Seconds between two looks at a long-running operation, where the answer has no `Retry-After`; and on this machine."""

MOVE_TENANT = "/providers/Microsoft.Subscription/changeTenantRequest/default?api-version=2024-08-01-preview"

logging.getLogger("azure").propagate = False  # its warnings name tenants, and would reach standard error
logging.getLogger("azure").addHandler(logging.NullHandler())


class InTenant:
    """A credential that asks for tokens of one tenant, unless the request names another."""

    def __init__(self, credential: DefaultAzureCredential, tenant: str | None) -> None:
        self.credential = credential
        self.tenant = tenant

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """Return a token."""
        options["tenant_id"] = options.get("tenant_id") or self.tenant
        return self.credential.get_token(*scopes, **options)


class Connections(RequestsTransport):  # type: ignore[misc]  # azure-core imports it lazily, without its type
    """The connections of a session, which all its clients share; ``calls`` counts the requests."""

    def __init__(self, local: bool = False) -> None:
        # requests looks through the environment before each request, which takes a quarter of its time
        proxies = getproxies()
        fixed = "no" not in proxies
        bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
        super().__init__(use_env_settings=not fixed, connection_verify=bundle or True)
        self.open()
        if fixed and self.session is not None:
            self.session.proxies.update({name: url for name, url in proxies.items() if name in ("http", "https")})
        self.local = local
        self.calls = 0

    def send(self, request: Any, **options: Any) -> Any:
        """Send a request, and count it."""
        self.calls += 1
        response = super().send(request, **options)
        if self.local and response.status_code in (200, 201, 202):
            response.headers.pop("Retry-After", None)  # a long-running operation is over when it is asked after
        return response


@cache
def credential_for(cloud: Cloud, connections: Connections) -> DefaultAzureCredential:
    """Return the credential that the environment offers, for any tenant."""
    return DefaultAzureCredential(
        authority=cloud.authority,
        additionally_allowed_tenants=["*"],
        disable_instance_discovery=cloud.name not in CLOUDS,
        transport=connections,
    )


class Clients:
    """The clients of one world, made when they are needed: of each subscription, in the tenant that it is in."""

    def __init__(self, cloud: Cloud, connections: Connections, tenant: str | None = None) -> None:
        self.cloud = cloud
        self.connections = connections
        self.tenant = tenant
        self.poll = LOCAL_POLL if cloud.local else POLL
        self.tenants: dict[str, str] = {}  # of each subscription
        self.made: dict[tuple[Any, ...], Any] = {}

    def in_tenant(self, tenant: str | None = None) -> Any:
        """Return the credential for a tenant."""
        return InTenant(credential_for(self.cloud, self.connections), tenant or self.tenant)

    def of(self, kind: type[Any], subscription: str) -> Any:
        """Return the client of a kind for a subscription."""
        return self.manager(kind, self.tenants.get(subscription), subscription, polling_interval=self.poll)

    accounts = partialmethod(of, CognitiveServicesManagementClient)
    vaults = partialmethod(of, KeyVaultManagementClient)
    groups = partialmethod(of, ResourceManagementClient)

    def manager(self, kind: type[Any], tenant: str | None, *subscription: str, **options: Any) -> Any:
        """Return a client of Azure Resource Manager in a tenant."""
        if (kind, tenant, *subscription) not in self.made:
            options |= {"base_url": self.cloud.resource_manager, "credential_scopes": self.cloud.scopes}
            client = kind(self.in_tenant(tenant), *subscription, transport=self.connections, **options)
            self.made[kind, tenant, *subscription] = client
        return self.made[kind, tenant, *subscription]

    def subscriptions(self, tenant: str | None) -> Any:
        """Return the client that lists subscriptions and tenants."""
        return self.manager(SubscriptionClient, tenant)

    def keys(self, vault_uri: str) -> Any:
        """Return the client for the keys of a vault."""
        if (KeyClient, vault_uri) not in self.made:
            self.made[KeyClient, vault_uri] = KeyClient(vault_uri, self.in_tenant(), transport=self.connections)
        return self.made[KeyClient, vault_uri]

    def tenant_ids(self) -> list[str]:
        """Return the tenants that whoever signs in can use, the one of the sign-in first."""
        found = [str(each.tenant_id) for each in self.subscriptions(self.tenant).tenants.list()]
        home = self.tenant or self.claims(None).get("tid")
        return sorted(found, key=lambda tenant: tenant != home)

    def claims(self, subscription: str | None) -> Mapping[str, Any]:
        """Return the claims in a token for the tenant that a subscription is in; none if it has another form."""
        token = self.in_tenant(self.tenants.get(subscription or "")).get_token(*self.cloud.scopes).token
        try:
            return jwt.decode(token, options={"verify_signature": False})
        except jwt.PyJWTError:
            return {}

    def caller(self, subscription: str) -> str:
        """Return the object id of whoever signs in, as the token says; empty where it does not."""
        return str(self.claims(subscription).get("oid", ""))

    def move_to_tenant(self, subscription: str, tenant: str) -> None:
        """Ask that a subscription move to a tenant; raises `HttpResponseError`."""
        url = f"{self.cloud.resource_manager}/subscriptions/{subscription}{MOVE_TENANT}"
        body = {"properties": {"destinationTenantId": tenant, "destinationOwnerId": self.caller(subscription)}}
        signed = BearerTokenCredentialPolicy(self.in_tenant(self.tenants.get(subscription)), *self.cloud.scopes)
        rest(self.connections, signed, "PUT", url, json=body)


def rest(connections: Connections, signed: Any, method: str, url: str, **content: Any) -> Any:
    """Send a request that no SDK has; return the body of the answer, None if empty; raises `HttpResponseError`."""
    policies = [UserAgentPolicy(), RetryPolicy(), signed]
    client: PipelineClient[HttpRequest, Any] = PipelineClient("", policies=policies, transport=connections)
    response = client.send_request(HttpRequest(method, url, **content))
    response.raise_for_status()
    return response.json() if response.content else None


class Studio:
    """Custom Translator's REST API, for which there is no SDK, and translation with a custom model; of one resource."""

    API = "/translator/customtranslator/api/texttranslator/v1.0"

    def __init__(self, connections: Connections, endpoint: str, key: str, region: str) -> None:
        self.connections = connections
        self.endpoint = endpoint.rstrip("/")
        self.signed = HeadersPolicy({"Ocp-Apim-Subscription-Key": key, "Ocp-Apim-Subscription-Region": region})
        self.key = key
        self.region = region

    def ask(self, method: str, path: str, api: str = API, **content: Any) -> Any:
        """Return the answer to a request; raises `HttpResponseError`."""
        return rest(self.connections, self.signed, method, f"{self.endpoint}{api}{path}", **content)

    def pages(self, path: str, *fields: str, **params: Any) -> Iterator[Any]:
        """Yield what all pages of a list have; ``fields`` lead to the list."""
        index, last = 1, 1
        while index <= last:
            found = self.ask("GET", path, params={**params, "pageIndex": index})
            for name in fields:
                last = found.get("TotalPageCount", last) or last
                found = found[name]
            yield from found
            index += 1

    def workspaces(self) -> list[Any]:
        """Return the workspaces of the resource."""
        return list(self.ask("GET", "/workspaces")["Workspaces"])

    def documents(self, workspace: str) -> list[Any]:
        """Return the documents of a workspace; raises `HttpResponseError` where its data can't be read."""
        return list(self.pages("/documents", "PaginatedDocuments", "Documents", workspaceId=workspace, limit=100))

    def models(self, project: str) -> dict[str, Any]:
        """Return the models of a project that are trained, by name: training is over, or never had a beginning."""
        found = self.pages(f"/projects/{project}/models", "Models")
        return {str(each["Name"]): each for each in found if each.get("CompletionDate") or "StartDate" not in each}

    def billing_region(self) -> str:
        """Return the code of the region of the resource; raises `HttpResponseError`."""
        for each in self.ask("GET", "/subscriptions/billingregions"):
            if str(each["BillingRegionName"]).lower().replace(" ", "") == self.region.lower():
                return str(each["BillingRegionCode"])
        return self.region

    def translate(self, category: str) -> None:
        """Translate a word with a custom model, and no other; raises `HttpResponseError`."""
        params = {"api-version": "3.0", "from": "en", "to": "de", "category": category, "allowFallback": "false"}
        self.ask("POST", "/translate", api="/translator/text/v3.0", params=params, json=[{"Text": "word"}])
