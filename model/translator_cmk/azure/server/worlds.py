"""A world: the model's state behind one login, and all names and identifiers that follow from
it.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from ...machine import DEFAULT_STAGE, Stage, State, initial
from ...machine.entities import Resource, Tenant
from .fixed import FIXED

SUBSCRIPTIONS = tuple(DEFAULT_STAGE.subscriptions)
TENANTS = DEFAULT_STAGE.tenants
NAMESPACE = UUID("c2b0a3ff-9d24-5c36-9d0c-6f5f3a9a3f10")
KEPT = 1000
"""How many worlds are kept; beyond that the one that was used longest ago ends."""


@lru_cache(maxsize=8192)
def guid(*words: str) -> str:
    """Return the GUID of what these words name."""
    return str(uuid5(NAMESPACE, "/".join(words)))


class Group(NamedTuple):
    """A resource group, by its name as it was created."""

    subscription: str
    name: str
    location: str


class Assignment(NamedTuple):
    """What a client names a role assignment, and the role that it assigns, by its id."""

    name: str
    role: str
    since: float = 0.0
    """When it was made, in seconds from some time on."""


class ServedWorld(NamedTuple):
    """The model's state, and beside it what the model does not know at all: resource groups,
    projects, how role assignments are named, and what a client sets that has nothing to do with
    keys.
    """

    tenant: str
    """The tenant of the login that began the world: the first one of the model's stage."""
    state: State
    groups: frozenset[Group] = frozenset()
    projects: Mapping[str, Mapping[str, Any]] = {}
    """Workspace -> the body of its one project, without identifier."""
    assignments: Mapping[str, Assignment] = {}
    """Name of a role of the model -> the assignment that it stands for, if a client made it."""
    settings: Mapping[tuple[str, str], Mapping[str, Any]] = {}
    """What is set, and the name of what it is set of -> member -> value."""

    def id_of(self, *words: str) -> str:
        """Return the GUID of something of this world."""
        return guid(self.tenant, *words)

    def number_of(self, *words: str) -> int:
        """Return the positive integer of 28 bits of something of this world."""
        text = "/".join((self.tenant, *words))
        return int(hashlib.sha256(text.encode()).hexdigest()[:7], 16) + 1

    def principal(self, resource: Resource) -> str:
        """Return the object id of a resource's system-assigned identity."""
        return self.id_of("principal", resource.tenant.name, resource.name)

    def version(self, key: str, version: int) -> str:
        """Return the version id of a key, `vault/key`."""
        return self.id_of("version", key, str(version)).replace("-", "")

    def assignment(self, role: str) -> Assignment:
        """Return the assignment that a role of the model stands for.

        A client made it, or the service did where it gave itself access.
        """
        made = self.assignments.get(role)
        return made or Assignment(self.id_of("assignment", role), next(iter(FIXED["roles"])))

    def account_keys(self, account: str) -> dict[str, str]:
        """Return the two keys of an account, as the API lists them."""
        keys = {}
        for name in ("key1", "key2"):
            keys[name] = self.id_of("account", account, name).replace("-", "")
        return keys


def new_world(tenant: str) -> ServedWorld:
    """Return a new world: the model's stage, with GUIDs for tenants and subscriptions."""
    tenants = {name: guid(tenant, name) for name in TENANTS}
    tenants[TENANTS[0]] = tenant
    subscriptions = {}
    for name, home in DEFAULT_STAGE.subscriptions.items():
        subscriptions[guid(tenant, name)] = tenants[home]
    stage = Stage(tuple(tenants.values()), subscriptions, tuple(FIXED["regions"]), tiers())
    return ServedWorld(tenant, initial(stage))


def tiers() -> dict[str, bool]:
    """Return whether customer-managed keys are supported, by pricing tier."""
    supported = {}
    for kind in FIXED["kinds"].values():
        for sku in kind["skus"]:
            supported[sku] = sku not in FIXED["skus_without_cmk"]
    return supported


class Worlds(OrderedDict[str, ServedWorld]):
    """The worlds, by each of their tenants: the one that was used last comes last."""

    def of(self, tenant: str) -> ServedWorld | None:
        """Return the world of the tenant, which counts as used now, or None."""
        world = self.get(tenant)
        if world is not None:
            self.put(world)
        return world

    def put(self, world: ServedWorld) -> None:
        """Keep the world as it is now, and end the one that was used longest ago if there are too
        many.
        """
        for tenant in world.state.tables[Tenant]:
            self[tenant] = world
            self.move_to_end(tenant)
        while len(self) > KEPT * len(TENANTS):
            self.popitem(last=False)

    def latest(self) -> Iterator[ServedWorld]:
        """Yield the worlds, those used last first."""
        for tenant, world in reversed(self.items()):
            if tenant == world.tenant:
                yield world
