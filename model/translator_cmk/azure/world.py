"""One world in Azure, as the adapter has made and seen it: names, places, and clients for each."""

import uuid
from functools import partial
from pathlib import Path
from typing import Any

from azure.core.exceptions import ClientAuthenticationError
from azure.keyvault.keys import KeyVaultKey

from ..machine import Stage
from ..system import Unsupported
from .clients import Clients
from .leftovers import Leftovers
from .options import Target
from .studio import Studio

NONE = str(uuid.UUID(int=0))
"""The id of a tenant or a subscription that there is not."""


class Named:
    """The operations on one account or key vault: its group and its name come first among their arguments."""

    def __init__(self, operations: Any, group: str, name: str) -> None:
        self.operations, self.group, self.name = operations, group, name

    def __getattr__(self, operation: str) -> Any:
        return partial(getattr(self.operations, operation), self.group, self.name)


class World:
    """The clients of one world, and what the adapter has to remember of what it has made and seen."""

    def __init__(self, target: Target, connections: Any, stage: Stage) -> None:
        self.target = target
        self.stage = stage
        self.local = target.cloud.local
        self.clients = Clients(target.cloud, connections, str(uuid.uuid4()) if target.tenant_per_world else None)
        self.subscriptions = dict(target.subscriptions)
        self.tenants: dict[str, str] = {}
        self.homes: dict[str, str] = {}  # of each subscription that was moved, by id
        self.here: dict[str, Any] = {}  # the accounts that were seen last
        self.groups: dict[tuple[str, str], None] = {}  # (subscription, group) that may hold something of this world
        self.places: dict[str, tuple[str, str]] = {}  # where a vault or a resource was seen last
        self.principals: dict[str, str] = {}  # the last one of each resource
        self.vault_fields: dict[str, dict[str, Any]] = {}  # what was seen of each while it was active
        self.key_fields: dict[str, dict[str, Any]] = {}  # likewise
        self.versions: dict[str, str] = {}  # the current one of each key
        self.material: dict[str, tuple[str, int]] = {}  # type and size of each version
        self.studios: dict[str, Studio] = {}  # by resource
        self.find_subscriptions()

    def find_subscriptions(self) -> None:
        """Find the subscriptions and their tenants: by the ids that were given, or else by display names."""
        given = {guid: name for name, guid in self.target.subscriptions.items()}
        left = set(given)
        for tenant in (str(each.tenant_id) for each in self.clients.of("subscriptions").tenants.list()):
            if given and not left:
                return
            try:
                found = list(self.clients.of("subscriptions", tenant=tenant).subscriptions.list())
            except ClientAuthenticationError:  # of a tenant in which whoever signs in is but a guest
                continue
            for each in found:
                guid = str(each.subscription_id)
                name = given.get(guid, str(each.display_name))
                if name in self.stage.subscriptions and self.subscriptions.setdefault(name, guid) == guid:
                    left.discard(guid)
                    self.clients.tenants[guid] = tenant
                    self.tenants.setdefault(self.stage.subscriptions[name], tenant)

    def id_of(self, subscription: str) -> str:
        return self.subscriptions.get(subscription, NONE)

    def tenant_of(self, subscription: str) -> str:
        return self.clients.tenants.get(self.id_of(subscription), NONE)

    def region(self, location: str) -> str:
        """Return the name in the stage of a region of Azure."""
        found = location.lower().replace(" ", "")
        return next((name for name, each in self.target.regions.items() if each == found), found)

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
            self.manager(subscription).resource_groups.create_or_update(group, made)
            self.groups[subscription, group] = None
        return group

    def note(self, kind: str, name: str, subscription: str, **fields: Any) -> None:
        """Write down what is going to be created, before it is; nothing is where there is no such subscription."""
        if subscription in self.subscriptions:
            where = {"subscription": self.id_of(subscription), "tenant": self.tenant_of(subscription)}
            Leftovers(Path(self.target.leftovers)).add(kind, name, **where, **fields)

    # Clients

    def manager(self, subscription: str) -> Any:
        """Return the client for the resource groups of a subscription."""
        return self.clients.of("groups", self.id_of(subscription))

    def accounts(self, subscription: str) -> Any:
        """Return the operations on the accounts of a subscription."""
        return self.clients.of("accounts", self.id_of(subscription)).accounts

    def vaults(self, subscription: str) -> Any:
        """Return the operations on the key vaults of a subscription."""
        return self.clients.of("vaults", self.id_of(subscription)).vaults

    def account(self, resource: str) -> Named:
        """Return the operations on one account."""
        subscription, group = self.place(resource)
        return Named(self.accounts(subscription), group, resource)

    def vault(self, vault: str) -> Named:
        """Return the operations on one key vault."""
        subscription, group = self.place(vault)
        return Named(self.vaults(subscription), group, vault)

    def uri(self, vault: str) -> str:
        """Return the URL of a key vault."""
        return f"https://{vault}.{self.target.cloud.vault_suffix}/"

    def keys(self, vault: str) -> Any:
        """Return the client for the keys of a vault."""
        return self.clients.keys(self.uri(vault))

    def keep(self, vault: str, key: KeyVaultKey, size: int = 0) -> None:
        """Remember the current version of a key, with its type and its size, or the size that was asked for."""
        kind, web_key = word(key.key_type), vars(key.key)
        size = 8 * len((web_key.get("n") or b"").lstrip(b"\0")) or size  # in bits; of a symmetric key it is not shown
        if kind.startswith("EC"):
            kind, size = "EC", int(word(web_key["crv"]).removeprefix("P-").removesuffix("K"))
        self.versions[f"{vault}/{key.name}"] = str(key.properties.version)
        self.material[str(key.id)] = kind, size

    def studio(self, resource: str) -> Studio:
        """Return Custom Translator for a resource; raises `HttpResponseError`."""
        if resource not in self.studios:
            account = self.account(resource)
            found, key = account.get(), str(account.list_keys().key1)
            self.studios[resource] = Studio(self.clients, str(found.properties.endpoint), key, str(found.location))
        return self.studios[resource]

    def studio_of(self, workspace: str = "", model: str = "") -> Studio:
        """Return Custom Translator with a workspace or a model; raises `Unsupported` if this world has made no such."""
        for studio in self.studios.values():
            if workspace in studio.ids or model in studio.models:
                return studio
        raise Unsupported("Custom Translator knows workspaces and models by number, and this has none")


def word(value: Any) -> str:
    """Return a value of Microsoft's enumerations as text."""
    return str(getattr(value, "value", value))
