"""Microsoft's SDK clients for one tenant, over one pool of connections; every text that leaves is without identifiers.

A request that is throttled or meets a passing error is sent again by azure-core, which waits as `Retry-After` says.
"""

import base64
import binascii
import json
import logging
import os
import re
import socket
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from urllib.request import getproxies

from azure.core import PipelineClient
from azure.core.credentials import AccessToken
from azure.core.pipeline.policies import HeadersPolicy, RetryPolicy, UserAgentPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest
from azure.identity import DefaultAzureCredential
from azure.keyvault.keys import KeyClient
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

from .cloud import CLOUDS, Cloud

POLL = 5
"""Seconds between two looks at a long-running operation, where the answer has no `Retry-After`."""

MOVE_TENANT = "/providers/Microsoft.Subscription/changeTenantRequest/default?api-version=2024-08-01-preview"

SECRETS = ("AZURE_CLIENT_SECRET", "AZURE_PASSWORD", "AZURE_CLIENT_CERTIFICATE_PASSWORD")
GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
LONG = re.compile(r"[A-Za-z0-9+/=_.~-]{32,}")
"""What may be a token, an account key or a version of a key."""

logging.getLogger("azure").propagate = False  # its warnings name tenants, and would reach standard error
logging.getLogger("azure").addHandler(logging.NullHandler())


def without_secrets(text: str) -> str:
    """Return the text without credentials, tokens, account keys and GUIDs, which name tenants and users."""
    for secret in filter(None, (os.environ.get(name) for name in SECRETS)):
        text = text.replace(secret, "<secret>")
    return LONG.sub("<hidden>", GUID.sub("<id>", text))


def resolve_localhost_subdomains() -> None:
    """Resolve every name that ends in `.localhost` to this machine, as RFC 6761 asks; not every resolver does."""
    ask = socket.getaddrinfo

    def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        below = isinstance(host, str) and host.lower().endswith(".localhost")
        return ask("localhost" if below else host, *arguments, **options)

    socket.getaddrinfo = getaddrinfo


class InTenant:
    """A credential that asks for tokens of one tenant, unless the request names another."""

    def __init__(self, credential: DefaultAzureCredential, tenant: str | None) -> None:
        self.credential = credential
        self.tenant = tenant

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """Return a token."""
        options["tenant_id"] = options.get("tenant_id") or self.tenant
        return self.credential.get_token(*scopes, **options)


class Connections:
    """The connections of a session.  Clients come and go, and closing one leaves them open."""

    def __init__(self, local: bool = False) -> None:
        self.local = local
        proxies = getproxies()
        # requests looks through the environment before each request, which takes a quarter of its time
        fixed = "no" not in proxies
        bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
        self.transport = RequestsTransport(use_env_settings=not fixed, connection_verify=bundle or True)
        self.transport.open()
        if fixed and self.transport.session is not None:
            self.transport.session.proxies.update(
                {name: url for name, url in proxies.items() if name in ("http", "https")}
            )
        self.calls = 0

    def send(self, request: Any, **options: Any) -> Any:
        """Send a request, and count it."""
        self.calls += 1
        response = self.transport.send(request, **options)
        if self.local and response.status_code in (200, 201, 202):
            response.headers.pop("Retry-After", None)  # a long-running operation is over when it is asked after
        return response

    def sleep(self, seconds: float) -> None:
        """Let so much time pass, before a request is sent again."""
        self.transport.sleep(seconds)

    def open(self) -> None:
        """Do nothing: the first request opens a connection."""

    def close(self) -> None:
        """Do nothing: others use the connections."""

    def __enter__(self) -> "Connections":
        return self

    def __exit__(self, *_: object) -> None:
        """Stay open."""


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
        self.poll = 0.01 if cloud.local else POLL
        self.tenants: dict[str, str] = {}  # of each subscription
        self.made: dict[tuple[Any, ...], Any] = {}

    def in_tenant(self, tenant: str | None = None) -> InTenant:
        """Return the credential for a tenant."""
        return InTenant(credential_for(self.cloud, self.connections), tenant or self.tenant)

    def of(self, kind: type[Any], *subscription: str, tenant: str | None = None, **options: Any) -> Any:
        """Return the client of a kind for a subscription, if it is about one."""
        home = tenant or self.tenants.get("".join(subscription))
        key = (kind, *subscription, home or "")
        if key not in self.made:
            options |= {"base_url": self.cloud.resource_manager, "credential_scopes": self.cloud.scopes}
            self.made[key] = kind(self.in_tenant(home), *subscription, transport=self.connections, **options)
        return self.made[key]

    def accounts(self, subscription: str) -> Any:
        """Return the client for Azure AI resources."""
        return self.of(CognitiveServicesManagementClient, subscription, polling_interval=self.poll)

    def vaults(self, subscription: str) -> Any:
        """Return the client for key vaults."""
        return self.of(KeyVaultManagementClient, subscription, polling_interval=self.poll)

    def groups(self, subscription: str) -> Any:
        """Return the client for resource groups and moves."""
        return self.of(ResourceManagementClient, subscription, polling_interval=self.poll)

    def subscriptions(self, tenant: str | None) -> Any:
        """Return the client that lists subscriptions and tenants."""
        return self.of(SubscriptionClient, tenant=tenant)

    def tenant_ids(self) -> list[str]:
        """Return the tenants that whoever signs in can use, the one of the sign-in first."""
        found = [str(each.tenant_id) for each in self.subscriptions(self.tenant).tenants.list()]
        home = self.tenant or claims_of(self.token(None)).get("tid")
        return sorted(found, key=lambda tenant: tenant != home)

    def keys(self, vault_uri: str) -> Any:
        """Return the client for the keys of a vault."""
        if (KeyClient, vault_uri) not in self.made:
            self.made[KeyClient, vault_uri] = KeyClient(vault_uri, self.in_tenant(), transport=self.connections)
        return self.made[KeyClient, vault_uri]

    def token(self, subscription: str | None) -> str:
        """Return a token for Azure Resource Manager, in the tenant that a subscription is in."""
        return self.in_tenant(self.tenants.get(subscription or "")).get_token(*self.cloud.scopes).token

    def move_to_tenant(self, subscription: str, tenant: str) -> None:
        """Ask that a subscription move to a tenant; raises `HttpResponseError`."""
        url = f"{self.cloud.resource_manager}/subscriptions/{subscription}{MOVE_TENANT}"
        body = {"properties": {"destinationTenantId": tenant, "destinationOwnerId": self.caller(subscription)}}
        rest(self.connections, "", {"Authorization": f"Bearer {self.token(subscription)}"}, "PUT", url, json=body)

    def caller(self, subscription: str) -> str:
        """Return the object id of whoever signs in, as the token says; empty where it does not."""
        return str(claims_of(self.token(subscription)).get("oid", ""))


