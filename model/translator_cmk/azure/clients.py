"""Microsoft's SDK clients for one tenant, over one pool of connections, and what the errors that they raise mean.

A request that is throttled or meets a passing error is sent again by azure-core, which waits as `Retry-After` says.
"""

import logging
import os
import re
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jwt
import yaml
from azure.core import PipelineClient
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, RetryPolicy, UserAgentPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest
from azure.identity import DefaultAzureCredential
from azure.keyvault.keys import KeyClient
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

from ..machine import Refused
from ..requirements import load_register
from .target import CLOUDS, Cloud
from .worlds import GUID

POLL, LOCAL_POLL = 5, 0.01
"""Seconds between two looks at a long-running operation, where the answer has no `Retry-After`; and on this machine."""

MOVE_TENANT = "/providers/Microsoft.Subscription/changeTenantRequest/default?api-version=2024-08-01-preview"

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

logging.getLogger("azure").propagate = False  # its warnings name tenants, and would reach standard error
logging.getLogger("azure").addHandler(logging.NullHandler())


def connections() -> RequestsTransport:
    """Return the connections of a session, which all its clients share."""
    transport = RequestsTransport()
    transport.open()
    return transport


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
    """The clients of one world, made when they are needed: of each subscription, in the tenant that it is in."""

    def __init__(self, cloud: Cloud, connections: RequestsTransport, tenant: str | None = None) -> None:
        self.cloud, self.connections, self.tenant = cloud, connections, tenant
        self.poll = LOCAL_POLL if cloud.local else POLL
        self.polling = {"_polling_interval": self.poll}  # of operations on keys
        self.tenants: dict[str, str] = {}  # of each subscription
        self.made: dict[tuple[Any, ...], Any] = {}

    def in_tenant(self, tenant: str | None = None) -> Any:
        """Return the credential, which asks for tokens of a tenant unless the request names another."""
        credential = credential_for(self.cloud, self.connections)
        return SimpleNamespace(get_token=partial(credential.get_token, tenant_id=tenant or self.tenant))

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
            self.made[KeyClient, vault] = KeyClient(self.uri(vault), self.in_tenant(), transport=self.connections)
        return self.made[KeyClient, vault]

    def caller(self, subscription: str) -> str:
        """Return the object id of whoever signs in, as the token says; empty where it does not."""
        token = self.in_tenant(self.tenants.get(subscription)).get_token(self.cloud.scope).token
        try:
            return str(jwt.decode(token, options={"verify_signature": False}).get("oid", ""))
        except jwt.PyJWTError:
            return ""

    def move_to_tenant(self, subscription: str, tenant: str) -> None:
        """Ask that a subscription move to a tenant; raises `HttpResponseError`."""
        url = f"{self.cloud.resource_manager}/subscriptions/{subscription}{MOVE_TENANT}"
        body = {"properties": {"destinationTenantId": tenant, "destinationOwnerId": self.caller(subscription)}}
        signed = BearerTokenCredentialPolicy(self.in_tenant(self.tenants.get(subscription)), self.cloud.scope)
        rest(self.connections, signed, "PUT", url, json=body)


def rest(connections: RequestsTransport, signed: Any, method: str, url: str, **content: Any) -> Any:
    """Send a request that no SDK has; return the body of the answer, None if empty; raises `HttpResponseError`."""
    policies = [UserAgentPolicy(), RetryPolicy(), signed]
    client: PipelineClient[HttpRequest, Any] = PipelineClient("", policies=policies, transport=connections)
    response = client.send_request(HttpRequest(method, url, **content))
    response.raise_for_status()
    return response.json() if response.content else None


# Errors

REFUSING = frozenset({400, 403, 404, 405, 409, 412, 422})
"""The statuses with which Azure refuses a request.  Others say that it was not understood, or not looked at."""

SECRETS = ("AZURE_CLIENT_SECRET", "AZURE_PASSWORD", "AZURE_CLIENT_CERTIFICATE_PASSWORD")
LONG = re.compile(r"[A-Za-z0-9+/=_.~-]{32,}")
"""What may be a token, an account key or a version of a key."""


class NotLearned(Exception):
    """Raised where an answer of Azure says nothing of what was asked; its text says why, without identifiers."""


def without_secrets(text: str) -> str:
    """Return the text without credentials, tokens, account keys and GUIDs, which name tenants and users."""
    for secret in filter(None, map(os.environ.get, SECRETS)):
        text = text.replace(secret, "<secret>")
    return LONG.sub("<hidden>", GUID.sub("<id>", text))


MEANINGS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("refusals.yaml").read_text("utf-8"))
"""The table of error codes, in order: ``because`` of which requirements, or ``about`` what was in the way."""


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
    return frozenset(text for each in details for text in (each.code, each.target) if text in load_register())
