"""The target of a run: a cloud that speaks Azure's API, the options that name it, and what it can
be asked for.
"""

import argparse
import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies

from ...arguments import seconds
from ...errors import CommandError
from ...language.declaration import AT_TIMES, MASKED, OF_AZURE, Declaration
from ...machine import DEFAULT_STAGE, Stage
from ...strict_yaml import read_yaml
from ..names import GUID

HELD = 7
"""Days for which the name of a deleted key vault is held: the fewest that Azure has."""

PREFIX = "translator-cmk"
"""How the names of all resource groups begin."""
LEFTOVERS = Path("leftovers.json")
TRAININGS = ("dictionary", "full")
"""What a model is trained with: a dictionary, which is faster and billed for less, or sentences."""

TIERS = {"cmk-tier": "S1", "basic-tier": "F0"}
"""The pricing tiers of Azure for those of the stage: our reading, since the article names none.

Its revision of 07/18/2023 has all of them:
https://github.com/MicrosoftDocs/azure-docs/blob/9ab07a349eb77086d4c2dfbcc10fedb1acf650d2/articles/ai-services/translator/encrypt-data-at-rest.md
"""

ENVIRONMENT = "TRANSLATOR_CMK_AZURE"
"""The environment variable with the target, as JSON.  It has no credentials: azure-identity finds
these by itself.
"""

ENDPOINT = "TRANSLATOR_CMK_AZURE_ENDPOINT"
"""The environment variable with the endpoint of a cloud that the options don't name."""

MICROSOFTS = "AzureCloud"
"""The cloud that is meant where nothing names one."""

PLANS: dict[str, Any] = read_yaml(Path(__file__).with_name("plan.yaml")).value()
REGIONS: Mapping[str, Mapping[str, str]] = PLANS["regions"]
"""For the name of a cloud, the regions that stand by default for those of the stage."""
WORK: dict[str, dict[str, Any]] = PLANS["work"]
"""The work of each command that the API has."""


# Clouds


class Cloud(NamedTuple):
    """One cloud: two URLs, the scope of a token for its Resource Manager, and the ends of the host
    names of key vaults and of accounts; the last is empty where it isn't known.

    ``local``: whether its Resource Manager is at a name of this machine.  Nothing else makes a
    cloud local: a proxy on this machine may lead to Microsoft.
    """

    name: str
    resource_manager: str
    authority: str
    scope: str
    vault_suffix: str
    account_suffix: str
    local: bool = False

    @property
    def product(self) -> str:
        """Return the name of what is tested: a cloud of Microsoft's only where nobody stands
        between.
        """
        if self.local:
            return "an emulator of Azure on this machine"
        if self.name not in CLOUDS:
            return f"a cloud that speaks Azure's API, at {self.name}"
        if has_somebody_between():
            return f"{self.name}, through a proxy or certificates of its own"
        return f"{OF_AZURE}{self.name}"


CLOUDS = {name: Cloud(name, *places) for name, places in PLANS["clouds"].items()}
"""Microsoft's own clouds."""

CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""Variables with certificates with which somebody between may answer in place of the cloud."""


def has_somebody_between() -> bool:
    """Return whether the environment names a proxy for HTTPS or for everything, or certificates."""
    proxies = getproxies()
    if proxies.get("https") or proxies.get("all"):
        return True
    return any(os.environ.get(name) for name in CERTIFICATES)


def option_for(name: str) -> str:
    """Return the option that names a cloud, by the cloud's name."""
    if name in CLOUDS:
        return f"--cloud {name}"
    return f"--endpoint https://{name}"


METADATA = "/metadata/endpoints?api-version=2022-09-01"

ACCOUNTS = "cognitiveServicesDns"
"""The suffix of accounts' host names in what a cloud describes.  Azure's clouds have no such."""


def cloud_at(endpoint: str) -> Cloud:
    """Return the cloud whose Azure Resource Manager listens at a URL, as it describes itself;
    raises `CommandError`.
    """
    import requests  # it comes with azure-core, and honours the same proxies and certificates

    url = endpoint.rstrip("/")
    parts = urlsplit(url)
    if (
        parts.scheme != "https"
        or not parts.hostname
        or parts.username
        or parts.query
        or parts.fragment
    ):
        raise CommandError(
            f"--endpoint {endpoint}: write the URL of a Resource Manager, such as https://host:443"
        )
    try:
        response = requests.get(url + METADATA, timeout=30)
        response.raise_for_status()
        metadata = response.json()
        login = metadata["authentication"]
        authority, audience = (
            str(each).rstrip("/") for each in (login["loginEndpoint"], login["audiences"][0])
        )
        vaults = str(metadata["suffixes"]["keyVaultDns"]).lstrip(".")
        accounts = str(metadata["suffixes"].get(ACCOUNTS, "")).lstrip(".")
    except (requests.RequestException, ValueError, LookupError, TypeError) as error:
        needed = "authentication.loginEndpoint, authentication.audiences and suffixes.keyVaultDns"
        remedy = f"check the URL, HTTPS_PROXY, REQUESTS_CA_BUNDLE, and that it gives {needed}"
        raise CommandError(
            f"--endpoint {url}: {METADATA} can't be read ({type(error).__name__}); {remedy}"
        ) from None
    local = is_loopback(parts.hostname)
    scope = f"{audience}/.default"
    return Cloud(parts.netloc, url, authority, scope, vaults, accounts, local)


