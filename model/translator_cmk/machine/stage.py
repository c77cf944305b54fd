"""The stage that a world starts from: tenants, subscriptions, locations and tiers.  Commands make all else."""

from collections.abc import Mapping
from typing import Any

from .entities import Location, Subscription, Tenant, Tier
from .values import Value
from .world import EMPTY, State


class Stage(Value):
    """The symbolic world that an adapter maps to a real one.

    ``subscriptions`` maps each to its tenant; ``tiers`` says of each whether it supports customer-managed keys.
    """

    __slots__ = ()
    tenants: tuple[str, ...] = ("home", "abroad")
    subscriptions: Mapping[str, str] = {"production": "home", "security": "home", "foreign": "abroad"}
    regions: tuple[str, ...] = ("westeurope", "eastus")
    tiers: Mapping[str, bool] = {"cmk-tier": True, "basic-tier": False}


def initial(stage: Stage) -> State:
    """Return the state in which nothing but the stage exists."""
    records: dict[Any, dict[str, tuple[Any, ...]]] = {
        Tenant: dict.fromkeys(stage.tenants, ("active",)),
        Subscription: {name: (tenant, "active") for name, tenant in stage.subscriptions.items()},
        Location: {"global": ("global",)} | dict.fromkeys(stage.regions, ("regional",)),
        Tier: {name: (supports, "active") for name, supports in stage.tiers.items()},
    }
    return State({**EMPTY.tables, **records})


DEFAULT_STAGE = Stage()
