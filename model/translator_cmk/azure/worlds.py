"""A world: the model's state behind one login, and all names and identifiers that follow from it."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from ..machine import DEFAULT_STAGE, Stage, State, initial
from ..machine.commands import ResourceKind
from ..machine.entities import Entity, Resource, Tenant

REGIONS = {
    "westeurope": "West Europe",
    "northeurope": "North Europe",
    "eastus": "East US",
    "eastus2": "East US 2",
    "westus2": "West US 2",
    "swedencentral": "Sweden Central",
    "uksouth": "UK South",
    "francecentral": "France Central",
    "germanywestcentral": "Germany West Central",
    "japaneast": "Japan East",
    "australiaeast": "Australia East",
}
"""The regions of every subscription, each with its display name."""

KINDS: dict[str, ResourceKind] = {
    "TextTranslation": "Translator",
    "AIServices": "AIServices",
    "CognitiveServices": "CognitiveServices",
}
"""For each kind of account that the server has: the kind of resource of the model."""

SKUS = {
    "F0": False,
    "S0": True,
    "S1": True,
    "S2": True,
    "S3": True,
    "S4": True,
    "C2": True,
    "C3": True,
    "C4": True,
    "D3": True,
}
"""The SKUs of accounts, each with whether it supports customer-managed keys."""

SOLD = {"TextTranslation": tuple(name for name in SKUS if name != "S0")} | dict.fromkeys(
    ("AIServices", "CognitiveServices"), ("F0", "S0")
)
"""The SKUs of each kind."""

KINDS_BY_RESOURCE: dict[str, str] = {resource: kind for kind, resource in KINDS.items()}
SUBSCRIPTIONS = tuple(DEFAULT_STAGE.subscriptions)
TENANTS = DEFAULT_STAGE.tenants
NAMESPACE = UUID("c2b0a3ff-9d24-5c36-9d0c-6f5f3a9a3f10")
KEPT = 1000
"""How many worlds are kept; beyond that the one that was used longest ago ends."""


@lru_cache(maxsize=8192)
def guid(*words: str) -> str:
    """Return the GUID of what these words name."""
    return str(uuid5(NAMESPACE, "/".join(words)))


@lru_cache(maxsize=8192)
def number(*words: str) -> int:
    """Return the positive integer of 31 bits of what these words name, which is never 0."""
    return int.from_bytes(hashlib.sha256("/".join(words).encode()).digest()[:4]) % (2**31 - 1) + 1


class World(NamedTuple):
    """The model's state, and beside it what the model does not know at all: resource groups and projects."""

    tenant: str
    """The tenant of the login that began the world: `home` of the model's stage."""
    state: State
    groups: Mapping[tuple[str, str], tuple[str, str]] = {}
    """(subscription, name in lower case) -> name as it was given, location."""
    projects: Mapping[str, Mapping[str, Any]] = {}
    """Workspace -> its one project, as it was asked for."""

    def find(self, kind: type[Entity], name: str) -> str | None:
        """Return the name of the entity with this name in any case, or None."""
        table = self.state.tables[kind]
        if name in table:
            return name
        lower = name.lower()
        return next((each for each in table if each.lower() == lower), None)

    def id_of(self, *words: str) -> str:
        """Return the GUID of something of this world."""
        return guid(self.tenant, *words)

    def number_of(self, *words: str) -> int:
        """Return the integer of something of this world."""
        return number(self.tenant, *words)

    def principal(self, resource: Resource) -> str:
        """Return the object id of a resource's system-assigned identity."""
        return self.id_of("principal", resource.tenant.name, resource.name)

    def version(self, key: str, version: int) -> str:
        """Return the version id of a key, `vault/key`."""
        return self.id_of("version", key, str(version)).replace("-", "")


def stage(tenant: str) -> Stage:
    """Return the stage of a world: that of the model with GUIDs for tenants and subscriptions."""
    tenants = dict(zip(TENANTS, (tenant, *(guid(tenant, name) for name in TENANTS[1:])), strict=True))
    return Stage(
        tenants=tuple(tenants.values()),
        subscriptions={guid(tenant, name): tenants[home] for name, home in DEFAULT_STAGE.subscriptions.items()},
        regions=tuple(REGIONS),
        tiers=SKUS,
    )


def display_name(tenant: str, identifier: str) -> str:
    """Return the name in the model's stage of a tenant or a subscription of a world."""
    names = {tenant: TENANTS[0]} | {guid(tenant, name): name for name in (*TENANTS[1:], *SUBSCRIPTIONS)}
    return names.get(identifier, identifier)


class Worlds:
    """The worlds, by tenant: the one that was used last comes last."""

    def __init__(self) -> None:
        self._worlds: OrderedDict[str, World] = OrderedDict()
        self._homes: dict[str, str] = {}

    def log_in(self, tenant: str) -> World:
        """Return the world of the tenant; it begins where no world has that tenant."""
        if tenant not in self._homes:
            world = World(tenant, initial(stage(tenant)))
            self._homes |= dict.fromkeys(world.state.tables[Tenant], tenant)
            self.put(world)
        found = self.of(tenant)
        assert found
        return found

    def of(self, tenant: str) -> World | None:
        """Return the world of the tenant, which counts as used now, or None."""
        home = self._homes.get(tenant)
        if home is None:
            return None
        self._worlds.move_to_end(home)
        return self._worlds[home]

    def put(self, world: World) -> None:
        """Keep the world as it is now."""
        self._worlds[world.tenant] = world
        while len(self._worlds) > KEPT:
            _, ended = self._worlds.popitem(last=False)
            for tenant in ended.state.tables[Tenant]:
                del self._homes[tenant]

    def latest(self) -> Iterator[World]:
        """Yield the worlds, those used last first."""
        return reversed(self._worlds.values())
