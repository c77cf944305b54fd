"""The options that name a target that speaks Azure's API."""

import argparse
import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from ..errors import CommandError
from ..machine import DEFAULT_STAGE
from .cloud import CLOUDS, Cloud, cloud_at, cloud_named

GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
PREFIX = "translator-cmk"
LEFTOVERS = Path("leftovers.json")
TIERS = {"cmk-tier": "S1", "basic-tier": "F0"}
"""The pricing tiers of Azure for those of the stage: our reading, since the article names none."""

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

    def location(self, region: str) -> str:
        """Return Azure's name of a region."""
        return self.regions.get(region, region)

    def to_json(self) -> str:
        """Return the target as JSON."""
        return json.dumps({**self._asdict(), "cloud": self.cloud._asdict()})


def target_from(text: str) -> Target:
    """Return the target in JSON."""
    fields = json.loads(text)
    return Target(**{**fields, "cloud": Cloud(**fields["cloud"])})


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
    subscriptions = pairs("subscription", args.subscription, DEFAULT_STAGE.subscriptions, "production")
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
        TIERS | pairs("tier", args.tier, DEFAULT_STAGE.tiers),
        args.prefix,
        str(args.leftovers.absolute()),
    )


def pairs(option: str, texts: list[str], known: Collection[str], default: str = "") -> dict[str, str]:
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


def answered_yes(question: str) -> bool:
    """Return whether whoever is at the terminal answers yes; nobody there has not."""
    try:
        return input(f"{question} Answer yes or no: ").strip().lower() == "yes"
    except EOFError:
        return False