def claims_of(token: str) -> Mapping[str, Any]:
    """Return the claims in a token; none where it has another form."""
    try:
        part = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return {}
    return found if isinstance(found, dict) else {}


def rest(
    connections: Connections, base: str, headers: Mapping[str, str], method: str, path: str, **content: Any
) -> Any:
    """Send a request that no SDK has; return the body of the answer, None if empty; raises `HttpResponseError`."""
    policies = [HeadersPolicy(dict(headers)), UserAgentPolicy(), RetryPolicy()]
    client: PipelineClient[HttpRequest, Any] = PipelineClient(base, policies=policies, transport=connections)
    response = client.send_request(HttpRequest(method, base + path, **content))
    response.raise_for_status()
    return response.json() if response.content else None


class Studio:
    """Custom Translator's REST API, for which there is no SDK, and translation with a custom model; of one resource."""

    def __init__(self, connections: Connections, endpoint: str, key: str, region: str) -> None:
        self.connections = connections
        self.base = endpoint.rstrip("/")
        self.headers = {"Ocp-Apim-Subscription-Key": key, "Ocp-Apim-Subscription-Region": region}
        self.key = key
        self.region = region

    def ask(self, method: str, path: str, **content: Any) -> Any:
        """Return the answer to a request; raises `HttpResponseError`."""
        prefix = "/translator/customtranslator/api/texttranslator/v1.0"
        return rest(self.connections, self.base, self.headers, method, prefix + path, **content)

    def pages(self, path: str, field: str, **params: Any) -> Iterator[Any]:
        """Yield what all pages of a list have; ``field`` is the list, perhaps inside another object."""
        index, last = 1, 1
        while index <= last:
            found = self.ask("GET", path, params={**params, "pageIndex": index})
            for name in field.split("/"):
                last = found.get("TotalPageCount", last) or last
                found = found[name]
            yield from found
            index += 1

    def billing_region(self) -> str:
        """Return the code of the region of the resource; raises `HttpResponseError`."""
        for each in self.ask("GET", "/subscriptions/billingregions"):
            if str(each["BillingRegionName"]).lower().replace(" ", "") == self.region.lower():
                return str(each["BillingRegionCode"])
        return self.region

    def translate(self, category: str) -> None:
        """Translate a word with a custom model, and no other; raises `HttpResponseError`."""
        path = "/translator/text/v3.0/translate"
        params = {"api-version": "3.0", "from": "en", "to": "de", "category": category, "allowFallback": "false"}
        rest(self.connections, self.base, self.headers, "POST", path, params=params, json=[{"Text": "word"}])
