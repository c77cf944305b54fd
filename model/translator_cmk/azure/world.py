"""One world in Azure, as the adapter has made and seen it: names, places, and clients for each."""

import hashlib
import uuid
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from azure.core.exceptions import ClientAuthenticationError
from azure.keyvault.keys import KeyVaultKey

from ..machine import Stage
from ..system import Unsupported
from .clients import Clients, Connections, Studio
from .leftovers import Leftovers
from .options import Target
from .refusals import NotLearned

NONE = str(uuid.UUID(int=0))
"""The id of a tenant or a subscription that there is not."""

PATIENCE, LOCAL_PATIENCE = 1_800, 20
"""Seconds that an operation of Custom Translator may take: an import, a training, a deployment; and on this machine."""


class World:
    """The clients of one world, and what the adapter has to remember of what it has made and seen."""

    def __init__(self, target: Target, connections: Connections, stage: Stage) -> None:
        self.target = target
        self.stage = stage
        self.local = target.cloud.local
        self.clients = Clients(target.cloud, connections, str(uuid.uuid4()) if target.tenant_per_world else None)
        self.leftovers = Leftovers(Path(target.leftovers))
        self.subscriptions = dict(target.subscriptions)
        self.tenants: dict[str, str] = {}
        self.here: dict[str, Any] = {}  # the accounts that were seen last
        self.groups: set[tuple[str, str]] = set()  # (subscription, group) that may hold something of this world
        self.places: dict[str, tuple[str, str]] = {}  # where a vault or a resource was seen last
        self.names: dict[str, str] = {}  # of what Azure knows by a shorter name
        self.principals: dict[str, str] = {}  # the last one of each resource
        self.vaults: dict[str, dict[str, Any]] = {}  # what was seen of each while it was active
        self.uris: dict[str, str] = {}
        self.keys: dict[str, dict[str, Any]] = {}  # likewise
        self.versions: dict[str, str] = {}  # the current one of each key
        self.material: dict[str, tuple[str, int]] = {}  # type and size of each version
        self.studios: dict[str, Studio] = {}  # by resource
        self.workspaces: dict[str, tuple[str, str]] = {}  # the resource and the id of each
        self.projects: dict[str, str] = {}  # by workspace
        self.models: dict[str, tuple[str, int, str]] = {}  # workspace, id and category of each
        self.find_subscriptions()

    def find_subscriptions(self) -> None:
        """Find the subscriptions and their tenants: by the ids that were given, or else by display names."""
        given = {guid: name for name, guid in self.target.subscriptions.items()}
        for tenant in self.clients.tenant_ids():
            if given and given.keys() <= self.clients.tenants.keys():
                return
            try:
                found = list(self.clients.subscriptions(tenant).subscriptions.list())
            except ClientAuthenticationError:  # of a tenant in which whoever signs in is but a guest
                continue
            for each in found:
                guid = str(each.subscription_id)
                name = given.get(guid, str(each.display_name))
                if name in self.stage.subscriptions and self.subscriptions.setdefault(name, guid) == guid:
                    self.clients.tenants[guid] = tenant
                    self.tenants.setdefault(self.stage.subscriptions[name], tenant)

    # Names

    def id_of(self, subscription: str) -> str:
        """Return the id of a subscription."""
        return self.subscriptions.get(subscription, NONE)

    def tenant_of(self, subscription: str) -> str:
        """Return the id of the tenant that a subscription is in."""
        return self.clients.tenants.get(self.id_of(subscription), NONE)

    def tenant_name(self, subscription: str) -> str:
        """Return the name of the tenant that a subscription is in."""
        found = self.tenant_of(subscription)
        return next((name for name, guid in self.tenants.items() if guid == found), "another")

    def region(self, location: str) -> str:
        """Return the name in the stage of a region of Azure."""
        found = location.lower().replace(" ", "")
        return next((name for name, each in self.target.regions.items() if each == found), found)

    def named(self, name: str, longest: int = 24) -> str:
        """Return the name in Azure of a vault or, with 60 letters, of a resource: one that is too long gets shorter."""
        if len(name) <= longest:
            return name
        short = f"{name[: longest - 7].rstrip('-')}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"
        self.names[short] = name
        return short

    def plain(self, name: str) -> str:
        """Return the name in the specification of what Azure knows by this one."""
        return self.names.get(name, name)

    def place(self, name: str) -> tuple[str, str]:
        """Return the subscription and the group of a vault or a resource; of an unknown one, where it is not."""
        return self.places.get(name, (next(iter(self.stage.subscriptions)), self.in_azure("none")))

    def in_azure(self, group: str) -> str:
        """Return the name in Azure of a resource group."""
        return f"{self.target.prefix}-{group}"

    def group(self, subscription: str, name: str) -> str:
        """Return the resource group of Azure for one of this world; it is made unless it is there."""
        group = self.in_azure(name)
        if (subscription, group) not in self.groups:
            self.note("group", group, subscription)
            made = {"location": self.target.location(self.stage.regions[0])}
            self.clients.groups(self.id_of(subscription)).resource_groups.create_or_update(group, made)
            self.groups.add((subscription, group))
        return group

    def note(self, kind: str, name: str, subscription: str, **fields: Any) -> None:
        """Write down what is going to be created, before it is; nothing is where there is no such subscription."""
        if subscription in self.subscriptions:
            where = {"subscription": self.id_of(subscription), "tenant": self.tenant_of(subscription)}
            self.leftovers.add(kind, name, **where, **fields)

    # Clients

    def account_client(self, resource: str) -> tuple[Any, str, str]:
        """Return the operations on accounts, with the group and the name of this resource."""
        subscription, group = self.place(resource)
        return self.clients.accounts(self.id_of(subscription)).accounts, group, self.named(resource, 60)

    def account(self, resource: str) -> Any:
        """Return an account; raises `HttpResponseError`."""
        accounts, group, name = self.account_client(resource)
        return accounts.get(group, name)

    def vault_client(self, vault: str) -> tuple[Any, str, str]:
        """Return the operations on key vaults, with the group and the name of this one."""
        subscription, group = self.place(vault)
        return self.clients.vaults(self.id_of(subscription)).vaults, group, self.named(vault)

    def vault(self, vault: str) -> Any:
        """Return a key vault; raises `HttpResponseError`."""
        vaults, group, name = self.vault_client(vault)
        return vaults.get(group, name)

    def uri(self, vault: str) -> str:
        """Return the URL of a key vault."""
        return self.uris.get(vault) or f"https://{self.named(vault)}.{self.target.cloud.vault_suffix}/"

    def key_client(self, vault: str) -> Any:
        """Return the client for the keys of a vault."""
        return self.clients.keys(self.uri(vault))

    def keep(self, vault: str, key: KeyVaultKey, size: int = 0) -> None:
        """Remember the current version of a key, which an account has to name, and the size that was asked for."""
        kind, shown = material_of(key)
        self.versions[f"{vault}/{key.name}"] = str(key.properties.version)
        self.material[str(key.id)] = kind, shown or size

    def studio(self, resource: str) -> Studio:
        """Return Custom Translator for a resource; raises `HttpResponseError`."""
        if resource not in self.studios:
            account, connections = self.account(resource), self.clients.connections
            accounts, group, name = self.account_client(resource)
            key = str(accounts.list_keys(group, name).key1)
            self.studios[resource] = Studio(connections, account.properties.endpoint, key, account.location)
        return self.studios[resource]

    def studio_of(self, workspace: str) -> tuple[Studio, str]:
        """Return Custom Translator for a workspace, and the id of it; raises `Unsupported` without such."""
        if workspace not in self.workspaces:
            raise Unsupported("Custom Translator knows workspaces and models by number, and this has none")
        resource, guid = self.workspaces[workspace]
        return self.studio(resource), guid

    def wait_for(self, look: Callable[[], Any], what: str) -> Any:
        """Return what a look finds, once it finds something; raises `NotLearned` where it does not happen."""
        patience = LOCAL_PATIENCE if self.local else PATIENCE
        until = monotonic() + patience
        while not (found := look()):
            if monotonic() > until:
                raise NotLearned(f"{what} did not show within {patience} seconds")
            sleep(self.clients.poll)
        return found


def material_of(key: KeyVaultKey) -> tuple[str, int]:
    """Return the type and the size in bits of a version of a key; 0 of a symmetric one, which is not shown."""
    kind, web_key = word(key.key_type), vars(key.key)
    if kind.startswith("EC"):
        return "EC", int(word(web_key["crv"]).removeprefix("P-").removesuffix("K"))
    return kind, 8 * len((web_key.get("n") or b"").lstrip(b"\0"))


def word(value: Any) -> str:
    """Return a value of Microsoft's enumerations as text."""
    return str(getattr(value, "value", value))
