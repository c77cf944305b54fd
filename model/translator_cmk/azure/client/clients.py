"""The clients of Microsoft's SDKs for one world, over one pool of connections.

A request that is throttled or meets a passing error is sent again by azure-core, which waits as
`Retry-After` says.
"""

import logging
from collections.abc import Callable, Mapping
from functools import cache, partial
from types import SimpleNamespace
from typing import Any

import jwt
from azure.core.pipeline.policies import BearerTokenCredentialPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.identity import DefaultAzureCredential
from azure.keyvault.keys import KeyClient
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

from .rest import rest
from .target import VAULTS_VERSION, Cloud

POLL = 0.01
"""Seconds between two looks at a long-running operation, where the answer has no `Retry-After`."""

VAULTS = partial(KeyVaultManagementClient, api_version=VAULTS_VERSION)

MANAGERS: Mapping[str, Callable[..., Any]] = {
    "accounts": CognitiveServicesManagementClient,
    "vaults": VAULTS,
    "resource_groups": ResourceManagementClient,
    "resources": ResourceManagementClient,
    "subscriptions": SubscriptionClient,
    "tenants": SubscriptionClient,
}
"""The clients of Azure Resource Manager, by their operations."""

LOGGER = logging.getLogger("azure")
LOGGER.propagate = False  # its warnings name tenants, and would reach standard error
LOGGER.addHandler(logging.NullHandler())


@cache
def credential_for(cloud: Cloud, connections: RequestsTransport) -> DefaultAzureCredential:
    """Return the credential that the environment offers, for any tenant."""
    return DefaultAzureCredential(
        authority=cloud.authority,
        additionally_allowed_tenants=["*"],
        disable_instance_discovery=True,
        transport=connections,
    )


class Clients:
    """The clients of one world, made when they are needed: of each subscription, in the tenant that
    it is in.
    """

    def __init__(
        self, cloud: Cloud, connections: RequestsTransport, tenant: str | None = None
    ) -> None:
        self.cloud = cloud
        self.connections = connections
        self.tenant = tenant
        self.tenants: dict[str, str] = {}  # of each subscription
        self.kept: dict[tuple[Any, ...], Any] = {}

    def in_tenant(self, tenant: str | None = None) -> Any:
        """Return the credential, which asks for tokens of a tenant unless the request names
        another.
        """
        credential = credential_for(self.cloud, self.connections)
        get_token = partial(credential.get_token, tenant_id=tenant or self.tenant)
        return SimpleNamespace(get_token=get_token)

    def of(self, kind: str, subscription: str = "", tenant: str | None = None) -> Any:
        """Return operations of Azure Resource Manager in a subscription, or in a tenant."""
        tenant = tenant or self.tenants.get(subscription)
        manager = MANAGERS[kind]
        # the client for tenants and subscriptions is of no subscription
        within = [subscription] if subscription else []
        named = (manager, tenant, subscription)
        if named not in self.kept:
            self.kept[named] = manager(
                self.in_tenant(tenant),
                *within,
                base_url=self.cloud.resource_manager,
                credential_scopes=[self.cloud.scope],
                transport=self.connections,
                polling_interval=POLL,
            )
        return getattr(self.kept[named], kind)

    def uri(self, vault: str) -> str:
        """Return the URL of a key vault."""
        return f"https://{vault}.{self.cloud.vault_suffix}/"

    def keys(self, vault: str) -> Any:
        """Return the client for the keys of a vault."""
        named = (KeyClient, vault)
        if named not in self.kept:
            self.kept[named] = KeyClient(
                self.uri(vault), self.in_tenant(), transport=self.connections
            )
        return self.kept[named]

    def caller(self, subscription: str) -> str:
        """Return the object id of whoever signs in, as the token says; empty where it does not."""
        credential = self.in_tenant(self.tenants.get(subscription))
        token = credential.get_token(self.cloud.scope).token
        try:
            claims = jwt.decode(token, options={"verify_signature": False})
        except jwt.PyJWTError:
            return ""
        return str(claims.get("oid", ""))

    def ask_manager(self, subscription: str, method: str, path: str, **content: Any) -> Any:
        """Return the answer of Azure Resource Manager to a request that no SDK has; raises
        `HttpResponseError`.
        """
        credential = self.in_tenant(self.tenants.get(subscription))
        signed = BearerTokenCredentialPolicy(credential, self.cloud.scope)
        url = f"{self.cloud.resource_manager}{path}"
        return rest(self.connections, signed, method, url, **content)
