"""The options that name a target that speaks Azure's API."""

import argparse
import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from ..errors import CommandError
from ..language.declaration import MASKED, OF_AZURE, Declaration
from ..machine import DEFAULT_STAGE, Stage
from .cloud import CLOUDS, Cloud, cloud_at, cloud_named, is_intercepted

GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
PREFIX = "translator-cmk"
LEFTOVERS = Path("leftovers.json")
TIERS = {"cmk-tier": "S1", "basic-tier": "F0"}
"""The pricing tiers of Azure for those of the stage: our reading, since the article names none."""

API_VERSIONS = "accounts 2025-09-01, key vaults 2026-05-15, keys 2025-07-01"

SOON = "GrantKeyAccess EnableIdentity EnableCustomerManagedKeys ReturnToMicrosoftManagedKeys PurgeVault"
LATE = (
    "RevokeKeyAccess DisableIdentity DeleteVault RecoverVault DeleteKey RecoverKey DisableKey EnableKey"
    " MoveResource MoveResourceGroup"
)
WINDOWS = dict.fromkeys(SOON.split(), 600) | dict.fromkeys(LATE.split(), 3_600)
"""Seconds until an effect shows in a cloud: grants and identities spread, and services keep keys for a while.

A guess on the safe side: nobody has measured it.  On this machine all effects show at once.
"""


ENVIRONMENT = "TRANSLATOR_CMK_AZURE"
"""The environment variable with the target, as JSON.  It has no credentials: azure-identity finds these by itself."""


class Target(NamedTuple):
    """The cloud under test, and the names to use there.  Subscriptions, regions and tiers have the names of a stage."""

    cloud: Cloud
    subscriptions: Mapping[str, str] = {}
    regions: Mapping[str, str] = {}
    tiers: Mapping[str, str] = TIERS
    prefix: str = PREFIX
    leftovers: str = str(LEFTOVERS)

    @property
    def tenant_per_world(self) -> bool:
        """Whether each world is a tenant of its own, as those of `translator-cmk serve --azure` are."""
        return not self.subscriptions

    def to_json(self) -> str:
        """Return the target as JSON."""
        return json.dumps({**self._asdict(), "cloud": self.cloud._asdict()})


def target_from(text: str) -> Target:
    """Return the target in JSON."""
    fields = json.loads(text)
    return Target(**{**fields, "cloud": Cloud(**fields["cloud"])})


def declaration_of(target: Target, subscriptions: Collection[str], reasons: bool) -> Declaration:
    """Return what an adapter to this target declares, with these subscriptions of the stage.

    Enabling through the portal and the end of a retention have no API, and Azure makes no vault without soft delete.
    """
    cloud, mapped = target.cloud, DEFAULT_STAGE.subscriptions
    there = {name: mapped[name] for name in mapped if name in subscriptions}
    several = len(set(there.values())) > 1
    moves = {"several-tenants", "legacy-vaults"} if cloud.local and several else set()
    regions = ", ".join(target.regions.get(name, name) for name in DEFAULT_STAGE.regions)
    return Declaration(
        product_of(cloud),
        f"api-versions: {API_VERSIONS}; regions: {regions}; tiers: {', '.join(target.tiers.values())}"[:200],
        frozenset({"parallel"} | moves | ({"reasons"} if reasons else set())),
        hidden=frozenset({MASKED}),
        stage=Stage(
            DEFAULT_STAGE.tenants if several else DEFAULT_STAGE.tenants[:1],
            there,
            DEFAULT_STAGE.regions,
            DEFAULT_STAGE.tiers,
        ),
        windows={} if cloud.local else WINDOWS,
    )


def product_of(cloud: Cloud) -> str:
    """Return the name of what is tested: a cloud of Microsoft's only where nobody stands between."""
    if cloud.local:
        return "an emulator of Azure on this machine"
    if cloud.name not in CLOUDS:
        return f"a cloud that speaks Azure's API, at {cloud.name}"
    return (
        f"{cloud.name}, through a proxy or certificates of its own" if is_intercepted() else f"{OF_AZURE}{cloud.name}"
    )


def add_arguments_of_target(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which cloud, and what of it."""
    group = parser.add_argument_group("with --azure", "credentials are found as azure-identity finds them")
    add_where(group)
    group.add_argument(
        "--subscription",
        metavar="[NAME=]ID",
        action="append",
        default=[],
        help="production, security or foreign (the last in another tenant) is this subscription; may be repeated "
        "(default: NAME is production; on this machine without any: each world is a tenant of its own)",
    )
    for name, default in (("region", "the same"), ("tier", ", ".join(f"{a}={b}" for a, b in TIERS.items()))):
        help_text = f"this {name} of the specification is that of Azure; may be repeated (default: {default})"
        group.add_argument(f"--{name}", metavar="NAME=AZURE", action="append", default=[], help=help_text)
    group.add_argument("--prefix", default=PREFIX, help=f"how the names of resource groups begin (default: {PREFIX})")
    group.add_argument(
        "--leftovers", metavar="FILE", type=Path, default=LEFTOVERS, help=f"list what is created (default: {LEFTOVERS})"
    )


def add_where(parser: argparse._ActionsContainer) -> None:
    """Add the options that name a cloud."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--cloud", choices=CLOUDS, default="AzureCloud", help="this cloud (default: AzureCloud)")
    where.add_argument("--endpoint", metavar="URL", help="the cloud whose Azure Resource Manager listens here")


def cloud_of(args: argparse.Namespace) -> Cloud:
    """Return the cloud that the options name; raises `CommandError`."""
    return cloud_at(args.endpoint) if args.endpoint else cloud_named(args.cloud)


def target_of(args: argparse.Namespace) -> Target:
    """Return the target that the options name; raises `CommandError`."""
    cloud = cloud_of(args)
    subscriptions = pairs("subscription", args.subscription, tuple(DEFAULT_STAGE.subscriptions), "production")
    for guid in subscriptions.values():
        if not GUID.fullmatch(guid):
            raise CommandError("--subscription: write the id of a subscription, a GUID that `az account list` shows")
    if not subscriptions and not cloud.local:
        raise CommandError("--azure: name the subscription that may be used, with --subscription ID")
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,30}", args.prefix):
        raise CommandError(f"--prefix {args.prefix}: write up to 31 lowercase letters, digits and hyphens")
    return Target(
        cloud,
        subscriptions,
        pairs("region", args.region, DEFAULT_STAGE.regions),
        TIERS | pairs("tier", args.tier, tuple(DEFAULT_STAGE.tiers)),
        args.prefix,
        str(args.leftovers.absolute()),
    )


def pairs(option: str, texts: list[str], known: tuple[str, ...], default: str = "") -> dict[str, str]:
    """Return what each name stands for; raises `CommandError`."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals and default:
            name, value = default, text
        if name not in known or not value or name in found:
            raise CommandError(f"--{option}: write NAME=VALUE, each NAME once, of {', '.join(known)}")
        found[name] = value
    return found
