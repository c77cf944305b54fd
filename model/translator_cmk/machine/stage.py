"""The stage: the tenants, subscriptions, locations and tiers that are there before any command."""

from collections.abc import Mapping
from typing import get_args

from .entities import ENTITY_KINDS, Entity, Location, ResourceKind, Subscription, Tenant, Tier
from .state import State, Table
from .values import Value


class Stage(Value):
    """The symbolic world that an adapter maps to a real one.

    ``subscriptions`` maps each to its tenant; ``tiers`` says of each whether it supports
    customer-managed keys.  ``kinds``: the kinds of resources that can have them at all, of the two
    multi-service kinds one at least.
    """

    tenants: tuple[str, ...] = ("home", "abroad")
    subscriptions: Mapping[str, str] = {
        "production": "home",
        "security": "home",
        "foreign": "abroad",
    }
    regions: tuple[str, ...] = ("westeurope", "eastus")
    tiers: Mapping[str, bool] = {"cmk-tier": True, "basic-tier": False}
    kinds: tuple[str, ...] = get_args(ResourceKind)


DEFAULT_STAGE = Stage()


def initial(stage: Stage) -> State:
    """Return the state in which nothing but the stage exists."""
    tables: dict[type[Entity], Table] = {kind: {} for kind in ENTITY_KINDS}
    for tenant in stage.tenants:
        tables[Tenant][tenant] = ("active",)
    for subscription, tenant in stage.subscriptions.items():
        tables[Subscription][subscription] = (tenant, "active")
    tables[Location]["global"] = ("global",)
    for region in stage.regions:
        tables[Location][region] = ("regional",)
    for tier, supports_cmk in stage.tiers.items():
        tables[Tier][tier] = (supports_cmk, "active")
    return State(tables)
