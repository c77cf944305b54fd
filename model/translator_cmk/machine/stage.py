"""The stage that a world starts from: directories, subscriptions, locations and tiers.  Commands make all else."""

from collections.abc import Mapping
from typing import Any

from .entities import Directory, Location, Subscription, Tier
from .values import Value
from .world import EMPTY, State


class Stage(Value):
    """The symbolic world that an adapter maps to a real one.

    ``subscriptions`` maps each to its directory; ``tiers`` says of each whether it supports customer-managed keys.
    """

    __slots__ = ()
    directories: tuple[str, ...] = ("home", "abroad")
    subscriptions: Mapping[str, str] = {"production": "home", "security": "home", "foreign": "abroad"}
    regions: tuple[str, ...] = ("westeurope", "eastus")
    tiers: Mapping[str, bool] = {"cmk-tier": True, "basic-tier": False}


def initial(stage: Stage) -> State:
    """Return the state in which nothing but the stage exists."""
    records: dict[Any, dict[str, tuple[Any, ...]]] = {
        Directory: dict.fromkeys(stage.directories, ("active",)),
        Subscription: {name: (directory, "active") for name, directory in stage.subscriptions.items()},
        Location: {"global": ("global",)} | dict.fromkeys(stage.regions, ("regional",)),
        Tier: {name: (supports, "active") for name, supports in stage.tiers.items()},
    }
    return State({**EMPTY.tables, **records})


DEFAULT_STAGE = Stage()