def is_loopback(host: str) -> bool:
    """Return whether a host name means this machine."""
    return re.fullmatch(r"(.+\.)?localhost|127(\.\d+){3}|::1", host) is not None


# Targets

KEY_SOURCE_OF_A_WORKSPACE = "workspace.key_source"
"""What Azure has no field for.  Servers on this machine tell it in `IsCMKEnabled`, which
Microsoft's definition has for the resource behind a workspace.
"""


class Target(NamedTuple):
    """The cloud under test, and the names to use there.  Subscriptions, regions and tiers have the
    names of a stage.

    Without subscriptions each world is a tenant of its own, as those of `translator-cmk serve
    --azure` are.  ``training``: what a model is trained with first, see `TRAININGS`.
    """

    cloud: Cloud
    subscriptions: Mapping[str, str] = {}
    regions: Mapping[str, str] = {}
    tiers: Mapping[str, str] = TIERS
    leftovers: str = str(LEFTOVERS)
    wait: float | None = None
    """Seconds for which each command is asked again before its answer is judged; None: as planned,
    and not at all on this machine."""
    training: str = "dictionary"
    run: str = ""
    """What the list of leftovers calls this run, whose objects are removed at its end."""

    def location(self, region: str) -> str:
        """Return Azure's name of a region."""
        return self.regions.get(region, region)


def declaration_of(target: Target, subscriptions: Collection[str], reasons: bool) -> Declaration:
    """Return what an adapter to this target declares, with these subscriptions of the stage.

    Enabling through the portal and the end of a retention have no API, and Azure makes no vault
    without soft delete. Nothing is moved to a second tenant unless each world has its own.  Roles
    are assigned on this machine only: elsewhere whoever runs the adapter may neither switch a vault
    nor assign roles, and without one could not see the keys of a vault that uses them.
    """
    local = target.cloud.local
    mapped = DEFAULT_STAGE.subscriptions
    there = {name: tenant for name, tenant in mapped.items() if name in subscriptions}
    several = len(set(there.values())) > 1
    capabilities = {
        "several-tenants": local and several and not target.subscriptions,
        "legacy-vaults": local and several,
        "azure-rbac": local,
        "reasons": reasons,
        "parallel": True,
    }
    regions = ", ".join(map(target.location, DEFAULT_STAGE.regions))
    tiers = ", ".join(target.tiers.values())
    tenants = DEFAULT_STAGE.tenants if several else DEFAULT_STAGE.tenants[:1]
    hidden = {MASKED, AT_TIMES}
    windows = {}
    if not local:
        hidden.add(KEY_SOURCE_OF_A_WORKSPACE)
        for command, work in WORK.items():
            if "window" in work:
                windows[command] = work["window"]
    return Declaration(
        target.cloud.product,
        PLANS["version"].format(regions=regions, tiers=tiers)[:200],
        frozenset(name for name, has in capabilities.items() if has),
        hidden=frozenset(hidden),
        stage=Stage(tenants, there, DEFAULT_STAGE.regions, DEFAULT_STAGE.tiers),
        windows=windows,
    )


# Options


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which cloud, and what of it."""
    group = parser.add_argument_group(
        "with --azure", "credentials are found as azure-identity finds them"
    )
    add_where(group)
    group.add_argument(
        "--subscription",
        metavar="[NAME=]ID",
        type=pair(DEFAULT_STAGE.subscriptions, "production"),
        action="append",
        default=[],
        help="production, security or foreign (the last in another tenant) is this subscription; "
        "may be repeated (default: NAME is production; on this machine without any: each world "
        "is a tenant of its own)",
    )
    add_wait(group)
    tiers = ", ".join("=".join(each) for each in TIERS.items())
    add_training(group)
    for name, known, default in (
        (
            "region",
            DEFAULT_STAGE.regions,
            "the same, and westeurope=northeurope in AzureCloud",
        ),
        ("tier", TIERS, tiers),
    ):
        about = (
            f"this {name} of the specification is that of Azure; may be repeated (default: "
            f"{default})"
        )
        group.add_argument(
            f"--{name}",
            metavar="NAME=AZURE",
            type=pair(known),
            action="append",
            default=[],
            help=about,
        )


def add_wait(group: argparse._ArgumentGroup) -> None:
    """Add the option that says for how long a command is asked again."""
    group.add_argument(
        "--wait",
        metavar="SECONDS",
        type=seconds,
        help="ask each command again so long, with growing pauses, before a refusal is judged "
        "(default: as plan.yaml says; 0 on this machine)",
    )


def add_training(group: argparse._ArgumentGroup) -> None:
    """Add the option that says how models are trained."""
    group.add_argument(
        "--training",
        choices=TRAININGS,
        default=TRAININGS[0],
        help="train models with a dictionary, or with sentences if that trains none; or with "
        "sentences at once (default: dictionary)",
    )


def pair(known: Collection[str], default: str = "") -> Callable[[str], tuple[str, str]]:
    """Return what reads `NAME=VALUE`, NAME being one of these, or VALUE for a default."""

    def read(text: str) -> tuple[str, str]:
        name, _, value = text.rpartition("=")
        if (name or default) not in known or not value:
            raise argparse.ArgumentTypeError(
                f"{text}: write NAME=VALUE, NAME one of {', '.join(known)}"
            )
        return name or default, value

    return read


def add_where(parser: argparse._ActionsContainer) -> None:
    """Add the options that name a cloud."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--cloud", choices=CLOUDS, help=f"this cloud (default: {MICROSOFTS})")
    where.add_argument(
        "--endpoint",
        metavar="URL",
        help="the cloud whose Azure Resource Manager listens here (default: the variable "
        f"{ENDPOINT}, if it is set, as inside azure-env)",
    )


def cloud_of(args: argparse.Namespace) -> Cloud:
    """Return the cloud that the options name; raises `CommandError`."""
    if args.endpoint:
        return cloud_at(args.endpoint)
    if args.cloud:
        return CLOUDS[args.cloud]
    endpoint = os.environ.get(ENDPOINT)
    if endpoint:
        return cloud_at(endpoint)
    return CLOUDS[MICROSOFTS]


def target_of(args: argparse.Namespace) -> Target:
    """Return the target that the options name; raises `CommandError`."""
    for option in ("subscription", "region", "tier"):
        must_name_each_once(option, getattr(args, option))
    cloud = cloud_of(args)
    subscriptions = dict(args.subscription)
    for guid in subscriptions.values():
        if not GUID.fullmatch(guid):
            raise CommandError(
                "--subscription: write the id of a subscription, a GUID that `az account list` "
                "shows"
            )
    if not subscriptions and not cloud.local:
        raise CommandError(
            "--azure: name the subscription that may be used, with --subscription ID"
        )
    tiers = TIERS | dict(args.tier)
    leftovers = str(LEFTOVERS.absolute())
    regions = {**REGIONS.get(cloud.name, {}), **dict(args.region)}
    must_be_there(regions, cloud)
    must_be_distinct(regions)
    return Target(cloud, subscriptions, regions, tiers, leftovers, args.wait, args.training)


def must_be_there(regions: Mapping[str, str], cloud: Cloud) -> None:
    """Raise `CommandError` if a region of the stage stands for none of the cloud: no other cloud of
    Microsoft's has the regions of its public one.
    """
    if cloud.name not in CLOUDS or cloud.name == MICROSOFTS:
        return
    missing = [region for region in DEFAULT_STAGE.regions if region not in regions]
    if missing:
        options = " ".join(f"--region {region}=NAME" for region in missing)
        raise CommandError(
            f"--cloud {cloud.name}: it has no {' and no '.join(missing)}; name regions that it "
            f"has, with {options}"
        )


def must_be_distinct(regions: Mapping[str, str]) -> None:
    """Raise `CommandError` if two regions of the stage are one in Azure: nothing would be far from
    anything else.
    """
    named = [regions.get(region, region) for region in DEFAULT_STAGE.regions]
    places = {as_written(region) for region in named}
    if len(places) < len(named):
        raise CommandError(
            f"--region: {' and '.join(DEFAULT_STAGE.regions)} would be {' and '.join(named)}; "
            "name a region of its own for each"
        )


def as_written(region: str) -> str:
    """Return a region of Azure as its requests write it: `westeurope` for `West Europe`."""
    return region.lower().replace(" ", "")


def must_name_each_once(option: str, pairs: Sequence[tuple[str, str]]) -> None:
    """Raise `CommandError` if an option names something twice."""
    seen = set()
    for name, _ in pairs:
        if name in seen:
            raise CommandError(f"--{option}: {name} is there twice; write each NAME once")
        seen.add(name)
